"""Numbers and dates that mean somebody only beside a word: the last five of a fødselsnummer, passports, birth dates, plates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rules.detectors import explain
from rules.detectors.gate import Prepared, after, before
from rules.detectors.hit import Hit
from rules.detectors.kinds import Label
from rules.detectors.wordlist import context

WORDS = (
    "person",
    "persnr",
    "reise",
    "siste",
    "pass",
    "født",
    "fødd",
    "fødsel",
    "f.dato",
    "f. ",
    "f.",
    "fdato",
    "dob",
    "bursdag",
    "(0",
    "(1",
    "(2",
    "(3",
)
"""Lower-case words one of which must be on the line (or beside it) for anything but a plate."""

_IS = r"(?: (?:er|var|:))?[ .:;=#-]{0,4}\n?[ ]{0,4}"
_SIFFER = r"(?: (?:siffer(?:ene|a)?|sifrene|sifra))?"
_FIVE = re.compile(
    r"(?<![a-zæøå])(?:person-?n(?:umme)?r(?:et|a)?\.?|pers\.?-?nr\.?|pnr\.?|"
    rf"(?:de |dei )?(?:(?:fem|5) siste{_SIFFER}|siste (?:fem|5){_SIFFER})(?: (?:i|av) (?:fødsels|person)nummeret)?)"
    rf"(?: \(?(?:5|fem) siffer\)?)?(?: (?:til|for|på) [a-zæøå]{{2,20}}| (?:mitt|ditt|hans|hennes|hennar))?{_IS}"
    r"(?P<n>[0-9]{5}|[0-9]{3} [0-9]{2})(?![0-9]|[.,/-][0-9]| ?[0-9]{2,})"
)

_PASS_WORD = re.compile(
    r"(?<![a-zæøå])(?:pass(?:et|ets)?(?:-?n(?:umme)?r(?:et)?\.?)?|passport(?: no\.?)?|reisebevis(?:et)"
    r"?(?: ?n(?:umme)?r)?\.?|reisedokument\w{0,8}|"
    r"utlendingspass(?:et)?|passnr)(?:[ .:#()-]{1,3}(?:med |for |har |er |nr\.?|nummer(?:et)?|no\.?|norsk|"
    r"polsk|utenlandsk|frå|fra|[a-zæøå]{2,12})){0,3}[ .:#()-]{0,4}\n?\Z"
)
_PASS = re.compile(
    r"(?<![A-Za-z0-9ÆØÅæøå])(?:[A-Z]{1,3}[0-9]{6,8}|[A-Z][0-9]{2}[A-Z0-9]{6}|[0-9]{8,9}|[A-Z]{2} [0-9]{7})"
    r"(?![A-Za-z0-9])(?![.,-][0-9])"
)

_BORN = re.compile(
    r"(?<![a-zæøå])(?:født|fødd|f\.? ?dato|fødselsdato(?:en)?|fødselsdag(?:en)?|bursdag|fødselsd\.?|f\.|dob|"
    r"date of birth|fødde?|født den|fødd den)"
    r"(?: (?:den|er|var|på|dato|for barnet|for [a-zæøå]{2,14}|til [a-zæøå]{2,14}|\([dmåy./ -]{4,12}\)))?[ "
    r".:;=()-]{0,4}\n?[ "
    r"]{0,4}(?:den )?\Z"
)
_MONTH = (
    r"(?:januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|jan|feb|apr|jun|jul|"
    r"aug|sept?|okt|nov|des)"
)
_DATE = re.compile(
    rf"(?<![0-9])(?:(?P<d>[0-3]?[0-9])[./-] ?(?P<m>[01]?[0-9])[./-] ?(?P<y>(?:18|19|20)?[0-9]{{2}})|"
    rf"(?P<yy>(?:18|19|20)[0-9]{{2}})-(?P<mm>[01][0-9])-(?P<dd>[0-3][0-9])|"
    rf"(?P<dn>[0-3]?[0-9])\. ?{_MONTH}\.? ?(?P<yn>(?:18|19|20)[0-9]{{2}})|"
    rf"(?P<row>[0-3][0-9][01][0-9](?:(?:19|20)[0-9]{{2}}|[0-9]{{2}})))(?![0-9])"
)
# «Kari Nordmann (12.03.1985)», «Ola Nordmann, 12.03.1985»: a whole date right after a name.
_AFTER_NAME = re.compile(r"[a-zæøåéèüöä]{2}\s?[(,]\s?\Z")
_ADMIN = re.compile(r"datert|av dato|dato|vedtak|møte|brev|saken|sak|søknad|vedtatt|frist|gjelder fra|periode|journal")

_PLATE = re.compile(
    r"(?<![A-Za-zÆØÅæøå0-9])(?P<l>[A-HJ-NPR-Z]{2}) ?(?P<n>[0-9]{5}|[0-9]{4})(?![0-9A-Za-z]|[.,/-][0-9]| [0-9]{2,})"
)
_NOT_PLATE = frozenset({"NS", "KR", "NR", "EN", "RF", "FV", "KV", "RV", "EU", "PH", "DN", "PN", "AR", "GB", "HC"})


def find(prepared: Prepared, parts: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    """Last five digits, passports and birth dates on the lines ``parts``."""
    for start, end in parts:
        for match in _FIVE.finditer(prepared.lower, start, end):
            yield Hit(Label.PERSONNR5, match.start("n"), match.end("n"), match["n"], 0.97, "personnr5/1")
        for match in _PASS.finditer(prepared.text, start, end):
            if _PASS_WORD.search(before(prepared, match.start(), 60)):
                yield Hit(Label.PASSPORT, match.start(), match.end(), match[0], 0.93, "pass/1")
        for match in _DATE.finditer(prepared.lower, start, end):
            confidence = _birth(prepared, match)
            if confidence:
                yield Hit(Label.BIRTHDATE, match.start(), match.end(), match[0], confidence, "fødselsdato/1")


def _birth(prepared: Prepared, match: re.Match[str]) -> float:
    """How sure it is that the date is a birth date; 0 when it is not."""
    day = match["d"] or match["dd"] or match["dn"] or (match["row"] or "")[:2]
    month = match["m"] or match["mm"] or (match["row"] or "")[2:4] or "1"
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
        return 0
    near = before(prepared, match.start(), 40)
    if _BORN.search(near):
        return 0.97
    year = match["y"] or match["yy"] or match["yn"] or ""
    if len(year) == 4 and _AFTER_NAME.search(near) and after(prepared, match.end(), 1) in (")", ""):
        name = re.search(
            r"(?:[A-ZÆØÅ][\wæøåéèüöä'-]+ ){1,3}[A-ZÆØÅ][\wæøåéèüöä'-]+\s?[(,]\s?\Z",
            prepared.text[max(0, match.start() - 60) : match.start()],
        )
        if name and not _ADMIN.search(near):
            return 0.8
    return 0


def plates(prepared: Prepared, parts: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    """Registration plates on lines that speak of a vehicle."""
    for start, end in parts:
        for match in _PLATE.finditer(prepared.text, start, end):
            if match["l"] in _NOT_PLATE or explain.why(prepared, match.start(), match.end()):
                continue
            near = before(prepared, match.start(), 70) + "\x00" + after(prepared, match.end(), 40)
            if context("kjøretøy").search(near):
                yield Hit(Label.PLATE, match.start(), match.end(), match[0], 0.92, "skilt/1")
