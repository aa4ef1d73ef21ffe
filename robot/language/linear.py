"""The linear route: words and their parts → one weight a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.language.corpus import Corpus, count
from robot.language.features import Features

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COUNTED, _SMOOTH = 0.2, 0.1
"""How much counting weighs beside the margins, and how many sightings a feature has everywhere for nothing."""
_NOT_MEANT = -1.0
"""The margin that the squared hinge asks of a class an example is not of."""
ARRAYS, WORDS, LEXICON, PARTS = "linear.npz", "words.txt", "lexicon.txt", "parts.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a route says of some texts: ``scores`` texts × classes; ``familiar`` 0–1, how like its best class each text is."""

    scores: NDArray[Any]
    familiar: NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the route is trained; what is tried against each other. ``balance``: 0 counts each example once, 1 each class once."""

    strength: float = 0.1
    balance: float = 0.5
    half_life_days: float | None = None


@dataclass(slots=True, kw_only=True)
class Linear:
    """A trained linear route. ``centres`` are the classes' mean rows, of length one."""

    features: Features
    matrix: NDArray[Any]
    centres: NDArray[Any]
    name: str = "linear"

    @classmethod
    def train(
        cls, corpus: Corpus, classes: NDArray[Any], amount: int, manner: Manner, ages_days: NDArray[Any] | None = None
    ) -> Linear:
        """Learns; ``ages_days`` before the newest example, for forgetting."""
        features = Features.fit(corpus, classes, amount)
        rows = features.rows(corpus)
        weights = example_weights(classes, amount, manner, ages_days)
        matrix = _fit(rows, classes, amount, manner.strength, weights)
        return cls(features=features, matrix=matrix, centres=_centres(rows, classes, amount))

    def look(self, texts: Sequence[str]) -> Look:
        """Scores and familiarity."""
        return self.look_at(count(texts))

    def look_at(self, corpus: Corpus) -> Look:
        """The same for texts that are counted."""
        import numpy as np

        rows = self.features.rows(corpus)
        scores = np.asarray(rows @ self.matrix[:-1] + self.matrix[-1], np.float64)
        best = scores.argmax(axis=1) if len(scores) else np.zeros(0, np.int64)
        nearness = np.asarray(rows @ self.centres)[np.arange(len(best)), best]
        return Look(scores=scores, familiar=nearness.astype(np.float64) / 3)

    def spoke(self, text: str, cls: int, most: int = 5) -> tuple[str, ...]:
        """The words that spoke most for a class rather than for the others, strongest first."""
        import numpy as np

        corpus = count([text])
        row = self.features.rows(corpus)
        values = np.zeros(self.features.width, np.float32)
        values[row.indices] = row.data
        pull = values * (self.matrix[:-1, cls] - self.matrix[:-1].mean(axis=1))
        offset = len(self.features.words) + len(self.features.pairs)
        shared = np.zeros(len(self.features.parts), np.float32)
        for word in corpus.words:
            np.add.at(shared, self.features.parts_of(word), 1)
        told = []
        for word in corpus.words:
            parts = self.features.parts_of(word)
            own = self.features.word_number(word)
            force = float((pull[offset + parts] / shared[parts]).sum()) + (float(pull[own]) if own is not None else 0.0)
            if force > 0 and len(word) > 2 and not word.startswith("#"):
                told.append((-force, word))
        return tuple(word for _, word in sorted(told)[:most])

    def save(self, folder: Path) -> list[str]:
        """Writes the files; returns their names. No pickles: numbers as npz, words as text."""
        import numpy as np

        arrays: dict[str, Any] = {
            "matrix": self.matrix,
            "centres": self.centres.astype(np.float16),
            "idf": self.features.idf,
            "pairs": self.features.pairs.astype(np.int64),
        }
        with (folder / ARRAYS).open("wb") as file:
            np.savez(file, **arrays)
        for name, lines in (
            (WORDS, self.features.words),
            (LEXICON, self.features.lexicon),
            (PARTS, self.features.parts),
        ):
            (folder / name).write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="\n")
        return [ARRAYS, WORDS, LEXICON, PARTS]

    @classmethod
    def load(cls, folder: Path) -> Linear:
        """What :meth:`save` wrote."""
        import numpy as np

        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            matrix, centres, idf, pairs = (arrays[name] for name in ("matrix", "centres", "idf", "pairs"))
        words, lexicon, parts = (
            (folder / name).read_text("utf-8").split("\n")[:-1] for name in (WORDS, LEXICON, PARTS)
        )
        features = Features(words=words, lexicon=lexicon, pairs=pairs, parts=parts, idf=idf)
        return cls(features=features, matrix=matrix, centres=centres.astype(np.float32))


def _fit(rows: Any, classes: NDArray[Any], amount: int, strength: float, weights: NDArray[Any] | None) -> NDArray[Any]:
    """Weights (features + 1) × classes, the bias last: each class against the rest, by squared hinge.

    Measured against multinomial regression on the same features (bench språk): 3 points better where labels are wrong here and
    there, since an example that fits nothing pulls less. A class without examples gets the margin of what is not meant.
    """
    import numpy as np
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=strength, random_state=0, max_iter=2_000, tol=1e-3)
    machine.fit(rows, classes, sample_weight=weights)
    learnt = np.vstack([machine.coef_.T, machine.intercept_])
    matrix = np.zeros((rows.shape[1] + 1, amount), np.float32)
    matrix[-1] = _NOT_MEANT
    if len(machine.classes_) == 2:
        learnt = np.hstack([-learnt, learnt])
    matrix[:, machine.classes_] = learnt
    matrix[:-1] += _COUNTED * _complement(rows, classes, amount)
    return matrix


def _complement(rows: Any, classes: NDArray[Any], amount: int) -> NDArray[Any]:
    """What counting alone says: how rare each feature is outside a class (complement naive Bayes, Rennie 2003). It needs few
    examples, and lifts the classes that have few."""
    import numpy as np

    own = np.asarray((_member(classes, amount) @ rows).todense(), np.float64)
    outside = own.sum(axis=0) - own + _SMOOTH
    told = -np.log(outside / outside.sum(axis=1, keepdims=True))
    return np.asarray((told - told.mean(axis=0)).T, np.float32)


def example_weights(
    classes: NDArray[Any], amount: int, manner: Manner, ages_days: NDArray[Any] | None
) -> NDArray[Any] | None:
    """What each example counts; None when all count alike."""
    import numpy as np

    if not manner.balance and manner.half_life_days is None:
        return None
    sizes = np.maximum(np.bincount(classes, minlength=amount), 1)
    weights = sizes[classes].astype(np.float64) ** -manner.balance
    if manner.half_life_days is not None and ages_days is not None:
        weights *= np.maximum(0.5 ** (ages_days / manner.half_life_days), 0.05)
    return np.asarray(weights / weights.mean(), np.float32)


def _centres(rows: Any, classes: NDArray[Any], amount: int) -> NDArray[Any]:
    """Features × classes."""
    import numpy as np

    means = np.asarray((_member(classes, amount) @ rows).todense(), np.float32)
    # Each of the three kinds has length one in a row, so their sum here says at most 3.
    lengths = np.maximum(np.sqrt(np.square(means).sum(axis=1, keepdims=True)) / np.sqrt(3), 1e-9)
    return np.asarray((means / lengths).T.astype(np.float16), np.float32)


def _member(classes: NDArray[Any], amount: int) -> Any:
    """Classes × examples, ones where an example is of the class."""
    import numpy as np
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(len(classes), np.float32), (classes, np.arange(len(classes)))), (amount, len(classes)))
