"""Sensitive topics: words from ``ord/emner.csv``, weighed by the sentence they stand in and by who is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rules.detectors.gate import Prepared
from rules.detectors.identifying import Evidence, Person, close, evidence
from rules.detectors.kinds import Label
from rules.detectors.wordlist import Strength, Term, safe, terms

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

_LETTER = re.compile(r"[^\W\d_]")
_REST = re.compile(r"(?:-?[^\W\d_]+)*")
_BREAK = re.compile(r"(?<=[^\W\d_]{3})[.!?]\s+(?=[A-ZÆØÅ«\"-])|\n\s*\n|\n(?=[A-ZÆØÅ«•*-])")
_PARAGRAPH = re.compile(r"\n\s*\n")
_NOT = re.compile(
    r"(?<![a-zæøå])(?<!får )(?<!fikk )(?<!fekk )(?<!fått )(?<!gis )(?<!skal )(?<!vil )(?<!kan )(?:ikke|"
    r"ikkje|ingen|inga|uten|utan|aldri|verken|korkje)(?: (?:er|har|noen|noe|noko|nokon|"
    r"lenger|registrert|kjent|"
    r"under|medlem|medlemmer|av|å|være|vere|på|i|hatt|vært|vore|tidligere|tidlegare|behov for|aktuelt med|"
    r"snakk om|en|ein))*\s\Z"
)
_NOT_AFTER = re.compile(
    r"[a-zæøå]*\s(?:(?:er|var|ble|blei|vart)\s)?(?:ikke|ikkje)\s(?:aktuel|registrer|relevant|oppgi|kjen[dt]|"
    r"innfør|påvis|stil[lt]|til stede)"
)
_REACH = 220


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic word in the prepared text, with how surely somebody is meant."""

    label: Label
    start: int
    end: int
    strength: Strength
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Candidate:
    """A topic word before anything is asked about it, with the bounds of its sentence."""

    start: int
    end: int
    term: Term
    sentence: tuple[int, int]


def candidates(prepared: Prepared) -> list[Candidate]:
    """Words that may be a topic where they stand: whole words, not in a harmless compound, not in another sense."""
    literals, automaton = _automaton()
    lower, known = prepared.lower, terms()
    found: list[Candidate] = []
    for number, start, end in automaton.find_matches_as_indexes(lower, overlapping=True):
        for term in known[literals[number]]:
            if not _bounded(prepared, term, start, end):
                continue
            begin, stop = _sentence(prepared.text, start, end)
            row = term.row
            if row.unless is not None and row.unless.search(lower, begin, stop):
                continue
            if row.needs is not None and not _beside(row.needs, lower, begin, stop, start, end):
                continue
            if not _negated(lower, begin, start, end):
                found.append(Candidate(start, end, term, (begin, stop)))
    return found


def judge(prepared: Prepared, found: Sequence[Candidate], persons: Sequence[Person], *, whole: bool) -> list[Topic]:
    """The topics among the candidates; one a label and sentence. ``whole``: the text is one unit (a title, a line)."""
    best: dict[tuple[Label, int], Topic] = {}
    for candidate in found:
        topic = _judged(prepared, candidate, persons, whole)
        if topic is None:
            continue
        key = (topic.label, candidate.sentence[0])
        known = best.get(key)
        if known is None or _rank(topic) > _rank(known):
            best[key] = topic
    return sorted(best.values(), key=lambda topic: topic.start)


def _rank(topic: Topic) -> tuple[int, bool, int]:
    return topic.evidence, topic.strength is not Strength.WEAK, topic.end - topic.start


def _judged(prepared: Prepared, candidate: Candidate, persons: Sequence[Person], whole: bool) -> Topic | None:
    lower, row, span = prepared.lower, candidate.term.row, (candidate.start, candidate.end)
    begin, stop = candidate.sentence
    start, end = scope(lower, span, whole=whole)
    seen = evidence(lower, start, end, persons, span)
    if safe().hard.search(lower, begin, stop) and not close(lower, begin, stop):
        return None
    if row.strength is not Strength.ALWAYS and seen < Evidence.NAME and safe().soft.search(lower, begin, stop):
        return None
    if row.strength is Strength.WEAK and seen is Evidence.NONE:
        return None
    return Topic(label=row.label, start=span[0], end=span[1], strength=row.strength, evidence=seen)


def scope(lower: str, span: tuple[int, int], *, whole: bool) -> tuple[int, int]:
    """Where a person is looked for: all of a title or a line, else what :func:`reach` gives."""
    return (0, len(lower)) if whole and len(lower) < 2 * _REACH else reach(lower, span)


def reach(lower: str, span: tuple[int, int]) -> tuple[int, int]:
    """How far around a finding a person is looked for: its paragraph, and no more than some lines of it."""
    start, end = max(0, span[0] - _REACH), min(len(lower), span[1] + _REACH)
    for match in _PARAGRAPH.finditer(lower, start, end):
        if match.end() <= span[0]:
            start = match.end()
        elif match.start() >= span[1]:
            return start, match.start()
    return start, end


def _bounded(prepared: Prepared, term: Term, start: int, end: int) -> bool:
    lower, text = prepared.lower, prepared.text
    if not term.left_open and start and _LETTER.match(lower, start - 1):
        return False
    rest = _REST.match(lower, end)
    tail = rest[0] if rest else ""
    if tail and not tail.startswith("-") and not term.right_open:
        return False
    if tail and tail.strip("-").endswith(safe().tails):
        return False
    return all(text[start + at : start + at + len(written)] == written for at, written in term.exact)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    low, high = max(0, start - 300), min(len(text), end + 300)
    for match in _BREAK.finditer(text, low, high):
        if match.end() <= start:
            low = match.end()
        elif match.start() >= end:
            return low, match.start() + 1
    return low, high


def _beside(pattern: re.Pattern[str], lower: str, begin: int, stop: int, start: int, end: int) -> bool:
    return pattern.search(lower, begin, start) is not None or pattern.search(lower, end, stop) is not None


def _negated(lower: str, begin: int, start: int, end: int) -> bool:
    return _NOT.search(lower[max(begin, start - 60) : start]) is not None or _NOT_AFTER.match(lower, end) is not None


@lru_cache(maxsize=1)
def _automaton() -> tuple[list[str], AhoCorasick]:
    import ahocorasick_rs

    literals = list(terms())
    return literals, ahocorasick_rs.AhoCorasick(literals, store_patterns=False)
