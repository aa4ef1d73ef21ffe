"""An alarm in words: the same in status, report and mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from robot.alarms.kinds import AlarmKind
from robot.texts import text


def sentence(kind: str, name: str, facts: Mapping[str, float], *, language: str, zone: str) -> str:
    """What is wrong. Times are local."""
    shown: dict[str, object] = {"name": _day(name) if kind == AlarmKind.NO_REPORT else name}
    for key, value in facts.items():
        if key.endswith("_at"):
            shown[key.removesuffix("_at")] = f"{datetime.fromtimestamp(value, ZoneInfo(zone)):%d.%m.%Y %H:%M}"
        else:
            shown[key] = round(value)
    return text(f"alarm.{kind}", language, **shown)


def advice(kind: str, *, language: str) -> str:
    """What to do about it."""
    return text(f"alarm.{kind}.do", language)


def _day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d.%m.%Y}"
