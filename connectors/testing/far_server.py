"""A source and an archive in a process of their own: what they have taken effect for outlives any robot that is killed.

``python -m connectors.testing.far_server SOCKET FOLDER`` listens on a Unix socket until its standard input closes. It holds
many *rooms*, each an inbox (:class:`MemoryPlace`) and an archive (:class:`MemoryArchive`) under one name, and appends all
that takes effect to ``FOLDER/<room>.jsonl`` before it answers: the record that tests compare with what the robot believes.
What goes wrong, and when, is in a room's :class:`Manners`.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

from connectors.testing.memory_archive import MemoryArchive
from connectors.testing.memory_source import INBOX, MemoryPlace, MemorySource
from connectors.testing.memory_unit import MemoryUnit
from models.archive import Done
from models.errors import AlreadyDone, NeedsHuman
from models.post import Offer

_HEARTBEAT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Fault(StrEnum):
    """What goes wrong with one request. The first four: it has taken effect all the same."""

    CREATE_THEN_HANG = "create_then_hang"
    CREATE_THEN_RESET = "create_then_reset"
    ERROR_AFTER = "error_after"
    EMPTY_ANSWER = "empty_answer"
    ANSWER_TWICE = "answer_twice"
    RESET_BEFORE = "reset_before"
    DOWN = "down"


TOLD = frozenset({"take_over", "settle"})
ARCHIVE = frozenset({"submit", "outcome", "find_saksmapper", "journalposter", "changed_saker", "saker"})
CHANGES = frozenset({"submit", *TOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a room behaves.

    ``faults``: kind of write (``ny_saksmappe`` …; ``take_over``, ``settle``) → what goes wrong with the first of that kind,
    the second and so on (None: nothing); ``share`` of all other changes go wrong at random under ``seed``, never two times
    in a row for one key. A hanging answer ends after ``hang_s`` seconds as a broken connection. ``lag_lookups``,
    ``accepts_repeated_key`` and ``key_lookup`` as in :class:`MemoryArchive`.
    """

    faults: Mapping[str, tuple[Fault | None, ...]] = field(default_factory=dict)
    share: float = 0.0
    seed: int = 0
    hang_s: float = 3600.0
    lag_lookups: int = 0
    accepts_repeated_key: bool = False
    key_lookup: bool = True


class Room:
    """One inbox and one archive."""

    def __init__(self, record: Path, manners: Manners) -> None:
        self.place = MemoryPlace()
        self.source = MemorySource(self.place)
        self.unit = MemoryUnit()
        self.unit.seed("SAK", klasser=("000",))
        self.archive = MemoryArchive(
            self.unit,
            now=lambda: _HEARTBEAT,
            lag_lookups=manners.lag_lookups,
            accepts_repeated_key=manners.accepts_repeated_key,
            key_lookup=manners.key_lookup,
            page_size=200,
        )
        self.lock = threading.RLock()
        self._record = record
        self._left = {kind: list(faults) for kind, faults in manners.faults.items()}
        self._share = manners.share
        self._dice = random.Random(manners.seed)
        self._failed: set[str] = set()
        self.failures = 0
        self.archive_away = False
        self.hang_s = manners.hang_s

    def fault(self, kind: str, key: str) -> Fault | None:
        """What goes wrong with this request."""
        with self.lock:
            waiting = self._left.get(kind)
            if waiting:
                chosen = waiting.pop(0)
            elif self._share and self._dice.random() < self._share and key not in self._failed:
                chosen = self._dice.choice(list(Fault))
            else:
                chosen = None
            if chosen is None:
                self._failed.discard(key)
            else:
                self.failures += 1
                self._failed.add(key)
            return chosen

    def note(self, what: str, **more: object) -> None:
        """Appends to the record; on its way to the disk before anybody is answered."""
        with self.lock, self._record.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"what": what, **more}, sort_keys=True) + "\n")

    def submit(self, write: Any, key: str) -> object:
        """See the contract."""
        with self.lock:
            before = len(self.unit.made)
            try:
                done = self.archive.submit(write, key)  # type: ignore[arg-type]
            except AlreadyDone as already:
                return "already", already.reference, str(already)
            except NeedsHuman as human:
                return "human", human.reason, human.detail
            if len(self.unit.made) > before:
                system_id = done.system_id if isinstance(done, Done) else ""
                self.note("made", key=key, kind=write.kind, system_id=system_id)
            return "ok", done

    def take_over(self, at: Mapping[str, Any]) -> object:
        """See the contract."""
        with self.lock:
            there = self.source.take_over(at)
            self.note("take_over", number=at["number"])
            return "ok", there

    def settle(self, at: Mapping[str, Any], outcome: Any) -> object:
        """See the contract."""
        with self.lock:
            there = self.source.settle(at, outcome)
            self.note("settle", number=at["number"], outcome=outcome.value)
            return "ok", there

    def offers(self, limit: int) -> object:
        """See the contract."""
        with self.lock:
            return "ok", tuple(self.source.offers(limit))

    def content(self, offer: Offer) -> object:
        """The bytes of an offer, or None when it is gone."""
        post = self.place.posts.get(int(offer.locator["number"]))
        return "ok", None if post is None else (post.name, post.content, post.at)

    def capabilities(self) -> object:
        """See the contract."""
        return "ok", self.archive.capabilities

    def outcome(self, key: str) -> object:
        """See the contract."""
        return "ok", self.archive.outcome(key)  # type: ignore[arg-type]

    def find_saksmapper(self, query: Any) -> object:
        """See the contract."""
        return "ok", tuple(self.archive.find_saksmapper(query))

    def journalposter(self, query: Any, after: str | None) -> object:
        """See the contract."""
        return "ok", self.archive.journalposter(query, after)

    def changed_saker(self, since: str, after: str | None, size: int) -> object:
        """See the contract; None for a mark that is not of this archive."""
        try:
            return "ok", self.archive.changed_saker(since=since, after=after, size=size)
        except ValueError:
            return "ok", None

    def saker(self, system_ids: tuple[str, ...]) -> object:
        """See the contract."""
        return "ok", self.archive.saker(system_ids)

    # --- for whoever sets the stage ---

    def deliver(self, posts: list[tuple[str, bytes, datetime]]) -> object:
        """Lays post in the inbox."""
        with self.lock:
            return "ok", [self.place.deliver(*post) for post in posts]

    def waiting(self) -> object:
        """How many lie in the inbox."""
        return "ok", len(self.place.at(INBOX))

    def places(self) -> object:
        """Place → how many posts."""
        with self.lock:
            counts: dict[str, int] = {}
            for post in self.place.posts.values():
                counts[post.place] = counts.get(post.place, 0) + 1
            return "ok", counts

    def stored(self, journalpost: str) -> object:
        """The files of a journalpost."""
        found = [self.unit.files.get(o.sjekksum, b"") for d in self.unit.documents[journalpost] for o in d.objekter]
        return "ok", found

    def archive_goes(self, away: bool) -> object:
        """The archive cannot be reached from now on, or can again."""
        self.archive_away = away
        return "ok", None

    def count_failures(self) -> object:
        """How often something has gone wrong."""
        return "ok", self.failures


