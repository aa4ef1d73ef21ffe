"""Alarms that stand: raised once, over once, each change with its audit event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, text, update

from models.audit import AuditEvent
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.codec import from_text, plain
from models.store.effect_tx import OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAlarm:
    """An alarm as it stands. Times are UTC epoch seconds; ``facts`` are counts, times and names from the configuration."""

    kind: str
    name: str
    raised_at: float
    quiet_since: float | None
    facts: Mapping[str, float]


class AlarmReads(Part):
    """Questions, and what some alarms rest on."""

    def alarms(self) -> list[StoredAlarm]:
        """Those that stand, oldest first."""
        a = t.alarm.c
        rows = self.conn.execute(select(t.alarm).order_by(a.raised_at, a.kind, a.name)).mappings()
        return [
            StoredAlarm(
                kind=row["kind"],
                name=row["name"],
                raised_at=row["raised_at"],
                quiet_since=row["quiet_since"],
                facts=from_text(row["facts"], dict[str, float]),
            )
            for row in rows
        ]

    def stalled_effects(self, *, before: float) -> tuple[int, float | None]:
        """How many effects planned before a time are still owed, and when the oldest of them was planned."""
        e = t.effect.c
        query = select(func.count(), func.min(e.planned_at)).where(e.state.in_(OPEN), e.planned_at < before)
        count, oldest = self.conn.execute(query).one()
        return int(count), None if oldest is None else float(oldest)

    def database_time(self) -> float | None:
        """The clock of the database's machine (UTC epoch seconds); None for a file on this one."""
        if self.conn.sqlalchemy.dialect.name != "postgresql":
            return None
        return float(self.conn.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


class AlarmTx(AuditTx, AlarmReads):
    """Changes."""

    def raise_alarm(self, kind: str, name: str, facts: Mapping[str, float]) -> None:
        """A new one stands."""
        self.conn.execute(insert(t.alarm).values(kind=kind, name=name, raised_at=self.now, facts=plain(dict(facts))))
        self.audit(AuditEvent.ALARM_RAISED, object_ref=f"{kind}:{name}", details={"kind": kind})

    def change_alarm(self, kind: str, name: str, *, quiet_since: float | None) -> None:
        """What raised it is gone since then, or (None) there again."""
        where = (t.alarm.c.kind == kind, t.alarm.c.name == name)
        self.conn.execute(update(t.alarm).where(*where).values(quiet_since=quiet_since))

    def end_alarm(self, kind: str, name: str) -> None:
        """It is over."""
        self.conn.execute(delete(t.alarm).where(t.alarm.c.kind == kind, t.alarm.c.name == name))
        self.audit(AuditEvent.ALARM_OVER, object_ref=f"{kind}:{name}", details={"kind": kind})
