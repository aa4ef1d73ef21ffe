"""A downloaded blob → the letter's documents in the spool: decrypted, unpacked, and held against what the list says.

CBC vouches for nothing, so every file is checked by its hash before anybody believes it. What does not agree in number,
name, size or hash is a letter that could not be opened, never a warning.
"""

from __future__ import annotations

import hashlib
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from connectors.crypto import CannotOpen, Failure, decrypt
from connectors.keys import KeyPair
from connectors.svarinn.letter import File, Letter
from models.post import Spool, SpooledDocument, SpoolLimit

ZIP = b"PK\x03\x04"
PDF = b"%PDF"
_EMPTY_ZIP = b"PK\x05\x06"
_READ = 1024 * 1024
_MAX_RATIO = 200
_RATIO_FROM = 10 * 1024 * 1024
_MAX_ENTRIES = 5000
_TAIL = 2048


class Cause(StrEnum):
    """Why a letter could not be opened; told to the sender once for each new one."""

    NO_KEY = "no_key"
    ALGORITHM = "algorithm"
    DAMAGED = "damaged"
    FILES = "files"
    HASH = "hash"


_OF_FAILURE = {
    Failure.NO_KEY: Cause.NO_KEY,
    Failure.ALGORITHM: Cause.ALGORITHM,
    Failure.NOT_CMS: Cause.DAMAGED,
    Failure.TRUNCATED: Cause.DAMAGED,
    Failure.DAMAGED: Cause.DAMAGED,
}


class Unopened(Exception):
    """The letter could not be opened. ``passing``: fetching it once more may help (a cut download, say)."""

    def __init__(self, cause: Cause, detail: str, *, passing: bool = False) -> None:
        self.cause = cause
        self.detail = detail
        self.passing = passing
        super().__init__(f"{cause.value}: {detail}")


def open_letter(
    blob: Path, letter: Letter, keys: Sequence[KeyPair], into: Spool, *, merged_allowed: bool
) -> tuple[SpooledDocument, ...]:
    """The documents in the letter's order, the main one first. Whatever fails, nothing is left in the spool.

    ``merged_allowed``: several files may come as one PDF (version 1 of the API), which no hash is told for.

    Raises:
        Unopened: it cannot be opened.
        SpoolLimit: it is larger than a post may be.
        OSError: the disk is full and the like.
    """
    plain = _decrypted(blob, keys, into)
    try:
        return _unpacked(plain, letter, into, merged_allowed=merged_allowed)
    finally:
        plain.path.unlink(missing_ok=True)


def _decrypted(blob: Path, keys: Sequence[KeyPair], into: Spool) -> SpooledDocument:
    try:
        with blob.open("rb") as source, into.new("forsendelse") as writer:
            for chunk in decrypt(source, [pair.key for pair in keys]):
                writer.write(chunk)
    except CannotOpen as problem:
        cause = _OF_FAILURE[problem.failure]
        raise Unopened(cause, _why(problem), passing=cause is Cause.DAMAGED) from problem
    return writer.document


def _why(problem: CannotOpen) -> str:
    match problem.failure:
        case Failure.NO_KEY:
            serials = ", ".join(f"{serial:x}" for serial in problem.serials) or "ukjent"
            return f"Den er kryptert til et sertifikat vi ikke har nøkkelen til (serienummer {serials})."
        case Failure.ALGORITHM:
            return f"Den er kryptert på en måte vi ikke leser ({problem.detail})."
        case Failure.NOT_CMS:
            return "Det som kom, er ikke en kryptert forsendelse."
        case _:
            return "Innholdet er skadet eller avkortet."


def _unpacked(
    plain: SpooledDocument, letter: Letter, into: Spool, *, merged_allowed: bool
) -> tuple[SpooledDocument, ...]:
    with plain.path.open("rb") as start:
        head = start.read(4)
    files = letter.files
    # One file that is a zip itself, and not packed in one: its own hash is the proof.
    alone = len(files) == 1 and (files[0].sha256 == plain.sha256 if files[0].sha256 else head not in (ZIP, _EMPTY_ZIP))
    if alone:
        _check(files[0], plain)
        return (_copied(plain, files[0], into, head),)
    if head in (ZIP, _EMPTY_ZIP):
        return tuple(_unzipped(plain.path, files, into))
    if head == PDF and len(files) != 1 and merged_allowed:
        _check_whole_pdf(plain.path)
        return (_copied(plain, File(name=_merged_name(files), media_type="application/pdf"), into, head),)
    if len(files) == 1:
        _check(files[0], plain)
    raise Unopened(Cause.FILES, f"Listen sier {len(files)} filer, men det kom ett innhold som ikke er pakket.")


