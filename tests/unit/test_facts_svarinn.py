"""What a channel tells outside the documents: our case, the letter's date, the sender's number in its own field."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from models.facts import Facts, Unknown
from models.organisation import Enhet, Organisation
from models.post import Envelope
from models.reading import PartKind, ReadPage, ReadPart, ReadPost
from robot.explain_post import short_facts
from robot.facts import gather

ORG = Organisation(
    orgnr="910000004", name="Solvik", enheter={"SKOLE": Enhet(kode="SKOLE", navn="Skolen", orgnr="974000001")}
)
AT = datetime(2026, 6, 15, 10, tzinfo=UTC)
FNR = "01819045077"


def facts(text: str = "Hei", *, answers_to: str | None = None, **envelope: object) -> Facts:
    part = ReadPart(
        ref="0",
        kind=PartKind.DOCUMENT,
        name="brev.txt",
        media_type="text/plain",
        declared_type="text/plain",
        size_bytes=len(text),
        sha256="0" * 64,
        pages=(ReadPage(number=1, text=text),),
    )
    return gather(
        envelope=Envelope(received_at=AT, **envelope),
        channel="svarinn",
        inbox="svarinn",
        source_label="x",
        read=ReadPost(parts=(part,)),
        org=ORG,
        needs=frozenset({"findings"}),
        duplicate=None,
        answers_to=answers_to,
    )


@pytest.mark.parametrize(
    ("ours", "answered", "told"),
    [
        ("2026/12", None, "2026/12"),
        ("", "2026/12", "2026/12"),
        ("2026/12", "2026/12", "2026/12"),
        ("2026/12", "2026/7", ("2026/12", "2026/7")),
        ("", None, "2025/3"),
    ],
)
def test_our_reference_is_the_case_told_or_answered_else_the_letters_own(
    ours: str, answered: str | None, told: object
) -> None:
    assert told == facts("Deres ref: 2025/3", our_ref=ours, answers_to=answered).get("vår_ref")


def test_the_date_told_is_the_letters_unless_it_lies_after_receipt() -> None:
    assert date(2026, 6, 1) == facts("Dato: 03.06.2026", dated=date(2026, 6, 1)).get("dato.dokument")
    assert date(2026, 6, 3) == facts("Dato: 03.06.2026", dated=date(2026, 7, 1)).get("dato.dokument")


def test_the_senders_number_is_a_fact_of_its_own_and_no_finding() -> None:
    known = facts(sender_fnr=FNR)
    assert FNR == known.get("avsender.fnr")
    assert known.get("funn") in (None, ())
    assert not isinstance(known.get("funn"), Unknown)
    assert FNR not in str(short_facts(known))


def test_a_unit_is_known_by_the_number_it_was_sent_to() -> None:
    assert "SKOLE" == facts(recipient_orgnr="974000001").get("mottaker.enhet")