class Server:
    """All rooms."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rooms: dict[str, Room] = {}
        self._lock = threading.Lock()

    def serve(self, connection: Connection[Any, Any]) -> None:
        """One client, until it goes away."""
        try:
            while True:
                number, room, verb, arguments = connection.recv()
                if not self._answer(connection, number, room, verb, arguments):
                    break
        except (EOFError, OSError):
            pass  # The client is gone; what it asked for is done.
        finally:
            connection.close()

    def _answer(
        self, connection: Connection[Any, Any], number: int, name: str, verb: str, arguments: tuple[Any, ...]
    ) -> bool:
        """Does what is asked and answers, or goes wrong; False: the connection is to be closed."""
        if verb == "open":
            with self._lock:
                self._rooms[name] = Room(self._folder / f"{name}.jsonl", *arguments)
            connection.send((number, "ok", None))
            return True
        if verb == "shut":
            with self._lock:
                self._rooms.pop(name, None)
            connection.send((number, "ok", None))
            return True
        room = self._rooms[name]
        fault = Fault.DOWN if room.archive_away and verb in ARCHIVE else None
        if fault is None and verb in CHANGES:
            kind = verb if verb in TOLD else arguments[0].kind
            key = f"{verb}-{arguments[0]['number']}" if verb in TOLD else str(arguments[1])
            fault = room.fault(kind, key)
        if fault is Fault.DOWN:
            connection.send((number, "down"))
            return True
        if fault is Fault.RESET_BEFORE:
            return False
        answer = getattr(room, verb)(*arguments)
        if fault is Fault.CREATE_THEN_HANG:
            time.sleep(room.hang_s)
        return _say(connection, (number, *answer), fault)


def _say(connection: Connection[Any, Any], answer: tuple[object, ...], fault: Fault | None) -> bool:
    match fault:
        case Fault.CREATE_THEN_RESET | Fault.CREATE_THEN_HANG:
            return False
        case Fault.ERROR_AFTER:
            connection.send((answer[0], "error", 500))
        case Fault.EMPTY_ANSWER:
            connection.send((answer[0], "ok"))
        case Fault.ANSWER_TWICE:
            connection.send(answer)
            connection.send(answer)
        case _:
            connection.send(answer)
    return True


def main(socket: str, folder: str) -> None:
    """Serves until standard input ends."""
    server = Server(Path(folder))
    listener = Listener(socket, family="AF_UNIX", backlog=64)

    def accept() -> None:
        while True:
            client = listener.accept()
            threading.Thread(target=server.serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
