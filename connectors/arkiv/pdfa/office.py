"""DOCX, XLSX, ODT and their kin → PDF/A, by LibreOffice when it is installed; otherwise an exception by name."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from connectors.arkiv.pdfa.pdf import pdf_to_pdfa
from connectors.arkiv.pdfa.result import CannotConvert, Conversion, Fault

_PLACES = ("/usr/bin/soffice", "/usr/lib/libreoffice/program/soffice", "/usr/local/bin/soffice")


def soffice() -> str | None:
    """Where LibreOffice is. The sandbox has no PATH, so the usual places are looked at too."""
    return shutil.which("soffice") or next((place for place in _PLACES if Path(place).is_file()), None)


def office_to_pdfa(source: Path, target: Path, *, suffix: str, wall_s: float = 90) -> Conversion:
    """``suffix`` is the file type's usual ending (``.docx``), which LibreOffice goes by.

    Raises:
        CannotConvert: LibreOffice is not here, or failed.
    """
    program = soffice()
    if program is None:
        raise CannotConvert(Fault.NEEDS_LIBREOFFICE)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        document = work / f"dokument{suffix}"
        shutil.copyfile(source, document)
        # SelectPdfVersion 2 is PDF/A-2b. A profile of its own: a running LibreOffice would otherwise take the job over.
        command = [
            program,
            f"-env:UserInstallation={(work / 'profil').as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            f'pdf:{_export_filter(suffix)}:{{"SelectPdfVersion":{{"type":"long","value":"2"}}}}',
            "--outdir",
            str(work / "ut"),
            str(document),
        ]
        try:
            subprocess.run(
                command,
                capture_output=True,
                timeout=wall_s,
                check=True,
                env={"HOME": folder, "TMPDIR": folder, "PATH": "/usr/bin:/bin"},
            )
        except subprocess.TimeoutExpired as slow:
            raise CannotConvert(Fault.TIMEOUT) from slow
        except (subprocess.CalledProcessError, OSError) as bad:
            raise CannotConvert(Fault.LIBREOFFICE_FAILED) from bad
        made = work / "ut" / "dokument.pdf"
        if not made.is_file():
            raise CannotConvert(Fault.LIBREOFFICE_FAILED)
        return pdf_to_pdfa(made, target, tool="LibreOffice")


def _export_filter(suffix: str) -> str:
    """LibreOffice has one PDF filter for each of its programs."""
    if suffix in {".xlsx", ".xls", ".ods"}:
        return "calc_pdf_Export"
    return "impress_pdf_Export" if suffix in {".pptx", ".ppt", ".odp"} else "writer_pdf_Export"
