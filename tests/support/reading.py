"""Reading one document in process, with the real collector and readers, and without the sandbox around them."""

from __future__ import annotations

from pathlib import Path

from models.reading import ReadPost
from robot.reading.collect import PostCollector, Tools
from robot.reading.contract import Limits
from robot.reading.names import safe_name
from robot.reading.readers import READERS
from robot.reading.sniff import sniff

PARTS = "parts"
"""The folder of extracted parts, under their refs, in the folder given to :func:`read_once`."""


def read_once(
    folder: Path, content: bytes | Path, *, name: str = "", declared: str = "", limits: Limits | None = None
) -> ReadPost:
    """The post as read. ``folder`` is empty and keeps the document and its parts."""
    path = content if isinstance(content, Path) else folder / "document"
    if isinstance(content, bytes):
        path.write_bytes(content)
    (folder / PARTS).mkdir()
    collector = PostCollector(
        limits=limits or Limits(),
        tools=Tools(readers=READERS, sniff=sniff, safe_name=safe_name),
        parts_folder=folder / PARTS,
        skip={},
        progress=lambda _: None,
    )
    shown = name or (path.name if isinstance(content, Path) else "")
    collector.document("0", path, name=shown, declared_type=declared)
    return ReadPost(parts=collector.parts, messages=collector.messages, forms=collector.forms)
