"""Which parts of a post become documents in the archive: the message or file itself as H, what came with it as V."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from models.archive import Dokument
from models.noark import TilknyttetSom
from models.reading import PartKind, ReadPart, ReadPost
from rules.folding import fold

SMALL_INLINE_BYTES = 20_000
"""Inline images below this are logos and signatures; they stay inside the message, which is kept whole."""

CONTAINERS = frozenset({"application/zip", "application/ms-tnef", "application/vnd.ms-tnef"})


def documents(
    read: ReadPost, *, tittel: str, clean: Callable[[str], str], hoved: str = "", ta_med: Sequence[str] = ()
) -> tuple[Dokument, ...]:
    """The documents of a journalpost, in order; exactly one H, the first.

    Every part of a compound post is captured (krav 3.1.10): attachments and nested letters as V, a container's members
    in place of the container (which stays whole inside the message), but the container itself where it could not be
    unpacked. The main document is always kept as it came. ``hoved`` is the file name of the document that a rule
    wants as H in its place, ``ta_med`` those it wants as V: part of the name, or a pattern with * and ?. What is left out
    is only what the main document holds anyway, as a mail holds its attachments; with none that fits, all are taken.
    ``clean`` makes a file name fit to be a title. ``path`` is the hash; the effect finds the blob by it.
    """
    parts = [read.main, *_unique([part for part in read.parts[1:] if _stands_alone(part, read)], read.main)]
    if ta_med and any(_named(part, ta_med) for part in parts[1:]):
        inside = f"{read.main.ref}."
        parts = [p for p in parts if p is read.main or _named(p, (*ta_med, hoved)) or not p.ref.startswith(inside)]
    if hoved:
        parts.sort(key=lambda part: not _named(part, (hoved,)))
    return tuple(
        _document(
            part,
            tittel if number == 0 else clean(part.name),
            TilknyttetSom.HOVEDDOKUMENT if number == 0 else TilknyttetSom.VEDLEGG,
        )
        for number, part in enumerate(parts)
    )


def _named(part: ReadPart, wanted: Sequence[str]) -> bool:
    """Whether the file's name fits one of the names or patterns; case and the form of the letters do not count."""
    name = fold(part.name)
    return any(
        fnmatchcase(name, text) if "*" in text or "?" in text else text in name for text in map(fold, wanted) if text
    )


def _stands_alone(part: ReadPart, read: ReadPost) -> bool:
    if not part.sha256 or part.size_bytes == 0 or part.kind is PartKind.BODY:
        return False
    if part.kind is PartKind.INLINE and part.size_bytes < SMALL_INLINE_BYTES:
        return False
    unpacked = part.media_type in CONTAINERS and part.reason is None
    return not (unpacked and any(child.sha256 for child in read.children(part.ref)))


def _unique(parts: list[ReadPart], main: ReadPart) -> Iterator[ReadPart]:
    """Parts with new content only: the same file attached twice is one document."""
    seen = {main.sha256}
    for part in parts:
        if part.sha256 not in seen:
            seen.add(part.sha256)
            yield part


def _document(part: ReadPart, tittel: str, role: TilknyttetSom) -> Dokument:
    return Dokument(
        tittel=tittel[:400] or "Uten navn",
        tilknyttet_som=role,
        sha256=part.sha256,
        path=Path(part.sha256),
        filnavn=part.name,
        mime_type=part.media_type,
        size_bytes=part.size_bytes,
    )
