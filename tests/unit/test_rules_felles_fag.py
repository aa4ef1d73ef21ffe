"""The shared rules for Altinn's messages, forms and specialist systems: asleep until the house says what they need."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.decision import Mode
from models.facts import Facts
from models.judgement import JournalpostUtfall, TilMenneske, VideresendUtfall
from models.organisation import Enhet, Organisation, Tilgangskode
from models.reasons import ReasonCode
from rules.engine import evaluate
from rules.load import LoadResult, load
from rules.messages import render_all

FELLES = Path(__file__).resolve().parents[2] / "rules" / "felles"


def _value(name: str) -> str:
    for start, value in (("enhet_", "SENTRALT"), ("kode_", "UO"), ("post_til_", "Post til")):
        if name.startswith(start):
            return value
    return "fagsystem:prøve" if name.endswith("_kanal") else "mottak@solvik.example"


def _parameters() -> dict[str, str]:
    with (FELLES / "parametre.csv").open(encoding="utf-8") as stream:
        return {row["navn"]: row["verdi"] or _value(row["navn"]) for row in csv.DictReader(stream)}


ORG = Organisation(
    orgnr="910000004",
    name="Solvik kommune",
    enheter={
        code: Enhet(kode=code, navn=code, arkivdel="SAK", klasse="000", saksansvarlig="ufordelt")
        for code in ("SENTRALT", "SKOLE")
    },
    arkivdeler=("SAK",),
    klasser=("000",),
    tilgangskoder={"UO": Tilgangskode(kode="UO", navn="Unntatt")},
    forward_channels=("epost", "fagsystem:prøve"),
    forward_domains=("solvik.example",),
    parameters=_parameters(),
)


@pytest.fixture(scope="module")
def felles() -> LoadResult:
    return load(["felles"], ORG)


def test_with_all_parameters_no_rule_sleeps_and_every_example_comes_true(felles: LoadResult) -> None:
    assert render_all(felles.faults) == ""
    assert felles.ruleset is not None and felles.ruleset.dormant == ()
    assert felles.counts.examples >= 60


def test_without_parameters_they_sleep_and_nothing_is_wrong() -> None:
    asleep = load(["felles"], replace(ORG, parameters={}))
    assert render_all(asleep.faults) == ""
    assert asleep.ruleset is not None
    waiting = {rule.id: rule.missing for rule in asleep.ruleset.dormant}
    assert waiting["altinn-nabovarsel"] == ("enhet_plan",)
    assert "skjema-skjermet/ledsagerbevis" in waiting
    assert {"kontaktskjema", "sikkert-duplikat"} <= {rule.id for rule in asleep.ruleset.rules}


def test_a_sleeping_rule_can_be_switched_off_or_replaced(tmp_path: Path) -> None:
    rules = """språk: 1
regler:
- slå_av: altinn-nabovarsel
  hvorfor: vi har vår egen
- regel: planoppstart
  erstatt: altinn-planoppstart
  hvorfor: til et menneske hos oss
  hvis: {emne: {inneholder: oppstart av planarbeid}}
  så: {til_menneske: se}
"""
    (tmp_path / "a.yaml").write_text(rules, encoding="utf-8")
    result = load(["felles", tmp_path], replace(ORG, parameters={}))
    assert result.errors == () and result.ruleset is not None
    assert not {"altinn-nabovarsel", "altinn-planoppstart"} & {rule.id for rule in result.ruleset.dormant}


def test_none_of_them_acts_alone(felles: LoadResult) -> None:
    """What a stranger's rule does with a house's post is a proposal until the house says otherwise."""
    assert felles.ruleset is not None
    own = [
        rule for rule in felles.ruleset.rules if rule.place.file.endswith(("altinn.yaml", "skjemaer.yaml", "fag.yaml"))
    ]
    assert len(own) >= 25
    assert {rule.modus for rule in own} == {Mode.FORSLAG}


def decided(felles: LoadResult, **values: object) -> object:
    assert felles.ruleset is not None
    named = {name.replace("__", "."): value for name, value in values.items()}
    facts = Facts(values={"dato.mottatt": date(2026, 6, 15), **named})
    judgement = evaluate(felles.ruleset, facts, ORG)
    return judgement.winner.utfall if judgement.winner is not None else judgement.problem


def test_post_for_a_specialist_system_is_sent_there_and_never_archived_here(felles: LoadResult) -> None:
    for subject in ("Bekymringsmeldingen om et barn", "Søknad om sykehjemsplass", "Søknader om barnehageplasser"):
        assert isinstance(decided(felles, emne=subject), VideresendUtfall), subject


def test_post_about_an_employee_never_goes_to_a_common_case(felles: LoadResult) -> None:
    for subject in ("Oppfølgingsplan", "Referat fra dialogmøte"):
        known = decided(felles, emne=subject, tekst="Fødselsnummer: 01859040140")
        assert isinstance(known, JournalpostUtfall)
        assert known.sak.samlesak is None and known.sak.part is not None and known.sak.mangler == "til_menneske"
        assert known.skjerming is not None and known.skjerming.kode == "UO"
        assert decided(felles, emne=subject, tekst="Se vedlegg") is None


@pytest.mark.parametrize(
    ("subject", "case"),
    [
        ("Søknad om TT-kort", "Søknader om TT-kort 2026"),
        ("Søknad om tilleggsreiser på TT-kort", "Søknader om tilleggsreiser på TT-kort 2026"),
        ("Ledsagerbeviset mitt", "Søknader om ledsagerbevis 2026"),
        ("Frivillighetsmidlar 2026", "Søknader om frivillighetsmidler 2026"),
        ("Søknad om grønne midler", "Søknader om grønne midler 2026"),
        ("Tilskudd til betaling av fritidsaktiviteter", "Søknader om tilskudd til betaling av fritidsaktiviteter 2026"),
        ("Støydispensasjonar", "Søknader om støydispensasjon 2026"),
        ("Leige av areal", "Søknader om leie av areal 2026"),
    ],
)
def test_the_districts_forms_find_their_cases_in_both_written_languages(
    subject: str, case: str, felles: LoadResult
) -> None:
    outcome = decided(felles, emne=subject)
    assert isinstance(outcome, JournalpostUtfall)
    assert outcome.sak.samlesak == case and outcome.forfall is not None


def test_a_contact_form_is_always_a_humans_whatever_else_it_is_about(felles: LoadResult) -> None:
    outcome = decided(felles, emne="Kontaktskjema: søknad om ledsagerbevis", tjeneste="solv/kontaktskjema")
    assert isinstance(outcome, TilMenneske)


def test_post_to_a_unit_goes_to_the_unit_when_no_other_rule_fits(felles: LoadResult) -> None:
    outcome = decided(felles, emne="Til rektor Kari Nordmann", mottaker__enhet="SKOLE")
    assert isinstance(outcome, JournalpostUtfall)
    assert outcome.fordel_til == "SKOLE" and outcome.skjerming is not None and outcome.skjerming.temporary
    assert decided(felles, emne="Til rektor Kari Nordmann") is ReasonCode.NO_RULE
