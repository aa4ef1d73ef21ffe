"""Records, in order, what a process does that must last and what it says to the outside: barriers, names, commits, tellings.

Used to hold the order of durability (I4; reliability.md F3) and to count barriers and commits for ``make bench``. SQLite's
own barriers lie inside its commits and are not file barriers; the sandbox's children write nothing that must last.

A killed process keeps its page cache, so only the order of these calls tells what a power cut would leave:
file fsync < rename < folder fsync < commit < tell.
"""

from __future__ import annotations

import os
import stat
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event


class Act(StrEnum):
    """What was done."""

    FSYNC = "fsync"
    FOLDER_FSYNC = "folder_fsync"
    NAME = "name"
    COMMIT = "commit"
    TELL = "tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One call. ``what`` is a path, a database (``robot.db``, ``arkiv.db``, ``postgresql``) or what was told; ``bytes_as``
    is inode, size and time of change of the file that was flushed or named, so that a write in between shows; ``seen`` is
    what the caller's look found in the transaction just before its commit."""

    number: int
    act: Act
    what: str
    thread: int
    bytes_as: tuple[int, int, int] | None = None
    seen: Any = None


class Recorder:
    """The deeds of this process while :func:`recording` lasts."""

    def __init__(self, look: Callable[[Connection], object] | None = None) -> None:
        self.deeds: list[Deed] = []
        self._look = look
        self._lock = threading.Lock()
        self._stack = ExitStack()

    def note(self, act: Act, what: str, *, bytes_as: tuple[int, int, int] | None = None, seen: object = None) -> None:
        """Writes one deed down."""
        with self._lock:
            number, thread = len(self.deeds), threading.get_ident()
            self.deeds.append(Deed(number=number, act=act, what=what, thread=thread, bytes_as=bytes_as, seen=seen))

    @property
    def barriers(self) -> Counter[str]:
        """File barriers by whose files they were for: ``archive`` (the embedded archive's folder) or ``robot``."""
        flushed = (deed for deed in self.deeds if deed.act in (Act.FSYNC, Act.FOLDER_FSYNC))
        return Counter("archive" if "/arkiv/" in f"{deed.what}/" else "robot" for deed in flushed)

    @property
    def commits(self) -> Counter[str]:
        """Commits by database."""
        return Counter(deed.what for deed in self.deeds if deed.act is Act.COMMIT)

    def hears(self, target: Any, name: str, told: Callable[..., str]) -> None:
        """Notes every call of ``target.name`` (a module's, a class's or an object's) just before it is made, as ``told`` of
        its arguments."""
        call = getattr(target, name)

        def heard(*arguments: Any, **named: Any) -> Any:
            self.note(Act.TELL, told(*arguments, **named))
            return call(*arguments, **named)

        self._replace(target, name, heard)

    def _replace(self, target: Any, name: str, value: object) -> None:
        own = vars(target).get(name)
        setattr(target, name, value)
        if own is None:
            self._stack.callback(delattr, target, name)
        else:
            self._stack.callback(setattr, target, name, own)

    def start(self) -> None:
        """From now on."""
        for name in ("fsync", "fdatasync"):
            self._replace(os, name, self._flushing(getattr(os, name)))
        for name in ("rename", "replace", "link"):
            self._replace(os, name, self._naming(getattr(os, name)))
        event.listen(Engine, "commit", self._on_commit)
        self._stack.callback(event.remove, Engine, "commit", self._on_commit)

    def stop(self) -> None:
        """Everything is as it was."""
        self._stack.close()

    def _flushing(self, call: Any) -> Any:
        def flush(descriptor: int) -> None:
            call(descriptor)  # first: it counts once it has returned
            about = os.fstat(descriptor)
            act = Act.FOLDER_FSYNC if stat.S_ISDIR(about.st_mode) else Act.FSYNC
            self.note(act, str(Path(f"/proc/self/fd/{descriptor}").readlink()), bytes_as=_as(about))

        return flush

    def _naming(self, call: Any) -> Any:
        def name(source: Any, target: Any, **named: Any) -> None:
            call(source, target, **named)
            folder = named.get("dst_dir_fd")
            base = Path(f"/proc/self/fd/{folder}").readlink() if folder is not None else Path.cwd()
            path = base / os.fsdecode(target)
            self.note(Act.NAME, str(path), bytes_as=_as(path.lstat()))

        return name

    def _on_commit(self, connection: Connection) -> None:
        url = connection.engine.url
        what = Path(url.database or "").name if url.get_backend_name() == "sqlite" else url.get_backend_name()
        self.note(Act.COMMIT, what, seen=self._look(connection) if self._look is not None else None)


def _as(about: os.stat_result) -> tuple[int, int, int]:
    return about.st_ino, about.st_size, about.st_mtime_ns


@contextmanager
def recording(look: Callable[[Connection], object] | None = None) -> Iterator[Recorder]:
    """Records what all threads of this process do. ``look`` is asked in every transaction that is about to be committed.

    Python's own calls are replaced for the time, so one at a time, and only in tests and measurements.
    """
    recorder = Recorder(look)
    recorder.start()
    try:
        yield recorder
    finally:
        recorder.stop()


def not_durable(deeds: Sequence[Deed], blob: Path, *, by: int) -> str:
    """Why a power cut at deed number ``by`` might lose this file, or an empty text: its bytes were flushed whole, then it
    got its name, then the folder was flushed."""
    before = deeds[:by]
    named = next((deed for deed in before if deed.act is Act.NAME and deed.what == str(blob)), None)
    if named is None:
        return "it has no name yet"
    flushed = [d for d in before if d.act is Act.FSYNC and d.number < named.number and d.bytes_as == named.bytes_as]
    if not flushed:
        return "its bytes were not flushed as they are before it got its name"
    folder = [d for d in before if d.act is Act.FOLDER_FSYNC and d.number > named.number and d.what == str(blob.parent)]
    return "" if folder else "its name was not flushed"
