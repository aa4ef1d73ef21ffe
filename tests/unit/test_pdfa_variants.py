"""Archive variants are made of what the archive owes, with what a person needs when they cannot be."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.arkiv.konvertering import Unconverted
from connectors.arkiv.pdfa.check import check_pdfa
from connectors.arkiv.pdfa.convert import task as convert_task
from connectors.arkiv.variants import make_variants
from models.errors import TryLater


@dataclass
class Bench:
    documents: tuple
    folder: Path
    arguments: dict


def direct(task, document, arguments, *, folder):
    """The same function in this process, through JSON as the sandbox does."""
    assert "connectors.arkiv.pdfa.convert:task" == task
    return json.loads(json.dumps(convert_task(Bench((document,), folder, dict(arguments)))))


class Owing:
    """An archive that owes variants and keeps what it is given."""

    def __init__(self, *owed):
        self.owed, self.variants, self.failures, self.asked = list(owed), {}, {}, None

    def unconverted(self, limit, *, retry_codes=()):
        self.asked = set(retry_codes)
        return self.owed[:limit]

    def add_variant(self, dokumentobjekt, variant):
        self.variants[dokumentobjekt] = (variant, variant.path.read_bytes())
        return "a-" + dokumentobjekt

    def conversion_failed(self, dokumentobjekt, code, detail):
        self.failures[dokumentobjekt] = (code, detail)


def owed(path, mime_type, system_id="d1"):
    return Unconverted(
        system_id=system_id,
        path=path,
        sha256="",
        size_bytes=path.stat().st_size,
        mime_type=mime_type,
        format="av/0",
        filnavn=path.name,
        tittel="Brev",
        journalpost="j1",
        tries=0,
    )


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "brev.eml"
    path.write_text("From: a@b.example\nSubject: Brev\nContent-Type: text/html\n\n<p>Hei</p>\n")
    return path


def test_variant_is_pdfa_and_says_it_is_not_validated(tmp_path, letter):
    archive = Owing(owed(letter, "message/rfc822"))
    count = make_variants(archive, direct, work=tmp_path)
    variant, content = archive.variants["d1"]
    (tmp_path / "ut.pdf").write_bytes(content)
    assert [] == check_pdfa(tmp_path / "ut.pdf")
    assert ("fmt/477", "application/pdf") == (variant.format, variant.mime_type)
    assert "ikke validert" in variant.details
    assert "weasyprint" in variant.tool
    assert (1, 1) == (count.made, count.tried)


def test_one_that_fails_is_named_and_does_not_stop_the_next(tmp_path, letter):
    broken = tmp_path / "x.zip"
    broken.write_bytes(b"PK\x03\x04")
    archive = Owing(owed(broken, "application/zip", "d0"), owed(letter, "message/rfc822"))
    count = make_variants(archive, direct, work=tmp_path)
    code, detail = archive.failures["d0"]
    assert "unsupported_type" == code
    assert detail.startswith("Det finnes ingen omvei")
    assert ["d1"] == list(archive.variants)
    assert {"unsupported_type": 1} == count.failed


def test_html_that_takes_too_long_is_shown_as_text(tmp_path, letter):
    asked = []

    def slow(task, document, arguments, *, folder):
        asked.append(arguments.get("plain", False))
        return direct(task, document, arguments, folder=folder) if arguments.get("plain") else {"fault": "timeout"}

    archive = Owing(owed(letter, "message/rfc822"))
    make_variants(archive, slow, work=tmp_path)
    assert [False, True] == asked
    assert "ren tekst" in archive.variants["d1"][0].comment


@pytest.mark.parametrize("answer", [{}, {"fault": "noe ukjent"}, {"flavour": "4z"}, {"fault": "memory"}])
def test_answer_of_a_subverted_child_is_never_a_variant(tmp_path, answer):
    path = tmp_path / "b.pdf"
    path.write_bytes(b"%PDF-1.4")
    archive = Owing(owed(path, "application/pdf"))
    make_variants(archive, lambda *_a, **_k: answer, work=tmp_path)
    assert not archive.variants
    assert archive.failures["d1"][0] in {"crash", "memory"}


def test_without_a_sandbox_nothing_is_recorded(tmp_path, letter):
    def gone(*_a, **_k):
        raise TryLater("ingen sandkasse", after_s=60)

    archive = Owing(owed(letter, "message/rfc822"))
    with pytest.raises(TryLater):
        make_variants(archive, gone, work=tmp_path)
    assert not archive.failures


def test_office_documents_are_tried_again_once_libreoffice_is_there(tmp_path, monkeypatch):
    archive = Owing()
    monkeypatch.setattr("connectors.arkiv.variants.soffice", lambda: None)
    make_variants(archive, direct, work=tmp_path)
    assert set() == archive.asked
    monkeypatch.setattr("connectors.arkiv.variants.soffice", lambda: "/usr/bin/soffice")
    make_variants(archive, direct, work=tmp_path)
    assert {"needs_libreoffice"} == archive.asked


def test_work_folder_is_empty_afterwards(tmp_path, letter):
    work = tmp_path / "verk"
    work.mkdir()
    make_variants(Owing(owed(letter, "message/rfc822")), direct, work=work)
    assert [] == list(work.iterdir())


def test_received_pdfa_is_taken_as_it_is(tmp_path, letter):
    archive = Owing(owed(letter, "message/rfc822"))
    make_variants(archive, direct, work=tmp_path)
    received = tmp_path / "mottatt.pdf"
    received.write_bytes(archive.variants["d1"][1])
    second = Owing(owed(received, "application/pdf"))
    make_variants(second, direct, work=tmp_path)
    assert received.read_bytes() == second.variants["d1"][1]


def test_conversion_runs_in_the_robots_sandbox(tmp_path, letter):
    from robot.reading.dispatch import ReadingRoom
    from robot.variants import VARIANT_TASKS, room_runner

    pdf = tmp_path / "tom.pdf"
    pdf.write_bytes(b"%PDF-1.4\n")
    archive = Owing(owed(letter, "message/rfc822"), owed(pdf, "application/pdf", "d2"))
    with ReadingRoom(tasks=VARIANT_TASKS, read_scans=False) as room:
        make_variants(archive, room_runner(room), work=tmp_path)
    assert ["d1"] == list(archive.variants)
    assert "damaged" == archive.failures["d2"][0]
