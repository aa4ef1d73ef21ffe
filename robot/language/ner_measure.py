"""How well names are found: precision, recall and F1 per label, whole names with exactly the right ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from robot.language.ner_data import Sentence, read

if TYPE_CHECKING:
    from spacy.language import Language

SHOWN = ("PER", "ORG", "LOC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one label: how many there are, and how well they were found (0–1)."""

    count: int
    precision: float
    recall: float
    f1: float


def figures(
    pairs: Iterable[tuple[Iterable[tuple[int, int, str]], Iterable[tuple[int, int, str]]]],
) -> dict[str, Figures]:
    """Figures of each shown label from (true names, found names) of each text."""
    there, found, right = Counter[str](), Counter[str](), Counter[str]()
    for true, marked in pairs:
        true_set, marked_set = set(true), set(marked)
        there.update(label for *_, label in true_set)
        found.update(label for *_, label in marked_set)
        right.update(label for *_, label in true_set & marked_set)
    return {label: _figures(there[label], found[label], right[label]) for label in SHOWN}


def measure(nlp: Language, sentences: Sequence[Sentence]) -> dict[str, Figures]:
    """How well a pipeline marks these sentences, each by itself."""
    docs = nlp.pipe(sentence.text for sentence in sentences)
    return figures(
        (sentence.names, [(name.start_char, name.end_char, name.label_) for name in doc.ents])
        for sentence, doc in zip(sentences, docs, strict=True)
    )


def in_capitals(sentences: Iterable[Sentence]) -> list[Sentence]:
    """The same sentences written in capitals, names where they were (one whose length would change is left out)."""
    return [
        Sentence(text=sentence.text.upper(), names=sentence.names)
        for sentence in sentences
        if len(sentence.text.upper()) == len(sentence.text)
    ]


def measure_folder(nlp: Language, folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    """The development parts of the folder, as they are and in capitals: set → label → figures.

    Raises:
        OSError: a file is missing.
    """
    told = {}
    for form in ("nob", "nno"):
        sentences = read(folder / f"{form}-dev.conllu")
        for name, part in ((form, sentences), (f"{form}_capitals", in_capitals(sentences))):
            told[name] = {
                label: {"n": one.count, "precision": round(one.precision, 3), "recall": round(one.recall, 3),
                        "f1": round(one.f1, 3)}
                for label, one in measure(nlp, part).items()
            }  # fmt: skip
    return told


def _figures(there: int, found: int, right: int) -> Figures:
    return Figures(
        count=there,
        precision=right / found if found else 0.0,
        recall=right / there if there else 0.0,
        f1=2 * right / (there + found) if there + found else 0.0,
    )
