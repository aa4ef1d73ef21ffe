"""Taking a backup while the daemon runs.

Order: the robot's database, the archive's database, then files. Why I1 holds in the copy: a file is durable before any row
names it, files are removed by retention and tidying alone, and those are locked out meanwhile. So whatever the copied databases
name is still there when the files are copied. The archive's copy is taken after the robot's, so it is never behind it: what the
robot had begun and the archive had done is found there by its key when both are put back.

A set is built under a hidden name and gets its own at the very end; documents that are in the backup folder already are not
copied again. Secrets are not in it: the configuration only refers to them.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from connectors.contract import LiesHere
from models.audit import AuditEvent
from models.errors import TryLater, UsedWrongly
from models.sqlite_copy import copy_sqlite
from models.store.copies import reading_copy
from robot.backup import layout, postgres
from robot.backup.layout import FileNote, Manifest, OrganisationNote
from robot.lock import nothing_removed

if TYPE_CHECKING:
    from connectors.contract import Archive
    from models.store import Store, StoreAddress
    from models.store.store import Reads
    from robot.config import Settings

WAIT_FOR_REMOVAL_S = 600.0
_CHUNK = 1 << 20
_FOLDERS = ("rapport",)
"""Folders of an organisation that are copied as they are, beside databases, files and audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One organisation to be copied."""

    name: str
    store: Store
    archive: Archive
    address: StoreAddress


@dataclass(slots=True)
class Copied:
    """What was done: the manifest, documents copied anew and their bytes, and those there already."""

    manifest: Manifest | None = None
    new: int = 0
    new_bytes: int = 0
    kept: int = 0
    removed_sets: list[str] = field(default_factory=list)


Progress = Callable[[int, int], None]


def take_backup(
    settings: Settings,
    parts: list[Part],
    folder: Path,
    *,
    now: datetime,
    software: str,
    keep: int | None = None,
    on_file: Progress = lambda _done, _of: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Copied:
    """One set of all organisations in ``folder``; ``keep``: how many sets stay, the oldest beyond that are removed.

    Raises:
        UsedWrongly: the folder cannot be used, or a program is missing.
        TryLater: files are being removed, or a database does not answer.
        OSError: the disk is full and the like; nothing is half there under a set's name.
    """
    _usable(settings, folder)
    (folder / layout.SETS).mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / layout.POOL).mkdir(exist_ok=True, mode=0o700)
    name = _free_name(folder, now)
    building = folder / layout.SETS / f".{name}.del"
    for left in (folder / layout.SETS).glob(".*.del"):
        shutil.rmtree(left)  # of a backup that was broken off
    building.mkdir(mode=0o700)
    copied = Copied()
    with ExitStack() as stack:
        for part in parts:
            stack.enter_context(_no_removal(part.store.folder, sleep))
        notes = [_organisation(part, building, folder, copied, on_file) for part in parts]
        _configuration(settings, building)
    made = Manifest(
        name=name,
        made_at=now.isoformat(timespec="seconds"),
        software=software,
        organisations=tuple(notes),
        files=dict(_described(building)),
    )
    raw = made.to_bytes()
    (building / layout.MANIFEST).write_bytes(raw)
    _finish(building, folder, name)
    copied.manifest = layout.read_manifest(folder / layout.SETS / name)
    for part in parts:
        with part.store.write() as tx:
            tx.audit(AuditEvent.BACKED_UP, object_ref=name, details={"manifest": copied.manifest.digest})
    if keep is not None:
        copied.removed_sets = thin_out(folder, keep)
    return copied


def _usable(settings: Settings, folder: Path) -> None:
    state = settings.robot.tilstand.resolve()
    if folder.resolve().is_relative_to(state):
        raise UsedWrongly(f"Kopien kan ikke ligge i tilstandsmappen {state}: den går tapt sammen med den.")
    if folder.exists() and not folder.is_dir():
        raise UsedWrongly(f"{folder} er ikke en mappe.")
    strange = [p.name for p in folder.iterdir() if p.name not in (layout.SETS, layout.POOL)] if folder.is_dir() else []
    if strange and not (folder / layout.SETS).is_dir():
        raise UsedWrongly(
            f"{folder} har noe annet i seg ({strange[0]}). Velg en tom mappe, eller en med kopier fra før."
        )


def _free_name(folder: Path, now: datetime) -> str:
    stamp = f"{now:%Y-%m-%dT%H%M%SZ}"
    taken = {path.name for path in layout.sets(folder)}
    return next(name for name in (stamp, *(f"{stamp}-{n}" for n in range(2, 1000))) if name not in taken)


def _no_removal(folder: Path, sleep: Callable[[float], None]) -> ExitStack:
    """Retention and tidying are locked out; waits for one that is at work."""
    waited = 0.0
    while True:
        stack = ExitStack()
        try:
            stack.enter_context(nothing_removed(folder))
            return stack
        except TryLater:
            if waited >= WAIT_FOR_REMOVAL_S:
                raise
            sleep(1.0)
            waited += 1.0


def _organisation(part: Part, building: Path, folder: Path, copied: Copied, on_file: Progress) -> OrganisationNote:
    mine = building / part.store.orgnr
    mine.mkdir(mode=0o700)
    head, states, named, wanted = _database(part, mine)
    documents = dict(part.archive.copy_database(mine)) if isinstance(part.archive, LiesHere) else {}
    blobs, missing = _blobs(part, folder, named, wanted, len(documents), copied, on_file)
    missing += _documents(part, folder, documents, len(blobs), copied, on_file)
    layout.write_list(mine / layout.BLOBS, blobs)
    layout.write_list(mine / layout.DOCUMENTS, documents)
    _audit_files(part.store.folder / "revisjon", mine / "revisjon", head[0])
    for name in _FOLDERS:
        _tree(part.store.folder / name, mine / name)
    return OrganisationNote(
        name=part.name,
        orgnr=part.store.orgnr,
        schema=part.address.schema or "" if part.address.shared else "",
        archive=isinstance(part.archive, LiesHere),
        audit_seq=head[0],
        audit_hash=head[1],
        posts=states,
        blobs=len(blobs),
        documents=len(documents),
        missing=tuple(missing),
    )


def _database(part: Part, mine: Path) -> tuple[tuple[int, str], dict[str, int], set[str], set[str]]:
    """The robot's database into the set. Of the copy: the audit's head, posts by state, hashes that must be there, and those
    that are there if their decision was carried out."""
    if not part.address.shared:
        copy_sqlite(Path(str(part.address.url.database)), mine / layout.SQLITE)
        with reading_copy(mine / layout.SQLITE) as reads:
            return _asked(reads)
    with part.store.read() as reads:
        snapshot = reads.conn.sqlalchemy.execute(text("SELECT pg_export_snapshot()")).scalar()
        postgres.dump(part.address, str(snapshot), mine / layout.POSTGRES)
        return _asked(reads)


def _asked(reads: Reads) -> tuple[tuple[int, str], dict[str, int], set[str], set[str]]:
    return reads.audit_head(), reads.states(), reads.referenced_hashes(), set(reads.decided_hashes())


def _blobs(
    part: Part, folder: Path, named: set[str], wanted: set[str], more: int, copied: Copied, on_file: Progress
) -> tuple[dict[str, int], list[str]]:
    blobs: dict[str, int] = {}
    missing: list[str] = []
    everything = sorted(named | wanted)
    for number, sha256 in enumerate(everything, start=1):
        size = into_pool(part.store.blobs.path(sha256), folder, sha256, copied)
        if size is not None:
            blobs[sha256] = size
        elif sha256 in named:
            missing.append(sha256)
        on_file(number, len(everything) + more)
    return blobs, missing


def _documents(
    part: Part, folder: Path, documents: Mapping[str, int], before: int, copied: Copied, on_file: Progress
) -> list[str]:
    missing: list[str] = []
    for number, sha256 in enumerate(documents, start=1):
        if (
            isinstance(part.archive, LiesHere)
            and into_pool(part.archive.file_of(sha256), folder, sha256, copied) is None
        ):
            missing.append(sha256)
        on_file(before + number, before + len(documents))
    return missing


def into_pool(source: Path, folder: Path, sha256: str, copied: Copied) -> int | None:
    """The bytes of a hash in the backup folder, unless they are there; returns their size, None when they are not whole."""
    target = layout.pooled(folder, sha256)
    try:
        there, size = target.stat().st_size if target.exists() else -1, source.stat().st_size
    except FileNotFoundError:
        return None
    if there == size:
        copied.kept += 1
        return size
    target.parent.mkdir(exist_ok=True, mode=0o700)
    near = target.with_name(f".{target.name}.{os.getpid()}.part")
    near.unlink(missing_ok=True)
    if not whole_copy(source, near, sha256):
        near.unlink(missing_ok=True)
        return None
    near.rename(target)
    copied.new += 1
    copied.new_bytes += size
    return size


def whole_copy(source: Path, target: Path, sha256: str) -> bool:
    """A hard link where that can be, else a durable copy; False when the bytes have another hash. ``target`` is new."""
    try:
        if layout.digest_of(source) != sha256:
            return False
        os.link(source, target)
        return True
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EACCES):
            raise
    return plain_copy(source, target, sha256)


def plain_copy(source: Path, target: Path, sha256: str) -> bool:
    """A durable copy with bytes of its own (mode 0400); False when they have another hash."""
    digest = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with source.open("rb") as read, os.fdopen(handle, "wb") as into:
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            into.write(chunk)
        into.flush()
        os.fsync(into.fileno())
    return digest.hexdigest() == sha256


def _audit_files(source: Path, target: Path, last_seq: int) -> None:
    """The exported audit files as far as the copied table goes: they may have grown since."""
    if not source.is_dir():
        return
    target.mkdir(mode=0o700)
    for path in sorted(source.glob("*.jsonl")):
        kept = []
        for line in path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n") or int(json.loads(line)["seq"]) > last_seq:
                break
            kept.append(line)
        if kept:
            (target / path.name).write_bytes(b"".join(kept))


def _tree(source: Path, target: Path, *, leave_out: frozenset[Path] = frozenset()) -> None:
    """A folder's regular files; no links, nothing hidden."""
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
        if hidden or path.is_symlink() or not path.is_file() or path.resolve() in leave_out:
            continue
        into = target / path.relative_to(source)
        into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(path, into)


