"""What a backup folder looks like, and the manifest of one set in it.

``DIR/sett/<time>/`` holds one set: ``manifest.json``, the configuration and the rules under ``oppsett/``, and a folder for each
organisation (databases, lists of files, audit files, reports). ``DIR/files/ab/cdef…`` holds the documents of all sets by their
SHA-256, each once. A set under a name that begins with a dot is not finished and is nobody's.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.errors import UsedWrongly

FORMAT = 1
_LINE = re.compile(r"([0-9a-f]{64}) ([0-9]+)\n")
SETS = "sett"
POOL = "files"
MANIFEST = "manifest.json"
CONFIG = "oppsett"
BLOBS = "filer.txt"
DOCUMENTS = "arkivfiler.txt"
SQLITE = "robot.db"
POSTGRES = "robot.pgdump"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNote:
    """A file of the set, with what proves it."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationNote:
    """One organisation in the set. ``schema`` is PostgreSQL's, empty for SQLite. ``archive``: the embedded archive is here.

    ``missing`` are hashes that the store names and that were not whole when the backup was taken.
    """

    name: str
    orgnr: str
    schema: str
    archive: bool
    audit_seq: int
    audit_hash: str
    posts: Mapping[str, int]
    blobs: int
    documents: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a set holds; ``files`` by path within the set. ``digest`` (of the manifest's own bytes) stands in the audit."""

    name: str
    made_at: str
    software: str
    organisations: tuple[OrganisationNote, ...]
    files: Mapping[str, FileNote]
    format: int = FORMAT
    digest: str = field(default="", compare=False)

    def to_bytes(self) -> bytes:
        """JSON as it stands in the set."""
        plain = {name: value for name, value in asdict(self).items() if name != "digest"}
        return (json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_manifest(chosen: Path) -> Manifest:
    """The manifest of a set.

    Raises:
        UsedWrongly: there is none, or it is not one this version can read.
    """
    path = chosen / MANIFEST
    try:
        raw = path.read_bytes()
        plain: dict[str, Any] = json.loads(raw)
        if plain["format"] != FORMAT:
            raise UsedWrongly(f"Kopien {chosen} har form {plain['format']}; denne utgaven av Postrobot leser {FORMAT}.")
        return Manifest(
            name=plain["name"],
            made_at=plain["made_at"],
            software=plain["software"],
            organisations=tuple(
                OrganisationNote(**{**o, "missing": tuple(o["missing"])}) for o in plain["organisations"]
            ),
            files={name: FileNote(**note) for name, note in plain["files"].items()},
            digest=hashlib.sha256(raw).hexdigest(),
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UsedWrongly(
            f"{path} kan ikke leses som en kopis innholdsfortegnelse ({type(problem).__name__})."
        ) from problem


def sets(folder: Path) -> list[Path]:
    """The finished sets in a backup folder, oldest first."""
    there = (folder / SETS).iterdir() if (folder / SETS).is_dir() else ()
    return sorted(path for path in there if path.is_dir() and not path.name.startswith("."))


def choose(folder: Path, name: str | None) -> Path:
    """The set of that name, or the newest.

    Raises:
        UsedWrongly: there is none.
    """
    found = sets(folder)
    if not found:
        raise UsedWrongly(f"Det er ingen ferdig sikkerhetskopi i {folder}. Ta en med: postrobot backup {folder}")
    if name is None:
        return found[-1]
    for path in found:
        if path.name == name:
            return path
    raise UsedWrongly(f"Kopien «{name}» finnes ikke i {folder}. Den har: {', '.join(path.name for path in found)}.")


def pooled(folder: Path, sha256: str) -> Path:
    """Where a backup folder keeps the bytes of a hash."""
    return folder / POOL / sha256[:2] / sha256[2:]


def write_list(path: Path, files: Mapping[str, int]) -> None:
    """One line a file: hash and size."""
    path.write_text("".join(f"{sha256} {size}\n" for sha256, size in sorted(files.items())), encoding="ascii")


def read_list(path: Path) -> Iterator[tuple[str, int]]:
    """What :func:`write_list` wrote; a list that is not there is empty, and what is no line of one is passed over: whether a
    list is whole is told by the manifest."""
    if path.is_file():
        with path.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                found = _LINE.fullmatch(line)
                if found:
                    yield found[1], int(found[2])


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Makes a file's bytes, or a folder's names, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
