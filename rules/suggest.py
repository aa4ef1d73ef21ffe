"""«Mente du …?»: the nearest known word to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable

from rules.folding import fold

# What people without Norwegian letters at hand write instead.
_SPELLINGS = (("ae", "æ"), ("oe", "ø"), ("aa", "å"))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to ``word``, or None when nothing is near enough to be meant."""
    from rapidfuzz.distance import OSA

    meant = fold(word)
    spelt = meant
    for written, letter in _SPELLINGS:
        spelt = spelt.replace(written, letter)
    best: tuple[float, str] | None = None
    for candidate in known:
        folded = fold(candidate)
        if not folded:
            continue
        distance = min(OSA.distance(meant, folded), OSA.distance(spelt, folded))
        if distance > _allowed(len(folded)):
            continue
        score = distance / max(len(folded), len(meant))
        if best is None or (score, candidate) < best:
            best = (score, candidate)
    return best[1] if best else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The sentence, or an empty string."""
    guess = nearest(word, known)
    return f"Mente du «{guess}»?" if guess is not None else ""


def _allowed(length: int) -> int:
    """How many slips of the finger a word of this length may have."""
    if length <= 3:
        return 1
    return 2 if length <= 7 else 3
