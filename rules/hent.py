"""``hent``: the values a rule takes out of a post."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rules.context import Context
from rules.deadlines import parse_date
from rules.folding import fold
from rules.model import Extraction
from rules.templates import Captured, clean


def extract(extraction: Extraction, ctx: Context) -> Captured:
    """The different values in the order they stand; spelling differences count as one value."""
    found: dict[str, tuple[str, date | None]] = {}
    for value, day in _values(extraction, ctx):
        shown = clean(value)
        if shown:
            found.setdefault(fold(shown), (shown, day))
    values = tuple(value for value, _ in found.values())
    dates = tuple(day for _, day in found.values())
    fallback = not values and extraction.otherwise is not None
    if fallback and extraction.otherwise:
        values, dates = (extraction.otherwise,), (parse_date(extraction.otherwise),)
    return Captured(
        values=values,
        dates=dates,
        optional=extraction.demand == "valgfri" or extraction.otherwise is not None,
        many=extraction.demand != "én",
        fallback=fallback,
    )


def _values(extraction: Extraction, ctx: Context) -> Iterator[tuple[str, date | None]]:
    if extraction.field:
        for item in ctx.view(extraction.field).items:
            day = item.value if isinstance(item.value, date) else parse_date(item.text)
            yield (item.value.isoformat() if isinstance(item.value, date) else item.text), day
        return
    for source in extraction.sources:
        for item in ctx.view(source).items:
            if extraction.label is None:
                yield from _take(extraction, item.flat)
            else:
                yield from _beside(extraction, item.flat)


def _beside(extraction: Extraction, text: str) -> Iterator[tuple[str, date | None]]:
    """The first value after the label on its line, else on the next line with text."""
    for match in extraction.label.finditer(text):
        for line in _following(text, match.end()):
            first = next(_take(extraction, line), None)
            if first is not None:
                yield first
                break


def _following(text: str, at: int) -> Iterator[str]:
    end = text.find("\n", at)
    rest = (text[at:] if end < 0 else text[at:end]).lstrip(" \t:.–-")
    if rest.strip():
        yield rest
    while end >= 0:
        start = end + 1
        end = text.find("\n", start)
        line = (text[start:] if end < 0 else text[start:end]).strip()
        if line:
            yield line
            return


def _take(extraction: Extraction, text: str) -> Iterator[tuple[str, date | None]]:
    if extraction.pattern is not None:
        for match in extraction.pattern.finditer(text):
            value = match.group(extraction.group)
            if value:
                yield value, parse_date(value)
        return
    from rules.extract import EXTRACTORS

    for found in EXTRACTORS[extraction.type](text):
        yield found.value, found.date
