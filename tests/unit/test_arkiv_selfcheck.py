"""The self-check sees what somebody has done to the archive behind its back, all of it in one go."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from connectors.testing.archive_lab import Desk
from connectors.testing.archive_labs import EmbeddedLab


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(EmbeddedLab(tmp_path))


def faults(desk: Desk, *, read_files: bool = True) -> set[str]:
    assert isinstance(desk.archive, EmbeddedArchive)
    return {f.check for f in desk.archive.self_check(read_files=read_files)}


def tamper(folder: Path, *statements: str) -> None:
    """What somebody with the file could do who takes its triggers away first."""
    db = sqlite3.connect(folder / "arkiv.db", isolation_level=None)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        db.execute(statement)
    db.close()


def test_an_archive_in_use_has_no_faults(desk: Desk) -> None:
    desk.closed_case(b"brev")
    desk.journaled(desk.sak().system_id, b"et annet brev")
    desk.entry(desk.sak().system_id)
    assert set() == faults(desk)


def test_a_changed_file_is_seen_when_files_are_read(desk: Desk, tmp_path: Path) -> None:
    entry = desk.journaled(desk.sak().system_id, b"brev")
    assert isinstance(desk.archive, EmbeddedArchive)
    (document,) = desk.archive.documents_of(entry.system_id)
    path = desk.archive.files.path_of(document.objekter[0].sjekksum)
    path.chmod(0o600)
    path.write_bytes(b"brav")
    assert (set(), {"sjekksum"}) == (faults(desk, read_files=False), faults(desk))


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("DELETE FROM dokumentobjekt", "dokument_uten_fil"),
        ("UPDATE dokumentbeskrivelse SET tilknyttet_som = 'V'", "ett_hoveddokument"),
        ("UPDATE dokumentbeskrivelse SET dokumentstatus = 'B'", "dokument_ikke_ferdigstilt"),
        ("UPDATE korrespondansepart SET gyldig = 0", "korrespondansepart_mangler"),
        ("UPDATE nummerserie SET siste = 0", "serie_foran_nummer"),
        ("UPDATE saksmappe SET siste_journalpostnummer = 0", "serie_foran_nummer"),
        ("UPDATE journalpost SET saksmappe = 'finnes ikke'", "referanse_uten_maal"),
        ("UPDATE saksmappe SET saksstatus = 'A', avsluttet_av = 'x'", "avsluttet_sak_med_aapne"),
        (
            'UPDATE journalpost SET skjerming = \'{"kode": "UO", "dokument": "D"}\'',
            "deler_skjermet_uten_offentlig_variant",
        ),
    ],
)
def test_each_thing_done_behind_its_back_is_seen(desk: Desk, tmp_path: Path, statement: str, check: str) -> None:
    desk.journaled(desk.sak().system_id, b"brev")
    tamper(tmp_path, statement)
    assert check in faults(desk)
