"""The provisions (hjemler) that a ``skjerming`` may name: one data file, each row saying whether a human has checked it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rules.folding import fold
from rules.layers import Table, parse_table

FILE = "hjemler.csv"
_SPELLINGS = (
    (r"offentleglova|offentlighetsloven|off\.?lova?\b", "offl."),
    (r"forvaltningsloven|forvaltningslova|fvl\.?", "fvl."),
    (r"offl\.?", "offl."),
    (r"jfr\.?|jf\.?|jamfør", "jf."),
    (r"§\s*", "§ "),
    (r"\bnummer\b|\bnr\b\.?", "nr."),
)


@dataclass(frozen=True, slots=True)
class Provision:
    """``checked``: a human has held it against Lovdata."""

    text: str
    about: str
    checked: bool


def provisions_bytes() -> bytes:
    """The data file as shipped; part of a rule set's hash."""
    return (Path(__file__).parent / FILE).read_bytes()


def parse_provisions(raw: bytes) -> tuple[Provision, ...]:
    """The provisions; a file that cannot be read gives none."""
    table = parse_table(raw, FILE)
    if not isinstance(table, Table):
        return ()
    return tuple(
        Provision(row.get("hjemmel", ""), row.get("gjelder", ""), row.get("sjekket", "") == "ja")
        for row in table.rows
        if row.get("hjemmel")
    )


def normalise_provision(text: str) -> str:
    """The provision in one spelling, so that «Offl. §13, jf fvl §13» is found."""
    result = fold(text).replace(",", " ")
    for pattern, written in _SPELLINGS:
        result = re.sub(pattern, written, result)
    return re.sub(r"\.{2,}", ".", " ".join(result.split())).rstrip(". ")
