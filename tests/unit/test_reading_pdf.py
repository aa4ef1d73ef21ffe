"""What is read of a PDF: text in order, fields, embedded files, warnings; and what is said of those that cannot be."""

from __future__ import annotations

import collections
import csv
import io
from pathlib import Path

import fpdf
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from models.reading import Flag, PartKind, ReadPart
from models.reasons import ReasonCode
from robot.reading import pdflayout
from robot.reading.contract import Limits
from robot.reading.dispatch import PRELOAD, InputDocument, Reading, ReadingRoom
from robot.reading.pdfactive import has_active_content
from robot.reading.pdfopen import scale_within

WARM = tuple(name for name in PRELOAD if "readers" not in name)


@pytest.fixture(scope="module")
def room():
    with ReadingRoom(preload=WARM, read_scans=False, limits=Limits(pdf_pages=30)) as made:
        yield made


@pytest.fixture
def read(room, tmp_path):
    def reading(content: bytes, name: str = "brev.pdf") -> Reading:
        path = tmp_path / "inn"
        path.write_bytes(content)
        return room.read([InputDocument(path=path, name=name, media_type="application/pdf")], tmp_path)

    return reading


def letter(*pages: str) -> fpdf.FPDF:
    made = fpdf.FPDF()
    made.set_font("helvetica", size=12)
    for text in pages:
        made.add_page()
        made.multi_cell(0, 6, text)
    return made


def edited(made: fpdf.FPDF, edit=lambda document: None, **settings) -> bytes:
    document = pikepdf.open(io.BytesIO(bytes(made.output())))
    edit(document)
    out = io.BytesIO()
    document.save(out, **settings)
    return out.getvalue()


LONG = "Vi søker om barnehageplass for vår sønn fra august. Ærlig talt håper vi på plass."


def test_text_is_read_page_by_page_with_norwegian_letters(read):
    part = read(edited(letter(LONG, "Side to: Ærverdige Åse går på øra sin vante vei til kommunen."))).post.main
    assert [page.number for page in part.pages] == [1, 2]
    assert part.pages[0].text.replace("\n", " ") == LONG
    assert "Ærverdige Åse" in part.pages[1].text
    assert part.whole
    assert part.flags == frozenset()
    assert {page.source for page in part.pages} == {"text"}


def test_a_password_is_said_to_be_one(read):
    locked = edited(letter(LONG), encryption=pikepdf.Encryption(owner="eier", user="bruker"))
    part = read(locked).post.main
    assert (part.reason, part.detail) == (ReasonCode.ENCRYPTED, "Filen er kryptert eller krever passord.")


def test_a_pdf_that_only_forbids_changes_is_read(read):
    locked = edited(letter(LONG), encryption=pikepdf.Encryption(owner="eier", user=""))
    assert LONG[:20] in read(locked).post.main.text


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.4\n" + b"\x00\xff" * 500])
def test_a_damaged_pdf_is_named_as_damaged(read, content):
    assert read(content).post.main.reason is ReasonCode.DAMAGED


def test_a_cut_pdf_is_read_as_far_as_it_goes_or_named(read):
    whole = edited(letter(*[LONG] * 5))
    part = read(whole[: len(whole) * 3 // 4]).post.main
    assert part.reason is ReasonCode.DAMAGED or any(LONG[:20] in page.text for page in part.pages)


def test_more_pages_than_the_limit_is_too_large(read):
    part = read(edited(letter(*["side"] * 31))).post.main
    assert (part.reason, part.detail) == (ReasonCode.TOO_LARGE, "PDF-en har 31 sider; grensen er 30.")


def test_embedded_files_become_attachments_and_are_flagged(read):
    def embed(document: pikepdf.Pdf) -> None:
        document.attachments["søknad.txt"] = "Vedlagt søknad på øre".encode()

    reading = read(edited(letter(LONG), embed))
    main, child = reading.post.parts
    assert Flag.ACTIVE_CONTENT in main.flags
    assert (child.ref, child.kind, child.name) == ("0.0", PartKind.ATTACHMENT, "søknad.txt")
    assert reading.files["0.0"].read_text("utf-8") == "Vedlagt søknad på øre"


def script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def indirect_script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = document.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))


