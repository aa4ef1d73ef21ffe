"""Scores → probabilities that mean what they say: of what is told at 0.9, nine of ten are right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 15
_PULL, _CLASS_PULL = 2.0, 6.0
"""How many examples' worth it takes to move the common line, and a class away from it."""
_EDGE = 1e-6
_APART = 0.02
_IN_BEND, _MOST_BENDS = 60, 24
"""Held-back texts for each point of the curve, and the most points it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A temperature for all scores, then a line on the log-odds of the best class with an offset a class, then a rising curve
    (pairs of told and true) where there was enough to draw it from."""

    temperature: float = 1.0
    slope: float = 1.0
    intercept: float = 0.0
    offsets: tuple[float, ...] = ()
    curve: tuple[tuple[float, float], ...] = ()

    def probabilities(self, scores: NDArray[Any]) -> NDArray[Any]:
        """Texts × classes; each row sums to one, and the best class stays the best."""
        import numpy as np

        plain = _softmax(scores / self.temperature)
        if not len(plain):
            return plain
        at, best = np.arange(len(plain)), plain.argmax(axis=1)
        top = plain[at, best].clip(_EDGE, 1 - _EDGE)
        others = plain.copy()
        others[at, best] = 0
        rest = np.maximum(others.sum(axis=1), _EDGE / 10)
        next_share = others.max(axis=1) / rest
        offsets = np.asarray(self.offsets)[best] if self.offsets else 0.0
        told = _logistic(self.slope * np.log(top / (1 - top)) + self.intercept + offsets)
        told = self._bent(told)
        told = np.maximum(told, next_share / (1 + next_share) + 1e-9)  # a tie would let the wrong one win
        others *= ((1 - told) / rest)[:, None]
        others[at, best] = told
        return np.asarray(others / others.sum(axis=1, keepdims=True))

    def _bent(self, told: NDArray[Any]) -> NDArray[Any]:
        import numpy as np

        if not self.curve:
            return told
        xs, ys = zip((0.0, 0.0), *self.curve, (1.0, max(self.curve[-1][1], 1 - _EDGE)), strict=True)
        # A little of what was told before: two texts that were told apart are still told apart.
        return np.asarray((1 - _APART) * np.interp(told, xs, ys) + _APART * told)


def fit(scores: NDArray[Any], truth: NDArray[Any], weights: NDArray[Any]) -> Calibration:
    """From held-back texts. ``truth`` is -1 for a label that the route had not met: then whatever it says is wrong."""
    import numpy as np
    from scipy.optimize import minimize

    classes = scores.shape[1]
    met = truth >= 0
    if met.sum() < 2:
        return Calibration(offsets=(0.0,) * classes)
    temperature = _temperature(scores[met], truth[met], weights[met])
    plain = _softmax(scores / temperature)
    best = plain.argmax(axis=1)
    top = plain[np.arange(len(plain)), best].clip(_EDGE, 1 - _EDGE)
    odds, right = np.log(top / (1 - top)), (best == truth).astype(float)

    def loss(given: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        slope, intercept, offsets = given[0], given[1], given[2:]
        told = _logistic(slope * odds + intercept + offsets[best])
        value = -(weights * (right * np.log(told + 1e-12) + (1 - right) * np.log(1 - told + 1e-12))).sum()
        value += _PULL * ((slope - 1) ** 2 + intercept**2) + _CLASS_PULL * np.square(offsets).sum()
        off = weights * (told - right)
        by_class = np.bincount(best, weights=off, minlength=classes)
        gradient = np.concatenate([[(off * odds).sum(), off.sum()], by_class])
        gradient += 2 * np.concatenate([[_PULL * (slope - 1), _PULL * intercept], _CLASS_PULL * offsets])
        return float(value), gradient

    found = minimize(loss, np.concatenate([[1.0, 0.0], np.zeros(classes)]), jac=True, method="L-BFGS-B").x
    rounded = [round(float(value), 6) for value in found]
    straight = Calibration(
        temperature=round(temperature, 6),
        slope=max(rounded[0], 0.05),
        intercept=rounded[1],
        offsets=tuple(rounded[2:]),
    )
    return replace(straight, curve=_curve(straight.probabilities(scores).max(axis=1), right, weights))


def expected_error(best: NDArray[Any], right: NDArray[Any]) -> float:
    """ECE: how far the told probability of the best class is from how often it is right, over 15 equally wide bins."""
    import numpy as np

    if not len(best):
        return 0.0
    bins = np.minimum((best * BINS).astype(int), BINS - 1)
    told = np.bincount(bins, weights=best, minlength=BINS)
    true = np.bincount(bins, weights=right.astype(float), minlength=BINS)
    return float(np.abs(told - true).sum() / len(best))


def _curve(told: NDArray[Any], right: NDArray[Any], weights: NDArray[Any]) -> tuple[tuple[float, float], ...]:
    """Texts in equal heaps by what was told; how often each heap was right, made to rise (pool adjacent violators)."""
    import numpy as np

    heaps = min(len(told) // _IN_BEND, _MOST_BENDS)
    if heaps < 3:
        return ()
    pooled: list[list[float]] = []
    for heap in np.array_split(np.argsort(told, kind="stable"), heaps):
        weight = float(weights[heap].sum())
        pooled.append([float(told[heap] @ weights[heap]), float(right[heap] @ weights[heap]), weight])
        while len(pooled) > 1 and pooled[-2][1] / pooled[-2][2] >= pooled[-1][1] / pooled[-1][2]:
            last = pooled.pop()
            pooled[-1] = [a + b for a, b in zip(pooled[-1], last, strict=True)]
    return tuple((round(x / w, 6), round(min((y + x / w) / (w + 1), 1 - _EDGE), 6)) for x, y, w in pooled)


def _temperature(scores: NDArray[Any], truth: NDArray[Any], weights: NDArray[Any]) -> float:
    """The least surprising one, by golden section; a mild pull towards 1."""
    import numpy as np

    at = np.arange(len(scores))

    def surprise(log_t: float) -> float:
        told = _softmax(scores / np.exp(log_t))[at, truth]
        return float(-(weights * np.log(told + 1e-12)).sum() + log_t**2)

    low, high, ratio = -3.5, 3.5, (5**0.5 - 1) / 2
    for _ in range(40):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if surprise(a) < surprise(b) else (a, high)
    return float(np.exp((low + high) / 2))


def _softmax(scores: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    raised = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(scores) else scores
    return np.asarray(raised / raised.sum(axis=1, keepdims=True) if len(scores) else raised)


def _logistic(values: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    return np.asarray(1 / (1 + np.exp(-np.clip(values, -40, 40))))
