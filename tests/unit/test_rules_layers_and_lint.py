"""Layers, the unit register, and what only the whole set shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.facts import Facts
from models.organisation import Enhet, Organisation
from rules.engine import evaluate
from rules.load import LoadResult, load, load_stored
from rules.messages import render_all, summary

OPEN = '{sak: {samlesak: "%s", ny: {enhet: ARKIV, tilgang: åpen}}, journalpost: {type: I, tittel: T, tilgang: åpen}}'
SHIELD = '{kode: "13", hjemmel: "offl. § 13", skjul: [TRO]}'
UNITS = "orgnr,kode,navn,arkivdel,klasse,saksansvarlig\n,ARKIV,Arkivet,SAK,000,ufordelt\n"
ORG = Organisation(orgnr="910000004", name="Solvik", forward_channels=("epost",))


def rule(name: str, hvis: str, then: str = f"så: {OPEN % 'S'}", more: str = "") -> str:
    """A rule with owner and reason; ``more`` are further lines."""
    head = f"- regel: {name}\n  eier: e\n  hvorfor: h\n"
    return head + (f"  hvis: {{{hvis}}}\n" if hvis else "") + f"  {then}\n" + more


def layer(folder: Path, *rules: str, units: str = UNITS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "enheter.csv").write_text(units, encoding="utf-8")
    (folder / "a.yaml").write_text("språk: 1\nregler:\n" + "".join(rules), encoding="utf-8")
    return folder


def lint(tmp_path: Path, *rules: str) -> LoadResult:
    return load([layer(tmp_path / "lag", *rules)], ORG)


def told(result: LoadResult, code: str) -> list[str]:
    return [fault.message for fault in result.faults if fault.code == code]


def test_a_later_layer_switches_off_with_a_reason(tmp_path: Path) -> None:
    first = layer(tmp_path / "felles", rule("a", "emne: a"), rule("b", "emne: b"))
    second = layer(tmp_path / "vefsn", "- slå_av: a\n  hvorfor: gjelder ikke her\n")
    result = load([first, second], ORG)
    assert result.ruleset is not None, render_all(result.errors)
    assert [r.id for r in result.ruleset.rules] == ["b"]
    silent = layer(tmp_path / "stum", "- slå_av: a\n")
    assert [f.code for f in load([first, silent], ORG).errors] == ["R103"]


def test_switching_off_what_is_not_there_gets_a_guess(tmp_path: Path) -> None:
    first = layer(tmp_path / "felles", rule("returpost", "emne: a"))
    second = layer(tmp_path / "vefsn", "- slå_av: returposst\n  hvorfor: x\n")
    fault = load([first, second], ORG).errors[0]
    assert (fault.code, fault.suggestion, fault.line, fault.column) == ("R350", "Mente du «returpost»?", 3, 11)


SHIELDING = (
    rule("a", "emne: a", f"legg_til: {{skjerming: {SHIELD}}}"),
    rule(
        "a",
        "emne: a",
        f'så: {{sak: {{saksnummer: "1"}}, journalpost: {{type: I, tittel: T, skjerming: {SHIELD}}}}}',
    ),
)


@pytest.mark.parametrize("first_rule", SHIELDING)
@pytest.mark.parametrize(
    "second_rule",
    [
        "- slå_av: a\n  hvorfor: x\n",
        rule("b", "emne: a", f"så: {OPEN % 'S'}", "  erstatt: a\n"),
        rule("b", "emne: a", "legg_til: {haster: ja}", "  erstatt: a\n"),
    ],
)
def test_no_layer_removes_a_shielding(first_rule: str, second_rule: str, tmp_path: Path) -> None:
    first, second = layer(tmp_path / "felles", first_rule), layer(tmp_path / "vefsn", second_rule)
    result = load([first, second], ORG)
    assert [fault.code for fault in result.errors] == ["R353"]
    assert result.ruleset is None


def test_a_replacement_may_not_shield_less_of_the_post(tmp_path: Path) -> None:
    first = layer(tmp_path / "felles", rule("a", "emne: [a, b]", f"legg_til: {{skjerming: {SHIELD}}}"))
    same = rule("b", "emne: [a, b, c]", f"legg_til: {{skjerming: {SHIELD}}}", "  erstatt: a\n")
    less = rule("b", "emne: a", f"legg_til: {{skjerming: {SHIELD}}}", "  erstatt: a\n")
    assert load([first, layer(tmp_path / "x", same)], ORG).errors == ()
    assert [f.code for f in load([first, layer(tmp_path / "y", less)], ORG).errors] == ["R353"]


def test_a_rule_may_be_replaced_under_its_own_id(tmp_path: Path) -> None:
    first = layer(tmp_path / "felles", rule("a", "emne: a"))
    second = layer(tmp_path / "vefsn", rule("a", "emne: b", more="  erstatt: a\n"))
    result = load([first, second], ORG)
    assert result.ruleset is not None, render_all(result.errors)
    assert evaluate(result.ruleset, Facts(values={"emne": "b"}), ORG).winner is not None
    assert evaluate(result.ruleset, Facts(values={"emne": "a"}), ORG).winner is None
    unsaid = layer(tmp_path / "uten", rule("a", "emne: b"))
    assert [f.code for f in load([first, unsaid], ORG).errors] == ["R107"]


def test_the_last_unit_register_counts(tmp_path: Path) -> None:
    first = layer(tmp_path / "a", rule("a", "emne: a"))
    second = layer(tmp_path / "b", rule("b", "emne: b"), units="kode,navn\nARKIV,Vårt arkiv\n")
    result = load([first, second], ORG)
    assert result.ruleset is not None
    assert result.ruleset.enheter == {"ARKIV": Enhet(kode="ARKIV", navn="Vårt arkiv")}


@pytest.mark.parametrize(
    ("units", "line"),
    [
        ("orgnr,navn\n1,a\n", 1),
        ("kode,nvan\nA,a\n", 1),
        ("kode,navn\n,a\n", 2),
        ("kode,navn\nA,a\nA,b\n", 3),
        ("kode,orgnr\nA,12\n", 2),
        ("", 1),
    ],
)
def test_a_faulty_unit_register_is_told_with_its_line(units: str, line: int, tmp_path: Path) -> None:
    result = load([layer(tmp_path / "a", rule("a", "emne: a", "så: {til_menneske: x}"), units=units)], ORG)
    assert [(f.code, f.line) for f in result.errors][:1] == [("R208", line)]
    assert result.errors[0].file.endswith("enheter.csv")


def test_the_hash_is_of_the_content_and_not_of_where_it_lies(tmp_path: Path) -> None:
    one, two = (layer(tmp_path / name, rule("a", "emne: a")) for name in ("her", "der"))
    sets = [load([folder], ORG).ruleset for folder in (one, two)]
    assert sets[0] is not None and sets[1] is not None
    assert sets[0].sha256 == sets[1].sha256
    (two / "enheter.csv").write_text(UNITS + ",NY,Ny,SAK,000,ufordelt\n", encoding="utf-8")
    changed = load([two], ORG).ruleset
    assert changed is not None and changed.sha256 != sets[0].sha256
    stored = load_stored(changed.files, ORG).ruleset
    assert stored is not None and (stored.sha256, stored.enheter) == (changed.sha256, changed.enheter)


def test_a_rule_that_a_preferred_one_takes_everything_from_can_never_win(tmp_path: Path) -> None:
    wide = rule("bred", "emne: {inneholder: klage}", more="  prioritet: 9\n")
    for narrow in (
        "emne: {inneholder: [klage på vedtak, min klage]}",
        "emne: {inneholder: klage}, kanal: epost",
        "alle: [{emne: klage}]",
    ):
        assert "«bred»" in told(lint(tmp_path, wide, rule("smal", narrow)), "R402")[0]
    for other in ("emne: {inneholder: [klage, svar]}", "tekst: {inneholder: klage}"):
        assert told(lint(tmp_path, wide, rule("annen", other)), "R402") == []


def test_a_catch_all_above_shadows_everything_and_one_below_nothing(tmp_path: Path) -> None:
    above = rule("alt", "", more="  prioritet: 9\n")
    below = rule("alt", "", "så: {til_menneske: x}", "  prioritet: -1\n")
    assert len(told(lint(tmp_path, above, rule("b", "emne: b")), "R402")) == 1
    assert told(lint(tmp_path, below, rule("b", "emne: b")), "R402") == []


def test_equal_rules_are_told_of_only_when_nothing_excludes_them(tmp_path: Path) -> None:
    other = f"så: {OPEN % 'T'}"

    def warned(one: str, two: str) -> bool:
        return bool(told(lint(tmp_path, rule("a", one), rule("b", two, other)), "R407"))

    assert warned("emne: {inneholder: klage}", "tekst: {inneholder: nabo}")
    assert warned("emne: {inneholder: klage}", "emne: {inneholder: klage på vedtak}")
    assert not warned("emne: {inneholder: klage}", "emne: {inneholder: nabovarsel}")
    assert not warned("kanal: epost, tekst: {inneholder: a}", "kanal: altinn, tekst: {inneholder: b}")
    assert not warned("tekst: {inneholder: a}, svar_på: {finnes: ja}", "tekst: {inneholder: b}, svar_på: {finnes: nei}")
    assert not warned("tekst: {inneholder: klage}", "emne: a, ikke: [{tekst: {inneholder: klage}}]")
    assert not warned("avsender.intern: ja, tekst: a", "avsender.intern: nei, emne: a")


def test_an_example_that_two_equal_rules_disagree_about_is_an_error(tmp_path: Path) -> None:
    examples = "  eksempler: {treffer: [{emne: klage og nabo}]}\n"
    one = rule("a", "emne: {inneholder: klage}", more=examples)
    two = rule("b", "emne: {inneholder: nabo}", f"så: {OPEN % 'T'}")
    result = lint(tmp_path, one, two)
    assert told(result, "R304") == ["Likestilte regler er uenige om eksemplet: «a», «b»"]
    assert result.ruleset is None
    same = rule("b", "emne: {inneholder: nabo}")
    assert told(lint(tmp_path, one, same), "R304") == []


def test_an_example_another_rule_wins_is_a_warning(tmp_path: Path) -> None:
    one = rule("a", "emne: {inneholder: klage}", more="  eksempler: {treffer: [{emne: klage, kanal: epost}]}\n")
    two = rule("b", "kanal: epost", f"så: {OPEN % 'T'}", "  prioritet: 5\n")
    result = lint(tmp_path, one, two)
    assert told(result, "R412") == ["Regelen «b» vinner over «a» på dette eksemplet"]
    assert result.ruleset is not None


def test_known_gaps_are_counted_and_told_when_they_close(tmp_path: Path) -> None:
    gaps = "  eksempler: {burde_truffet: [{emne: klager}, {emne: klage}]}\n"
    result = lint(tmp_path, rule("a", "emne: {inneholder: klage}", more=gaps))
    assert result.counts.gaps == 1
    assert len(told(result, "R413")) == 1


def test_a_text_sample_beside_the_rule_is_run_and_others_need_the_robot(tmp_path: Path) -> None:
    folder = layer(
        tmp_path / "lag",
        rule("a", "tekst: {inneholder: klage}", more="  eksempler: {treffer: [{fil: brev.txt}, {fil: brev.eml}]}\n"),
    )
    (folder / "brev.txt").write_text("Dette er min klage.", encoding="utf-8")
    (folder / "brev.eml").write_bytes(b"Subject: x\n\nklage")
    assert [fault.code for fault in load([folder], ORG).faults if fault.code in ("R301", "R409")] == ["R409"]
    seen: list[str] = []

    def read(raw: bytes, name: str) -> Facts:
        seen.append(name)
        return Facts(values={"tekst": raw.decode()})

    assert load([folder], ORG, read_sample=read).errors == ()
    assert seen == ["brev.txt", "brev.eml"]


def test_a_register_that_names_one_key_twice_sends_to_a_human(tmp_path: Path) -> None:
    then = f"så: {OPEN % 'S'}".removesuffix("}") + ", fordel_til: {register: b.csv, nøkkel: '{emne}'}}"
    folder = layer(tmp_path / "lag", rule("a", "emne: {finnes: ja}", then))
    (folder / "b.csv").write_text("navn,enhet\nSol,ARKIV\nSol,TO\n", encoding="utf-8")
    assert [f.code for f in load([folder], ORG).errors] == ["R204"]
    (folder / "b.csv").write_text("navn,enhet\nSol,ARKIV\nMåne,ARKIV\n", encoding="utf-8")
    ruleset = load([folder], ORG).ruleset
    assert ruleset is not None
    winner = evaluate(ruleset, Facts(values={"emne": "måne"}), ORG).winner
    assert winner is not None and winner.utfall is not None and winner.utfall.kind == "journalpost"
    assert winner.utfall.fordel_til == "ARKIV"


def test_without_a_configuration_what_cannot_be_checked_is_a_warning(tmp_path: Path) -> None:
    folder = layer(tmp_path / "lag", rule("a", "emne: a"), units="kode,navn\n")
    then = f"så: {OPEN % 'S'}".replace("enhet: ARKIV", "enhet: X, arkivdel: Y, klasse: Z")
    (folder / "a.yaml").write_text("språk: 1\nregler:\n" + rule("a", "emne: a", then), encoding="utf-8")
    result = load([folder], None)
    assert result.errors == ()
    assert len(told(result, "R207")) == 3


def test_the_last_line_counts(tmp_path: Path) -> None:
    result = lint(tmp_path, rule("a", "emne: a"))
    line = summary(files=1, rules=1, examples=0, faults=result.faults)
    assert line == "1 fil, 1 regel, 0 eksempler: 0 feil, 2 advarsler."
    assert summary(files=2, rules=3, examples=1, faults=()) == "2 filer, 3 regler, 1 eksempel, ingen feil."


def test_a_provision_nobody_has_checked_is_told_until_the_houses_own_list_says_so(tmp_path: Path) -> None:
    rule = """språk: 1
