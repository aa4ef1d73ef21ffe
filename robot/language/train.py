"""Labelled rows → a pipeline, with its figures from text it had not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from models.errors import UsedWrongly
from robot.language import calibration, thresholds
from robot.language.corpus import Corpus, count
from robot.language.folds import Fold, ages_days, alone, make
from robot.language.linear import Linear, Look, Manner
from robot.language.pipeline import Pipeline, Route, error_key
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


class Choice(StrEnum):
    """Which route to train: one that is named, or the one that measures best."""

    AUTO = "auto"
    LINEAR = "linear"
    TEXTCAT = "textcat"
    BOTH = "both"


def train(
    rows: Sequence[Row], *, seed: int = 0, choice: Choice = Choice.AUTO, say: Say = lambda text: None
) -> Pipeline:
    """Learns from rows. The same rows, seed and choice give the same pipeline, to the last byte.

    With AUTO spaCy's categorizer is tried where trying takes little (``textcat.MOST_WORDS``), and taken only where it is right
    more often on the newest part held back, beyond chance.

    Raises:
        UsedWrongly: there is nothing to tell apart.
    """
    from threadpoolctl import threadpool_limits

    # More threads would add up in another order, and another order is another last digit.
    with threadpool_limits(limits=1):
        return _train(rows, seed, choice, say)


def _train(rows: Sequence[Row], seed: int, choice: Choice, say: Say) -> Pipeline:
    import numpy as np

    examples = Examples.of(rows)
    say(f"Leste {len(rows)} rader i {len(examples.labels)} klasser.")
    folds = make(rows, examples.classes, seed=seed)
    manner = Manner()
    looks = look_at_held(examples, folds, manner)
    say("Målte på rader som var holdt tilbake.")
    route: Route = examples.learn(np.arange(len(rows)), manner)
    measured: dict[str, float] = {}
    if folds and choice is not Choice.LINEAR:
        other = Other(examples, folds, looks, seed)
        if choice is Choice.AUTO:
            choice, measured = other.better(say)
        if choice is not Choice.LINEAR:
            looks = other.looks(choice)
            route = other.route(route, choice)
    return assemble(examples, route, gather(examples, folds, looks), manner, measured)


def look_at_held(examples: Examples, folds: Sequence[Fold], manner: Manner) -> list[Look]:
    """What each part held back is told by a route that was taught by the others."""
    return [examples.learn(fold.teach, manner).look_at(examples.corpus.take(fold.held)) for fold in folds]


class Other:
    """spaCy's categorizer on the same parts, taught only as far as it is asked for."""

    def __init__(self, examples: Examples, folds: Sequence[Fold], linear: Sequence[Look], seed: int) -> None:
        self._examples, self._folds, self._linear, self._seed = examples, folds, linear, seed
        self._told: dict[int, Any] = {}

    def better(self, say: Say) -> tuple[Choice, dict[str, float]]:
        """What is right more often on the last part, and how often each was. Ties, and what chance may do, go to the linear."""
        from robot.language.textcat import MOST_WORDS, words_in

        if words_in([row.text for row in self._examples.rows]) > MOST_WORDS:
            return Choice.LINEAR, {}
        say("Prøver spaCys egen tekstklassifiserer på den siste delen.")
        last = len(self._folds) - 1
        truth = self._examples.classes[self._folds[last].held]
        right = {Choice.LINEAR: float((self._linear[last].scores.argmax(axis=1) == truth).mean())}
        for choice in (Choice.TEXTCAT, Choice.BOTH):
            right[choice] = float((self._look(last, choice).scores.argmax(axis=1) == truth).mean())
        best = max(right, key=lambda choice: (right[choice], choice is Choice.LINEAR))
        chance = (right[best] * (1 - right[best]) / len(truth)) ** 0.5
        chosen = best if right[best] - right[Choice.LINEAR] > chance else Choice.LINEAR
        return chosen, {choice.value: round(share, 4) for choice, share in right.items()}

    def looks(self, choice: Choice) -> list[Look]:
        """The parts as told by the route chosen."""
        return [self._look(number, choice) for number in range(len(self._folds))]

    def route(self, linear: Route, choice: Choice) -> Route:
        """The route taught by all."""
        from robot.language.textcat import Textcat, teach

        rows, amount = self._examples.rows, len(self._examples.labels)
        nlp = teach([row.text for row in rows], self._examples.classes, amount, seed=self._seed)
        if not isinstance(linear, Linear):
            raise TypeError(type(linear))
        return Textcat(nlp=nlp, linear=linear, amount=amount, share=_share(choice))

    def _look(self, number: int, choice: Choice) -> Look:
        from robot.language.textcat import mixed, teach, tell

        if number not in self._told:
            fold, rows, amount = self._folds[number], self._examples.rows, len(self._examples.labels)
            taught = self._examples.classes[fold.teach]
            nlp = teach([rows[i].text for i in fold.teach], taught, amount, seed=self._seed)
            self._told[number] = tell(nlp, [rows[i].text for i in fold.held], amount)
        return mixed(self._linear[number], self._told[number], _share(choice))


def _share(choice: Choice) -> float:
    return 1.0 if choice is Choice.TEXTCAT else 0.5


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


def assemble(
    examples: Examples, route: Route, held: HeldBack, manner: Manner, routes: Mapping[str, float] | None = None
) -> Pipeline:
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
        card={**_card(examples, shown, held, limits, manner), "routes": dict(routes or {})},
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
