"""Dates in rules: durations, working days (Norwegian holidays), months, and dates as people write them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_NORWEGIAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")


_ONE = {"dager": "dag", "arbeidsdager": "arbeidsdag", "uker": "uke", "måneder": "måned"}


@dataclass(frozen=True, slots=True)
class Duration:
    """``{uker: 3}``: a whole number of dager, arbeidsdager, uker or måneder."""

    unit: str
    count: int

    def after(self, start: date) -> date:
        """The date this long after ``start``."""
        if self.unit == "dager":
            return start + timedelta(days=self.count)
        if self.unit == "uker":
            return start + timedelta(weeks=self.count)
        if self.unit == "arbeidsdager":
            return add_working_days(start, self.count)
        month = start.month - 1 + self.count
        year, month = start.year + month // 12, month % 12 + 1
        return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))

    def before(self, end: date) -> date:
        """The latest date from which ``end`` is at least this long away."""
        day = end
        while self.after(day) > end:
            day -= timedelta(days=1)
        return day

    def __str__(self) -> str:
        return f"{self.count} {_ONE[self.unit] if self.count == 1 else self.unit}"


def is_working_day(day: date) -> bool:
    """Not a Saturday, a Sunday or a Norwegian public holiday."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def add_working_days(start: date, count: int) -> date:
    """The ``count``-th working day after ``start``; ``start`` itself is never counted."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    import holidays

    # "no" and not "nb": the package silently gives English names for the latter, and we want one spelling everywhere.
    return frozenset(holidays.country_holidays("NO", language="no", years=year))


def parse_date(text: str) -> date | None:
    """A date written as 2026-06-15 or 15.06.2026, else None."""
    stripped = text.strip()
    iso = _ISO.fullmatch(stripped)
    written = _NORWEGIAN.fullmatch(stripped)
    if iso is None and written is None:
        return None
    try:
        if iso is not None:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        assert written is not None  # noqa: S101 (one of the two matched)
        return date(int(written[3]), int(written[2]), int(written[1]))
    except ValueError:
        return None


def show_date(day: date) -> str:
    """The date as a Norwegian reads it: 15.06.2026."""
    return f"{day:%d.%m.%Y}"


def parse_number(text: str) -> float | None:
    """A number as a Norwegian writes it (``4 200,50``), else None."""
    cleaned = "".join(text.split()).replace(",", ".").removesuffix(".-")
    return float(cleaned) if re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", cleaned, re.ASCII) else None
