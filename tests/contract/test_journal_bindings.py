"""Every journal view passes the contract suite: eInnsyn on loopback, journal files of Noark 5 and 4, and memory."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from connectors.testing.journal import JournalContract
from connectors.testing.journal_labs import EInnsynLab, JournalFileLab, noark4, noark5
from connectors.testing.memory_journal import MemoryLab
from connectors.testing.servers.einnsyn import EInnsynServer

SPECS = Path(__file__).resolve().parents[3] / "shared" / "specs"


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def lab(self) -> MemoryLab:
        return MemoryLab()


class TestEInnsyn(JournalContract):
    @pytest.fixture
    def lab(self) -> Iterator[EInnsynLab]:
        with EInnsynServer(specs=SPECS if SPECS.is_dir() else None) as server:
            yield EInnsynLab(server)
            assert [] == server.violations


class TestOffentligJournal(JournalContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> JournalFileLab:
        (tmp_path / "journal").mkdir()
        return JournalFileLab(tmp_path / "journal", noark5)


class TestLoependeJournal(JournalContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> JournalFileLab:
        (tmp_path / "journal").mkdir()
        return JournalFileLab(tmp_path / "journal", partial(noark5, root="loependeJournal"))


class TestOffjournal(JournalContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> JournalFileLab:
        (tmp_path / "journal").mkdir()
        return JournalFileLab(tmp_path / "journal", noark4)
