"""What an alarm is, and what a check sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from connectors.contract import Queue
from models.store import Store
from robot.alarms.clock import ClockWatch


class AlarmKind(StrEnum):
    """The closed list. Each has a check in ``robot.alarms.checks`` and two texts in ``robot/texts_alarms.py``."""

    DISK = "disk"
    NO_POLL = "no_poll"
    CONNECTION = "connection"
    STALLED_POST = "stalled_post"
    STALLED_EFFECTS = "stalled_effects"
    CLOCK_JUMP = "clock_jump"
    CLOCK_BACK = "clock_back"
    CLOCK_APART = "clock_apart"
    NO_REPORT = "no_report"
    SIGNATURES = "signatures"
    NO_POST = "no_post"
    SOURCE_QUEUE = "source_queue"
    BROKEN = "broken"
    JOURNAL_CRITICAL = "journal_critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """Something is wrong now. ``name`` is a source, connection or machine, or empty; ``facts`` are counts, and times as UTC
    epoch seconds under names that end in ``_at``. Nothing from any post."""

    kind: AlarmKind
    name: str = ""
    facts: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others."""
        return (self.kind.value, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLimits:
    """From when silence is an alarm. 0 turns a check off. ``to`` hear of it by mail at once.

    ``no_post_s`` is working time (between ``opens`` and ``closes`` on work days), by source, or under "" for the others.
    """

    to: tuple[str, ...] = ()
    no_poll_s: float = 1800.0
    no_post_s: Mapping[str, float] = field(default_factory=lambda: {"": 86_400.0})
    opens: time = time(8)
    closes: time = time(16)
    no_report_s: float = 3600.0
    connection_s: float = 1800.0
    stalled_s: float = 86_400.0
    clock_s: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSetup:
    """How one organisation is watched: the limits, when its report is due, and the watch over this machine's clock."""

    limits: AlarmLimits
    report_due: time
    clock: ClockWatch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the checks look at, gathered beforehand: they ask nothing but the store.

    ``jump_s`` is how far this machine's clock has jumped, ``apart_s`` how far the clocks of others are ahead of it, by name;
    ``queues`` what waited at sources that can tell; ``signatures_at`` when the virus signatures were made, or None when
    nobody could say.
    """

    store: Store
    now: datetime
    zone: str
    limits: AlarmLimits
    sources: tuple[str, ...]
    report_due: time
    free_bytes: int
    reserve_bytes: int
    jump_s: float = 0.0
    apart_s: Mapping[str, float] = field(default_factory=dict)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    signatures_at: float | None = None
    signature_age_s: float = 0.0
