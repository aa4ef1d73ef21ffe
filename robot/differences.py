"""What the archive has under our keys and what the store knows, held against each other.

Asked after a restore, when the two were put back from different moments: it names what a person must look at, and the store
takes over the status the archive says. Ids, numbers and codes only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from connectors.contract import Archive
from models.archive import JournalpostView, JournalQuery
from models.keys import with_role
from models.post import State
from models.store import Store
from models.store.codec import plain
from robot.office import Office

log = structlog.get_logger()

FOLDER = "gjenoppretting"


@dataclass(slots=True)
class Differences:
    """``unknown``: journalposter under a key of ours that no post has. ``lost``: posts that say they are journaled and are not
    in the archive. ``waiting``: in the archive, while the post waits for a person or is on its way. ``opener``: open in the
    archive, decided as shielded. ``status``: another journalstatus in the archive than the store knew; it is taken over.

    Each is a list of plain objects: post id, journalpost number, key, codes.
    """

    checked: int = 0
    unknown: list[dict[str, str]] = field(default_factory=list)
    lost: list[dict[str, str]] = field(default_factory=list)
    waiting: list[dict[str, str]] = field(default_factory=list)
    opener: list[dict[str, str]] = field(default_factory=list)
    status: list[dict[str, str]] = field(default_factory=list)

    @property
    def none(self) -> bool:
        """Whether archive and store agree."""
        return not (self.unknown or self.lost or self.waiting or self.opener or self.status)

    def as_plain(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def find_differences(store: Store, archive: Archive) -> Differences:
    """Every key of ours in the archive against every post.

    Raises:
        OutOfReach, TryLater: the archive cannot be asked now.
    """
    found = Differences()
    entries = _entries(archive)
    with store.read() as reads:
        for row in reads.rows():
            entry = entries.pop(with_role(row["key"], "jp"), None)
            found.checked += 1
            if entry is None:
                if row["journalpost_id"] is not None:
                    found.lost.append({"post": row["id"], "journalpost": str(row["journalpost"])})
                continue
            _compare(row, entry, found)
    found.checked += len(entries)
    for key, entry in sorted(entries.items()):
        found.unknown.append({"key": key, "journalpost": entry.number, "status": entry.status.value})
    return found


def _compare(row: Mapping[str, Any], entry: JournalpostView, found: Differences) -> None:
    known = {"post": str(row["id"]), "journalpost": entry.number, "status": entry.status.value}
    if row["state"] != State.DONE:
        found.waiting.append({**known, "state": str(row["state"])})
        return
    if row["tilgang"] in ("shielded", "temporary") and entry.skjerming is None:
        found.opener.append({**known, "decided": str(row["tilgang"])})
    if row["journalstatus"] and row["journalstatus"] != entry.status.value:
        found.status.append({**known, "before": str(row["journalstatus"])})


def _entries(archive: Archive) -> dict[str, JournalpostView]:
    entries: dict[str, JournalpostView] = {}
    after: str | None = None
    while True:
        page = archive.journalposter(JournalQuery(our_keys_only=True), after)
        entries.update((entry.our_key, entry) for entry in page.entries)
        if page.next is None:
            return entries
        after = page.next


def after_restore(office: Office) -> str:
    """Makes the report of differences, once, when a restore has come to rest; returns one line of codes and counts.

    It has when every source has been gone through and no post the lost store may have known is on its way.
    """
    doubt = office.store.doubt
    if doubt is None or doubt.told:
        return "ingen gjenoppretting"
    if doubt.until is None:
        return f"{len(doubt.emptied)} av {len(office.desks)} kilder gjennomgått"
    with office.store.read() as reads:
        left = reads.unfinished(doubt.until)
    if left:
        return f"{left} poster underveis"
    found = find_differences(office.store, office.archive)
    _take_over_status(office.store, found)
    path = _write(office.store.folder / FOLDER, doubt.backup, found)
    office.store.keep_doubt(replace(doubt, told=True))
    counts = ", ".join(f"{len(value)} {name}" for name, value in found.as_plain().items() if isinstance(value, list))
    log.warning("restore_at_rest", organisation=office.name, where=path.name, checked=found.checked)
    return counts


def _take_over_status(store: Store, found: Differences) -> None:
    with store.write() as tx:
        for one in found.status:
            post = tx.post(one["post"])
            if post is not None:
                tx.set_columns(post.seq, journalstatus=one["status"])


def _write(folder: Path, backup: str, found: Differences) -> Path:
    folder.mkdir(exist_ok=True, mode=0o750)
    path = folder / f"forskjeller-{backup}.json"
    near = path.with_name(f".{path.name}.part")
    near.write_text(plain(found.as_plain()) + "\n", encoding="utf-8")
    near.chmod(0o640)
    near.rename(path)
    return path


TEXTS = {
    "unknown": "I arkivet, men ukjent for roboten",
    "lost": "Journalført ifølge roboten, men ikke i arkivet",
    "waiting": "I arkivet, mens posten venter hos roboten",
    "opener": "Åpen i arkivet, avgjort som skjermet",
    "status": "Annen journalstatus i arkivet enn roboten kjente",
}


def differences_text(found: Differences) -> str:
    """For people."""
    if found.none:
        return f"Arkivet og roboten er enige ({found.checked} kontrollert)."
    lines = []
    for name, title in TEXTS.items():
        listed: list[dict[str, str]] = getattr(found, name)
        if listed:
            lines.append(f"{title} ({len(listed)}):")
            lines += [f"  {'  '.join(one.values())}" for one in listed]
    return "\n".join(lines)
