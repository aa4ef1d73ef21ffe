"""Dates and deadlines in Norwegian text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rules.extract.contract import SPACE, Extracted

_S = SPACE
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jan",
            "februar feb febr",
            "mars mar",
            "april apr",
            "mai",
            "juni jun",
            "juli jul",
            "august aug",
            "september sep sept",
            "oktober okt",
            "november nov",
            "desember des",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WORDS = re.compile(
    rf"(?<![\w.,/-])(?P<d>[0-9]{{1,2}})\.?{_S}{{0,2}}\n?(?P<m>{_MONTH})\.?{_S}{{0,2}}\n?(?P<y>(?:19|20)[0-9]{{2}})(?![0-9])",
    re.IGNORECASE,
)
_DOTTED = re.compile(
    rf"(?<![\w.,/-])(?P<d>[0-9]{{1,2}})\.{_S}?(?P<m>[0-9]{{1,2}})\.{_S}?(?P<y>(?:19|20)?[0-9]{{2}})(?![0-9]|[.,/][0-9]|-[0-9]{{5}})"
)
# «3/3-26», «3/3-2026», «03/03/2026»; a two-digit year after a slash is too often something else.
_SLASHED = re.compile(
    r"(?<![\w.,/-])(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})(?:-(?P<y>(?:19|20)?[0-9]{2})|/(?P<z>(?:19|20)[0-9]{2}))(?![0-9]|[.,/-][0-9])"
)
_ISO = re.compile(r"(?<![\w.,/-])(?P<y>(?:19|20)[0-9]{2})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?![0-9]|-[0-9])")
_BORN = re.compile(r"(?:f[øo]d[td]|f\.|f[øo]dselsdato)\W{0,4}\Z", re.IGNORECASE)


def dato(text: str) -> Sequence[Extracted]:
    """Whole dates: «3. mars 2026», «03.03.26», «3/3-26», «2026-03-01»; ``value`` is ISO 8601.

    Two-digit years are 1970–2069, but 1930–2029 beside «født». A date without a year is not taken.
    """
    found: list[Extracted] = []
    for pattern in (_WORDS, _DOTTED, _SLASHED, _ISO):
        for match in pattern.finditer(text):
            day = _day(text, match)
            if day is not None:
                found.append(Extracted(value=day.isoformat(), start=match.start(), end=match.end(), date=day))
    return sorted(found, key=lambda e: e.start)


def _day(text: str, match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    written = groups["y"] or groups["z"]
    year = int(written)
    if len(written) == 2:
        before = text[max(0, match.start() - 16) : match.start()]
        turn = 30 if _BORN.search(before) else 70
        year += 2000 if year < turn else 1900
    month = groups["m"]
    number = int(month) if month.isdigit() else _MONTHS[month.lower()]
    try:
        return date(year, number, int(groups["d"]))
    except ValueError:
        return None


_DEADLINE = re.compile(r"\w{0,30}frist\w{0,6}|\b(?:innen|innan|senest|seinast|forfall|forfallsdato)\b", re.IGNORECASE)
_SPAN = re.compile(
    r"\b(?:dag|dager|dagar|uke|uker|veke|veker|måned\w{0,3}|månad\w{0,3}|år)\b|[.!?]\s+[A-ZÆØÅ]", re.UNICODE
)
_REACH = 60


def frist(text: str) -> Sequence[Extracted]:
    """The first date after «frist», «innen», «senest» and their compounds and nynorsk forms, in the same sentence.

    «Innen tre uker fra 3. mars 2026» names a span and not a date: not taken.
    """
    found: list[Extracted] = []
    previous = 0
    for day in dato(text):
        window = text[max(previous, day.start - _REACH) : day.start]
        labels = list(_DEADLINE.finditer(window))
        if labels and not _SPAN.search(window, labels[-1].end()):
            found.append(day)
        previous = day.end
    return found
