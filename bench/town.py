"""A town's archive, made: so many cases and entries with faults that are known, laid straight into the archive's tables.

The same for the same seed. ``python -m bench.town MAPPE`` makes one by itself, with ``fasit.jsonl`` beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.town_case import TODAY, Case, Entry, File, Maker
from bench.town_faults import FAULTS, OLD

POOL = 3000
"""So many files are shared by all documents that need no bytes of their own."""
_BATCH = 2000
_GAP = 1 / 20_000
"""So often a journal number is missing."""
_TABLES: dict[str, tuple[str, ...]] = {
    "saksmappe": (
        *("system_id", "saksaar", "sakssekvensnummer", "tittel", "offentlig_tittel", "arkivdel", "klasse"),
        *("administrativ_enhet", "saksansvarlig", "saksstatus", "saksdato", "opprettet_dato", "avsluttet_dato"),
        *("avsluttet_av", "gjenaapnet_dato", "skjerming", "siste_journalpostnummer"),
    ),
    "saksendring": ("saksmappe", "endring", "dato"),
    "kjent": ("saksmappe", "identitet"),
    "journalpost": (
        *("system_id", "saksmappe", "journalpostnummer", "journalaar", "journalsekvensnummer", "journalposttype"),
        *("journalstatus", "tittel", "offentlig_tittel", "journaldato", "mottatt_dato", "sendt_dato"),
        *(
            "dokumentets_dato",
            "forfallsdato",
            "offentlighetsvurdert_dato",
            "skjerming",
            "opprettet_dato",
            "endret_dato",
        ),
    ),
    "korrespondansepart": ("journalpost", "nummer", "type", "navn", "administrativ_enhet"),
    "dokumentbeskrivelse": (
        *("system_id", "journalpost", "dokumentnummer", "tilknyttet_som", "dokumentstatus", "tittel", "dokumenttype"),
        "tilknyttet_dato",
    ),
    "dokumentobjekt": (
        *("system_id", "dokumentbeskrivelse", "variantformat", "format", "filnavn", "sjekksum", "filstoerrelse"),
        "opprettet_dato",
    ),
    "konvertering_feil": ("dokumentobjekt", "kode", "dato"),
    "avskrivning": (
        *("system_id", "journalpost", "avskrivningsdato", "avskrevet_av", "avskrivningsmaate", "avskrives_av"),
        "korrespondansepart",
    ),
}


@dataclass(slots=True)
class Truth:
    """What is so: ``closable`` saksnumre, ``faults`` as (name, saksnummer, number of the entry or empty),
    ``gaps`` the journal numbers that were never used (for the check of the journal; caretaking does not look for them)."""

    cases: int = 0
    entries: int = 0
    closable: list[str] = field(default_factory=list)
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """As JSON lines."""
        with path.open("w", encoding="utf-8") as file:
            for number in self.closable:
                file.write(json.dumps({"kan_avsluttes": number}) + "\n")
            for gap in self.gaps:
                file.write(json.dumps({"hull": gap}) + "\n")
            for name, sak, entry in self.faults:
                file.write(json.dumps({"feil": name, "sak": sak, "journalpost": entry}, ensure_ascii=False) + "\n")


def town(*, cases: int, entries: int, each: int, seed: int) -> Iterator[Case]:
    """The cases, oldest first. ``each`` fault is planted so many times; a tenth of the rest can be closed."""
    maker, chance = Maker(seed), random.Random(seed + 1)
    planted = [name for name in FAULTS for _ in range(each)]
    kinds = planted + ["avsluttes"] * ((cases - len(planted)) // 10)
    kinds += ["åpen"] * ((cases - len(planted)) // 4)
    if len(kinds) > cases:
        raise ValueError(f"{cases} cases are too few for {each} of each of {len(FAULTS)} faults")
    kinds += ["avsluttet"] * (cases - len(kinds))
    chance.shuffle(kinds)
    last = next(place for place in range(len(kinds) - 1, -1, -1) if kinds[place] not in FAULTS)
    kinds[last], kinds[-1] = kinds[-1], kinds[last]  # a whole case can have any size
    left = entries
    for place, kind in enumerate(kinds):
        mean = max(3, round(left / (cases - place)))
        size = max(3, mean + chance.randrange(-3, 4))
        if place == cases - 1:
            size = max(1, left)
        case = _case(maker, chance, kind, size, place / cases)
        left -= len(case.entries)
        yield case


def _case(maker: Maker, chance: random.Random, kind: str, size: int, age: float) -> Case:
    fault = FAULTS.get(kind)
    if fault is not None:
        case = maker.case(fault.status, size, end=TODAY - timedelta(days=fault.end_days), settled="A")
        case.fault = kind
        fault.plant(case, maker)
        return case
    match kind:
        case "avsluttes":
            case = maker.case(chance.choice("FFFSB"), size, end=OLD - timedelta(days=chance.randrange(60)))
            case.closable = True
            for entry in case.entries:
                entry.status = chance.choice("AAJE") if entry.type in "U" else chance.choice("AAJ")
        case "åpen":
            case = maker.case("B", size, end=TODAY - timedelta(days=chance.randrange(35, 150)), settled="A")
        case _:
            start = date(2021, 1, 1).toordinal()
            end = start + int(age * (date(2026, 3, 1).toordinal() - start)) + 60
            case = maker.case("A", size, end=date.fromordinal(end))
    return case


class Layer:
    """Lays cases in the tables of an archive that was made by the product itself."""

    def __init__(self, database: Path, files: Path, seed: int) -> None:
        self._db = sqlite3.connect(database, isolation_level=None)
        self._files, self._ids = files, random.Random(seed + 2)
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _TABLES}
        self._years: dict[tuple[str, int], int] = {}
        self._pool = [self._write(f"felles fil {n}\n".encode()) for n in range(POOL)]
        self._bytes = 0
        self.truth = Truth()

    def lay(self, cases: Iterator[Case]) -> Truth:
        """All of them; indexes stay, the triggers that keep the order of changes are set aside meanwhile."""
        db = self._db
        for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "foreign_keys=OFF", "cache_size=-200000"):
            db.execute(f"PRAGMA {pragma}")
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%saksendring%'")
        kept = triggers.fetchall()
        db.execute("BEGIN")
        for name, _ in kept:
            db.execute(f"DROP TRIGGER {name}")
        for number, case in enumerate(cases, start=1):
            self._case(case)
            if number % _BATCH == 0:
                self._flush()
        self._flush()
        for (series, year), last in self._years.items():
            db.execute("INSERT INTO nummerserie (serie, aar, siste) VALUES (?, ?, ?)", (series, year, last))
        for _, sql in kept:
            db.execute(sql)
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("ANALYZE")
        db.close()
        return self.truth

    def _flush(self) -> None:
        for table, rows in self._rows.items():
            columns = _TABLES[table]
            marks = ", ".join("?" * len(columns))
            ignore = "OR IGNORE " if table == "kjent" else ""
            statement = f"INSERT {ignore}INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
            self._db.executemany(statement, rows)
            rows.clear()

    def _id(self) -> str:
        text = f"{self._ids.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def _next(self, series: str, year: int) -> int:
        if series == "journal" and self._ids.random() < _GAP:
            self.truth.gaps.append(f"{self._years.get((series, year), 0) + 1}/{year}")
            self._years[series, year] = self._years.get((series, year), 0) + 1
        self._years[series, year] = self._years.get((series, year), 0) + 1
        return self._years[series, year]

    def _write(self, content: bytes) -> tuple[str, int]:
        sha256 = hashlib.sha256(content).hexdigest()
        with open(f"{self._files}/{sha256[:2]}/{sha256}", "wb") as file:  # noqa: PTH123  many files, and a Path is dear
            file.write(content)
        return sha256, len(content)

    def _file(self, file: File) -> tuple[str, int]:
        if file.lost:
            return hashlib.sha256(self._id().encode()).hexdigest(), 10
        if file.same_as:
            return self._write(f"{file.same_as}\n".encode())
        if file.own:
            self._bytes += 1
            return self._write(f"brev nummer {self._bytes}\n".encode())
        return self._pool[self._ids.randrange(POOL)]

    def _case(self, case: Case) -> None:
        sid, truth = self._id(), self.truth
        number = self._next("sak", case.opened.year)
        saksnummer = f"{case.opened.year}/{number}"
        truth.cases += 1
        opened, closed = _moment(case.opened), _moment(case.last) if case.status == "A" else None
        values = (sid, case.opened.year, number, case.title, case.title, case.arkivdel, case.klasse, case.unit)
        self._rows["saksmappe"].append(
            (
                *(*values, case.responsible, case.status, case.opened.isoformat(), opened, closed),
                *("Arkivet" if closed else None, _day(case.reopened), case.shield, len(case.entries)),
            )
        )
        self._rows["saksendring"].append((sid, truth.cases, _moment(case.last)))
        ids = [self._id() for _ in case.entries]
        marked = False
        for place, entry in enumerate(case.entries):
            self._entry(case, sid, ids, place, entry)
            if entry.fault:
                truth.faults.append((entry.fault, saksnummer, f"{saksnummer}-{place + 1}"))
                marked = True
        if case.fault and not marked:
            truth.faults.append((case.fault, saksnummer, ""))
        if case.closable:
            truth.closable.append(saksnummer)

    def _entry(self, case: Case, sak: str, ids: list[str], place: int, entry: Entry) -> None:
        sid, at, year = ids[place], _moment(entry.day), entry.day.year
        self.truth.entries += 1
        first = (sid, sak, place + 1, year, self._next("journal", year), entry.type, entry.status, entry.title)
        days = (entry.received, entry.sent, entry.dated, entry.due, entry.assessed)
        self._rows["journalpost"].append(
            (*first, entry.public or entry.title, _day(entry.day), *map(_day, days), entry.shield, at, at)
        )
        for number, (kind, name, unit) in enumerate(entry.parts, start=1):
            self._rows["korrespondansepart"].append((sid, number, kind, name, unit))
            if kind in ("EA", "EM", "EK") and name != "Ukjent avsender":
                self._rows["kjent"].append((sak, name.casefold()))
        for number, document in enumerate(entry.docs, start=1):
            did = self._id()
            self._rows["dokumentbeskrivelse"].append(
                (did, sid, number, document.som, document.status, document.title, "B", at)
            )
            for file in document.files:
                fid, (sha256, size) = self._id(), self._file(file)
                self._rows["dokumentobjekt"].append((fid, did, file.variant, file.format, "brev", sha256, size, at))
                if document.failed:
                    self._rows["konvertering_feil"].append((fid, document.failed, at))
        for sign in entry.signs:
            by = ids[sign.by] if sign.by is not None else None
            signed = (self._id(), sid, _day(entry.day), "Arkivet", sign.how, by, sign.whom)
            self._rows["avskrivning"].append(signed)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _moment(day: date) -> str:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC).isoformat(timespec="microseconds")


def make(folder: Path, *, cases: int, entries: int, each: int, seed: int = 20261124) -> Truth:
    """An archive in ``folder`` as the product makes it, filled; the truth is returned."""
    from connectors.arkiv.archive import EmbeddedArchive
    from models.noark import Arkivdelstatus

    archive = EmbeddedArchive(folder, now=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    archive.ensure_arkivdel("BY", "Byens saker", klassifikasjonssystem="BYKODE")
    archive.ensure_klasse("BY", "000", "Uspesifisert")
    archive.ensure_arkivdel(
        "BY-P", "Avsluttet periode", klassifikasjonssystem="BYKODE", status=Arkivdelstatus.AVSLUTTET
    )
    archive.close()
    layer = Layer(folder / "arkiv.db", folder / "arkiv", seed)
    return layer.lay(town(cases=cases, entries=entries, each=each, seed=seed))


def main(arguments: list[str]) -> int:
    """Makes one and says what is in it."""
    parser = argparse.ArgumentParser(prog="python -m bench.town", description="Lager et arkiv med kjente feil.")
    parser.add_argument("mappe", type=Path)
    parser.add_argument("--saker", type=int, default=50_000)
    parser.add_argument("--journalposter", type=int, default=400_000)
    parser.add_argument("--hver", type=int, default=60, help="hvor mange av hver feil")
    given = parser.parse_args(arguments)
    truth = make(given.mappe, cases=given.saker, entries=given.journalposter, each=given.hver)
    truth.write(given.mappe / "fasit.jsonl")
    told = f"{len(truth.closable)} kan avsluttes, {len(truth.faults)} feil"
    print(f"{truth.cases} saker, {truth.entries} journalposter: {told}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
