"""Norwegian work days: Monday to Friday without public holidays."""

from __future__ import annotations

from datetime import date, timedelta


def is_work_day(day: date) -> bool:
    """Monday to Friday, and no Norwegian public holiday."""
    import holidays

    return day.weekday() < 5 and day not in holidays.country_holidays("NO", years=day.year)


def work_days_between(first: date, last: date) -> int:
    """Work days after ``first`` up to and including ``last``; 0 when ``last`` is not later."""
    days = (last - first).days
    return sum(is_work_day(first + timedelta(days=n)) for n in range(1, days + 1))


def work_day_before(day: date) -> date:
    """The last work day before ``day``."""
    before = day - timedelta(days=1)
    while not is_work_day(before):
        before -= timedelta(days=1)
    return before
