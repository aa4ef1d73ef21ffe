"""What a reader is, and what it may ask of the collector around it. Readers run only in a sandboxed child."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from models.reading import Flag, MailSummary, PartKind, ReadPage
from models.reasons import ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of reading one post (reliability.md section 8). All configurable, each with a reason code."""

    header_bytes: int = 1024 * 1024
    mime_depth: int = 50
    parts: int = 1000
    attachments: int = 500
    pdf_pages: int = 2000
    page_pixels: int = 40_000_000
    members: int = 2000
    container_depth: int = 3
    unpacked_bytes: int = 500 * 1024 * 1024
    member_ratio: int = 100
    xml_depth: int = 200
    text_chars: int = 20_000_000
    form_fields: int = 2000
    ocr_dpi: int = 300
    ocr_languages: str = "nor+eng"
    address_space_bytes: int = 1024 * 1024 * 1024
    cpu_s: int = 30
    wall_s: int = 20
    ocr_wall_s: int = 60
    answer_bytes: int = 64 * 1024 * 1024


class Unreadable(Exception):
    """Raised by a reader: the part cannot be opened, and why. The original is kept; a person looks at it."""

    def __init__(self, reason: ReasonCode, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason.value}: {detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What a reader found in one part: its pages and flags. Children are given to the collector on the way."""

    pages: tuple[ReadPage, ...] = ()
    flags: frozenset[Flag] = frozenset()
    detail: str = ""


class Collector(Protocol):
    """Gathers the tree of one post, sniffs types, dispatches to readers, and holds the limits."""

    @property
    def limits(self) -> Limits:
        """The bounds in force."""
        ...

    def add(self, parent: str, kind: PartKind, content: bytes | Path, *, name: str, declared_type: str) -> str:
        """Adds a child with bytes of its own: names it, keeps it, sniffs it and reads it with the reader of its type.

        A failure of the child is recorded on the child and never raised here. Returns the child's ref.

        Raises:
            Unreadable: TOO_MANY_PARTS or TOO_DEEP or TOO_LARGE, for the whole parent.
        """
        ...

    def body(self, parent: str, text: str, *, declared_type: str) -> str:
        """Adds a BODY child: the message's own text, already decoded."""
        ...

    def failed(
        self, parent: str, kind: PartKind, *, name: str, declared_type: str, reason: ReasonCode, detail: str = ""
    ) -> str:
        """Adds a child that could not be unpacked at all, by name."""
        ...

    def message(self, summary: MailSummary) -> None:
        """Records the summary of a part that is a mail."""
        ...

    def form(self, field: str, value: str) -> None:
        """Records one field of a form by dotted path."""
        ...

    def wants_ocr(self, ref: str, page: int) -> None:
        """Asks that a page (from 1) of a part be read by OCR, later and in a task of its own.

        The reader gives that page with source ``ocr`` and whatever text it has without OCR.
        """
        ...


Reader = Callable[[Path, str, Collector], PartResult]
"""``(path of the bytes, ref of the part, collector)`` → result; raises :class:`Unreadable`. Found by media type."""
