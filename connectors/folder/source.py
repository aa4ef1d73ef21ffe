"""The folder source: offers quiet files, streams them, and moves them on when told."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import FileIO
from itertools import chain
from typing import BinaryIO

import structlog

from connectors.folder.beneath import Mark, mark_of, open_file
from connectors.folder.moves import Wanted, find, is_content, move
from connectors.folder.names import from_text, media_type, to_show, to_text
from connectors.folder.scan import Seen, walk
from connectors.folder.settings import INBOX, OUTCOME_PLACES, PLACES, TAKEN, FolderSettings
from models.errors import NeedsHuman, OutOfReach, TryLater
from models.post import Envelope, Fetched, Locator, Offer, Outcome, Spool, SpoolLimit, Taken
from models.reasons import ReasonCode

_CHUNK = 1024 * 1024
_RETRY_S = 60.0
_FORGOTTEN_NS = 24 * 3600 * 1_000_000_000
# Errors of the file system as a whole (a share that is gone, a disk that is full or broken), not of one file.
_WHOLE = frozenset(
    {
        errno.EIO,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ETIMEDOUT,
        errno.ENODEV,
        errno.EROFS,
        errno.ENOSPC,
        errno.EDQUOT,
    }
)

_TEXTS = {
    "symlink": "er en lenke; roboten følger aldri lenker",
    "not_a_file": "er ikke en vanlig fil",
    "unreadable": "kan ikke leses av roboten; sjekk rettighetene",
    "unfinished": "har navn som en uferdig fil, men har ligget urørt i over et døgn",
    "never_quiet": "skrives det fortsatt til; den tas når den har ligget i ro",
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in the watched folder that is not taken.

    ``kind`` is ``symlink``, ``not_a_file``, ``unreadable``, ``unfinished`` or ``never_quiet``; ``text`` is a Norwegian
    sentence with the path. Paths may name people, so they are for the report; the log has the inode
    (``find -inum`` tells the operator the name).
    """

    kind: str
    path: str
    inode: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a file is now: the place's name, the path beneath it, the mark."""

    place: str
    path: str
    mark: Mark


