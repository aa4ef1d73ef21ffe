"""The word lists beside the detectors: read once, expanded to every form, and put into one automaton.

The notation stands at the head of ``ord/emner.csv``. The lists are ours; the archivist reads them, the rule files decide what
a finding leads to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from rules.detectors.kinds import Label

_FOLDER = Path(__file__).parent / "ord"
_ENDINGS = {
    "m": ("", "en", "a", "er", "ene", "ar", "ane", "men", "mer", "mene"),
    "n": ("", "et", "er", "ene", "a"),
    "a": ("", "e", "t"),
}
_WEAK = ("e", "en", "a", "er", "ene", "ar", "ane")


class Strength(StrEnum):
    """Whether a word needs company: ALWAYS is a finding anywhere, STRONG also alone, WEAK only beside a person."""

    ALWAYS = "alltid"
    STRONG = "sterk"
    WEAK = "svak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of ``emner.csv``. ``unless`` and ``needs`` look in the sentence (lower case); None where nothing is asked."""

    label: Label
    strength: Strength
    unless: re.Pattern[str] | None
    needs: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One written form. ``exact``: parts that must be written just so, with their offset in the form."""

    literal: str
    row: Row
    left_open: bool
    right_open: bool
    exact: tuple[tuple[int, str], ...]


def rows(name: str) -> Iterator[list[str]]:
    """The lines of a list, split at «;», without the explanations."""
    for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split(";")


@lru_cache(maxsize=1)
def terms() -> dict[str, tuple[Term, ...]]:
    """Every form of every topic word, by its literal in lower case."""
    found: dict[str, list[Term]] = {}
    for cells in rows("emner.csv"):
        label, strength, words, unless, needs = (*cells, "", "")[:5]
        row = Row(
            label=Label(label), strength=Strength(strength), unless=any_of(_split(unless)), needs=any_of(_split(needs))
        )
        for word in _split(words):
            for term in _terms(word, row):
                found.setdefault(term.literal, []).append(term)
    return {literal: tuple(several) for literal, several in found.items()}


def _split(cell: str) -> list[str]:
    return [word for part in cell.split(",") if (word := part.strip())]


def _terms(word: str, row: Row) -> Iterator[Term]:
    written, _, inflection = word.partition("/")
    left, right = written.startswith("*"), written.endswith("*")
    written = written.strip("*")
    forms = {written} if not inflection else {f + s for f in _inflected(written, inflection) for s in ("", "s")}
    for form in sorted(forms):
        plain, exact = _exact(form)
        # A phrase may be wrapped in the middle.
        for literal in dict.fromkeys(
            (plain, *(plain[: m.start()] + "\n" + plain[m.end() :] for m in re.finditer(" ", plain)))
        ):
            yield Term(literal=literal, row=row, left_open=left, right_open=right, exact=exact)


def _exact(form: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    plain, parts = "", []
    for n, word in enumerate(form.split(" ")):
        if n:
            plain += " "
        if word.startswith("="):
            parts.append((len(plain), word[1:]))
            word = word[1:]
        plain += word
    return plain.lower(), tuple(parts)


def _inflected(word: str, inflection: str) -> Iterable[str]:
    if inflection == "e":
        return [word.removesuffix("e") + ending for ending in _WEAK]
    return [word + ending for ending in _ENDINGS[inflection]]


def any_of(words: Sequence[str]) -> re.Pattern[str] | None:
    """A pattern for any of the words («*» open towards that side) in lower-case text; None without words."""
    if not words:
        return None
    # Words that must begin a word share one test of what stands before, and are grouped by their first letters: a search
    # then gives up at most places after one look.
    starting: dict[str, list[str]] = {}
    anywhere = []
    for word in words:
        plain = word.strip("*").replace("=", "").lower()
        rest = "" if word.endswith("*") else r"(?![a-zæøå])"
        if word.startswith("*"):
            anywhere.append(_spaced(plain) + rest)
        else:
            starting.setdefault(plain[:2], []).append(_spaced(plain[2:]) + rest)
    groups: dict[str, list[str]] = {}
    for head, tails in starting.items():
        groups.setdefault(head[:1], []).append(f"{_spaced(head[1:])}(?:{'|'.join(tails)})")
    parts = [f"{re.escape(first)}(?:{'|'.join(several)})" for first, several in sorted(groups.items())]
    begun = [rf"(?<![a-zæøå])(?:{'|'.join(parts)})"] if parts else []
    return re.compile("|".join([*begun, *anywhere]))


def _spaced(plain: str) -> str:
    return re.escape(plain).replace(r"\ ", r"\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """What takes the sting out: ``hard`` also beside a name, ``soft`` only where nobody is named, ``tails`` of compounds."""

    hard: re.Pattern[str]
    soft: re.Pattern[str]
    tails: tuple[str, ...]


@lru_cache(maxsize=1)
def safe() -> Safe:
    """The list ``trygge.csv``."""
    lists: dict[str, list[str]] = {"hard": [], "myk": [], "hale": []}
    for kind, words in rows("trygge.csv"):
        lists[kind] += _split(words)
    hard, soft = any_of(lists["hard"]), any_of(lists["myk"])
    if hard is None or soft is None:
        raise ValueError("trygge.csv lacks «hard» or «myk»")
    return Safe(hard=hard, soft=soft, tails=tuple(lists["hale"]))


@cache
def words(name: str) -> tuple[str, ...]:
    """A plain list: words with commas and line breaks between."""
    return tuple(word for cells in rows(name) for word in _split(cells[0]))


@cache
def context(name: str) -> re.Pattern[str]:
    """A list of ``sammenheng.csv`` as a pattern for lower-case text."""
    pattern = any_of([word for kind, several in rows("sammenheng.csv") if kind == name for word in _split(several)])
    if pattern is None:
        raise ValueError(f"sammenheng.csv lacks «{name}»")
    return pattern
