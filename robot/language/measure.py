"""How good a pipeline is on labelled text it has not seen."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from robot.language.calibration import expected_error
from robot.language.pipeline import Pipeline, error_key
from robot.language.rows import Row
from robot.language.thresholds import wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOLD = (0.01, 0.05)
"""The error rates that coverage is told for."""
_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """Of one class. ``n`` rows have it; ``proposed`` were given it as the best."""

    n: int
    proposed: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``accuracy`` and ``macro_f1`` count the best class of every row (a label unseen in training is wrong); ``ece`` has 15
    bins; ``coverage_at_error`` is the share answered at thresholds fixed in training, ``error_at`` how many of those were
    wrong here. ``strange``: the share taken for a new kind of post. ``pipeline`` is its hash."""

    n: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    macro_f1: float
    ece: float
    coverage_at_error: Mapping[str, float]
    error_at: Mapping[str, float]
    strange: float
    classes: Mapping[str, ClassFigures]
    posts_per_s: float
    pipeline: str


def measure(pipeline: Pipeline, rows: Sequence[Row]) -> Figures:
    """Measures; the time is that of the whole way from text to probabilities, one process."""
    import numpy as np

    texts = [row.text for row in rows]
    begun = time.perf_counter()
    told, strange = _told(pipeline, texts)
    seconds = max(time.perf_counter() - begun, 1e-9)
    number = {label: at for at, label in enumerate(pipeline.labels)}
    truth = np.array([number.get(row.label, -1) for row in rows])
    best = told.argmax(axis=1)
    right = best == truth
    coverage, error_at = {}, {}
    for error in TOLD:
        acts = pipeline.acts(told, strange, error=error)
        coverage[error_key(error)] = round(float(acts.mean()), 4)
        error_at[error_key(error)] = round(float((~right[acts]).mean()), 4) if acts.any() else 0.0
    classes = _classes(pipeline.labels, rows, best)
    low, high = wilson(int(right.sum()), len(rows))
    return Figures(
        n=len(rows),
        accuracy=round(float(right.mean()), 4),
        accuracy_interval=(round(low, 4), round(high, 4)),
        macro_f1=round(float(np.mean([figures.f1 for figures in classes.values()])), 4),
        ece=round(expected_error(told.max(axis=1), right), 4),
        coverage_at_error=coverage,
        error_at=error_at,
        strange=round(float(strange.mean()), 4),
        classes=classes,
        posts_per_s=round(len(rows) / seconds, 1),
        pipeline=pipeline.hash,
    )


def _told(pipeline: Pipeline, texts: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any]]:
    import numpy as np

    parts = [pipeline.probabilities(texts[i : i + _AT_ONCE]) for i in range(0, len(texts), _AT_ONCE)]
    return np.concatenate([told for told, _ in parts]), np.concatenate([strange for _, strange in parts])


def _classes(labels: Sequence[str], rows: Sequence[Row], best: NDArray[Any]) -> dict[str, ClassFigures]:
    """Every class that a row has or was given, by name."""
    given = [labels[i] for i in best]
    found: dict[str, ClassFigures] = {}
    for label in sorted({row.label for row in rows} | set(given)):
        n = sum(row.label == label for row in rows)
        proposed = given.count(label)
        hits = sum(row.label == label == said for row, said in zip(rows, given, strict=True))
        precision, recall = (hits / proposed if proposed else 0.0), (hits / n if n else 0.0)
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        found[label] = ClassFigures(
            n=n, proposed=proposed, precision=round(precision, 4), recall=round(recall, 4), f1=round(f1, 4)
        )
    return found