def _configuration(settings: Settings, building: Path) -> None:
    """The configuration file (which only refers to secrets) and the rule layers that are folders."""
    into = building / layout.CONFIG
    into.mkdir(mode=0o700)
    shutil.copyfile(settings.file, into / "robot.toml")
    secret = frozenset(
        _secret_files(tomllib.loads(settings.file.read_text(encoding="utf-8-sig")), settings.file.parent)
    )
    for name, organisation in settings.organisasjon.items():
        for number, layer in enumerate(organisation.regler, start=1):
            if not Path(layer).is_absolute():
                continue  # «felles» comes with Postrobot
            _tree(Path(layer), into / "regler" / name / f"{number}-{Path(layer).name}", leave_out=secret)


def _secret_files(value: Any, base: Path) -> Iterator[Path]:
    """The files that ``{ fil = … }`` refers to."""
    if isinstance(value, dict):
        if set(value) == {"fil"} and isinstance(value["fil"], str):
            yield (base / Path(value["fil"]).expanduser()).resolve()
        for inner in value.values():
            yield from _secret_files(inner, base)


def _described(building: Path) -> Iterator[tuple[str, FileNote]]:
    for path in sorted(building.rglob("*")):
        if path.is_file():
            layout.sync(path)
            note = FileNote(sha256=layout.digest_of(path), size_bytes=path.stat().st_size)
            yield path.relative_to(building).as_posix(), note


