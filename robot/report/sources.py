"""What sources have to say in the report: sentences, and the units whose post at a channel nobody reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from connectors.contract import Mailbox, Remarks, Source, TellsMailboxes
from models.errors import PostrobotError
from models.organisation import Organisation
from robot.report.model import UnreadUnit

log = structlog.get_logger()

LEAST_SHARE = 0.5
"""A unit is shown when at least this share of its post was opened by nobody there before the robot saw it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBySources:
    """``remarks`` are Norwegian sentences without content from post."""

    remarks: tuple[str, ...] = ()
    unread: tuple[UnreadUnit, ...] = ()


def told_by(sources: Iterable[Source], org: Organisation) -> ToldBySources:
    """Asks each; nothing outside is asked. A source that cannot answer now has nothing to say."""
    remarks: list[str] = []
    boxes: list[Mailbox] = []
    for source in sources:
        try:
            if isinstance(source, Remarks):
                remarks += source.remarks()
            if isinstance(source, TellsMailboxes):
                boxes += source.mailboxes()
        except PostrobotError as problem:
            log.warning("source_says_nothing", error=str(problem))
    shown = [_unit(box, org) for box in boxes if _neglected(box)]
    shown.sort(key=lambda unit: (-unit.waiting, -unit.unread, unit.unit))
    return ToldBySources(remarks=tuple(remarks), unread=tuple(shown))


def _neglected(box: Mailbox) -> bool:
    """Only sub-units: at the main unit it is the robot that reads, and that is the point."""
    return bool(box.parent) and (box.waiting > 0 or box.unread >= max(1, LEAST_SHARE * box.received))


def _unit(box: Mailbox, org: Organisation) -> UnreadUnit:
    known = next((unit for unit in org.enheter.values() if unit.orgnr == box.orgnr), None)
    return UnreadUnit(
        unit=f"{known.navn} ({known.kode})" if known is not None else box.name or box.orgnr,
        orgnr=box.orgnr,
        received=box.received,
        unread=box.unread,
        waiting=box.waiting,
        oldest=box.oldest,
        unknown=known is None,
    )
