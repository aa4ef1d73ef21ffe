"""Identity numbers: fødselsnummer, D, H, FH and synthetic ones by their check digits, and DUF by its label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.finding import Finding, Severity
from rules import numbers
from rules.detectors import explain
from rules.detectors.gate import SWAPS, Prepared, after, before, blocks, masked, overlaps

MOST = 2000
"""Findings of a kind after which the rest of a text says nothing new."""

_VALID = "identitet/2"
LABELLED = "identitet.merket/2"
"""Rule of what stands beside a label and does not hold."""
SPLIT = "identitet.delt/1"
"""Rule of a date and, after a word for it, the last five digits."""
_DUF = "identitet.duf/1"
WORDS = ("fnr", "f.nr", "fødsel", "person", "persnr", "hjelpen", "d-n", "id-n", "duf", "udi", "utlending")
# Four digits in a row, or six one to a box.
_DIGITS = re.compile(r"[0-9]{4}|[0-9](?:[ |]{1,3}[0-9]){5}")

_BREAK = r"(?: {0,3}[-/.,]? {0,3}| ?\n ?-?)"
_TAIL = r"[0-9]{3} ?[0-9]{2}(?![0-9])"
_SPLIT = re.compile(rf"(?<![0-9])(?:[0-9]{{6}}|[0-9]{{2}}([. ]) ?[0-9]{{2}}\1 ?[0-9]{{2}}){_BREAK}{_TAIL}")
_WITH_CENTURY = re.compile(
    r"(?<![0-9])(?P<d>[0-9]{2})\.(?P<m>[0-9]{2})\.(?:19|20)(?P<y>[0-9]{2})(?: ?[-/] ?| {1,3})(?P<t>[0-9]{5})(?![0-9])"
)
_BOXES = re.compile(r"(?<![0-9])(?<![0-9][ |])[0-9](?:[ |]{1,3}[0-9]){10}(?![0-9])(?![ |]{1,3}[0-9](?![0-9]))")
# «født 01.01.1990, personnr. 12345»: the date may have its century, and words between.
_APART = re.compile(
    r"(?<![0-9])(?P<d>[0-9]{2})[. ]?(?P<m>[0-9]{2})[. ]?(?:19|20)?(?P<y>[0-9]{2})(?![0-9])"
    r"[^0-9\n]{0,12}\n?[^0-9\n]{0,12}person-?n(?:umme)?r\.?[^0-9\n]{0,4}\n?(?P<t>[0-9]{5})(?![0-9])",
    re.IGNORECASE,
)

_LABEL = (
    r"(?:fødsels-? ?(?:og|/) ?person-?n(?:umme)?r|fødsels-?n(?:umme)?r|person-?n(?:umme)?r|pers\.?-?nr|"
    r"hjelpe-?n(?:umme)?r|d-?n(?:umme)?r|id-?n(?:umme)?r|(?<![a-zæøå])f\.? ?nr)(?:et|a)?\.?"
)
_CONTEXT = re.compile(rf"(?<![a-zæøå]){_LABEL}|fødselsdato|(?<![a-zæøå])(?:født|fødd)(?![a-zæøå])")
_ONLY_FNR = re.compile(r"(?<![a-zæøå])f\.? ?nr")
_PROPERTY_NEAR = re.compile(r"(?<![a-zæøå])(?:g\.? ?nr|b\.? ?nr|s\.? ?nr|gbnr|feste|faktura)")
# After a label letters that OCR reads for digits count too. At least seven real digits (checked apart).
_LIKE = r"[0-9oOIlSB|]"
_AFTER_LABEL = re.compile(
    rf"(?<![a-zæøå]){_LABEL}(?: \(?11 siffer\)?)?"
    r"(?: (?:ditt|mitt|hans|hennes|hennar|deres|til [a-zæøå]{2,15}|for [a-zæøå]{2,15}))?"
    rf"(?: er)?[ .:;=_-]{{0,6}}\n?[ ]{{0,4}}"
    rf"(?P<n>{_LIKE}{{2}}\.?{_LIKE}{{2}}\.?{_LIKE}{{2}}{_BREAK}{_LIKE}{{3}} ?{_LIKE}{{2}})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[A-Za-z|]")
_DUF_NUMBER = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2} ?[0-9]{6} ?[0-9]{2}(?![0-9])")
_DUF_WORD = re.compile(r"(?<![a-zæøå])(?:duf|udi|utlendingsn(?:umme)?r|utlendingssak)(?![a-zæøå])|duf-?n(?:umme)?r")


@dataclass(frozen=True, slots=True)
class Number:
    """An identity number with its span in the original text; ``known`` is None for a labelled one that does not hold."""

    start: int
    end: int
    digits: str
    label: str
    rule: str
    known: numbers.Identity | None = None
    ocr: bool = False


def find(prepared: Prepared, sted: str) -> list[Finding]:
    """Every identity number in the text (sensitive-data.md section 1), in text order."""
    return [
        Finding(
            etikett=number.label,
            alvor=Severity.WARNING if number.rule == LABELLED else Severity.BLOCK,
            sted=sted,
            start=number.start,
            end=number.end,
            masked=masked(number.digits),
            rule=number.rule,
            synthetic=number.known is not None and number.known.synthetic,
        )
        for number in every(prepared)
    ]


def every(prepared: Prepared, parts: Sequence[tuple[int, int]] | None = None) -> list[Number]:
    """Every identity number: those that hold, those that only stand beside a label, and DUF; in text order, apart.

    ``parts``: where to look, when somebody has found that already.
    """
    if parts is None:
        parts = blocks(prepared, words=WORDS, pattern=_DIGITS)
    found = recognised(prepared, parts)
    for more in (_labelled_numbers(prepared, parts), _duf_numbers(prepared, parts)):
        found = _with_more(found, more)
    return found


def recognised(prepared: Prepared, parts: Sequence[tuple[int, int]] | None = None) -> list[Number]:
    """The numbers whose check digits hold and whose surroundings allow it, in text order."""
    if parts is None:
        parts = blocks(prepared, words=WORDS, pattern=_DIGITS)
    found: list[Number] = []
    for start, end in parts:
        for begin, stop, digits in _candidates(prepared.text, start, end):
            if len(found) > MOST:
                break
            known = _known(prepared, begin, stop, digits)
            if known is not None:
                span = prepared.original(begin, stop)
                rule = SPLIT if _APART.match(prepared.text, begin, stop) else _VALID
                found.append(Number(*span, digits, known.kind.value, rule, known))
    return _with_more([], found)


def _labelled_numbers(prepared: Prepared, parts: Sequence[tuple[int, int]]) -> list[Number]:
    """What stands right after a label: also with letters that OCR read for digits, and with wrong check digits."""
    found: list[Number] = []
    for start, end in parts:
        for match in _AFTER_LABEL.finditer(prepared.text, start, end):
            if len(found) > MOST:
                break
            labelled = _labelled(prepared, match)
            if labelled is not None:
                digits, known = labelled
                kind = known.kind if known else numbers.IdentityKind.FNR
                span = prepared.original(match.start("n"), match.end("n"))
                rule = _VALID if known else LABELLED
                found.append(Number(*span, digits, kind.value, rule, known, ocr=_LETTER.search(match["n"]) is not None))
    return found


def _duf_numbers(prepared: Prepared, parts: Sequence[tuple[int, int]]) -> list[Number]:
    return [
        Number(*prepared.original(match.start(), match.end()), _digits(match[0]), "DUF", _DUF)
        for start, end in parts
        for match in _DUF_NUMBER.finditer(prepared.text, start, end)
        if _DUF_WORD.search(before(prepared, match.start(), 40))
    ]


def _with_more(found: list[Number], more: list[Number]) -> list[Number]:
    """``found`` and those of ``more`` that meet none before them, in text order."""
    taken = [(number.start, number.end) for number in found]
    kept: list[Number] = []
    last = -1
    for number in sorted(more, key=lambda n: (n.start, -n.end)):
        if number.start >= last and not overlaps((number.start, number.end), taken):
            kept.append(number)
            last = number.end
    return sorted([*found, *kept], key=lambda n: n.start)


def _candidates(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Spans that are written as an identity number may be, with their eleven digits."""
    found = [(m.start(), m.end(), m["d"] + m["m"] + m["y"] + m["t"]) for m in _WITH_CENTURY.finditer(text, start, end)]
    found += [(m.start(), m.end(), _digits(m[0])) for m in _SPLIT.finditer(text, start, end)]
    found += [(m.start(), m.end(), _digits(m[0])) for m in _BOXES.finditer(text, start, end)]
    found += [(m.start(), m.end(), m["d"] + m["m"] + m["y"] + m["t"]) for m in _APART.finditer(text, start, end)]
    return found


