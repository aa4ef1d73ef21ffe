"""Texts with names: what they become, and that a title is never empty, broken over lines or half filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.facts import Facts, Unknown
from models.organisation import Organisation
from models.reasons import ReasonCode
from rules.context import Context
from rules.deadlines import Duration, add_working_days, parse_date, parse_number
from rules.folding import find_words, fold
from rules.templates import BraceFault, Captured, Filler, Template, ValueProblem, parse_template, post_title


def fill(text: str, captured: dict[str, Captured] | None = None, **facts: object) -> str:
    template = parse_template(text)
    assert isinstance(template, Template)
    values = {name.replace("__", "."): value for name, value in facts.items()}
    values.setdefault("dato.mottatt", datetime(2026, 6, 15, 9, tzinfo=UTC))
    return Filler(Context(Facts(values=values), None), captured or {}).text(template)  # type: ignore[arg-type]


GONE = {"x": Captured(optional=True)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nabovarsel – {x}", "Nabovarsel"),
        ("{x} – nabovarsel", "nabovarsel"),
        ("A – {x} – B", "A – B"),
        ("A {x} B", "A B"),
        ("A {x}, B", "A, B"),
        ("A ({x}) B", "A B"),
        ("A ({x})", "A"),
        ("A-{x}", "A"),
        ("{x}", ""),
        ("A {x} {x} B", "A B"),
    ],
)
def test_an_optional_value_that_is_missing_takes_spaces_and_dashes_with_it(text: str, expected: str) -> None:
    assert fill(text, GONE) == expected


@pytest.mark.parametrize("broken", ["{", "}", "a {b", "{}", "{ }", "a {b {c}}"])
def test_braces_that_do_not_add_up_are_found(broken: str) -> None:
    assert isinstance(parse_template(broken), BraceFault)


def test_doubled_braces_are_plain_ones() -> None:
    assert fill("a {{b}} c") == "a {b} c"


def test_the_clock_is_the_day_of_arrival_in_the_organisations_zone() -> None:
    late = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert fill("{år}-{måned} {dato}", dato__mottatt=late) == "2026-01 2026-01-01"
    org = Organisation(orgnr="1", name="x", zone="America/New_York")
    assert Context(Facts(values={"dato.mottatt": late}), org).received == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"emne": "Klage\n på  vedtak\x07"}, "Klage på vedtak"),
        ({"filnavn": "inn/2026_06_15 Brev_fra_Kari.PDF"}, "2026 06 15 Brev fra Kari"),
        ({"filnavn": "C:\\skann\\scan0001.tif", "emne": " "}, "scan0001"),
        ({"filnavn": ".pdf"}, "pdf"),
        ({"filnavn": "___.pdf"}, "Uten emne"),
        ({"emne": Unknown()}, "Uten emne"),
        ({}, "Uten emne"),
    ],
)
def test_the_subject_in_a_title_is_never_empty(facts: dict[str, object], expected: str) -> None:
    assert post_title(Context(Facts(values=facts), None)) == expected  # type: ignore[arg-type]


@given(st.text(), st.text())
def test_no_subject_or_file_name_makes_an_empty_or_broken_title(subject: str, name: str) -> None:
    title = post_title(Context(Facts(values={"emne": subject, "filnavn": name}), None))
    assert title.strip() == title != ""
    assert len(title.splitlines()) == 1


def test_a_value_that_is_missing_or_ambiguous_is_told_by_name() -> None:
    for captured, code in (
        (Captured(), ReasonCode.VALUE_MISSING),
        (Captured(values=("1", "2")), ReasonCode.VALUE_AMBIGUOUS),
    ):
        with pytest.raises(ValueProblem) as raised:
            fill("T {gnr}", {"gnr": captured})
        assert raised.value.code is code and raised.value.detail.startswith("gnr")
    with pytest.raises(ValueProblem):
        fill("{avsender.navn}")
    assert fill("{gnr}", {"gnr": Captured(values=("1", "2"), many=True)}) == "1, 2"


def test_working_days_skip_weekends_and_holidays_across_years() -> None:
    assert add_working_days(date(2026, 5, 13), 1) == date(2026, 5, 15)
    assert add_working_days(date(2026, 4, 1), 1) == date(2026, 4, 7)
    assert add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert Duration("måneder", 1).after(date(2026, 1, 31)) == date(2026, 2, 28)
    assert Duration("måneder", 14).after(date(2026, 11, 5)) == date(2028, 1, 5)
    assert Duration("uker", 3).after(date(2026, 6, 15)) == date(2026, 7, 6)


def test_dates_and_numbers_as_norwegians_write_them() -> None:
    assert parse_date("1.9.2026") == parse_date("2026-09-01") == parse_date("2026-09-01T10:00:00Z") == date(2026, 9, 1)
    assert parse_date("31.02.2026") is None and parse_date("i morgen") is None
    assert parse_number("4 200,50") == parse_number("4\u00a0200.50") == 4200.5
    assert parse_number("1e5") is None and parse_number("٣") is None


@given(st.text())
def test_folding_is_settled_after_one_time(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("Jeg beklager", "klage", False),
        ("min klage.", "klage", True),
        ("klageklage klage", "klage", True),
        ("a_klage", "klage", False),
        ("nabo   \n varsel", "nabo varsel", True),
        ("(§ 25)", "§ 25", True),
        ("§ 251", "§ 25", False),
        ("ÆRLIG TALT", "ærlig", True),
    ],
)
def test_whole_words_only(text: str, phrase: str, found: bool) -> None:
    assert (find_words(fold(text), fold(phrase)) >= 0) is found
