"""What the unit tests of reading share: reading one document in process, with the real collector and readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from models.reading import ReadPost
from robot.reading.collect import PostCollector, Tools
from robot.reading.contract import Limits
from robot.reading.names import safe_name
from robot.reading.readers import READERS
from robot.reading.sniff import sniff

ReadDocument = Callable[..., ReadPost]


@pytest.fixture
def read_document(tmp_path_factory: pytest.TempPathFactory) -> ReadDocument:
    """``read_document(bytes or path, name=…, declared=…, limits=…)`` → the post as read, without the sandbox."""

    def read(content: bytes | Path, *, name: str = "", declared: str = "", limits: Limits | None = None) -> ReadPost:
        folder = tmp_path_factory.mktemp("post")
        path = content if isinstance(content, Path) else folder / "document"
        if isinstance(content, bytes):
            path.write_bytes(content)
        (folder / "parts").mkdir()
        collector = PostCollector(
            limits=limits or Limits(),
            tools=Tools(readers=READERS, sniff=sniff, safe_name=safe_name),
            parts_folder=folder / "parts",
            skip={},
            progress=lambda _: None,
        )
        collector.document(
            "0", path, name=name or (path.name if isinstance(content, Path) else ""), declared_type=declared
        )
        return ReadPost(parts=collector.parts, messages=collector.messages, forms=collector.forms)

    return read
