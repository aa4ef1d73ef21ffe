"""PDF → PDF/A-2b by pikepdf: declares, repairs, writes and checks what was written. Pages are never redrawn."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.arkiv.pdfa.active import make_passive
from connectors.arkiv.pdfa.check import check_pdfa
from connectors.arkiv.pdfa.fonts import embed_standard_fonts
from connectors.arkiv.pdfa.result import CannotConvert, Conversion, Fault

if TYPE_CHECKING:
    import pikepdf

_FLAVOUR = "2b"
# ISO 19005-2: fonts must be embedded; pikepdf reports the first as «unsupported», yet it is the commonest breach of all.
_FONT_RULES = frozenset({"ISO_19005_2:6.2.11.4.1-1", "ISO_19005_2:6.2.11.8-1"})


def pdf_to_pdfa(source: Path, target: Path, *, tool: str = "pikepdf", notes: tuple[str, ...] = ()) -> Conversion:
    """Writes ``target``; ``source`` is only read.

    Raises:
        CannotConvert: encrypted, damaged, fonts missing, a portfolio or dynamic form, or a breach that cannot be mended.
    """
    import pikepdf

    try:
        with pikepdf.open(source) as pdf:
            if tool == "pikepdf" and (flavour := conforms(source)):
                target.write_bytes(source.read_bytes())
                return Conversion(
                    tool="ingen", checked=True, flavour=flavour, notes=("den mottatte filen er selv PDF/A",)
                )
            locked = pdf.is_encrypted
            if not len(pdf.pages):
                raise CannotConvert(Fault.EMPTY)
            changes = make_passive(pdf)
            changes += embed_standard_fonts(pdf)
            if locked:
                # It opens without a password: only printing or copying was forbidden. The copy has no such lock.
                changes.append("sperren mot utskrift eller kopiering er ikke med")
            return _save(pdf, target, tool=tool, notes=(*notes, *changes))
    except pikepdf.PasswordError as locked_out:
        raise CannotConvert(Fault.ENCRYPTED) from locked_out
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as bad:
        # A malformed file meets our walk in any of these; what it was stands in the cause.
        raise CannotConvert(Fault.DAMAGED, type(bad).__name__) from bad


def conforms(path: Path) -> str:
    """The PDF/A flavour (``1b``, ``2b``, ``3b``) that every construct of the file has been found to keep, or empty."""
    import pikepdf
    from pikepdf import pdfa

    with pikepdf.open(path) as pdf:
        if "/Metadata" not in pdf.Root or check_pdfa(path):
            return ""
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
            flavour = f"{xmp.pdfa_status[:1]}b"
    if flavour not in {"1b", "2b", "3b"}:
        return ""
    return "" if pdfa.validate_written(path, flavour).findings else flavour


def _save(pdf: pikepdf.Pdf, target: Path, *, tool: str, notes: tuple[str, ...]) -> Conversion:
    import pikepdf
    from pikepdf import pdfa

    pdfa.prepare(pdf, _FLAVOUR, output_intent="sRGB")
    pdf.save(target, **pdfa.resolve_save_kwargs(_FLAVOUR, compress_streams=True))
    report = pdfa.validate_written(target, _FLAVOUR)
    breaches = [f for f in report.findings if f.kind == "violation" or f.rule in _FONT_RULES]
    if breaches:
        target.unlink()
        if any(f.rule in _FONT_RULES for f in breaches):
            raise CannotConvert(Fault.FONTS_MISSING)
        rules = sorted({f.rule for f in breaches})
        raise CannotConvert(Fault.NOT_CONFORMING, ", ".join(rules[:5]))
    against = check_pdfa(target)
    if against:
        target.unlink()
        raise CannotConvert(Fault.NOT_CONFORMING, " ".join(against))
    return Conversion(
        tool=f"{tool} (pikepdf {pikepdf.__version__})" if tool != "pikepdf" else f"pikepdf {pikepdf.__version__}",
        checked=not report.findings,
        validated=_verapdf_approves(target),
        unchecked=tuple(sorted({f.message for f in report.findings}))[:10],
        notes=notes,
    )


def _verapdf_approves(path: Path) -> bool:
    """Whether veraPDF, the reference checker, is installed and approves (its exit code is 0 then)."""
    if shutil.which("verapdf") is None:
        return False
    run = subprocess.run(
        ["verapdf", "--flavour", _FLAVOUR, "--format", "text", str(path)], capture_output=True, timeout=120, check=False
    )
    return run.returncode == 0
