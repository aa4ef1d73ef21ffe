"""Checking a set: everything the manifest lists is there, unchanged, readable, and one with itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from models.audit_check import Chain, Verified, check_rows
from models.sqlite_copy import damage
from models.store.copies import all_events, reading_copy
from robot.backup import layout, postgres
from robot.backup.layout import Manifest, OrganisationNote


@dataclass(slots=True)
class Checked:
    """What was looked at, and every fault in words."""

    manifest: Manifest
    files: int = 0
    documents: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the set can be put back whole."""
        return not self.faults


def check_set(chosen: Path, *, on_file: Callable[[int, int], None] = lambda _done, _of: None) -> Checked:
    """Reads everything in a set, documents too, and compares with the manifest; databases are asked whether they are whole.

    Raises:
        UsedWrongly: there is no manifest that can be read.
    """
    manifest = layout.read_manifest(chosen)
    found = Checked(manifest=manifest)
    for name, note in manifest.files.items():
        found.files += 1
        path = chosen / name
        if not path.is_file():
            found.faults.append(f"{name} mangler")
        elif path.stat().st_size != note.size_bytes or layout.digest_of(path) != note.sha256:
            found.faults.append(f"{name} er endret")
    named: dict[str, int] = {}
    for organisation in manifest.organisations:
        _organisation(chosen, organisation, found, named)
    folder = chosen.parent.parent
    for number, (sha256, size) in enumerate(sorted(named.items()), start=1):
        found.documents += 1
        _document(layout.pooled(folder, sha256), sha256, size, found)
        on_file(number, len(named))
    return found


def _organisation(chosen: Path, note: OrganisationNote, found: Checked, named: dict[str, int]) -> None:
    mine = chosen / note.orgnr
    for listing in (layout.BLOBS, layout.DOCUMENTS):
        named.update(layout.read_list(mine / listing))
    found.faults += [f"{note.orgnr}: dokumentet {sha256} var ikke helt da kopien ble tatt" for sha256 in note.missing]
    databases = [*([] if note.schema else [layout.SQLITE]), *(["arkiv.db"] if note.archive else [])]
    for name in databases:
        wrong = damage(mine / name) if (mine / name).is_file() else "mangler"
        if wrong:
            found.faults.append(f"{note.orgnr}/{name}: {wrong}")
            return
    if note.schema:
        wrong = postgres.readable(mine / layout.POSTGRES)
        found.faults += [f"{note.orgnr}/{layout.POSTGRES}: {wrong}"] if wrong else []
        return
    _audit(mine / layout.SQLITE, note, found)


def _audit(database: Path, note: OrganisationNote, found: Checked) -> None:
    """The chain in the copied table holds, and ends where the manifest says."""
    told = Verified()
    chain = told.organisations.setdefault(note.orgnr, Chain())
    try:
        with reading_copy(database) as reads:
            check_rows(all_events(reads), told)
    except DatabaseError as error:
        found.faults.append(f"{note.orgnr}/{layout.SQLITE}: {error.orig}")
        return
    if chain.first_bad_seq is not None:
        found.faults.append(f"{note.orgnr}: revisjonen holder ikke ved hendelse {chain.first_bad_seq}: {chain.problem}")
    elif (chain.last_seq or 0) != note.audit_seq or (note.audit_seq and chain.last_hash != note.audit_hash):
        found.faults.append(f"{note.orgnr}: revisjonen ender ikke der innholdsfortegnelsen sier ({note.audit_seq})")


def _document(path: Path, sha256: str, size: int, found: Checked) -> None:
    if not path.is_file():
        found.faults.append(f"dokumentet {sha256} mangler")
    elif path.stat().st_size != size or layout.digest_of(path) != sha256:
        found.faults.append(f"dokumentet {sha256} er endret")
