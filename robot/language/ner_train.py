"""Trains the name pipeline that ships with the package: ``python -m robot.language.ner_train --data DIR --to DIR``.

``--data`` is NorNE's folder (``nob-train.conll.gz``, ``nno-train.conll.gz`` and the two ``*-dev.conllu``). The last twentieth
of each training file, documents of their own, decides after which round to stop; the development part is only measured on,
at the end. Seeded; one thread. Takes some minutes.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from robot.language.ner_crf import Crf, tags_of
from robot.language.ner_data import Sentence, read
from robot.language.ner_features import Features, Known, word_hash
from robot.language.ner_files import pack, unpack
from robot.language.ner_learn import Learner
from robot.language.ner_marks import Marks, as_pipeline, words
from robot.language.ner_measure import in_capitals, measure, measure_folder
from robot.language.ner_vary import Variation

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Token

HELD_OUT = 20
"""One in so many of the training sentences, the last of each file, decides when to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How it is trained; tried a few ways, and chosen by the held-out part of the training files and by own titles."""

    bits: int = 21
    rows: int = 350_000
    rounds: int = 6
    batch: int = 32
    rate: float = 0.07
    decay: float = 1e-6
    drop: float = 0.1
    swap: float = 0.2
    capitals: float = 0.2
    made_up: float = 0.06
    seed: int = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains, packs, measures; says how it went on stderr."""
    told = argparse.ArgumentParser(prog="python -m robot.language.ner_train", description=__doc__)
    told.add_argument("--data", type=Path, required=True, help="NorNE's folder")
    told.add_argument("--to", type=Path, required=True, help="folder for weights and card")
    told.add_argument("--trained-at", default="", help="the date for the card, YYYY-MM-DD")
    for name in ("bits", "rows", "rounds", "seed"):
        told.add_argument(f"--{name}", type=int, default=getattr(Choices(), name))
    for name in ("rate", "decay", "drop", "swap", "capitals", "made_up"):
        told.add_argument(f"--{name.replace('_', '-')}", type=float, default=getattr(Choices(), name))
    given = vars(told.parse_args(arguments))
    data, to, date = given.pop("data"), given.pop("to"), given.pop("trained_at")
    choices = Choices(**given)
    files = [read(data / f"{form}-train.conll.gz") for form in ("nob", "nno")]
    learnt, held = _split(files)
    marks, round_no = train(learnt, held, choices, say=lambda text: print(text, file=sys.stderr, flush=True))  # noqa: T201
    card = pack(marks, to, _card(choices, [len(file) for file in files], round_no, date))
    card["figures"] = measure_folder(as_pipeline(unpack(to)), data)
    card = pack(marks, to, card)
    print(card["figures"], card["size_bytes"], file=sys.stderr)  # noqa: T201
    return 0


def train(
    learnt: list[Sentence], held: list[Sentence], choices: Choices, *, say: Any = lambda _text: None
) -> tuple[Marks, int]:
    """The best component of all rounds by the persons of the held-out part, as written and in capitals; and which round."""
    import spacy

    nlp = spacy.blank("nb")
    features = Features(known=known_words(nlp, learnt), bits=choices.bits)
    learner = Learner(choices.bits, choices.seed)
    chance = random.Random(choices.seed)  # noqa: S311
    vary = Variation(learnt, chance, swap=choices.swap, capitals=choices.capitals, made_up=choices.made_up)
    best: tuple[float, Crf, int] | None = None
    for number in range(1, choices.rounds + 1):
        rate = choices.rate * (1 - 0.8 * (number - 1) / choices.rounds)
        lost = sum(
            learner.learn(batch, rate=rate, decay=choices.decay, drop=choices.drop)
            for batch in _batches(nlp, features, vary.round(), choices.batch)
        )
        learner.end_round()
        crf = learner.model(choices.rows)
        score, told = _score(as_pipeline(Marks(features=features, crf=crf)), held)
        say(f"runde {number}: tap {lost:.0f}, {told}")
        if best is None or score > best[0]:
            best = (score, crf, number)
    if best is None:
        raise ValueError("no rounds")
    return Marks(features=features, crf=best[1]), best[2]


def known_words(nlp: Language, sentences: Sequence[Sentence]) -> Known:
    """Words seen at least twice in small letters, and at least twice inside a name. Once is not known: a word that is new at
    work must look as some did in training."""
    common: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for sentence in sentences:
        for token in nlp.make_doc(sentence.text):
            within = any(start <= token.idx < end for start, end, _ in sentence.names)
            if within and token.text[:1].isupper():
                named[token.lower_] += 1
            elif token.text[:1].islower():
                common[token.lower_] += 1
    return Known(
        common=frozenset(word_hash(word) for word, count in common.items() if count > 1),
        named=frozenset(word_hash(word) for word, count in named.items() if count > 1),
    )


def _split(files: Sequence[list[Sentence]]) -> tuple[list[Sentence], list[Sentence]]:
    learnt, held = [], []
    for file in files:
        cut = len(file) - len(file) // HELD_OUT
        learnt += file[:cut]
        held += file[cut:]
    return learnt, held


def _batches(
    nlp: Language, features: Features, sentences: Iterator[Sentence], size: int
) -> Iterator[list[tuple[Any, Any]]]:
    batch = []
    for sentence in sentences:
        its = words(nlp.make_doc(sentence.text))
        names = [(*_within(its, start, end), label) for start, end, label in sentence.names]
        if its:
            rows = features.of([[token.text for token in its]])
            batch.append((rows, np.array(tags_of(names, len(its)))))
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _within(its: Sequence[Token], start: int, end: int) -> tuple[int, int]:
    """The words that have a part in these characters: the first, and the one after the last."""
    inside = [at for at, token in enumerate(its) if token.idx < end and token.idx + len(token) > start]
    return inside[0], inside[-1] + 1


def _score(nlp: Language, held: Sequence[Sentence]) -> tuple[float, str]:
    plain, capitals = measure(nlp, held), measure(nlp, in_capitals(held))
    told = ", ".join(f"{label} {plain[label].f1:.3f}/{capitals[label].f1:.3f}" for label in plain)
    return 2 * plain["PER"].f1 + capitals["PER"].f1, told


def _card(choices: Choices, sizes: Sequence[int], round_no: int, date: str) -> dict[str, Any]:
    return {
        "name": "postrobot-ner-nb-nn",
        "labels": {"PER": "personer", "ORG": "virksomheter", "LOC": "steder"},
        "language": ["nb", "nn"],
        "trained_on": "NorNE (github ltgoslo/norne @ bd311de55b5a7fc1255aee7b088364f8271c2330), treningsdelen",
        "licence": "Annotasjonene er CC0. Tekstene følger ikke med, og kan ikke leses ut av vektene.",
        "sentences": dict(zip(("nb", "nn"), sizes, strict=True)),
        "held_out": f"siste 1/{HELD_OUT} av hver treningsfil valgte runde {round_no}",
        "trained_at": date,
        "command": "python -m robot.language.ner_train --data NORNE --to robot/language/ner_nb --trained-at DATO",
        "choices": {name: getattr(choices, name) for name in Choices.__slots__},
        "figures": {},
    }


if __name__ == "__main__":
    sys.exit(main())
