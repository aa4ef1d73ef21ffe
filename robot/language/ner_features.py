"""What the name pipeline sees of each word and its neighbours: hashed features, a row of numbers a word.

Words, beginnings and endings in lower case, shape («Xxx»), given names, and what the training part knew of the word: seen in
small letters (a common word), with a capital inside a sentence (a name), both, or never. In a text written in capitals the
shape says nothing, and is marked so: then the words themselves and what is known of them decide.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rules.extract.names import GIVEN_NAMES

ALL_CAPS_SHARE = 0.7
"""A text is «all capitals» when at least this share of its letters are."""

(
    WORD, SHAPE, CLASS, GIVEN, KNOWN, PRE2, PRE3, PRE4, SUF2, SUF3, SUF4, SUF5, START, FIRST,
) = range(14)  # fmt: skip
_COLUMNS = 14

_BEFORE2, _BEFORE, _HERE, _AFTER, _AFTER2 = range(-2, 3)

TEMPLATES: tuple[tuple[tuple[int, int], ...], ...] = (
    *(((_HERE, column),) for column in range(_COLUMNS - 1)),
    *(((offset, column),) for offset in (_BEFORE, _AFTER) for column in (WORD, SHAPE, CLASS, GIVEN, KNOWN, SUF3)),
    *(((offset, column),) for offset in (_BEFORE2, _AFTER2) for column in (WORD, CLASS, GIVEN, KNOWN)),
    ((_BEFORE, WORD), (_HERE, WORD)),
    ((_HERE, WORD), (_AFTER, WORD)),
    ((_HERE, WORD), (_HERE, FIRST)),
    ((_BEFORE, CLASS), (_HERE, CLASS)),
    ((_HERE, CLASS), (_AFTER, CLASS)),
    ((_BEFORE, CLASS), (_HERE, CLASS), (_AFTER, CLASS)),
    ((_BEFORE2, CLASS), (_BEFORE, CLASS), (_HERE, CLASS), (_AFTER, CLASS)),
    ((_BEFORE, WORD), (_HERE, CLASS)),
    ((_AFTER, WORD), (_HERE, CLASS)),
    ((_BEFORE, WORD), (_AFTER, WORD), (_HERE, CLASS)),
    ((_BEFORE2, WORD), (_BEFORE, WORD), (_HERE, CLASS)),
    ((_HERE, CLASS), (_AFTER, WORD), (_AFTER2, WORD)),
    ((_BEFORE, GIVEN), (_HERE, CLASS)),
    ((_HERE, GIVEN), (_AFTER, CLASS), (_HERE, CLASS)),
    ((_BEFORE, GIVEN), (_HERE, GIVEN), (_AFTER, GIVEN), (_HERE, CLASS)),
    ((_HERE, CLASS), (_HERE, FIRST)),
    ((_HERE, CLASS), (_HERE, FIRST), (_HERE, GIVEN), (_AFTER, CLASS)),
    ((_HERE, SUF4), (_HERE, CLASS)),
    ((_HERE, SUF4), (_BEFORE, CLASS)),
    ((_HERE, SUF3), (_BEFORE, SUF3)),
    ((_HERE, KNOWN), (_HERE, CLASS)),
    ((_HERE, KNOWN), (_HERE, CLASS), (_HERE, FIRST)),
    ((_BEFORE, KNOWN), (_HERE, KNOWN), (_HERE, CLASS)),
    ((_HERE, KNOWN), (_AFTER, KNOWN), (_HERE, CLASS)),
    ((_BEFORE, KNOWN), (_HERE, KNOWN), (_AFTER, KNOWN), (_HERE, CLASS)),
    ((_BEFORE, GIVEN), (_HERE, KNOWN), (_HERE, CLASS)),
    ((_HERE, GIVEN), (_HERE, KNOWN), (_AFTER, KNOWN), (_HERE, CLASS)),
    ((_HERE, SUF3), (_HERE, KNOWN), (_HERE, CLASS)),
)
"""Each feature: which columns of which neighbours are looked at together."""

_DIGIT = re.compile(r"\d")
_REPEATED = re.compile(r"(.)\1+")
_REMEMBERED = 200_000
_ODD = [np.uint64(n) for n in (2654435761, 40503, 2246822519, 3266489917)]


def shouted(text: str) -> bool:
    """Whether the text is written in capitals, so that capitals say nothing about names."""
    capitals = sum(map(str.isupper, text))
    return capitals > 3 and capitals >= ALL_CAPS_SHARE * (capitals + sum(map(str.islower, text)))


def word_hash(word: str) -> int:
    """32 bits that stand for a word, the same in every process."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the training part knew of words, as hashes of their lower-case forms: no text can be read out of it."""

    common: frozenset[int]
    named: frozenset[int]

    def of(self, low: str) -> str:
        """``c`` seen as a common word, ``n`` as a name, ``b`` both, empty never."""
        digest = word_hash(low)
        common, named = digest in self.common, digest in self.named
        return "b" if common and named else "c" if common else "n" if named else ""


