"""All categories together: what is found, how grave it is, where it stands, and what everyday language does not trip."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.detectors.explain import explained
from rules.detectors.full import detect
from rules.detectors.kinds import Detected, Explanation, Label, Level, Own, Place

FNR = "01819045077"
DNR = "41819012359"
KONTO = "12345678903"
CARD = "4111 1111 1111 1111"


def found(text: str, place: Place = Place.TEXT) -> dict[str, Detected]:
    return {d.label.value: d for d in detect(text, place=place)}


@pytest.mark.parametrize(
    ("text", "label", "level"),
    [
        (f"Søker: {FNR}", "FNR", Level.CRITICAL),
        (f"D-nummer {DNR}", "DNR", Level.CRITICAL),
        (f"fødselsnummer: {FNR[:-1]}5", "FNR_TYPO", Level.WARNING),
        ("født 01.02.1990, personnr. 12345", "PERSONNR5", Level.ERROR),
        ("DUF-nr. 201234567890", "DUF", Level.CRITICAL),
        (f"Utbetales til {KONTO}", "ACCOUNT", Level.WARNING),
        (f"Utbetal til min konto {KONTO}", "ACCOUNT", Level.ERROR),
        ("kontonr 1234.S6.789O3", "ACCOUNT", Level.WARNING),
        ("IBAN NO93 8601 1117 947", "IBAN", Level.WARNING),
        ("IBAN SE45 5000 0000 0583 9825 7466", "IBAN", Level.WARNING),
        (CARD, "CARD", Level.CRITICAL),
        ("Passnummer CC1234567", "PASSPORT", Level.WARNING),
        ("Mobil: 91234567", "PHONE", Level.INFO),
        ("Ring meg på 912 34 567", "PHONE", Level.WARNING),
        ("Svar til ola_n@gmail.example", "EMAIL", Level.INFO),
        ("Vi bor i Fjordveien 14B, 5003 Bergen", "ADDRESS", Level.WARNING),
        ("f. 12.03.1985", "BIRTHDATE", Level.WARNING),
        ("Bilen med reg.nr. EK 12345", "PLATE", Level.INFO),
        ("Passord: Sommer2026!", "CREDENTIAL", Level.CRITICAL),
        ("Referat frå møte med Oddny Tveit", "NAME", Level.INFO),
        ("Sønnen min har ADHD", "HEALTH", Level.WARNING),
        ("Epikrise", "HEALTH", Level.INFO),
        ("Uromelding om Jonas Vik", "CHILD_WELFARE", Level.WARNING),
        ("Søknad om sosialhjelp, Per Bakke", "SOCIAL", Level.WARNING),
        ("Per Bakke er siktet for vold", "CRIMINAL", Level.ERROR),
        ("Eg har dagleg omsorg for borna", "CUSTODY", Level.WARNING),
        ("IOP for Emma Lunde", "SPECIAL_ED", Level.WARNING),
        ("Jeg er medlem av Fagforbundet", "UNION", Level.ERROR),
        ("Amina Warsame er muslim", "RELIGION", Level.ERROR),
        ("Mor er same", "ETHNICITY", Level.ERROR),
        ("Sønnen min er homofil", "SEXUAL", Level.ERROR),
        ("Sperret adresse", "PROTECTED_ADDR", Level.CRITICAL),
    ],
)
def test_each_category_is_found_with_its_level(text: str, label: str, level: Level) -> None:
    assert level is found(text)[label].level


@pytest.mark.parametrize(
    "text",
    ["Epikrise for Oddny Tveit", "Bekymringsmelding - Jonas Vik", "Sosialhjelp Per Bakke", "Foreldretvist Lunde, Emma"],
)
def test_a_topic_beside_a_name_is_graver_in_a_title(text: str) -> None:
    grave = {d.level for d in detect(text, place=Place.TITLE) if d.label is not Label.NAME}
    mild = {d.level for d in detect(text) if d.label is not Label.NAME}
    assert ({Level.ERROR}, {Level.WARNING}) == (grave, mild)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Fødselsnr.\u00a0018190\u00a045077 her", "018190\u00a045077"),
        ("fødsels\u00adnummer 018190\r\n45077.", "018190\r\n45077"),
        ("Sønnen min har depre\u00adsjon", "depre\u00adsjon"),
        ("Sønnen min har depre-\nsjon no", "depre-\nsjon"),
        ("a\u030a! Passord: Sommer2026", "Sommer2026"),
        ("\U0001f600 Uromelding om Jonas Vik", "Uromelding"),
    ],
)
def test_offsets_are_of_the_text_as_given(text: str, span: str) -> None:
    assert span in [text[d.start : d.end] for d in detect(text)]


def test_a_phrase_may_be_wrapped() -> None:
    assert "PROTECTED_ADDR" in found("Familien lever med sperret\nadresse i kommunen")


def test_letters_read_for_digits_count_beside_a_label_and_are_told() -> None:
    assert found("fødselsnr: O1819O45O77")["FNR"].ocr
    assert not found("O1819O45O77")


def test_a_synthetic_number_is_told_and_just_as_grave() -> None:
    number = found(FNR)["FNR"]
    assert (True, Level.CRITICAL) == (number.synthetic, number.level)


def test_the_organisations_own_is_never_found() -> None:
    own = Own.of(numbers=["1234.56.78903", "912 34 567"], domains=["solvik.example"], addresses=["Torggata 1"])
    text = f"Betal til konto {KONTO}, mobil 91234567, skriv til per.bakke@ny.solvik.example, adresse Torggata 1"
    assert {"ACCOUNT", "PHONE", "EMAIL", "ADDRESS"} == {
        d.label.value for d in detect(text) if d.label is not Label.NAME
    }
    assert () == detect(text, own=own)


def test_names_are_found_by_whoever_is_handed_in() -> None:
    def names(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        return [[(text.index("Qwzx"), text.index("Qwzx") + 4)] for text in texts]

    findings = {d.label.value: d for d in detect("Epikrise for Qwzx", names=names)}
    assert (Level.INFO, Level.WARNING) == (findings["NAME"].level, findings["HEALTH"].level)


@pytest.mark.parametrize(
    ("text", "label", "identified"),
    [
        ("Kommuneoverlege Oddny Tveit om depresjon", "HEALTH", False),
        ("Lærer Oddny Tveit er sykmeldt", "HEALTH", True),
        ("Sykmelding mottatt. Med hilsen Oddny Tveit", "HEALTH", False),
        ("Sykmelding for Oddny Tveit", "HEALTH", True),
    ],
)
def test_a_role_holder_is_not_whom_the_fact_is_about(text: str, label: str, identified: bool) -> None:
    finding = found(text).get(label)
    assert identified is (finding is not None and finding.level.rank >= Level.WARNING.rank)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"KID: {FNR}", Explanation.KID),
        (f"Fakturanr. {KONTO}", Explanation.INVOICE),
        (f"Saksnr {KONTO}", Explanation.CASE),
        ("Vannmåleravlesning 10407328", Explanation.WATER_METER),
        ("Målepunkt-ID 707057500012345678", Explanation.METER),
        ("ISBN 9788202123456", Explanation.ISBN),
        ("EAN 7038010000000", Explanation.EAN),
        ("IMEI 356938035643809", Explanation.IMEI),
        (f"3f2504e0-4f89-11d3-9a0c-a{FNR}", Explanation.GUID),
        ("Periode 22092024", Explanation.DATES),
        ("Orgnr 923 609 016", Explanation.ORGNR),
        ("CPV 45233140", Explanation.CPV),
        ("12345678 kr", Explanation.AMOUNT),
        ("Kontostreng 12345678", Explanation.LEDGER),
    ],
)
def test_what_explains_a_number_is_named(text: str, why: Explanation) -> None:
    assert [why] == [e.explanation for e in explained(text)]
    assert not found(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_and_spans_lie_within_it(text: str) -> None:
    for finding in detect(text):
        assert 0 <= finding.start < finding.end <= len(text)
        assert 0 <= finding.confidence <= 1


def test_the_value_is_never_shown_whole() -> None:
    text = f"{FNR} konto {KONTO} Passord: Sommer2026 mob 91234567 f. 12.03.1985 {CARD} EK 12345 bil per@gmail.example"
    for finding in detect(text):
        value = text[finding.start : finding.end].replace(" ", "")
        shown = finding.masked.replace("*", "")
        assert len(shown) <= 4 and value not in finding.masked and value not in finding.reason
