"""The operators of a condition, compiled: literals folded and patterns built when the rules are loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from rules.context import Context, Item
from rules.deadlines import Duration, add_working_days, parse_date, parse_number, show_date
from rules.folding import find_words


class Operation(Protocol):
    """``word`` as in the file, ``asks`` what it asks for (for people), ``key`` equal when two say the same."""

    @property
    def word(self) -> str: ...
    @property
    def asks(self) -> str: ...
    @property
    def key(self) -> tuple[object, ...]: ...

    def hit(self, item: Item, ctx: Context) -> str | None:
        """What matched, or None. Shown by ``explain``."""
        ...


def either(word: str, shown: tuple[str, ...]) -> str:
    """«inneholder «a», «b» eller «c»», as one says it."""
    *first, last = (f"«{value}»" for value in shown)
    return f"{word} {', '.join(first)} eller {last}" if first else f"{word} {last}"


@dataclass(frozen=True, slots=True)
class Equals:
    """``er`` on texts. ``folded`` in the order of ``shown``."""

    shown: tuple[str, ...]
    folded: frozenset[str]
    word: str = "er"

    @property
    def asks(self) -> str:
        return either("er", self.shown)

    @property
    def key(self) -> tuple[object, ...]:
        return ("er", tuple(sorted(self.folded)))

    def hit(self, item: Item, ctx: Context) -> str | None:
        if item.folded in self.folded:
            return item.text
        if isinstance(item.value, bool):
            return item.text if ("true" if item.value else "false") in self.folded else None
        if isinstance(item.value, date) and item.value.isoformat() in self.folded:
            return item.text
        return None


@dataclass(frozen=True, slots=True)
class EqualsBool:
    """``er`` on a yes/no fact."""

    wanted: bool
    word: str = "er"

    @property
    def asks(self) -> str:
        return "er «ja»" if self.wanted else "er «nei»"

    @property
    def key(self) -> tuple[object, ...]:
        return ("er", self.wanted)

    def hit(self, item: Item, ctx: Context) -> str | None:
        return item.text if item.value is self.wanted else None


@dataclass(frozen=True, slots=True)
class Contains:
    """``inneholder``: whole words in sequence."""

    shown: tuple[str, ...]
    folded: tuple[str, ...]
    word: str = "inneholder"

    @property
    def asks(self) -> str:
        return either("inneholder", self.shown)

    @property
    def key(self) -> tuple[object, ...]:
        return ("inneholder", tuple(sorted(self.folded)))

    def hit(self, item: Item, ctx: Context) -> str | None:
        folded = item.folded
        for phrase in self.folded:
            if not item.lacks(phrase) and find_words(folded, phrase) >= 0:
                return phrase
        return None


@dataclass(frozen=True, slots=True)
class Inflected:
    """``ord``: whole words in sequence, each in any of its forms.

    ``compiled`` are RE2 patterns over the folded text, their first group what matched; a text that one hits has one of
    the ``needles`` in it.
    """

    shown: tuple[str, ...]
    folded: tuple[str, ...]
    compiled: tuple[Any, ...] = field(compare=False, repr=False)
    needles: tuple[str, ...] = field(compare=False, repr=False)
    word: str = "ord"

    @property
    def asks(self) -> str:
        return either("ord", self.shown)

    @property
    def key(self) -> tuple[object, ...]:
        return ("ord", tuple(sorted(self.folded)))

    def hit(self, item: Item, ctx: Context) -> str | None:
        for pattern in self.compiled:
            match = pattern.search(item.folded)
            if match is not None:
                return str(match.group(1))
        return None


@dataclass(frozen=True, slots=True)
class PartOf:
    """``deltekst``, ``starter`` and ``slutter``."""

    word: str
    shown: tuple[str, ...]
    folded: tuple[str, ...]

    @property
    def asks(self) -> str:
        return either(self.word, self.shown)

    @property
    def key(self) -> tuple[object, ...]:
        return (self.word, tuple(sorted(self.folded)))

    def hit(self, item: Item, ctx: Context) -> str | None:
        text = item.folded
        for part in self.folded:
            if self.word == "deltekst":
                found = part in text
            elif self.word == "starter":
                found = text.startswith(part)
            else:
                found = text.endswith(part)
            if found:
                return part
        return None


@dataclass(frozen=True, slots=True)
class Pattern:
    """``regex`` (anywhere in the text) and ``glob`` (the whole folded text); ``compiled`` are RE2 patterns.

    A text that ``glob`` hits has one of the ``needles`` in it; empty when nothing can be said.
    """

    word: str
    shown: tuple[str, ...]
    compiled: tuple[Any, ...] = field(compare=False)
    needles: tuple[str, ...] = ()

    @property
    def asks(self) -> str:
        return either(self.word, self.shown)

    @property
    def key(self) -> tuple[object, ...]:
        return (self.word, tuple(sorted(self.shown)))

    def hit(self, item: Item, ctx: Context) -> str | None:
        for pattern in self.compiled:
            match = pattern.search(item.flat) if self.word == "regex" else pattern.fullmatch(item.folded)
            if match is not None:
                return str(match.group(0))
        return None


@dataclass(frozen=True, slots=True)
class Listed:
    """``i_liste``: the folded values of one column of a CSV."""

    file: str
    column: str
    values: frozenset[str] = field(repr=False)
    word: str = "i_liste"

    @property
    def asks(self) -> str:
        return f"står i {self.file}, kolonne «{self.column}»"

    @property
    def key(self) -> tuple[object, ...]:
        return ("i_liste", self.file, self.column)

    def hit(self, item: Item, ctx: Context) -> str | None:
        return item.text if item.folded in self.values else None


Bound = float | date | Duration


@dataclass(frozen=True, slots=True)
class Between:
    """``minst``, ``høyst``, ``mellom`` (both ends included).

    A :class:`Duration` as bound is the age of a date, counted to dato.mottatt: ``minst: {arbeidsdager: 3}`` is at
    least three working days old.
    """

    word: str
    low: Bound | None
    high: Bound | None

    @property
    def asks(self) -> str:
        shown = [_show(bound) for bound in (self.low, self.high) if bound is not None]
        return f"{self.word} {' og '.join(shown)}"

    @property
    def key(self) -> tuple[object, ...]:
        return (self.word, str(self.low), str(self.high))

    def hit(self, item: Item, ctx: Context) -> str | None:
        inside = (self.low is None or _compare(item, self.low, ctx, least=True)) and (
            self.high is None or _compare(item, self.high, ctx, least=False)
        )
        return item.text if inside else None


def _compare(item: Item, bound: Bound, ctx: Context, *, least: bool) -> bool:
    """Whether the value is at least (or at most) the bound; a value of another sort is neither."""
    if isinstance(bound, date):
        day = as_date(item)
        return day is not None and (day >= bound if least else day <= bound)
    if isinstance(bound, Duration):
        day = as_date(item)
        if day is None or ctx.received is None:
            return False
        reached = add_working_days(day, bound.count) if bound.unit == "arbeidsdager" else bound.after(day)
        return reached <= ctx.received if least else reached >= ctx.received
    number = as_number(item)
    return number is not None and (number >= bound if least else number <= bound)


def as_date(item: Item) -> date | None:
    """The value as a date, or None."""
    if isinstance(item.value, date):
        return item.value
    return parse_date(item.value) if isinstance(item.value, str) else None


def as_number(item: Item) -> float | None:
    """The value as a number, or None."""
    if isinstance(item.value, bool):
        return None
    if isinstance(item.value, int | float):
        return float(item.value)
    return parse_number(item.value) if isinstance(item.value, str) else None


def _show(bound: Bound) -> str:
    if isinstance(bound, date):
        return show_date(bound)
    return str(bound) if isinstance(bound, Duration) else f"{bound:g}"


@dataclass(frozen=True, slots=True)
class EqualsValue:
    """``er`` on numbers and dates."""

    wanted: tuple[float | date, ...]
    word: str = "er"

    @property
    def asks(self) -> str:
        return either("er", tuple(_show(value) for value in self.wanted))

    @property
    def key(self) -> tuple[object, ...]:
        return ("er", tuple(sorted(map(str, self.wanted))))

    def hit(self, item: Item, ctx: Context) -> str | None:
        for wanted in self.wanted:
            actual = as_date(item) if isinstance(wanted, date) else as_number(item)
            if actual == wanted:
                return item.text
        return None
