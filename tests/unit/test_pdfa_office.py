"""Office documents become PDF/A by a real LibreOffice in the real sandbox; what it cannot open is named."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from connectors.arkiv.pdfa.check import check_pdfa
from connectors.arkiv.pdfa.convert import OUTPUT, TASK
from connectors.arkiv.pdfa.office import soffice
from robot.reading.dispatch import ReadingRoom
from robot.variants import room_runner

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
TEXT = "Søknad om skjenkebevilling på blåbærtur"
_OFFICE = "http://schemas.openxmlformats.org"
_RELS = (
    f'<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument" Target="{{}}"/></Relationships>'
)
_TYPES = (
    f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{}</Types>'
)

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def _libreoffice() -> None:
    if soffice() is None:
        message = "needs the Debian packages libreoffice-writer-nogui and libreoffice-calc-nogui"
        if os.environ.get("POSTROBOT_NEED_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)


def package(path: Path, files: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            made.writestr(name, content, compress_type=how)
    return path


def docx(path: Path) -> Path:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    body = f"<w:body><w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p></w:body>"
    return package(
        path,
        {
            "[Content_Types].xml": _TYPES.format(f'<Override PartName="/word/document.xml" ContentType="{kind}"/>'),
            "_rels/.rels": _RELS.format("word/document.xml"),
            "word/document.xml": f'<w:document xmlns:w="{_OFFICE}/wordprocessingml/2006/main">{body}</w:document>',
        },
    )


def xlsx(path: Path) -> Path:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = (
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/a.xml" ContentType="{kind}.worksheet+xml"/>'
    )
    main, rel = f"{_OFFICE}/spreadsheetml/2006/main", f"{_OFFICE}/officeDocument/2006/relationships"
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{TEXT}</t></is></c></row>'
    return package(
        path,
        {
            "[Content_Types].xml": _TYPES.format(types),
            "_rels/.rels": _RELS.format("xl/workbook.xml"),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
            '<sheet name="Ark" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _RELS.format("worksheets/a.xml").replace(
                '/officeDocument" T', '/worksheet" T'
            ),
            "xl/worksheets/a.xml": f'<worksheet xmlns="{main}"><sheetData>{cell}</sheetData></worksheet>',
        },
    )


def odt(path: Path) -> Path:
    ns = "urn:oasis:names:tc:opendocument:xmlns"
    entry = '<m:file-entry m:full-path="{}" m:media-type="{}"/>'
    return package(
        path,
        {
            "mimetype": ODT,
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{ns}:manifest:1.0">{entry.format("/", ODT)}'
            f"{entry.format('content.xml', 'text/xml')}</m:manifest>",
            "content.xml": f'<o:document-content xmlns:o="{ns}:office:1.0" xmlns:t="{ns}:text:1.0"><o:body><o:text>'
            f"<t:p>{TEXT}</t:p></o:text></o:body></o:document-content>",
        },
    )


def convert(room: ReadingRoom, source: Path, media_type: str, folder: Path) -> Mapping[str, Any]:
    (folder / "parts").mkdir(parents=True)
    (folder / "tmp").mkdir()
    return room_runner(room)(TASK, source, {"media_type": media_type, "title": "Brev"}, folder=folder)


@pytest.mark.parametrize(("make", "media_type"), [(docx, DOCX), (xlsx, XLSX), (odt, ODT)], ids=["docx", "xlsx", "odt"])
def test_an_office_document_becomes_pdfa_in_the_sandbox(
    make: Any, media_type: str, tmp_path: Path, reading_room: ReadingRoom
) -> None:
    answer = convert(reading_room, make(tmp_path / "brev"), media_type, tmp_path / "arbeid")
    assert (None, "2b", True) == (answer.get("fault"), answer.get("flavour"), "LibreOffice" in answer["tool"])
    made = tmp_path / "arbeid" / OUTPUT
    assert [] == check_pdfa(made)
    with pikepdf.open(made) as pdf:
        assert 1 == len(pdf.pages)
        fonts = [str(font.get("/BaseFont")) for font in pdf.pages[0].Resources.Font.values()]
    assert all(re.match(r"/[A-Z]{6}\+", name) for name in fonts)  # embedded, only what is used


def test_what_libreoffice_cannot_open_is_named(tmp_path: Path, reading_room: ReadingRoom) -> None:
    broken = tmp_path / "brev"
    broken.write_bytes(b"PK\x03\x04 not much of a document")
    answer = convert(reading_room, broken, DOCX, tmp_path / "arbeid")
    assert "libreoffice_failed" == answer.get("fault"), answer
    assert not (tmp_path / "arbeid" / OUTPUT).exists()
