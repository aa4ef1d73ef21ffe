"""Fits the conditional random field: exact gradients over whole sentences, AdaGrad, some features left out at random.

One thread and seeded: the same data and seed give the same numbers on the same machine and library versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from robot.language.ner_crf import FIRST, FOLLOWS, LAST, TAGS, Crf

WIDTH = len(TAGS)
_START = np.float32(0.01)
"""AdaGrad's first sum of squares: how careful the first steps are."""


class Learner:
    """The numbers while they are learnt, for all 2**bits features."""

    def __init__(self, bits: int, seed: int) -> None:
        self._weights = np.zeros((1 << bits, WIDTH), np.float32)
        self._squares = np.full((1 << bits, WIDTH), _START, np.float32)
        self._steps = np.zeros((WIDTH, WIDTH), np.float32)
        self._step_squares = np.full((WIDTH, WIDTH), _START, np.float32)
        self._random = np.random.default_rng(seed)
        self._sum = np.zeros_like(self._weights)
        self._step_sum = np.zeros_like(self._steps)
        self._rounds = 0

    def learn(self, batch: Sequence[tuple[Any, Any]], *, rate: float, decay: float, drop: float) -> float:
        """One step on sentences (rows of features, tags); returns their negative log-likelihood."""
        from scipy.sparse import csr_matrix

        batch = sorted(batch, key=lambda one: len(one[1]))
        rows, tags = (np.concatenate(part) for part in zip(*batch, strict=True))
        lengths = np.array([len(one[1]) for one in batch])
        kept = (self._random.random(rows.shape, dtype=np.float32) >= drop).astype(np.float32) / np.float32(1 - drop)
        scores = (self._weights[rows] * kept[:, :, None]).sum(axis=1)
        chances, pairs, likelihood = marginals(scores, self._steps + FOLLOWS, lengths)
        words = np.arange(len(tags))
        lost = float(likelihood.sum() - scores[words, tags].sum())
        chances[words, tags] -= 1
        for _, one in batch:
            np.subtract.at(pairs, (one[:-1], one[1:]), 1)
        touched, place = np.unique(rows, return_inverse=True)
        spread = csr_matrix(
            (kept.ravel(), (place.ravel(), np.repeat(words, rows.shape[1]))), shape=(len(touched), len(tags))
        )
        gradient = np.asarray(spread @ chances, dtype=np.float32) + decay * len(batch) * self._weights[touched]
        self._squares[touched] += gradient * gradient
        self._weights[touched] -= rate * gradient / np.sqrt(self._squares[touched])
        self._step_squares += pairs * pairs
        self._steps -= rate * pairs / np.sqrt(self._step_squares)
        return lost

    def end_round(self) -> None:
        """Remembers how things stand: the mean over the rounds is steadier than the last of them."""
        self._sum += self._weights
        self._step_sum += self._steps
        self._rounds += 1

    def model(self, rows: int) -> Crf:
        """What was learnt, as the mean over the rounds, with the ``rows`` heaviest features; the others weigh nothing."""
        mean = self._sum / np.float32(max(self._rounds, 1))
        weight = np.abs(mean).max(axis=1)
        heaviest = np.sort(np.argsort(-weight, kind="stable")[:rows])
        heaviest = heaviest[weight[heaviest] > 0]
        index = np.zeros(len(weight), np.int32)
        index[heaviest] = np.arange(1, len(heaviest) + 1, dtype=np.int32)
        weights = np.concatenate([np.zeros((1, WIDTH), np.float32), mean[heaviest]])
        return Crf(index=index, weights=weights, steps=self._step_sum / np.float32(max(self._rounds, 1)))


def marginals(scores: Any, steps: Any, lengths: Any) -> tuple[Any, Any, Any]:
    """For sentences sorted by length (shortest first): each tag's chance at each word, the expected number of each step from
    tag to tag, and the logarithm of the sum over all ways through each sentence."""
    count, longest = len(lengths), int(lengths.max())
    at = np.concatenate([np.arange(length) + n * longest for n, length in enumerate(lengths)])
    padded = np.zeros((count * longest, WIDTH), np.float32)
    padded[at] = scores
    table = padded.reshape(count, longest, WIDTH)
    begins = np.searchsorted(lengths, np.arange(longest), side="right")  # the first sentence longer than this
    ahead, behind = np.zeros_like(table), np.zeros_like(table)
    ahead[:, 0] = table[:, 0] + FIRST
    for t in range(1, longest):
        on = slice(int(begins[t]), None)
        ahead[on, t] = table[on, t] + _log_sum(ahead[on, t - 1][:, :, None] + steps, 1)
    behind[np.arange(count), lengths - 1] = LAST
    for t in range(longest - 2, -1, -1):
        on = slice(int(begins[t + 1]), None)
        behind[on, t] = _log_sum(steps + (table[on, t + 1] + behind[on, t + 1])[:, None, :], 2)
    whole = _log_sum(ahead[np.arange(count), lengths - 1] + LAST, 1)
    pairs = np.zeros((WIDTH, WIDTH), np.float32)
    for t in range(longest - 1):
        on = slice(int(begins[t + 1]), None)
        way = ahead[on, t][:, :, None] + steps + (table[on, t + 1] + behind[on, t + 1])[:, None, :]
        pairs += np.exp(np.minimum(way - whole[on, None, None], 0)).sum(axis=0)
    chances = np.exp(np.minimum(ahead + behind - whole[:, None, None], 0))
    return chances.reshape(-1, WIDTH)[at], pairs, whole


def _log_sum(values: Any, axis: int) -> Any:
    top = values.max(axis=axis, keepdims=True)
    return (top + np.log(np.exp(values - top).sum(axis=axis, keepdims=True))).squeeze(axis)
