"""What an extractor is and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date as Date


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """One value found in a text.

    ``value`` is normalised, as templates put it in («12/345», «2026/1184», «2026-03-01»): two spellings of one thing
    give the same value. ``start`` and ``end`` are character offsets of the whole written form in the text. ``date`` is
    set for dates. ``kommune`` is the four-digit kommunenummer written before a matrikkel, else empty.
    """

    value: str
    start: int
    end: int
    date: Date | None = None
    kommune: str = ""


Extractor = Callable[[str], Sequence[Extracted]]
"""``text`` → values in text order, linear in its length. The same value may come several times."""

SPACE = r"[ \t\u00a0\u2007\u2009\u202f]"
"""A space within a line, for patterns: plain, tab, no-break, figure, thin, narrow no-break."""
