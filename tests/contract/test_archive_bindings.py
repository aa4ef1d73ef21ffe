"""Every archive passes the contract suite: the embedded one on a real disk, and the one in memory, good and less good."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from connectors.testing.archive import ArchiveContract
from connectors.testing.archive_labs import EmbeddedLab, MemoryLab
from connectors.testing.memory_archive import MemoryArchive, Trouble


class TestEmbeddedArchive(ArchiveContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> EmbeddedLab:
        return EmbeddedLab(tmp_path)


class TestMemoryArchive(ArchiveContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> MemoryLab:
        return MemoryLab(tmp_path)


class TestMemoryArchiveWhoseIndexLags(ArchiveContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> MemoryLab:
        return MemoryLab(tmp_path, partial(MemoryArchive, lag_lookups=2))


class TestMemoryArchiveThatAnswersLater(ArchiveContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> MemoryLab:
        return MemoryLab(tmp_path, partial(MemoryArchive, trouble=lambda _write, _key: Trouble.ANSWERS_LATER))


class TestMemoryArchiveThatTakesARepeat(ArchiveContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> MemoryLab:
        return MemoryLab(tmp_path, partial(MemoryArchive, accepts_repeated_key=True))


class TestMemoryArchiveThatCannotLookUp(ArchiveContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> MemoryLab:
        return MemoryLab(tmp_path, partial(MemoryArchive, key_lookup=False))
