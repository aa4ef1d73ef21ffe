"""Texts as counted words: what every fit and every answer begins from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from robot.language.folding import words
from robot.language.zones import split

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUBJECT_WEIGHT = 1.0
FORWARDED_WEIGHT = 1.0
THREAD_WEIGHT = 0.3
"""What a word counts by where it stands: a thread below an answer is mostly our own letter come back."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """``words`` are the distinct words in the order first met; ``counts`` is texts × words, ``pairs`` texts × ``pair_keys``.

    A pair's key is the first word's number × 2³² + the second's.
    """

    words: list[str]
    counts: Any
    pair_keys: NDArray[Any]
    pairs: Any

    def __len__(self) -> int:
        return int(self.counts.shape[0])

    def take(self, rows: NDArray[Any]) -> Corpus:
        """Only these texts; words and pairs keep their numbers."""
        return Corpus(self.words, self.counts[rows], self.pair_keys, self.pairs[rows])


def count(texts: Sequence[str]) -> Corpus:
    """Counts a list of texts."""
    import numpy as np
    from scipy.sparse import csr_matrix

    known: dict[str, int] = {}
    ids: list[Any] = []
    pairs: list[Any] = []
    weights: list[Any] = []
    pair_weights: list[Any] = []
    for text in texts:
        own, heavy, own_pairs, heavy_pairs = _numbers(text, known)
        ids.append(own)
        weights.append(heavy)
        pairs.append(own_pairs)
        pair_weights.append(heavy_pairs)
    counts = _matrix(ids, weights, len(known), csr_matrix)
    flat = np.concatenate(pairs) if pairs else np.zeros(0, np.int64)
    keys, places = np.unique(flat, return_inverse=True)
    ends = np.cumsum([0, *(len(own) for own in pairs)])
    columns = [places[ends[i] : ends[i + 1]] for i in range(len(texts))]
    return Corpus(list(known), counts, keys, _matrix(columns, pair_weights, len(keys), csr_matrix))


def _numbers(text: str, known: dict[str, int]) -> tuple[Any, Any, Any, Any]:
    """Word numbers with weights, and pairs with weights, of one text."""
    import numpy as np

    zones = split(text)
    older = FORWARDED_WEIGHT if zones.forwards else THREAD_WEIGHT
    ids, weights, pairs, pair_weights = [], [], [], []
    for zone, weight in ((zones.subject, SUBJECT_WEIGHT), (zones.body, 1.0), (zones.older, older)):
        own = np.array([known.setdefault(word, len(known)) for word in words(zone)], np.int64)
        ids.append(own)
        weights.append(np.full(len(own), weight, np.float32))
        pairs.append((own[:-1] << 32) | own[1:])
        pair_weights.append(np.full(max(len(own) - 1, 0), weight, np.float32))
    return np.concatenate(ids), np.concatenate(weights), np.concatenate(pairs), np.concatenate(pair_weights)


def _matrix(columns: list[Any], weights: list[Any], width: int, made: Any) -> Any:
    """Sparse rows; what stands twice in a row is added up."""
    import numpy as np

    ends = np.cumsum([0, *(len(own) for own in columns)])
    flat = np.concatenate(columns).astype(np.int32) if columns else np.zeros(0, np.int32)
    values = np.concatenate(weights) if weights else np.zeros(0, np.float32)
    matrix = made((values, flat, ends), shape=(len(columns), width), dtype=np.float32)
    matrix.sum_duplicates()
    return matrix


_FIGURES = re.compile(r"\d+")
_SPACE = re.compile(r"\W+")


def sameness(text: str) -> bytes:
    """What equal letters share: the words without figures. Standard letters that differ in a number only are equal."""
    return hashlib.sha256(_SPACE.sub(" ", _FIGURES.sub("0", text.lower())).strip().encode()).digest()
