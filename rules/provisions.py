"""The provisions (hjemler) that a ``skjerming`` may name: one data file, each row saying whether a human has checked it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rules.folding import fold
from rules.layers import LayerFiles, Table, canonical_headings, parse_table

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
    table = canonical_headings(table)
    return tuple(
        Provision(row.get("hjemmel", ""), row.get("gjelder", ""), row.get("sjekket", "") == "ja")
        for row in table.rows
        if row.get("hjemmel")
    )


def known_provisions(shipped: bytes, layers: list[LayerFiles]) -> tuple[Provision, ...]:
    """The shipped ones and those of the layers' own ``hjemler.csv``; a layer's row stands in place of an earlier one of
    the same provision, so that who has held it against Lovdata can say so."""
    found: dict[str, Provision] = {}
    own = (raw for layer in layers if (raw := layer.get(FILE)) is not None)
    for raw in (shipped, *own):
        found |= {normalise_provision(row.text): row for row in parse_provisions(raw)}
    return tuple(found.values())


def normalise_provision(text: str) -> str:
    """The provision in one spelling, so that «Offl. §13, jf fvl §13» is found."""
    result = fold(text).replace(",", " ")
    for pattern, written in _SPELLINGS:
        result = re.sub(pattern, written, result)
    return re.sub(r"\.{2,}", ".", " ".join(result.split())).rstrip(". ")
