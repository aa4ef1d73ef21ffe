"""What ``scan`` says to people, one text a line in bokmål, nynorsk and English."""

# ruff: noqa: E501 (a table: one text a line reads best)

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str, str]] = {
    # key: (bokmål, nynorsk, English)
    "scan.none": ("Fant ingenting å skjerme i {files} filer.", "Fann ingenting å skjerme i {files} filer.", "Found nothing to shield in {files} files."),
    "scan.some": ("{findings} funn i {hit} av {files} filer. Verdiene vises aldri; se i filen selv på stedet som er oppgitt.", "{findings} funn i {hit} av {files} filer. Verdiane blir aldri viste; sjå i fila sjølv på staden som er oppgitt.", "{findings} findings in {hit} of {files} files. Values are never shown; look in the file itself at the place given."),
    "scan.unread": ("Kunne ikke leses: {what} ({why})", "Kunne ikkje lesast: {what} ({why})", "Could not be read: {what} ({why})"),
    "scan.missing": ("{what} finnes ikke. Oppgi filer eller mapper som skal ses gjennom.", "{what} finst ikkje. Oppgi filer eller mapper som skal sjåast gjennom.", "{what} does not exist. Name files or folders to look through."),
    "scan.closed": ("{what} kan ikke åpnes ({why}). Se hvem som har lov til å lese filen.", "{what} kan ikkje opnast ({why}). Sjå kven som har lov til å lese fila.", "{what} cannot be opened ({why}). See who may read it."),
    "scan.what": ("Si hva som skal ses gjennom: postrobot scan FIL …, eller --lines med én tekst på hver linje på standard inn.", "Sei kva som skal sjåast gjennom: postrobot scan FIL …, eller --lines med éin tekst på kvar line på standard inn.", "Say what to look through: postrobot scan FILE …, or --lines with one text a line on standard input."),
    "scan.lines_alone": ("--lines leser standard inn og tar ingen filer. Slik: postrobot scan --lines < {what}", "--lines les standard inn og tek ingen filer. Slik: postrobot scan --lines < {what}", "--lines reads standard input and takes no files. Like this: postrobot scan --lines < {what}"),
    "scan.empty": ("{what} har ingen filer.", "{what} har ingen filer.", "{what} has no files."),
}  # fmt: skip


def column(number: int) -> dict[str, str]:
    """The texts of one language: 0 bokmål, 1 nynorsk, 2 English."""
    return {key: texts[number] for key, texts in TEXTS.items()}
