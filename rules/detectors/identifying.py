"""What in a text points at one person: first person, kin, a birth date, a name that is not a role-holder's, a pronoun."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rules.detectors.wordlist import context, words


class Evidence(IntEnum):
    """How surely somebody is meant; the higher the surer.

    THIRD is a pronoun or «eleven», which keeps a topic alive without naming anyone. NAME is a name that no role explains.
    CLOSE is the writer or their kin, a birth date or an identity number.
    """

    NONE = 0
    THIRD = 1
    NAME = 2
    CLOSE = 3


_W, _E = r"(?<![a-zæøå0-9-])", r"(?![a-zæøå])"
_MINE = r"(?:min|mi|mitt|mine|vår|vårt|våre)"
_THEIRS = r"(?:hans|hennes|hennar|deira|deres)"
_I = (
    rf"{_W}(?:jeg|eg|meg|mitt|mine|mi){_E}|{_W}(?<![0-9] )min{_E}(?! ?(?:\.|til gård|side))|"
    rf"{_W}vi (?:er|har|bor|bur|ble|blei|vart) (?:nå |no |blitt |vorte )?"
    r"(?:skilt|skilde|separert|gift|gjeld|barn|søkt|samb|asyl|flykt|fått|ikke råd|ikkje råd)|\A\s*vi (?:bor|bur)"
)
_BIRTH = re.compile(
    r"(?<![a-zæøå])(?:f\.|født|fødd|f\.dato|fødselsdato)[ :.]{0,3}[0-9]{1,2}\.|(?<![a-zæøå])f\. ?(?:19|20)[0-9]{2}"
)
_SIGNED = re.compile(
    r"(?:(?:hilsen|helsing|mvh\.?|hils\.?)[,.!]?|saksbehandle?a?r:?|(?<![a-zæøå])v/|(?<![a-zæøå])att\.?:?)\s{0,6}\Z"
)
_COPULA = re.compile(
    r"\s*(?:,? ?som )?(?:er|ble|blei|vart|var|har|fikk|fekk|sliter|slit|lider|lid|oppgir|opplyser)(?: "
    r"[\wæøå]+){0,3}\s*\Z"
)


@dataclass(frozen=True, slots=True)
class Person:
    """A name with its place; ``role``: a word before or after says that the name is a role-holder's or a signature."""

    start: int
    end: int
    role: bool


def people(lower: str, names: Sequence[tuple[int, int]]) -> list[Person]:
    """The names of the (lower-case) text with whether a role explains them."""
    return [Person(start, end, _in_role(lower, start, end)) for start, end in names]


def evidence(lower: str, start: int, end: int, persons: Sequence[Person], term: tuple[int, int]) -> Evidence:
    """The surest thing between ``start`` and ``end`` that points at a person, for a topic at ``term``."""
    if close(lower, start, end):
        return Evidence.CLOSE
    for person in persons:
        if start <= person.start < end and not _meet((person.start, person.end), term):
            if not person.role or about(lower, person, term):
                return Evidence.NAME
    others = (match for match in context("noen").finditer(lower, start, end) if not _meet(match.span(), term))
    return Evidence.THIRD if next(others, None) else Evidence.NONE


def close(lower: str, start: int, end: int) -> bool:
    """Whether the writer, their kin or a birth date stands between ``start`` and ``end``."""
    return bool(
        _first().search(lower, start, end) or _kin().search(lower, start, end) or _BIRTH.search(lower, start, end)
    )


def about(lower: str, person: Person, term: tuple[int, int]) -> bool:
    """Whether the fact is said of the person: «lærer Per Bakke er sykmeldt»."""
    return (
        person.end <= term[0] and term[0] - person.end < 40 and _COPULA.match(lower[person.end : term[0]]) is not None
    )


@lru_cache(maxsize=1)
def _first() -> re.Pattern[str]:
    """The writer, or their kin: «jeg», «sønnen min», «vår eldste datter»."""
    kin = f"(?:{context('familie').pattern})"
    return re.compile(rf"{_I}|{kin} {_MINE}{_E}|{_W}{_MINE} (?:\w+ )?{kin}")


@lru_cache(maxsize=1)
def _kin() -> re.Pattern[str]:
    """Somebody's kin: «mor», «sønnen», «hennes far»."""
    kin = f"(?:{context('familie').pattern})"
    return re.compile(rf"(?:{context('nær').pattern})(?!-)|{_W}{_THEIRS} (?:\w+ )?{kin}|{kin} (?:{_THEIRS}|til){_E}")


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@lru_cache(maxsize=1)
def _roles() -> tuple[re.Pattern[str], re.Pattern[str]]:
    either = "|".join(sorted((re.escape(word) for word in words("roller.csv")), key=len, reverse=True))
    before = re.compile(
        rf"(?<![a-zæøå-])(?:{either})(?:en|a)?(?: (?:i|for|ved|på) [\wæøå. -]{{2,40}}?)?[,:]?\s{{1,2}}\Z"
    )
    after = re.compile(rf"\s{{0,2}}[,(–-]\s{{0,2}}(?:[\wæøå]+ ){{0,1}}(?:{either})(?![a-zæøå])")
    return before, after


def _in_role(lower: str, start: int, end: int) -> bool:
    before, after = _roles()
    near = lower[max(0, start - 60) : start]
    return bool(before.search(near) or _SIGNED.search(near[-24:]) or after.match(lower, end))
