"""What an entry lacks before J, and a case before A: each condition of noark5.md sections 4 and 6 by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.noark import (
    TEMPORARY,
    Arkivdelstatus,
    Dokumentstatus,
    Korrespondansepart,
    Saksstatus,
    Skjerming,
    SkjermingMetadata,
    TilknyttetSom,
    Variantformat,
)
from models.noark import Korrespondanseparttype as P
from models.omsorg import Variant
from robot.caretaking.lacks import hindrances, is_restanse, lacks_of_entry
from tests.support.cases import FROM_US, INTERNAL, PDFA, RECEIVER, SENDER, case, document, entry, signed

FORMATS = frozenset({PDFA})
SHIELD = Skjerming(
    kode="UO", hjemmel="offl. § 13", skjul=(SkjermingMetadata.TITTEL_REGISTRERING_ORD,), ord=("tilskudd",)
)


@pytest.mark.parametrize(("type_", "status"), [("I", "S"), ("I", "M"), ("U", "E"), ("N", "F"), ("X", "F"), ("S", "F")])
def test_an_entry_that_has_everything_lacks_nothing(type_: str, status: str) -> None:
    one = entry(type_, status)
    assert () == lacks_of_entry(one, case(one))


@pytest.mark.parametrize(
    ("type_", "status", "changed", "lacks"),
    [
        ("I", "S", {"mottatt_dato": None}, ("datoer",)),
        ("I", "S", {"parter": (INTERNAL,)}, ("avsender",)),
        ("I", "S", {"parter": (replace(SENDER, navn="Ukjent avsender"), INTERNAL)}, ("avsender",)),
        ("I", "S", {"parter": (SENDER,)}, ("enhet",)),
        ("I", "S", {"parter": (SENDER, replace(INTERNAL, administrativ_enhet=""))}, ("enhet",)),
        ("I", "S", {"tittel": " "}, ("tittel",)),
        ("I", "S", {"skjerming": SHIELD}, ("tittel",)),
        ("I", "S", {"skjerming": SHIELD, "offentlig_tittel": "Søknad om *****"}, ()),
        ("I", "S", {"dokumenter": ()}, ("hoveddokument",)),
        ("I", "S", {"dokumenter": (document(), document())}, ("hoveddokument",)),
        ("I", "S", {"dokumenter": (document(varianter=()),)}, ("hoveddokument",)),
        ("I", "S", {"dokumenter": (document(tilknyttet_som=TilknyttetSom.VEDLEGG),)}, ("hoveddokument",)),
        ("I", "S", {"dokumenter": (document(dokumentstatus=Dokumentstatus.UNDER_REDIGERING),)}, ("dokumentstatus",)),
        ("I", "S", {"skjerming": Skjerming(kode="UO")}, ("tilgang",)),
        ("I", "S", {"skjerming": replace(SHIELD, kode="Q", ord=()), "offentlig_tittel": "*"}, ("tilgang",)),
        ("I", "S", {"skjerming": TEMPORARY}, ()),
        ("I", "S", {"skjerming": TEMPORARY, "offentlighetsvurdert_dato": date(2026, 1, 1)}, ("tilgang",)),
        ("I", "S", {"twins": ("annen",)}, ("duplikat",)),
        ("I", "S", {"dokumentets_dato": None}, ()),  # knowingly empty
        ("U", "F", {}, ("ikke_ekspedert",)),
        ("U", "G", {"sendt_dato": None}, ("ikke_ekspedert", "datoer")),
        ("U", "E", {"sendt_dato": None}, ("datoer",)),
        ("U", "E", {"parter": (FROM_US,)}, ("mottaker",)),
        ("U", "E", {"parter": (FROM_US, replace(RECEIVER, type=P.KOPIMOTTAKER))}, ("mottaker",)),
        ("X", "F", {"parter": (FROM_US, INTERNAL, SENDER)}, ("type",)),
        ("N", "F", {"parter": (FROM_US, INTERNAL, RECEIVER)}, ("type",)),
        ("N", "F", {"parter": (INTERNAL,)}, ("avsender",)),
        ("N", "F", {"parter": (FROM_US,)}, ("mottaker",)),
    ],
)
def test_each_thing_that_is_missing_is_named(
    type_: str, status: str, changed: dict[str, Any], lacks: tuple[str, ...]
) -> None:
    one = entry(type_, status, **dict(changed))
    assert lacks == lacks_of_entry(one, case(one), codes={"UO", "XX"})


def test_a_file_that_is_not_there_is_no_document() -> None:
    gone = Variant(variant=Variantformat.ARKIV, format=PDFA, sha256="0" * 64, size_bytes=1, present=False)
    one = entry("I", "S", dokumenter=(document(varianter=(gone,)),))
    assert ("hoveddokument",) == lacks_of_entry(one, case(one))


def test_a_closed_case_or_arkivdel_takes_nothing() -> None:
    one = entry("I", "S")
    assert ("sak_åpen",) == lacks_of_entry(one, case(one, saksstatus=Saksstatus.AVSLUTTET))
    assert ("sak_åpen",) == lacks_of_entry(one, case(one, arkivdelstatus=Arkivdelstatus.AVSLUTTET))


def hinders(*entries: Any, **values: Any) -> dict[str, list[str]]:
    return hindrances(case(*entries, **values), formats=FORMATS)


def test_a_case_that_has_everything_may_be_closed() -> None:
    assert {} == hinders(
        entry("I", "J", avskrivninger=(signed(),)), entry("U", "A", number=2), entry("X", "U", number=3)
    )


def test_each_hindrance_is_named_with_what_it_is_about() -> None:
    done = (signed(),)
    word = Variant(variant=Variantformat.PRODUKSJON, format="fmt/412", sha256="0" * 64, size_bytes=1)
    assert {"klasse": ["2026/1"]} == hinders(klasse="")
    assert {"ansvarlig": ["2026/1"]} == hinders(saksansvarlig="")
    assert {"journalstatus": ["2026/1-1"]} == hinders(entry("U", "E"))
    assert {"restanse": ["2026/1-1"]} == hinders(entry("I", "A"))
    assert {"arkivformat": ["2026/1-1 «Brevet»"]} == hinders(
        entry("I", "A", avskrivninger=done, dokumenter=(document(varianter=(word,)),))
    )
    unfinished = document(dokumentstatus=Dokumentstatus.UNDER_REDIGERING)
    assert {"dokumentstatus": ["2026/1-1"]} == hinders(entry("I", "A", avskrivninger=done, dokumenter=(unfinished,)))
    assert {"journalstatus": ["2026/1-1"]} == hinders(entry("I", "J", avskrivninger=done, mottatt_dato=None))


def test_what_is_utgaatt_stands_in_nobodys_way() -> None:
    assert {} == hinders(entry("I", "U", dokumenter=(), mottatt_dato=None))


def test_a_note_is_signed_off_for_each_recipient() -> None:
    other = Korrespondansepart(type=P.INTERN_MOTTAKER, navn="Bygg", administrativ_enhet="BYGG")
    parts = (FROM_US, INTERNAL, other)
    assert is_restanse(entry("N", "J", parter=parts, avskrivninger=(signed(korrespondansepart="Plan"),)))
    both = (signed(korrespondansepart="Plan"), signed(korrespondansepart="Bygg"))
    assert not is_restanse(entry("N", "J", parter=parts, avskrivninger=both))
    assert not is_restanse(entry("N", "J", parter=parts, avskrivninger=(signed(),)))
    assert not is_restanse(entry("X", "J"))
