"""Words as they are compared: in the same spelling whatever a scanner, a typewriter or the writer's form of Norwegian made."""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"æ": "a", "ø": "o", "å": "a", "ä": "a", "ö": "o", "é": "e", "è": "e", "ü": "u", "ð": "d"})
_SLIPS = str.maketrans({"0": "o", "1": "l", "5": "s", "8": "b"})
"""Digits that a scanner reads for letters, inside words only."""

_NYNORSK = (
    # Stems that differ and that carry meaning in municipal post; the rest the letters' own parts take care of.
    ("skule", "skole"), ("heim", "hjem"), ("vatn", "vann"), ("vass", "vann"), ("løyve", "tillatelse"),
    ("tilskot", "tilskudd"), ("tilskott", "tilskudd"), ("høyr", "hør"), ("byggje", "bygge"), ("dykk", "dere"),
    ("førespurn", "forespørs"), ("innbyggjar", "innbygger"), ("tilsett", "ansatt"), ("tilsetj", "ansett"),
    ("sjuke", "syke"), ("sjuk", "syk"), ("eigedom", "eiendom"), ("eigar", "eier"), ("leige", "leie"),
    ("utgreiing", "utredning"), ("verksemd", "virksomhet"), ("avgjerd", "avgjørelse"), ("rettleiing", "veiledning"),
    ("fråsegn", "uttalelse"), ("fråvær", "fravær"), ("kyrkj", "kirke"), ("bustad", "bolig"), ("husvære", "bolig"),
    ("veg", "vei"), ("framlegg", "forslag"), ("rekneskap", "regnskap"), ("rekning", "regning"), ("tenest", "tjenest"),
    ("ferdsl", "ferdsel"), ("hamn", "havn"), ("reinhald", "renhold"), ("avlaup", "avløp"), ("utleige", "utleie"),
    ("frå", "fra"), ("ikkje", "ikke"), ("berre", "bare"), ("noko", "noe"), ("nokon", "noen"), ("korleis", "hvordan"),
    ("kva", "hva"), ("kvifor", "hvorfor"), ("vere", "være"), ("søkjar", "søker"), ("søkje", "søke"), ("19", "20"),
)  # fmt: skip


def words(text: str) -> list[str]:
    """The words and numbers of a text in order, in small letters; a number is told by its number of figures only."""
    lowered = unicodedata.normalize("NFC", text).lower()
    return [_number(word) if word.isdecimal() else word for word in WORD.findall(lowered)]


def _number(word: str) -> str:
    return f"#{min(len(word), 12)}"


def folded(word: str) -> str:
    """A word for comparing its parts: nynorsk stems as bokmål's, no rings or strokes on letters, a scanner's slips mended."""
    if word.startswith("#"):
        return word
    if not word.isalpha():
        word = word.translate(_SLIPS) if sum(map(str.isalpha, word)) * 2 >= len(word) else word
    for old, new in _NYNORSK:
        if old in word:
            word = word.replace(old, new)
            break
    return word.translate(_LETTERS)
