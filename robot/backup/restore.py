"""Putting a backup back on a clean machine.

Everything is laid out under a hidden name and gets its own at the end; a store that is put back is marked before anybody can open
it: every unfinished archive write is in doubt and is looked up by its key before anything is sent (I6), and what was taken over
after the backup is found again at the sources (``robot/refind.py``) when the robot runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.arkiv import backup as archive_files
from models.errors import UsedWrongly
from models.store import StoreAddress, open_store
from models.store.engine import SchemaTooNew
from robot.backup import layout, postgres
from robot.backup.layout import Manifest, OrganisationNote
from robot.backup.take import plain_copy

if TYPE_CHECKING:
    from robot.config import Settings

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Restored:
    """What was put back: posts and archive writes in doubt by organisation number."""

    manifest: Manifest
    state: Path
    documents: int = 0
    posts: dict[str, int] = field(default_factory=dict)
    in_doubt: dict[str, int] = field(default_factory=dict)


def restore(
    chosen: Path,
    state: Path,
    *,
    now: Callable[[], float],
    software: str,
    settings: Settings | None = None,
    keep_archive: bool = False,
    on_file: Progress = lambda _done, _of: None,
) -> Restored:
    """Puts the set back as the state folder ``state``.

    ``keep_archive``: the embedded archive's files were not lost and lie in ``state`` already; they are left as they are.
    ``settings`` are needed where a database is PostgreSQL: they say where it is, and with what password.

    Raises:
        UsedWrongly: the target is in use, the set is damaged, or was made by a newer version.
        OSError: the disk is full and the like; a plain restore leaves nothing behind under the target's name.
    """
    manifest = layout.read_manifest(chosen)
    _intact(chosen, manifest)
    _free(state, manifest, keep_archive)
    addresses = {note.orgnr: _address(note, settings, state) for note in manifest.organisations}
    building = state if keep_archive else state.with_name(f".{state.name}.gjenopprettes")
    if not keep_archive and building.exists():
        shutil.rmtree(building)  # of a restore that was broken off
    building.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = Restored(manifest=manifest, state=state)
    total = sum(note.blobs + (0 if keep_archive else note.documents) for note in manifest.organisations)
    for note in manifest.organisations:
        for _ in _files(chosen, building / note.orgnr, note, keep_archive):
            done.documents += 1
            on_file(done.documents, total)
    _plain_tree(chosen / layout.CONFIG, building / layout.CONFIG)
    for note in manifest.organisations:
        _database(chosen, building, note, addresses[note.orgnr], done, now=now, software=software)
    if not keep_archive:
        layout.sync(building)
        building.rename(state)
    layout.sync(state.parent)
    return done


def _intact(chosen: Path, manifest: Manifest) -> None:
    """The set itself, not its documents: those are compared while they are copied."""
    for name, note in manifest.files.items():
        path = chosen / name
        if not path.is_file() or path.stat().st_size != note.size_bytes or layout.digest_of(path) != note.sha256:
            raise UsedWrongly(
                f"Kopien er skadet: {path} mangler eller er endret. Se alt som er galt med: postrobot backup "
                f"--verify {chosen.parent.parent}"
            )


def _free(state: Path, manifest: Manifest, keep_archive: bool) -> None:
    if state.exists() and not state.is_dir():
        raise UsedWrongly(f"{state} er ikke en mappe.")
    there = sorted(path.name for path in state.iterdir()) if state.is_dir() else []
    if not keep_archive:
        if there:
            raise UsedWrongly(
                f"{state} er ikke tom ({there[0]}). Gjenopprett til en tom mappe, og flytt det som er der, unna først. Er det "
                "bare det innebygde arkivet som er berget, bruk --keep-archive."
            )
        return
    for note in manifest.organisations:
        folder = state / note.orgnr
        if (folder / layout.SQLITE).exists():
            raise UsedWrongly(f"{folder} har en database ({layout.SQLITE}). Flytt den unna før du gjenoppretter.")
        if note.archive and not (folder / archive_files.DATABASE).is_file():
            raise UsedWrongly(
                f"{folder} har ikke noe arkiv ({archive_files.DATABASE}) å beholde. Kjør uten --keep-archive."
            )


def _address(note: OrganisationNote, settings: Settings | None, state: Path) -> StoreAddress | None:
    """PostgreSQL's address by the configuration of this machine; None for SQLite, which lies in the folder."""
    if not note.schema:
        return None
    from robot import build

    for name in settings.organisasjon if settings is not None else ():
        if settings is not None and settings.organisasjon[name].orgnr == note.orgnr:
            found = build.store_address(settings, name)
            if found.schema == note.schema:
                return found
    raise UsedWrongly(
        f"Databasen til {note.orgnr} er PostgreSQL, skjema {note.schema}. Pek på et oppsett som sier hvor den er: "
        f"postrobot --config FIL restore … --to {state}"
    )


