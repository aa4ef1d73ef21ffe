"""Numbers of cases, journalposter and properties."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules.extract.contract import SPACE, Extracted

_S = SPACE
_LABEL_G = r"(?:g(?:å|a)rdsn(?:umme)?r|g\.?n\.?r)\.?"
_LABEL_B = r"(?:bruksn(?:umme)?r|b\.?n\.?r)\.?"
_LABEL_F = r"(?:festen(?:umme)?r|f\.?n\.?r)\.?"
_LABEL_S = r"(?:seksjonsn(?:umme)?r|s\.?n\.?r)\.?"
_KOMMUNE = rf"(?:(?P<k>[0-9]{{4}}){_S}{{0,2}}[-–/]{_S}{{0,2}})?"
_SEP = rf"(?:{_S}|[:,;.]|og\b){{0,4}}"
_SLASH = rf"{_S}{{0,2}}/{_S}{{0,2}}"

# «gnr. 12, bnr. 345», «gårdsnr 12 bruksnr 345 fnr 1 snr 3»; «bnr 345, 346 og 347» lists more on the same gnr.
_LABELLED = re.compile(
    rf"(?<![\w]){_LABEL_G}{_SEP}\s?(?P<g>[0-9]{{1,5}})(?![0-9]|/[0-9])(?:{_S}|[,;.\n/]|og\b){{0,4}}"
    rf"{_LABEL_B}{_SEP}\s?(?P<b>[0-9]{{1,4}})(?![0-9])"
    rf"(?P<more>(?:{_S}{{0,2}}(?:,|&|og\b|-(?=[0-9])){_S}{{0,2}}[0-9]{{1,4}}(?![0-9./])){{0,20}})"
    rf"(?:[,;/]?{_S}{{0,3}}{_LABEL_F}{_SEP}(?P<f>[0-9]{{1,4}})(?![0-9]))?"
    rf"(?:[,;/]?{_S}{{0,3}}{_LABEL_S}{_SEP}(?P<s>[0-9]{{1,4}})(?![0-9]))?",
    re.IGNORECASE,
)
# «12/345», «12/345/0/3», «1870-12/345»: trusted when a word for property stands before it, or by its own shape.
_SLASHED = re.compile(
    rf"(?<![\w/.,-]){_KOMMUNE}(?P<g>[0-9]{{1,5}}){_SLASH}(?P<b>[0-9]{{1,4}})"
    rf"(?:{_SLASH}(?P<f>[0-9]{{1,4}})(?:{_SLASH}(?P<s>[0-9]{{1,4}}))?)?(?![0-9/]|-[0-9]|[.,][0-9])"
)
_PROPERTY_WORD = re.compile(
    r"(?<!\w)(?:g(?:å|a)rds?n|g\.?n\.?r|gb\.?nr|gid\b|gnr|matrikkel|eiendom|eigedom|tomt|nabovarsel|bruksn|bnr)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]{1,4}")
_BEFORE = 40


def matrikkel(text: str) -> Sequence[Extracted]:
    """Properties: «12/345», with festenummer «12/345/6», with section «12/345/0/3».

    The kommunenummer before it («1870-12/345») is not part of the value; it comes as ``kommune``. A pair of numbers
    without any word for property near it is not taken: it may be a date, a fraction or a case number.
    """
    found: list[Extracted] = []
    for match in _LABELLED.finditer(text):
        bruk = [match["b"], *_NUMBER.findall(match["more"] or "")]
        for number in bruk:
            last = number is bruk[-1]
            value = _property(match["g"], number, match["f"] if last else None, match["s"] if last else None)
            if value:
                found.append(Extracted(value=value, start=match.start(), end=match.end()))
    for match in _SLASHED.finditer(text):
        if not _trusted_slash(text, match):
            continue
        value = _property(match["g"], match["b"], match["f"], match["s"])
        if value:
            kommune = match["k"] or ""
            found.append(Extracted(value=value, start=match.start(), end=match.end(), kommune=kommune))
    return sorted(found, key=lambda e: e.start)


def _trusted_slash(text: str, match: re.Match[str]) -> bool:
    if match["k"] is not None and not _year_like(match["k"]):
        return True
    if match["s"] is not None and match["k"] is None:
        return True
    before = text[max(0, match.start() - _BEFORE) : match.start()]
    line = before.rpartition("\n")[2]
    return _PROPERTY_WORD.search(line) is not None


def _year_like(four: str) -> bool:
    return four.startswith("20") or four.startswith("19")


def _property(g: str, b: str, f: str | None, s: str | None) -> str:
    numbers = [int(g), int(b), int(f or 0), int(s or 0)]
    if not numbers[0] or not numbers[1]:
        return ""
    while numbers[-1] == 0:
        numbers.pop()
    return "/".join(str(n) for n in numbers)


_FULL_CASE = re.compile(
    rf"(?<![\w/.,-])(?P<year>(?:19[89]|20[0-9])[0-9])(?P<slash>{_S}?/{_S}?)(?P<no>[0-9]{{1,7}})"
    rf"(?:{_S}?[-–]{_S}?(?P<doc>[0-9]{{1,5}}))?(?![0-9]|[/.,][0-9])"
)
_CASE_LABEL = (
    rf"(?:(?:arkiv)?saks?(?:-?{_S}?(?:n(?:umme)?r|id|ref)|mappe)?\.?|(?:vår|deres|dykkar|your|our|din)\.?{_S}?ref(?:eranse)?\.?|"
    rf"ref(?:eranse)?\.?(?:n(?:umme)?r\.?)?|arkivref\.?|journaln(?:umme)?r\.?|dokumentn(?:umme)?r\.?|jnr\.?)"
)
_SHORT_CASE = re.compile(
    rf"(?<!\w)(?P<label>{_CASE_LABEL}){_S}{{0,2}}[:.]?{_S}{{0,3}}(?P<year>[0-9]{{2}}){_S}?/{_S}?(?P<no>[0-9]{{1,7}})"
    rf"(?:{_S}?[-–]{_S}?(?P<doc>[0-9]{{1,5}}))?(?![0-9]|[/.,][0-9])",
    re.IGNORECASE,
)
_ALONE = re.compile(
    rf"\s{{0,8}}(?P<year>[0-9]{{2}}){_S}?/{_S}?(?P<no>[0-9]{{3,7}})(?:{_S}?[-–]{_S}?(?P<doc>[0-9]{{1,5}}))?\s{{0,8}}\Z"
)
_NOT_A_CASE = re.compile(
    r"(?:forordning|direktiv|regulation|directive|\(?e(?:u|f|øs)\)?|nr\. \(eu\)|lov|ISO)\W{0,3}(?:nr\.?)?\W{0,2}\Z",
    re.IGNORECASE,
)
_EU_AFTER = re.compile(r"\s?/?(?:EU|EF|EØF|EØS)\b")
_CASE_BEFORE = re.compile(rf"(?<!\w){_CASE_LABEL}{_S}{{0,2}}[:.]?{_S}{{0,3}}\Z", re.IGNORECASE)


def saksnummer(text: str) -> Sequence[Extracted]:
    """Case numbers as «2026/1184»; «26/1184» only beside a label, «2026/1184-3» gives its case.

    School years («2025/2026») and EU acts («2016/679») are not taken unless a label says so.
    """
    return [
        Extracted(value=f"{year}/{no}", start=match.start("year"), end=match.end())
        for year, no, _doc, match in _cases(text)
    ]


_RUNNING = re.compile(
    rf"(?<!\w)(?:l[øo]pen(?:umme)?r|journaln(?:umme)?r|jnr)\.?{_S}{{0,2}}:?{_S}{{0,3}}(?P<no>[0-9]{{1,7}})/(?P<year>(?:20|19)?[0-9]{{2}})(?![0-9/-])",
    re.IGNORECASE,
)


def journalnummer(text: str) -> Sequence[Extracted]:
    """Journalposter: «2026/1184-3» (case and document number), or by a label their running number, «4711/2026»."""
    found = [
        Extracted(value=f"{year}/{no}-{int(doc)}", start=match.start("year"), end=match.end())
        for year, no, doc, match in _cases(text)
        if doc is not None
    ]
    for match in _RUNNING.finditer(text):
        number, year = match["no"], match["year"]
        # «journalnr 2026/4711» is year first; the case form above has it if it has a document number.
        if len(number) == 4 and _year_like(number) and len(year) == 2:
            continue
        found.append(Extracted(value=f"{int(number)}/{_four_digits(year)}", start=match.start("no"), end=match.end()))
    return sorted(found, key=lambda e: e.start)


def _cases(text: str) -> list[tuple[str, int, str | None, re.Match[str]]]:
    found: list[tuple[str, int, str | None, re.Match[str]]] = []
    for match in _FULL_CASE.finditer(text):
        year, number = match["year"], int(match["no"])
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        if number and (_CASE_BEFORE.search(before) or not _other_pair(text, match, before)):
            found.append((year, number, match["doc"], match))
    # A reference by itself needs no label: «26/1184» as the channel or a «deres ref» gave it.
    alone = _ALONE.match(text)
    if alone and int(alone["no"]):
        return [(_four_digits(alone["year"]), int(alone["no"]), alone["doc"], alone)]
    for match in _SHORT_CASE.finditer(text):
        plain_word = match["label"].lower().rstrip(".") in ("sak", "saks")
        # «sak 12/26» is the twelfth matter of a committee in 2026.
        if int(match["no"]) and not (plain_word and len(match["no"]) < 3):
            found.append((_four_digits(match["year"]), int(match["no"]), match["doc"], match))
    return sorted(found, key=lambda f: f[3].start())


def _other_pair(text: str, match: re.Match[str], before: str) -> bool:
    year, number = int(match["year"]), int(match["no"])
    if number in (year + 1, (year + 1) % 100) and match["doc"] is None:
        return True
    return bool(_NOT_A_CASE.search(before) or _EU_AFTER.match(text, match.end()))


def _four_digits(year: str) -> str:
    if len(year) == 4:
        return year
    return ("20" if int(year) < 70 else "19") + year
