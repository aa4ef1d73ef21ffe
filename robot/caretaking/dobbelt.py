"""What one letter that came twice can be known by, whatever way it came. Pure.

A mark is the same text for two entries exactly when they have that thing in common, so that looking for a twin is one look-up
in an index and costs the same however many entries there are. What marks say is a reason to ask a person, never to merge.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from models.noark import Journalposttype, Journalstatus, Variantformat
from models.omsorg import Journalinnfoersel
from robot.caretaking import brevpar
from rules.folding import fold

WORDS = 30
"""A text of fewer words says too little to be known by."""
ALIKE = 0.8
"""Share of word triples two texts have in common before they are called near-equal."""
_BANDS, _ROWS = 8, 3
"""Eight bands of three: two texts that share 80 % of their triples meet in one with 99.7 %, those that share 20 % with 6 %."""
_MASK = (1 << 64) - 1


class Likhet(StrEnum):
    """What two entries have in common."""

    FILE = "fil"
    LETTER = "brev"
    TEXT = "tekst"


def concerned(entry: Journalinnfoersel) -> bool:
    """Only letters from outside come twice by two ways; what is utgått is out of the way already."""
    return entry.post.type is Journalposttype.INNGAAENDE and entry.post.status is not Journalstatus.UTGAAR


def marks(entry: Journalinnfoersel, *, secret: bytes, text: str = "") -> tuple[str, ...]:
    """Everything the entry is known by, each once. ``secret`` keys what is made of names; ``text`` is what the letter says,
    empty where it is not known."""
    if not concerned(entry):
        return ()
    found = [*_files(entry), *_letter(entry, secret), *_text(text, secret)]
    return tuple(dict.fromkeys(found))


def kind_of(mark: str) -> Likhet:
    """What a shared mark says."""
    return {"f": Likhet.FILE, "b": Likhet.LETTER, "t": Likhet.TEXT}[mark[0]]


def _files(entry: Journalinnfoersel) -> Iterator[str]:
    """By checksum of what was received; an archive variant is made of it, and adds nothing."""
    for document in entry.dokumenter:
        for variant in document.varianter:
            if variant.variant is Variantformat.PRODUKSJON and variant.sha256 and variant.size_bytes > 0:
                yield f"f:{variant.sha256[:40]}"


def _letter(entry: Journalinnfoersel, secret: bytes) -> Iterator[str]:
    """Sender, title and the date on the document; without that date two letters of one title are two letters."""
    title = brevpar.bare_title(entry.post.tittel)
    if entry.dokumentets_dato is None or not title:
        return
    for sender in brevpar.askers(entry):
        name = " ".join(sorted(brevpar.name_words(sender.navn)))
        if name and fold(sender.navn) not in brevpar.UNKNOWN:
            yield "b:" + _digest(secret, name, title, entry.dokumentets_dato.isoformat())


def triples(text: str) -> frozenset[str]:
    """Every three words in a row, folded; empty for a text that says too little."""
    words = re.findall(r"\w+", fold(text))
    if len(words) < WORDS:
        return frozenset()
    return frozenset(" ".join(words[n : n + 3]) for n in range(len(words) - 2))


def alike(one: str, other: str) -> float:
    """Share of the word triples of both that stand in each; 0.0–1.0."""
    mine, theirs = triples(one), triples(other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def _text(text: str, secret: bytes) -> Iterator[str]:
    """MinHash in bands (Broder 1997): near-equal texts meet in at least one, near enough always."""
    hashes = [int.from_bytes(hashlib.blake2b(t.encode(), digest_size=8).digest(), "big") for t in triples(text)]
    if not hashes:
        return
    for band in range(_BANDS):
        rows = [_least(hashes, band * _ROWS + row) for row in range(_ROWS)]
        yield f"t{band}:" + _digest(secret, *(f"{value:x}" for value in rows))


def _least(hashes: Sequence[int], turn: int) -> int:
    """The least hash under the ``turn``-th mixing (multiply by an odd number, fold the high half in)."""
    odd = (0x9E3779B97F4A7C15 * (2 * turn + 1)) & _MASK | 1
    return min(((value * odd) & _MASK) ^ (((value * odd) & _MASK) >> 31) for value in hashes)


def _digest(secret: bytes, *parts: str) -> str:
    raw = b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)
    return base64.b32encode(hashlib.blake2b(raw, key=secret[:64], digest_size=15).digest()).decode("ascii").lower()


def pair_id(one: str, other: str) -> str:
    """What a pair is called, whichever is named first: ``d`` and ten characters."""
    raw = "\n".join(sorted((one, other))).encode()
    return "d" + base64.b32encode(hashlib.sha256(raw).digest()).decode("ascii").lower()[:10]
