"""Runs of clock jobs and the health of connections, as the store remembers them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.sql import Prepared, Row
from models.store import tables as t
from models.store.base import Part

_CLAIM = {
    "sqlite": Prepared(sqlite.insert(t.job_run).on_conflict_do_nothing()),
    "postgresql": Prepared(postgresql.insert(t.job_run).on_conflict_do_nothing()),
}
_CAME = Prepared(update(t.connection).where(t.connection.c.name == bindparam("connection")))
_NEW_CONNECTION = {
    "sqlite": Prepared(sqlite.insert(t.connection).on_conflict_do_nothing()),
    "postgresql": Prepared(postgresql.insert(t.connection).on_conflict_do_nothing()),
}


class JobReads(Part):
    """Questions."""

    def last_run(self, job: str) -> Row | None:
        """The newest run of a job, or None."""
        query = select(t.job_run).where(t.job_run.c.job == job).order_by(t.job_run.c.due_slot.desc()).limit(1)
        return self.conn.execute(query).mappings().first()

    def connections(self) -> Sequence[Row]:
        """What is known of every connection, by name."""
        return self.conn.execute(select(t.connection).order_by(t.connection.c.name)).mappings().all()


class JobTx(JobReads):
    """Changes."""

    def claim_slot(self, job: str, due_slot: str) -> bool:
        """Claims a slot by its unique key; False when it is claimed already."""
        # Two machines may ask at the same moment: only the key decides, not a question asked before.
        new = _CLAIM[self.conn.sqlalchemy.dialect.name]
        values = {"job": job, "due_slot": due_slot, "state": "running", "started_at": self.now}
        return bool(self.conn.execute(new, values).rowcount == 1)

    def end_slot(self, job: str, due_slot: str, *, ok: bool, result: str) -> None:
        """Records how a slot's run ended. One that could not be done is given back, so that the next round tries."""
        where = (t.job_run.c.job == job, t.job_run.c.due_slot == due_slot)
        if not ok:
            self.conn.execute(t.job_run.delete().where(*where))
            return
        self.conn.execute(update(t.job_run).where(*where).values(state="done", finished_at=self.now, result=result))

    def free_slots(self) -> None:
        """Runs that a dead process left running are given back (only under the lock of the state folder)."""
        self.conn.execute(t.job_run.delete().where(t.job_run.c.state == "running"))

    def note_connection(self, name: str, *, error: str, failures: int, rests_for_s: float) -> None:
        """Remembers that a connection worked (``error`` empty) or did not."""
        values: dict[str, object] = {"error": error, "failures": failures}
        values["last_error_at" if error else "last_ok_at"] = self.now
        values["paused_until"] = self.now + rests_for_s if rests_for_s else None
        c = t.connection.c
        since = "failing_since" if error else "first_ok_at"
        earlier = {since: func.coalesce(c[since], self.now), **({} if error else {"failing_since": None})}
        if not self.conn.execute(update(t.connection).where(c.name == name).values(**values, **earlier)).rowcount:
            self.conn.execute(insert(t.connection).values(name=name, **values, **{since: self.now}))

    def note_post(self, connection: str) -> None:
        """Remembers that post came in by a connection."""
        if not self.conn.execute(_CAME, {"connection": connection, "last_post_at": self.now}).rowcount:
            new = _NEW_CONNECTION[self.conn.sqlalchemy.dialect.name]
            self.conn.execute(new, {"name": connection, "last_post_at": self.now})
