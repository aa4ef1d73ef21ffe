"""A post: one thing that arrived on one channel, with its documents; and how sources speak of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO

from models.reasons import ReasonCode

Locator = Mapping[str, str | int]
"""Where a thing is at its source now; made and understood by the source alone; kept as JSON."""


class State(StrEnum):
    """States of a post (design.md section 4). ``done`` and ``set_aside`` are the ends."""

    RECEIVED = "received"
    DECIDED = "decided"
    ARCHIVED = "archived"
    DONE = "done"
    SET_ASIDE = "set_aside"


class Outcome(StrEnum):
    """What became of a post; None until ``done``."""

    ARCHIVED = "archived"
    FORWARDED = "forwarded"
    DISMISSED = "dismissed"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something a source has for us; no bytes yet, and nothing is marked there.

    ``key`` is as unique as the source can make it without reading the bytes; ``label`` becomes ``source_id`` (for
    people); ``size_bytes`` is a hint, None when unknown. ``lasting``: the key names this very content for good, so that
    what we have is not fetched when it is offered again, only taken over again.
    """

    key: str
    label: str
    locator: Locator
    size_bytes: int | None = None
    lasting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the *channel* says of a post, outside its documents. Empty string or None: the channel does not say.

    ``received_at`` is the channel's own timestamp, UTC (M104 mottattDato comes from it). ``sender_verified`` means the
    channel vouches for the sender. ``level`` is the security level of the log-in (3, 4), None when not told.
    ``form`` holds a form's fields by dotted path. ``due`` is the date the sender asks for an answer by, ``language`` the
    language as the channel tells it (nb, nn, en), ``references`` what else the channel says that the post belongs to.
    ``sender_fnr`` is the sender's identity number where the channel gives it apart: for the field the archive has for it,
    and nowhere else. ``answers`` names what of ours the post answers, by the channel's own key; ``dated`` is the letter's
    own date.
    """

    received_at: datetime
    sender_name: str = ""
    sender_address: str = ""
    sender_orgnr: str = ""
    recipient_address: str = ""
    recipient_orgnr: str = ""
    subject: str = ""
    service: str = ""
    sender_ref: str = ""
    our_ref: str = ""
    confidential: bool = False
    level: int | None = None
    sender_verified: bool = False
    form: Mapping[str, str] = field(default_factory=dict)
    due: date | None = None
    language: str = ""
    references: tuple[str, ...] = ()
    sender_fnr: str = ""
    answers: str = ""
    dated: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledDocument:
    """One document as received, in the spool: original bytes, not yet durable."""

    path: Path
    name: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Why a post is to be set aside as soon as it is stored. ``detail`` is one Norwegian sentence for the reviewer."""

    reason: ReasonCode
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A downloaded post. ``source_key`` is final and unique within the source; the first document is the main one.

    ``aside``: the bytes are here, but nobody could open them; they are stored, and a person is told.

    ``identity`` is what the post is known by wherever it lies at its source: made of its bytes and the channel's own time,
    never of a place or a number that moving changes. The keys in the archive are made of it, so that after a restore the
    same thing gets the same keys. Empty where ``source_key`` itself outlives a move.
    """

    source_key: str
    label: str
    locator: Locator
    envelope: Envelope
    documents: tuple[SpooledDocument, ...]
    aside: Aside | None = None
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Something in one of the robot's own places at a source. ``outcomes`` are those that place is for; none: taken over
    and not settled."""

    offer: Offer
    outcomes: frozenset[Outcome] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """One original document in the blob store. ``no`` counts from 0 within the post; 0 is the main document."""

    no: int
    sha256: str
    name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A stored post as the store has it. ``seq`` orders posts of one organisation; ``key`` is the base of its keys.

    ``unscanned_since`` (UTC epoch seconds) and ``scan_tries``: since when it waits for the virus scanner, and how often that
    broke off over it.
    """

    id: str
    seq: int
    key: str
    organisation: str
    source: str
    channel: str
    source_id: str
    source_key: str
    locator: Locator
    envelope: Envelope
    documents: tuple[StoredDocument, ...]
    state: State
    outcome: Outcome | None
    reason: str | None
    stage: str | None
    detail: str
    tries: int
    received_at: datetime
    stored_at: datetime
    content_key: str | None = None
    unscanned_since: float | None = None
    scan_tries: int = 0


class Spool:
    """A folder for downloads in progress. Files here are not durable and are swept at start.

    A source writes through :meth:`new`, which counts and hashes while streaming and stops at ``limit_bytes``.
    """

    def __init__(self, folder: Path, *, limit_bytes: int = 150 * 1024 * 1024) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        self._count = 0
        self._token = secrets.token_hex(6)

    @contextmanager
    def new(self, name: str, media_type: str = "application/octet-stream") -> Iterator[SpoolWriter]:
        """Opens a fresh file; ``name`` is only for show and never becomes a path.

        Yields:
            A writer; after the block its ``document`` is set.

        Raises:
            SpoolLimit: more than ``limit_bytes`` were written.
            OSError: disk full and the like; nothing is kept then.
        """
        self._count += 1
        path = self.folder / f"{self._token}-{self._count}.part"
        with path.open("xb") as out:
            writer = SpoolWriter(out, self.limit_bytes)
            try:
                yield writer
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        writer.document = SpooledDocument(
            path=path, name=name, media_type=media_type, size_bytes=writer.size_bytes, sha256=writer.hash.hexdigest()
        )


class SpoolLimit(Exception):
    """A download passed the size limit of a post."""


class SpoolWriter:
    """Counts and hashes what is written; ``document`` is there once the block has ended."""

    document: SpooledDocument

    def __init__(self, out: IO[bytes], limit_bytes: int) -> None:
        self._out = out
        self._limit = limit_bytes
        self.size_bytes = 0
        self.hash = hashlib.sha256()

    def write(self, chunk: bytes) -> None:
        """Appends ``chunk``.

        Raises:
            SpoolLimit: the limit is passed.
        """
        self.size_bytes += len(chunk)
        if self.size_bytes > self._limit:
            raise SpoolLimit(f"{self.size_bytes} > {self._limit}")
        self.hash.update(chunk)
        self._out.write(chunk)
