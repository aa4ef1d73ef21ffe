"""The town that caretaking is measured on is the same each time, whole where it says so, and holds every fault it names."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.town import Truth, make
from bench.town_faults import FAULTS
from connectors.arkiv.archive import EmbeddedArchive
from models.noark import Saksstatus

CASES, ENTRIES = 4 * len(FAULTS), 32 * len(FAULTS)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("by")
    return folder, make(folder, cases=CASES, entries=ENTRIES, each=1, seed=7)


def contents(folder: Path) -> list[object]:
    db = sqlite3.connect(folder / "arkiv.db")
    tables = ("saksmappe", "journalpost", "korrespondansepart", "dokumentobjekt", "avskrivning")
    found = [db.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall() for table in tables]  # noqa: S608
    db.close()
    return found


def test_it_has_the_size_asked_for_and_every_fault(town: tuple[Path, Truth]) -> None:
    _, truth = town
    assert (CASES, ENTRIES) == (truth.cases, truth.entries)
    assert set(FAULTS) == {name for name, _, _ in truth.faults}
    assert truth.closable


def test_the_same_seed_makes_the_same_town(town: tuple[Path, Truth], tmp_path: Path) -> None:
    folder, truth = town
    again = make(tmp_path, cases=CASES, entries=ENTRIES, each=1, seed=7)
    assert truth == again
    assert contents(folder) == contents(tmp_path)


def test_the_archive_reads_it_and_goes_on_from_it(town: tuple[Path, Truth]) -> None:
    folder, truth = town
    archive = EmbeddedArchive(folder, now=lambda: datetime(2026, 11, 24, 2, tzinfo=UTC))
    page = archive.changed_saker(since="", after=None, size=200)
    assert 200 == len(page.saker)
    closable = {s.mappe.ref.saksnummer: s for s in page.saker if s.mappe.ref.saksnummer in truth.closable}
    assert closable
    for sak in closable.values():
        assert sak.mappe.saksstatus is not Saksstatus.AVSLUTTET
        assert all(v.present for e in sak.innfoersler for d in e.dokumenter for v in d.varianter)
    broken = {fault.check for fault in archive.self_check(read_files=False)}
    assert broken <= {"dokument_ikke_ferdigstilt", "fil_mangler", "ett_hoveddokument", "dokument_uten_fil"}
    mark = page.mark
    while page.next is not None:
        page = archive.changed_saker(since="", after=page.next, size=200)
        mark = page.mark
    archive.ensure_klasse("BY", "111", "Ny klasse")
    assert () == archive.changed_saker(since=mark, after=None, size=200).saker
    archive.close()
