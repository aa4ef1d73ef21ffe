"""What ``postrobot doctor`` looks at: connectors contribute, one look a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Level(StrEnum):
    """How serious a line is. Only FAULT makes ``check`` and ``doctor`` exit 1."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """One thing looked at: ``name`` what, ``text`` how it is, ``next_step`` what to do (empty when fine). Norwegian."""

    name: str
    level: Level
    text: str
    next_step: str = ""


def expiry(name: str, until: datetime, now: datetime, *, early: timedelta, next_step: str) -> Checkup:
    """How long something is good yet: a fault once it has expired, a warning from ``early`` before that."""
    left = until - now
    day = until.date().isoformat()
    if left <= timedelta(0):
        return Checkup(name=name, level=Level.FAULT, text=f"gikk ut {day}", next_step=next_step)
    text = f"gyldig til {day} ({left.days} dager)"
    if left <= early:
        return Checkup(name=name, level=Level.WARNING, text=text, next_step=next_step)
    return Checkup(name=name, level=Level.OK, text=text)


def clock(name: str, ahead_s: float, *, most_s: float) -> Checkup:
    """Our clock against a service's: ``ahead_s`` is how far the service is ahead of us."""
    text = f"{abs(ahead_s):.0f} sekunder {'etter' if ahead_s > 0 else 'foran'} tjenesten"
    if abs(ahead_s) > most_s:
        step = "slå på tidssynkronisering: timedatectl set-ntp true"
        return Checkup(name=name, level=Level.FAULT, text=text, next_step=step)
    return Checkup(name=name, level=Level.OK, text=text if abs(ahead_s) >= 1 else "går likt med tjenesten")
