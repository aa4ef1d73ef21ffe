"""Plain text, CSV and the like: charset found, line ends made one kind."""

from __future__ import annotations

import re
from pathlib import Path

from models.reading import Flag, ReadPage
from models.reasons import ReasonCode
from robot.reading.charset import decode
from robot.reading.contract import Collector, PartResult, Unreadable

# C0 and C1 controls other than tab, line feed and form feed have no place in text that people and rules read.
_CONTROLS = dict.fromkeys([*range(9), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0)], None)


def read_text(path: Path, ref: str, collector: Collector) -> PartResult:
    """Text of a text file: UTF-8, UTF-16 (with or without byte order mark) or windows-1252."""
    limit = collector.limits.text_chars
    with path.open("rb") as file:
        data = file.read(limit * 2 + 1)
    text, _ = decode(data, bare_utf16(data))
    return page_of(text, limit)


def page_of(text: str, limit: int, *, flags: frozenset[Flag] = frozenset(), detail: str = "") -> PartResult:
    """One page of tidied text; cut at ``limit`` characters with a flag and a reason on the page."""
    tidy = tidied(text)
    if len(tidy) <= limit:
        return PartResult(pages=(ReadPage(number=1, text=tidy),), flags=flags, detail=detail)
    page = ReadPage(number=1, text=tidy[:limit], reason=ReasonCode.OUTPUT_LIMIT)
    return PartResult(
        pages=(page,), flags=flags | {Flag.PARTLY_READ}, detail=f"Bare de første {limit} tegnene er lest."
    )


def tidied(text: str) -> str:
    """One kind of line end, no control characters, no lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


_SURROGATES = re.compile("[\ud800-\udfff]")


def bare_utf16(data: bytes) -> str | None:
    """Which UTF-16 the bytes are in when they have no byte order mark: nearly every second byte is NUL."""
    sample = data[: min(len(data), 1024) // 2 * 2]
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.8 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.8 and odd < half * 0.05:
        return "utf-16-be"
    return None


def refuse(format_name: str) -> Unreadable:
    """The refusal of a format that we know but do not read; the sentence names it."""
    return Unreadable(ReasonCode.UNSUPPORTED_TYPE, f"Formatet «{format_name}» kan ikke leses.")
