"""Caretaking over a town's archive with known faults: what is closed, what is named, what a night costs."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import house
from bench.figure import Figure
from bench.town import Truth, make
from bench.town_faults import FAULTS

LIMIT_S, LIMIT_MIB = 600.0, 400.0
_TOUCHED = 100


def measure(folder: Path, cases: int, each: int) -> Iterator[Figure]:
    """A town of so many cases with eight entries each; three nights, each a process of its own."""
    config = house.make(folder / "hus", None, user="")
    state = house.settings(config).state(house.NAME)
    began = time.monotonic()
    truth = make(state, cases=cases, entries=8 * cases, each=each)
    note = f"{len(truth.closable)} saker kan avsluttes, {len(truth.faults)} feil av {len(FAULTS)} slag"
    yield Figure(
        name=f"lage {cases} saker, {truth.entries} journalposter", value=time.monotonic() - began, unit="s", note=note
    )
    closed_before = _closed(state)
    first = night(config)
    yield from _first_night(state, truth, first, closed_before)
    before = _traces(state)
    second = night(config)
    changed = 0 if _traces(state) == before and not second["done"] else 1
    yield Figure(
        name="natt 2 endrer",
        value=float(changed),
        unit="",
        limit=0.0,
        note=f"{second['cases']} saker sett på, {second['seconds']:.1f} s",
    )
    touched = _touch(state, _TOUCHED)
    third = night(config)
    yield Figure(
        name=f"natt 3: saker sett på når {touched} er endret",
        value=float(third["cases"]),
        unit="saker",
        reference=float(touched),
        limit=1.5,
        of_ratio=True,
        note=f"{third['seconds']:.2f} s mot {first['seconds']:.0f} s den første natten",
    )


def _first_night(state: Path, truth: Truth, first: Mapping[str, Any], closed_before: set[str]) -> Iterator[Figure]:
    yield Figure(
        name="natt 1, alt leses",
        value=first["seconds"],
        unit="s",
        limit=LIMIT_S,
        note=f"{first['cpu_s']:.0f} s prosessortid; gjort: {_told(first['done'])}",
    )
    yield Figure(name="natt 1, minne", value=first["peak_mib"], unit="MiB", limit=LIMIT_MIB)
    closed = _closed(state) - closed_before
    wanted = set(truth.closable)
    share = 100.0 * len(closed & wanted) / len(wanted)
    missing = sorted(wanted - closed)[:5]
    yield Figure(
        name="saker som kan avsluttes og ble det",
        value=share,
        unit="%",
        limit=100.0,
        at_least=True,
        note=f"ikke avsluttet: {', '.join(missing)}" if missing else "",
    )
    wrong = sorted(closed - wanted)
    yield Figure(
        name="saker avsluttet feilaktig", value=float(len(wrong)), unit="", limit=0.0, note=", ".join(wrong[:5])
    )
    unnamed = _unnamed(state, truth)
    yield Figure(
        name="plantede feil som er navngitt",
        value=100.0 * (1 - sum(unnamed.values()) / len(truth.faults)),
        unit="%",
        limit=100.0,
        at_least=True,
        note=f"ikke navngitt: {_told(unnamed)}" if unnamed else f"{len(FAULTS)} slag",
    )


def night(config: Path, days: int = 0) -> dict[str, Any]:
    """One night in a process of its own; what it says of itself."""
    command = [sys.executable, "-m", "bench.omsorg_natt", str(config), str(days)]
    process = subprocess.run(command, stdout=subprocess.PIPE, check=False, env=dict(os.environ))
    if process.returncode:
        raise RuntimeError("the night did not come to an end")
    said: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return said


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "ingenting"


def _archive(state: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{state / 'arkiv.db'}?mode=ro", uri=True)


def _closed(state: Path) -> set[str]:
    db = _archive(state)
    found = db.execute("SELECT saksaar || '/' || sakssekvensnummer FROM saksmappe WHERE saksstatus = 'A'").fetchall()
    db.close()
    return {number for (number,) in found}


def _traces(state: Path) -> tuple[object, ...]:
    """What shows that something was changed: the trace, the keys, the order of changes."""
    db = _archive(state)
    asked = (
        "SELECT count(*), max(id) FROM endringslogg",
        "SELECT count(*) FROM noekkel",
        "SELECT max(endring) FROM saksendring",
    )
    found = tuple(db.execute(one).fetchone() for one in asked)
    db.close()
    return found


def _unnamed(state: Path, truth: Truth) -> Counter[str]:
    """Faults that no point names, by name; one letter by two ways is named as a pair of twins."""
    db = sqlite3.connect(f"file:{state / 'robot.db'}?mode=ro", uri=True)
    told: dict[tuple[str, str], list[str]] = {}
    for task, number, *words in db.execute("SELECT task, number, reason, rule, text FROM care_point"):
        told.setdefault((task, number), []).append(" ".join(words))
    twins = "SELECT known.number FROM twin JOIN known_letter known ON known.journalpost = twin.later"
    for (number,) in db.execute(twins):
        told.setdefault(("duplikat", number), []).append("")
    db.close()
    found: Counter[str] = Counter()
    for name, sak, entry in truth.faults:
        fault = FAULTS[name]
        said = told.get((fault.task, sak if fault.of_case else entry), [])
        if not any(fault.code in words for words in said):
            found[name] += 1
    return found


def _touch(state: Path, count: int) -> int:
    """Changes so many open cases as a colleague would: one entry of each gets a shielding."""
    from connectors.arkiv.archive import EmbeddedArchive
    from models.archive import OurKey, SettSkjerming
    from models.noark import Skjerming, SkjermingMetadata

    db = _archive(state)
    rows = db.execute(
        "SELECT min(j.system_id) FROM saksmappe s JOIN journalpost j ON j.saksmappe = s.system_id "
        "WHERE s.saksstatus = 'B' AND s.arkivdel = 'BY' AND j.journalstatus = 'A' AND j.skjerming IS NULL "
        "GROUP BY s.system_id ORDER BY s.id LIMIT ?",
        (count,),
    ).fetchall()
    db.close()
    archive = EmbeddedArchive(state, now=house.now)
    shield = Skjerming(kode="UO", hjemmel="Offl. § 13", skjul=(SkjermingMetadata.NAVN_AVSENDER,))
    for number, (sid,) in enumerate(rows):
        archive.submit(SettSkjerming(journalpost=sid, skjerming=shield), OurKey(f"pr-bench{number:021d}-sk"))
    archive.close()
    return len(rows)
