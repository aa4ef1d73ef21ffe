"""Scanned pages: read by a real tesseract, fairly between posts, never twice, and said so when they cannot be."""

from __future__ import annotations

import io
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fpdf
import pypdfium2
import pytest
from PIL import Image

from models.reading import Flag
from models.reasons import ReasonCode
from robot.reading.contract import Limits
from robot.reading.dispatch import PRELOAD, InputDocument, ReadingRoom
from robot.reading.fair import FairPool
from robot.reading.ocr import OcrPage, find_engine, ocr_available, page_from_tsv

WARM = tuple(name for name in PRELOAD if "readers" not in name)
TEXT = "Søknad om øremerkede midler på Ærø"

needs_tesseract = pytest.mark.skipif(
    not ocr_available()[0] and os.environ.get("POSTROBOT_NEED_SHARED") != "1", reason=ocr_available()[1]
)


class Memo:
    """Keeps results in memory and counts what was asked."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int, str, str, int], OcrPage] = {}
        self.puts = 0
        self._lock = threading.Lock()

    def get(self, sha256: str, page: int, engine: str, languages: str, dpi: int) -> OcrPage | None:
        return self.kept.get((sha256, page, engine, languages, dpi))

    def put(self, sha256: str, page: int, engine: str, languages: str, dpi: int, result: OcrPage) -> None:
        with self._lock:
            self.puts += 1
            self.kept[sha256, page, engine, languages, dpi] = result


@pytest.fixture(scope="module")
def memo():
    return Memo()


@pytest.fixture(scope="module")
def room(memo):
    with ReadingRoom(preload=WARM, memo=memo) as made:
        yield made


@pytest.fixture
def give(tmp_path):
    def make(content: bytes, name: str = "skann.pdf") -> InputDocument:
        path = tmp_path / name
        path.write_bytes(content)
        return InputDocument(path=path, name=name, media_type="")

    return make


def picture(*lines: str) -> Image.Image:
    """A page of text as a scanner sees it, 200 dpi."""
    page = fpdf.FPDF()
    page.set_font("helvetica", size=16)
    page.add_page(format=(160, 80))
    for line in lines:
        page.cell(0, 12, line, new_x="LMARGIN", new_y="NEXT")
    return pypdfium2.PdfDocument(bytes(page.output()))[0].render(scale=200 / 72).to_pil().convert("L")


def saved(image: Image.Image, kind: str, **settings: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **settings)
    return out.getvalue()


def scan(*pages: tuple[str, ...]) -> bytes:
    """A PDF of pictures."""
    first, *rest = (picture(*lines) for lines in pages)
    return saved(first, "PDF", save_all=True, append_images=rest, resolution=200)


@needs_tesseract
def test_a_scanned_pdf_is_read_page_by_page_with_norwegian_letters(room, give, tmp_path):
    part = room.read([give(scan((TEXT,), ("Side to, åpenbart",)))], tmp_path).post.main
    assert [page.text for page in part.pages] == [TEXT, "Side to, åpenbart"]
    assert {page.source for page in part.pages} == {"ocr"}
    assert all(page.confidence is not None and page.confidence > 60 for page in part.pages)
    assert part.flags == frozenset({Flag.OCR})
    assert part.whole


@needs_tesseract
def test_a_page_is_never_done_twice(room, memo, give, tmp_path):
    document = give(scan(("Denne siden leses en gang",)))
    puts = memo.puts + 1
    first = room.read([document], tmp_path)
    assert memo.puts == puts
    assert room.read([document], tmp_path).post == first.post
    assert memo.puts == puts


@needs_tesseract
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "JPEG2000"])
def test_images_are_read(room, give, tmp_path, kind):
    part = room.read([give(saved(picture(TEXT), kind), "bilde.xyz")], tmp_path).post.main
    assert part.reason is None
    assert part.text == TEXT


@needs_tesseract
def test_every_page_of_a_tiff_is_read(room, give, tmp_path):
    content = saved(picture("Første side"), "TIFF", save_all=True, append_images=[picture("Andre side")])
    part = room.read([give(content, "faks.tif")], tmp_path).post.main
    assert [page.text for page in part.pages] == ["Første side", "Andre side"]


@needs_tesseract
def test_a_photo_is_turned_as_its_camera_says(room, give, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    content = saved(picture(TEXT).rotate(90, expand=True), "JPEG", exif=exif)
    assert room.read([give(content, "foto.jpg")], tmp_path).post.main.text == TEXT


@needs_tesseract
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_lay_wrong_in_the_scanner_is_read(room, give, tmp_path, turn):
    lines = (TEXT, "Vi viser til deres brev av tredje mai", "og ber om svar innen fristen på fire uker.")
    content = saved(picture(*lines).rotate(turn, expand=True, fillcolor=255), "PNG")
    part = room.read([give(content, "skann.png")], tmp_path).post.main
    assert part.text.replace("\n\n", "\n").splitlines() == list(lines)


@needs_tesseract
def test_text_on_a_see_through_picture_is_read(room, give, tmp_path):
    grey = picture(TEXT)
    clear = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    clear.putalpha(grey.point(lambda shade: 255 - shade))
    assert room.read([give(saved(clear, "PNG"), "logo.png")], tmp_path).post.main.text == TEXT


@needs_tesseract
def test_a_stamp_in_the_text_layer_is_kept_beside_what_ocr_reads(room, give, tmp_path):
    page = fpdf.FPDF()
    page.set_font("helvetica", size=8)
    page.set_auto_page_break(False)
    page.add_page(format=(160, 80))
    page.image(picture(TEXT), 0, 0, 160, 80)
    page.set_xy(120, 70)
    page.cell(text="JP 17/26")
    part = room.read([give(bytes(page.output()))], tmp_path).post.main
    assert part.pages[0].source == "ocr"
    assert TEXT in part.text
    assert part.text.endswith("\nJP 17/26")


def test_a_tracking_pixel_is_a_blank_page_and_costs_no_ocr(room, give, tmp_path):
    reading = room.read_text([give(saved(Image.new("L", (1, 1)), "GIF"), "p.gif")], tmp_path)
    assert reading.scans == ()
    assert reading.post.main.whole


def test_a_damaged_picture_is_named(room, give, tmp_path):
    part = room.read([give(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "b.png")], tmp_path).post.main
    assert part.reason is ReasonCode.DAMAGED


@needs_tesseract
def test_a_picture_damaged_inside_fails_on_its_page(room, give, tmp_path):
    whole = saved(picture(TEXT), "PNG")
    part = room.read([give(whole[: len(whole) // 2], "b.png")], tmp_path).post.main
    assert [page.reason for page in part.pages] == [ReasonCode.DAMAGED]
    assert part.detail == "Side 1 er skannet og ble ikke lest. Filen er skadet og lar seg ikke åpne."


def test_a_picture_over_the_pixel_limit_is_refused_before_it_is_decoded(give, tmp_path):
    with ReadingRoom(preload=WARM, limits=Limits(page_pixels=10_000)) as room:
        part = room.read([give(saved(picture(TEXT), "PNG"), "stor.png")], tmp_path).post.main
    assert part.reason is ReasonCode.TOO_LARGE


def test_heic_is_refused_by_name(room, give, tmp_path):
    content = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 200
    part = room.read([give(content, "IMG_1.HEIC")], tmp_path).post.main
    assert part.reason in (ReasonCode.UNSUPPORTED_TYPE, ReasonCode.DAMAGED)
    assert "HEIC" in part.detail


def fake_tesseract(folder: Path, *, languages: str, body: str = "exit 1") -> str:
    """A program in tesseract's place."""
    path = folder / "tesseract"
    path.write_text(
        "#!/bin/sh\n"
        f'case "$1" in --list-langs) printf "{languages}" ;; --version) echo "tesseract 0.0" ;; *) {body} ;; esac\n'
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_missing_tesseract_is_one_sentence_that_says_what_to_install():
    assert ocr_available(command="no-such-tesseract") == (
        False,
        "Tesseract er ikke installert. Installer tesseract-ocr og tesseract-ocr-nor og tesseract-ocr-eng.",
    )


def test_a_missing_language_is_named(tmp_path):
    command = fake_tesseract(tmp_path, languages="eng\\nosd\\n")
    assert find_engine(command=command) == (
        None,
        "Tesseract mangler språket nor. Installer tesseract-ocr og tesseract-ocr-nor.",
    )


def test_without_tesseract_the_page_has_a_reason_and_text_is_read_all_the_same(give, tmp_path):
    made = fpdf.FPDF()
    made.set_font("helvetica", size=12)
    made.add_page()
    made.cell(text="Denne siden har tekst nok til å bli lest som den er, uten tolking.")
    made.add_page()
    made.image(picture(TEXT), 0, 0, 160, 80)
    with ReadingRoom(preload=WARM, tesseract="no-such-tesseract") as room:
        part = room.read([give(bytes(made.output()))], tmp_path).post.main
    assert [page.reason for page in part.pages] == [None, ReasonCode.UNSUPPORTED_TYPE]
    assert part.detail.startswith("Side 2 er skannet og ble ikke lest. Tesseract er ikke installert.")


def test_a_hanging_tesseract_is_killed_with_its_child_and_the_page_says_time_out(give, tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    command = fake_tesseract(programs, languages="nor\\neng\\n", body="exec /bin/sleep 1000")
    with ReadingRoom(preload=WARM, tesseract=command, limits=Limits(ocr_wall_s=2)) as room:
        part = room.read([give(saved(picture(TEXT), "PNG"), "b.png")], tmp_path).post.main
        (zygote,) = room.pids()
        left = Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split()
    assert [page.reason for page in part.pages] == [ReasonCode.TIMEOUT]
    assert left == []


@needs_tesseract
def test_reading_text_never_waits_for_ocr(give, tmp_path):
    """The only OCR slot is held until a letter has been read in the text lane."""
    held, go_on = threading.Event(), threading.Event()

    class Held(Memo):
        def get(self, *key: object) -> OcrPage | None:
            held.set()
            go_on.wait(60)
            return None

    letter = fpdf.FPDF()
    letter.set_font("helvetica", size=12)
    letter.add_page()
    letter.cell(text="Et brev med tekst nok til å bli lest som det er, uten tolking.")
    text = give(bytes(letter.output()), "brev.pdf")
    scanned = give(scan((TEXT,)), "skann.pdf")
    with ReadingRoom(preload=WARM, memo=Held(), slots=1) as room, ThreadPoolExecutor(1) as threads:
        slow = threads.submit(room.read, [scanned], tmp_path)
        assert held.wait(60)
        assert room.read([text], tmp_path).post.main.text.startswith("Et brev")
        assert not slow.done()
        go_on.set()
        assert slow.result(60).post.main.text == TEXT


def test_a_long_scan_never_holds_up_another_posts_page():
    done: list[str] = []
    gate = threading.Event()
    pool: FairPool[None] = FairPool(1, name="test")
    pool.submit("first", gate.wait)
    futures = [pool.submit("long", lambda n=n: done.append(f"long {n}")) for n in range(5)]
    futures += [pool.submit("short", lambda: done.append("short 0"))]
    gate.set()
    for future in futures:
        future.result(10)
    pool.close()
    assert done == ["long 0", "short 0", "long 1", "long 2", "long 3", "long 4"]


def test_text_of_tsv_keeps_lines_and_paragraphs_and_means_word_confidence():
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    rows = [
        ("5", "1", "1", "1", "1", "1", "0", "0", "9", "9", "90.5", "Hei"),
        ("5", "1", "1", "1", "1", "2", "0", "0", "9", "9", "80.5", "du"),
        ("5", "1", "1", "1", "2", "1", "0", "0", "9", "9", "70", "der"),
        ("4", "1", "1", "2", "0", "0", "0", "0", "9", "9", "-1", ""),
        ("5", "1", "2", "1", "1", "1", "0", "0", "9", "9", "60", "Slutt"),
    ]
    page = page_from_tsv(head + "\n".join("\t".join(row) for row in rows))
    assert page == OcrPage(text="Hei du\nder\n\nSlutt", confidence=75.2)
