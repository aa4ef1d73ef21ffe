"""The arkivplan tells of every rule in force where it puts what, with which hjemmel, and of what is not in force."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.organisation import Enhet, Organisation, Tilgangskode
from rules.aloud import aloud
from rules.arkivplan import render
from rules.load import load
from rules.messages import render_all
from rules.model import RuleSet

ORG = Organisation(
    orgnr="910000004",
    name="Solvik kommune",
    enheter={"PLAN": Enhet(kode="PLAN", navn="Plan", arkivdel="BYGG", klasse="L42", saksansvarlig="ufordelt")},
    tilgangskoder={"UO": Tilgangskode(kode="UO", navn="Unntatt")},
    forward_channels=("epost",),
)
RULES = """språk: 1
regler:
- regel: varsel
  navn: Nabovarsel
  modus: auto
  eier: plan@solvik.example
  hvorfor: pbl. § 21-3
  hvis:
    kanal: altinn
    emne: {ord: [nabovarsel, byggevarsel]}
    ikke: [{emne: {inneholder: klage}}, {avsender.intern: ja}]
  så:
    sak: {samlesak: "Nabovarsel {år}", ny: {tilgang: åpen}}
    journalpost: {type: I, tittel: x, skjerming: {kode: UO, hjemmel: offl. § 14, skjul: [NA]}, forfall: {uker: 1}}
    fordel_til: PLAN
- regel: sendes
  hvis: {emne: faktura | bilag}
  så: {videresend: {til: regnskap@solvik.example, grunn: faktura, følg_opp: {arbeidsdager: 1}}}
- regel: reklame
  hvis: {hode.list-id: {finnes: ja}}
  så: {avvis: {grunn: reklame, hjemmel: arkivavgrensning}}
- regel: menneske
  hvis: {funn: PASSORD}
  så: {til_menneske: Bytt det}
- regel: skjermes
  hvis: {vedlegg: {navn: {glob: "*.pdf"}, tekst: {regex: "fnr [0-9]"}}}
  legg_til: {skjerming: {kode: UO, hjemmel: offl. § 26 femte ledd}, haster: ja}
- regel: stille-sak
  gjelder: sak
  hvis: {uendret: {minst: 90}}
  så: {avvik: {alvor: advarsel, tekst: Står stille, hjemmel: offl. § 13}}
- regel: uferdig
  navn: Ikke ferdig
  modus: utkast
  så: {til_menneske: x}
"""


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    folder = tmp_path_factory.mktemp("regler")
    (folder / "a.yaml").write_text(RULES, encoding="utf-8")
    (folder / "hjemler.csv").write_text(
        "hjemmel,gjelder,sjekket\noffl. § 14,organinterne dokument,ja\n", encoding="utf-8"
    )
    result = load([folder], ORG, felles=True)
    assert result.ruleset is not None, render_all(result.errors)
    return result.ruleset


@pytest.fixture(scope="module")
def page(ruleset: RuleSet) -> str:
    return render(ruleset, ORG, date(2026, 6, 15))


def line(page: str, text: str) -> str:
    return next(row for row in page.split("\n") if text in row)


def test_every_rule_in_force_is_on_the_page_with_its_place_and_owner(page: str, ruleset: RuleSet) -> None:
    for rule in (rule for rule in ruleset.rules if not rule.draft):
        assert f"`{rule.id}` (" in page, rule.id
        assert f"{rule.place.file}:{rule.place.line}" in page
    assert "eier plan@solvik.example" in line(page, "`varsel`")


def test_a_journal_rule_tells_case_series_unit_hjemmel_and_deadline(page: str) -> None:
    told = line(page, "`varsel`")
    assert "samlesak «Nabovarsel {år}»; arkivdel BYGG, klasse L42" in told
    assert "| PLAN | kode UO, offl. § 14, skjuler NA | frist 1 uke fra mottak |" in told
    assert "pbl. § 21-3" in told


def test_the_conditions_read_as_one_would_say_them(ruleset: RuleSet) -> None:
    rules = {rule.id: aloud(rule.condition) for rule in ruleset.rules}
    assert rules["varsel"] == (
        "kanal er «altinn» og emne har «nabovarsel» eller «byggevarsel», i en hvilken som helst bøyning, "
        "men ikke når emne inneholder «klage» eller avsender.intern er ja"
    )
    assert rules["skjermes"] == "det er et vedlegg der navn ligner «*.pdf» og tekst passer mønsteret «fnr [0-9]»"
    assert rules["uferdig"] == "alt"


def test_each_sort_of_outcome_has_its_table_and_drafts_stand_apart(page: str) -> None:
    for heading in ("Journalføres", "Sendes videre og arkiveres ikke her", "Registreres ikke", "Alltid et menneske"):
        assert f"## {heading}" in page
    assert "senest 1 arbeidsdag |" in line(page, "`sendes`")
    assert "faktura \\| bilag" in line(page, "`sendes`")
    assert "advarsel: Står stille (offl. § 13)" in line(page, "`stille-sak`")
    assert page.index("## Utkast") < page.index("Ikke ferdig (`uferdig`")


def test_hjemler_say_whether_a_human_has_held_them_against_the_law(page: str) -> None:
    assert "| offl. § 14 | organinterne dokument | ja | varsel |" in page
    said = next(line for line in page.splitlines() if line.startswith("| offl. § 26 femte ledd | fødselsnummer |"))
    assert "| **nei** |" in said and "skjermes" in said


def test_shared_rules_that_sleep_say_what_they_wait_for(page: str) -> None:
    assert "- Nabovarsel i Altinn legges i årets samlesak (`altinn-nabovarsel`) venter på enhet_plan" in page


def test_the_command_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from robot.cli import main

    (tmp_path / "a.yaml").write_text("språk: 1\nregler:\n- regel: a\n  så: {til_menneske: x}\n", encoding="utf-8")
    assert main(["rules", "arkivplan", str(tmp_path)]) == 0
    assert "`a` (" in capsys.readouterr().out
