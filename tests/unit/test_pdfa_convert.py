"""The archive format beside the original: what is made, what is refused by name, and that the check is no rubber stamp."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from connectors.arkiv.pdfa.check import check_pdfa
from connectors.arkiv.pdfa.convert import OUTPUT, task, to_pdfa
from connectors.arkiv.pdfa.result import SENTENCES, CannotConvert, Fault


def plain_pdf(path, *, base_font="/Helvetica", text="Hei på deg", encoding=True):
    """A page by a program that leaves its font out, as old ones do."""
    pdf = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(base_font))
    if encoding:
        font.Encoding = pikepdf.Name.WinAnsiEncoding
    content = b"BT /F1 24 Tf 72 700 Td (" + text.encode("cp1252") + b") Tj ET"
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=[0, 0, 595, 842],
        Contents=pdf.make_stream(content),
        Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font))),
    )
    pdf.pages.append(pikepdf.Page(page))
    return pdf, path


def text_of(path):
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def convert(source, tmp_path, media_type, **more):
    target = tmp_path / "a.pdf"
    before = source.read_bytes()
    made = to_pdfa(source, target, media_type=media_type, **more)
    assert before == source.read_bytes(), "the original was touched"
    assert [] == check_pdfa(target)
    return made, target


def mail(**more):
    message = EmailMessage()
    message["From"] = "Åse Blåbær <aase@fjordby.example>"
    message["To"] = "post@eksempelkommune.example"
    message["Subject"] = more.get("subject", "Søknad om skjenkebevilling – øl på brygga")
    message["Date"] = "Mon, 15 Jun 2026 09:12:00 +0200"
    message.set_content("Hei.\n\nVi søker om bevilling.\n\nHilsen Åse\n")
    return message


def test_mail_shows_headers_text_and_names_of_attachments(tmp_path):
    message = mail()
    message.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="søknad.pdf")
    source = tmp_path / "m.eml"
    source.write_bytes(message.as_bytes())
    made, target = convert(source, tmp_path, "message/rfc822")
    text = text_of(target)
    for wanted in (
        "Åse Blåbær",
        "Søknad om skjenkebevilling – øl på brygga",
        "15 Jun 2026",
        "Vi søker om bevilling",
        "søknad.pdf",
    ):
        assert wanted in text
    assert made.checked
    assert not made.validated, "only veraPDF validates"


def test_html_of_a_mail_fetches_nothing_and_cannot_hide_the_headers(tmp_path, monkeypatch):
    import socket

    def no_net(*_a, **_k):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "create_connection", no_net)
    secret = tmp_path / "hemmelig.txt"
    secret.write_text("KANARIFUGL")
    message = mail()
    message.add_alternative(
        f"<style>table,h1{{display:none}} body{{background:url(http://ond.example/x.png)}}</style>"
        f"<p>Brev i HTML</p><img src='http://ond.example/spor.gif'><img src='file://{secret}'>"
        f"<link rel='attachment' href='file://{secret}'><link rel='stylesheet' href='file://{secret}'>",
        subtype="html",
    )
    source = tmp_path / "m.eml"
    source.write_bytes(message.as_bytes())
    _, target = convert(source, tmp_path, "message/rfc822")
    text = text_of(target)
    assert "Åse Blåbær" in text
    assert "Brev i HTML" in text
    assert b"KANARIFUGL" not in target.read_bytes()
    with pikepdf.open(target) as pdf:
        assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})


def test_plain_leaves_the_html_out_and_says_so(tmp_path):
    message = mail()
    message.add_alternative("<p>Bare i HTML</p>", subtype="html")
    source = tmp_path / "m.eml"
    source.write_bytes(message.as_bytes())
    made, target = convert(source, tmp_path, "message/rfc822", plain=True)
    assert "Bare i HTML" not in text_of(target)
    assert any("ren tekst" in note for note in made.notes)


def test_image_inside_the_mail_is_shown(tmp_path):
    picture = BytesIO()
    Image.new("RGB", (40, 40), "red").save(picture, "PNG")
    message = mail()
    message.add_alternative('<p>Se <img src="cid:bilde1@x"></p>', subtype="html")
    message.get_payload()[1].add_related(picture.getvalue(), "image", "png", cid="<bilde1@x>")
    source = tmp_path / "m.eml"
    source.write_bytes(message.as_bytes())
    _, target = convert(source, tmp_path, "message/rfc822")
    with pikepdf.open(target) as pdf:
        images = [o for o in pdf.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]
    assert 1 == len(images)


def test_forwarded_mail_is_shown_after_the_one_that_carries_it(tmp_path):
    outer = mail(subject="VS: brev")
    outer.add_attachment(mail(subject="Det indre brevet"))
    source = tmp_path / "m.eml"
    source.write_bytes(outer.as_bytes())
    _, target = convert(source, tmp_path, "message/rfc822")
    assert "Det indre brevet" in text_of(target)


def test_characters_without_a_font_are_shown_as_missing_and_said(tmp_path):
    source = tmp_path / "m.txt"
    source.write_text("Norsk og 日本語", encoding="utf-8")
    made, target = convert(source, tmp_path, "text/plain", title="Brev")
    assert "Norsk og" in text_of(target)
    assert any("uten skrift" in note for note in made.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_text_file_keeps_norwegian_letters(tmp_path, encoding):
    source = tmp_path / "m.txt"
    source.write_bytes("Blåbærsyltetøy på Ås".encode(encoding))
    _, target = convert(source, tmp_path, "text/plain")
    assert "Blåbærsyltetøy på Ås" in text_of(target)


def test_standard_font_left_out_gets_a_stand_in_and_the_text_stays(tmp_path):
    pdf, source = plain_pdf(tmp_path / "b.pdf", text="Søknad på ærlig vis")
    pdf.save(source)
    assert any("ikke innebygd" in fault for fault in check_pdfa(source))
    made, target = convert(source, tmp_path, "application/pdf")
    assert "Søknad på ærlig vis" in text_of(target)
    assert made.checked
    assert any("Helvetica" in note for note in made.notes)


def test_unknown_font_left_out_is_refused_by_name(tmp_path):
    pdf, source = plain_pdf(tmp_path / "b.pdf", base_font="/KommunensEgenSkrift")
    pdf.save(source)
    with pytest.raises(CannotConvert) as caught:
        to_pdfa(source, tmp_path / "a.pdf", media_type="application/pdf")
    assert Fault.FONTS_MISSING is caught.value.fault
    assert not (tmp_path / "a.pdf").exists()


def test_scripts_launch_and_embedded_files_are_gone(tmp_path):
    pdf, source = plain_pdf(tmp_path / "b.pdf")
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('x')"))
    pdf.Root.OpenAction = script
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=script)
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    pdf.pages[0].obj.Annots = pikepdf.Array(
        [pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=launch)]
    )
    pdf.attachments["ondt.exe"] = b"MZ"
    pdf.save(source)
    assert any("JavaScript" in fault for fault in check_pdfa(source))
    made, target = convert(source, tmp_path, "application/pdf")
    raw = target.read_bytes()
    assert b"JavaScript" not in raw
    assert b"Launch" not in raw
    assert any("innebygde filer" in note for note in made.notes)


@pytest.mark.parametrize(
    ("content", "media_type", "fault"),
    [
        (b"%PDF-1.7\n", "application/pdf", Fault.DAMAGED),
        (b"", "message/rfc822", Fault.EMPTY),
        (b"   ", "text/plain", Fault.EMPTY),
        (b"\x89PNG\r\n\x1a\nxx", "image/png", Fault.DAMAGED),
        (b"PK\x03\x04", "application/zip", Fault.UNSUPPORTED_TYPE),
        (b"\xd0\xcf\x11\xe0", "application/vnd.ms-outlook", Fault.DAMAGED),
    ],
)
def test_what_cannot_be_converted_says_why(tmp_path, content, media_type, fault):
    source = tmp_path / "x"
    source.write_bytes(content)
    with pytest.raises(CannotConvert) as caught:
        to_pdfa(source, tmp_path / "a.pdf", media_type=media_type)
    assert fault is caught.value.fault


def test_encrypted_pdf_is_refused_and_one_only_locked_for_printing_is_not(tmp_path):
    pdf, source = plain_pdf(tmp_path / "b.pdf")
    pdf.save(source, encryption=pikepdf.Encryption(user="hemmelig", owner="eier"))
    with pytest.raises(CannotConvert) as caught:
        to_pdfa(source, tmp_path / "a.pdf", media_type="application/pdf")
    assert Fault.ENCRYPTED is caught.value.fault
    pdf.save(source, encryption=pikepdf.Encryption(user="", owner="eier", allow=pikepdf.Permissions(extract=False)))
    made, _ = convert(source, tmp_path, "application/pdf")
    assert any("sperren" in note for note in made.notes)


def test_office_without_libreoffice_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("connectors.arkiv.pdfa.office.soffice", lambda: None)
    source = tmp_path / "x.docx"
    source.write_bytes(b"PK")
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    with pytest.raises(CannotConvert) as caught:
        to_pdfa(source, tmp_path / "a.pdf", media_type=kind)
    assert Fault.NEEDS_LIBREOFFICE is caught.value.fault
    assert "LibreOffice" in SENTENCES[caught.value.fault]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "P", "CMYK"])
def test_images_of_every_mode(tmp_path, mode):
    source = tmp_path / "b.tif"
    Image.new("RGB", (120, 160), "white").convert("RGBA" if mode == "RGBA" else "RGB").convert(mode).save(
        source, "TIFF"
    )
    made, _ = convert(source, tmp_path, "image/tiff")
    assert made.checked


def test_scanned_tiff_of_three_pages_gives_three_pages(tmp_path):
    source = tmp_path / "b.tif"
    pages = [Image.new("1", (200, 280), 1) for _ in range(3)]
    pages[0].save(source, "TIFF", save_all=True, append_images=pages[1:])
    _, target = convert(source, tmp_path, "image/tiff")
    with pikepdf.open(target) as pdf:
        assert 3 == len(pdf.pages)


def test_claim_alone_does_not_pass_the_check(tmp_path):
    pdf, source = plain_pdf(tmp_path / "b.pdf")
    with pdf.open_metadata() as xmp:
        xmp["pdfaid:part"], xmp["pdfaid:conformance"] = "2", "B"
    pdf.save(source)
    faults = check_pdfa(source)
    assert not any("pdfaid" in fault for fault in faults)
    assert any("ikke innebygd" in fault for fault in faults)
    assert any("OutputIntent" in fault for fault in faults)


@dataclass
class Bench:
    documents: tuple[Path, ...]
    folder: Path
    arguments: dict = field(default_factory=dict)


def test_sandbox_task_leaves_the_file_and_answers_in_plain_data(tmp_path):
    source = tmp_path / "m.txt"
    source.write_text("Hei", encoding="utf-8")
    bench = Bench(documents=(source,), folder=tmp_path / "verk", arguments={"media_type": "text/plain"})
    answer = task(bench)
    assert [] == check_pdfa(tmp_path / "verk" / OUTPUT)
    assert answer["checked"] is True
    bench.arguments["media_type"] = "application/zip"
    assert "unsupported_type" == task(bench)["fault"]


def test_every_fault_has_a_norwegian_sentence():
    assert set(Fault) == set(SENTENCES)


def test_thousands_of_recipients_are_cut_and_it_is_said(tmp_path):
    source = tmp_path / "m.eml"
    to = ",\r\n ".join(f"mottaker{n}@borger.example" for n in range(3000))
    source.write_bytes(f"From: a@b.example\r\nTo: {to}\r\nSubject: Til alle\r\n\r\nHei\r\n".encode())
    _, target = convert(source, tmp_path, "message/rfc822")
    text = text_of(target)
    assert "mottaker0@borger.example" in text
    assert "resten står i den mottatte filen" in " ".join(text.split())
