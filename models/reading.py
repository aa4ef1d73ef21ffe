"""What reading a post gave: its parts as a flat tree, text page by page, and what could not be read and why.

This is also the shape of the answer of a reading child: bounded JSON, validated on arrival (a subverted child must not
be able to say anything else).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from models.reasons import ReasonCode


class PartKind(StrEnum):
    """What a part is within its parent. Only DOCUMENT has no parent."""

    DOCUMENT = "document"
    BODY = "body"
    ATTACHMENT = "attachment"
    INLINE = "inline"
    MESSAGE = "message"
    MEMBER = "member"


class Flag(StrEnum):
    """Things a reviewer should know of a part; none of them stops it."""

    ACTIVE_CONTENT = "active_content"
    TYPE_MISMATCH = "type_mismatch"
    NAME_CHANGED = "name_changed"
    HEADER_CUT = "header_cut"
    BROKEN_MIME = "broken_mime"
    UNKNOWN_CHARSET = "unknown_charset"
    BAD_DATE = "bad_date"
    OCR = "ocr"
    PARTLY_READ = "partly_read"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """One page (paged documents count from 1; others have the one page 1).

    ``source`` is ``text`` or ``ocr``; ``reason`` is None when the page was read (an empty text is a blank page), else
    why not; ``confidence`` is tesseract's mean word confidence 0–100 for OCR.
    """

    number: int
    text: str
    source: str = "text"
    reason: ReasonCode | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPart:
    """One document or part of one.

    ``ref`` is its place: ``"0"`` is the first document, ``"0.2"`` its third child, and so on; parents come before
    children. ``name`` is safe to show (reliability.md section 8, «Names and paths»). ``media_type`` is by content.
    ``sha256`` is of the part's decoded bytes; empty only for BODY parts and for what could not be unpacked.
    ``reason`` is None when the part was opened, else why not; pages may fail on their own. ``text`` of a BODY is its one
    page. ``detail`` is one Norwegian sentence for people, without content from the post.
    """

    ref: str
    kind: PartKind
    name: str
    media_type: str
    declared_type: str
    size_bytes: int
    sha256: str
    reason: ReasonCode | None = None
    detail: str = ""
    pages: tuple[ReadPage, ...] = ()
    flags: frozenset[Flag] = frozenset()

    @property
    def parent(self) -> str | None:
        """The parent's ref, or None for a document."""
        return self.ref.rpartition(".")[0] or None

    @property
    def text(self) -> str:
        """All pages' text, joined by form feeds."""
        return "\f".join(page.text for page in self.pages)

    @property
    def whole(self) -> bool:
        """Whether the part and every page of it was read."""
        return self.reason is None and all(page.reason is None for page in self.pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSummary:
    """The headers of a message and its text. Strings are decoded, on one line, and bounded (subject 2,000 characters).

    ``headers`` are all headers in order, names lower-cased, at most 500 of 10,000 characters. ``date`` is ISO 8601 with
    zone, empty when there is none to be believed; ``date_text`` is what stood there. ``body`` is the message's own text
    (plain text, else from HTML) without the older thread; ``quoted`` the older thread and the signature.
    """

    ref: str
    from_name: str = ""
    from_address: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    date: str = ""
    date_text: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    quoted: str = ""
    content_key: str = ""

    def header(self, name: str) -> tuple[str, ...]:
        """All values of a header, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key == wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPost:
    """A post as read. ``parts`` in tree order; ``messages`` one summary for each part that is a mail, outermost first.

    ``forms`` holds fields of XML or JSON documents by dotted path (bounded to 2,000 fields).
    """

    parts: tuple[ReadPart, ...]
    messages: tuple[MailSummary, ...] = ()
    forms: dict[str, str] = field(default_factory=dict)

    @property
    def main(self) -> ReadPart:
        """The main document: the only file, the message itself, the container."""
        return self.parts[0]

    @property
    def message(self) -> MailSummary | None:
        """The summary of the main document when that is a mail."""
        return next((m for m in self.messages if m.ref == self.parts[0].ref), None)

    def children(self, ref: str) -> tuple[ReadPart, ...]:
        """The direct children of a part, in order."""
        return tuple(part for part in self.parts if part.parent == ref)

    @property
    def unread(self) -> tuple[ReadPart, ...]:
        """Parts of which something could not be read (the main one too)."""
        return tuple(part for part in self.parts if not part.whole)
