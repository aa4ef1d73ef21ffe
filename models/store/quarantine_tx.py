"""Bytes that a virus was found in: nobody gets them while a row names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, delete, insert, select

from models.audit import AuditEvent
from models.sql import Prepared
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part

_ONE = Prepared(select(t.quarantine.c.signature).where(t.quarantine.c.sha256 == bindparam("digest")))


class QuarantineReads(Part):
    """Questions."""

    def quarantined(self, hashes: Iterable[str]) -> dict[str, str]:
        """Which of these hashes are held back: hash → what was found."""
        found: dict[str, str] = {}
        for sha256 in hashes:
            signature = self.conn.execute(_ONE, {"digest": sha256}).scalar()
            if signature is not None:
                found[sha256] = str(signature)
        return found


class QuarantineTx(AuditTx, QuarantineReads):
    """Changes, each with its audit event."""

    def quarantine(self, found: Mapping[str, str], *, item_id: str) -> None:
        """Holds bytes back (hash → signature). What is held already keeps its first row and gets no second event."""
        self.lock_chain()  # so that two who find the same at once do not both write it
        held = self.quarantined(found)
        for sha256, signature in found.items():
            if sha256 in held:
                continue
            self.conn.execute(insert(t.quarantine).values(sha256=sha256, signature=signature, found_at=self.now))
            self.audit(AuditEvent.QUARANTINED, item_id=item_id, object_ref=sha256, details={"signature": signature})

    def release_bytes(self, hashes: Iterable[str], *, item_id: str, actor: str) -> None:
        """Lets bytes out again: a new scan found nothing in them."""
        for sha256, signature in self.quarantined(hashes).items():
            self.conn.execute(delete(t.quarantine).where(t.quarantine.c.sha256 == sha256))
            self.audit(
                AuditEvent.RELEASED,
                item_id=item_id,
                actor=actor,
                object_ref=sha256,
                details={"signature": signature},
            )
