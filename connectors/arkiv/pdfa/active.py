"""Takes out of a PDF copy what PDF/A forbids and what does not show on paper: scripts, actions, embedded files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from connectors.arkiv.pdfa.check import FORBIDDEN_ACTIONS
from connectors.arkiv.pdfa.result import CannotConvert, Fault

if TYPE_CHECKING:
    import pikepdf

_MULTIMEDIA = frozenset({"/FileAttachment", "/Screen", "/Movie", "/Sound", "/3D", "/RichMedia"})
_PRIVATE = ("/PieceInfo", "/LastModified", "/Thumb", "/Trans", "/Dur", "/AA", "/PresSteps")


def make_passive(pdf: pikepdf.Pdf) -> list[str]:
    """Changes ``pdf`` in place; the notes say in Norwegian what a reader of the archive format will miss.

    Raises:
        CannotConvert: a portfolio or a dynamic form: the pages are not the document there.
    """
    root = pdf.Root
    if "/Collection" in root:
        raise CannotConvert(Fault.PORTFOLIO)
    notes = []
    if _drop(root, ("/OpenAction", "/AA", "/PieceInfo", "/LastModified", "/SpiderInfo", "/Threads", "/Requirements")):
        notes.append("handlinger ved åpning er fjernet")
    notes += _without_names(root)
    notes += _flat_form(pdf)
    for page in pdf.pages:
        _drop(page.obj, _PRIVATE)
        _drop(page.obj.get("/Resources", {}), ("/ProcSet",))
        notes += _annotations(page.obj)
    for obj in pdf.objects:
        _tidy(obj)
    _drop(pdf.trailer, ("/DocChecksum",))
    return list(dict.fromkeys(notes))


def _without_names(root: pikepdf.Object) -> list[str]:
    names: Any = root.get("/Names", {})
    notes = []
    if _drop(names, ("/JavaScript",)):
        notes.append("JavaScript er fjernet")
    if _drop(names, ("/EmbeddedFiles",)) | _drop(root, ("/AF",)):
        notes.append("innebygde filer er ikke med i arkivformatet")
    _drop(names, ("/AlternatePresentations", "/Renditions"))
    return notes


def _flat_form(pdf: pikepdf.Pdf) -> list[str]:
    """Form fields become ink on the page; the fields themselves go. A signature is valid in the original only."""
    form = pdf.Root.get("/AcroForm")
    if form is None:
        return []
    if "/XFA" in form and (bool(pdf.Root.get("/NeedsRendering", False)) or not len(form.get("/Fields", []))):
        raise CannotConvert(Fault.DYNAMIC_FORM)
    signed = bool(int(form.get("/SigFlags", 0)) & 1)
    if bool(form.get("/NeedAppearances", False)):
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")
    _drop(pdf.Root, ("/AcroForm", "/NeedsRendering", "/Perms"))
    note = "skjemafelter er skrevet inn på siden"
    return [note, "den elektroniske signaturen gjelder bare originalen"] if signed else [note]


def _annotations(page: pikepdf.Object) -> list[str]:
    import pikepdf

    listed = page.get("/Annots")
    if not isinstance(listed, pikepdf.Array):
        _drop(page, ("/Annots",))
        return []
    kept = [one for one in listed if isinstance(one, pikepdf.Dictionary)]
    shown = [one for one in kept if str(one.get("/Subtype", "")) not in _MULTIMEDIA]
    for annotation in shown:
        _drop(annotation, ("/AA",))
        if _forbidden(annotation.get("/A")):
            _drop(annotation, ("/A",))
    page.Annots = pikepdf.Array(shown)
    return ["vedlegg og lyd eller bilde på sidene er ikke med"] if len(shown) < len(kept) else []


def _forbidden(action: object) -> bool:
    import pikepdf

    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in FORBIDDEN_ACTIONS


def _tidy(obj: pikepdf.Object) -> None:
    """Small things that change nothing on the page but stand in the way of PDF/A."""
    import pikepdf

    if not isinstance(obj, (pikepdf.Dictionary, pikepdf.Stream)):
        return
    if isinstance(obj, pikepdf.Dictionary) and _forbidden(obj.get("/A")):
        _drop(obj, ("/A",))  # outline entries
    if isinstance(obj, pikepdf.Dictionary) and _forbidden(obj.get("/Next")):
        _drop(obj, ("/Next",))
    # ISO 32000-1, table 117: without CIDToGIDMap the default is Identity; PDF/A wants it said.
    if str(obj.get("/Subtype", "")) == "/CIDFontType2" and "/CIDToGIDMap" not in obj:
        obj["/CIDToGIDMap"] = pikepdf.Name.Identity
    for resources in (obj, obj.get("/Resources")):
        if isinstance(resources, pikepdf.Dictionary):
            for key in ("/Pattern", "/Shading"):
                # weasyprint leaves these behind empty.
                if isinstance(resources.get(key), pikepdf.Dictionary) and not len(resources[key]):
                    _drop(resources, (key,))
    if isinstance(obj, pikepdf.Stream):
        inner = obj.get("/Resources")
        if isinstance(inner, pikepdf.Dictionary):
            _drop(inner, ("/ProcSet",))


def _drop(holder: pikepdf.Object | dict[str, object], keys: Iterable[str]) -> bool:
    gone = False
    for key in keys:
        if key in holder:
            del holder[key]
            gone = True
    return gone
