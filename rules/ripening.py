"""When time alone may change what the rules say of a thing: a rule that waits three weeks holds on a day that can be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from models.facts import Facts, Unknown
from rules.conditions import All, AnyOf, Condition, FactCondition, NoneOf
from rules.deadlines import Duration, add_working_days, parse_date
from rules.format import Subject
from rules.model import RuleSet
from rules.operators import Between


@dataclass(frozen=True, slots=True)
class Ripening:
    """The ages that the rules about one subject ask for: (fact, duration), each once."""

    ages: tuple[tuple[str, Duration], ...]

    @classmethod
    def of(cls, ruleset: RuleSet, subject: Subject) -> Ripening:
        """Those of a set; drafts too, since what they would have done is recorded."""
        found = (age for rule in ruleset.about(subject) for age in _ages((rule.condition,)))
        return cls(tuple(dict.fromkeys(found)))

    def turns_on(self, facts: Facts, *, today: date) -> date | None:
        """The first day after ``today`` on which a condition on an age may turn; None: time alone changes nothing."""
        days = (day for fact, age in self.ages for start in _dates(facts, fact) for day in _turns(start, age))
        return min((day for day in days if day > today), default=None)


def _ages(conditions: Iterable[Condition]) -> Iterator[tuple[str, Duration]]:
    for condition in conditions:
        if isinstance(condition, FactCondition):
            for operation in condition.operations:
                if isinstance(operation, Between):
                    for bound in (operation.low, operation.high):
                        if isinstance(bound, Duration):
                            yield condition.fact, bound
        elif isinstance(condition, All | AnyOf | NoneOf):
            yield from _ages(condition.parts)


def _dates(facts: Facts, fact: str) -> Iterator[date]:
    value = facts.get(fact)
    if value is None or isinstance(value, Unknown):
        return
    for one in value if isinstance(value, tuple) else (value,):
        day = one if isinstance(one, date) else parse_date(one) if isinstance(one, str) else None
        if day is not None:
            yield day


def _turns(start: date, age: Duration) -> Iterator[date]:
    """The day «at least» begins to hold, and the day «at most» has ceased to."""
    reached = add_working_days(start, age.count) if age.unit == "arbeidsdager" else age.after(start)
    yield reached
    yield reached + timedelta(days=1)
