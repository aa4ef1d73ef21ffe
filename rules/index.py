"""The index of rules: which of them can be true (or *ukjent*) of a post, without trying them all.

The literals that rules look for in a fact stand in one Aho-Corasick automaton (one a fact: small enough to stay near);
exact values, lists, yes/no facts, findings and the mere presence of a fact in dictionaries; bounds of numbers and dates in
order; regular expressions in groups, each searched for at once. A rule with none of these is always a candidate, and where
a fact was not read whole, so is every rule that is anchored in it. A property test holds the index to plain evaluation.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rules.anchors import COMMON_RANK, Anchor, Sort, hold_of
from rules.conditions import All
from rules.context import Context, Item
from rules.operators import as_date, as_number
from rules.patterns import try_pattern

_Rules = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The bounds of one sort (least or most; numbers or dates) in order, each with its rules."""

    least: bool
    dates: bool
    values: list[Any]
    rules: list[_Rules]

    def look(self, value: float | date, found: set[int]) -> None:
        """Adds the rules whose bound lets the value through."""
        if self.least:
            inside = self.rules[: bisect_right(self.values, value)]
        else:
            inside = self.rules[bisect_left(self.values, value) :]
        for rules in inside:
            found.update(rules)


@dataclass(slots=True)
class _OfFact:
    """What is looked for in one fact; ``every`` are all rules anchored in it."""

    literals: list[str] = field(default_factory=list)
    rules_by_literal: dict[str, _Rules] = field(default_factory=dict)
    automaton: Any = None
    known: frozenset[str] = frozenset()
    values: dict[str, _Rules] = field(default_factory=dict)
    lists: list[tuple[frozenset[str], _Rules]] = field(default_factory=list)
    truths: dict[bool, _Rules] = field(default_factory=dict)
    present: _Rules = ()
    labels: dict[str, _Rules] = field(default_factory=dict)
    patterns: list[tuple[Any, _Rules]] = field(default_factory=list)
    exact: dict[float | date, _Rules] = field(default_factory=dict)
    bounds: list[_Bounds] = field(default_factory=list)
    every: _Rules = ()


class RuleIndex:
    """Made once for a rule set, of the rules' conditions in their order; a rule is its number in that order."""

    def __init__(self, conditions: Sequence[All]) -> None:
        wanted: dict[Anchor, list[int]] = {}
        always: list[int] = []
        self.telling: list[int] = []
        """For each rule the place of the conjunct it is looked for by; -1 where that is so of much post, or of all."""
        for number, condition in enumerate(conditions):
            hold = hold_of(condition)
            self.telling.append(hold.part if hold is not None and hold.rank < COMMON_RANK else -1)
            if hold is None:
                always.append(number)
            else:
                for anchor in hold.anchors:
                    wanted.setdefault(anchor, []).append(number)
        self.always = tuple(always)
        self._facts = _by_fact(wanted)

    def candidates(self, ctx: Context) -> list[int]:
        """The numbers of the rules that may be true or *ukjent*, in order; every such rule is among them."""
        found = set(self.always)
        for fact, table in self._facts.items():
            if fact == "funn":
                self._findings(ctx, table, found)
                continue
            view = ctx.view(fact)
            if not view.complete:
                found.update(table.every)
            elif view.items:
                found.update(table.present)
                self._look(view.items, table, found)
        return sorted(found)

    def _look(self, items: Iterable[Item], table: _OfFact, found: set[int]) -> None:
        for item in items:
            if table.literals:
                matches = table.automaton.find_matches_as_indexes(item.folded, overlapping=True)
                seen = {table.literals[match[0]] for match in matches}
                item.scanned = (table.known, seen)
                for text in seen:
                    found.update(table.rules_by_literal[text])
            if table.values or table.lists:
                for text in _spellings(item):
                    found.update(table.values.get(text, ()))
                for values, rules in table.lists:
                    if item.folded in values:
                        found.update(rules)
            for guard, rules in table.patterns:
                if guard.search(item.flat) is not None:
                    found.update(rules)
            if table.exact or table.bounds:
                _measure(item, table, found)
            if table.truths and isinstance(item.value, bool):
                found.update(table.truths.get(item.value, ()))

    @staticmethod
    def _findings(ctx: Context, table: _OfFact, found: set[int]) -> None:
        findings, complete = ctx.findings()
        if not complete:
            found.update(table.every)
        elif findings:
            found.update(table.present)
            found.update(table.labels.get("", ()))
            for finding in findings:
                found.update(table.labels.get(finding.etikett, ()))


