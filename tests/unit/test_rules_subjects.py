"""Rules about a journalpost, a sak and a published entry; one rule of each row; parameters; the language's category."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.facts import Facts, FactValue, Unknown
from models.organisation import Enhet, Organisation
from models.reasons import ReasonCode
from models.verdict import AvsluttUtfall, AvvikUtfall, FristUtfall, LaStaaUtfall
from rules.care import judge
from rules.engine import evaluate
from rules.format import Subject
from rules.load import LoadResult, load
from rules.messages import render_all
from rules.model import RuleSet

TODAY: dict[str, FactValue] = {"dato.i_dag": date(2026, 6, 15)}
ORG = Organisation(
    orgnr="910000004",
    name="Solvik kommune",
    enheter={"PLAN": Enhet(kode="PLAN", navn="Plan"), "ARKIV": Enhet(kode="ARKIV", navn="Arkivet")},
    parameters={"enhet_plan": "PLAN"},
)


def loaded(folder: Path, rules: str, org: Organisation | None = ORG, **files: str) -> LoadResult:
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    (folder / "a.yaml").write_text(f"språk: 1\nregler:\n{rules}", encoding="utf-8")
    return load([folder], org, check=False)


def ruleset_of(result: LoadResult) -> RuleSet:
    assert result.ruleset is not None, render_all(result.faults)
    return result.ruleset


CLOSING = """- regel: avslutt
  gjelder: sak
  hvis: {saksstatus: F}
  så: {avslutt: ja}
- regel: klagefrist
  gjelder: sak
  hvis: {siste_ut: {høyst: {uker: 3}}}
  så: {la_stå: Klagefristen løper}
- regel: gammel
  gjelder: sak
  hvis: {uendret: {minst: {arbeidsdager: 10}}}
  så: {avvik: {alvor: advarsel, tekst: "Sak {saksnummer} står stille"}}
"""


def case(**values: FactValue) -> Facts:
    return Facts(values={"saksnummer": "2026/1", "saksstatus": "F", **TODAY, **values})


def test_a_guard_keeps_a_case_open_and_an_older_letter_lets_it_close(tmp_path: Path) -> None:
    ruleset = ruleset_of(loaded(tmp_path, CLOSING))
    kept = judge(ruleset, Subject.SAK, case(siste_ut=date(2026, 6, 1)), ORG)
    assert kept.action is not None and kept.action.utfall == LaStaaUtfall(tekst="Klagefristen løper")
    closed = judge(ruleset, Subject.SAK, case(siste_ut=date(2026, 5, 1)), ORG)
    assert closed.action is not None and closed.action.utfall == AvsluttUtfall()


def test_a_guard_that_cannot_be_told_keeps_the_case_for_a_human(tmp_path: Path) -> None:
    verdict = judge(ruleset_of(loaded(tmp_path, CLOSING)), Subject.SAK, case(siste_ut=Unknown()), ORG)
    assert verdict.action is None
    assert (verdict.problem, verdict.problem_rules) == (ReasonCode.RULE_UNKNOWN, ("klagefrist",))


def test_findings_are_told_whatever_is_done(tmp_path: Path) -> None:
    verdict = judge(ruleset_of(loaded(tmp_path, CLOSING)), Subject.SAK, case(uendret=date(2026, 5, 1)), ORG)
    assert verdict.action is not None
    assert [hit.utfall.tekst for hit in verdict.told if isinstance(hit.utfall, AvvikUtfall)] == [
        "Sak 2026/1 står stille"
    ]
    fresh = judge(ruleset_of(loaded(tmp_path, CLOSING)), Subject.SAK, case(uendret=date(2026, 6, 10)), ORG)
    assert fresh.told == ()


def test_a_deadline_is_counted_in_working_days_and_warned_of_before(tmp_path: Path) -> None:
    rule = """- regel: innsyn
  gjelder: journalpost
  hvis: {tittel: {ord: innsynskrav}}
  så: {frist: {arbeidsdager: 3, fra: mottatt_dato, varsle: {arbeidsdager: 1}}}
"""
    facts = Facts(values={"tittel": "Innsynskravet", "mottatt_dato": date(2026, 6, 12), **TODAY})
    (hit,) = judge(ruleset_of(loaded(tmp_path, rule)), Subject.JOURNALPOST, facts, ORG).told
    assert hit.utfall == FristUtfall(dato=date(2026, 6, 17), varsle_fra=date(2026, 6, 16))


def test_rules_about_the_archive_never_touch_post_and_the_other_way_round(tmp_path: Path) -> None:
    rules = CLOSING + "- regel: post\n  hvis: {emne: {inneholder: klage}}\n  så: {til_menneske: se}\n"
    ruleset = ruleset_of(loaded(tmp_path, rules))
    assert [rule.id for rule in ruleset.about_post] == ["post"]
    assert evaluate(ruleset, Facts(values={"emne": "Hei", "saksstatus": "F"}), ORG).problem is ReasonCode.NO_RULE
    assert ruleset.needs_of(Subject.SAK) == frozenset()


def test_what_the_rules_need_must_be_given(tmp_path: Path) -> None:
    rule = """- regel: a
  gjelder: publisert
  hvis: {fil.tekst: {ord: diagnose}}
  så: {avvik: {alvor: kritisk, tekst: x}}