class FolderSource:
    """Post as files in a watched folder and its sub-folders; keeps the contract ``connectors.contract.Source``.

    The robot's places (``mottatt``, ``journalført``, ``videresendt``, ``avvist``) lie beside the watched folder; a file
    keeps its relative path there. ``Offer.key`` is made from path, size, time and inode; ``source_key`` is that key,
    a colon and the SHA-256. ``label`` is the path relative to the watched folder.
    """

    def __init__(
        self,
        settings: FolderSettings,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``now`` gives seconds since 1970; ``sleep`` waits so many seconds."""
        self._settings = settings
        self._now = now
        self._sleep = sleep
        self._problems: dict[tuple[str, str], Problem] = {}
        self._told: set[tuple[str, str]] = set()

    def problems(self) -> tuple[Problem, ...]:
        """What the last :meth:`offers` passed over and people should know of; nothing here holds up other post."""
        return tuple(self._problems.values())

    def offers(self, limit: int) -> Iterator[Offer]:
        """The oldest quiet files first, then those that became quiet while we waited.

        Raises:
            OutOfReach: the watched folder cannot be read.
        """
        self._told, self._problems = set(self._problems), {}
        try:
            seen = sorted(walk(self._settings.inbox, self._report), key=_age)
        except OSError as error:
            raise self._out_of_reach(error) from error
        latest_ns = int((self._now() - self._settings.quiet_s) * 1e9)
        left = limit
        for file in chain(
            (file for file in seen if file.changed_ns <= latest_ns),
            self._wait_for([file for file in seen if file.changed_ns > latest_ns]),
        ):
            if left <= 0:
                return
            if self._readable(file):
                left -= 1
                yield self._offer(file)
                if left <= 0:
                    return

    def download(self, offer: Offer, into: Spool) -> Fetched:
        """Streams the file; refuses it when it changed between offer and end of copy.

        Raises:
            NeedsHuman: over the size limit.
            TryLater: gone, changed, or not readable now.
            OSError: our own disk is full and the like.
        """
        expected = _mark(offer.locator)
        path = from_text(str(offer.locator["path"]))
        if expected.size > into.limit_bytes:
            raise _too_large(expected.size, into.limit_bytes)
        try:
            descriptor = open_file(self._settings.place(str(offer.locator["place"])), path)
        except OSError as error:
            raise self._trouble(error) from error
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or Mark.of(found) != expected:
                raise TryLater("Filen ble endret etter at den ble sett; den tas i neste runde.", after_s=0)
            name = path.rpartition("/")[2]
            with into.new(to_show(name), media_type(name)) as writer:
                try:
                    while chunk := self._read(file):
                        writer.write(chunk)
                except SpoolLimit:
                    raise _too_large(writer.size_bytes, into.limit_bytes) from None
                if Mark.of(os.fstat(descriptor)) != expected or writer.size_bytes != expected.size:
                    raise TryLater("Filen ble endret mens den ble lest; den tas i neste runde.", after_s=0)
        document = writer.document
        return Fetched(
            source_key=f"{offer.key}:{document.sha256}",
            label=offer.label,
            locator={**offer.locator, "sha256": document.sha256},
            envelope=Envelope(received_at=self._received_at(expected.mtime_ns)),
            documents=(document,),
            # Neither name nor inode outlive every move (a clash of names, another file system), nor does a part of a second.
            identity=f"{expected.mtime_ns // 1_000_000_000}:{document.sha256}",
        )

    def taken(self) -> Iterator[Taken]:
        """What lies in the robot's own folders, the oldest first in each; see :class:`connectors.contract.KeepsTaken`.

        Raises:
            OutOfReach: the watched folder, or one of the robot's own, cannot be read.
        """
        try:
            self._settings.inbox.stat()  # a share that is not mounted must not look like folders that are empty
            for place in PLACES:
                root = self._settings.place(place)
                outcomes = frozenset(outcome for outcome, name in OUTCOME_PLACES.items() if name == place)
                there = sorted(walk(root, lambda *_: None), key=_age) if root.is_dir() else []
                for file in there:
                    yield Taken(offer=self._offer(file, place), outcomes=outcomes)
        except OSError as error:
            raise self._out_of_reach(error) from error

    def where(self, at: Locator) -> str:
        """Place and mark: a file that is moved within the place is still the same."""
        return f"{at['place']}/{at['size']}/{at['mtime_ns']}/{at['ino']}"

    def take_over(self, at: Locator) -> Locator:
        """Moves the file to ``mottatt``. New content under the same name is another post and stays where it is."""
        return self._bring(at, TAKEN, only_from=INBOX)

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        """Moves the file on to the outcome's place, from wherever a crash or a power cut left it."""
        return self._bring(at, OUTCOME_PLACES[outcome])

    def close(self) -> None:
        """Nothing is held open between calls."""

    def _bring(self, at: Locator, place: str, *, only_from: str = "") -> Locator:
        """The file to ``place``, or left where it is when it is already past ``only_from``; unchanged when it is gone."""
        wanted = _wanted(at)
        try:
            # A share that is not mounted must not look like a file that is gone.
            self._settings.inbox.stat()
            here = self._here(at, wanted, place)
            if here is None:
                return at
            if here.place == place or (only_from and here.place != only_from):
                return _at(at, here)
            return self._move(at, here, place, wanted)
        except FileExistsError as error:
            raise TryLater("Alle navn filen kan få i robotens mappe er opptatt.", after_s=_RETRY_S) from error
        except OSError as error:
            raise self._trouble(error) from error

    def _move(self, at: Locator, here: Spot, place: str, wanted: Wanted) -> Locator:
        name, mark = move(self._settings.place(here.place), here.path, self._settings.place(place), wanted)
        there = Spot(place=place, path=name, mark=mark)
        if here.place == INBOX and mark.ino == here.mark.ino and mark != here.mark:
            self._give_back(there, wanted)
            return at
        return _at(at, there)

    def _here(self, at: Locator, wanted: Wanted, target: str) -> Spot | None:
        """The file where the locator says, else wherever it is: by its mark at every place, then by its content."""
        place, path = str(at["place"]), from_text(str(at["path"]))
        mark = mark_of(self._settings.place(place), path)
        if mark == wanted.mark:
            return Spot(place=place, path=path, mark=mark)
        places = sorted(PLACES, key=lambda name: name != target)
        for by_content in (False, True):
            for name in places:
                found = find(self._settings.place(name), wanted, by_content=by_content)
                if found:
                    return Spot(place=name, path=found[0], mark=found[1])
        if mark is not None and place != INBOX and mark.ino == wanted.mark.ino:
            if is_content(self._settings.place(place), path, mark, wanted):
                return Spot(place=place, path=path, mark=mark)
            self._give_back(Spot(place=place, path=path, mark=mark), wanted)
            return None
        home = mark_of(self._settings.inbox, wanted.home)
        return Spot(place=INBOX, path=wanted.home, mark=home) if home == wanted.mark else None

    def _give_back(self, spot: Spot, wanted: Wanted) -> None:
        """A program went on writing after we took the file: what it is now is new post, so back to the watched folder."""
        move(self._settings.place(spot.place), spot.path, self._settings.inbox, wanted)
        log.warning("file_changed_after_take_over", source=self._settings.name, inode=spot.mark.ino)

    def _wait_for(self, busy: list[Seen]) -> Iterator[Seen]:
        """Files as they become quiet. Time is counted by what was slept: neither our clock nor the server's matters."""
        step, waited = max(self._settings.quiet_s, 0.01), 0.0
        pending = {file.path: file for file in busy}
        while pending and waited + step <= self._settings.wait_limit_s:
            self._sleep(step)
            waited += step
            for path, before in list(pending.items()):
                after = mark_of(self._settings.inbox, path)
                if after is None:
                    del pending[path]
                elif after == before.mark:
                    del pending[path]
                    yield before
                else:
                    pending[path] = replace(before, mark=after)
        for path, file in pending.items():
            self._report("never_quiet", path, file.mark.ino)

    def _offer(self, file: Seen, place: str = INBOX) -> Offer:
        path, mark = to_text(file.path), file.mark
        raw = f"{mark.size} {mark.mtime_ns} {mark.ino} ".encode() + os.fsencode(file.path)
        if place != INBOX:
            raw = f"{place} ".encode() + raw
        key = hashlib.sha256(raw).hexdigest()[:32]
        locator: dict[str, str | int] = {"place": place, "path": path, "home": path, "key": key, "sha256": ""}
        locator |= {"size": mark.size, "mtime_ns": mark.mtime_ns, "ino": mark.ino}
        return Offer(key=key, label=to_show(file.path), locator=locator, size_bytes=mark.size)

    def _readable(self, file: Seen) -> bool:
        if os.access(self._settings.inbox / file.path, os.R_OK):
            return True
        self._report("unreadable", file.path, file.mark.ino)
        return False

    def _read(self, file: BinaryIO | FileIO) -> bytes:
        try:
            return file.read(_CHUNK) or b""
        except OSError as error:
            raise self._trouble(error) from error

    def _received_at(self, mtime_ns: int) -> datetime:
        """The file's time, in UTC; our own where the file claims the future or a year no calendar has."""
        now = datetime.fromtimestamp(self._now(), UTC)
        try:
            return min(now, datetime.fromtimestamp(0, UTC) + timedelta(microseconds=mtime_ns // 1000))
        except OverflowError:
            return now

    def _report(self, kind: str, path: str, inode: int) -> None:
        if kind == "unfinished":
            mark = mark_of(self._settings.inbox, path)
            if mark is None or self._now() * 1e9 - mark.mtime_ns < _FORGOTTEN_NS:
                return
        if (kind, path) not in self._told:
            log.warning("file_passed_over", source=self._settings.name, kind=kind, inode=inode)
        shown = to_show(path)
        self._problems[kind, path] = Problem(kind=kind, path=shown, inode=inode, text=f"«{shown}» {_TEXTS[kind]}.")

    def _trouble(self, error: OSError) -> TryLater | OutOfReach:
        """One file's trouble is tried again; the folder's own pauses the source."""
        if error.errno in _WHOLE or not self._settings.inbox.is_dir():
            return self._out_of_reach(error)
        if isinstance(error, FileNotFoundError):
            return TryLater("Filen ble flyttet eller slettet av andre; neste runde viser.", after_s=0)
        return TryLater(
            f"Filen kan ikke leses eller flyttes nå: {error.strerror}. Sjekk rettighetene.", after_s=_RETRY_S
        )

    def _out_of_reach(self, error: OSError) -> OutOfReach:
        text = (
            f"Mappen «{self._settings.inbox}» kan ikke brukes: {error.strerror}. "
            "Sjekk at den finnes, at den er montert, at det er plass på disken og at roboten har tilgang."
        )
        return OutOfReach(text, connection=self._settings.name)


def _age(file: Seen) -> tuple[int, str]:
    return file.mark.mtime_ns, file.path


def _mark(at: Locator) -> Mark:
    return Mark(size=int(at["size"]), mtime_ns=int(at["mtime_ns"]), ino=int(at["ino"]))


def _wanted(at: Locator) -> Wanted:
    sha256 = str(at.get("sha256", ""))
    short_key = hashlib.sha256(f"{at['key']}:{sha256}".encode()).hexdigest()[:8]
    return Wanted(home=from_text(str(at["home"])), mark=_mark(at), sha256=sha256, short_key=short_key)


def _at(at: Locator, spot: Spot) -> Locator:
    mark = spot.mark
    moved: dict[str, str | int] = {
        "place": spot.place,
        "path": to_text(spot.path),
        "size": mark.size,
        "mtime_ns": mark.mtime_ns,
        "ino": mark.ino,
    }
    return {**at, **moved}


def _too_large(size: int, limit: int) -> NeedsHuman:
    return NeedsHuman(ReasonCode.TOO_LARGE, f"Filen er {size} byte, og grensen er {limit} byte.")
