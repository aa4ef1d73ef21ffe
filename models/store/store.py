"""One organisation's store: its database and its files. Reading through :meth:`Store.read`, writing through
:meth:`Store.write`; everything in one ``write`` block is one durable transaction."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.exc import OperationalError

from models.blobs import BlobStore
from models.errors import TryLater
from models.sql import Link
from models.steps import Point, step
from models.store import tables as t
from models.store.alarm_tx import AlarmReads, AlarmTx
from models.store.audit_tx import AuditReads, AuditTx
from models.store.care_tx import CareReads, CareTx
from models.store.doubt_tx import Doubt, DoubtReads, DoubtTx
from models.store.effect_tx import EffectReads, EffectTx
from models.store.engine import StoreAddress, make_engine, migrate
from models.store.job_tx import JobReads, JobTx
from models.store.journal_tx import JournalReads, JournalTx
from models.store.judged_reads import JudgedReads
from models.store.kept_tx import KeptReads, KeptTx
from models.store.learning_tx import LearningReads, LearningTx
from models.store.post_reads import PostReads
from models.store.post_tx import PostTx
from models.store.quarantine_tx import QuarantineReads, QuarantineTx
from models.store.restanse_tx import RestanseReads, RestanseTx
from models.store.retention_tx import RetentionReads, RetentionTx
from models.store.rule_tx import RuleReads, RuleTx
from models.store.twin_tx import TwinReads, TwinTx

__all__ = ["Store", "StoreAddress", "Tx", "open_store"]


class Reads(
    PostReads,
    KeptReads,
    EffectReads,
    AuditReads,
    JobReads,
    RetentionReads,
    RuleReads,
    QuarantineReads,
    AlarmReads,
    JudgedReads,
    DoubtReads,
    LearningReads,
    CareReads,
    RestanseReads,
    TwinReads,
    JournalReads,
):
    """All questions; one consistent snapshot."""


class Tx(
    PostTx,
    KeptTx,
    EffectTx,
    RetentionTx,
    RuleTx,
    QuarantineTx,
    DoubtTx,
    AlarmTx,
    CareTx,
    RestanseTx,
    TwinTx,
    LearningTx,
    JournalTx,
    AuditTx,
    JobTx,
    Reads,
):
    """One write transaction: questions, changes, and the audit events that belong to them."""


class Store:
    """The store of one organisation. Thread-safe; writers queue behind each other, readers never wait (WAL).

    ``commits`` counts durable transactions since the start, for ``make bench``. ``doubt`` is the last restore, None when
    there was none: then no effect need be looked up for its sake.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        orgnr: str,
        folder: Path,
        shared: bool,
        version: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.engine = engine
        self.orgnr = orgnr
        self.folder = folder
        self.shared = shared
        self.version = version
        self.now = now
        self.commits = 0
        self.blobs = BlobStore(folder / "files")
        self.spool = folder / "spool"
        self._writer = threading.Lock()
        self.doubt: Doubt | None = None
        self._secret: bytes | None = None
        self._snapshot: Mapping[str, Any] = {"read_only": True}
        if shared:  # PostgreSQL's default shows what others commit meanwhile (READ COMMITTED)
            self._snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    @contextmanager
    def read(self) -> Iterator[Reads]:
        """A read-only snapshot: however many questions are asked in the block, others' writes do not show.

        Raises:
            TryLater: the database is out of reach.
        """
        try:
            with self.engine.connect().execution_options(**self._snapshot) as conn:
                conn.begin()
                yield Reads(Link(conn), now=self.now())
                conn.rollback()
        except OperationalError as error:
            raise _away(error) from error

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction; it is durable when the block has ended, and nothing of it happened if the block raises.

        Raises:
            TryLater: the database is locked by another process, or out of reach.
        """
        with self._writer if not self.shared else _no_lock():
            try:
                with self.engine.begin() as conn:
                    tx = Tx(Link(conn), now=self.now())
                    tx.set_identity(tenant=self.orgnr, version=self.version)
                    tx.covered = self.doubt.covers if self.doubt is not None else None
                    if self.shared:
                        tx.hold_chain()  # writers queue here too: what a transaction has read stays so until it commits
                    yield tx
                    tx.seal()
                    step(Point.T1_BEFORE_COMMIT)
            except OperationalError as error:
                raise _away(error) from error
            self.commits += 1
            step(Point.T2_COMMITTED)

    def keep_doubt(self, doubt: Doubt) -> None:
        """Remembers how far the finding again after a restore has come."""
        with self.write() as tx:
            tx.set_doubt(doubt)
        self.doubt = doubt

    def secret(self) -> bytes:
        """The organisation's own key for keyed hashes; made once. Destroying it makes the references anonymous."""
        if self._secret is None:
            with self.read() as reads:
                row = reads.conn.execute(select(t.counter.c.text).where(t.counter.c.name == "secret")).scalar()
            self._secret = bytes.fromhex(str(row))
        return self._secret

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def forget_log(self) -> None:
        """SQLite: writes the log of changes into the database and empties it, so that old pages do not linger there.

        A reader that is at work keeps them for now; nothing is lost by that.
        """
        if not self.shared:
            with self.engine.connect() as conn:
                raw = conn.connection.driver_connection
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def ping(self) -> None:
        """Raises ``TryLater`` when the database does not answer."""
        try:
            with self.engine.connect() as conn:
                conn.execute(text("SELECT 1"))
                conn.rollback()
        except OperationalError as error:
            raise _away(error) from error

    def time_utc(self) -> datetime:
        """Now, as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)


def _away(error: OperationalError) -> Exception:
    """A database that cannot be used now; a statement it does not understand is a bug and must not wait for better times."""
    if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR":
        return RuntimeError(str(error.orig))
    return TryLater(f"databasen svarer ikke nå: {error.orig}", after_s=30)


@contextmanager
def _no_lock() -> Iterator[None]:
    yield


def open_store(
    address: StoreAddress, *, orgnr: str, folder: Path, version: str, now: Callable[[], float] = time.time
) -> Store:
    """Opens (and makes or migrates) a store. ``folder`` holds ``files/`` and ``spool/``, mode 0700.

    Raises:
        models.store.engine.SchemaTooNew: the database was made by a newer version.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = make_engine(address)
    migrate(engine)
    step(Point.B1_MIGRATED)
    store = Store(engine, orgnr=orgnr, folder=folder, shared=address.shared, version=version, now=now)
    store.blobs.prepare()
    store.spool.mkdir(exist_ok=True, mode=0o700)
    _seed(engine)
    step(Point.B2_SEEDED)
    with store.read() as reads:
        store.doubt = reads.doubt()
    return store


def _seed(engine: Engine) -> None:
    """The counters, once: last sequence numbers, the audit chain's head, the organisation's secret."""
    with engine.connect().execution_options(read_only=True) as conn:
        names = set(conn.execute(select(t.counter.c.name)).scalars())
        conn.rollback()
    missing = {"post", "effect", "audit", "secret"} - names
    if not missing:
        return
    with engine.begin() as conn:
        for name in sorted(missing):
            _seed_one(conn, name)


def _seed_one(conn: Connection, name: str) -> None:
    if conn.execute(select(t.counter.c.name).where(t.counter.c.name == name)).first() is not None:
        return
    value = {"audit": "0" * 64, "secret": secrets.token_hex(32)}.get(name, "")
    conn.execute(insert(t.counter).values(name=name, value=0, text=value))
