"""Two rule sets over the stored post of a period: what would change, counted and grouped, with a few ids of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from models.facts import Facts
from models.organisation import Organisation
from models.store.judged_reads import JudgedPost
from robot.backtest.answers import Verdict, person_shut, verdict
from robot.backtest.would import CODES, OPEN, Would, changed, would
from rules.engine import evaluate
from rules.model import RuleSet

SAMPLES = 5
"""Post ids kept for each group."""

MOST_OPENED = 200
"""Ids kept of posts that would go from shielded to open; all are counted."""


@dataclass(slots=True)
class Group:
    """Posts that go from one rule's outcome to another's. ``fields`` counts what differs, ``values`` the codes it differs by."""

    count: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    values: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)


GroupKey = tuple[str, str, str, str]
"""(rule before, outcome before, rule after, outcome after)."""


@dataclass(slots=True)
class Found:
    """What the back-test found. ``lacking`` counts posts whose stored facts miss a group the edited set needs, by group;
    ``purged`` those whose facts are gone (not among ``posts``); ``unreadable`` those no rule was tried on.
    None of these was compared."""

    posts: int = 0
    compared: int = 0
    changed: int = 0
    groups: dict[GroupKey, Group] = field(default_factory=dict)
    opened: int = 0
    opened_posts: list[str] = field(default_factory=list)
    lacking: Counter[str] = field(default_factory=Counter)
    purged: int = 0
    unreadable: int = 0
    undecided: int = 0
    answered: int = 0
    before: Counter[Verdict] = field(default_factory=Counter)
    after: Counter[Verdict] = field(default_factory=Counter)
    worse: list[str] = field(default_factory=list)
    worse_count: int = 0
    better_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A rule set with the parameters it is judged with (its own unit register)."""

    rules: RuleSet
    org: Organisation

    def would(self, facts: Facts) -> Would:
        """What it would have had the post become."""
        return would(evaluate(self.rules, facts, self.org), facts, self.org)


def backtest(
    posts: Iterable[JudgedPost], before: Side, after: Side, *, progress: Callable[[int], None] = lambda done: None
) -> Found:
    """Compares the set in force with the edited one, post by post; keeps counts and a few ids only, so memory is flat."""
    found = Found()
    for post in posts:
        found.posts += 1
        facts = _facts(post, before, after, found)
        if facts is not None:
            found.compared += 1
            _compare(post, before.would(facts), after.would(facts), found)
        progress(found.posts)
    return found


def _facts(post: JudgedPost, before: Side, after: Side, found: Found) -> Facts | None:
    """The stored facts, or None (counted) when the sets cannot be tried on the post."""
    said = post.judgement()
    if said["winner"] is None and said["problem"] is None:
        found.unreadable += 1
        return None
    facts = post.facts()
    lacking = (after.rules.needs | before.rules.needs) - facts.groups
    if lacking:
        found.lacking.update(lacking)
        return None
    return facts


def _compare(post: JudgedPost, old: Would, new: Would, found: Found) -> None:
    _against_people(post, old, new, found)
    if _opened(post, old, new):
        found.opened += 1
        if len(found.opened_posts) < MOST_OPENED:
            found.opened_posts.append(post.post["id"])
    fields = changed(old, new)
    if not fields:
        return
    found.changed += 1
    group = found.groups.setdefault((old.source, old.outcome, new.source, new.outcome), Group())
    group.count += 1
    group.fields.update(fields)
    group.values.update(
        (name, old.fields.get(name, ""), new.fields.get(name, "")) for name in fields if name in CODES - {"forfall"}
    )
    if len(group.samples) < SAMPLES:
        group.samples.append(post.post["id"])


def _opened(post: JudgedPost, old: Would, new: Would) -> bool:
    """Whether the post, or its new case, would go from shut to open: by the rules, or against what a person closed."""
    if any(old.restricted(name) and new.fields.get(name) == OPEN for name in ("tilgang", "tilgang på saken")):
        return True
    shut_by_person = person_shut(post.answer, post.post) and old.fields.get("tilgang") != OPEN
    return shut_by_person and new.fields.get("tilgang") == OPEN


def _against_people(post: JudgedPost, old: Would, new: Would, found: Found) -> None:
    if post.answer is None:
        return
    was, becomes = verdict(old, post.answer, post.post), verdict(new, post.answer, post.post)
    if was is None or becomes is None:
        return
    found.answered += 1
    found.before[was] += 1
    found.after[becomes] += 1
    if becomes is Verdict.WRONG and was is not Verdict.WRONG:
        found.worse_count += 1
        if len(found.worse) < SAMPLES * 4:
            found.worse.append(post.post["id"])
    elif was is not Verdict.RIGHT and becomes is Verdict.RIGHT:
        found.better_count += 1
