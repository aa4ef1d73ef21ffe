"""Embeds stand-ins for the standard fonts that older programs leave out of a PDF.

Liberation Sans, Serif and Mono have the widths of Arial/Helvetica, Times and Courier, so nothing moves on the page. Other
fonts that are missing are not guessed at: such a file is refused by name.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pikepdf

_FAMILIES = {
    "helvetica": "LiberationSans",
    "arial": "LiberationSans",
    "arialmt": "LiberationSans",
    "times": "LiberationSerif",
    "timesroman": "LiberationSerif",
    "timesnewroman": "LiberationSerif",
    "timesnewromanps": "LiberationSerif",
    "timesnewromanpsmt": "LiberationSerif",
    "courier": "LiberationMono",
    "couriernew": "LiberationMono",
    "couriernewps": "LiberationMono",
    "couriernewpsmt": "LiberationMono",
}
_STYLES = {"": "Regular", "bold": "Bold", "italic": "Italic", "bolditalic": "BoldItalic"}
_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def embed_standard_fonts(pdf: pikepdf.Pdf, folders: tuple[Path, ...] = _FOLDERS) -> list[str]:
    """Changes ``pdf`` in place; the notes name the fonts that got a stand-in. Fonts it does not know are left alone."""
    import pikepdf

    notes = []
    for font in list(pdf.objects):
        if not isinstance(font, pikepdf.Dictionary) or str(font.get("/Type", "")) != "/Font":
            continue
        if str(font.get("/Subtype", "")) not in {"/Type1", "/TrueType", "/MMType1"} or _embedded(font):
            continue
        stand_in = _stand_in(str(font.get("/BaseFont", "")), folders)
        codes = _codes(font)
        if stand_in is not None and codes:
            notes.append(f"skriften {str(font.BaseFont).lstrip('/')} er byttet med {stand_in.stem}")
            _embed(pdf, font, stand_in, codes)
    return list(dict.fromkeys(notes))


def _embedded(font: pikepdf.Object) -> bool:
    descriptor: Any = font.get("/FontDescriptor", {})
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _stand_in(base_font: str, folders: tuple[Path, ...]) -> Path | None:
    """The file for ``/Helvetica-BoldOblique``, ``/ABCDEF+Arial,Italic`` and the like."""
    name = base_font.lstrip("/").rpartition("+")[2].lower().replace(",", "-").replace(" ", "")
    family, _, style = name.partition("-")
    style = style.replace("oblique", "italic").removesuffix("mt").removesuffix("ps").replace("roman", "")
    if family not in _FAMILIES or style not in _STYLES:
        return None
    wanted = f"{_FAMILIES[family]}-{_STYLES[style]}.ttf"
    return next((found for folder in folders for found in sorted(folder.rglob(wanted))), None)


def _codes(font: pikepdf.Object) -> dict[int, str]:
    """Character code → one Unicode character, by the font's encoding (ISO 32000-1, 9.6.6); empty when it has none known."""
    import pikepdf
    from pdfminer.encodingdb import EncodingDB, name2unicode

    encoding = font.get("/Encoding")
    base, differences = "StandardEncoding", []
    if isinstance(encoding, pikepdf.Name):
        base = str(encoding).lstrip("/")
    elif isinstance(encoding, pikepdf.Dictionary):
        base = str(encoding.get("/BaseEncoding", "/StandardEncoding")).lstrip("/")
        differences = list(encoding.get("/Differences", []))
    codes = dict(EncodingDB.encodings.get(base, {}))
    code = 0
    for item in differences:
        if isinstance(item, pikepdf.Name):
            try:
                codes[code] = name2unicode(str(item).lstrip("/"))
            except (KeyError, ValueError):
                codes.pop(code, None)
            code += 1
        else:
            code = int(item)
    return {code: text for code, text in codes.items() if 32 <= code <= 255 and len(text) == 1}


def _embed(pdf: pikepdf.Pdf, font: pikepdf.Object, file: Path, codes: dict[int, str]) -> None:
    import pikepdf
    from fontTools import agl, subset
    from fontTools.ttLib import TTFont

    program = TTFont(file)
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, glyph_names=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(char) for char in codes.values()])
    cutter.subset(program)
    there = program.getBestCmap()
    # Names outside the Adobe Glyph List are not allowed here (ISO 19005-2, 6.2.11.6).
    names = {str(agl.toUnicode(name)): name for name in sorted(agl.LEGACY_AGL2UV, reverse=True)}
    codes = {code: char for code, char in codes.items() if ord(char) in there and char in names}
    scale = 1000 / program["head"].unitsPerEm
    # The widths in the dictionary must be those of the program (ISO 19005-2, 6.2.11.5); 0 where no glyph is.
    widths = [round(program["hmtx"][there[ord(codes[c])]][0] * scale) if c in codes else 0 for c in range(32, 256)]
    name = pikepdf.Name(f"/POSTRB+{file.stem}")
    differences: list[Any] = []
    for code, char in sorted(codes.items()):
        differences += [code, pikepdf.Name("/" + names[char])]
    descriptor = _descriptor(pdf, program, name, scale)
    font.Subtype = pikepdf.Name.TrueType
    font.BaseFont = name
    font.FirstChar, font.LastChar = 32, 255
    font.Widths = pikepdf.Array(widths)
    font.Encoding = pikepdf.Dictionary(
        Type=pikepdf.Name.Encoding, BaseEncoding=pikepdf.Name.WinAnsiEncoding, Differences=pikepdf.Array(differences)
    )
    font.FontDescriptor = descriptor


def _descriptor(pdf: pikepdf.Pdf, program: Any, name: pikepdf.Name, scale: float) -> pikepdf.Object:
    import pikepdf

    out = BytesIO()
    program.save(out)
    head, post, os2, hhea = program["head"], program["post"], program["OS/2"], program["hhea"]
    serif, fixed = "Serif" in str(name), bool(post.isFixedPitch)
    flags = 32 | (1 if fixed else 0) | (2 if serif else 0) | (64 if post.italicAngle else 0)
    stream = pdf.make_stream(out.getvalue())
    stream.Length1 = len(out.getvalue())
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=name,
            Flags=flags,
            FontBBox=pikepdf.Array([round(v * scale) for v in (head.xMin, head.yMin, head.xMax, head.yMax)]),
            ItalicAngle=round(post.italicAngle),
            Ascent=round(hhea.ascent * scale),
            Descent=round(hhea.descent * scale),
            CapHeight=round(getattr(os2, "sCapHeight", hhea.ascent) * scale),
            StemV=120 if "Bold" in str(name) else 80,
            FontFile2=stream,
        )
    )
