"""Looking through a published file inside the sandbox: what to call for files that others made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.reasons import ReasonCode
from robot.reading.dispatch import ReadingRoom
from robot.reading.leaks.leak import MOST_LEAKS, Leak, from_json
from robot.reading.sandbox import TaskLimits

LIMITS = TaskLimits(wall_s=180, cpu_s=150, address_space_bytes=2 * 1024**3, answer_bytes=32 * 1024 * 1024, nice=10)
"""Every page is drawn twice or more, which takes longer than reading its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a file gives away, or why nobody can tell: EMPTY, ENCRYPTED, DAMAGED and the like (PJ-H06), TIMEOUT, MEMORY, CRASH."""

    leaks: tuple[Leak, ...] = ()
    reason: ReasonCode | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The kinds of fake redactions found (PJ-H02), each once, in order."""
        return tuple(dict.fromkeys(leak.kind.value for leak in self.leaks if leak.fake_redaction))

    @property
    def texts(self) -> tuple[str, ...]:
        """What lies there, for the detectors only (PJ-H01); never to be shown or kept."""
        return tuple(leak.text for leak in self.leaks if leak.text)


def leaks_in(room: ReadingRoom, path: Path, *, into: Path) -> Inspection:
    """Looks through one file. ``into`` is a folder for the child's work; nothing is left in it.

    Raises:
        TryLater: the sandbox is down or closing.
    """
    into.mkdir(parents=True, exist_ok=True)
    result = room.run("leaks", [path], {}, into=into, limits=LIMITS)
    if result.reason is not None:
        return Inspection(reason=result.reason)
    told = result.value if isinstance(result.value, list) else []
    try:
        items = [each for each in told if isinstance(each, dict)][:MOST_LEAKS]
        if len(items) == 1 and "reason" in items[0]:
            return Inspection(reason=ReasonCode(str(items[0]["reason"])))
        return Inspection(leaks=tuple(from_json(each) for each in items))
    except (ValueError, TypeError, KeyError):
        return Inspection(reason=ReasonCode.CRASH)
