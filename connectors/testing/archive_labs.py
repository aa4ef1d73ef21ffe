"""Labs for the archives that come with Postrobot: the embedded one, and the one in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.arkiv.archive import EmbeddedArchive
from connectors.arkiv.settings import ArchiveSettings
from connectors.testing.memory_archive import MemoryArchive
from connectors.testing.memory_unit import MemoryUnit

FIRST = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)


def ticking(start: datetime = FIRST) -> Callable[[], datetime]:
    """A clock that goes on one second each time it is read."""
    moments = iter(start + timedelta(seconds=n) for n in range(1_000_000))
    return lambda: next(moments)


class _Places:
    arkivdel = "SAK"
    klasse = "000"
    kode = "UO"

    def __init__(self, folder: Path) -> None:
        self.blobs = folder / "files"
        self.blobs.mkdir()
        self._now = ticking()

    def wait(self, seconds: float) -> None:
        """Both answer at once."""


class EmbeddedLab(_Places):
    """An archive on disk; looked into through its own files."""

    def __init__(self, folder: Path, settings: ArchiveSettings | None = None) -> None:
        super().__init__(folder)
        self._folder = folder
        self._settings = settings or ArchiveSettings(page_size=3)
        archive = self.connect()
        archive.ensure_arkivdel(self.arkivdel, "Saksarkiv", klassifikasjonssystem="KK")
        archive.ensure_klasse(self.arkivdel, self.klasse, "Uspesifisert")
        archive.close()

    def connect(self) -> EmbeddedArchive:
        """See ArchiveLab."""
        return EmbeddedArchive(self._folder, now=self._now, settings=self._settings)

    def stored(self, journalpost: str) -> Sequence[bytes]:
        """See ArchiveLab."""
        archive = self.connect()
        documents = archive.documents_of(journalpost)
        archive.close()
        sums = [d.objekter[0].sjekksum for d in documents]
        return [(self._folder / "arkiv" / s[:2] / s).read_bytes() for s in sums]


class MemoryLab(_Places):
    """An archive in memory; ``make`` builds it, so that a broken one can take its place."""

    def __init__(
        self, folder: Path, make: Callable[..., MemoryArchive] = MemoryArchive, unit: type[MemoryUnit] = MemoryUnit
    ) -> None:
        super().__init__(folder)
        self.unit = unit()
        self.unit.seed(self.arkivdel, klasser=(self.klasse,))
        self._make = make

    def connect(self) -> MemoryArchive:
        """See ArchiveLab."""
        return self._make(self.unit, now=self._now)

    def stored(self, journalpost: str) -> Sequence[bytes]:
        """See ArchiveLab."""
        return [self.unit.files.get(o.sjekksum, b"") for d in self.unit.documents[journalpost] for o in d.objekter]
