"""The archive in a process of its own passes the suite too."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.testing.archive import ArchiveContract
from connectors.testing.far import FarLab, FarProcess


@pytest.fixture(scope="module")
def far() -> Iterator[FarProcess]:
    with tempfile.TemporaryDirectory(prefix="pr-") as folder:
        process = FarProcess.start(Path(folder))
        try:
            yield process
        finally:
            process.stop()


class TestFarArchive(ArchiveContract):
    @pytest.fixture
    def lab(self, tmp_path: Path, far: FarProcess) -> FarLab:
        return FarLab(tmp_path, far, uuid.uuid4().hex)
