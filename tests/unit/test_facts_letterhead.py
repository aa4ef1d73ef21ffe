"""The head of a letter: references by their labels, and a date only where one stands alone."""

from __future__ import annotations

from datetime import date

import pytest

from robot.letterhead import document_date, references

RECEIVED = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("ours", "theirs", "text"),
    [
        (("2026/1184",), (), "Deres ref: 2026/1184"),
        (("2026/1184-3",), ("NAV-881",), "Deres ref.: 2026/1184-3   Vår ref.: NAV-881"),
        (("2026/1184",), ("NAV-881",), "Dykkar ref: 2026/1184 Vår ref: NAV-881"),
        (("2026/1184",), ("B-12",), "Your ref.: 2026/1184\nOur reference: B-12"),
        (("2026/1184",), ("NAV-881",), "Deres ref.   Vår ref.   Dato\n2026/1184   NAV-881   03.06.2026"),
        (("Kari Nordmann",), (), "Deres ref: Kari Nordmann"),
        (("2026/1184",), (), "Vi viser til deres ref 2026/1184 i brev av 3. mai."),
        (("2026/1184", "2025/7"), (), "Deres ref: 2026/1184\nDeres ref: 2025/7\nDeres ref: 2026/1184"),
        ((), (), "Vi viser til deres referanse i brevet."),
        ((), (), "Deres ref:\nVår ref:\nKjære kommune"),
        ((), (), "Referanse 2026/1184"),
    ],
)
def test_labels_tell_whose_reference_it_is(ours: tuple[str, ...], theirs: tuple[str, ...], text: str) -> None:
    assert (ours, theirs) == references(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (date(2026, 6, 3), "Solvik, 3. juni 2026\n\nSøknad"),
        (date(2026, 6, 3), "Mo i Rana den 03.06.2026\n\nSøknad"),
        (date(2026, 6, 3), "Kari Nordmann\nStorgata 1\n\nDato: 3.6.26\n\nSøknad"),
        (date(2026, 6, 3), "03.06.2026"),
        (date(2026, 6, 3), "Solvik, 3. juni 2026\nVi viser til brev av 1. mai 2026."),
        (None, "Vi viser til brev av 1. mai 2026\nog møtet 3. juni 2026"),
        (None, "Solvik, 3. juni 2026\n4. juni 2026"),
        (None, "Solvik, 3. juli 2026"),
        (None, "Solvik, 3. juni 1986"),
        (None, "Frist: 3. juni 2026"),
        (None, "Født: 01.01.1990"),
        (None, "\n".join(["Linje"] * 40) + "\nSolvik, 3. juni 2026"),
        (None, ""),
    ],
)
def test_a_date_is_taken_only_when_it_stands_alone(expected: date | None, text: str) -> None:
    assert expected == document_date(text, RECEIVED)
