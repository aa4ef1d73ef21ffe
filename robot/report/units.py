"""Figures for leaders: per unit, and what came since yesterday. Only the few columns they need are read."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, func, select

from models.noark import Journalstatus
from models.organisation import Organisation
from models.post import Outcome, State
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
    by_unit: dict[str, list[RowMapping]] = defaultdict(list)
    for row in reads.conn.execute(query).mappings():
        by_unit[row["enhet"] or ""].append(row)
    return tuple(_unit(unit, by_unit[unit], org, answered, since) for unit in sorted(by_unit, key=lambda u: (not u, u)))


def _unit(unit: str, rows: Sequence[RowMapping], org: Organisation, answered: set[int], since: float) -> UnitRow:
    waiting = [row for row in rows if _waits(row)]
    fresh = [row for row in rows if row["stored_at"] >= since]
    hours = [
        (row["ended_at"] - row["received_at"]) / 3600
        for row in fresh
        if row["outcome"] == Outcome.ARCHIVED and row["ended_at"] is not None
    ]
    name = org.enheter[unit].navn if unit in org.enheter else unit
    return UnitRow(
        unit=name if name == unit else f"{name} ({unit})",
        received=len(fresh),
        untouched=sum(row["state"] == State.DONE and row["seq"] not in answered and not _waits(row) for row in fresh),
        waiting=len(waiting),
        oldest=_local_day(min(row["received_at"] for row in waiting), org.zone) if waiting else "",
        hours=round(max(statistics.median(hours), 0.0), 2) if hours else None,
    )


def _waits(row: RowMapping) -> bool:
    return bool(row["state"] != State.DONE or row["journalstatus"] == Journalstatus.MIDLERTIDIG)


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
