"""The type of a file is what is in it, not what it is called."""

from __future__ import annotations

import io
import zipfile

import pytest

from robot.reading.readers import READERS, UNSUPPORTED, reader_for
from robot.reading.sniff import sniff

MAIL = b"From: Kari <kari@example.org>\r\nSubject: hei\r\n\r\nx\r\n"


@pytest.fixture
def kind_of(tmp_path):
    def kind(content: bytes, name: str = "", declared: str = "") -> str:
        path = tmp_path / "document"
        path.write_bytes(content)
        return sniff(content[:8192], path, name=name, declared=declared)

    return kind


def zipped(*names: str, **contents: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, contents.get(name, b"<a/>"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "declared", "expected"),
    [
        (b"%PDF-1.7\n", "brev.txt", "text/plain", "application/pdf"),
        (b"rusk\n" * 20 + b"%PDF-1.4\n\x80\x81", "", "", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "brev.pdf", "application/pdf", "image/png"),
        (b"\xff\xd8\xff\xe0....", "", "", "image/jpeg"),
        (b"II*\x00....", "", "", "image/tiff"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "", "", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "", "", "image/heic"),
        (
            b"MZ\x90\x00" + b"\x00" * 80,
            "faktura.pdf",
            "application/pdf",
            "application/vnd.microsoft.portable-executable",
        ),
        (b"\x7fELF\x02\x01", "", "", "application/x-elf"),
        (b"{\\rtf1\\ansi hei}", "brev.doc", "", "application/rtf"),
        (b"\x78\x9f\x3e\x22....", "winmail.dat", "", "application/ms-tnef"),
        (b"7z\xbc\xaf\x27\x1c..", "", "", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07\x00", "", "", "application/vnd.rar"),
        (MAIL, "brev.txt.xyz", "", "message/rfc822"),
        (MAIL, "", "text/plain", "text/plain"),
        (b"From kari Mon Mar  2 09:15:00 2026\n" + MAIL, "", "", "message/rfc822"),
        (b"uten hode", "brev.eml", "", "message/rfc822"),
        (b"Fra: Kari\nTil: kommunen\n\nHei", "", "", "text/plain"),
        (b"<?xml version='1.0'?><melding/>", "", "", "application/xml"),
        (b"<melding><a>1</a></melding>", "", "", "application/xml"),
        (b"\xff\xfe" + "<?xml version='1.0'?><a/>".encode("utf-16-le"), "", "", "application/xml"),
        ("<?xml version='1.0'?><a/>".encode("utf-16-le"), "", "", "application/xml"),
        (b"<!DOCTYPE html><html><body>hei", "", "", "text/html"),
        (b"<p>hei", "brev.html", "", "text/html"),
        (b'{"navn": "Kari"}', "", "", "application/json"),
        (b"BEGIN:VCALENDAR\r\n", "", "", "text/calendar"),
        (b"a;b\n1;2\n", "tall.csv", "", "text/csv"),
        ("blåbær på norsk".encode("cp1252"), "", "", "text/plain"),
        ("Привет мир, это текст".encode(), "", "", "text/plain"),
        ("hei på deg".encode("utf-16-le"), "", "", "text/plain"),
        (bytes(range(256)) * 8, "brev.txt", "text/plain", "application/octet-stream"),
        (b"", "brev.pdf", "", "application/x-empty"),
    ],
)
def test_type_is_found_by_content(content, name, declared, expected, kind_of):
    assert expected == kind_of(content, name, declared)


def test_office_files_are_told_from_other_archives(kind_of):
    ooxml = "application/vnd.openxmlformats-officedocument."
    assert ooxml + "wordprocessingml.document" == kind_of(zipped("[Content_Types].xml", "word/document.xml"), "a.zip")
    assert ooxml + "spreadsheetml.sheet" == kind_of(zipped("[Content_Types].xml", "xl/workbook.xml"))
    assert ooxml + "presentationml.presentation" == kind_of(zipped("[Content_Types].xml", "ppt/presentation.xml"))
    odt = zipped("mimetype", "content.xml", mimetype=b"application/vnd.oasis.opendocument.text")
    assert "application/vnd.oasis.opendocument.text" == kind_of(odt)
    assert "application/zip" == kind_of(zipped("word/notat.txt"), "brev.docx")


def test_every_type_we_name_has_a_reader_or_a_refusal():
    assert reader_for("application/pdf") is not None
    assert reader_for("application/x-ukjent") is None
    for media_type in [*READERS, *UNSUPPORTED]:
        assert callable(reader_for(media_type))


def test_known_format_we_do_not_read_is_refused_by_its_name(read_document):
    post = read_document(b"Rar!\x1a\x07\x00....", name="arkiv.rar")
    assert "unsupported_type" == post.main.reason
    assert "RAR" in post.main.detail
