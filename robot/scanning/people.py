"""Names of persons for the detectors: the language pipeline where a name may stand, and the pattern of usual names beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules.detectors import names as by_pattern

_PLAUSIBLE = re.compile(
    r"[A-ZÆØÅÁÄÖÉÜŠŽČ][\w'’-]*\.? (?:(?:van|von|de|der|la|el|al|bin|af) )?[A-ZÆØÅÁÄÖÉÜŠŽČ]|[A-ZÆØÅ][a-zæøå]+s? "
)
_NO_NAME = re.compile(r"[0-9:/#=<>{}_@]")


def find(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Spans of persons' names in each text (:class:`rules.detectors.kinds.Names`).

    The pipeline is slow (some fifty kilobytes a second), so it reads only texts with a capital where a name may be. What it
    gives must look like a name: capitals, no digits, and a single word only when it is a usual given name.

    Raises:
        UsedWrongly: the pipeline's files are not those that were packed.
    """
    from robot.language import names as pipeline

    asked = [n for n, text in enumerate(texts) if _PLAUSIBLE.search(text)]
    by_pipeline = dict(zip(asked, pipeline.find([texts[n] for n in asked]), strict=True)) if asked else {}
    found = []
    for n, (text, usual) in enumerate(zip(texts, by_pattern.find(texts), strict=True)):
        spans = [
            trimmed
            for span in by_pipeline.get(n, ())
            if span.label is pipeline.Label.PER and (trimmed := _like_name(text, span.start, span.end))
        ]
        found.append(_joined([*usual, *spans]))
    return found


def _like_name(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without words at its ends that are no name, or None when nothing of a name is left."""
    words = [(start + m.start(), m[0]) for m in re.finditer(r"\S+", text[start:end])]
    while words and by_pattern.no_name(words[0][1]):
        words.pop(0)
    while words and by_pattern.no_name(words[-1][1]):
        words.pop()
    if not words or any(_NO_NAME.search(word) for _, word in words):
        return None
    if len(words) == 1 and not by_pattern.given(words[0][1].removesuffix("s")) and not by_pattern.given(words[0][1]):
        return None
    if not words[0][1][0].isupper() or not words[-1][1][0].isupper():
        return None
    last = words[-1][0] + len(words[-1][1].rstrip(".,;:)"))
    return words[0][0], last


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, the longer of two that meet."""
    kept: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda s: (s[0], -s[1])):
        if kept and span[0] < kept[-1][1]:
            if span[1] - span[0] > kept[-1][1] - kept[-1][0]:
                kept[-1] = span
        else:
            kept.append(span)
    return kept
