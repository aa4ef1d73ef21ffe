"""Cases as case workers leave them, in the embedded archive: what caretaking is tried on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.arkiv.archive import EmbeddedArchive

LETTER = b"%PDF-1.7 et brev"
PDFA = "fmt/477"
_OUT = [{"type": "IA", "navn": "Arkivet", "enhet": "ARKIV"}, {"type": "EM", "navn": "Nes Eksempel"}]
_IN = [{"type": "EA", "navn": "Nes Eksempel"}, {"type": "IM", "navn": "Arkivet", "enhet": "ARKIV"}]
_INSIDE = [{"type": "IA", "navn": "Arkivet", "enhet": "ARKIV"}, {"type": "IM", "navn": "Plan", "enhet": "ARKIV"}]
_PARTS = {"I": _IN, "U": _OUT, "N": _INSIDE, "X": _INSIDE}
TO = {"dato": "2026-02-01", "maate": "TO"}


def entry(number: int, type_: str = "I", status: str = "J", **more: Any) -> dict[str, Any]:
    """An entry with everything, its file in an archive format."""
    variant = {"variant": "P", "format": PDFA, "filnavn": "brev.pdf", "mime_type": "application/pdf"}
    dates = {"I": {"mottatt_dato": "2026-01-12"}, "U": {"sendt_dato": "2026-01-20"}}.get(type_, {})
    return {
        "nummer": number,
        "type": type_,
        "status": status,
        "tittel": f"Brev {number}",
        "journaldato": "2026-01-12",
        "parter": _PARTS[type_],
        "dokumenter": [{"tittel": f"Brev {number}", "status": "F", "som": "H", "varianter": [variant]}],
        **dates,
        **more,
    }


def lay_cases(archive: EmbeddedArchive, files: Path, cases: Mapping[str, tuple[str, list[dict[str, Any]]]]) -> None:
    """Cases by saksnummer → (saksstatus, entries), taken into the archive; every fault of the import is a fault here."""
    files.mkdir(parents=True, exist_ok=True)
    lines, last = [], 0
    for number, (status, entries) in cases.items():
        for one in entries:
            last += 1
            content = LETTER + f" {last}".encode()  # no two alike
            digest = hashlib.sha256(content).hexdigest()
            (files / digest).write_bytes(content)
            for document in one["dokumenter"]:
                for variant in document["varianter"]:
                    variant |= {"fil": digest, "sjekksum": digest, "stoerrelse": len(content)}
            one["journalnummer"] = f"{last}/2026"
        lines.append(
            json.dumps(
                {
                    "saksnummer": number,
                    "tittel": f"Sak {number}",
                    "arkivdel": "SAK",
                    "klasse": "000",
                    "enhet": "ARKIV",
                    "saksansvarlig": "Eva Eksempel",
                    "saksdato": "2026-01-10",
                    "status": status,
                    "innfoersler": entries,
                }
            )
        )
    report = archive.import_cases(lines, files)
    if report.faults:
        raise AssertionError(report.faults)


def some_cases() -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """One of each kind: to be journaled and closed, to be closed at once, not sent, unanswered, an external note, in use."""
    return {
        "2026/1": ("F", [entry(1, "I", "S", avskrivninger=[TO]), entry(2, "U", "E")]),
        "2026/2": ("F", [entry(1, "I", "J", avskrivninger=[TO]), entry(2, "X", "A")]),
        "2026/3": ("F", [entry(1, "U", "F")]),
        "2026/4": ("F", [entry(1, "I", "J")]),
        "2026/5": ("B", [entry(1, "X", "F", parter=[*_INSIDE, _IN[0]])]),
        "2026/6": ("B", [entry(1, "N", "F")]),
    }
