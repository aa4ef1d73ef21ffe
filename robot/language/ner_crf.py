"""A linear-chain conditional random field over hashed features: which tag each word has, judged over the whole sentence.

Measured against spaCy's own transition parser on a small CNN, trained on the same part with the same minutes: see docs/sprak.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LABELS = ("PER", "ORG", "LOC", "OTHER")
TAGS = ("O", *(f"{place}-{label}" for label in LABELS for place in "BILU"))
"""Begin, inside, last, unit (one word) of a name; O outside."""

NEVER = np.float32(-1e4)
"""The score of what cannot be: «last» after «outside»."""


def _follows(former: str, later: str) -> bool:
    if former[0] in "BI":
        return later[0] in "IL" and former[2:] == later[2:]
    return later[0] in "OBU"


FOLLOWS = np.array([[0 if _follows(f, t) else NEVER for t in TAGS] for f in TAGS], np.float32)
FIRST = np.array([0 if tag[0] in "OBU" else NEVER for tag in TAGS], np.float32)
LAST = np.array([0 if tag[0] in "OLU" else NEVER for tag in TAGS], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crf:
    """The numbers: ``index`` says which row of ``weights`` a hashed feature has (0: none); ``steps`` from tag to tag."""

    index: Any
    weights: Any
    steps: Any

    def scores(self, rows: Any) -> Any:
        """A score for each word and tag."""
        return self.weights[self.index[rows]].sum(axis=1, dtype=np.float32)

    def tags(self, rows: Any, lengths: Sequence[int]) -> list[list[int]]:
        """The best tags of each sentence; ``rows`` hold the sentences after one another."""
        return best(self.scores(rows), self.steps + FOLLOWS, lengths)


def best(scores: Any, steps: Any, lengths: Sequence[int]) -> list[list[int]]:
    """Viterbi, over many sentences at a time: the longest first, so that those still going on stand together."""
    ends = np.cumsum([0, *lengths])
    order = sorted((n for n, length in enumerate(lengths) if length), key=lambda n: -lengths[n])
    if not order:
        return [[] for _ in lengths]
    starts = ends[order]
    sizes = np.array([lengths[n] for n in order])
    so_far = scores[starts] + FIRST
    backs = []
    for at in range(1, int(sizes[0])):
        alive = int(np.searchsorted(-sizes, -at, side="left"))
        ways = so_far[:alive, :, None] + steps
        back = ways.argmax(axis=1)
        backs.append(back)
        so_far[:alive] = np.take_along_axis(ways, back[:, None, :], axis=1)[:, 0] + scores[starts[:alive] + at]
    found: list[list[int]] = [[] for _ in lengths]
    last = (so_far + LAST).argmax(axis=1)
    for place, number in enumerate(order):
        tag = int(last[place])
        path = [tag]
        for at in range(int(sizes[place]) - 2, -1, -1):
            tag = int(backs[at][place, tag])
            path.append(tag)
        found[number] = path[::-1]
    return found


def names_of(tags: Sequence[int]) -> list[tuple[int, int, str]]:
    """The names that a sentence's tags say: first word, word after the last, label."""
    found, begun = [], 0
    for at, number in enumerate(tags):
        tag = TAGS[number]
        if tag[0] in "BU":
            begun = at
        if tag[0] in "LU":
            found.append((begun, at + 1, tag[2:]))
    return found


def tags_of(names: Sequence[tuple[int, int, str]], length: int) -> list[int]:
    """The other way: the tags of a sentence of so many words with these names; one that overlaps a former is left out."""
    tags = [0] * length
    for start, end, label in names:
        if any(tags[start:end]):
            continue
        for at in range(start, end):
            place = "U" if end - start == 1 else "B" if at == start else "L" if at == end - 1 else "I"
            tags[at] = TAGS.index(f"{place}-{label}")
    return tags
