"""The ten rules that the rule language must be able to say, as a real rule folder whose examples assert results."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from models.facts import Facts, Unknown, Vedlegg
from models.judgement import JournalpostUtfall, VideresendUtfall
from models.noark import TEMPORARY, Skjerming
from models.organisation import Organisation, Tilgangskode
from models.reasons import ReasonCode
from rules.engine import evaluate, trace
from rules.load import LoadResult, load, load_stored
from rules.messages import render_all
from rules.model import RuleSet

FOLDER = Path(__file__).resolve().parent.parent / "data" / "rules" / "acceptance"

ORG = Organisation(
    orgnr="910000004",
    name="Solvik kommune",
    arkivdeler=("SAK", "BYGG", "PERS", "ELEV"),
    klasser=("000", "L42", "400", "A10", "A20"),
    tilgangskoder={code: Tilgangskode(kode=code, navn=name) for code, name in (("13", "§ 13"), ("25", "§ 25"))},
    forward_channels=("epost",),
    forward_domains=("solvik.example",),
)


@pytest.fixture(scope="module")
def loaded() -> LoadResult:
    return load([FOLDER], ORG)


@pytest.fixture(scope="module")
def ruleset(loaded: LoadResult) -> RuleSet:
    assert loaded.ruleset is not None, render_all(loaded.faults)
    return loaded.ruleset


def post(**values: object) -> Facts:
    named = {name.replace("__", "."): value for name, value in values.items()}
    named.setdefault("dato.mottatt", datetime(2026, 6, 15, 9, 0, tzinfo=UTC))
    return Facts(values=named)  # type: ignore[arg-type]


def test_the_ten_rules_load_and_every_example_comes_true(loaded: LoadResult) -> None:
    assert render_all(loaded.faults) == ""
    assert loaded.counts.rules == 12
    assert loaded.counts.examples >= 26


def test_a_neighbours_notice_goes_to_the_years_samlesak(ruleset: RuleSet) -> None:
    winner = evaluate(ruleset, post(kanal="altinn", emne="Nabovarsel gnr. 12 bnr. 345"), ORG).winner
    assert winner is not None
    outcome = winner.utfall
    assert isinstance(outcome, JournalpostUtfall)
    assert outcome.sak.samlesak == "Nabovarsel 2026"
    assert outcome.sak.ny is not None
    assert outcome.sak.ny.tittel == "Nabovarsel 2026"
    assert outcome.tittel == "Nabovarsel – 12/345"
    assert winner.captures == {"gnr_bnr": "12/345"}


def test_a_personnel_letter_is_shielded_and_its_public_title_has_no_name(ruleset: RuleSet) -> None:
    text = "Arbeidstaker: Kari Nordmann\nFødselsnummer: 01859040140"
    winner = evaluate(ruleset, post(kanal="epost", emne="Oppfølgingsplan", brødtekst=text, tekst=text), ORG).winner
    assert winner is not None
    outcome = winner.utfall
    assert isinstance(outcome, JournalpostUtfall)
    assert outcome.offentlig_tittel == "Oppfølgingsplan"
    assert isinstance(outcome.skjerming, Skjerming)
    assert outcome.skjerming.ord == ("Kari Nordmann",)
    assert outcome.sak.part is not None
    assert outcome.sak.part.fnr == "01859040140"


def test_an_access_request_is_urgent_whichever_rule_decides(ruleset: RuleSet) -> None:
    for text, kind in (("Kan jeg få se postlisten?", VideresendUtfall), ("Jeg fikk avslag", JournalpostUtfall)):
        judgement = evaluate(ruleset, post(emne="Innsynskrav", tekst=text), ORG)
        assert judgement.winner is not None
        assert isinstance(judgement.winner.utfall, kind)
        assert [addition.haster for addition in judgement.additions] == [True]


def test_an_unread_attachment_keeps_a_rule_that_rests_on_it_from_deciding(ruleset: RuleSet) -> None:
    judgement = evaluate(ruleset, post(emne="Innsynskrav", tekst=Unknown(known="Hei")), ORG)
    assert judgement.winner is None
    assert judgement.problem is ReasonCode.RULE_UNKNOWN
    assert judgement.problem_rules == ("innsynskrav-klage",)


def test_two_different_values_where_one_is_asked_for_go_to_a_human(ruleset: RuleSet) -> None:
    attachments = (Vedlegg(navn="kart.pdf", type="pdf", tekst="gnr. 13 bnr. 1"),)
    judgement = evaluate(ruleset, post(kanal="altinn", emne="Nabovarsel 12/345", vedlegg=attachments), ORG)
    assert judgement.winner is not None
    assert judgement.winner.utfall is None
    assert judgement.winner.problem is ReasonCode.VALUE_AMBIGUOUS


def test_the_set_loads_again_from_its_own_files_with_the_same_hash(ruleset: RuleSet) -> None:
    again = load_stored(ruleset.files, ORG).ruleset
    assert again is not None
    assert again.sha256 == ruleset.sha256
    facts = post(kanal="svarinn", mottaker__orgnr="974000001", emne="Brev")
    assert evaluate(again, facts, ORG) == evaluate(ruleset, facts, ORG)
    assert set(ruleset.files) >= {"0-acceptance/regler.yaml", "0-acceptance/faste.csv", "0-acceptance/enheter.csv"}


def test_the_trace_tells_of_every_rule_what_matched_and_what_was_missing(ruleset: RuleSet) -> None:
    tried = {entry.regel: entry for entry in trace(ruleset, post(emne="Klage på vedtak", kanal="epost"), ORG)}
    assert set(tried) == {rule.id for rule in ruleset.rules}
    assert tried["klage"].holds == "ja"
    assert tried["klage"].conditions[0].text == "emne inneholder «klage»"
    assert "manglet: emne inneholder «faktura» eller «purring»" in [c.text for c in tried["faktura"].conditions]
    assert tried["nabovarsel"].line > 0


def test_a_shielding_on_an_unread_fact_becomes_the_temporary_code() -> None:
    result = load([FOLDER.parent / "unknown_shield.yaml"], None)
    assert result.ruleset is not None, render_all(result.faults)
    judgement = evaluate(result.ruleset, post(emne="Hei", tekst=Unknown()), None)
    by_rule = {addition.regel: addition for addition in judgement.additions}
    assert by_rule["helse"].unknown and by_rule["helse"].skjerming == TEMPORARY
    assert by_rule["helse"].varsel == () and by_rule["helse"].forfall is None
    assert by_rule["hastesak"].haster
    assert judgement.drafts == ()


def test_a_form_without_a_deadline_gets_the_fallback(ruleset: RuleSet) -> None:
    facts = post(kanal="altinn", skjema__barnehage="Solkroken")
    winner = evaluate(ruleset, facts, ORG).winner
    assert winner is not None and isinstance(winner.utfall, JournalpostUtfall)
    assert winner.utfall.forfall == date(2026, 7, 27)
    assert winner.utfall.fordel_til == "BHG-SOL"


def test_asking_without_the_facts_the_set_needs_is_a_bug_that_is_told(ruleset: RuleSet) -> None:
    with pytest.raises(ValueError, match="text"):
        evaluate(ruleset, Facts(values={}, groups=frozenset()), ORG)
