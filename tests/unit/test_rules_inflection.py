"""«ord» meets a word in its inflections, bokmål and nynorsk, and nothing that is another word."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.facts import Facts
from rules.engine import evaluate
from rules.inflection import forms
from rules.load import load

# word as in the dictionary → forms that must be met (bokmål; nynorsk)
MEETS = {
    "søknad": "søknaden søknader søknadene; søknadar søknadane",
    "klage": "klagen klaga klager klagene klaget; klagar klagane klagde",
    "melding": "meldingen meldinga meldinger meldingene; meldingar meldingane",
    "vedtak": "vedtaket vedtakene vedtaka vedtakets",
    "barnehage": "barnehagen barnehager barnehagene barnehagens; barnehagar barnehagane",
    "barn": "barnet barna barnene; borna born",
    "håndbok": "håndboka håndboken håndbøker håndbøkene",
    "barnehagebarn": "barnehagebarna; barnehageborn",
    "varsel": "varselet varsler varslene; varsla",
    "tittel": "tittelen titler titlene; titlar titlane",
    "register": "registeret registre registrene; registra",
    "rom": "rommet rommene; romma",
    "skjema": "skjemaet skjemaer skjemaene",
    "leder": "lederen ledere lederne; leiar leiaren leiarar",
    "søker": "søkeren søkere søkerne; søkjar søkjarane",
    "kommunal": "kommunalt kommunale",
    "offentlig": "offentlige; offentleg offentlege",
    "høring": "høringen høringer; høyring høyringa høyringar",
    "eiendomsskatt": "eiendomsskatten; eigedomsskatt eigedomsskatten",
    "sykehjem": "sykehjemmet; sjukeheim sjukeheimen",
    "medlem": "medlemmer medlemmene; medlemer",
    "avgjørelse": "avgjørelsen avgjørelser",
    "museum": "museet museer museene",
    "kreve": "krever krevde krevd; krev kravde",
    "by": "byen byer byene; byar byane",
    "mulighet": "muligheten muligheter; moglegheit",
    "søknader": "søknad søknaden",
    "meldingene": "melding meldinger",
}
NOT_MEETS = {
    "klage": "beklage beklager klageren nabo",
    "sak": "saksbehandler saks-",
    "søknad": "byggesøknad søk søknadsfrist",
    "leder": "leier leiere",
    "leier": "leiar leiarar",
    "vei": "veil veid",
    "bolig": "bo bolighus",
    "barn": "barnevern barnehage",
    "by": "bygg bygge byrå",
    "vedtak": "vedta tak",
}


@pytest.mark.parametrize("word", MEETS)
def test_a_word_meets_its_inflections(word: str) -> None:
    wanted = MEETS[word].replace(";", "").split()
    assert [form for form in wanted if form not in forms(word)] == []


@pytest.mark.parametrize("word", NOT_MEETS)
def test_a_word_does_not_meet_others(word: str) -> None:
    assert [form for form in NOT_MEETS[word].split() if form in forms(word)] == []


def test_small_words_stand_as_they_are() -> None:
    for word in ("om", "til", "for", "ikke", "2026", "§"):
        assert forms(word) == {word}


def hits(condition: str, subject: str, tmp_path: Path) -> bool:
    rule = f"språk: 1\nregler:\n- regel: a\n  hvis: {{emne: {{ord: {condition}}}}}\n  så: {{til_menneske: x}}\n"
    (tmp_path / "a.yaml").write_text(rule, encoding="utf-8")
    ruleset = load([tmp_path], None, check=False).ruleset
    assert ruleset is not None
    return evaluate(ruleset, Facts(values={"emne": subject}), None).winner is not None


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("SØKNADENE om Skjenkebevillinger", True),
        ("Ad søknad om skjenkebevillingen.", True),
        ("Søknad om skjenkeløyve", False),
        ("Søknad. Om skjenkebevilling", False),
        ("Søknad nå om skjenkebevilling", False),
        ("Byggesøknad om skjenkebevilling", False),
    ],
)
def test_a_phrase_is_met_word_by_word_in_sequence(subject: str, expected: bool, tmp_path: Path) -> None:
    assert hits("søknad om skjenkebevilling", subject, tmp_path) is expected


def test_whole_words_only_also_beside_norwegian_letters(tmp_path: Path) -> None:
    assert hits("bygg", "Nytt bygg", tmp_path)
    assert not hits("bygg", "Byggård", tmp_path)
    assert not hits("råd", "Områder", tmp_path)


def test_explain_names_the_form_that_was_found(tmp_path: Path) -> None:
    from rules.engine import trace

    hits("søknad", "", tmp_path)
    ruleset = load([tmp_path], None, check=False).ruleset
    assert ruleset is not None
    told = trace(ruleset, Facts(values={"emne": "Om søknadene"}), None)[0].conditions[0].text
    assert told == "emne ord «søknadene»"
