"""Our own look at a file that says it is PDF/A: the claim alone is no proof (noark5.md section 9)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pikepdf

FORBIDDEN_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/ResetForm", "/SubmitForm", "/Sound", "/Movie", "/Hide", "/Rendition"}
    | {"/SetOCGState", "/Trans", "/GoTo3DView", "/SetState", "/NOP", "/GoToE", "/RichMediaExecute"}
)
"""ISO 19005-2, 6.5.1; GoToE leads into an embedded file."""


def check_pdfa(path: Path) -> list[str]:
    """What is found against the file as PDF/A, as Norwegian sentences; empty when nothing is.

    Looks for: the claim in XMP (pdfaid), a PDF/A output intent, encryption, JavaScript and other forbidden actions,
    embedded files, fonts that are not embedded, and streams that lie outside the file. Never raises for a bad file.
    """
    import pikepdf

    try:
        with pikepdf.open(path) as pdf:
            return list(_faults(pdf))
    except pikepdf.PasswordError:
        return ["Filen er kryptert."]
    except (pikepdf.PdfError, ValueError, OSError) as bad:
        return [f"Filen kan ikke åpnes som PDF ({type(bad).__name__})."]


def _faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    if pdf.is_encrypted:
        yield "Filen er kryptert."
    if not _claims_pdfa(pdf):
        yield "Filen sier ikke i XMP at den er PDF/A (pdfaid)."
    if not any(str(intent.get("/S", "")) == "/GTS_PDFA1" for intent in pdf.Root.get("/OutputIntents", [])):
        yield "Filen har ingen fargeprofil for PDF/A (OutputIntent)."
    if has_javascript(pdf):
        yield "Filen inneholder JavaScript eller andre handlinger som ikke er lov."
    if "/EmbeddedFiles" in pdf.Root.get("/Names", {}):
        yield "Filen har innebygde filer."
    missing = fonts_missing(pdf)
    if missing:
        yield f"Skriftene er ikke innebygd: {', '.join(missing)}."
    if any(_outside(obj) for obj in pdf.objects):
        yield "Filen viser til innhold som ligger utenfor den."


def _claims_pdfa(pdf: pikepdf.Pdf) -> bool:
    if "/Metadata" not in pdf.Root:
        return False
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        return bool(xmp.pdfa_status)


def has_javascript(pdf: pikepdf.Pdf) -> bool:
    """Whether any object is an action that PDF/A forbids, or the catalogue names scripts."""
    if "/JavaScript" in pdf.Root.get("/Names", {}):
        return True
    return any(_is_dictionary(obj) and str(obj.get("/S", "")) in FORBIDDEN_ACTIONS for obj in _everything(pdf))


def fonts_missing(pdf: pikepdf.Pdf) -> list[str]:
    """Names of fonts without glyphs of their own, sorted. Type 3 fonts are content, and always there."""
    found = set()
    for font in _everything(pdf):
        if not _is_dictionary(font) or str(font.get("/Type", "")) != "/Font":
            continue
        subtype = str(font.get("/Subtype", ""))
        if subtype in {"/Type0", "/Type3"}:
            continue  # A Type 0 font's glyphs are its descendant's, which is met as an object or directly below.
        descriptor: Any = font.get("/FontDescriptor", {})
        if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            found.add(_font_name(font))
    return sorted(found)


def _font_name(font: pikepdf.Object) -> str:
    try:
        return str(font.get("/BaseFont", "/uten navn")).lstrip("/")
    except UnicodeDecodeError:
        return "uten lesbart navn"


def _everything(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every indirect object and the dictionaries directly inside it, to a bounded depth."""
    for obj in pdf.objects:
        yield from _inside(obj, 6)


def _inside(obj: pikepdf.Object, depth: int) -> Iterator[pikepdf.Object]:
    import pikepdf

    yield obj
    if depth == 0:
        return
    if isinstance(obj, (pikepdf.Dictionary, pikepdf.Stream)):
        children = [obj[key] for key in obj.keys()]
    elif isinstance(obj, pikepdf.Array):
        children = list(obj)
    else:
        return
    for child in children:
        if isinstance(child, (pikepdf.Dictionary, pikepdf.Array)) and not child.is_indirect:
            yield from _inside(child, depth - 1)


def _is_dictionary(obj: pikepdf.Object) -> bool:
    import pikepdf

    return isinstance(obj, pikepdf.Dictionary)


def _outside(obj: pikepdf.Object) -> bool:
    import pikepdf

    return isinstance(obj, pikepdf.Stream) and "/F" in obj
