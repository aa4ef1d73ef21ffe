"""After a restore: what the lost store may have done, and how far the finding of it again has come.

Between the backup and the loss the robot wrote to the archive and moved things at the sources. So after a restore an archive
write is looked up by its key before it is sent, for every post that the lost store can have known: all that are stored until
each source's own places have been gone through and its inbox emptied once. From then on new post is new.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, insert, select, update

from models.audit import AuditEvent
from models.post import Locator
from models.sql import Prepared
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.effect_tx import OPEN, EffectKind, EffectState
from models.store.post_reads import WORKING

_BY_KEY = Prepared(select(t.post.c.seq).where(t.post.c.key == bindparam("base")).limit(1))
_NAME = "restored"
IN_ARCHIVE = (EffectKind.ARCHIVE, EffectKind.CARE)
FIRST_NUMBER_APART = 10_000
"""Posts stored after a restore get numbers from the next multiple of this on: an id that people have seen never comes to
name another letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A restore whose traces are not all found yet, or are.

    ``at``: when it was restored (epoch seconds); ``backup``: the set it came from. ``found``: sources whose own places have
    been gone through; ``emptied``: sources whose inbox was taken in whole since. ``until``: the last post that the lost
    store may have known, None while that cannot be said. ``told``: the report of differences is made.
    """

    at: float
    backup: str
    found: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()
    until: int | None = None
    told: bool = False

    def covers(self, post_seq: int | None) -> bool:
        """Whether this post may have been known to the lost store."""
        return self.until is None or post_seq is None or post_seq <= self.until

    @property
    def mark(self) -> str:
        """What tells keys made after this restore from those of the same name made before the loss."""
        return f"{int(self.at):x}"


class DoubtReads(Part):
    """Questions."""

    def doubt(self) -> Doubt | None:
        """The last restore, or None when there was none."""
        found = self.conn.execute(select(t.counter.c.text).where(t.counter.c.name == _NAME)).scalar()
        if found is None:
            return None
        raw = json.loads(found)
        return Doubt(**{**raw, "found": frozenset(raw["found"]), "emptied": frozenset(raw["emptied"])})

    def seq_by_key(self, key: str) -> int | None:
        """The post with this base key, or None."""
        found = self.conn.execute(_BY_KEY, {"base": key}).scalar()
        return int(found) if found is not None else None

    def places(self, source: str) -> Iterator[tuple[str, Locator]]:
        """(base key, where it is) of every post of a source."""
        query = select(t.post.c.key, t.post.c.locator).where(t.post.c.source == source)
        for key, locator in self.conn.execute(query):
            yield str(key), json.loads(locator)

    def unfinished(self, until: int) -> int:
        """How many posts up to this one are on their way."""
        rows = self.conn.execute(select(t.post.c.seq).where(t.post.c.seq <= until, t.post.c.state.in_(WORKING)))
        return len(rows.all())

    def last_seq(self) -> int:
        """The number given last."""
        return int(self.conn.execute(select(t.counter.c.value).where(t.counter.c.name == "post")).scalar_one())


class DoubtTx(AuditTx, DoubtReads):
    """Changes."""

    def set_doubt(self, doubt: Doubt) -> None:
        """Keeps how far it has come."""
        plain = json.dumps({**_fields(doubt), "found": sorted(doubt.found), "emptied": sorted(doubt.emptied)})
        if not self.conn.execute(update(t.counter).where(t.counter.c.name == _NAME).values(text=plain)).rowcount:
            self.conn.execute(insert(t.counter).values(name=_NAME, value=0, text=plain))

    def begin_anew(self, *, backup: str, manifest: str) -> int:
        """Marks a store that was just put back; returns how many unfinished archive writes are in doubt.

        Every one of them is looked up by its key before anything is sent (I6). Leases, rests and running jobs belonged to a
        process that is gone.
        """
        e = t.effect.c
        in_doubt = self.conn.execute(
            update(t.effect)
            .where(e.state.in_(OPEN), e.kind.in_(IN_ARCHIVE))
            .values(state=EffectState.UNKNOWN, lookups=0, next_try_at=0.0)
        ).rowcount
        self.conn.execute(update(t.effect).where(e.state.in_(OPEN)).values(next_try_at=0.0))
        self.conn.execute(
            update(t.post)
            .where(t.post.c.state.in_(WORKING))
            .values(lease_token=None, lease_until=None, next_try_at=0.0)
        )
        self.conn.execute(update(t.connection).values(failures=0, error="", paused_until=None))
        self.conn.execute(t.job_run.delete().where(t.job_run.c.state == "running"))
        apart = (self.last_seq() // FIRST_NUMBER_APART + 1) * FIRST_NUMBER_APART
        self.conn.execute(update(t.counter).where(t.counter.c.name == "post").values(value=apart))
        self.set_doubt(Doubt(at=self.now, backup=backup))
        self.audit(
            AuditEvent.RESTORED,
            object_ref=backup,
            details={"manifest": manifest, "in_doubt": in_doubt, "next_post": apart + 1},
        )
        return int(in_doubt)


def _fields(doubt: Doubt) -> dict[str, object]:
    return {"at": doubt.at, "backup": doubt.backup, "until": doubt.until, "told": doubt.told}


def further(doubt: Doubt, *, found: str = "", emptied: str = "") -> Doubt:
    """The same with one more source gone through or emptied."""
    more_found = doubt.found | {found} if found else doubt.found
    more_emptied = doubt.emptied | {emptied} if emptied else doubt.emptied
    return replace(doubt, found=more_found, emptied=more_emptied)
