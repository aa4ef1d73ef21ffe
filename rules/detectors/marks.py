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

_FOUR = re.compile(r"[0-9]{4}|[0-9](?:[ |]{1,3}[0-9]){5}")
_PAIRS = re.compile(r"[0-9]{2}[ .][0-9]{2}[ .][0-9]{2}|[0-9]{3} [0-9]{2,3} [0-9]{2,3}")
_NUMBER_AFTER_LETTERS = re.compile(r"[a-zæøå] [0-9]{1,4}(?![0-9])")

Parts = list[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The parts of a text that each family needs to look at: whole lines, with one on each side."""

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
    four = [m.start() for m in _FOUR.finditer(lower)]
    pairs = [m.start() for m in _PAIRS.finditer(lower)]
    at = [m.start() for m in re.finditer("@", lower)]
    return Marks(
        digits=around(lower, four),
        streets=around(lower, [m.start() for m in _NUMBER_AFTER_LETTERS.finditer(lower)]),
        at=around(lower, at),
        identity=around(lower, sorted([*four, *found["identity"]])),
        secrets=around(lower, found["secrets"]),
        papers=around(lower, found["papers"]),
        phones=around(lower, sorted([*four, *pairs])),
    )


@lru_cache(maxsize=1)
def _automaton() -> tuple[list[str], AhoCorasick]:
    import ahocorasick_rs

    groups: list[str] = []
    words: list[str] = []
    for group, several in (("identity", identity.WORDS), ("secrets", credentials.WORDS), ("papers", papers.WORDS)):
        words += several
        groups += [group] * len(several)
    return groups, ahocorasick_rs.AhoCorasick(words, store_patterns=False)