regler:
- regel: a
  hvis: {emne: klage}
  legg_til: {skjerming: {kode: XX, hjemmel: offl. § 14, skjul: [NA]}}
"""
    (tmp_path / "a.yaml").write_text(rule, encoding="utf-8")
    (told,) = [fault for fault in load([tmp_path], None).faults if fault.code == "R420"]
    assert (told.line, told.severity) == (5, "warning") and "«offl. § 14»" in told.message
    (tmp_path / "hjemler.csv").write_text("Heimel,Hjemmel,Sjekket\n,Offl. §14,ja\n", encoding="utf-8")
    assert "R420" not in {fault.code for fault in load([tmp_path], None).faults}


def test_headings_in_nynorsk_and_with_capitals_are_understood(tmp_path: Path) -> None:
    (tmp_path / "enheter.csv").write_text(
        "Orgnr;Kode;Namn;Arkivdel;Klasse;Saksansvarleg;E-post\n;PLAN;Plan;SAK;000;ufordelt;p@a.example\n",
        encoding="utf-8",
    )
    rule = "språk: 1\nregler:\n- regel: a\n  hvis: {emne: klage}\n  så: {til_menneske: x}\n"
    (tmp_path / "a.yaml").write_text(rule, encoding="utf-8")
    result = load([tmp_path], None)
    assert result.ruleset is not None
    unit = result.ruleset.enheter["PLAN"]
    assert (unit.navn, unit.saksansvarlig, unit.epost) == ("Plan", "ufordelt", "p@a.example")