@dataclass(slots=True, kw_only=True)
class Features:
    """Documents → the numbers of the rows that speak for each word's tag. ``bits``: how many rows there are, as 2**bits."""

    known: Known
    bits: int
    _seen: dict[tuple[str, bool], Any] = field(default_factory=dict)

    def of(self, texts: Sequence[Sequence[str]]) -> Any:
        """Texts as their words → one row a word, the texts after one another, one column a template; int64."""
        gap = [_pad(place) for place in range(2)]
        rows = list(gap)
        kept: list[int] = []
        for words in texts:
            all_caps = shouted("".join(words))
            kept.extend(range(len(rows), len(rows) + len(words)))
            rows.extend(self._word(word, all_caps) for word in words)
            rows.extend(gap)
        if not kept:
            return np.zeros((0, len(TEMPLATES)), np.int64)
        table = np.stack(rows)
        at = np.array(kept)
        begins = np.cumsum([0] + [len(words) for words in texts])[:-1]
        table[at[begins[[bool(words) for words in texts]]], FIRST] = 1
        return np.stack([self._column(table, at, n, parts) for n, parts in enumerate(TEMPLATES)], axis=1)

    def _column(self, table: Any, at: Any, number: int, parts: tuple[tuple[int, int], ...]) -> Any:
        mixed = np.full(len(at), np.uint64(number + 1) * _ODD[0], np.uint64)
        for place, (offset, column) in enumerate(parts):
            mixed = (mixed ^ (table[at + offset, column] + _ODD[1] + np.uint64(place))) * _ODD[2]
            mixed ^= mixed >> np.uint64(29)
        mixed *= _ODD[3]
        mixed ^= mixed >> np.uint64(32)
        return (mixed & np.uint64((1 << self.bits) - 1)).astype(np.int64)

    def _word(self, word: str, all_caps: bool) -> Any:
        key = (word, all_caps)
        if key not in self._seen:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[key] = self._new_word(word, all_caps)
        return self._seen[key]

    def _new_word(self, word: str, all_caps: bool) -> Any:
        low = _DIGIT.sub("0", word.lower())
        shape = f"!{_shape(low)}" if all_caps else _shape(word)
        short = _REPEATED.sub(r"\1", shape)
        spelt = [low, shape, short, _given(low), self.known.of(low)]
        spelt += [low[:2], low[:3], low[:4], low[-2:], low[-3:], low[-4:], low[-5:], low[:1] + short]
        return np.array([*map(word_hash, spelt), 0], np.uint64)


def _pad(place: int) -> Any:
    return np.array([word_hash(f"<{place}>{column}") for column in range(_COLUMNS)], np.uint64)


def _shape(word: str) -> str:
    return "".join("X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c for c in word[:12])


def _given(low: str) -> str:
    """Whether it is a given name, one in the genitive, or holds one («Anne-Berit»)."""
    whole = low in GIVEN_NAMES
    genitive = low.endswith("s") and low[:-1] in GIVEN_NAMES
    part = "-" in low and any(part in GIVEN_NAMES for part in low.split("-"))
    return f"{whole:d}{genitive:d}{part:d}"
