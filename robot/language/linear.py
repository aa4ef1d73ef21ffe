"""The linear route: words and their parts → one weight a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.language import softmax
from robot.language.corpus import Corpus, count
from robot.language.features import Features

if TYPE_CHECKING:
    from numpy.typing import NDArray

ARRAYS, WORDS, LEXICON, PARTS = "linear.npz", "words.txt", "lexicon.txt", "parts.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a route says of some texts: ``scores`` texts × classes; ``familiar`` 0–1, how like its best class each text is."""

    scores: NDArray[Any]
    familiar: NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the route is trained; what is tried against each other. ``balance``: 0 counts each example once, 1 each class once."""

    strength: float = 10.0
    balance: float = 0.0
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
        matrix = softmax.fit(rows, classes, amount, strength=manner.strength, weights=weights)
        return cls(features=features, matrix=matrix, centres=_centres(rows, classes, amount))

    def look(self, texts: Sequence[str]) -> Look:
        """Scores and familiarity."""
        return self.look_at(count(texts))

    def look_at(self, corpus: Corpus) -> Look:
        """The same for texts that are counted."""
        import numpy as np

        rows = self.features.rows(corpus)
        scores = softmax.scores(rows, self.matrix)
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
    from scipy.sparse import csr_matrix

    member = csr_matrix((np.ones(len(classes), np.float32), (classes, np.arange(len(classes)))), (amount, len(classes)))
    means = np.asarray((member @ rows).todense(), np.float32)
    # Each of the three kinds has length one in a row, so their sum here says at most 3.
    lengths = np.maximum(np.sqrt(np.square(means).sum(axis=1, keepdims=True)) / np.sqrt(3), 1e-9)
    return np.asarray((means / lengths).T.astype(np.float16), np.float32)
