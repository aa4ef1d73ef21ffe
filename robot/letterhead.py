"""What the head of a letter says: our reference, the sender's, and the date. Pure, and bounded to the top of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from rules.extract import EXTRACTORS

_TOP_CHARS = 6_000
_TOP_LINES = 80
_DATE_LINES = 30
_OLDEST = timedelta(days=5 * 366)

# «Deres ref» in a letter to us is ours; «vår ref» is the sender's (rule-language.md, «avsenders_ref»).
_LABEL = re.compile(
    r"(?<!\w)(?:(?P<ours>(?:deres|dykkar|dykkars|din|your)[ .]{0,2}\s?(?:saks?)?-?ref(?:eranse|erence)?(?:nr|nummer)?)"
    r"|(?P<theirs>(?:vår|our)[ .]{0,2}\s?(?:saks?)?-?ref(?:eranse|erence)?(?:nr|nummer)?)"
    r"|(?P<other>(?:(?:vår|deres|dykkar|your|our) )?"
    r"(?:dato|date|saksbehandler|sakshandsamar|arkivkode|arkiv|telefon|tlf)))"
    r"(?!\w)\.?(?P<colon>\s{0,2}:)?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_][\w./:-]{0,60}")
_WIDE = re.compile(r"\t+| {2,}|\u2003+|\s?\|\s?")
_MAX_VALUE = 60


def references(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Our references and the sender's, by their labels, different ones in order.

    In running text only what looks like a number is taken («viser til deres ref 2026/12 om …»); a row of labels over a
    row of values is read column by column.
    """
    ours: list[str] = []
    theirs: list[str] = []
    lines = text[:_TOP_CHARS].splitlines()[:_TOP_LINES]
    for number, line in enumerate(lines):
        below = next((later for later in lines[number + 1 : number + 3] if later.strip()), "")
        for kind, value in _on_line(line, below):
            into = ours if kind == "ours" else theirs
            if value and value not in into:
                into.append(value)
    return tuple(ours), tuple(theirs)


def _on_line(line: str, below: str) -> Iterator[tuple[str, str]]:
    labels = list(_LABEL.finditer(line[:1_000]))
    if not any(label["ours"] or label["theirs"] for label in labels):
        return
    values = [
        line[label.end() : labels[n + 1].start() if n + 1 < len(labels) else len(line)]
        for n, label in enumerate(labels)
    ]
    if all(not value.strip(" .:\t|") for value in values):
        yield from _columns(labels, below)
        return
    for label, value in zip(labels, values, strict=True):
        if label["ours"] or label["theirs"]:
            alone = bool(label["colon"]) or not line[: label.start()].strip(" \t|-–•*")
            yield ("ours" if label["ours"] else "theirs"), _value(value, alone=alone)


def _columns(labels: list[re.Match[str]], below: str) -> Iterator[tuple[str, str]]:
    cells = [cell.strip() for cell in _WIDE.split(below.strip())]
    if len(cells) != len(labels) or _LABEL.search(below):
        return
    for label, cell in zip(labels, cells, strict=True):
        if (label["ours"] or label["theirs"]) and re.search(r"\d", cell):
            yield ("ours" if label["ours"] else "theirs"), _value(cell, alone=True)


def _value(raw: str, *, alone: bool) -> str:
    raw = raw.strip(" \t.:|–-")
    if alone and len(cell := _WIDE.split(raw)[0].strip(" ,;.")) <= _MAX_VALUE:
        token = _TOKEN.match(cell)
        # «Deres ref: 2026/12 av 3. mars»: the number is the reference; «Deres ref: Kari Nordmann» is whole.
        return token[0].rstrip(".:-") if token and re.search(r"\d", token[0]) else cell
    token = _TOKEN.match(raw)
    return token[0].rstrip(".:-") if token and re.search(r"\d", token[0]) else ""


_DATE_LABEL = re.compile(r"\s*(?:vår dato|our date|dato|date|brevdato|datert|dokumentdato)\s?[:.]?\s*\Z", re.IGNORECASE)
_PLACE = re.compile(r"\s*(?:[A-ZÆØÅ][\w-]{1,30}(?: (?:[A-ZÆØÅ][\w-]{1,30}|i|på|sør|nord)){0,3},?\s*)?(?:den\s)?\s*\Z")


def document_date(text: str, received: date) -> date | None:
    """The date on the letter when one, and only one, stands alone on a line near the top; else None.

    «Solvik, 3. mars 2026», «Dato: 03.03.2026». It may not lie after the day of receipt, nor more than five years before:
    noark5.md wants an empty date rather than an invented one.
    """
    found: set[date] = set()
    for line in [line for line in text[:_TOP_CHARS].splitlines() if line.strip()][:_DATE_LINES]:
        if len(line) > 120:
            continue
        dates = EXTRACTORS["dato"](line)
        if len(dates) != 1 or dates[0].date is None:
            continue
        before, after = line[: dates[0].start], line[dates[0].end :].strip()
        labelled = _DATE_LABEL.search(_WIDE.split(before.rstrip() + " ")[-1] if before.strip() else before)
        if (labelled and not re.match(r"\w", after)) or (_PLACE.match(before) and not after):
            found.add(dates[0].date)
    if len(found) != 1:
        return None
    (day,) = found
    return day if received - _OLDEST <= day <= received + timedelta(days=1) else None
