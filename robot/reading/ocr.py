"""OCR of one page: rendered and given to tesseract, in a sandboxed child of its own. And whether there is a tesseract."""

from __future__ import annotations

import shutil
import statistics
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from models.reasons import ReasonCode
from robot.reading.child import Bench
from robot.reading.contract import Unreadable
from robot.reading.image import open_image, page_count, refuse_giant
from robot.reading.pdfopen import mapped, opened, scale_within

_DOUBTFUL = 60.0
"""Mean confidence under which a page is also tried upside down (measured on print: 50 the wrong way, 96 the right)."""
_WORD = "5"
"""The level of a word in tesseract's TSV."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrPage:
    """What OCR made of a page. ``confidence`` is tesseract's mean word confidence 0–100; None without words."""

    text: str
    confidence: float | None


class PageMemo(Protocol):
    """Keeps OCR results, so that no page is done twice. Called from many threads."""

    def get(self, sha256: str, page: int, engine: str, languages: str, dpi: int) -> OcrPage | None:
        """A former result, or None."""
        ...

    def put(self, sha256: str, page: int, engine: str, languages: str, dpi: int, result: OcrPage) -> None:
        """Keeps a result."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An installed tesseract: its absolute path, and name with version (part of the memo's key)."""

    command: str
    name: str

    @property
    def home(self) -> Path:
        """The folder it is installed in, with its language files; for one in ``/opt/x/bin`` that is ``/opt/x``."""
        folder = Path(self.command).resolve().parent
        return folder.parent if folder.name == "bin" else folder


def find_engine(languages: str = "nor+eng", command: str = "tesseract") -> tuple[Engine | None, str]:
    """The installed tesseract, or None and one Norwegian sentence that says what to install."""
    path = shutil.which(command)
    if path is None:
        return None, f"Tesseract er ikke installert. Installer {_packages(languages)}."
    try:
        listed = _ask(path, "--list-langs")
        version = _ask(path, "--version")
    except (OSError, subprocess.SubprocessError):
        return None, f"Tesseract ({command}) lar seg ikke kjøre. Installer {_packages(languages)} på nytt."
    missing = [language for language in languages.split("+") if language not in listed.split()]
    if missing:
        return None, f"Tesseract mangler språket {', '.join(missing)}. Installer {_packages('+'.join(missing))}."
    return Engine(command=path, name=" ".join(version.split()[:2])), ""


def ocr_available(languages: str = "nor+eng", command: str = "tesseract") -> tuple[bool, str]:
    """Whether scanned pages can be read, and one Norwegian sentence about it (what is there, or what to install)."""
    engine, problem = find_engine(languages, command)
    return (False, problem) if engine is None else (True, f"{engine.name} med {languages}.")


def read_page(bench: Bench) -> dict[str, Any]:
    """The task: renders page ``page`` of the document and reads it. Answers text and confidence, or a reason."""
    arguments = bench.arguments
    picture = bench.folder / "tmp" / "page.pgm"
    try:
        if arguments["media_type"] == "application/pdf":
            dpi = _render(bench.documents[0], picture, arguments)
        else:
            dpi = _draw(bench.documents[0], picture, arguments)
        found = _tesseract(picture, dpi, arguments)
    except Unreadable as fault:
        return {"reason": fault.reason}
    return {"text": found.text, "confidence": found.confidence}


def _ask(path: str, question: str) -> str:
    done = subprocess.run([path, question], capture_output=True, text=True, timeout=20, check=True)
    return done.stdout or done.stderr


def _packages(languages: str) -> str:
    return " og ".join(["tesseract-ocr", *(f"tesseract-ocr-{language}" for language in languages.split("+"))])


