"""The audit as plain files, one a month, and their verification. The table is the truth; files are only ever behind.

Exporting: read after the last exported line, append, fsync. A crash in between repeats nothing, since the file's own last
whole line says where to go on; a torn last line is cut to ``*.torn`` first (reliability.md section 7, A1–A3).
Verifying them needs the standard library alone: :mod:`models.audit_check`.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from models.audit import GENESIS
from models.audit_check import Chain, Verified, check_rows, line_of, lines, verify_files
from models.steps import Point, step

if TYPE_CHECKING:
    from models.store import Store
    from robot.office import Office

__all__ = ["Verified", "audit_folder", "export", "export_all", "table_rows", "verify_files", "verify_store"]

EXPORT_BATCH = 1000
_BLOCK = 64 * 1024


def table_rows(store: Store) -> Iterator[Mapping[str, object]]:
    """All events of a store, as :func:`check_rows` takes them."""
    yield from _rows_after(store, 0)


def _rows_after(store: Store, seq: int) -> Iterator[Mapping[str, object]]:
    from models.store.audit_tx import events_after

    while True:
        with store.read() as reads:
            rows = [dict(row._mapping) for row in events_after(reads, seq, limit=EXPORT_BATCH)]
        for row in rows:
            row["details"] = json.loads(str(row["details"]))
            yield row
        if len(rows) < EXPORT_BATCH:
            return
        seq = int(str(rows[-1]["seq"]))


def audit_folder(store: Store) -> Path:
    """Where the exported files of a store are."""
    return store.folder / "revisjon"


def export(store: Store) -> int:
    """Appends to the files what the table has and they lack; returns how many events. Files are made with mode 0600.

    How far it came is noted in the store, so that a file whose end is cut off later shows.
    """
    folder = audit_folder(store)
    folder.mkdir(exist_ok=True, mode=0o700)
    with _one_at_a_time(folder):
        last, count = _export(store, folder)
    if count:
        with store.write() as tx:
            tx.note_exported(last)
    return count


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """The command and the service's job may both export: the second waits, and finds nothing left to do."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _export(store: Store, folder: Path) -> tuple[int, int]:
    last = _last_exported(folder, store.orgnr)
    newest = max(folder.glob(f"{store.orgnr}-*.jsonl"), default=folder)
    count = 0
    batch: list[str] = []
    current: Path | None = None
    for row in _rows_after(store, last):
        step(Point.A1_READ)
        # A clock that was set back starts no older file: the chain goes on from file to file in the order of their names.
        path = max(folder / f"{store.orgnr}-{str(row['ts_utc'])[:7]}.jsonl", newest)
        newest = path
        if current is not None and (path != current or len(batch) >= EXPORT_BATCH):
            _append(current, batch)
            batch = []
        current = path
        batch.append(line_of(row))
        last = int(str(row["seq"]))
        count += 1
    if current is not None and batch:
        _append(current, batch)
    return last, count


def _append(path: Path, lines: Sequence[str]) -> None:
    new = not path.exists()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        data = "".join(lines).encode()
        while data:
            data = data[os.write(handle, data) :]
        step(Point.A2_APPENDED)
        os.fsync(handle)
        step(Point.A2_SYNCED)
    finally:
        os.close(handle)
    if new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _last_exported(folder: Path, orgnr: str) -> int:
    """The sequence number of the last whole line; what is torn after it is moved to ``*.torn``."""
    for path in sorted(folder.glob(f"{orgnr}-*.jsonl"), reverse=True):
        with path.open("r+b") as file:
            while (line := _last_line(file)) is not None:
                try:
                    return int(json.loads(line)["seq"]) if line.endswith(b"\n") else _no_number()
                except (ValueError, KeyError, TypeError, RecursionError):
                    with path.with_suffix(".torn").open("ab") as torn:
                        torn.write(line)
                    file.truncate(file.seek(0, os.SEEK_END) - len(line))
                    os.fsync(file.fileno())
    return 0


def _no_number() -> int:
    raise ValueError("a line without its end")


def _last_line(file: BinaryIO) -> bytes | None:
    """The last line, whole or torn, read from the end of the file; None when the file is empty."""
    end = at = file.seek(0, os.SEEK_END)
    found = b""
    while at > 0 and b"\n" not in found[:-1]:
        at = max(0, at - _BLOCK)
        file.seek(at)
        found = file.read(end - at)
    return found[:-1].rpartition(b"\n")[2] + found[-1:] if found else None


def export_all(offices: Sequence[Office]) -> None:
    """Exports the audit of every organisation."""
    for office in offices:
        export(office.store)


def verify_store(store: Store, into: Verified) -> None:
    """Checks a store's table, and that every exported line is the table's own. May be called beside the service.

    The table must begin at 1 and reach where the chain's head says, and the files must reach where they were written to, so
    that a cut tail shows in either. Anchors of ``into`` are compared with the table.
    """
    with store.read() as reads:  # before the rows: whatever is written from here on comes after this head
        head_seq, head_hash = reads.audit_head()
        exported_seq = reads.exported_seq()
    mine = into.anchors.get(store.orgnr, {})
    table = Verified(anchors={store.orgnr: mine} if mine else {})
    chain = table.organisations.setdefault(store.orgnr, Chain())
    exported = _exported(store, chain)
    line = next(exported, None)
    at_head, file_seq = GENESIS, 0
    for again in range(2):  # again: a line may have been written of an event younger than the last row we saw
        if again and line is None:
            break
        for row in _rows_after(store, chain.last_seq or 0):
            check_rows((row,), table)
            if row["seq"] == head_seq:
                at_head = str(row["hash"])
            while line is not None and int(str(line["seq"])) <= int(str(row["seq"])):
                _same(line, row, chain)
                file_seq = int(str(line["seq"]))
                line = next(exported, None)
    while line is not None:
        chain.bad(int(str(line["seq"])), "fil: linjen finnes ikke i tabellen")
        line = next(exported, None)
    if chain.first_seq not in (None, 1):
        chain.bad(1, "hull: begynnelsen mangler")
    if (chain.last_seq or 0) < head_seq:
        chain.bad((chain.last_seq or 0) + 1, f"hale: kjeden skal gå til {head_seq}")
    elif at_head != head_hash:
        chain.bad(head_seq, "hale: hendelsen er en annen enn den kjeden endte på")
    if file_seq < exported_seq:
        chain.bad(file_seq + 1, f"fil: {file_seq + 1} til {exported_seq} var skrevet og mangler i filene")
    table.end()
    into.events += table.events
    into.organisations.update(table.organisations)


def _same(line: Mapping[str, object], row: Mapping[str, object], chain: Chain) -> None:
    """An exported line is the table's own: both run in order of ``seq``, so that neither is kept whole in memory."""
    if line["seq"] != row["seq"] or line.get("hash") != row["hash"]:
        chain.bad(int(str(line["seq"])), "fil: linjen er en annen enn i tabellen")


def _exported(store: Store, chain: Chain) -> Iterator[Mapping[str, object]]:
    """The lines of the exported files; their own faults go to the same chain."""
    files = sorted(audit_folder(store).glob(f"{store.orgnr}-*.jsonl"))
    found = Verified()
    for path in files:
        for row in lines(path, found):
            check_rows((row,), found)
            yield row
    for other in found.organisations.values():
        if other.first_bad_seq is not None:
            chain.bad(other.first_bad_seq, f"fil: {other.problem}")