def _copied(plain: SpooledDocument, file: File, into: Spool, head: bytes) -> SpooledDocument:
    """The same bytes under a file of their own: the caller removes the plain one."""
    with into.new(_named(file.name, head), _type(file)) as writer, plain.path.open("rb") as source:
        while chunk := source.read(_READ):
            writer.write(chunk)
    return writer.document


def _unzipped(path: Path, files: Sequence[File], into: Spool) -> Iterator[SpooledDocument]:
    made: list[SpooledDocument] = []
    try:
        with zipfile.ZipFile(path) as archive:
            pairs = _paired(archive.infolist(), files)
            room = into.limit_bytes
            for entry, file in pairs:
                made.append(_member(archive, entry, file, into, room))
                room -= made[-1].size_bytes
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError) as problem:
        _remove(made)
        raise Unopened(Cause.DAMAGED, "Pakken (zip) er skadet.", passing=True) from problem
    except BaseException:
        _remove(made)
        raise
    yield from made


def _paired(entries: Sequence[zipfile.ZipInfo], files: Sequence[File]) -> list[tuple[zipfile.ZipInfo, File]]:
    """Each entry with the file it is, by name; of several of one name in their order. None may lack or be left over."""
    real = [entry for entry in entries if not entry.is_dir()]
    if len(real) > _MAX_ENTRIES or len(real) != len(files):
        raise Unopened(Cause.FILES, f"Listen sier {len(files)} filer, men det kom {len(real)}.", passing=True)
    left = list(files)
    pairs = []
    for entry in real:
        if entry.flag_bits & 0x1:
            raise Unopened(Cause.FILES, "En fil i pakken er låst med passord.")
        names = _names(entry)
        if any(_unsafe(name) for name in names):
            raise Unopened(Cause.FILES, "En fil i pakken har en sti i navnet.")
        file = next((each for each in left if unicodedata.normalize("NFC", each.name) in names), None)
        if file is None:
            raise Unopened(Cause.FILES, "En fil i pakken står ikke i listen.", passing=True)
        left.remove(file)
        pairs.append((entry, file))
    return pairs


def _names(entry: zipfile.ZipInfo) -> set[str]:
    """What an entry may be called: names outside ASCII are UTF-8 or an old code page, whatever the flag says."""
    names = {entry.filename, entry.orig_filename}
    if not entry.flag_bits & 0x800:
        try:
            raw = entry.orig_filename.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        for charset in ("utf-8", "cp1252", "cp865"):
            try:
                names.add(raw.decode(charset))
            except UnicodeDecodeError:
                continue
    return {unicodedata.normalize("NFC", name) for name in names if name}


def _unsafe(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or "\0" in name or name[1:3] in (":\\", ":/")


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: File, into: Spool, room: int) -> SpooledDocument:
    with archive.open(entry) as source:
        head = source.read(4)
        with into.new(_named(file.name, head), _type(file)) as writer:
            chunk = head
            while chunk:
                writer.write(chunk)
                if writer.size_bytes > room:
                    raise SpoolLimit(f"{writer.size_bytes} > {room}")
                if writer.size_bytes > max(_RATIO_FROM, _MAX_RATIO * entry.compress_size):
                    raise Unopened(Cause.FILES, "En fil i pakken blir urimelig stor når den pakkes ut.")
                chunk = source.read(_READ)
    try:
        _check(file, writer.document)
    except Unopened:
        writer.document.path.unlink(missing_ok=True)
        raise
    return writer.document


def _check(file: File, found: SpooledDocument) -> None:
    if file.sha256 and file.sha256 != found.sha256:
        raise Unopened(Cause.HASH, "Sjekksummen til en fil stemmer ikke med listen.", passing=True)
    if file.size and file.size != found.size_bytes:
        raise Unopened(Cause.HASH, "Størrelsen på en fil stemmer ikke med listen.", passing=True)


def _check_whole_pdf(path: Path) -> None:
    with path.open("rb") as source:
        source.seek(max(0, path.stat().st_size - _TAIL))
        if b"%%EOF" not in source.read():
            raise Unopened(Cause.DAMAGED, "Innholdet er avkortet.", passing=True)


def _merged_name(files: Sequence[File]) -> str:
    return files[0].name if files else "forsendelse.pdf"


def _named(name: str, head: bytes) -> str:
    """With its ending: PDFs without one occur."""
    if head == PDF and not name.lower().endswith(".pdf"):
        return f"{name or 'dokument'}.pdf"
    return name or "dokument"


def _type(file: File) -> str:
    return file.media_type or "application/octet-stream"


def _remove(made: Sequence[SpooledDocument]) -> None:
    for document in made:
        document.path.unlink(missing_ok=True)


def digest_of(pairs: Sequence[KeyPair]) -> str:
    """What a set of keys is known by: another set may open what this one could not."""
    from connectors.keys import fingerprint

    return hashlib.sha256("".join(sorted(fingerprint(pair.key) for pair in pairs)).encode()).hexdigest()[:16]
