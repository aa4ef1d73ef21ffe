"""Labelled rows → a pipeline, with its figures from text it had not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.errors import UsedWrongly
from robot.language import calibration, thresholds
from robot.language.corpus import Corpus, count
from robot.language.folds import Fold, ages_days, alone, make
from robot.language.linear import Linear, Look, Manner
from robot.language.pipeline import Pipeline, error_key
from robot.language.rows import Row, day_of
from robot.language.thresholds import Held

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRANGE_SHARE = 0.005
"""The share of held-back texts, rightly placed, that is taken for strange: what the limit of familiarity costs."""
_RECENT_HELD = 2.0
"""What a held-back row of the newest part counts against one from before."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Rows made ready once: counted words, and the class of each as a number."""

    rows: Sequence[Row]
    corpus: Corpus
    labels: tuple[str, ...]
    classes: NDArray[Any]
    ages: NDArray[Any] | None

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Examples:
        """Makes rows ready.

        Raises:
            UsedWrongly: fewer than two classes.
        """
        import numpy as np

        labels = tuple(sorted({row.label for row in rows}))
        if len(labels) < 2:
            raise UsedWrongly(
                f"Alle {len(rows)} rader har samme «label» ({labels[0] if labels else 'ingen'}). "
                "Det må være minst to klasser for at det skal være noe å lære."
            )
        at = {label: number for number, label in enumerate(labels)}
        return cls(
            rows=rows,
            corpus=count([row.text for row in rows]),
            labels=labels,
            classes=np.array([at[row.label] for row in rows]),
            ages=ages_days(rows),
        )

    def learn(self, chosen: NDArray[Any], manner: Manner) -> Linear:
        """A linear route from some of the rows."""
        ages = self.ages[chosen] if self.ages is not None else None
        return Linear.train(self.corpus.take(chosen), self.classes[chosen], len(self.labels), manner, ages)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """What was said of every held-back row, with the truth (-1: a label that those who taught did not have)."""

    rows: NDArray[Any]
    look: Look
    truth: NDArray[Any]
    weights: NDArray[Any]
    newest: NDArray[Any]


def train(rows: Sequence[Row], *, seed: int = 0, say: Say = lambda text: None) -> Pipeline:
    """Learns from rows. The same rows and seed give the same pipeline, to the last byte.

    Raises:
        UsedWrongly: there is nothing to tell apart.
    """
    from threadpoolctl import threadpool_limits

    # More threads would add up in another order, and another order is another last digit.
    with threadpool_limits(limits=1):
        return _train(rows, seed, say)


def _train(rows: Sequence[Row], seed: int, say: Say) -> Pipeline:
    import numpy as np

    examples = Examples.of(rows)
    say(f"Leste {len(rows)} rader i {len(examples.labels)} klasser.")
    folds = make(rows, examples.classes, seed=seed)
    manner = Manner()
    held = hold_back(examples, folds, manner)
    say("Målte på rader som var holdt tilbake.")
    route = examples.learn(np.arange(len(rows)), manner)
    return assemble(examples, route, held, manner)


def hold_back(examples: Examples, folds: Sequence[Fold], manner: Manner) -> HeldBack:
    """Has every held-back row told by a route that was taught by the others."""
    looks = [examples.learn(fold.teach, manner).look_at(examples.corpus.take(fold.held)) for fold in folds]
    return gather(examples, folds, looks)


def gather(examples: Examples, folds: Sequence[Fold], looks: Sequence[Look]) -> HeldBack:
    """The folds' answers as one. A label met in one part only is a mistake in the newest part, and elsewhere left out:
    there, later letters of the same kind had taught the route."""
    import numpy as np

    kept_rows, scores, familiar, truths, weights, newest = [], [], [], [], [], []
    for fold, look in zip(folds, looks, strict=True):
        met = np.isin(examples.classes[fold.held], examples.classes[fold.teach])
        kept = met | fold.newest
        kept_rows.append(fold.held[kept])
        scores.append(look.scores[kept])
        familiar.append(look.familiar[kept])
        truths.append(np.where(met, examples.classes[fold.held], -1)[kept])
        counts = alone(examples.rows, fold.held)[kept]
        weights.append(counts * (_RECENT_HELD if fold.newest else 1.0))
        newest.append(np.full(int(kept.sum()), fold.newest))
    if not kept_rows:
        empty = np.zeros(0)
        look = Look(scores=np.zeros((0, len(examples.labels))), familiar=empty)
        return HeldBack(rows=empty.astype(int), look=look, truth=empty.astype(int), weights=empty, newest=empty > 0)
    return HeldBack(
        rows=np.concatenate(kept_rows),
        look=Look(scores=np.concatenate(scores), familiar=np.concatenate(familiar)),
        truth=np.concatenate(truths),
        weights=np.concatenate(weights),
        newest=np.concatenate(newest),
    )


def assemble(examples: Examples, route: Any, held: HeldBack, manner: Manner) -> Pipeline:
    """Calibration and thresholds from what was held back, and the card that tells of it."""
    import numpy as np

    fitted = calibration.fit(held.look.scores, held.truth, held.weights)
    told = fitted.probabilities(held.look.scores)
    best = told.argmax(axis=1) if len(told) else np.zeros(0, int)
    right = best == held.truth
    known = held.look.familiar[right]
    unfamiliar = round(float(np.quantile(known, STRANGE_SHARE)), 6) if len(known) >= 50 else 0.0
    shown = Held(
        told=told.max(axis=1) if len(told) else np.zeros(0),
        best=best,
        right=right,
        weights=held.weights,
        strange=held.look.familiar < unfamiliar,
    )
    sizes = np.bincount(examples.classes, minlength=len(examples.labels))
    limits = {error_key(error): thresholds.choose(shown, sizes, error) for error in thresholds.ERRORS}
    return Pipeline(
        labels=examples.labels,
        route=route,
        calibration=fitted,
        thresholds=limits,
        unfamiliar=unfamiliar,
        examples=tuple(int(size) for size in sizes),
        card=_card(examples, shown, held, limits, manner),
    )


def _card(
    examples: Examples, shown: Held, held: HeldBack, limits: dict[str, tuple[float, ...]], manner: Manner
) -> dict[str, Any]:
    import numpy as np

    part = held.newest if held.newest.any() else np.ones(len(held.rows), bool)
    seen = Held(
        told=shown.told[part],
        best=shown.best[part],
        right=shown.right[part],
        weights=np.ones(int(part.sum())),
        strange=shown.strange[part],
    )
    n, right = len(seen.right), int(seen.right.sum())
    times = [row.time for row in examples.rows if row.time is not None]
    at = {error: thresholds.measured(seen, np.asarray(limit)) for error, limit in limits.items()}
    return {
        "rows": len(examples.rows),
        "first_day": day_of(min(times)).isoformat() if times else None,
        "last_day": day_of(max(times)).isoformat() if times else None,
        "held_back": {
            "n": n,
            "newest": bool(held.newest.any()),
            "accuracy": round(right / n, 4) if n else None,
            "accuracy_interval": [round(edge, 4) for edge in thresholds.wilson(right, n)],
            "ece": round(calibration.expected_error(seen.told, seen.right), 4) if n else None,
            "coverage_at_error": {error: round(m.coverage, 4) for error, m in at.items()},
            "error_at": {error: round(m.error, 4) for error, m in at.items()},
            "error_interval": {error: [round(m.low, 4), round(m.high, 4)] for error, m in at.items()},
        },
        "manner": {
            "strength": manner.strength,
            "balance": manner.balance,
            "half_life_days": manner.half_life_days,
        },
    }