def launch(document: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.Launch, F=String("cmd.exe"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    document.pages[0].Annots = Array([document.make_indirect(link)])


def open_website(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.URI, URI=String("http://example.invalid"))


def open_at_page(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])


def jump(document: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]))
    document.Root.OpenAction = document.make_indirect(action)


@pytest.mark.parametrize("packed", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
@pytest.mark.parametrize(
    ("edit", "active"),
    [
        (script, True),
        (indirect_script, True),
        (launch, True),
        (open_website, True),
        (open_at_page, False),
        (jump, False),
    ],
)
def test_what_may_act_is_flagged_and_opening_at_a_page_is_not(edit, active, packed):
    content = edited(letter(LONG), edit, object_stream_mode=packed)
    assert has_active_content(content) is active


def test_a_name_written_with_escapes_is_seen_and_letters_in_content_are_not():
    assert has_active_content(b"1 0 obj <</S /J#61vaScript /J#53 (x)>> endobj")
    assert not has_active_content(edited(letter("Teksten nevner /JavaScript og /Launch og /OpenAction")))


def test_filled_in_fields_are_text_and_form_fields(read):
    def fill(document: pikepdf.Pdf) -> None:
        page = document.pages[0].obj

        def widget(**entries: object) -> pikepdf.Object:
            made = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=[50, 50, 200, 70], P=page, **entries)
            return document.make_indirect(made)

        fields = Array(
            [
                widget(FT=Name.Tx, T=String("Søkers navn"), V=String("Kari Prøve")),
                widget(FT=Name.Tx, T=String("Tomt"), V=String("")),
                widget(
                    FT=Name.Btn,
                    T=String("Samtykke"),
                    V=Name.Ja,
                    AS=Name.Ja,
                    AP=Dictionary(N=Dictionary(Ja=document.make_stream(b""), Off=document.make_stream(b""))),
                ),
            ]
        )
        page.Annots = fields
        document.Root.AcroForm = Dictionary(Fields=fields)

    reading = read(edited(letter(LONG), fill))
    assert reading.post.forms == {"Søkers navn": "Kari Prøve", "Samtykke": "Ja"}
    assert "Søkers navn: Kari Prøve" in reading.post.main.text
    assert "Samtykke: Ja" in reading.post.main.text


def test_text_typed_on_top_of_a_page_is_read(read):
    def type_on(document: pikepdf.Pdf) -> None:
        note = Dictionary(
            Type=Name.Annot, Subtype=Name.FreeText, Rect=[50, 50, 200, 70], Contents=String("Mottatt på øret 3. mai")
        )
        document.pages[0].Annots = Array([document.make_indirect(note)])

    assert "Mottatt på øret 3. mai" in read(edited(letter(LONG), type_on)).post.main.text


def test_a_dynamic_form_is_refused_by_name_rather_than_read_as_please_wait(read):
    def make_dynamic(document: pikepdf.Pdf) -> None:
        packet = document.make_stream(b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"></xdp:xdp>')
        document.Root.AcroForm = Dictionary(Fields=Array(), XFA=packet)
        document.Root.NeedsRendering = True

    part = read(edited(letter("Please wait..."), make_dynamic)).post.main
    assert part.reason is ReasonCode.UNSUPPORTED_TYPE
    assert part.detail == "PDF-en er et dynamisk skjema (XFA) som bare Adobe Reader kan vise."


def test_a_signed_pdf_is_flagged(read):
    def sign(document: pikepdf.Pdf) -> None:
        signature = Dictionary(
            Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String("x"), ByteRange=[0, 1, 2, 3]
        )
        field = Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String("Signatur"), Rect=[0, 0, 0, 0], V=signature
        )
        fields = Array([document.make_indirect(field)])
        document.pages[0].Annots = fields
        document.Root.AcroForm = Dictionary(Fields=fields)

    assert Flag.SIGNED in read(edited(letter(LONG), sign)).post.main.flags


def form_by_columns() -> fpdf.FPDF:
    """A ruled table whose cells are drawn column by column, as form programs do."""
    made = fpdf.FPDF()
    made.set_font("helvetica", size=11)
    made.add_page()
    rows = [
        ("Navn", "Ola Prøve"),
        ("Adresse", "Skogveien 1"),
        ("Gnr", "12"),
        ("Bnr", "345"),
        ("Telefon", "22 00 00 00"),
    ]
    order = [0, 3, 1, 4, 2]
    for column in (0, 1):
        for row in order:
            made.set_xy(20 + 60 * column, 30 + 12 * row)
            made.cell(60, 12, rows[row][column], border=1)
    return made


