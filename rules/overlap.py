"""What conditions say of each other: one covers another, two exclude each other. Sound, not complete."""

from __future__ import annotations

from collections.abc import Iterator

from rules.conditions import All, AnyOf, Condition, Exists, FactCondition, NoneOf
from rules.folding import find_words
from rules.model import Rule
from rules.operators import Contains, Equals, EqualsBool, EqualsValue, Inflected, Operation, PartOf

_SINGLE_TOPIC = frozenset({"emne", "filnavn", "tjeneste", "skjema"})
"""Facts short enough to be about one thing: different phrases in them are taken to exclude each other."""

_SINGLE_VALUED = frozenset(
    {
        "kanal",
        "innboks",
        "tjeneste",
        "meldingstype",
        "duplikat",
        "avsender.adresse",
        "avsender.domene",
        "avsender.orgnr",
        "avsender.dmarc",
        "språk",
        "emne",
        "videresendt.retning",
    }
)


def covers(wide: Condition, narrow: Condition) -> bool:
    """Whether everything that ``narrow`` holds of, ``wide`` surely holds of."""
    leaves = tuple(_leaves(narrow))
    return all(any(_implies(leaf, wanted) for leaf in leaves) for wanted in _leaves(wide))


def exclude(one: Rule, other: Rule) -> bool:
    """Whether something shows that no post is meant to hit both."""
    mine, theirs = tuple(_leaves(one.condition)), tuple(_leaves(other.condition))
    return any(_contradict(a, b) or _contradict(b, a) for a in mine for b in theirs)


def topic(condition: Condition) -> tuple[str, tuple[str, ...]] | None:
    """A short fact that must have one of these folded phrases, or None: two rules whose topics in the same fact have no
    word in common exclude each other."""
    for leaf in _leaves(condition):
        if isinstance(leaf, FactCondition) and (leaf.fact in _SINGLE_TOPIC or leaf.fact.startswith("skjema.")):
            for operation in leaf.operations:
                if isinstance(operation, Contains | Equals):
                    return leaf.fact, tuple(operation.folded)
    return None


def contradicts_itself(condition: Condition) -> str | None:
    """A fact whose conditions can never all hold, or None. Two phrases in one subject are no contradiction."""
    leaves = tuple(_leaves(condition))
    for number, one in enumerate(leaves):
        for other in leaves[:number]:
            for a, b in ((one, other), (other, one)):
                if isinstance(b, FactCondition) and _surely_contradict(a, b):
                    return b.fact
    return None


def _surely_contradict(one: Condition, other: FactCondition) -> bool:
    if isinstance(one, NoneOf):
        return any(covers(part, other) for part in one.parts)
    if isinstance(one, Exists):
        return one.fact == other.fact and not one.wanted
    if not isinstance(one, FactCondition) or one.fact != other.fact:
        return False
    for mine in one.operations:
        for theirs in other.operations:
            if isinstance(mine, EqualsBool) and isinstance(theirs, EqualsBool) and mine.wanted is not theirs.wanted:
                return True
            if one.fact in _SINGLE_VALUED and isinstance(mine, Equals) and isinstance(theirs, Equals):
                if not mine.folded & theirs.folded:
                    return True
    return False


def _leaves(condition: Condition) -> Iterator[Condition]:
    """The parts that must all hold."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _leaves(part)
    else:
        yield condition


def _implies(given: Condition, wanted: Condition) -> bool:
    """``given`` holds → ``wanted`` holds."""
    if isinstance(given, FactCondition) and isinstance(wanted, FactCondition):
        return given.fact == wanted.fact and all(
            any(_op_implies(a, b) for a in given.operations) for b in wanted.operations
        )
    if type(given) is type(wanted) and given.key == wanted.key:
        return True
    if isinstance(wanted, AnyOf):
        return any(covers(part, given) for part in wanted.parts)
    if isinstance(given, FactCondition) and isinstance(wanted, Exists):
        return wanted.wanted and wanted.fact == given.fact
    return False


def _op_implies(given: Operation, wanted: Operation) -> bool:
    if type(given) is type(wanted) and given.key == wanted.key:
        return True
    if isinstance(given, Equals) and isinstance(wanted, Equals):
        return given.folded <= wanted.folded
    texts = _texts(given)
    if texts is None:
        return False
    # A text in which a phrase stands as written has it in one of its forms too.
    if isinstance(wanted, Contains | Inflected) and isinstance(given, Equals | Contains):
        return all(any(find_words(text, phrase) >= 0 for phrase in wanted.folded) for text in texts)
    if isinstance(wanted, PartOf):
        if wanted.word == "deltekst":
            return all(any(part in text for part in wanted.folded) for text in texts)
        if isinstance(given, Equals) or (isinstance(given, PartOf) and given.word == wanted.word):
            check = str.startswith if wanted.word == "starter" else str.endswith
            return all(any(check(text, part) for part in wanted.folded) for text in texts)
    return False


def _texts(operation: Operation) -> tuple[str, ...] | None:
    if isinstance(operation, Equals | Contains | PartOf):
        return tuple(operation.folded)
    return None


def _contradict(one: Condition, other: Condition) -> bool:
    if isinstance(one, NoneOf):
        return any(covers(part, other) for part in one.parts)
    if isinstance(one, AnyOf):
        return all(any(_contradict(leaf, other) or _contradict(other, leaf) for leaf in _leaves(p)) for p in one.parts)
    if isinstance(one, Exists) and isinstance(other, Exists):
        return one.fact == other.fact and one.wanted is not other.wanted
    if isinstance(one, Exists) and isinstance(other, FactCondition):
        return one.fact == other.fact and not one.wanted
    if isinstance(one, FactCondition) and isinstance(other, FactCondition) and one.fact == other.fact:
        return any(_ops_contradict(one.fact, a, b) for a in one.operations for b in other.operations)
    return False


def _ops_contradict(fact: str, one: Operation, other: Operation) -> bool:
    if isinstance(one, EqualsBool) and isinstance(other, EqualsBool):
        return one.wanted is not other.wanted
    if isinstance(one, EqualsValue) and isinstance(other, EqualsValue):
        return not set(one.wanted) & set(other.wanted)
    if fact in _SINGLE_VALUED and isinstance(one, Equals) and isinstance(other, Equals):
        return not one.folded & other.folded
    topical = fact in _SINGLE_TOPIC or fact.startswith("skjema.")
    worded = Contains | Equals | Inflected
    if topical and isinstance(one, worded) and isinstance(other, worded):
        return not any(find_words(a, b) >= 0 or find_words(b, a) >= 0 for a in one.folded for b in other.folded)
    return False
