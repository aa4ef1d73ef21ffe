"""The gate of the whole: one automaton and two patterns over the text say which lines each family must look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rules.detectors import credentials, identity, papers
from rules.detectors.gate import Prepared, around

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

_RUN = re.compile("[0-9]+")
_BOXED = re.compile(r"[0-9](?:[ |]{1,3}[0-9]){5}")
_PAIRED = re.compile(r"[0-9]{2}[ .][0-9]{2}[ .][0-9]{2}|[0-9]{3} [0-9]{2,3} [0-9]{2,3}")

Parts = list[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The parts of a text that each family needs to look at: whole lines, with one on each side where a value may be broken."""

    digits: Parts
    streets: Parts
    at: Parts
    identity: Parts
    secrets: Parts
    papers: Parts
    phones: Parts


def marked(prepared: Prepared) -> Marks:
    """The marks of a text; linear, and most of the text is in none of them."""
    lower = prepared.lower
    found: dict[str, list[int]] = {"identity": [], "secrets": [], "papers": []}
    groups, automaton = _automaton()
    for number, start, _ in automaton.find_matches_as_indexes(lower, overlapping=True):
        found[groups[number]].append(start)
    four, pairs, streets = _digits(lower)
    return Marks(
        digits=around(lower, four, neighbours=False),
        streets=around(lower, streets),
        at=around(lower, _every(lower, "@"), neighbours=False),
        identity=around(lower, sorted([*four, *found["identity"]])),
        secrets=around(lower, found["secrets"]),
        papers=around(lower, found["papers"]),
        phones=around(lower, sorted([*four, *pairs]), neighbours=False),
    )


def _digits(lower: str) -> tuple[list[int], list[int], list[int]]:
    """Where four digits stand in a row or one to a box, where groups of two or three do, and where a house number may."""
    four, pairs, streets = [], [], []
    for match in _RUN.finditer(lower):
        start, length = match.start(), match.end() - match.start()
        if length >= 4 or (length == 1 and _BOXED.match(lower, start)):
            four.append(start)
        if 2 <= length <= 3 and _PAIRED.match(lower, start):
            pairs.append(start)
        if length <= 4 and start > 1 and lower[start - 1] == " " and lower[start - 2].isalpha():
            streets.append(start)
    return four, pairs, streets


def _every(text: str, sign: str) -> list[int]:
    found, at = [], text.find(sign)
    while at >= 0:
        found.append(at)
        at = text.find(sign, at + 1)
    return found


@lru_cache(maxsize=1)
def _automaton() -> tuple[list[str], AhoCorasick]:
    import ahocorasick_rs

    groups: list[str] = []
    words: list[str] = []
    for group, several in (("identity", identity.WORDS), ("secrets", credentials.WORDS), ("papers", papers.WORDS)):
        words += several
        groups += [group] * len(several)
    return groups, ahocorasick_rs.AhoCorasick(words, store_patterns=False)