def _digits(written: str) -> str:
    return re.sub(r"[^0-9]", "", written)


def _known(prepared: Prepared, start: int, end: int, digits: str) -> numbers.Identity | None:
    """What the number is, when its check digits, its surroundings and its context allow it."""
    known = numbers.identity(digits, allow_relaxed=True)
    if known is None or _inside_other(prepared.lower, start, end):
        return None
    context = _context(prepared, start, end)
    # A label decides over a payment word: «KID» on the line before a fødselsnummer does not clear it.
    if not context and explain.why(prepared, start, end):
        return None
    if (known.relaxed or known.kind is numbers.IdentityKind.FHNR) and not context:
        return None
    return known


def _context(prepared: Prepared, start: int, end: int) -> bool:
    near = before(prepared, start, 40) + "\x00" + after(prepared, end, 15)
    hits = [m[0] for m in _CONTEXT.finditer(near)]
    # «fnr» is festenummer beside gnr and bnr, and sometimes fakturanummer.
    if hits and all(_ONLY_FNR.fullmatch(h.rstrip(".")) for h in hits):
        return not _PROPERTY_NEAR.search(near)
    return bool(hits)


def _inside_other(lower: str, start: int, end: int) -> bool:
    """Whether the digits are part of a decimal number, a GUID or another long hexadecimal token."""
    # «10.01819045077» is a coordinate; a comma may as well part the columns of a table.
    if start > 1 and lower[start - 1] == "." and lower[start - 2].isdigit():
        return True
    return end - start == 11 and explain.inside_token(lower, start, end)


def _labelled(prepared: Prepared, match: re.Match[str]) -> tuple[str, numbers.Identity | None] | None:
    written = match["n"]
    if sum(char.isdigit() for char in written) < 7:
        return None
    digits = _digits(written.translate(SWAPS))
    if len(digits) != 11:
        return None
    label = prepared.lower[match.start() : match.start("n")]
    near = before(prepared, match.start(), 40) + "\x00" + after(prepared, match.end(), 15)
    if _ONLY_FNR.match(label) and _PROPERTY_NEAR.search(near):
        return None
    return digits, numbers.identity(digits, allow_relaxed=True)
