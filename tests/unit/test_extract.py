"""What ``hent`` finds: the many written forms give one value, and look-alikes give none."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.extract import EXTRACTORS

FOUND = [
    ("matrikkel", "Nabovarsel, gnr 12 bnr 345", ["12/345"]),
    ("matrikkel", "gnr. 12, bnr. 345", ["12/345"]),
    ("matrikkel", "gnr. 12/bnr. 345", ["12/345"]),
    ("matrikkel", "Gnr/Bnr: 12/345", ["12/345"]),
    ("matrikkel", "g.nr. 12 b.nr. 345", ["12/345"]),
    ("matrikkel", "Gardsnummer 12, bruksnummer 345", ["12/345"]),
    ("matrikkel", "gbnr 12/345/0/3", ["12/345/0/3"]),
    ("matrikkel", "gnr 12 bnr 345 fnr 1 snr 3", ["12/345/1/3"]),
    ("matrikkel", "gnr. 12 bnr. 345, 346 og 347", ["12/345", "12/346", "12/347"]),
    ("matrikkel", "på 1870-12/345 og", ["12/345"]),
    ("matrikkel", "eiendommen 12/345/0/0", ["12/345"]),
    ("saksnummer", "Deres ref: 2026/1184-3", ["2026/1184"]),
    ("saksnummer", "Saksnr.: 26/01184", ["2026/1184"]),
    ("saksnummer", "jf. 2026 / 1184.", ["2026/1184"]),
    ("journalnummer", "vår ref. 2024/1234-5", ["2024/1234-5"]),
    ("journalnummer", "Løpenr 012345/2026", ["12345/2026"]),
    ("orgnr", "NO 923 609 016 MVA", ["923609016"]),
    ("fnr", "Født: 010190 45062", []),
    ("fnr", "fnr 01819045077", ["01819045077"]),
    ("fnr", "01.81.90-45077", ["01819045077"]),
    ("fnr", "0 1 8 1 9 0 4 5 0 7 7", ["01819045077"]),
    ("dato", "Solvik, 3. mars 2026", ["2026-03-03"]),
    ("dato", "03.03.26", ["2026-03-03"]),
    ("dato", "3/3-26", ["2026-03-03"]),
    ("dato", "2026-03-01T12:00", ["2026-03-01"]),
    ("dato", "den 3.\u00a0desember 2026", ["2026-12-03"]),
    ("dato", "født 03.03.54", ["1954-03-03"]),
    ("frist", "Høringsfristen er 1. april 2026. Brevet er datert 2. mai 2026", ["2026-04-01"]),
    ("frist", "svar seinast 15.04.2026", ["2026-04-15"]),
    ("beløp", "kr 1 234,50", ["1234,50"]),
    ("beløp", "kr. 12.000,-", ["12000"]),
    ("beløp", "1,5 mill. kroner", ["1500000"]),
    ("kid", "KID: 1234567897", ["1234567897"]),
    ("kid", "KID-nr 12345678 97", ["1234567897"]),
    ("kontonummer", "1234.56.78903", ["1234.56.78903"]),
    ("kontonummer", "Kontonummer: 12345678903", ["1234.56.78903"]),
    ("adresse", "Storgata 12 b, 8656 Mosjøen", ["Storgata 12B"]),
    ("adresse", "Nabovarsel Storgata 12", ["Storgata 12"]),
    ("adresse", "Solbakken 3, 8656 Mosjøen", ["Solbakken 3"]),
    ("adresse", "Postboks 123, 8651 Mosjøen", ["Postboks 123"]),
    ("epost", "skriv til Kari.Nordmann@Solvik.example.", ["kari.nordmann@solvik.example"]),
    ("telefon", "tlf 75101000", ["75101000"]),
    ("telefon", "mobil +47 912 34 567", ["91234567"]),
    ("telefon", "75 10 10 00", ["75101000"]),
    ("stillings_id", "Søknad, stillings-ID: 4711", ["4711"]),
    ("stillings_id", "Webcruiter-ID 4567890123", ["4567890123"]),
    ("planid", "plan-ID 1130_202502", ["1130_202502"]),
    ("navn", "Navn: Kari Anne Nordmann\nAdresse: Fjellveien 3", ["Kari Anne Nordmann"]),
    ("navn", "Nordmann, Kari", ["Kari Nordmann"]),
    ("navn", "Xerxes Uvanlig, født 01.01.1990", ["Xerxes Uvanlig"]),
    ("telefon", " 75101000", ["75101000"]),
    ("saksnummer", "26/1184-3", ["2026/1184"]),
    ("navn", "Med vennlig hilsen\nXerxes Uvanlig", ["Xerxes Uvanlig"]),
]

NOT_FOUND = [
    ("matrikkel", "12/345"),
    ("matrikkel", "3/3-26"),
    ("matrikkel", "sak 2026/1184"),
    ("saksnummer", "skoleåret 2025/2026"),
    ("saksnummer", "forordning (EU) 2016/679"),
    ("saksnummer", "direktiv 2014/24/EU"),
    ("saksnummer", "sak 12/26"),
    ("saksnummer", "2026/03/01"),
    ("orgnr", "923 609 017"),
    ("orgnr", "KID 923609016"),
    ("dato", "31.02.2026"),
    ("dato", "IP 1.2.3.4"),
    ("dato", "22092024-15042025"),
    ("frist", "innen tre uker fra 3. mars 2026"),
    ("frist", "Brev av 3. mars 2026"),
    ("kid", "KID: 1234567891"),
    ("kontonummer", "12345678903"),
    ("kontonummer", "Kontonummer: 01819045077"),
    ("telefon", "49/116 Vannmåleravlesning 10407328"),
    ("adresse", "Side 3 av 4, vedlegg 2"),
    ("navn", "Søker: Hansen Bygg AS"),
    ("navn", "Uvanlig Hendelse skjedde i går"),
    ("navn", "Kari Nordmanns vei 4"),
]


@pytest.mark.parametrize(("kind", "text", "expected"), FOUND)
def test_written_forms_give_one_value(kind: str, text: str, expected: list[str]) -> None:
    assert expected == [e.value for e in EXTRACTORS[kind](text)]


@pytest.mark.parametrize(("kind", "text"), NOT_FOUND)
def test_look_alikes_are_left_alone(kind: str, text: str) -> None:
    assert [] == [e.value for e in EXTRACTORS[kind](text)]


def test_dates_come_as_dates_too() -> None:
    assert [date(2026, 3, 3)] == [e.date for e in EXTRACTORS["dato"]("3. mars 2026")]


def test_kommunenummer_is_told_beside_the_property() -> None:
    assert ["1870"] == [e.kommune for e in EXTRACTORS["matrikkel"]("1870-12/345")]


@given(st.text(alphabet="abkKIDGgnr./-@,:0123456789 \n\u00a0ÆøåNavn", max_size=300))
def test_offsets_lie_in_the_text_and_in_order(text: str) -> None:
    for kind, extract in EXTRACTORS.items():
        found = extract(text)
        assert all(0 <= e.start < e.end <= len(text) for e in found), kind
        assert sorted(e.start for e in found) == [e.start for e in found], kind
        assert all(e.value for e in found), kind


@pytest.mark.parametrize(
    "unit", ["a", "1", "Aa ", "gnr 1 ", "1/", "1.", "a@a.", "KID ", "kr 1 ", "\n", "1 2 ", "Aa-", "frist"]
)
def test_time_is_linear_in_the_text(unit: str) -> None:
    """Four times the text may not take more than ten times the time (it took sixteen if anything were quadratic)."""

    def seconds(count: int) -> float:
        text = unit * count
        started = time.perf_counter()
        for extract in EXTRACTORS.values():
            extract(text)
        return time.perf_counter() - started

    base = 40_000 // len(unit)
    assert seconds(base * 4) < 10 * seconds(base) + 0.5
