"""What a report is, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing a person must look at; all text is masked.

    ``command`` is what answers it, as typed. ``received`` is local time, ISO to the minute; ``due`` an ISO date or empty.
    """

    id: str
    received: str
    what: str
    detail: str
    proposal: str
    evidence: tuple[str, ...]
    command: str
    sender: str = ""
    due: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Points that are shown, and how many there are in all (a page with ten thousand rows helps nobody)."""

    shown: tuple[Point, ...] = ()
    total: int = 0

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Points with one reason. ``next_step`` is what a person does about it."""

    code: str
    title: str
    next_step: str
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconverted:
    """Journaled documents without archive format, for one cause. ``documents`` are journalpost and document number."""

    code: str
    next_step: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """Figures for leaders. ``oldest`` is the ISO date of the oldest that waits; ``hours`` the median from arrival to
    journal, or None."""

    unit: str
    received: int
    untouched: int
    waiting: int
    oldest: str
    hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadUnit:
    """One unit whose post at a channel nobody there reads, of those that the robot fetches for. ``oldest`` as in ``UnitRow``;
    ``unknown``: it does not stand in the unit register, so its post is sorted without knowing whose it is."""

    unit: str
    orgnr: str
    received: int
    unread: int
    waiting: int
    oldest: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAdvice:
    """A change of a rule's mode that people's answers speak for: ``agreed`` of ``of`` posts stayed as the rule had them;
    ``low`` and ``high`` bound the true share with 95 % certainty, in whole percent. The change is a person's to make."""

    rule: str
    navn: str
    mode: str
    proposed: str
    agreed: int
    of: int
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CareGroup:
    """Points of caretaking with one ground. ``examples`` are numbers of cases or entries; ``single``: in so many of them
    only one thing stands in the way."""

    task: str
    what: str
    do: str
    number: int
    single: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What stands open in caretaking. ``best`` is a sentence: the one thing that would close the most cases, or empty."""

    best: str = ""
    total: int = 0
    groups: tuple[CareGroup, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitWait:
    """What waits for an answer at one unit. ``oldest`` is the ISO date it came."""

    unit: str
    code: str
    total: int
    over: int
    near: int
    in_time: int
    without: int
    oldest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Restanser by unit, the numbers of those longest past their deadline, forwards nobody has acknowledged, and how many
    pairs of entries look like one letter."""

    units: tuple[UnitWait, ...] = ()
    late: tuple[str, ...] = ()
    follow_ups: int = 0
    follow_ups_late: int = 0
    twins: int = 0

    @property
    def any(self) -> bool:
        """Whether there is something to show."""
        return bool(self.units or self.follow_ups or self.twins)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalGroup:
    """Open findings of one check. ``units``: «PLAN 3»; ``new`` of ``number`` were first seen last night."""

    check: str
    title: str
    level: str
    number: int
    new: int
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What stands open in the check of the public journal. ``critical`` are sentences with id and place, ``critical_more`` of
    them are not shown; ``demoted`` tells of checks that answers have sent to info."""

    total: int = 0
    statuses: str = ""
    critical: tuple[str, ...] = ()
    critical_more: int = 0
    groups: tuple[JournalGroup, ...] = ()
    demoted: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is something to show."""
        return bool(self.total or self.demoted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of one organisation for one day. ``troubles`` are sentences about connections and rules; ``made_at`` is
    local to ``zone``."""

    organisation: str
    orgnr: str
    day: date
    made_at: datetime
    zone: str
    deadlines: Points = field(default_factory=Points)
    troubles: tuple[str, ...] = ()
    stopped: tuple[Group, ...] = ()
    review: tuple[Group, ...] = ()
    unapproved: Points = field(default_factory=Points)
    late: Points = field(default_factory=Points)
    unconverted: tuple[Unconverted, ...] = ()
    units: tuple[UnitRow, ...] = ()
    unread: tuple[UnreadUnit, ...] = ()
    advice: tuple[RuleAdvice, ...] = ()
    care: Care = field(default_factory=Care)
    waits: Waits = field(default_factory=Waits)
    journal: Journal = field(default_factory=Journal)
    today: Mapping[str, int] = field(default_factory=dict)
    ruleset: str = ""
    audit_seq: int = 0
    audit_hash: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """The figures of the subject line and the cover page."""
        return {
            "deadlines": self.deadlines.total,
            "stopped": sum(group.points.total for group in self.stopped) + len(self.troubles),
            "review": sum(group.points.total for group in self.review),
            "unapproved": self.unapproved.total,
            "late": self.late.total,
            "unconverted": sum(len(cause.documents) for cause in self.unconverted),
        }

    @property
    def empty(self) -> bool:
        """Whether nobody has anything to do."""
        return not (any(self.counts.values()) or self.care.total or self.waits.twins or self.journal.total)
