"""What a conversion gave, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Why no archive format could be made. The values go to log and audit; :data:`SENTENCES` has them for people."""

    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    EMPTY = "empty"
    FONTS_MISSING = "fonts_missing"
    PORTFOLIO = "portfolio"
    DYNAMIC_FORM = "dynamic_form"
    NOT_CONFORMING = "not_conforming"
    NEEDS_LIBREOFFICE = "needs_libreoffice"
    LIBREOFFICE_FAILED = "libreoffice_failed"
    UNSUPPORTED_TYPE = "unsupported_type"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"


SENTENCES: dict[Fault, str] = {
    Fault.ENCRYPTED: "Filen er passordbeskyttet; be avsender om en åpen utgave.",
    Fault.DAMAGED: "Filen er skadet og kan ikke åpnes; be avsender sende den på nytt.",
    Fault.EMPTY: "Filen er tom; det er ingenting å lage arkivformat av.",
    Fault.FONTS_MISSING: "PDF-en mangler innebygde skrifter; skriv den ut til PDF/A fra et program som har skriftene.",
    Fault.PORTFOLIO: "PDF-en er en samlemappe med flere filer; pakk dem ut og registrer dem hver for seg.",
    Fault.DYNAMIC_FORM: "PDF-en er et dynamisk skjema (XFA); åpne det i Adobe Reader og skriv det ut til PDF.",
    Fault.NOT_CONFORMING: "PDF-en bryter med PDF/A på måter som ikke kan rettes uten å endre innholdet.",
    Fault.NEEDS_LIBREOFFICE: "Trenger LibreOffice for å lage arkivformat; "
    "installer pakkene libreoffice-writer-nogui og libreoffice-calc-nogui.",
    Fault.LIBREOFFICE_FAILED: "LibreOffice klarte ikke å gjøre om dokumentet; åpne det og lagre det som PDF/A.",
    Fault.UNSUPPORTED_TYPE: "Det finnes ingen omvei til arkivformat for denne filtypen.",
    Fault.TOO_LARGE: "Filen er for stor til å gjøres om til arkivformat.",
    Fault.TIMEOUT: "Omgjøringen til arkivformat tok for lang tid.",
    Fault.MEMORY: "Omgjøringen til arkivformat trengte for mye minne.",
    Fault.CRASH: "Omgjøringen til arkivformat stoppet uventet.",
}


class CannotConvert(Exception):
    """No archive format can be made of this file. ``detail`` adds what a person needs; no content from the post."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        self.fault = fault
        self.detail = detail
        super().__init__(f"{fault.value}: {detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A PDF/A file was written.

    ``tool`` and ``notes`` are konverteringsverktøy and konverteringskommentar (M714, M715). ``checked``: every construct
    of the file was approved by pikepdf's PDF/A checker; False: nothing was found against it, but ``unchecked`` kinds of
    constructs are beyond that checker. ``validated`` is only ever True when veraPDF itself said so.
    """

    tool: str
    checked: bool
    validated: bool = False
    unchecked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    flavour: str = "2b"