def _files(chosen: Path, folder: Path, note: OrganisationNote, keep_archive: bool) -> Iterator[None]:
    """Documents, audit files and reports of one organisation."""
    mine, pool = chosen / note.orgnr, chosen.parent.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for n in range(256):
        (folder / "files" / f"{n:02x}").mkdir(parents=True, exist_ok=True, mode=0o700)
    for sha256, _ in layout.read_list(mine / layout.BLOBS):
        _copy(layout.pooled(pool, sha256), folder / "files" / sha256[:2] / sha256[2:], sha256)
        yield
    if not keep_archive:
        for sha256, _ in layout.read_list(mine / layout.DOCUMENTS):
            target = archive_files.place_of(folder, sha256)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shared = folder / "files" / sha256[:2] / sha256[2:]
            if shared.is_file():
                target.unlink(missing_ok=True)
                target.hardlink_to(shared)  # as in a running house: the archive's document is a link of its own
            else:
                _copy(layout.pooled(pool, sha256), target, sha256)
            yield
        if note.archive:
            _plain_file(mine / archive_files.DATABASE, folder / archive_files.DATABASE)
    for name in ("revisjon", "rapport"):
        _plain_tree(mine / name, folder / name)


def _copy(source: Path, target: Path, sha256: str) -> None:
    near = target.with_name(f".{target.name}.part")
    near.unlink(missing_ok=True)
    if not source.is_file() or not plain_copy(source, near, sha256):
        near.unlink(missing_ok=True)
        raise UsedWrongly(f"Kopien er skadet: dokumentet {source} mangler eller er endret.")
    near.rename(target)


def _plain_file(source: Path, target: Path) -> None:
    """A copy with bytes of its own, durable, mode 0600."""
    near = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, near)
    near.chmod(0o600)
    layout.sync(near)
    near.rename(target)


def _plain_tree(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        if path.is_file():
            into = target / path.relative_to(source)
            into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _plain_file(path, into)


def _database(
    chosen: Path,
    building: Path,
    note: OrganisationNote,
    address: StoreAddress | None,
    done: Restored,
    *,
    now: Callable[[], float],
    software: str,
) -> None:
    """The robot's database, marked as restored; under its own name only then."""
    folder, mine = building / note.orgnr, chosen / note.orgnr
    if address is not None:
        postgres.load(address, mine / layout.POSTGRES)
        _mark(address, folder, note, done, now=now, software=software)
        return
    near = folder / f".{layout.SQLITE}.part"
    _plain_file(mine / layout.SQLITE, near)
    _mark(StoreAddress.sqlite(near), folder, note, done, now=now, software=software)
    for log in (f"{near.name}-wal", f"{near.name}-shm"):
        (folder / log).unlink(missing_ok=True)  # written into the database when the store was closed
    layout.sync(near)
    near.rename(folder / layout.SQLITE)
    layout.sync(folder)


def _mark(
    address: StoreAddress,
    folder: Path,
    note: OrganisationNote,
    done: Restored,
    *,
    now: Callable[[], float],
    software: str,
) -> None:
    try:
        store = open_store(address, orgnr=note.orgnr, folder=folder, version=software, now=now)
    except SchemaTooNew as newer:
        raise UsedWrongly(
            f"Kopien er laget av en nyere Postrobot ({done.manifest.software}, skjema {newer}). Installer den utgaven først."
        ) from None
    try:
        with store.write() as tx:
            done.in_doubt[note.orgnr] = tx.begin_anew(backup=done.manifest.name, manifest=done.manifest.digest)
            done.posts[note.orgnr] = sum(tx.states().values())
        store.forget_log()
    finally:
        store.close()