def test_a_table_drawn_out_of_order_is_read_row_by_row(read):
    text = read(edited(form_by_columns())).post.main.text
    assert text.splitlines() == [
        "Navn\tOla Prøve",
        "Adresse\tSkogveien 1",
        "Gnr\t12",
        "Bnr\t345",
        "Telefon\t22 00 00 00",
    ]


def test_tables_gives_rows_of_cells(tmp_path):
    path = tmp_path / "skjema.pdf"
    path.write_bytes(edited(form_by_columns()))
    (table,) = pdflayout.tables(path, 1)
    assert table[:2] == [["Navn", "Ola Prøve"], ["Adresse", "Skogveien 1"]]


def test_columns_drawn_in_order_stay_as_they_were_written(read):
    made = fpdf.FPDF()
    made.set_font("helvetica", size=11)
    made.add_page()
    for column in (0, 1):
        for row in range(12):
            made.set_xy(20 + 90 * column, 30 + 8 * row)
            made.cell(80, 8, f"spalte {column} linje {row}")
    lines = read(edited(made)).post.main.text.splitlines()
    assert lines == [f"spalte {column} linje {row}" for column in (0, 1) for row in range(12)]


def test_a_page_without_text_waits_for_ocr_and_a_blank_page_does_not(read):
    made = letter(LONG)
    made.add_page()
    made.add_page()
    made.rect(20, 20, 100, 100, style="F")
    part = read(edited(made)).post.main
    assert [(page.source, page.reason) for page in part.pages] == [
        ("text", None),
        ("text", None),
        ("ocr", ReasonCode.UNSUPPORTED_TYPE),
    ]
    assert part.flags == frozenset({Flag.OCR})
    assert part.detail == "Side 3 er skannet og ble ikke lest. OCR er slått av i innstillingene."


@pytest.mark.parametrize(
    ("width", "height"), [(595.0, 842.0), (2_000_000.0, 2_000_000.0), (14_400.0, 1.0), (0.0, 0.0), (1.0, 10_000_000.0)]
)
def test_a_page_is_never_rendered_over_the_pixel_limit(width, height):
    scale = scale_within(width, height, dpi=300, pixels=40_000_000)
    assert max(width, 1) * scale * max(height, 1) * scale <= 40_000_000 * 1.0001
    assert max(width, height) * scale <= 32_000.1
    assert 0 < scale <= 300 / 72


def test_hostile_pdfs_end_as_the_manifest_says(shared, room, tmp_path):
    """Without OCR: pages that wait for it count as opened. Counts per outcome are printed (pytest -s)."""
    with (shared / "data/hostile/manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "pdf"]
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    wrong = []
    for row in rows:
        path = shared / "data/hostile" / row["file"]
        document = InputDocument(path=path, name=path.name, media_type="application/pdf", sha256=row["sha256"])
        main = room.read([document], tmp_path).post.main
        counts[row["outcome"], main.reason.value if main.reason else "opened"] += 1
        if not _as_expected(row["outcome"], main):
            wrong.append((row["file"], row["outcome"], main.reason))
    print("\n".join(f"{outcome:10} {ended:12} {n}" for (outcome, ended), n in sorted(counts.items())))  # noqa: T201
    assert wrong == []
    assert len(rows) == 277


def _as_expected(outcome: str, main: ReadPart) -> bool:
    if outcome == "set_aside":
        return main.reason is not None
    if outcome == "archived":
        return main.reason is None and all(page.reason is None or page.source == "ocr" for page in main.pages)
    return True


def test_made_here_texts_are_read(shared, room, tmp_path):
    for name in ("javascript_launch.pdf", "huge_mediabox.pdf"):
        path = Path(shared / "data/hostile/pdf/made-here" / name)
        part = room.read([InputDocument(path=path, name=name, media_type="")], tmp_path).post.main
        assert part.text.strip() == "Synlig tekst"
        assert (Flag.ACTIVE_CONTENT in part.flags) is (name == "javascript_launch.pdf")
