"""What sources have to say in the report: units whose post nobody reads, and sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contract import Mailbox
from models.errors import TryLater
from models.organisation import Enhet, Organisation
from models.post import Fetched, Locator, Offer, Outcome, Spool
from robot.report.sources import told_by

ORG = Organisation(
    orgnr="311223348", name="Solvik", enheter={"SKOLE": Enhet(kode="SKOLE", navn="Solvik skole", orgnr="1")}
)


class Silent:
    """A source with nothing to say."""

    def offers(self, limit: int) -> Iterator[Offer]:
        return iter(())

    def download(self, offer: Offer, into: Spool) -> Fetched:
        raise TryLater("", after_s=0)

    def take_over(self, at: Locator) -> Locator:
        return at

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        return at

    def close(self) -> None:
        """Nothing is held."""


class Telling(Silent):
    def __init__(self, *boxes: Mailbox, remarks: tuple[str, ...] = ()) -> None:
        self._boxes, self._remarks = boxes, remarks

    def mailboxes(self) -> tuple[Mailbox, ...]:
        return self._boxes

    def remarks(self) -> tuple[str, ...]:
        return self._remarks


class Busy(Telling):
    def remarks(self) -> tuple[str, ...]:
        raise TryLater("opptatt", after_s=1)


def box(orgnr: str, received: int, unread: int, waiting: int = 0, parent: str = "311223348") -> Mailbox:
    return Mailbox(orgnr=orgnr, name=f"ENHET {orgnr}", parent=parent, received=received, unread=unread, waiting=waiting)


@pytest.mark.parametrize(
    ("shown", "mailbox"),
    [
        (True, box("1", 10, 10)),
        (True, box("1", 10, 5)),
        (False, box("1", 10, 4)),
        (False, box("1", 0, 0)),
        (True, box("1", 10, 0, waiting=1)),
        (False, box("1", 10, 10, parent="")),
    ],
)
def test_a_sub_unit_is_shown_when_half_of_its_post_or_more_is_opened_by_nobody(shown: bool, mailbox: Mailbox) -> None:
    assert shown == bool(told_by([Telling(mailbox)], ORG).unread)


def test_what_waits_comes_first_and_units_outside_the_register_are_marked() -> None:
    told = told_by([Telling(box("2", 9, 9), box("1", 2, 2, waiting=3))], ORG).unread
    assert [("Solvik skole (SKOLE)", False), ("ENHET 2", True)] == [(each.unit, each.unknown) for each in told]


def test_a_source_that_cannot_answer_keeps_nobody_else_from_it() -> None:
    told = told_by([Silent(), Busy(box("1", 1, 1)), Telling(remarks=("Noe mangler.",))], ORG)
    assert (("Noe mangler.",), ()) == (told.remarks, told.unread)
