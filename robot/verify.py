"""``postrobot verify``: the invariants of reliability.md section 2, asked of a live installation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connectors.contract import Archive
from models.archive import JournalQuery
from models.audit import STATE_EVENTS
from models.keys import with_role
from models.post import State
from models.store import Store
from models.store.post_reads import WORKING
from robot.audit import Verified, table_rows, verify_store

OVERDUE_S = 3600.0
"""A post that has been due this long without being walked is stuck (or nothing is running)."""

MOST_NAMED = 20
"""How many broken things are named; the count is always whole."""


@dataclass(slots=True)
class Invariant:
    """One invariant's answer: how many things were looked at, how many are broken, and which (ids, at most 20)."""

    name: str
    checked: int = 0
    broken: int = 0
    examples: list[str] = field(default_factory=list)

    def fail(self, what: str) -> None:
        """Notes one broken thing."""
        self.broken += 1
        if len(self.examples) < MOST_NAMED:
            self.examples.append(what)

    @property
    def ok(self) -> bool:
        """Whether nothing is broken."""
        return self.broken == 0


def verify(store: Store, archive: Archive) -> tuple[Invariant, ...]:
    """All invariants that this version evaluates: I1, I2, I3 and I9.

    Raises:
        OutOfReach: the archive cannot be asked (I3 is checked against it, not only against our tables).
    """
    return nothing_lost(store), every_post_ends(store), never_doubled(store, archive), audit_complete(store)


def nothing_lost(store: Store) -> Invariant:
    """I1: the original bytes of every document are there with their hash."""
    found = Invariant("I1")
    with store.read() as reads:
        hashes = sorted(reads.referenced_hashes())
    for sha256 in hashes:
        found.checked += 1
        if not store.blobs.intact(sha256):
            found.fail(sha256)
    return found


def every_post_ends(store: Store) -> Invariant:
    """I2: one state each; an end has its outcome or reason; nothing that is due lies untouched."""
    found = Invariant("I2")
    now = store.now()
    with store.read() as reads:
        for row in reads.rows():
            found.checked += 1
            state = row["state"]
            stuck = state in WORKING and row["next_try_at"] < now - OVERDUE_S and row["stored_at"] < now - OVERDUE_S
            nameless = (state == State.DONE and not row["outcome"]) or (state == State.SET_ASIDE and not row["reason"])
            if state not in State._value2member_map_ or stuck or nameless:
                found.fail(row["id"])
    return found


def never_doubled(store: Store, archive: Archive) -> Invariant:
    """I3: each of our keys has at most one journalpost in the archive, and every archived post has its own there."""
    found = Invariant("I3")
    entries = _entries_by_key(archive)
    found.checked = sum(len(ids) for ids in entries.values())
    for key, ids in entries.items():
        if len(ids) > 1:
            found.fail(f"{key}: {len(ids)}")
    with store.read() as reads:
        for row in reads.rows():
            if row["journalpost_id"] is None:
                continue
            if row["journalpost_id"] not in entries.get(with_role(row["key"], "jp"), ()):
                found.fail(row["id"])
    return found


def _entries_by_key(archive: Archive) -> Mapping[str, list[str]]:
    entries: dict[str, list[str]] = {}
    after: str | None = None
    while True:
        page = archive.journalposter(JournalQuery(our_keys_only=True), after)
        for entry in page.entries:
            entries.setdefault(entry.our_key, []).append(entry.system_id)
        if page.next is None:
            return entries
        after = page.next


def audit_complete(store: Store) -> Invariant:
    """I9: every state change has exactly one event, each going on where the last one left; and the chain verifies."""
    found = Invariant("I9")
    states: dict[str, str] = {}
    for item_id, before, after in _changes(table_rows(store)):
        found.checked += 1
        if states.get(item_id, "") != before:
            found.fail(item_id)
        states[item_id] = after
    with store.read() as reads:
        for row in reads.rows():
            if states.pop(row["id"], None) != row["state"]:
                found.fail(row["id"])
    chains = Verified()
    verify_store(store, chains)
    for orgnr, chain in chains.organisations.items():
        if chain.first_bad_seq is not None:
            found.fail(f"{orgnr}: {chain.first_bad_seq} {chain.problem}")
    return found


def _changes(rows: Iterable[Mapping[str, object]]) -> Iterable[tuple[str, str, str]]:
    """(post id, state before, state after) of every state change, in order."""
    for row in rows:
        if row["event"] not in STATE_EVENTS:
            continue
        details = row["details"] if isinstance(row["details"], dict) else json.loads(str(row["details"]))
        if row["event"] == "received":
            yield str(row["item_id"]), "", State.RECEIVED.value
        else:
            yield str(row["item_id"]), str(details["from"]), str(details["to"])