def _render(path: Path, picture: Path, arguments: Mapping[str, Any]) -> int:
    """Draws a PDF page in grey; returns the resolution it really has."""
    import pypdfium2

    with mapped(path) as content, opened(content) as document:
        document.init_forms()
        try:
            page = document[arguments["page"] - 1]
            width, height = page.get_size()
            scale = scale_within(width, height, dpi=arguments["dpi"], pixels=arguments["pixels"])
            page.render(scale=scale, grayscale=True).to_pil().save(picture)
        except pypdfium2.PdfiumError as fault:
            raise Unreadable(ReasonCode.DAMAGED) from fault
    return max(70, round(scale * 72))


def _draw(path: Path, picture: Path, arguments: Mapping[str, Any]) -> int:
    """Decodes an image in grey, turned as its camera says; returns its resolution, 0 when it does not tell."""
    from PIL import ImageOps

    try:
        with open_image(path) as image:
            refuse_giant(image, pixels=arguments["pixels"])
            if page_count(image) > 1:
                image.seek(arguments["page"] - 1)
                refuse_giant(image, pixels=arguments["pixels"])
            dpi = image.info.get("dpi", (0, 0))[0]
            while image.format in ("JPEG", "MPO") and image.size[0] * image.size[1] > arguments["pixels"]:
                before = image.size
                image.draft("L", (before[0] // 2, before[1] // 2))
                if image.size == before:
                    raise Unreadable(ReasonCode.TOO_LARGE)
                dpi = 0
            upright = ImageOps.exif_transpose(image)
            _on_white(upright).save(picture)
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise Unreadable(ReasonCode.DAMAGED) from fault
    # Screens say 72 or 96 whatever they show; tesseract then guesses better from the letters.
    return round(float(dpi)) if 100 < float(dpi) < 2400 else 0


def _on_white(image: Any) -> Any:
    """Grey, with what is see-through shown white, as on a page."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        full = image.convert("RGBA")
        page = Image.new("RGBA", full.size, "white")
        page.alpha_composite(full)
        return page.convert("L")
    return image.convert("L")


def _tesseract(picture: Path, dpi: int, arguments: Mapping[str, Any]) -> OcrPage:
    import pytesseract

    pytesseract.pytesseract.tesseract_cmd = arguments["command"]

    # Not image_to_data, which asks tesseract for its version first: one more program for each page.
    config = "-c tessedit_create_tsv=1" + (f" --dpi {dpi}" if dpi else "")

    def run() -> OcrPage:
        read = pytesseract.pytesseract.run_and_get_output
        return page_from_tsv(read(str(picture), extension="tsv", lang=arguments["languages"], config=config))

    try:
        found = run()
        if found.confidence is None or found.confidence >= _DOUBTFUL:
            return found
        _turn_upside_down(picture)
        return max(found, run(), key=lambda page: page.confidence or 0.0)
    except pytesseract.TesseractError as fault:
        raise Unreadable(ReasonCode.DAMAGED) from fault


def _turn_upside_down(picture: Path) -> None:
    """Turns a page that may have been laid wrong in the scanner; a quarter turn tesseract sees by itself."""
    from PIL import Image

    with Image.open(picture) as image:
        turned = image.transpose(Image.Transpose.ROTATE_180)
    turned.save(picture)


def page_from_tsv(table: str) -> OcrPage:
    """Text and mean confidence of tesseract's TSV: lines as they stood, an empty line between paragraphs."""
    lines: list[str] = []
    confidences: list[float] = []
    before: tuple[str, ...] = ()
    for place, word, confidence in _words(table):
        if place == before:
            lines[-1] += f" {word}"
        else:
            if before and place[:-1] != before[:-1]:
                lines.append("")
            lines.append(word)
        before = place
        confidences.append(confidence)
    mean = round(statistics.fmean(confidences), 1) if confidences else None
    return OcrPage(text="\n".join(lines), confidence=mean)


def _words(table: str) -> Iterator[tuple[tuple[str, ...], str, float]]:
    """Each word with its (page, block, paragraph, line)."""
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) >= 12 and cells[0] == _WORD and cells[11].strip():
            yield tuple(cells[1:5]), cells[11].strip(), max(0.0, float(cells[10]))
