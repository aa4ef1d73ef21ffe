"""What a post must have for a condition not to be false: the anchors that the index of rules is made of.

Sound: a condition that is true or *ukjent* of a post always has one of its anchors there (or the fact was not read whole).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rules.conditions import All, AnyOf, Attachment, Condition, Exists, FactCondition, FindingCondition
from rules.operators import (
    Between,
    Contains,
    Equals,
    EqualsBool,
    EqualsValue,
    Inflected,
    Listed,
    Operation,
    PartOf,
    Pattern,
)


class Sort(StrEnum):
    """How an anchor is looked for."""

    LITERAL = "literal"
    VALUE = "value"
    LIST = "list"
    TRUTH = "truth"
    PRESENT = "present"
    LABEL = "label"
    PATTERN = "pattern"
    EXACT = "exact"
    LEAST = "least"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One thing to look for in one fact.

    ``what`` is a folded text, the values of a list, a truth value, a label, a pattern, or a number or date (the only one,
    the least, the most).
    """

    sort: Sort
    fact: str
    what: str | bool | float | date | frozenset[str] = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Any of the ``anchors`` must be there; ``rank`` says how many posts are likely to have one, lower is fewer.

    ``part`` is the place of the conjunct they are taken from.
    """

    rank: int
    anchors: tuple[Anchor, ...]
    part: int = 0


COMMON_RANK = 50
"""From here on much post has it."""

_COMMON = frozenset(
    {
        "kanal",
        "innboks",
        "meldingstype",
        "språk",
        "nivå",
        "avsender.dmarc",
        "mottaker.adresse",
        "mottaker.orgnr",
        "mottaker.enhet",
        "journalposttype",
        "journalstatus",
        "saksstatus",
        "arkivdel",
    }
)
"""Facts with few different values: half of all post may have the same one."""

_USUAL = frozenset(
    {
        "kanal",
        "innboks",
        "emne",
        "brødtekst",
        "tekst",
        "sitert",
        "meldingstype",
        "dato.mottatt",
        "avsender.navn",
        "avsender.adresse",
        "avsender.domene",
        "mottaker.adresse",
        "filnavn",
        "vedlegg.antall",
        "tittel",
        "journalposttype",
        "journalstatus",
        "journaldato",
        "saksstatus",
        "saksnummer",
        "arkivdel",
        "alder",
    }
)
"""Facts that nearly everything has: that they are there says nothing."""

_LONG = frozenset({"tekst", "brødtekst", "sitert", "vedlegg.tekst"})
_SHORT_LITERAL = 4


def hold_of(condition: All) -> Hold | None:
    """The best hold on a rule, or None: then the rule must always be tried."""
    return _all(condition)


def _hold(condition: Condition) -> Hold | None:
    if isinstance(condition, All):
        return _all(condition)
    if isinstance(condition, AnyOf):
        return _any(condition)
    if isinstance(condition, Attachment):
        return _best([_hold(part) for part in condition.parts])
    if isinstance(condition, FactCondition):
        return _best([*(_operation(condition.fact, op) for op in condition.operations), _present(condition.fact)])
    if isinstance(condition, Exists):
        return _present(condition.fact) if condition.wanted else None
    if isinstance(condition, FindingCondition):
        labels = condition.labels or ("",)
        return Hold(25, tuple(Anchor(Sort.LABEL, "funn", label) for label in labels))
    return None


def _all(condition: All) -> Hold | None:
    found: Hold | None = None
    for number, part in enumerate(condition.parts):
        hold = _hold(part)
        if hold is not None and (found is None or hold.rank < found.rank):
            found = Hold(hold.rank, hold.anchors, number)
    return found


def _any(condition: AnyOf) -> Hold | None:
    """Each way to hold must have anchors of its own."""
    rank, anchors = 0, dict[Anchor, None]()
    for part in condition.parts:
        hold = _hold(part)
        if hold is None:
            return None
        rank = max(rank, hold.rank)
        anchors.update(dict.fromkeys(hold.anchors))
    return Hold(rank + 1, tuple(anchors)) if anchors else None


def _best(holds: list[Hold | None]) -> Hold | None:
    return min((hold for hold in holds if hold is not None), key=lambda hold: hold.rank, default=None)


def _operation(fact: str, operation: Operation) -> Hold | None:
    if isinstance(operation, Equals):
        rank = COMMON_RANK if fact in _COMMON else 5
        return Hold(rank, tuple(Anchor(Sort.VALUE, fact, text) for text in sorted(operation.folded)))
    if isinstance(operation, Listed):
        return Hold(8, (Anchor(Sort.LIST, fact, operation.values),))
    if isinstance(operation, EqualsBool):
        return Hold(60, (Anchor(Sort.TRUTH, fact, operation.wanted),))
    if isinstance(operation, Contains | PartOf):
        return _literals(fact, operation.folded)
    if isinstance(operation, Inflected):
        return _literals(fact, operation.needles)
    if isinstance(operation, EqualsValue):
        return Hold(30, tuple(Anchor(Sort.EXACT, fact, value) for value in operation.wanted))
    if isinstance(operation, Between):
        return _range(fact, operation)
    if isinstance(operation, Pattern):
        return _literals(fact, operation.needles) or _patterns(fact, operation)
    return None


def _literals(fact: str, texts: tuple[str, ...]) -> Hold | None:
    if not texts or not all(texts):
        return None
    rank = 20 if fact in _LONG else 10
    if min(map(len, texts)) < _SHORT_LITERAL:
        rank += 25
    return Hold(rank, tuple(Anchor(Sort.LITERAL, fact, text) for text in texts))


def _patterns(fact: str, operation: Pattern) -> Hold | None:
    if operation.word != "regex":
        return None
    return Hold(70, tuple(Anchor(Sort.PATTERN, fact, pattern.pattern) for pattern in operation.compiled))


def _range(fact: str, operation: Between) -> Hold | None:
    """One end is enough to look by; an age depends on the day the post came, and is not looked for."""
    for sort, bound in ((Sort.LEAST, operation.low), (Sort.MOST, operation.high)):
        if isinstance(bound, float | date):
            return Hold(55, (Anchor(sort, fact, bound),))
    return None


def _present(fact: str) -> Hold | None:
    return None if fact in _USUAL else Hold(40, (Anchor(Sort.PRESENT, fact),))
