"""Figures for leaders: per unit, and what came since yesterday. Only the few columns they need are read."""

from __future__ import annotations

import statistics
from array import array
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from models.noark import Journalstatus
from models.organisation import Organisation
from models.post import Outcome, State
from models.sql import Row
from models.store import tables as t
from robot.report.model import UnitRow

if TYPE_CHECKING:
    from models.store.store import Reads

UNIT_DAYS = 30
"""The window of what was received, untouched and how fast; what waits is counted however old it is."""

_IN_M = (t.post.c.state == State.DONE) & (t.post.c.journalstatus == Journalstatus.MIDLERTIDIG)
_WAITS = (t.post.c.state != State.DONE) | _IN_M


def unit_rows(reads: Reads, org: Organisation, now: datetime) -> tuple[UnitRow, ...]:
    """One row for each unit that got something, or has something waiting; those without a unit last."""
    since = (now - timedelta(days=UNIT_DAYS)).timestamp()
    post = t.post.c
    query = select(
        post.seq,
        post.enhet,
        post.state,
        post.outcome,
        post.journalstatus,
        post.received_at,
        post.stored_at,
        post.ended_at,
    ).where((post.stored_at >= since) | _WAITS)
    answered = reads.answered_posts()
    units: dict[str, _Tally] = defaultdict(_Tally)
    for row in reads.conn.execute(query).mappings():
        units[row["enhet"] or ""].add(row, since, answered)
    return tuple(units[unit].row(unit, org) for unit in sorted(units, key=lambda u: (not u, u)))


class _Tally:
    """The figures of one unit, counted as the rows stream by: no row is kept, so that memory is flat."""

    def __init__(self) -> None:
        self.received = self.untouched = self.waiting = 0
        self.oldest: float | None = None
        self.hours = array("d")

    def add(self, row: Row, since: float, answered: set[int]) -> None:
        """Counts one post."""
        waits = row["state"] != State.DONE or row["journalstatus"] == Journalstatus.MIDLERTIDIG
        if waits:
            self.waiting += 1
            self.oldest = min(self.oldest or row["received_at"], row["received_at"])
        if row["stored_at"] < since:
            return
        self.received += 1
        self.untouched += not waits and row["seq"] not in answered
        if row["outcome"] == Outcome.ARCHIVED and row["ended_at"] is not None:
            self.hours.append((row["ended_at"] - row["received_at"]) / 3600)

    def row(self, unit: str, org: Organisation) -> UnitRow:
        """The figures as the report shows them."""
        name = org.enheter[unit].navn if unit in org.enheter else unit
        return UnitRow(
            unit=name if name == unit else f"{name} ({unit})",
            received=self.received,
            untouched=self.untouched,
            waiting=self.waiting,
            oldest=_local_day(self.oldest, org.zone) if self.oldest is not None else "",
            hours=round(max(statistics.median(self.hours), 0.0), 2) if self.hours else None,
        )


def _local_day(at: float, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).date().isoformat()


def since_yesterday(reads: Reads, day: date, zone: str) -> dict[str, int]:
    """What came since the start of the day before, by what became of it."""
    start = datetime.combine(day - timedelta(days=1), datetime.min.time(), tzinfo=ZoneInfo(zone)).timestamp()
    query = (
        select(t.post.c.state, t.post.c.outcome, func.count())
        .where(t.post.c.stored_at >= start)
        .group_by(t.post.c.state, t.post.c.outcome)
    )
    counts: Counter[str] = Counter()
    for state, outcome, number in reads.conn.execute(query):
        counts["received"] += number
        counts[outcome or state] += number
    return dict(counts)
