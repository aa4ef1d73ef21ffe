"""What the unit tests of reading share: reading one document in process, with the real collector and readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from models.reading import ReadPost
from robot.reading.contract import Limits
from tests.support.reading import read_once

ReadDocument = Callable[..., ReadPost]


@pytest.fixture
def read_document(tmp_path_factory: pytest.TempPathFactory) -> ReadDocument:
    """``read_document(bytes or path, name=…, declared=…, limits=…)`` → the post as read, without the sandbox."""

    def read(content: bytes | Path, *, name: str = "", declared: str = "", limits: Limits | None = None) -> ReadPost:
        return read_once(tmp_path_factory.mktemp("post"), content, name=name, declared=declared, limits=limits)

    return read
