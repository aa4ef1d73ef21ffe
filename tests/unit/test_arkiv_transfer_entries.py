"""Whole cases come in with their entries, documents and sign-offs, faults and all, and go out as they came."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from connectors.testing.archive_lab import Desk
from connectors.testing.archive_labs import EmbeddedLab

LETTER, ANSWER = b"Et brev", b"%PDF-1.7 et svar"


@pytest.fixture
def lab(tmp_path: Path) -> EmbeddedLab:
    return EmbeddedLab(tmp_path)


@pytest.fixture
def archive(lab: EmbeddedLab) -> EmbeddedArchive:
    return lab.connect()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "filer"
    folder.mkdir()
    (folder / "brev.txt").write_bytes(LETTER)
    (folder / hashlib.sha256(ANSWER).hexdigest()).write_bytes(ANSWER)
    return folder


def variant(content: bytes, **more: object) -> dict[str, Any]:
    sha256 = hashlib.sha256(content).hexdigest()
    return {"variant": "P", "format": "x-fmt/111", "sjekksum": sha256, "stoerrelse": len(content), **more}


QUESTION = {
    "nummer": 2,
    "journalnummer": "40/2026",
    "type": "I",
    "status": "J",
    "tittel": "Spørsmål fra Kari",
    "offentlig_tittel": "Spørsmål",
    "journaldato": "2026-03-02",
    "mottatt_dato": "2026-03-01",
    "dokumentets_dato": "2026-02-28",
    "forfallsdato": "2026-04-01",
    "offentlighetsvurdert_dato": "2026-03-02",
    "skjerming": {"kode": "UO", "hjemmel": "Offl. § 13", "skjul": ["NA"]},
    "our_key": "pr-aaaaaaaaaaaaaaaaaaaaaaaaaa-jp",
    "parter": [
        {"type": "EA", "navn": "Kari Eksempel", "epostadresse": "kari@eksempel.example"},
        {"type": "IM", "navn": "Per", "enhet": "BYGG", "saksbehandler": "Per"},
    ],
    "dokumenter": [
        {
            "tittel": "Brev",
            "dokumenttype": "B",
            "status": "F",
            "som": "H",
            "varianter": [variant(LETTER, filnavn="brev.txt", mime_type="text/plain")],
        }
    ],
    "avskrivninger": [{"dato": "2026-03-20", "maate": "BU", "avskrives_av": "2026/118-1"}],
}
REPLY = {
    "nummer": 1,
    "journalnummer": "41/2026",
    "type": "U",
    "status": "E",
    "tittel": "Svar",
    "offentlig_tittel": "Svar",
    "journaldato": "2026-03-19",
    "sendt_dato": "2026-03-20",
    "parter": [{"type": "EM", "navn": "Kari Eksempel"}, {"type": "IA", "navn": "Per", "enhet": "BYGG"}],
    "dokumenter": [{"tittel": "Svar", "dokumenttype": "B", "status": "F", "som": "H", "varianter": [variant(ANSWER)]}],
}


def case(number: int, *entries: dict[str, Any], **more: object) -> dict[str, Any]:
    return {
        "saksnummer": f"2026/{number}",
        "tittel": "Sak",
        "offentlig_tittel": "Sak",
        "arkivdel": "SAK",
        "enhet": "BYGG",
        "saksansvarlig": "Per",
        "status": "B",
        "saksdato": "2026-01-02",
        **({"innfoersler": list(entries)} if entries else {}),
        **more,
    }


def with_file(entry: dict[str, Any]) -> dict[str, Any]:
    """The question as a line gives it: its file is told by name."""
    (document,) = entry["dokumenter"]
    return entry | {"dokumenter": [document | {"varianter": [document["varianter"][0] | {"fil": "brev.txt"}]}]}


def test_what_goes_out_is_what_came_in_also_what_refers_to_a_later_line(archive: EmbeddedArchive, files: Path) -> None:
    first = case(117, with_file(QUESTION), kryssreferanser=["2026/118"], gjenaapnet="2026-03-05")
    second = case(118, REPLY)
    report = archive.import_cases([json.dumps(first), json.dumps(second)], files)
    assert (2, 2, ()) == (report.imported, report.entries, report.faults)
    assert [first | {"innfoersler": [QUESTION]}, second] == [json.loads(line) for line in archive.export_cases()]
    assert [LETTER, ANSWER] == [
        archive.file_of(str(e["dokumenter"][0]["varianter"][0]["sjekksum"])).read_bytes()  # type: ignore[index]
        for e in (QUESTION, REPLY)
    ]
    (sak,) = (s for s in archive.changed_saker(since="", after=None, size=9).saker if s.kryssreferanser)
    assert ["BU"] == [a.maate.value for a in sak.innfoersler[0].avskrivninger]
    assert [True] == [v.present for v in sak.innfoersler[0].dokumenter[0].varianter]
    assert [] == archive.self_check()


def test_a_repeat_brings_only_new_entries_and_the_series_go_on(
    lab: EmbeddedLab, archive: EmbeddedArchive, files: Path
) -> None:
    archive.import_cases([json.dumps(case(118, REPLY))], files)
    again = archive.import_cases([json.dumps(case(118, REPLY, with_file(QUESTION)))], files)
    assert (0, 1, 1, ()) == (again.imported, again.already, again.entries, ())
    (sak,) = archive.changed_saker(since="", after=None, size=9).saker
    assert [1, 2] == [e.journalpostnummer for e in sak.innfoersler]
    entry = Desk(lab).entry(sak.mappe.ref.system_id)
    assert ("2026/118-3", "42/2026") == (entry.number, entry.details["journalnummer"])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"nummer": "to"}, "nummer mangler"),
        ({"journalnummer": "2026-1"}, "journalnummer"),
        ({"type": "Z"}, "'Z'"),
        ({"tittel": ""}, "tittel"),
        ({"sendtdato": "2026-01-01"}, "Mente du «sendt_dato»"),
        ({"parter": [{"navn": "Kari"}]}, "Korrespondanseparttype"),
        ({"skjerming": {"kode": "UO"}, "offentlig_tittel": ""}, "offentlig_tittel"),
        ({"dokumenter": [{"tittel": "x", "varianter": [variant(b"finnes ikke")]}]}, "finnes ikke i mappen"),
        ({"dokumenter": [{"tittel": "x", "varianter": [variant(b"x", fil="../x")]}]}, "finnes ikke i mappen"),
        ({"dokumenter": [{"tittel": "x", "varianter": [variant(b"noe annet", fil="brev.txt")]}]}, "sjekksum"),
        ({"avskrivninger": [{"dato": "2026-01-01", "maate": "BU", "avskrives_av": "2026/9-9"}]}, "2026/9-9"),
    ],
)
def test_what_is_wrong_with_an_entry_is_told_with_its_line(
    archive: EmbeddedArchive, files: Path, change: dict[str, Any], word: str
) -> None:
    report = archive.import_cases([json.dumps(case(1)), json.dumps(case(2, REPLY | change))], files)
    (fault,) = report.faults
    assert 2 == fault.line
    assert word in fault.message


def test_a_journal_number_that_is_in_use_is_refused(archive: EmbeddedArchive, files: Path) -> None:
    report = archive.import_cases([json.dumps(case(1, REPLY)), json.dumps(case(2, REPLY))], files)
    assert (1, 1) == (report.imported, report.entries)
    assert [2] == [f.line for f in report.faults]
