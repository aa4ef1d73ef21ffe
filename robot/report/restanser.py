"""What waits for an answer, by unit, for the report and ``cases restanser``. Never by person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from models.organisation import Organisation
from models.sql import Row
from models.store.restanse_tx import StoredFrist, UnitWaits, Wanted
from models.store.store import Reads
from robot.report.model import UnitWait, Waits
from robot.texts import text

NAMED = 10
"""So many entries are named in the report; the list has the rest."""


def gather_waits(reads: Reads, org: Organisation, day: date, language: str) -> Waits:
    """The section of the report."""
    today = day.isoformat()
    follow_ups = reads.follow_ups()
    return Waits(
        units=tuple(unit_wait(one, org, language) for one in reads.restanse_units(today)),
        late=tuple(row["number"] for row in reads.most_late(today, NAMED)),
        follow_ups=len(follow_ups),
        follow_ups_late=sum(row["follow_up_by"] < today for row in follow_ups),
        twins=reads.open_twins(),
    )


def unit_wait(one: UnitWaits, org: Organisation, language: str) -> UnitWait:
    """The figures of one unit, by its name."""
    return UnitWait(
        unit=unit_name(one.enhet, org, language),
        code=one.enhet,
        total=one.total,
        over=one.over,
        near=one.near,
        in_time=one.in_time,
        without=one.without,
        oldest=one.oldest,
    )


def unit_name(code: str, org: Organisation, language: str) -> str:
    """``Plan og bygg (PLAN)``."""
    if not code:
        return text("waits.nobody", language)
    name = org.enheter[code].navn if code in org.enheter else code
    return name if name == code else f"{name} ({code})"


def entries(reads: Reads, wanted: Wanted, day: date) -> Iterator[dict[str, object]]:
    """Every entry that waits, with its most urgent deadline; numbers, dates and rules, no names."""
    today = day.isoformat()
    page: list[Row] = []
    for row in reads.restanser(wanted):
        page.append(row)
        if len(page) == 200:
            yield from _told(page, reads.deadlines_of([one["journalpost"] for one in page]), today)
            page = []
    yield from _told(page, reads.deadlines_of([one["journalpost"] for one in page]), today)


def _told(page: list[Row], due: Mapping[str, list[StoredFrist]], today: str) -> Iterator[dict[str, object]]:
    for row in page:
        first = next(iter(due.get(row["journalpost"], ())), None)
        late = (date.fromisoformat(today) - date.fromisoformat(row["due_on"])).days if row["due_on"] else 0
        yield {
            "enhet": row["enhet"],
            "saksnummer": row["saksnummer"],
            "journalpost": row["number"],
            "type": row["type"],
            "mottatt": row["mottatt"],
            "journaldato": row["journaldato"],
            "frist": row["due_on"] or "",
            "stadium": stage_of(row, today),
            "dager_over": max(0, late),
            "regel": first.rule if first is not None else "",
            "navn": first.name if first is not None else "",
            "hjemmel": first.hjemmel if first is not None else "",
        }


def stage_of(row: Row, today: str) -> str:
    """uten_frist, i_tide, nær or over."""
    if row["due_on"] is None:
        return "uten_frist"
    if row["due_on"] < today:
        return "over"
    return "nær" if row["warn_on"] <= today else "i_tide"
