"""Every archive passes the contract suite: the embedded one on a real disk, and the one in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.testing.archive import ArchiveContract
from connectors.testing.archive_labs import EmbeddedLab, MemoryLab


class TestEmbeddedArchive(ArchiveContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> EmbeddedLab:
        return EmbeddedLab(tmp_path)


class TestMemoryArchive(ArchiveContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> MemoryLab:
        return MemoryLab(tmp_path)
