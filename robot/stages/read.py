"""Stage 3: bytes to text, in the sandbox; never twice for the same documents."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.errors import TryLater
from models.post import Post
from models.reading import PartKind, ReadPart, ReadPost
from models.reasons import ReasonCode
from models.store.codec import pack, unpack
from robot.office import Office
from robot.reading.dispatch import InputDocument
from robot.reading.ocr import OcrPage
from robot.stages.scan import Admission, Gate

ROOM_BYTES = 64 * 1024 * 1024
"""With less free than this, what a reader could not write may well be the disk's fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A post as read, with the bytes of its parts where they lie until they are kept (by ref)."""

    read: ReadPost
    files: Mapping[str, Path]


class NeedsScans(Exception):
    """The post has scanned pages; it is to be walked in their lane, so that no letter waits behind them."""


@contextmanager
def read_post(post: Post, office: Office, admission: Admission, *, scans: bool) -> Iterator[Opened]:
    """Reads a post; the parts' bytes are there inside the block only. What cannot be read is in the result, by name.

    ``scans``: whether scanned pages are read too, however long that takes.

    Raises:
        NeedsScans: there are such pages and ``scans`` is False.
        TryLater: there is no sandbox, or no room on the disk.
        robot.stages.scan.Stopped: the virus scanner found something, or could not say; the post is not opened.
    """
    if not post.documents:
        yield unread(post)
        return
    gate = Gate(post, office, admission)
    gate.documents()
    folder = Path(tempfile.mkdtemp(prefix=f"les-{post.seq}-", dir=office.store.spool))
    try:
        documents = [
            InputDocument(path=office.blobs.path(d.sha256), name=d.name, media_type=d.media_type, sha256=d.sha256)
            for d in post.documents
        ]
        reading = office.room.read_text(documents, folder)
        _need_room(reading.post, folder)
        gate.parts(reading)
        if reading.scans and not scans:
            raise NeedsScans(post.id)
        reading = office.room.read_pages(reading, folder, memo=StoredPages(office))
        yield Opened(read=reading.post, files=reading.files)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _need_room(read: ReadPost, folder: Path) -> None:
    """A reader that found no room on the disk ends as one that wrote too much: then the post waits, and is not to blame."""
    cut = any(part.reason is ReasonCode.OUTPUT_LIMIT for part in read.parts)
    if cut and shutil.disk_usage(folder).free < ROOM_BYTES:
        raise TryLater("disken er full", after_s=60.0)


def unread(post: Post, reason: ReasonCode | None = None) -> Opened:
    """A post that nobody opens: its documents could never be fetched, or it is dismissed as it lies (``reason``)."""
    return Opened(read=_nothing(post, reason or ReasonCode(post.reason or ReasonCode.TOO_LARGE)), files={})


def _nothing(post: Post, reason: ReasonCode) -> ReadPost:
    part = ReadPart(
        ref="0",
        kind=PartKind.DOCUMENT,
        name=post.source_id,
        media_type="application/octet-stream",
        declared_type="",
        size_bytes=0,
        sha256="",
        reason=reason,
        detail=post.detail,
    )
    return ReadPost(parts=(part,))


class StoredPages:
    """OCR pages read before, kept in the organisation's store (``robot.reading.ocr.PageMemo``)."""

    def __init__(self, office: Office) -> None:
        self._store = office.store

    def get(self, sha256: str, page: int, engine: str, languages: str, dpi: int) -> OcrPage | None:
        """The page as it was put, or None."""
        with self._store.read() as reads:
            raw = reads.memo(sha256, page, engine, f"{languages}@{dpi}")
        return unpack(raw, OcrPage) if raw is not None else None

    def put(self, sha256: str, page: int, engine: str, languages: str, dpi: int, result: OcrPage) -> None:
        """Keeps a page; a commit of its own, since a page costs seconds."""
        with self._store.write() as tx:
            tx.keep_memo(sha256, page, engine, f"{languages}@{dpi}", pack(result, OcrPage))