def _measure(item: Item, table: _OfFact, found: set[int]) -> None:
    number, day = as_number(item), as_date(item)
    for value in (number, day):
        if value is not None:
            found.update(table.exact.get(value, ()))
    for bounds in table.bounds:
        value = day if bounds.dates else number
        if value is not None:
            bounds.look(value, found)


def _spellings(item: Item) -> tuple[str, ...]:
    """The texts that ``er`` finds a value by (see :class:`rules.operators.Equals`)."""
    if isinstance(item.value, bool):
        return (item.folded, "true" if item.value else "false")
    if isinstance(item.value, date):
        return (item.folded, item.value.isoformat())
    return (item.folded,)


_IN_A_GROUP = 32
"""Regular expressions searched for at once; if one of them hits, the rules of all are candidates."""


def _grouped(patterns: list[tuple[str, _Rules]]) -> list[tuple[Any, _Rules]]:
    """The expressions as few, each «one of these». RE2 stays linear and exact however many there are."""
    grouped: list[tuple[Any, _Rules]] = []
    for start in range(0, len(patterns), _IN_A_GROUP):
        chunk = patterns[start : start + _IN_A_GROUP]
        together = try_pattern("|".join(f"(?:{source})" for source, _ in chunk))
        if together is not None:
            grouped.append((together, tuple(dict.fromkeys(rule for _, rules in chunk for rule in rules))))
        else:
            # Two that name a group alike cannot stand together, though each can alone.
            grouped += [(alone, rules) for source, rules in chunk if (alone := try_pattern(source)) is not None]
    return grouped


def _bounds(ends: list[tuple[bool, Any, _Rules]]) -> list[_Bounds]:
    sorts = {(least, isinstance(value, date)) for least, value, _ in ends}
    made: list[_Bounds] = []
    for least, dates in sorted(sorts):
        chosen = [(v, rules) for way, v, rules in ends if way is least and isinstance(v, date) is dates]
        chosen.sort(key=lambda pair: pair[0])
        made.append(_Bounds(least, dates, [value for value, _ in chosen], [rules for _, rules in chosen]))
    return made


def _automaton(literals: list[str]) -> Any:
    import ahocorasick_rs

    return ahocorasick_rs.AhoCorasick(literals, store_patterns=False)


def _by_fact(wanted: dict[Anchor, list[int]]) -> dict[str, _OfFact]:
    tables: dict[str, _OfFact] = {}
    every: dict[str, dict[int, None]] = {}
    patterns: dict[str, list[tuple[str, _Rules]]] = {}
    ends: dict[str, list[tuple[bool, Any, _Rules]]] = {}
    for anchor, listed in wanted.items():
        if anchor.fact not in tables:
            tables[anchor.fact], every[anchor.fact], patterns[anchor.fact] = _OfFact(), {}, []
        table, rules, what = tables[anchor.fact], tuple(listed), anchor.what
        every[anchor.fact].update(dict.fromkeys(rules))
        if anchor.sort is Sort.LITERAL:
            table.literals.append(str(what))
            table.rules_by_literal[str(what)] = rules
        elif anchor.sort is Sort.VALUE:
            table.values[str(what)] = rules
        elif anchor.sort is Sort.LIST and isinstance(what, frozenset):
            table.lists.append((what, rules))
        elif anchor.sort is Sort.TRUTH:
            table.truths[bool(what)] = rules
        elif anchor.sort is Sort.PATTERN:
            patterns[anchor.fact].append((str(what), rules))
        elif anchor.sort is Sort.EXACT and isinstance(what, float | date):
            table.exact[what] = rules
        elif anchor.sort in (Sort.LEAST, Sort.MOST):
            ends.setdefault(anchor.fact, []).append((anchor.sort is Sort.LEAST, what, rules))
        elif anchor.sort is Sort.LABEL:
            table.labels[str(what)] = rules
        else:
            table.present = (*table.present, *rules)
    for fact, table in tables.items():
        table.every = tuple(every[fact])
        table.automaton, table.known = _automaton(table.literals), frozenset(table.literals)
        table.patterns = _grouped(patterns[fact])
        table.bounds = _bounds(ends.get(fact, []))
    return tables
