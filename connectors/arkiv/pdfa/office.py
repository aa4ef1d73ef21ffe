"""DOCX, XLSX, ODT and their kin → PDF/A, by LibreOffice when it is installed; otherwise an exception by name."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from connectors.arkiv.pdfa.pdf import pdf_to_pdfa
from connectors.arkiv.pdfa.result import CannotConvert, Conversion, Fault

_START_AGAIN, _STARTS = 81, 3
"""LibreOffice's exit code for «start me again» (EXITHELPER_NORMAL_RESTART), and how often that is done."""

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
        _export(_binary(program), work, document, _export_filter(suffix), wall_s)
        made = work / "ut" / "dokument.pdf"
        if not made.is_file():
            raise CannotConvert(Fault.LIBREOFFICE_FAILED)
        return pdf_to_pdfa(made, target, tool="LibreOffice")


def _binary(program: str) -> str:
    """LibreOffice itself, past the script that starts it anew by itself."""
    beside = Path(program).resolve().parent / "soffice.bin"
    return str(beside) if beside.is_file() else program


def _export(program: str, work: Path, document: Path, export_filter: str, wall_s: float) -> None:
    """Runs LibreOffice until it has made ``ut/dokument.pdf``.

    With a new profile it ends at once with 81 and wants to be started again. Its socket is named after the profile's place,
    and the sandbox lets it make a name but not remove one: so the profile is at a new place the second time.
    """
    for number in range(_STARTS):
        profile = work / f"profil{number}"
        if number:
            (work / f"profil{number - 1}").rename(profile)
        # SelectPdfVersion 2 is PDF/A-2b. A profile of its own: a running LibreOffice would otherwise take the job over.
        command = [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            f'pdf:{export_filter}:{{"SelectPdfVersion":{{"type":"long","value":"2"}}}}',
            "--outdir",
            str(work / "ut"),
            str(document),
        ]
        environment = {"HOME": str(work), "TMPDIR": str(work), "PATH": "/usr/bin:/bin"}
        try:
            done = subprocess.run(command, capture_output=True, timeout=wall_s, check=False, env=environment)
        except subprocess.TimeoutExpired as slow:
            raise CannotConvert(Fault.TIMEOUT) from slow
        except OSError as bad:
            raise CannotConvert(Fault.LIBREOFFICE_FAILED) from bad
        if done.returncode != _START_AGAIN:
            break
    if done.returncode:
        raise CannotConvert(Fault.LIBREOFFICE_FAILED)


def _export_filter(suffix: str) -> str:
    """LibreOffice has one PDF filter for each of its programs."""
    if suffix in {".xlsx", ".xls", ".ods"}:
        return "calc_pdf_Export"
    return "impress_pdf_Export" if suffix in {".pptx", ".ppt", ".odp"} else "writer_pdf_Export"
