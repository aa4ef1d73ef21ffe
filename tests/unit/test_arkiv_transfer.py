"""Cases that exist beforehand come in with their numbers, and go out as they came."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from connectors.testing.archive_lab import Desk
from connectors.testing.archive_labs import EmbeddedLab
from models.archive import OurKey, Part, SakQuery
from models.errors import NeedsHuman
from models.noark import EksternNoekkel

WHOLE = {
    "saksnummer": "2026/117",
    "tittel": "Personalmappe – Ola Eksempel",
    "offentlig_tittel": "Personalmappe",
    "arkivdel": "SAK",
    "klasse": "000",
    "enhet": "HR",
    "saksansvarlig": "Per",
    "status": "B",
    "saksdato": "2024-02-29",
    "sakstype": "personalmappe",
    "parter": [{"navn": "Ola Eksempel", "fnr": "01817012345", "foedt": "1970-01-01", "epostadresse": "Ola@x.example"}],
    "nasjonale_identifikatorer": [{"type": "gnr_bnr", "verdi": "12/345"}],
    "ekstern_noekkel": {"system": "hr", "noekkel": "4711"},
    "skjerming": {"kode": "P", "hjemmel": "Offl. § 13", "skjul": ["TMO", "NPS"], "ord": ["Ola Eksempel"]},
    "our_key": "pr-aaaaaaaaaaaaaaaaaaaaaaaaaa-sak",
}


@pytest.fixture
def lab(tmp_path: Path) -> EmbeddedLab:
    return EmbeddedLab(tmp_path)


@pytest.fixture
def archive(lab: EmbeddedLab) -> EmbeddedArchive:
    return lab.connect()


def line(**more: object) -> str:
    return json.dumps({"saksnummer": "2026/1", "tittel": "Sak", "arkivdel": "SAK", "enhet": "ARKIV"} | more)


def test_a_case_comes_in_whole_and_is_found_in_every_way(archive: EmbeddedArchive) -> None:
    report = archive.import_cases([json.dumps(WHOLE)])
    assert (1, 0, ()) == (report.imported, report.already, report.faults)
    for query in (
        SakQuery(saksnummer="2026/117"),
        SakQuery(our_key=OurKey("pr-aaaaaaaaaaaaaaaaaaaaaaaaaa-sak")),
        SakQuery(part=Part(fnr="01817012345"), sakstype="personalmappe"),
        SakQuery(part=Part(navn="Ola Eksempel", foedt=date(1970, 1, 1))),
        SakQuery(ekstern_noekkel=EksternNoekkel(system="hr", noekkel="4711")),
        SakQuery(nasjonal_identifikator=("gnr_bnr", "12/345")),
    ):
        (seen,) = archive.find_saksmapper(query)
        assert ("2026/117", "HR") == (seen.ref.saksnummer, seen.administrativ_enhet)
        assert seen.skjerming is not None
        assert ("ola eksempel", "ola@x.example") == seen.known
    assert [] == archive.self_check()


def test_what_goes_out_is_what_came_in(archive: EmbeddedArchive) -> None:
    archive.import_cases([json.dumps(WHOLE)])
    assert [WHOLE] == [json.loads(out) for out in archive.export_cases()]


def test_repeating_an_import_does_nothing_and_the_series_goes_on(lab: EmbeddedLab, archive: EmbeddedArchive) -> None:
    archive.import_cases([line(saksnummer="2026/41"), "", line(saksnummer="2025/900")])
    again = archive.import_cases([line(saksnummer="2026/41")])
    assert (0, 1) == (again.imported, again.already)
    assert "2026/42" == Desk(lab).sak().number


def test_every_fault_of_every_line_is_told_and_the_others_come_in(archive: EmbeddedArchive) -> None:
    report = archive.import_cases(
        [
            line(),
            "{",
            "[]",
            line(saksnummer="26-1", tittel="", arkivdel="FINNES-IKKE"),
            line(saksnummer="2026/2", titel="x"),
            line(saksnummer="2026/3", klasse="999"),
            line(saksnummer="2026/4", skjerming={"kode": "P"}),
            line(saksnummer="2026/5", parter=[{"fødselsnummer": "1"}]),
            line(saksnummer="2026/6", status="Z"),
            line(saksnummer="2026/7", enhet=7),
            line(tittel="En annen sak"),
            line(saksnummer="2026/8"),
        ]
    )
    assert 2 == report.imported
    told = [(f.line, f.message) for f in report.faults]
    assert [2, 3, 4, 4, 4, 5, 6, 7, 8, 9, 10, 11] == [number for number, _ in told]
    assert (5, "ukjent felt «titel». Mente du «tittel»?") in told
    assert (11, "saksnummer 2026/1 er brukt av en annen sak") in told


def test_a_closed_case_comes_in_closed(lab: EmbeddedLab, archive: EmbeddedArchive) -> None:
    archive.import_cases([line(status="A")])
    (seen,) = archive.find_saksmapper(SakQuery(saksnummer="2026/1"))
    with pytest.raises(NeedsHuman, match="2026/1"):
        Desk(lab).entry(seen.ref.system_id)
    assert [] == archive.self_check()
