"""How well the detectors do on the labelled lines beside this file (``merket/``): precision and recall a label.

``python -m bench.detektorer`` prints the table for both sets, ``--feil`` every line that is not as labelled. Numbers in the
lines are places for made-up ones (``{FNR}``), filled anew for each of ten rounds from a fixed seed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.made_numbers import fill
from rules.detectors.full import detect
from rules.detectors.kinds import Label, Place

FOLDER = Path(__file__).parent / "merket"
SETS = {"utvikling": "utvikling.tsv", "holdt ut": "holdt_ut.tsv"}
_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line: what must be found, what may be."""

    text: str
    must: frozenset[str]
    may: frozenset[str]
    place: Place


def lines(name: str) -> Iterator[Line]:
    """The lines of a labelled set, with places still open."""
    for row in (FOLDER / name).read_text("utf-8").splitlines():
        if not row or row.startswith("#"):
            continue
        labels, _, text = row.partition("\t")
        place = Place.TEXT
        if labels.startswith("!"):
            labels, place = labels[1:], Place.TITLE
        every = [label for label in labels.split(",") if label and label != "-"]
        must = frozenset(label for label in every if not label.startswith("?"))
        unknown = {label.lstrip("?") for label in every} - set(Label)
        if unknown or not text:
            raise ValueError(f"{name}: {row}")
        yield Line(text, must, frozenset(label[1:] for label in every if label.startswith("?")), place)


@dataclass(frozen=True, slots=True)
class Score:
    """Right, wrongly found and missed, a label."""

    right: Counter[str]
    wrong: Counter[str]
    missed: Counter[str]

    def of(self, labels: Sequence[str]) -> tuple[int, float, float]:
        """Number that should be found, precision and recall over the labels together; 1 where nothing was asked."""
        right, wrong, missed = (sum(c[label] for label in labels) for c in (self.right, self.wrong, self.missed))
        return (
            right + missed,
            right / (right + wrong) if right + wrong else 1.0,
            right / (right + missed) if right + missed else 1.0,
        )


def score(name: str, *, talk: bool = False) -> Score:
    """Runs a set. ``talk`` prints the lines that are not as labelled (made-up numbers and all)."""
    rng = random.Random(f"detektorer {name}")
    result = Score(Counter(), Counter(), Counter())
    for line in lines(name):
        said = False
        for _ in range(_ROUNDS if "{" in line.text else 1):
            text = fill(line.text, rng)
            found = {d.label.value for d in detect(text, place=line.place)}
            result.right.update(line.must & found)
            result.missed.update(line.must - found)
            wrong = found - line.must - line.may
            result.wrong.update(wrong)
            if talk and not said and (wrong or line.must - found):
                said = True
                print(f"+{','.join(sorted(wrong))} -{','.join(sorted(line.must - found))}\t{text}")
    return result


NUMBERS = ("FNR", "DNR", "FNR_TYPO", "FNR_RELAXED", "PERSONNR5", "DUF", "ACCOUNT", "IBAN", "CARD", "CREDENTIAL")
OTHERS = ("PASSPORT", "PHONE", "EMAIL", "ADDRESS", "BIRTHDATE", "PLATE")
WORDS = (
    "HEALTH",
    "CHILD_WELFARE",
    "SOCIAL",
    "CRIMINAL",
    "CUSTODY",
    "SPECIAL_ED",
    "UNION",
    "RELIGION",
    "ETHNICITY",
    "SEXUAL",
    "PROTECTED_ADDR",
)


def main(arguments: Sequence[str]) -> int:
    """Prints one table a set."""
    parser = argparse.ArgumentParser(prog="python -m bench.detektorer")
    parser.add_argument("--feil", action="store_true", help="vis linjene som ikke ble som merket")
    parser.add_argument("--sett", choices=[*SETS], help="bare dette")
    given = parser.parse_args(arguments)
    for name, file in SETS.items():
        if given.sett in (None, name):
            print(table(name, score(file, talk=given.feil)))
    return 0


def table(name: str, result: Score) -> str:
    """Markdown: a line a label, and the groups together."""
    out = [f"\n| {name} | antall | presisjon | dekning |", "|---|---:|---:|---:|"]
    rows: list[tuple[str, Sequence[str]]] = [(label.value, (label.value,)) for label in Label]
    rows += [("numre, kontoer og passord", NUMBERS), ("kontakt og papirer", OTHERS), ("ord", WORDS)]
    for title, labels in rows:
        count, precision, recall = result.of(labels)
        out.append(f"| {title} | {count} | {precision:.3f} | {recall:.3f} |")
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
