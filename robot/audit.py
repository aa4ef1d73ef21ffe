"""The audit as plain files, one a month, and their verification. The table is the truth; files are only ever behind.

Exporting: read after the last exported line, append, fsync. A crash in between repeats nothing, since the file's own last
whole line says where to go on; a torn last line is cut to ``*.torn`` first (reliability.md section 7, A1–A3).
Verifying needs the standard library and ``models.audit`` alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from models.audit import FIELDS, GENESIS, AuditEvent, row_hash
from models.steps import Point, step

if TYPE_CHECKING:
    from models.store import Store
    from robot.office import Office

EXPORT_BATCH = 1000


@dataclass(slots=True)
class Chain:
    """What was found of one organisation's chain. ``problem`` is empty while it holds."""

    first_seq: int | None = None
    last_seq: int | None = None
    last_hash: str = GENESIS
    first_bad_seq: int | None = None
    problem: str = ""

    def bad(self, seq: int, problem: str) -> None:
        """Notes the first fault only: what follows from it is no news."""
        if self.first_bad_seq is None:
            self.first_bad_seq, self.problem = seq, problem


@dataclass(slots=True)
class Verified:
    """The answer of ``audit verify``; chains by orgnr."""

    events: int = 0
    organisations: dict[str, Chain] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every chain holds."""
        return all(chain.first_bad_seq is None for chain in self.organisations.values())


def check_rows(rows: Iterable[Mapping[str, object]], into: Verified) -> None:
    """Checks events in the order given: schema, gap, link, hash. A chain may begin anywhere (an older file is elsewhere)."""
    for row in rows:
        into.events += 1
        chain = into.organisations.setdefault(str(row.get("tenant", "?")), Chain())
        _check_row(row, chain)


def _check_row(row: Mapping[str, object], chain: Chain) -> None:
    seq = row.get("seq")
    if not isinstance(seq, int) or set(row) != {*FIELDS, "hash"}:
        chain.bad((chain.last_seq or 0) + 1, "skjema: linjen har ikke feltene en hendelse skal ha")
        return
    if chain.last_seq is None:
        chain.first_seq = seq
        if seq == 1 and row["prev_hash"] != GENESIS:
            chain.bad(seq, "lenke: den første hendelsen peker bakover")
    elif seq <= chain.last_seq:
        chain.bad(seq, f"rekkefølge: {seq} kommer etter {chain.last_seq}")
    elif seq != chain.last_seq + 1:
        chain.bad(chain.last_seq + 1, f"hull: {chain.last_seq + 1} til {seq - 1} mangler")
    elif row["prev_hash"] != chain.last_hash:
        chain.bad(seq, "lenke: hendelsen peker ikke på den forrige")
    if row["event"] not in AuditEvent._value2member_map_:
        chain.bad(seq, f"skjema: ukjent hendelse «{row['event']}»")
    if row_hash(row) != row["hash"]:
        chain.bad(seq, "hash: innholdet er endret")
    chain.last_seq, chain.last_hash = seq, str(row["hash"])


def verify_files(paths: Sequence[Path]) -> Verified:
    """Checks exported files, in the order of their first event. A torn last line is a fault too: it names the place."""
    result = Verified()
    for path in sorted(paths, key=_first_seq):
        check_rows(_lines(path, result), result)
    return result


def _first_seq(path: Path) -> tuple[str, int]:
    with path.open(encoding="utf-8") as file:
        try:
            first = json.loads(file.readline())
            return str(first["tenant"]), int(first["seq"])
        except (ValueError, KeyError, TypeError):
            return path.name, 0


def _lines(path: Path, result: Verified) -> Iterator[Mapping[str, object]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
                if not isinstance(row, dict) or not line.endswith(b"\n"):
                    raise ValueError(line)
            except ValueError:
                chain = result.organisations.setdefault(path.name.partition("-")[0], Chain())
                chain.bad((chain.last_seq or 0) + 1, f"{path.name}, linje {number}: avkuttet eller ødelagt linje")
                return
            yield row


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
    """Appends to the files what the table has and they lack; returns how many events. Files are made with mode 0600."""
    folder = audit_folder(store)
    folder.mkdir(exist_ok=True, mode=0o700)
    last = _last_exported(folder, store.orgnr)
    count = 0
    batch: list[str] = []
    current: Path | None = None
    step(Point.A1_READ)
    for row in _rows_after(store, last):
        path = folder / f"{store.orgnr}-{str(row['ts_utc'])[:7]}.jsonl"
        if current is not None and (path != current or len(batch) >= EXPORT_BATCH):
            _append(current, batch)
            batch = []
        current = path
        batch.append(json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")
        count += 1
    if current is not None and batch:
        _append(current, batch)
    return count


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
    """The sequence number of the last whole line; a torn one after it is moved to ``*.torn``."""
    for path in sorted(folder.glob(f"{orgnr}-*.jsonl"), reverse=True):
        raw = path.read_bytes()
        whole, newline, torn = raw.rpartition(b"\n")
        if torn:
            path.with_suffix(".torn").write_bytes(torn)
            with path.open("r+b") as file:
                file.truncate(len(whole) + len(newline))
                os.fsync(file.fileno())
        if whole:
            return int(json.loads(whole.rpartition(b"\n")[2])["seq"])
    return 0


def export_all(offices: Sequence[Office]) -> None:
    """Exports the audit of every organisation."""
    for office in offices:
        export(office.store)


def verify_store(store: Store, into: Verified) -> None:
    """Checks a store's table, and that every exported line is the table's own.

    The table must begin at 1 and end where the chain's head says, so that a cut tail shows.
    """
    table = Verified()
    chain = table.organisations.setdefault(store.orgnr, Chain())
    exported = _exported(store, chain)
    line = next(exported, None)
    for row in table_rows(store):
        check_rows((row,), table)
        while line is not None and int(str(line["seq"])) <= int(str(row["seq"])):
            _same(line, row, chain)
            line = next(exported, None)
    while line is not None:
        chain.bad(int(str(line["seq"])), "fil: linjen finnes ikke i tabellen")
        line = next(exported, None)
    with store.read() as reads:
        head_seq, head_hash = reads.audit_head()
    if chain.first_seq not in (None, 1):
        chain.bad(1, "hull: begynnelsen mangler")
    if (chain.last_seq or 0) != head_seq or (head_seq and chain.last_hash != head_hash):
        chain.bad((chain.last_seq or 0) + 1, f"hale: kjeden skal ende på {head_seq}")
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
        for row in _lines(path, found):
            check_rows((row,), found)
            yield row
    for other in found.organisations.values():
        if other.first_bad_seq is not None:
            chain.bad(other.first_bad_seq, f"fil: {other.problem}")
