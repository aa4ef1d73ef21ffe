"""Words, pairs of words and parts of words as numbers: what speaks for one class rather than another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from robot.language.corpus import Corpus
from robot.language.folding import folded

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHORTEST, LONGEST = 2, 5
"""Letters in a part of a word (char_wb: never across words)."""
MOST_WORDS, MOST_PAIRS, MOST_PARTS = 30_000, 20_000, 40_000
_COMMON = 0.5
"""Parts in more texts than this share say nothing and cost the most."""
_CHUNK = 1_000
_REMEMBERED = 200_000
"""Words whose parts are remembered in running."""


@dataclass(slots=True)
class Features:
    """Fitted on labelled text; gives a sparse row a text, each of the three kinds scaled to length one.

    ``words``, ``pairs`` (keys of numbers in ``lexicon``) and ``parts`` are the features in order; ``idf`` has one weight each.
    """

    words: list[str]
    lexicon: list[str]
    pairs: NDArray[Any]
    parts: list[str]
    idf: NDArray[Any]
    _word_at: dict[str, int] = field(init=False)
    _lexicon_at: dict[str, int] = field(init=False)
    _part_at: dict[str, int] = field(init=False)
    _parts_of: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._word_at = {word: at for at, word in enumerate(self.words)}
        self._lexicon_at = {word: at for at, word in enumerate(self.lexicon)}
        self._part_at = {part: at for at, part in enumerate(self.parts)}

    @property
    def width(self) -> int:
        """How many features."""
        return len(self.words) + len(self.pairs) + len(self.parts)

    @classmethod
    def fit(cls, corpus: Corpus, classes: NDArray[Any], count: int) -> Features:
        """Chooses what tells the ``count`` classes apart (chi-square), among what stands in two texts or more."""
        import numpy as np

        least = 2 if len(corpus) >= 200 else 1
        truth = _truth(classes, count)
        seen = np.asarray((corpus.counts > 0).sum(axis=0)).ravel()
        word_at = _best(corpus.counts, truth, least, 1.0, MOST_WORDS)
        pair_at = _best(corpus.pairs, truth, least, 1.0, MOST_PAIRS)
        keys = corpus.pair_keys[pair_at]
        used = np.unique(np.concatenate([keys >> 32, keys & 0xFFFFFFFF])) if len(keys) else np.zeros(0, np.int64)
        renumbered = np.zeros(len(corpus.words) + 1, np.int64)
        renumbered[used] = np.arange(len(used))
        pairs = (renumbered[keys >> 32] << 32) | renumbered[keys & 0xFFFFFFFF]
        order = np.argsort(pairs, kind="stable")
        parts = _choose_parts(corpus, seen, truth, least)
        fitted = cls(
            words=[corpus.words[i] for i in word_at],
            lexicon=[corpus.words[i] for i in used],
            pairs=pairs[order],
            parts=parts,
            idf=np.ones(0, np.float32),
        )
        fitted.idf = np.ones(fitted.width, np.float32)
        frequency = np.zeros(fitted.width)
        for start in range(0, len(corpus), _CHUNK):
            for block, offset in fitted._counted(corpus.take(np.arange(start, min(start + _CHUNK, len(corpus))))):
                block.data[:] = 1
                frequency[offset : offset + block.shape[1]] += np.asarray(block.sum(axis=0)).ravel()
        fitted.idf = (np.log((1 + len(corpus)) / (1 + frequency)) + 1).astype(np.float32)
        return fitted

    def rows(self, corpus: Corpus) -> Any:
        """Texts × features, sparse, float32."""
        import numpy as np
        from scipy.sparse import csr_matrix, vstack

        chunks = []
        for start in range(0, len(corpus), _CHUNK):
            chunks.append(self._rows(corpus.take(np.arange(start, min(start + _CHUNK, len(corpus))))))
        return vstack(chunks, format="csr") if chunks else csr_matrix((0, self.width), dtype=np.float32)

    def parts_of(self, word: str) -> Any:
        """The numbers (from 0) of the parts of a word that are features, each as often as it stands there."""
        import numpy as np

        found = self._parts_of.get(word)
        if found is None:
            numbers = [self._part_at[part] for part in cut(word) if part in self._part_at]
            found = np.array(numbers, np.int32)
            if len(self._parts_of) >= _REMEMBERED:
                self._parts_of.clear()
            self._parts_of[word] = found
        return found

    def word_number(self, word: str) -> int | None:
        """The feature of a word; None when it has none."""
        return self._word_at.get(word)

    def _rows(self, corpus: Corpus) -> Any:
        import numpy as np
        from scipy.sparse import hstack

        blocks = []
        for block, offset in self._counted(corpus):
            block.data = (1 + np.log(np.maximum(block.data, 1e-6))).clip(0.1) * self.idf[offset + block.indices]
            lengths = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
            block.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(block.indptr)).astype(np.float32)
            blocks.append(block)
        return hstack(blocks, format="csr", dtype=np.float32)

    def _counted(self, corpus: Corpus) -> list[tuple[Any, int]]:
        """The three kinds as counted, each with the number of its first feature."""
        import numpy as np

        used = np.unique(corpus.counts.indices)
        words = [corpus.words[i] for i in used]
        own = corpus.counts[:, used]
        word_to = np.array([self._word_at.get(word, -1) for word in words], np.int64)
        by_word = _moved(own, word_to, len(self.words))
        lexicon = np.full(len(corpus.words) + 1, -1, np.int64)
        lexicon[used] = [self._lexicon_at.get(word, -1) for word in words]
        pair_used = np.unique(corpus.pairs.indices)
        keys = corpus.pair_keys[pair_used]
        first, second = lexicon[keys >> 32], lexicon[keys & 0xFFFFFFFF]
        wanted = (first << 32) | second
        at = np.searchsorted(self.pairs, wanted) if len(self.pairs) else np.zeros(len(wanted), np.int64)
        at = np.minimum(at, max(len(self.pairs) - 1, 0))
        hit = (first >= 0) & (second >= 0)
        hit &= self.pairs[at] == wanted if len(self.pairs) else False
        by_pair = _moved(corpus.pairs[:, pair_used], np.where(hit, at, -1), len(self.pairs))
        by_part = (own @ _spread([self.parts_of(word) for word in words], len(self.parts))).tocsr()
        return [(by_word, 0), (by_pair, len(self.words)), (by_part, len(self.words) + len(self.pairs))]


def cut(word: str) -> list[str]:
    """The parts of a word, with its edges marked by spaces."""
    if word.startswith("#"):
        return []
    edged = f" {folded(word)[:40]} "
    return [edged[i : i + n] for n in range(SHORTEST, LONGEST + 1) for i in range(len(edged) - n + 1)]


def _truth(classes: NDArray[Any], count: int) -> Any:
    """Classes × texts, ones where a text is of the class."""
    import numpy as np
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(len(classes), np.float32), (classes, np.arange(len(classes)))), (count, len(classes)))


def _best(matrix: Any, truth: Any, least: int, most: float, keep: int) -> NDArray[Any]:
    """The columns that tell the classes apart best, in ascending order."""
    import numpy as np

    present = matrix.copy()
    present.data = np.ones_like(present.data)
    frequency = np.asarray(present.sum(axis=0)).ravel()
    usable = np.flatnonzero((frequency >= least) & (frequency <= most * matrix.shape[0]))
    if len(usable) <= keep:
        return usable
    observed = np.asarray((truth @ present[:, usable]).todense(), np.float32)
    return np.asarray(usable[_top(observed, frequency[usable], truth, keep)])


def _top(observed: NDArray[Any], frequency: NDArray[Any], truth: Any, keep: int) -> NDArray[Any]:
    """Columns by chi-square of class × presence; the earlier of two that are equal."""
    import numpy as np

    share = np.asarray(truth.sum(axis=1)) / truth.shape[1]
    expected = np.maximum(share @ frequency[None, :].astype(np.float32), 1e-9)
    scores = (((observed - expected) ** 2) / expected).sum(axis=0)
    return np.sort(np.argsort(-scores, kind="stable")[:keep])


def _choose_parts(corpus: Corpus, seen: NDArray[Any], truth: Any, least: int) -> list[str]:
    import numpy as np

    numbers: dict[str, int] = {}
    of_words: list[Any] = []
    for word, times in zip(corpus.words, seen, strict=True):
        parts = cut(word) if times >= least else ()
        of_words.append(np.array([numbers.setdefault(part, len(numbers)) for part in parts], np.int32))
    if not numbers:
        return []
    spread = _spread(of_words, len(numbers))
    frequency = np.zeros(len(numbers))
    observed = np.zeros((truth.shape[0], len(numbers)), np.float32)
    for start in range(0, len(corpus), _CHUNK):
        end = min(start + _CHUNK, len(corpus))
        block = (corpus.counts[start:end] @ spread).tocsr()
        block.data = np.ones_like(block.data)
        frequency += np.asarray(block.sum(axis=0)).ravel()
        observed += (truth[:, start:end] @ block).todense()
    usable = np.flatnonzero((frequency >= least) & (frequency <= max(_COMMON * len(corpus), least)))
    if len(usable) > MOST_PARTS:
        usable = usable[_top(observed[:, usable], frequency[usable], truth, MOST_PARTS)]
    names = list(numbers)
    return [names[int(i)] for i in usable]


def _spread(of_words: list[Any], width: int) -> Any:
    """Words × parts."""
    import numpy as np
    from scipy.sparse import csr_matrix

    ends = np.cumsum([0, *(len(own) for own in of_words)])
    flat = np.concatenate(of_words) if of_words else np.zeros(0, np.int32)
    matrix = csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=(len(of_words), width))
    matrix.sum_duplicates()
    return matrix


def _moved(matrix: Any, to: NDArray[Any], width: int) -> Any:
    """The same counts under new column numbers; what goes to -1 is left out."""
    import numpy as np
    from scipy.sparse import csr_matrix

    target = to[matrix.indices]
    kept = target >= 0
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    ends = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=matrix.shape[0]))])
    moved = csr_matrix((matrix.data[kept], target[kept].astype(np.int32), ends), shape=(matrix.shape[0], width))
    moved.sort_indices()
    return moved
