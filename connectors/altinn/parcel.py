"""One post on its way into the spool: its documents in order, bounded together, and nothing left when it fails."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from connectors.http import Body
from models.errors import NeedsHuman, TryLater
from models.post import Spool, SpooledDocument, SpoolLimit
from models.reasons import ReasonCode

_AGAIN_S = 300.0


class Parcel:
    """Use as a context manager: unless the block ends well, every file of it is removed."""

    def __init__(self, into: Spool) -> None:
        self._into = into
        self._left = into.limit_bytes
        self.documents: list[SpooledDocument] = []

    def __enter__(self) -> Parcel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            for document in self.documents:
                document.path.unlink(missing_ok=True)
            self.documents.clear()

    def write(self, name: str, media_type: str, content: bytes) -> None:
        """A document that we have in hand.

        Raises:
            NeedsHuman: over the size limit.
        """
        self.stream(name, media_type, iter((content,)))

    def fetch(self, name: str, media_type: str, body: Body, *, md5: str = "") -> None:
        """A file as it comes. ``media_type`` empty: as the service says. ``md5`` is the sender's sum in hex, or empty.

        Raises:
            NeedsHuman: over the size limit.
            TryLater: it broke off, or is not what the sum says.
        """
        told = body.headers.get("content-type", "").partition(";")[0].strip() or "application/octet-stream"
        with self._removed_on_failure():
            got = self.stream(name, media_type or told, body.chunks)
            if md5 and got != md5:
                text = "Et vedlegg fra Altinn stemmer ikke med sjekksummen; det hentes på nytt."
                raise TryLater(text, after_s=_AGAIN_S)

    def stream(self, name: str, media_type: str, chunks: Iterator[bytes]) -> str:
        """The bytes into a file; returns their MD5 in hex."""
        digest = hashlib.md5(usedforsecurity=False)
        try:
            with self._into.new(name, media_type) as writer:
                for chunk in chunks:
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise SpoolLimit
                    writer.write(chunk)
                    digest.update(chunk)
        except SpoolLimit:
            text = f"Meldingen er over grensen på {self._into.limit_bytes} byte og er ikke hentet."
            raise NeedsHuman(ReasonCode.TOO_LARGE, text) from None
        self.documents.append(writer.document)
        return digest.hexdigest()

    @contextmanager
    def _removed_on_failure(self) -> Iterator[None]:
        before = len(self.documents)
        try:
            yield
        except TryLater:
            for document in self.documents[before:]:
                document.path.unlink(missing_ok=True)
            del self.documents[before:]
            raise
