"""Journal files on this machine as a journal view: one file, or a folder where each delivery is laid as a file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

from connectors.folder.beneath import open_file
from connectors.journalxml.delivery import Delivery
from models.errors import OutOfReach, StaleCursor, TryLater
from models.post import Spool, SpoolLimit
from models.published import (
    Cursor,
    DocumentAnswer,
    DocumentRef,
    NoFile,
    NoFileWhy,
    PublishedEntry,
    PublishedPage,
    ViewCapabilities,
    ViewRemark,
    Window,
)

PAGE = 200
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFile:
    """One delivery as it lies there now."""

    name: str
    mtime_ns: int
    size: int

    @property
    def at(self) -> datetime:
        """When it was laid there."""
        return datetime.fromtimestamp(self.mtime_ns / 1e9, UTC)


@dataclass(slots=True)
class _Reading:
    """A file that is being read: the entries still to come, and where that is."""

    file: JournalFile
    delivery: Delivery
    entries: Iterator[PublishedEntry]
    given: int = 0
    told: int = 0


class JournalXmlView:
    """See :class:`connectors.contract.JournalView`. ``path`` is a file, or a folder of files that fit ``pattern``.

    An entry's time of publication is when its file was laid there. Files that entries name are looked for beneath the folder.
    """

    def __init__(self, path: Path, *, pattern: str = "*.xml", connection: str = "journalfil", page: int = PAGE) -> None:
        self._path = path
        self._pattern = pattern
        self._connection = connection
        self._page = page
        self._open: _Reading | None = None

    @property
    def capabilities(self) -> ViewCapabilities:
        """What the format has room for; documents and journalposttype stand in Noark 4 only."""
        return ViewCapabilities(
            changes=True,
            journalposttype=True,
            documents=True,
            files=True,
            klasse=True,
            avskrivning=True,
            whole_titles=True,
            delivery=True,
        )

    def published(self, window: Window, after: Cursor | None) -> PublishedPage:
        """See :class:`connectors.contract.JournalView`.

        Raises:
            OutOfReach: the file or folder is not there, or cannot be read.
            StaleCursor: the file it was reading has been changed or taken away.
        """
        files = [file for file in self.files() if window.holds(file.at, None)]
        reading = self._reading(files, after)
        if reading is None:
            return PublishedPage(entries=(), next=None)
        entries = tuple(islice(reading.entries, self._page))
        remarks = self._news(reading)
        reading.given += len(entries)
        if len(entries) == self._page:
            return PublishedPage(entries=entries, next=_cursor(reading.file, reading.given), remarks=remarks)
        self.close()
        later = files[files.index(reading.file) + 1 :]
        return PublishedPage(entries=entries, next=_cursor(later[0], 0) if later else None, remarks=remarks)

    def files(self) -> list[JournalFile]:
        """The deliveries, the oldest first."""
        try:
            if not self._path.is_dir():
                return [_of(self._path.name, self._path.stat())]
            with os.scandir(self._path) as listed:
                found = [
                    _of(each.name, each.stat())
                    for each in listed
                    if fnmatch(each.name.lower(), self._pattern.lower()) and each.is_file()
                ]
        except OSError as problem:
            text = f"Journalfilen kan ikke leses ({problem.strerror}): {self._path}"
            raise OutOfReach(text, connection=self._connection) from problem
        return sorted(found, key=lambda file: (file.mtime_ns, file.name))

    def document(self, ref: DocumentRef, into: Spool) -> DocumentAnswer:
        """See :class:`connectors.contract.JournalView`."""
        relative = ref.ref.replace("\\", "/")
        names = relative.split("/")
        if "://" in relative or relative.startswith("/") or any(name in ("", ".", "..") for name in names):
            return NoFile(why=NoFileWhy.ELSEWHERE)
        root = self._path if self._path.is_dir() else self._path.parent
        try:
            found = open_file(root, relative)
        except PermissionError:
            return NoFile(why=NoFileWhy.REFUSED)
        except OSError:
            return NoFile(why=NoFileWhy.GONE)
        with os.fdopen(found, "rb") as file:
            try:
                with into.new(ref.name or names[-1]) as writer:
                    while chunk := file.read(_CHUNK):
                        writer.write(chunk)
            except IsADirectoryError:
                return NoFile(why=NoFileWhy.GONE)
            except SpoolLimit:
                return NoFile(why=NoFileWhy.TOO_LARGE)
        return writer.document

    def close(self) -> None:
        """Closes the file that is being read."""
        reading, self._open = self._open, None
        if reading is not None:
            with suppress(AttributeError):
                reading.entries.close()  # type: ignore[attr-defined]

    def _reading(self, files: list[JournalFile], after: Cursor | None) -> _Reading | None:
        """The reading to go on with: the one that stands open just there, or one begun and wound forward."""
        if after is None:
            self.close()
            return self._begun(files[0], 0) if files else None
        place = _place(after)
        if self._open is not None and (self._open.file, self._open.given) == place:
            return self._open
        self.close()
        file, given = place
        if file not in files:
            raise StaleCursor("Journalfilen er byttet ut mens den ble lest.")
        return self._begun(file, given)

    def _begun(self, file: JournalFile, given: int) -> _Reading:
        delivery = Delivery(name=file.name, at=file.at)
        reading = _Reading(file, delivery, self._entries(file, delivery), given=given)
        for _ in islice(reading.entries, given):
            pass
        reading.told = len(delivery.remarks)
        self._open = reading
        return reading

    def _entries(self, file: JournalFile, delivery: Delivery) -> Iterator[PublishedEntry]:
        path = self._path / file.name if self._path.is_dir() else self._path
        try:
            with path.open("rb") as opened:
                yield from delivery.entries(opened)
        except OSError as problem:
            raise TryLater(f"Journalfilen kunne ikke leses ({problem.strerror}).", after_s=60.0) from problem

    def _news(self, reading: _Reading) -> tuple[ViewRemark, ...]:
        """Remarks that no page has told yet."""
        fresh = reading.delivery.remarks[reading.told :]
        reading.told += len(fresh)
        return tuple(fresh)


def _of(name: str, found: os.stat_result) -> JournalFile:
    return JournalFile(name=name, mtime_ns=found.st_mtime_ns, size=found.st_size)


def _cursor(file: JournalFile, given: int) -> Cursor:
    return Cursor(json.dumps([file.name, file.mtime_ns, file.size, given], ensure_ascii=False))


def _place(cursor: Cursor) -> tuple[JournalFile, int]:
    try:
        name, mtime_ns, size, given = json.loads(cursor)
        return JournalFile(name=str(name), mtime_ns=int(mtime_ns), size=int(size)), int(given)
    except (ValueError, TypeError) as problem:
        raise StaleCursor("Stedet det skulle leses videre fra, er ikke kjent.") from problem
