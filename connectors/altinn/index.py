"""What is known of an inbox in Altinn: a small SQLite file of the source's own.

Altinn is told nothing when we take a letter over, and its lists cannot say what is new; so what was seen, taken and
settled stands here. It holds ids, organisation numbers and times: no names of persons, no titles, no text. Losing it costs
fetching again what lies within the first look: the robot's store knows every letter by its key.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.errors import TryLater
from models.post import Outcome
from models.steps import Point, step

_BUSY_S = 60

_TABLES = """
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS item (
  key TEXT PRIMARY KEY, kind TEXT NOT NULL, party TEXT NOT NULL, resource TEXT NOT NULL, dialog TEXT NOT NULL,
  at TEXT NOT NULL, place TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT '', seen_at REAL NOT NULL,
  not_before REAL NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, trouble_since REAL,
  fetched INTEGER NOT NULL DEFAULT 0, changed_at REAL NOT NULL, origin TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS item_waiting ON item (place, at);
CREATE INDEX IF NOT EXISTS item_pair ON item (party, resource, place);
CREATE TABLE IF NOT EXISTS dialog (
  id TEXT PRIMARY KEY, party TEXT NOT NULL, resource TEXT NOT NULL, kind TEXT NOT NULL, created TEXT NOT NULL,
  updated TEXT NOT NULL, unread INTEGER NOT NULL, state TEXT NOT NULL, looks INTEGER NOT NULL DEFAULT 0,
  letters INTEGER NOT NULL DEFAULT 0, seen_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS dialog_state ON dialog (state);
CREATE INDEX IF NOT EXISTS dialog_party ON dialog (party, created);
CREATE TABLE IF NOT EXISTS party (orgnr TEXT PRIMARY KEY, name TEXT NOT NULL, parent TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS held (party TEXT NOT NULL, resource TEXT NOT NULL, since REAL NOT NULL,
  PRIMARY KEY (party, resource));
CREATE TABLE IF NOT EXISTS unread (party TEXT PRIMARY KEY, count INTEGER NOT NULL, oldest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS remark (key TEXT PRIMARY KEY, text TEXT NOT NULL, at REAL NOT NULL);
"""


class Place(StrEnum):
    """Where a letter is, as we see it."""

    NEW = "new"
    TAKEN = "taken"
    SETTLED = "settled"
    GONE = "gone"
    PASSED = "passed"


class DialogState(StrEnum):
    """How far a dialog's letters are found: to be looked up in a list (``again``: its letter is known, and something in
    it has changed), covered by letters that we know, to be opened itself, or not for us."""

    PENDING = "pending"
    AGAIN = "again"
    COVERED = "covered"
    DIRECT = "direct"
    PASSED = "passed"

    @property
    def covered(self) -> bool:
        """Whether the robot has what lies behind it, or has opened it."""
        return self in (DialogState.COVERED, DialogState.AGAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One letter. ``key`` is ``c:<id>``, ``d:<dialog>@<time>`` or ``t:<dialog>/<transmission>``; ``at`` orders them."""

    key: str
    kind: str
    party: str
    resource: str
    dialog: str
    at: str
    place: Place
    outcome: str
    tries: int
    trouble_since: float | None
    fetched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDialog:
    """A dialog as seen last. ``updated`` is contentUpdatedAt, ISO in UTC."""

    id: str
    party: str
    resource: str
    kind: str
    created: str
    updated: str
    state: DialogState
    looks: int
    letters: int


class Index:
    """The file. Thread-safe; several objects may have the same file open."""

    def __init__(self, path: Path) -> None:
        """Opens nothing."""
        self._path = path
        self._conn: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    @contextmanager
    def change(self) -> Iterator[Changes]:
        """One durable transaction; nothing of it happened if the block raises.

        Raises:
            TryLater: another process holds the file.
        """
        with self._lock:
            try:
                conn = self._opened()
                conn.execute("BEGIN IMMEDIATE")
                try:
                    yield Changes(conn)
                    conn.commit()
                    step(Point.U1_INDEXED)
                except BaseException:
                    conn.rollback()
                    raise
            except sqlite3.OperationalError as error:
                raise TryLater(f"Oversikten over Altinn-posten er opptatt: {error}", after_s=30) from error

    @contextmanager
    def look(self) -> Iterator[Questions]:
        """Questions.

        Raises:
            TryLater: another process holds the file.
        """
        with self._lock:
            try:
                yield Questions(self._opened())
            except sqlite3.OperationalError as error:
                raise TryLater(f"Oversikten over Altinn-posten er opptatt: {error}", after_s=30) from error

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            if self._conn is not None:
                self._conn.close()
                self._conn = None

    def _opened(self) -> sqlite3.Connection:
        if self._conn is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            conn = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            conn.row_factory = sqlite3.Row
            conn.execute("PRAGMA journal_mode=WAL")
            conn.execute("PRAGMA synchronous=FULL")
            conn.executescript(_TABLES)
            self._conn = conn
        return self._conn


class Questions:
    """What can be asked."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def note(self, name: str) -> str:
        """A kept word, or empty."""
        row = self._conn.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def waiting(self, limit: int, *, now: float) -> list[Item]:
        """What is new, oldest first."""
        query = "SELECT * FROM item WHERE place = 'new' AND not_before <= ? ORDER BY at, rowid LIMIT ?"
        return [_item(row) for row in self._conn.execute(query, (now, limit))]

    def item(self, key: str) -> Item | None:
        """One letter."""
        row = self._conn.execute("SELECT * FROM item WHERE key = ?", (key,)).fetchone()
        return _item(row) if row else None

    def known(self, keys: Sequence[str]) -> set[str]:
        """Which of these are known already."""
        found: set[str] = set()
        for start in range(0, len(keys), 500):
            batch = keys[start : start + 500]
            marks = ",".join("?" * len(batch))
            found.update(row[0] for row in self._conn.execute(f"SELECT key FROM item WHERE key IN ({marks})", batch))  # noqa: S608
        return found

    def at_place(self, place: Place, outcome: str = "") -> list[Item]:
        """Everything at a place; with ``outcome`` only that."""
        query = "SELECT * FROM item WHERE place = ? AND (? = '' OR outcome = ?) ORDER BY at, rowid"
        return [_item(row) for row in self._conn.execute(query, (place.value, outcome, outcome))]

    def dialog(self, id: str) -> KnownDialog | None:
        """A dialog."""
        row = self._conn.execute("SELECT * FROM dialog WHERE id = ?", (id,)).fetchone()
        return _dialog(row) if row else None

    def pending(self) -> list[KnownDialog]:
        """Dialogs whose letters are to be found in a list, oldest first."""
        query = "SELECT * FROM dialog WHERE state IN ('pending', 'again') ORDER BY updated"
        return [_dialog(row) for row in self._conn.execute(query)]

    def has_new(self, party: str, resource: str) -> bool:
        """Whether letters of this pair are still to be fetched."""
        query = "SELECT 1 FROM item WHERE party = ? AND resource = ? AND place = 'new' LIMIT 1"
        return self._conn.execute(query, (party, resource)).fetchone() is not None

    def parties(self) -> list[tuple[str, str, str]]:
        """(organisation number, name, main unit's number) of every organisation that we may act for."""
        rows = self._conn.execute("SELECT orgnr, name, parent FROM party ORDER BY parent, orgnr")
        return [(row[0], row[1], row[2]) for row in rows]

    def held(self) -> set[tuple[str, str]]:
        """(organisation, resource) that we had the right to when it was asked last."""
        return {(row[0], row[1]) for row in self._conn.execute("SELECT party, resource FROM held")}

    def pairs(self) -> set[tuple[str, str]]:
        """(organisation, resource) of every letter and dialog seen, for the nightly lists."""
        query = (
            "SELECT party, resource FROM item WHERE kind = 'c' UNION SELECT party, resource FROM dialog WHERE kind = ?"
        )
        return {(row[0], row[1]) for row in self._conn.execute(query, ("CorrespondenceService",))}

    def overdue(self, before: float) -> int:
        """Letters taken over before then and not settled."""
        query = "SELECT count(*) FROM item WHERE place = 'taken' AND changed_at < ?"
        return int(self._conn.execute(query, (before,)).fetchone()[0])

    def count(self, place: Place) -> int:
        """How many letters are at a place."""
        return int(self._conn.execute("SELECT count(*) FROM item WHERE place = ?", (place.value,)).fetchone()[0])

    def remarks(self) -> list[str]:
        """Sentences for people, oldest first."""
        return [str(row[0]) for row in self._conn.execute("SELECT text FROM remark ORDER BY at, key")]

    def mailboxes(self, since: str) -> list[tuple[str, str, str, int, int, int, str]]:
        """For each organisation: number, name, main unit; dialogs since then, of them unread by people when first seen,
        and what lies unread in Altinn now with the time of the oldest."""
        query = """
            SELECT p.orgnr, p.name, p.parent, count(d.id), coalesce(sum(d.unread), 0), coalesce(u.count, 0),
                   coalesce(u.oldest, '')
            FROM party p LEFT JOIN dialog d ON d.party = p.orgnr AND d.created >= ? AND d.state != 'passed'
            LEFT JOIN unread u ON u.party = p.orgnr
            GROUP BY p.orgnr ORDER BY p.parent, p.orgnr"""
        return [(r[0], r[1], r[2], int(r[3]), int(r[4]), int(r[5]), r[6]) for r in self._conn.execute(query, (since,))]


class Changes(Questions):
    """What can be changed, in one transaction."""

    def set_note(self, name: str, value: str) -> None:
        """Keeps a word."""
        self._conn.execute(
            "INSERT INTO note VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )

    def add_item(
        self, key: str, *, party: str, resource: str, dialog: str, at: str, now: float, origin: str = ""
    ) -> bool:
        """A letter seen; False when it is known."""
        done = self._conn.execute(
            "INSERT OR IGNORE INTO item (key, kind, party, resource, dialog, at, place, seen_at, changed_at, origin)"
            " VALUES (?, ?, ?, ?, ?, ?, 'new', ?, ?, ?)",
            (key, key[0], party, resource, dialog, at, now, now, origin),
        )
        return done.rowcount == 1

    def put(self, key: str, place: Place, *, now: float, outcome: str = "") -> None:
        """Moves a letter, never back: what is settled stays so."""
        self._conn.execute(
            "UPDATE item SET place = ?, outcome = ?, changed_at = ? WHERE key = ? AND place != ?"
            " AND NOT (place = 'settled' AND ? != 'settled')",
            (place.value, outcome, now, key, place.value, place.value),
        )

    def fetched(self, key: str) -> None:
        """Its overview has been had: Altinn has registered that, and from now on «not found» means gone."""
        self._conn.execute("UPDATE item SET fetched = 1 WHERE key = ?", (key,))

    def put_off(self, key: str, *, until: float, trouble_since: float | None = None) -> None:
        """Not offered before then."""
        self._conn.execute(
            "UPDATE item SET not_before = ?, tries = tries + 1, trouble_since = coalesce(trouble_since, ?) WHERE key = ?",
            (until, trouble_since, key),
        )

    def see_dialog(
        self,
        id: str,
        *,
        party: str,
        resource: str,
        kind: str,
        created: str,
        updated: str,
        unread: bool,
        letters: int,
        state: DialogState,
        now: float,
    ) -> None:
        """A dialog seen for the first time, or with new content. Whether people had read it is kept from the first time."""
        self._conn.execute(
            "INSERT INTO dialog (id, party, resource, kind, created, updated, unread, state, letters, seen_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET updated = excluded.updated,"
            " state = excluded.state, letters = excluded.letters, looks = 0",
            (id, party, resource, kind, created, updated, int(unread), state.value, letters, now),
        )

    def set_dialog(self, id: str, state: DialogState, *, looked: bool = False) -> None:
        """How far its letters are found."""
        self._conn.execute(
            "UPDATE dialog SET state = ?, looks = looks + ? WHERE id = ?", (state.value, int(looked), id)
        )

    def set_parties(self, found: Sequence[tuple[str, str, str]]) -> None:
        """Replaces the organisations that we may act for."""
        self._conn.execute("DELETE FROM party")
        self._conn.executemany("INSERT OR IGNORE INTO party VALUES (?, ?, ?)", found)

    def set_held(self, party: str, resources: Sequence[str], *, now: float) -> None:
        """Replaces what we have the right to for one organisation."""
        self._conn.execute("DELETE FROM held WHERE party = ?", (party,))
        self._conn.executemany("INSERT OR IGNORE INTO held VALUES (?, ?, ?)", [(party, r, now) for r in resources])

    def set_unread(self, party: str, count: int, oldest: str) -> None:
        """What lies unread in Altinn for one organisation."""
        self._conn.execute("INSERT OR REPLACE INTO unread VALUES (?, ?, ?)", (party, count, oldest))

    def remark(self, key: str, text: str, *, now: float) -> None:
        """A sentence for the daily report, until it is taken back; the same key says it once."""
        self._conn.execute(
            "INSERT INTO remark VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET text = excluded.text", (key, text, now)
        )

    def unsay(self, prefix: str, *, before: float | None = None) -> None:
        """Takes sentences back; with ``before`` only those first said before then."""
        self._conn.execute(
            "DELETE FROM remark WHERE substr(key, 1, ?) = ? AND (? IS NULL OR at < ?)",
            (len(prefix), prefix, before, before),
        )


SETTLED_TOGETHER = (
    frozenset({Outcome.ARCHIVED}),
    frozenset({Outcome.FORWARDED}),
    frozenset({Outcome.DISMISSED, Outcome.DUPLICATE}),
)
"""Outcomes by place, as other sources have them."""


def taken_items(index: Index) -> Iterator[tuple[Item, frozenset[Outcome]]]:
    """Everything that was taken over, the unsettled first, each with the outcomes of its place."""
    with index.look() as asked:
        found = [(item, frozenset[Outcome]()) for item in asked.at_place(Place.TAKEN)]
        for outcomes in SETTLED_TOGETHER:
            found += [
                (item, outcomes) for each in sorted(outcomes) for item in asked.at_place(Place.SETTLED, each.value)
            ]
    yield from found


def _item(row: sqlite3.Row) -> Item:
    return Item(
        key=row["key"],
        kind=row["kind"],
        party=row["party"],
        resource=row["resource"],
        dialog=row["dialog"],
        at=row["at"],
        place=Place(row["place"]),
        outcome=row["outcome"],
        tries=row["tries"],
        trouble_since=row["trouble_since"],
        fetched=bool(row["fetched"]),
    )


def _dialog(row: sqlite3.Row) -> KnownDialog:
    return KnownDialog(
        id=row["id"],
        party=row["party"],
        resource=row["resource"],
        kind=row["kind"],
        created=row["created"],
        updated=row["updated"],
        state=DialogState(row["state"]),
        looks=row["looks"],
        letters=row["letters"],
    )