"""
    ruleset = ruleset_of(loaded(tmp_path, rule))
    with pytest.raises(ValueError, match=r"dato\.i_dag"):
        judge(ruleset, Subject.PUBLISERT, Facts(values={}), ORG)
    with pytest.raises(ValueError, match="text"):
        judge(ruleset, Subject.PUBLISERT, Facts(values=TODAY, groups=frozenset()), ORG)


@pytest.mark.parametrize(
    ("rule", "code", "hint"),
    [
        ("gjelder: sak\n  hvis: {emne: klage}\n  så: {avslutt: ja}", "R101", ""),
        ("gjelder: sak\n  hvis: {saksstatuss: B}\n  så: {avslutt: ja}", "R101", "saksstatus"),
        ("gjelder: sak\n  så: {journalfør: ja}", "R101", ""),
        ("gjelder: journalpost\n  så: {avskriv: BU}", "R104", "TO"),
        ("gjelder: journalpost\n  hvis: {journalstatus: Q}\n  så: {journalfør: ja}", "R104", ""),
        ("gjelder: journalpost\n  hvis: {alder: 3}\n  så: {journalfør: ja}", "R102", "minst"),
        ("gjelder: journalpost\n  så: {journalfør: nei}", "R110", "ta bort regelen"),
        ("gjelder: journalpost\n  så: {avvik: {alvor: farlig, tekst: x}}", "R104", "kritisk"),
        ("gjelder: journalpost\n  legg_til: {haster: ja}", "R108", "så"),
        ("gjelder: publisert\n  så: {avvik: {alvor: feil, tekst: x, hjemmel: offl. § 131}}", "R206", "offl. § 13"),
    ],
)
def test_what_is_wrong_in_such_a_rule_is_told(rule: str, code: str, hint: str, tmp_path: Path) -> None:
    faults = loaded(tmp_path, f"- regel: a\n  {rule}\n").faults
    assert any(fault.code == code and hint in fault.suggestion for fault in faults), render_all(faults)


ROWS = """- regel: samlesak
  for_hver: {fil: rader.csv}
  hvis: {emne: {ord: "{rad.emne}"}}
  så: {til_menneske: "{rad.tekst}"}
"""


def test_each_row_makes_a_rule(tmp_path: Path) -> None:
    ruleset = ruleset_of(loaded(tmp_path, ROWS, rader="emne,tekst\nstøy,Om støy\nGRAVING i veg,Om graving\n"))
    assert [rule.id for rule in ruleset.rules] == ["samlesak/støy", "samlesak/graving-i-veg"]
    winner = evaluate(ruleset, Facts(values={"emne": "Søknad om støyen"}), None).winner
    assert winner is not None and winner.regel == "samlesak/støy"


def test_a_column_there_is_none_of_is_told_once(tmp_path: Path) -> None:
    faults = loaded(tmp_path, ROWS.replace("rad.tekst", "rad.tekts"), rader="emne,tekst\na,b\nc,d\n").faults
    told = [fault for fault in faults if fault.code == "R127"]
    assert [(fault.line, fault.suggestion) for fault in told] == [(6, "Mente du «tekst»?")]


def test_two_rows_with_the_same_first_cell_are_a_fault(tmp_path: Path) -> None:
    assert "R107" in {f.code for f in loaded(tmp_path, ROWS, rader="emne,tekst\nstøy,a\nStøy,b\n").faults}


PARAMETER = """- regel: plan
  hvis: {emne: plan}
  så:
    sak: {samlesak: "Plan {år}", ny: {enhet: "{parameter.enhet_plan}"}}
    journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
    fordel_til: "{parameter.enhet_plan}"
"""


def test_a_parameter_is_filled_in_the_configurations_before_the_layers(tmp_path: Path) -> None:
    files = {"parametre": "navn,verdi\nenhet_plan,ARKIV\n"}
    for org, expected in ((ORG, "PLAN"), (Organisation(orgnr="9", name="x", enheter=ORG.enheter), "ARKIV")):
        winner = evaluate(
            ruleset_of(loaded(tmp_path, PARAMETER, org, **files)), Facts(values={"emne": "plan", **_received()}), org
        ).winner
        assert winner is not None and getattr(winner.utfall, "fordel_til", "") == expected


def test_a_parameter_without_a_value_is_a_fault_with_a_guess(tmp_path: Path) -> None:
    faults = loaded(tmp_path, PARAMETER.replace("enhet_plan", "enhet_plann")).errors
    assert {(fault.code, fault.suggestion) for fault in faults} >= {("R145", "Mente du «enhet_plan»?")}


def _received() -> dict[str, FactValue]:
    return {"dato.mottatt": date(2026, 6, 15)}


CATEGORY = "- regel: a\n  hvis: {kategori: byggesak}\n  så: {til_menneske: x}\n"


@pytest.mark.parametrize(("certainty", "hits"), [(0.95, True), (0.85, False)])
def test_a_category_must_be_sure_enough(certainty: float, hits: bool, tmp_path: Path) -> None:
    ruleset = ruleset_of(loaded(tmp_path, CATEGORY))
    assert ruleset.needs == {"language"}
    facts = Facts(
        values={"kategori": "byggesak", "kategori.sikkerhet": certainty}, groups=frozenset({"text", "language"})
    )
    assert (evaluate(ruleset, facts, None).winner is not None) is hits


def test_a_category_nobody_has_given_decides_nothing(tmp_path: Path) -> None:
    facts = Facts(
        values={"kategori": Unknown(), "kategori.sikkerhet": Unknown()}, groups=frozenset({"text", "language"})
    )
    assert evaluate(ruleset_of(loaded(tmp_path, CATEGORY)), facts, None).problem is ReasonCode.RULE_UNKNOWN
