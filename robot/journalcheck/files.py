"""The look into published files (PJ-H01, H02, H06, H07): fetched, read and judged one at a time, and let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from models.published import PublishedEntry
from robot.journalcheck.checks_h import of_leaks, of_text
from robot.journalcheck.look import Look, Noted
from rules.detectors import scan

if TYPE_CHECKING:
    from connectors.contract import JournalView
    from robot.reading.dispatch import ReadingRoom

OF_FILES = frozenset({"PJ-H01", "PJ-H02", "PJ-H06", "PJ-H07"})
FileCheck = Callable[[PublishedEntry], tuple[Noted, ...]]


@dataclass(slots=True, kw_only=True)
class FileLooker:
    """Reads what one view has published; ``look_of`` gives the entry as the checks see it."""

    view: JournalView
    room: ReadingRoom
    folder: Path
    look_of: Callable[[PublishedEntry], Look]
    limit_bytes: int = 150 * 2**20
    looked: int = field(default=0)

    def __call__(self, entry: PublishedEntry) -> tuple[Noted, ...]:
        """What stands in the files of an entry.

        Raises:
            TryLater, OutOfReach: the view or the sandbox cannot be asked now.
        """
        return tuple(self._notes(entry))

    def _notes(self, entry: PublishedEntry) -> Iterator[Noted]:
        from robot.published_files import FileFault, read_published

        for document in entry.dokumenter:
            for file in document.filer:
                self.looked += 1
                seen = read_published(
                    self.view,
                    file,
                    room=self.room,
                    folder=self.folder,
                    title=document.tittel,
                    limit_bytes=self.limit_bytes,
                )
                name = file.id or file.ref.ref
                for fault in seen.faults:
                    if fault is not FileFault.TOO_LARGE:
                        yield Noted(check="PJ-H06", field="fil", note=fault.value, value=f"{name} {fault.value}")
                yield from of_leaks(file, seen.codes)
                look = self.look_of(entry)
                for place, text in seen.texts:
                    found = scan(text, sted=place, own_numbers=look.setup.own)
                    yield from of_text(file, text, found, look)
