"""Word, Excel, PowerPoint and OpenDocument: all the text a person would find in them, and nothing from outside."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import docx
import openpyxl
import pytest

from models.reading import Flag
from models.reasons import ReasonCode
from robot.reading.contract import Limits

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def word(body: str, **parts: bytes) -> bytes:
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>".encode()
    return package(**{"word/document.xml": document}, **parts)


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_word_document_made_by_another_program(read_document):
    document = docx.Document()
    document.add_heading("Søknad om dispensasjon")
    document.add_paragraph("Gjelder gnr 12 bnr 3.")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Navn", "Kari"
    table.cell(1, 0).text, table.cell(1, 1).text = "Sted", "Bjørkåsen"
    document.sections[0].header.paragraphs[0].text = "Eksempelkommune"
    document.sections[0].footer.paragraphs[0].text = "side 1"
    main = read_document(saved(document), name="a.docx").main
    expected = "Eksempelkommune\n\nSøknad om dispensasjon\nGjelder gnr 12 bnr 3.\nNavn\tKari\nSted\tBjørkåsen\n\nside 1"
    assert (None, expected) == (main.reason, main.text)


def test_content_controls_text_boxes_notes_and_deleted_text_are_read(read_document):
    body = (
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>feltverdi</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:r><w:t>en</w:t><w:tab/><w:t>to</w:t><w:br/><w:t>tre</w:t></w:r></w:p>"
        "<w:p><w:del><w:r><w:delText>slettet fnr</w:delText></w:r></w:del></w:p>"
        "<w:p><w:r><w:instrText>HYPERLINK</w:instrText></w:r></w:p>"
        "<w:p><w:txbxContent><w:p><w:r><w:t>boks</w:t></w:r></w:p></w:txbxContent></w:p>"
    )
    note = f"<w:footnotes {W}><w:footnote><w:p><w:r><w:t>fotnote</w:t></w:r></w:p></w:footnote></w:footnotes>"
    main = read_document(word(body, **{"word/footnotes.xml": note.encode()})).main
    assert "feltverdi\nen\tto\ntre\nslettet fnr\nboks\n\nfotnote" == main.text


def test_nested_tables_stay_in_their_row(read_document):
    inner = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>i1</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    row = f"<w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p>{inner}</w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr>"
    assert "a i1\tb" == read_document(word(f"<w:tbl>{row}</w:tbl>")).main.text


def test_macros_are_flagged(read_document):
    paragraph = "<w:p><w:r><w:t>hei</w:t></w:r></w:p>"
    main = read_document(word(paragraph, **{"word/vbaProject.bin": b"x"})).main
    assert ("hei", True) == (main.text, Flag.ACTIVE_CONTENT in main.flags)
    assert Flag.ACTIVE_CONTENT not in read_document(word(paragraph)).main.flags


def test_a_declaration_in_any_part_refuses_the_document(read_document):
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    assert ReasonCode.DOCTYPE_REFUSED is read_document(word("", **{"customXml/item1.xml": bomb})).main.reason


def test_a_form_may_be_locked_but_a_document_locked_with_a_password_goes_to_a_person(read_document):
    def locked(edit: str) -> bytes:
        settings = f'<w:settings {W}><w:documentProtection w:edit="{edit}" w:enforcement="1" w:hash="x"/></w:settings>'
        return word("<w:p><w:r><w:t>hei</w:t></w:r></w:p>", **{"word/settings.xml": settings.encode()})

    assert None is read_document(locked("forms")).main.reason
    assert ReasonCode.ENCRYPTED is read_document(locked("readOnly")).main.reason


def test_a_larger_picture_is_handed_on_and_a_logo_is_not(read_document):
    png = b"\x89PNG\r\n\x1a\n"
    post = read_document(word("", **{"word/media/skann.png": png + b"\0" * 40_000, "word/media/logo.png": png}))
    assert ["skann.png"] == [part.name for part in post.children("0")]


def test_workbook_with_dates_numbers_and_several_sheets(read_document):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Økonomi"
    sheet.append(["Navn", "Dato", "Beløp", "OK"])
    sheet.append(["Kari Prøvesen", date(2026, 3, 2), 1250.5, True])
    book.create_sheet("Skjult").append(["hemmelig"])
    book["Skjult"].sheet_state = "hidden"
    main = read_document(saved(book), name="a.xlsx").main
    assert "Økonomi\nNavn\tDato\tBeløp\tOK\nKari Prøvesen\t2026-03-02\t1250.5\tSANN\n\nSkjult\nhemmelig" == main.text


def test_one_long_string_in_many_cells_is_a_bomb(read_document):
    book = openpyxl.Workbook()
    for _ in range(50):
        book.active.append(["x" * 1000])
    main = read_document(saved(book), limits=Limits(text_chars=20_000)).main
    assert ReasonCode.TOO_LARGE is main.reason


def test_presentation_has_a_page_for_each_slide(read_document):
    def slide(text: str) -> bytes:
        return f'<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'.encode()

    slides = {f"ppt/slides/slide{number}.xml": slide(f"lysbilde {number}") for number in (10, 2, 1)}
    main = read_document(package(**slides, **{"ppt/notesSlides/notesSlide2.xml": slide("notat")})).main
    assert ["lysbilde 1", "lysbilde 2\n\nnotat", "lysbilde 10"] == [page.text for page in main.pages]


ODF = 'xmlns:office="o" xmlns:text="t" xmlns:table="tb"'


def odf(content: str, kind: str = "text", **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", f"<office:document-content {ODF}>{content}</office:document-content>")
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["text", "spreadsheet", "presentation"])
def test_opendocument_text_and_tables(kind, read_document):
    content = (
        "<text:h>Søknad</text:h><text:p>en<text:s text:c='2'/>to<text:tab/>tre<text:line-break/>fire</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p><text:p>c</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert "Søknad\nen  to\ttre\nfire\na\tb c" == read_document(odf(content, kind)).main.text


def test_encrypted_opendocument_goes_to_a_person(read_document):
    manifest = b'<m:manifest xmlns:m="m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    main = read_document(odf("", **{"META-INF/manifest.xml": manifest})).main
    assert ReasonCode.ENCRYPTED is main.reason


def test_package_over_the_limits_is_refused(read_document):
    big = word("<w:p/>", **{"word/x.xml": b"<a>" + b" " * 5_000_000 + b"</a>"})
    assert ReasonCode.TOO_LARGE is read_document(big).main.reason
    assert ReasonCode.TOO_LARGE is read_document(big, limits=Limits(unpacked_bytes=1_000_000)).main.reason