def _finish(building: Path, folder: Path, name: str) -> None:
    """Everything durable, then the name."""
    layout.sync(building / layout.MANIFEST)
    for path in (*(p for p in building.rglob("*") if p.is_dir()), building):
        layout.sync(path)
    for path in (*(p for p in (folder / layout.POOL).iterdir() if p.is_dir()), folder / layout.POOL):
        layout.sync(path)
    building.rename(folder / layout.SETS / name)
    layout.sync(folder / layout.SETS)
    layout.sync(folder)


def thin_out(folder: Path, keep: int) -> list[str]:
    """Removes all sets but the ``keep`` newest, and the documents that no set left names; returns the names removed."""
    old = layout.sets(folder)[: -max(keep, 1)]
    for chosen in old:
        hidden = chosen.with_name(f".{chosen.name}.del")
        chosen.rename(hidden)
        shutil.rmtree(hidden)
    if old:
        named = {
            sha256
            for chosen in layout.sets(folder)
            for listing in (*chosen.glob(f"*/{layout.BLOBS}"), *chosen.glob(f"*/{layout.DOCUMENTS}"))
            for sha256, _ in layout.read_list(listing)
        }
        for path in (folder / layout.POOL).glob("*/*"):
            if path.parent.name + path.name not in named:
                path.unlink()
    return [chosen.name for chosen in old]
