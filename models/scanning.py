"""What a virus scanner says of one file. Three answers, and the third is never taken for the first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """``NOT_SCANNED``: nobody knows; what happens then is the organisation's policy."""

    CLEAN = "clean"
    FOUND = "found"
    NOT_SCANNED = "not_scanned"


class WhyNot(StrEnum):
    """Why a file was not scanned. The values go to audit and log."""

    DOWN = "down"
    SLOW = "slow"
    BROKEN = "broken"
    ERROR = "error"
    TOO_LARGE = "too_large"
    LIMITS = "limits"

    @property
    def lasting(self) -> bool:
        """Whether asking again would give the same: the file is over a limit, and no waiting makes it smaller."""
        return self in (WhyNot.TOO_LARGE, WhyNot.LIMITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """``signature`` is set when something was found: printable ASCII, at most 120 characters; ``why`` when not scanned."""

    verdict: Verdict
    signature: str = ""
    why: WhyNot | None = None


CLEAN = ScanResult(verdict=Verdict.CLEAN)


def not_scanned(why: WhyNot) -> ScanResult:
    """Nobody knows, and why."""
    return ScanResult(verdict=Verdict.NOT_SCANNED, why=why)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureVersion:
    """The scanner's own words about itself, bounded.

    ``database`` names the official signature database in use, empty when it has none (or does not say): then nothing
    may be remembered as clean. ``made_at`` is when that database was made, in UTC epoch seconds, or None.
    """

    text: str
    database: str = ""
    made_at: float | None = None
