"""Checking an audit that was exported, with nothing but the standard library and :mod:`models.audit`.

An auditor needs no installation: the wheel is a zip file that Python can read as it is.

    PYTHONPATH=postrobot-….whl python3 -m models.audit_check FILE... [--anchors FILE-OR-FOLDER]...

What is found, with the sequence number of the first fault: a line that was removed, changed, moved, written twice or torn; a
link that does not hold; an event that is none of the closed list. A chain alone cannot show that all of it was made anew, or
that its end was cut: for that there are the *anchors*, the heads of the chain that left the house in each day's report mail.
They are lines of ``orgnr seq hash date``, in a text file, in the mails themselves (one a file, or an mbox), or in a folder.
"""

from __future__ import annotations

import argparse
import json
import mailbox
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from models.audit import FIELDS, GENESIS, AuditEvent, row_hash

_ANCHOR = re.compile(r"(?m)^[> \t]*(\d{9}) (\d{1,12}) ([0-9a-f]{64}) (\d{4}-\d\d-\d\d)[ \t]*\r?$")
_IS_MAIL = re.compile(rb"[A-Za-z-]+:[ \t]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The head of a chain as it was sent out on a day."""

    orgnr: str
    seq: int
    hash: str
    date: str

    def line(self) -> str:
        """As it stands in the report mail and in an anchors file."""
        return f"{self.orgnr} {self.seq} {self.hash} {self.date}"


@dataclass(slots=True)
class Chain:
    """What was found of one organisation's chain. ``problem`` is empty while it holds; ``anchored`` anchors agree, and
    ``before`` are older than what was given to check."""

    first_seq: int | None = None
    last_seq: int | None = None
    last_hash: str = GENESIS
    first_bad_seq: int | None = None
    problem: str = ""
    anchored: int = 0
    before: int = 0

    def bad(self, seq: int, problem: str) -> None:
        """Notes the first fault only: what follows from it is no news."""
        if self.first_bad_seq is None:
            self.first_bad_seq, self.problem = seq, problem


@dataclass(slots=True)
class Verified:
    """The answer of ``audit verify``; chains and anchors by orgnr."""

    events: int = 0
    organisations: dict[str, Chain] = field(default_factory=dict)
    anchors: dict[str, dict[int, list[Anchor]]] = field(default_factory=dict)

    @classmethod
    def against(cls, anchors: Iterable[Anchor]) -> Verified:
        """A check that compares with these."""
        made = cls()
        for one in anchors:
            made.anchors.setdefault(one.orgnr, {}).setdefault(one.seq, []).append(one)
        return made

    @property
    def ok(self) -> bool:
        """Whether every chain holds."""
        return all(chain.first_bad_seq is None for chain in self.organisations.values())

    def end(self) -> None:
        """After the last event: anchors that no event answers for. An event before the first given is not looked for."""
        for orgnr, by_seq in self.anchors.items():
            chain = self.organisations.setdefault(orgnr, Chain())
            for seq in sorted(by_seq):
                if chain.first_seq is not None and seq < chain.first_seq:
                    chain.before += len(by_seq[seq])
                elif chain.last_seq is None or seq > chain.last_seq:
                    first = (chain.last_seq or 0) + 1
                    chain.bad(first, f"hale: e-posten fra {by_seq[seq][0].date} sier at kjeden gikk til {seq}")


def check_rows(rows: Iterable[Mapping[str, Any]], into: Verified) -> None:
    """Checks events in the order given: schema, gap, link, hash, anchor. A chain may begin anywhere (an older file is
    elsewhere)."""
    for row in rows:
        into.events += 1
        tenant = str(row.get("tenant", "?"))
        chain = into.organisations.setdefault(tenant, Chain())
        _check_row(row, chain)
        for anchor in into.anchors.get(tenant, {}).get(chain.last_seq or 0, ()):
            if anchor.hash == row.get("hash"):
                chain.anchored += 1
            else:
                chain.bad(anchor.seq, f"anker: e-posten fra {anchor.date} har en annen hash; kjeden er laget på nytt")


def _check_row(row: Mapping[str, Any], chain: Chain) -> None:
    seq = row.get("seq")
    if type(seq) is not int or set(row) != {*FIELDS, "hash"}:
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
    if str(row["event"]) not in AuditEvent._value2member_map_:
        chain.bad(seq, "skjema: hendelsen står ikke i den lukkede listen")
    if row_hash(row) != row["hash"]:
        chain.bad(seq, "hash: innholdet er endret")
    chain.last_seq, chain.last_hash = seq, str(row["hash"])


def line_of(row: Mapping[str, Any]) -> str:
    """An event as its line in a file: canonical JSON, so that there is one way to write it."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def verify_files(paths: Sequence[Path], anchors: Iterable[Anchor] = ()) -> Verified:
    """Checks exported files, in the order of their first event."""
    result = Verified.against(anchors)
    for path in sorted(paths, key=_first_seq):
        before = result.events
        check_rows(lines(path, result), result)
        if result.events == before and result.ok:
            result.organisations.setdefault(_orgnr(path), Chain()).bad(1, f"{path.name}: filen er tom")
    result.end()
    return result


def _orgnr(path: Path) -> str:
    return path.name.partition("-")[0]


def _first_seq(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        try:
            first = json.loads(file.readline())
            return str(first["tenant"]), int(first["seq"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return _orgnr(path), 0


def lines(path: Path, result: Verified) -> Iterator[Mapping[str, Any]]:
    """The events of one file, up to the first line that is none: that is noted, and what follows is not believed."""
    tenant = ""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
                if not isinstance(row, dict) or line_of(row).encode() != line:
                    raise ValueError(number)
            except (ValueError, RecursionError):
                chain = result.organisations.setdefault(tenant or _orgnr(path), Chain())
                what = "ødelagt eller omskrevet linje" if line.endswith(b"\n") else "avkuttet linje"
                chain.bad((chain.last_seq or 0) + 1, f"{path.name}, linje {number}: {what}")
                return
            tenant = str(row.get("tenant", ""))
            yield row


def read_anchors(places: Iterable[Path]) -> tuple[Anchor, ...]:
    """All anchors in files and folders of files.

    Raises:
        ValueError: a place is not there, or a file that was named has none; the message is one Norwegian sentence.
    """
    found: list[Anchor] = []
    for place in places:
        if not place.exists():
            raise ValueError(f"Finner ikke {place}.")
        files = sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]
        here = [anchor for path in files for anchor in _anchors_in(path)]
        if not here:
            raise ValueError(
                f"Fant ingen ankere i {place}. En linje skal ha organisasjonsnummer, nummer, hash og dato."
            )
        found += here
    return tuple(dict.fromkeys(found))


def _anchors_in(path: Path) -> Iterator[Anchor]:
    raw = path.read_bytes()
    if raw.startswith(b"From "):
        box = mailbox.mbox(path, create=False)
        texts = [text for key in box.keys() for text in _texts(box.get_bytes(key))]
        box.close()
    else:
        texts = _texts(raw) if _IS_MAIL.match(raw) else [raw.decode("utf-8", "replace")]
    for text in texts:
        for orgnr, seq, digest, date in _ANCHOR.findall(text):
            yield Anchor(orgnr=orgnr, seq=int(seq), hash=digest, date=date)


def _texts(raw: bytes) -> list[str]:
    """The texts of a mail, decoded: a mail server may have given the lines another encoding on the way."""
    parts = message_from_bytes(raw, policy=policy.compat32).walk()
    found = []
    for part in parts:
        content = part.get_payload(decode=True) if part.get_content_maintype() == "text" else None
        if isinstance(content, bytes):
            found.append(content.decode("utf-8", "replace"))
    return found


def told(found: Verified) -> Iterator[str]:
    """The answer in lines for people."""
    for orgnr, chain in found.organisations.items():
        if chain.first_bad_seq is not None:
            yield f"FEIL  {orgnr}: hendelse {chain.first_bad_seq}: {chain.problem}."
            continue
        yield f"ok    {orgnr}: hendelse {chain.first_seq}–{chain.last_seq}, siste hash {chain.last_hash[:16]}…"
        if found.anchors:
            older = f", {chain.before} er eldre enn det som ble kontrollert" if chain.before else ""
            yield f"      {orgnr}: {chain.anchored} ankere stemmer{older}"
    yield f"{found.events} hendelser kontrollert."
    if not found.anchors:
        yield "Uten ankere (--anchors) vises ikke at hele kjeden er byttet ut, eller at slutten er kuttet."


def main(arguments: Sequence[str]) -> int:
    """The command. 0: all holds; 1: a fault was found; 2: used wrongly."""
    parser = argparse.ArgumentParser(prog="python3 -m models.audit_check", description="Kontrollerer en revisjonslogg.")
    parser.add_argument("files", metavar="FIL", nargs="+", type=Path, help="eksporterte filer")
    parser.add_argument(
        "--anchors", metavar="FIL", action="append", default=[], type=Path, help="ankere eller e-poster"
    )
    asked = parser.parse_args(arguments)
    missing = [str(path) for path in asked.files if not path.is_file()]
    try:
        if missing:
            raise ValueError(f"Finner ikke {', '.join(missing)}.")
        anchors = read_anchors(asked.anchors)
    except ValueError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    found = verify_files(asked.files, anchors)
    sys.stdout.write("".join(f"{line}\n" for line in told(found)))
    return 0 if found.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
