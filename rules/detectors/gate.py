"""What all detectors share: a normalised text that remembers its original offsets, and the cheap gate per line."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Characters that stand for a plainer one; one for one, so no offset moves. İ is here because its lower case is two.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys(
            "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r", " "
        ),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u0085\u2028\u2029\f\v", "\n"),
        "\u0130": "I",
        **{chr(0xFF10 + n): str(n) for n in range(10)},
        **{chr(0x0660 + n): str(n) for n in range(10)},
    }
)
_STANDS_FOR = re.compile(f"[{re.escape(''.join(map(chr, _PLAIN)))}]")
# What vanishes: soft hyphen and zero-width characters, and a hyphen that only breaks a word over two lines.
_GONE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]{1,64}|(?<=[a-zæøå])-[ ]?\n{1,2}[ ]{0,8}(?=[a-zæøå])")
_COMPOSED = re.compile(r"[^\u0300-\u036f][\u0300-\u036f]{1,16}")
_NEEDS_WORK = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff\u0300-\u036f]|-[ ]?\n")


SWAPS = str.maketrans(
    {"o": "0", "O": "0", "I": "1", "l": "1", "|": "1", "i": "1", "S": "5", "s": "5", "B": "8", "b": "8", "L": "1"}
)
"""Letters that OCR reads for digits, and the digit each stands for. Only beside a label: words are full of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """``text`` normalised, ``lower`` the same in lower case (same length); :meth:`original` maps a span back."""

    text: str
    lower: str
    breaks: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span in the text as it was given."""
        return self._back(start), self._back(end - 1) + 1

    def _back(self, at: int) -> int:
        n = bisect_right(self.breaks, at)
        return at + (self.shifts[n - 1] if n else 0)


def prepare(text: str) -> Prepared:
    """NFC, plain spaces and dashes, no soft hyphens, words joined again over line breaks (sensitive-data.md section 4)."""
    plain = text.translate(_PLAIN) if _STANDS_FOR.search(text) else text
    if not _NEEDS_WORK.search(plain):
        return _prepared(plain, [], [])
    pieces: list[str] = []
    breaks: list[int] = []
    shifts: list[int] = []
    at = length = shift = 0
    for start, end, replacement in _changes(plain):
        pieces += (plain[at:start], replacement)
        length += start - at + len(replacement)
        shift += end - start - len(replacement)
        breaks.append(length)
        shifts.append(shift)
        at = end
    pieces.append(plain[at:])
    return _prepared("".join(pieces), breaks, shifts)


def _changes(text: str) -> list[tuple[int, int, str]]:
    changes = [(m.start(), m.end(), "") for m in _GONE.finditer(text)]
    for match in _COMPOSED.finditer(text):
        composed = unicodedata.normalize("NFC", match[0])
        if composed != match[0]:
            changes.append((match.start(), match.end(), composed))
    changes.sort()
    kept: list[tuple[int, int, str]] = []
    for change in changes:
        if not kept or change[0] >= kept[-1][1]:
            kept.append(change)
    return kept


def _prepared(text: str, breaks: list[int], shifts: list[int]) -> Prepared:
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return Prepared(text=text, lower=lower, breaks=tuple(breaks), shifts=tuple(shifts))


def blocks(
    prepared: Prepared, *, words: Sequence[str] = (), pattern: re.Pattern[str] | None = None
) -> list[tuple[int, int]]:
    """The parts of the text worth the slow rules: lines with a word (lower case) or the pattern, and a line on each side.

    Most lines of ordinary text never pass. Neighbouring parts are joined; a text without line breaks is one line.
    """
    text = prepared.lower
    spans: list[tuple[int, int]] = []
    for word in words:
        at = text.find(word)
        while at >= 0:
            span = _line(text, at)
            spans.append(span)
            at = text.find(word, span[1])
    if pattern is not None:
        hit = pattern.search(text)
        while hit:
            span = _line(text, hit.start())
            spans.append(span)
            hit = pattern.search(text, max(span[1], hit.end()))
    return _joined(_with_neighbours(text, span) for span in sorted(set(spans)))


def around(text: str, positions: Iterable[int], *, neighbours: bool = True) -> list[tuple[int, int]]:
    """The lines with the positions (in order), joined; with ``neighbours`` a line on each side too."""
    spans: list[tuple[int, int]] = []
    last = -1
    for at in positions:
        if at >= last:
            span = _line(text, at)
            last = span[1]
            spans.append(span)
    return _joined((_with_neighbours(text, span) for span in spans) if neighbours else spans)


def _line(text: str, at: int) -> tuple[int, int]:
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end + 1


def _with_neighbours(text: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    if start:
        start = text.rfind("\n", 0, start - 1) + 1
    after = text.find("\n", end)
    return start, len(text) if after < 0 else after


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def before(prepared: Prepared, at: int, reach: int) -> str:
    """Up to ``reach`` characters of lower-case text before ``at``."""
    return prepared.lower[max(0, at - reach) : at]


def after(prepared: Prepared, at: int, reach: int) -> str:
    """Up to ``reach`` characters of lower-case text from ``at``."""
    return prepared.lower[at : at + reach]


def overlaps(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    """Whether ``span`` meets one of ``taken``, which are in order and do not meet each other."""
    n = bisect_right(taken, span, key=lambda t: (t[0], t[0]))
    return any(t[0] < span[1] and span[0] < t[1] for t in taken[max(0, n - 1) : n + 1])


def masked(value: str) -> str:
    """The first two and the last two characters, stars between; short values are stars alone."""
    return f"{value[:2]}{'*' * (len(value) - 4)}{value[-2:]}" if len(value) >= 9 else "*" * len(value)
