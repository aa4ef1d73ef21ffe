"""Documents made by code: born-digital PDFs, scans, photographs, Word, Excel, TNEF and ZIP. The same bytes each time."""

from __future__ import annotations

import html
import io
import random
import struct
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from PIL import Image as PilImage

_STYLE = "@page{size:A4;margin:25mm} body{font-family:'DejaVu Sans','Liberation Sans',sans-serif;font-size:11pt;line-height:1.5}"
_ZIP_DATE = (2026, 1, 1, 12, 0, 0)


def pdf(text: str, *, title: str) -> bytes:
    """A born-digital PDF of a letter; lines that begin with ``# `` are headings."""
    import weasyprint

    lines = []
    for line in text.strip().split("\n"):
        shown = html.escape(line.removeprefix("# "))
        lines.append(f"<h2>{shown}</h2>" if line.startswith("# ") else f"<p>{shown or '&nbsp;'}</p>")
    head = f"<head><title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
    page = f"<html lang=nb>{head}<body>{''.join(lines)}</body></html>"
    made: bytes = weasyprint.HTML(string=page).write_pdf(pdf_identifier=title.encode("utf-8")[:16].ljust(16, b" "))
    return made


def scan(text: str, *, title: str, seed: int) -> bytes:
    """The letter as a scanner delivers it: one grey, noisy, slightly crooked image a page, and no text at all."""
    import img2pdf

    with io.BytesIO() as out:
        _paper(text, title=title, seed=seed, dpi=200, skew=0.6).save(out, "JPEG", quality=70, dpi=(200, 200))
        page: bytes = img2pdf.convert(out.getvalue(), nodate=True, engine=img2pdf.Engine.internal)
    return page


def photo(text: str, *, title: str, seed: int) -> bytes:
    """The letter photographed with a telephone: a JPEG with a darker edge."""
    from PIL import Image

    paper = _paper(text, title=title, seed=seed, dpi=200, skew=-1.2)
    table = Image.new("L", (paper.width + 160, paper.height + 160), 96)
    table.paste(paper, (80, 80))
    with io.BytesIO() as out:
        table.convert("RGB").save(out, "JPEG", quality=80)
        return out.getvalue()


def _paper(text: str, *, title: str, seed: int, dpi: int, skew: float) -> PilImage.Image:
    import pypdfium2
    from PIL import Image

    document = pypdfium2.PdfDocument(pdf(text, title=title))
    try:
        page = document[0].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    finally:
        document.close()
    page = page.rotate(skew, expand=False, fillcolor=255, resample=Image.Resampling.BICUBIC)
    grain = random.Random(seed).randbytes((page.width // 2) * (page.height // 2))  # noqa: S311 - paper grain, no secret
    noise = Image.frombytes("L", (page.width // 2, page.height // 2), grain).resize(page.size)
    return Image.blend(page, noise, 0.10)


def docx(text: str) -> bytes:
    """A Word document with one paragraph a line."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    paragraphs = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in text.strip().split("\n")
    )
    return package(
        {
            "[Content_Types].xml": _types({"/word/document.xml": "wordprocessingml.document.main"}),
            "_rels/.rels": _relations([("officeDocument", "word/document.xml")]),
            "word/document.xml": f'{_XML}<w:document xmlns:w="{word}"><w:body>{paragraphs}</w:body></w:document>',
        }
    )


def xlsx(rows: list[list[str]], *, sheet: str) -> bytes:
    """A workbook with one sheet of text cells."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
            for column, value in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    return package(
        {
            "[Content_Types].xml": _types(
                {"/xl/workbook.xml": "spreadsheetml.sheet.main", "/xl/worksheets/sheet1.xml": "spreadsheetml.worksheet"}
            ),
            "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
            "xl/_rels/workbook.xml.rels": _relations([("worksheet", "worksheets/sheet1.xml")]),
            "xl/workbook.xml": f'{_XML}<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="{escape(sheet)}" '
            'sheetId="1" r:id="r0"/></sheets></workbook>',
            "xl/worksheets/sheet1.xml": f'{_XML}<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
        }
    )


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _types(parts: dict[str, str]) -> str:
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
        for name, kind in parts.items()
    )
    return (
        f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'
    )


def _relations(targets: list[tuple[str, str]]) -> str:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listed = "".join(
        f'<Relationship Id="r{number}" Type="{base}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets)
    )
    return f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'


def package(members: dict[str, str | bytes]) -> bytes:
    """A ZIP with fixed times, so that the same members give the same bytes."""
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w") as archive:
            for name, content in members.items():
                info = zipfile.ZipInfo(name, _ZIP_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
        return out.getvalue()


def winmail(*, subject: str, body: str, attachments: dict[str, bytes]) -> bytes:
    """A ``winmail.dat`` (MS-OXTNEF) as Outlook makes: subject, plain body and files."""
    parts = [struct.pack("<IH", 0x223E9F78, 1), _attribute(1, 0x00089006, struct.pack("<I", 0x00010000))]
    parts.append(_attribute(1, 0x00018004, subject.encode("cp1252", "replace") + b"\0"))
    parts.append(_attribute(1, 0x0002800C, body.encode("cp1252", "replace") + b"\0"))
    for name, content in attachments.items():
        parts.append(_attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0)))
        parts.append(_attribute(2, 0x00018010, name.encode("cp1252", "replace") + b"\0"))
        parts.append(_attribute(2, 0x0006800F, content))
    return b"".join(parts)


def _attribute(level: int, tag: int, content: bytes) -> bytes:
    return struct.pack("<BII", level, tag, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)
