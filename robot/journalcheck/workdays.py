"""Norwegian working days, remembered: a sweep asks of the same days again and again."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import lru_cache

from robot.report import workdays


@lru_cache(maxsize=8192)
def is_work_day(day: date) -> bool:
    """Monday to Friday, and no public holiday."""
    return workdays.is_work_day(day)


@lru_cache(maxsize=65536)
def between(first: date, last: date) -> int:
    """Work days after ``first`` up to and including ``last``; 0 when ``last`` is not later. Bounded by two years."""
    days = min((last - first).days, 731)
    return sum(is_work_day(first + timedelta(days=n)) for n in range(1, days + 1))


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
