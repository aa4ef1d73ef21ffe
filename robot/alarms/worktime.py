"""Working time: the hours in which somebody would have sent something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from robot.report.workdays import is_work_day


def work_seconds(start: datetime, end: datetime, *, zone: str, opens: time, closes: time, enough_s: float) -> float:
    """Seconds of working time between two moments: on work days between ``opens`` and ``closes``, local clock.

    Stops counting once there are ``enough_s``: a source may have been silent for years.
    """
    local = ZoneInfo(zone)
    total = 0.0
    for day in _days(start.astimezone(local).date(), end.astimezone(local).date()):
        if not is_work_day(day):
            continue
        first = max(start, datetime.combine(day, opens, tzinfo=local))
        last = min(end, datetime.combine(day, closes, tzinfo=local))
        # In epoch seconds, since two local times of one zone are subtracted by the clock's face, whatever it did between.
        total += max(0.0, last.timestamp() - first.timestamp())
        if total >= enough_s:
            break
    return total


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
