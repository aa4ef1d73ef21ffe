"""The alarms that ``status`` shows: what stands, and what is wrong this moment though nothing runs that could have said so."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import Any

from models.store import Store
from robot import build
from robot.alarms.checks import look
from robot.alarms.kinds import AlarmKind, View
from robot.alarms.words import advice, sentence
from robot.config import Settings

ONLY_THE_SERVICE_SEES = (
    AlarmKind.CLOCK_JUMP,
    AlarmKind.CLOCK_APART,
    AlarmKind.SIGNATURES,
    AlarmKind.SOURCE_QUEUE,
)
"""These stand until the service says that they are over; of the others we see for ourselves."""


def standing(settings: Settings, name: str, store: Store, now: datetime) -> list[dict[str, Any]]:
    """One row for each, oldest first: ``kind``, ``name``, ``since`` (ISO, UTC), ``text`` and ``do``. Changes nothing."""
    language, zone = settings.robot.spraak, settings.zone(name)
    with store.read() as reads:
        stored = {(one.kind, one.name): one for one in reads.alarms()}
    seen = {one.key: one.facts for one in look(_view(settings, name, store, now))}
    for key, one in stored.items():
        if one.kind in ONLY_THE_SERVICE_SEES and one.quiet_since is None:
            seen[key] = one.facts
    rows = []
    for (kind, about), facts in seen.items():
        known = stored.get((kind, about))
        since = known.raised_at if known is not None else now.timestamp()
        rows.append(
            {
                "kind": kind,
                "name": about,
                "since": datetime.fromtimestamp(since, UTC).isoformat(timespec="seconds"),
                "text": sentence(kind, about, facts, language=language, zone=zone),
                "do": advice(kind, language=language),
            }
        )
    return sorted(rows, key=lambda row: (row["since"], row["kind"], row["name"]))


def _view(settings: Settings, name: str, store: Store, now: datetime) -> View:
    chosen = settings.organisasjon[name]
    return View(
        store=store,
        now=now,
        zone=settings.zone(name),
        limits=build.alarm_limits(settings, name),
        sources=tuple(chosen.kilde),
        report_due=chosen.rapport.klokkeslett,
        free_bytes=shutil.disk_usage(store.folder).free,
        reserve_bytes=settings.robot.grenser.disk_reserve_bytes,
    )
