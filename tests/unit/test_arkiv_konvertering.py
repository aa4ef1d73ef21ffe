"""Archive variants stand beside the untouched received files; what could not be made is remembered by name."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from connectors.arkiv.konvertering import Variant
from connectors.testing.archive_lab import Desk
from connectors.testing.archive_labs import EmbeddedLab
from models.archive import Avslutning, Done, NyAvskrivning, NyttDokument, Statusendring
from models.errors import NeedsHuman
from models.noark import Avskrivningsmaate, Journalstatus, Variantformat
from tests.support import caretown

MAIL = b"From: kari@eksempel.example\r\n\r\nHei\r\n"
PDFA = b"%PDF-1.7 en arkivvariant"


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.desk = Desk(EmbeddedLab(folder))
        assert isinstance(self.desk.archive, EmbeddedArchive)
        self.archive = self.desk.archive
        self.sak = self.desk.sak()

    def mail(self, content: bytes = MAIL) -> Done:
        entry = self.desk.entry(self.sak.system_id)
        document = self.desk.document(content, mime_type="message/rfc822", filnavn="brev.eml")
        self.desk.do(NyttDokument(journalpost=entry.system_id, dokument=document))
        return entry

    def variant(self, content: bytes = PDFA) -> Variant:
        path = self.folder / "parts-arkiv.pdf"
        path.write_bytes(content)
        return Variant(path=path, format="fmt/477", mime_type="application/pdf", tool="weasyprint 68")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_variant_is_put_beside_the_received_file_with_how_it_was_made(bench: Bench) -> None:
    entry = bench.mail()
    (waiting,) = bench.archive.unconverted(10)
    assert (MAIL, "message/rfc822", 0) == (waiting.path.read_bytes(), waiting.mime_type, waiting.tries)
    variant = bench.variant()
    made = bench.archive.add_variant(waiting.system_id, variant)
    variant.path.unlink()
    (document,) = bench.archive.documents_of(entry.system_id)
    received, archived = document.objekter
    assert (Variantformat.PRODUKSJON, waiting.system_id) == (received.variant, received.system_id)
    assert (Variantformat.ARKIV, made, "fmt/477", "brev.pdf") == (
        archived.variant,
        archived.system_id,
        archived.format,
        archived.filnavn,
    )
    assert PDFA == bench.archive.files.path_of(archived.sjekksum).read_bytes()
    row = sqlite3.connect(bench.folder / "arkiv.db").execute(
        "SELECT fra_format, til_format, verktoey, fra_sjekksum, til_sjekksum, konvertert_av FROM konvertering"
    )
    wanted = ("fmt/278", "fmt/477", "weasyprint 68", received.sjekksum, archived.sjekksum, "Postrobot")
    assert [wanted] == row.fetchall()
    assert [] == bench.archive.unconverted(10)


def test_adding_twice_gives_the_first_variant(bench: Bench) -> None:
    bench.mail()
    (waiting,) = bench.archive.unconverted(10)
    first = bench.archive.add_variant(waiting.system_id, bench.variant())
    assert first == bench.archive.add_variant(waiting.system_id, bench.variant(b"%PDF en annen"))


def test_what_failed_stands_in_the_report_until_it_is_made(bench: Bench) -> None:
    entry = bench.mail()
    (waiting,) = bench.archive.unconverted(10)
    bench.archive.conversion_failed(waiting.system_id, "needs_libreoffice", "Trenger LibreOffice.")
    bench.archive.conversion_failed(waiting.system_id, "needs_libreoffice", "Trenger LibreOffice.")
    (failure,) = bench.archive.conversion_failures()
    assert (entry.number, 1, "brev.eml", "needs_libreoffice", 2) == (
        failure.number,
        failure.dokumentnummer,
        failure.filnavn,
        failure.code,
        failure.tries,
    )
    assert [] == bench.archive.unconverted(10)
    (again,) = bench.archive.unconverted(10, retry_codes=("needs_libreoffice",))
    assert 2 == again.tries
    bench.archive.add_variant(again.system_id, bench.variant())
    assert [] == bench.archive.conversion_failures()


def test_approved_formats_and_entries_in_u_are_not_offered(bench: Bench) -> None:
    text = bench.desk.entry(bench.sak.system_id)
    bench.desk.attach(text.system_id, b"ren tekst")
    gone = bench.mail()
    utgaar = Statusendring(journalpost=gone.system_id, til=Journalstatus.UTGAAR, merknad="feil")
    bench.desk.do(utgaar)
    assert [] == bench.archive.unconverted(10)


def test_an_unknown_file_or_an_empty_variant_is_refused(bench: Bench) -> None:
    bench.mail()
    (waiting,) = bench.archive.unconverted(10)
    with pytest.raises(NeedsHuman, match="tom fil"):
        bench.archive.add_variant(waiting.system_id, bench.variant(b""))
    with pytest.raises(NeedsHuman, match="finnes ikke"):
        bench.archive.add_variant("finnes ikke", bench.variant())


def test_a_case_with_mail_closes_when_the_variant_is_there(bench: Bench) -> None:
    entry = bench.desk.ready(bench.sak.system_id, b"x")
    mail = bench.mail()
    for post in (entry, mail):
        _finish(bench, post)
    bench.desk.refused(Avslutning(saksmappe=bench.sak.system_id), "CL3", mail.number)
    bench.archive.add_variant(bench.archive.unconverted(1)[0].system_id, bench.variant())
    bench.desk.do(Avslutning(saksmappe=bench.sak.system_id))
    assert [] == bench.archive.self_check()


def _finish(bench: Bench, post: Done) -> None:
    from connectors.testing.archive_lab import to_j
    from models.archive import Ferdigstill

    bench.desk.do(Ferdigstill(journalpost=post.system_id))
    bench.desk.do(to_j(post.system_id))
    bench.desk.do(NyAvskrivning(journalpost=post.system_id, maate=Avskrivningsmaate.ORIENTERING))


def test_a_case_workers_document_is_offered_when_it_is_finished_and_named_when_it_cannot_be_made(
    bench: Bench, tmp_path: Path
) -> None:
    entries = [caretown.entry(1, "U", "E"), caretown.entry(2, "U", "R")]
    for one, status in zip(entries, ("F", "B"), strict=True):
        one["dokumenter"][0]["status"] = status
        one["dokumenter"][0]["varianter"][0]["format"] = "fmt/412"
    caretown.lay_cases(bench.archive, tmp_path / "filer", {"2025/1": ("B", entries)})
    (waiting,) = bench.archive.unconverted(10)
    bench.archive.conversion_failed(waiting.system_id, "damaged", "Filen er skadet.")
    assert [] == bench.archive.unconverted(10)
    assert ["2025/1-1"] == [failure.number for failure in bench.archive.conversion_failures()]
