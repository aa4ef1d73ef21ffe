"""Audit events, chained and gap-free, in the transaction of the change they tell of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Row, insert, select, update

from models.audit import AuditEvent, row_hash
from models.sql import Link, Prepared
from models.store import tables as t
from models.store.base import NumberTx, Part
from models.store.codec import plain

_HEAD = Prepared(select(t.counter.c.value, t.counter.c.text).where(t.counter.c.name == "audit").with_for_update())
_NEW_HEAD = Prepared(update(t.counter).where(t.counter.c.name == "audit"))
_EVENT = Prepared(insert(t.audit_event))

Details = Mapping[str, str | int | Sequence[str]]


class AuditReads(Part):
    """Questions about the chain."""

    def audit_head(self) -> tuple[int, str]:
        """The last sequence number and hash, as the chain's head says."""
        query = select(t.counter.c.value, t.counter.c.text).where(t.counter.c.name == "audit")
        value, head = self.conn.execute(query).one()
        return int(value), str(head)

    def exported_seq(self) -> int:
        """How far the audit has been written to files."""
        return int(self.conn.execute(select(t.counter.c.value).where(t.counter.c.name == "exported")).scalar() or 0)


class AuditTx(NumberTx):
    """Writing events. The chain's head is read at the first event of a transaction; the events and the new head are
    written at its end."""

    def __init__(self, conn: Link, *, now: float) -> None:
        super().__init__(conn, now=now)
        self._tenant = ""
        self._version = ""
        self._head: tuple[int, str] | None = None
        self._events: list[dict[str, object]] = []

    def set_identity(self, *, tenant: str, version: str) -> None:
        """Whose chain this is, and which software writes."""
        self._tenant, self._version = tenant, version

    def audit(
        self,
        event: AuditEvent,
        *,
        item_id: str = "",
        actor: str = "robot",
        object_ref: str = "",
        reason_code: str = "",
        rule_id: str = "",
        ruleset_sha256: str = "",
        details: Details | None = None,
    ) -> None:
        """Appends one event. Only ids, codes, counts and hashes: never a name, a subject or text from the post."""
        seq, prev_hash = self._head or self._load_head()
        row: dict[str, object] = {
            "seq": seq + 1,
            "ts_utc": datetime.fromtimestamp(self.now, UTC).isoformat(timespec="milliseconds"),
            "tenant": self._tenant,
            "actor": actor,
            "event": event.value,
            "item_id": item_id,
            "object_ref": object_ref,
            "reason_code": reason_code,
            "rule_id": rule_id,
            "ruleset_sha256": ruleset_sha256,
            "software_version": self._version,
            "details": dict(details or {}),
            "prev_hash": prev_hash,
        }
        digest = row_hash(row)
        self._events.append({**row, "details": plain(row["details"]), "hash": digest})
        self._head = (seq + 1, digest)

    def lock_chain(self) -> None:
        """Takes the chain's head now, and with it the turn among writers, before the first event."""
        self._head = self._head or self._load_head()

    def _load_head(self) -> tuple[int, str]:
        value, head = self.conn.execute(_HEAD).one()
        return int(value), str(head)

    def note_exported(self, seq: int) -> None:
        """The files have everything up to this event, durably (step A3)."""
        where = t.counter.c.name == "exported"
        if self.conn.execute(update(t.counter).where(where).values(value=seq)).rowcount == 0:
            self.conn.execute(insert(t.counter).values(name="exported", value=seq, text=""))

    def seal(self) -> None:
        """Writes the events and the chain's head, and what other parts have gathered."""
        super().seal()
        if self._head is not None:
            seq, digest = self._head
            self.conn.execute(_EVENT, self._events)
            self.conn.execute(_NEW_HEAD, {"value": seq, "text": digest})


def events_after(part: Part, seq: int, *, limit: int = 1000) -> Iterator[Row[tuple[object, ...]]]:
    """Events with a sequence number above ``seq``, in order."""
    query = select(t.audit_event).where(t.audit_event.c.seq > seq).order_by(t.audit_event.c.seq).limit(limit)
    yield from part.conn.execute(query)
