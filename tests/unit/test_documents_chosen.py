"""Which attachments a rule takes along: by part of the name or by pattern, and never leaving out what is nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest

from models.reading import PartKind, ReadPost
from robot.documents import documents


def names(read: ReadPost, **wanted: object) -> list[str]:
    found = documents(read, tittel="Brev", clean=lambda name: name, **wanted)  # type: ignore[arg-type]
    return [document.filnavn for document in found]


@pytest.fixture
def read(read_document: Callable[..., ReadPost]) -> ReadPost:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "kari@borger.example", "p@solvik.example", "Søknad"
    message.set_content("Se vedlegg")
    for name in ("Søknad.txt", "kart.csv", "Bilde.txt"):
        message.add_attachment(f"innhold i {name}", filename=name)
    read = read_document(bytes(message), name="a.eml")
    # The parent of the sandbox hashes the parts; here each has one of its own.
    parts = [part if part.kind is PartKind.BODY else replace(part, sha256=f"{part.ref:>064}") for part in read.parts]
    return replace(read, parts=tuple(parts))


def test_without_a_wish_everything_is_taken(read: ReadPost) -> None:
    assert names(read) == ["a.eml", "Søknad.txt", "kart.csv", "Bilde.txt"]


def test_a_pattern_or_part_of_a_name_takes_those_it_fits(read: ReadPost) -> None:
    assert names(read, ta_med=("*.txt",)) == ["a.eml", "Søknad.txt", "Bilde.txt"]
    assert names(read, ta_med=("SØKNAD", "kart")) == ["a.eml", "Søknad.txt", "kart.csv"]


def test_a_wish_that_fits_nothing_leaves_nothing_out(read: ReadPost) -> None:
    assert names(read, ta_med=("*.pdf",)) == ["a.eml", "Søknad.txt", "kart.csv", "Bilde.txt"]


def test_the_main_document_may_be_wished_by_pattern(read: ReadPost) -> None:
    assert names(read, hoved="*.csv")[0] == "kart.csv"
    assert names(read, hoved="kart", ta_med=("søknad",)) == ["kart.csv", "a.eml", "Søknad.txt"]
