"""The training sentences, varied anew each round: persons with other names, and some sentences in capitals.

Names of persons are mixed from the training part's own given names and surnames, so that a name is known by how it stands and
not only by what it is. Titles in capitals are common in old registers and scanned forms.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from robot.language.ner_data import Sentence
from robot.language.ner_measure import in_capitals
from robot.language.ner_titles import titles


class Variation:
    """Hands out the sentences in a new order and form each round, made-up titles among them.

    ``swap`` (of persons), ``capitals`` (of sentences) and ``made_up`` (beside the sentences) are shares (0–1).
    """

    def __init__(
        self, sentences: Sequence[Sentence], chance: random.Random, *, swap: float, capitals: float, made_up: float
    ) -> None:
        self._sentences = list(sentences)
        self._chance = chance
        self._swap = swap
        self._capitals = capitals
        self._made_up = int(made_up * len(self._sentences))
        full = [
            sentence.text[start:end].split()
            for sentence in sentences
            for start, end, label in sentence.names
            if label == "PER"
        ]
        self._given = sorted({words[0] for words in full if len(words) > 1})
        self._family = sorted({words[-1] for words in full if len(words) > 1 and len(words[-1]) > 2})
        self._is_given = frozenset(self._given)

    def round(self) -> Iterator[Sentence]:
        """All sentences once."""
        order = self._sentences + list(titles(self._chance, self._made_up))
        self._chance.shuffle(order)
        for sentence in order:
            varied = self._renamed(sentence) if sentence.names else sentence
            if self._chance.random() < self._capitals:
                yield from in_capitals([varied]) or [varied]
            else:
                yield varied

    def _renamed(self, sentence: Sentence) -> Sentence:
        parts: list[str] = []
        names: list[tuple[int, int, str]] = []
        at = length = 0
        for start, end, label in sentence.names:
            name = sentence.text[start:end]
            if label == "PER" and name[:1].isupper() and self._chance.random() < self._swap:
                name = self._other(name.split())
            parts += [sentence.text[at:start], name]
            length += start - at
            names.append((length, length + len(name), label))
            length += len(name)
            at = end
        return Sentence(text="".join([*parts, sentence.text[at:]]), names=tuple(names))

    def _other(self, words: Sequence[str]) -> str:
        if len(words) == 1:
            return self._chance.choice(self._given if words[0] in self._is_given else self._family)
        return " ".join([self._chance.choice(self._given), *words[1:-1], self._chance.choice(self._family)])
