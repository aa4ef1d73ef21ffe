"""Addresses, e-mail, telephone and names of persons."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules.extract.contract import SPACE, Extracted
from rules.extract.names import GIVEN_NAMES, NOT_A_NAME

_S = SPACE
_EMAIL = re.compile(
    r"(?<![\w.+'-])[A-Za-z0-9ÆØÅæøå][\w.+'-]{0,63}@(?:[A-Za-z0-9ÆØÅæøå](?:[A-Za-z0-9ÆØÅæøå-]{0,61}[A-Za-z0-9ÆØÅæøå])?\.){1,8}[A-Za-z]{2,24}(?![\w@])"
)


def epost(text: str) -> Sequence[Extracted]:
    """E-mail addresses in lower case."""
    return [Extracted(value=m[0].lower(), start=m.start(), end=m.end()) for m in _EMAIL.finditer(text)]


_GAP = r"[ \u00a0\u2009\u202f]"
_PHONE = re.compile(
    rf"(?<![\w./+-])(?P<cc>(?:\+|00){_GAP}?47{_GAP}?|\(\+47\){_GAP}?)?"
    rf"(?P<n>[2-9][0-9](?:{_GAP}[0-9]{{2}}){{3}}|[489][0-9]{{2}}{_GAP}[0-9]{{2}}{_GAP}[0-9]{{3}}|[2-9][0-9]{{7}})"
    rf"(?![0-9]|[.,/-][0-9]|{_GAP}[0-9])"
)
_FOREIGN = re.compile(r"(?<![\w+])\+(?!47)[1-9][0-9]{0,2}(?:[ \u00a0-]?[0-9]{1,4}){2,6}(?![0-9])")
_PHONE_LABEL = re.compile(
    r"(?:tlf|telefon|mob(?:il)?(?:n(?:umme)?r)?|ring|sms|treffes på|treffast på|nås på|tel|phone)\w{0,8}\W{0,6}\Z",
    re.IGNORECASE,
)


def telefon(text: str) -> Sequence[Extracted]:
    """Telephone numbers: eight digits, or «+46…» for foreign ones.

    Eight digits in a row need a label or a country code: meters and references look the same.
    """
    found: list[Extracted] = []
    for match in _PHONE.finditer(text):
        digits = re.sub(r"[^0-9]", "", match["n"])
        before = text[max(0, match.start() - 20) : match.start()]
        # A text that begins with the number is what stood beside a label («nær»).
        if match["cc"] or match["n"] != digits or not before.strip() or _PHONE_LABEL.search(before):
            found.append(Extracted(value=digits, start=match.start(), end=match.end()))
    for match in _FOREIGN.finditer(text):
        digits = re.sub(r"[^0-9]", "", match[0])
        if 8 <= len(digits) <= 15:
            found.append(Extracted(value=f"+{digits}", start=match.start(), end=match.end()))
    return sorted(found, key=lambda e: e.start)


_CAP = r"[A-ZÆØÅÁÄÖÉÜ]"
_LETTER = r"[a-zæøåáäöéèêóòôüčđŋšŧž]"
_STREET_END = (
    r"(?:veien|vegen|vei|veg|gaten|gata|gate|gt\.?|allé|alleen|alléen|plassen|plass|torget|torg|bakken|bakkan|bakke|stien|sti|"
    r"lia|lien|haugen|haug|svingen|sving|kaia|brygga|brygge|åsen|tunet|tun|tråkket|ringen|ring|faret|jordet|løkka|"
    r"flata|neset|vika|viken|geilan|gjerdet|marka|myra|moen|parken|kroken|smauet|bukta|stranda|stredet|strede|elva|dalen)"
)
_STREET = re.compile(
    rf"(?<![\w-])(?P<street>{_CAP}{_LETTER}{{0,30}}(?:-{_CAP}?{_LETTER}{{1,30}}){{0,2}}(?:{_S}{_CAP}{_LETTER}{{1,30}}\.?){{0,3}}"
    rf"(?:{_S}{_STREET_END})?){_S}{{1,2}}(?P<no>[0-9]{{1,4}}){_S}?(?P<letter>[A-Za-z])?(?![\w/]|[.,-][0-9])"
)
_POSTAL = re.compile(rf"[,;]?(?:{_S}|\n|\r){{0,4}}(?:(?:NO?|N)-)?[0-9]{{4}}{_S}{_CAP}")
_BOX = re.compile(
    rf"(?<!\w)(?:post{_S}?boks|pb\.?){_S}{{1,2}}(?P<no>[0-9]{{1,5}})(?P<rest>{_S}{_CAP}{_LETTER}{{1,20}})?(?![\w])",
    re.IGNORECASE,
)
_ADDRESS_LABEL = re.compile(r"(?:adresse\w{0,4}|bor i|bosatt i|bor på|eiendommen|eigedomen)\W{0,4}\Z", re.IGNORECASE)
_STREET_AFTER = re.compile(rf"{_S}{_STREET_END}{_S}{{1,2}}[0-9]")
_ENDS_STREET = re.compile(rf"{_STREET_END}\Z", re.IGNORECASE)


def adresse(text: str) -> Sequence[Extracted]:
    """Street addresses as «Storgata 12B», and «Postboks 123»; the postal code and town are not part of the value.

    A street without a usual ending («Solbakken 3») is taken before a postal code or after «adresse».
    """
    found: list[Extracted] = []
    for match in _STREET.finditer(text):
        street = _street(match["street"])
        if street is None:
            continue
        before = text[max(0, match.start() - 20) : match.start()]
        if _ENDS_STREET.search(street) or _POSTAL.match(text, match.end()) or _ADDRESS_LABEL.search(before):
            letter = (match["letter"] or "").upper()
            start = match.start() + match["street"].rfind(street.split()[0])
            found.append(Extracted(value=f"{street} {int(match['no'])}{letter}", start=start, end=match.end()))
    for match in _BOX.finditer(text):
        found.append(Extracted(value=f"Postboks {match['no']}", start=match.start(), end=match.end("no")))
    return sorted(found, key=lambda e: e.start)


_NOT_STREET = frozenset(
    """
    nabovarsel søknad søknaden klage klagen byggesak byggesøknad vedtak adresse eiendom eiendommen tomt gjelder vedrørende
    angående ang melding varsel tillatelse rammetillatelse ferdigattest igangsettingstillatelse tiltak i på for til fra ved
    """.split()
)
_NOT_STREET_AT_ALL = frozenset(
    "postboks side sak kapittel vedlegg punkt artikkel utgave versjon kommune nr gnr bnr".split()
)
_STREET_FIRST = frozenset(
    """
    nordre søndre søre østre vestre øvre nedre midtre indre ytre gamle store lille vesle nye kong dronning kongens dronningens
    prins prinsens st sankt sør nord øst vest austre
    """.split()
)


def _street(written: str) -> str | None:
    """The street in a run of capitalised words: «Nabovarsel Storgata» → «Storgata», «Nordre Storgata» whole."""
    words = written.split()
    while words and words[0].casefold() in _NOT_STREET:
        words.pop(0)
    if not words or words[0].casefold() in _NOT_STREET_AT_ALL:
        return None
    compound = _ENDS_STREET.search(words[-1])
    if compound and compound.start() > 1 and words[0].casefold().rstrip(".") not in _STREET_FIRST:
        return words[-1]
    return " ".join(words)


_WORD = rf"{_CAP}{_LETTER}{{1,25}}(?:[-'’]{_CAP}{_LETTER}{{1,25}})?"
_NAME = re.compile(
    rf"(?<![\w-])(?P<first>{_WORD})(?P<rest>(?:{_S}(?:{_CAP}\.|(?:van|von|de|der|la|el|al|bin|af){_S}{_WORD}|{_WORD})){{1,4}})(?![\w-])"
)
_TURNED = re.compile(
    rf"(?<![\w-])(?P<last>{_WORD}(?:{_S}{_WORD})?),{_S}(?P<first>{_WORD}(?:{_S}(?:{_WORD}|{_CAP}\.)){{0,2}})(?![\w-])"
)
_LABEL_BEFORE = re.compile(r"[:]\s{0,4}\Z")
_SIGNED = re.compile(r"(?:hilsen|helsing|mvh\.?|hils\.?)[,.]?\s{0,6}\Z", re.IGNORECASE)
_NAME_WORD = re.compile(
    r"(?:navn|namn|søker|søkjar|arbeidstaker|arbeidstakar|ansatt|tilsett|eleven|elev|barnet|barn|pasient|bruker|brukar|"
    r"fru|herr|frøken|foresatt|føresett|født)\W{1,3}\Z",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(rf"{_S}{{0,4}}(?:\Z|[,;(/|]|f(?:\.|ø[dt]))")
_COMPANY_AFTER = re.compile(
    rf"{_S}?(?:ASA?|ANS|DA|SA|BA|KF|IKS|HF|kommune|fylkeskommune|skole|skule|barnehage)(?!\w)", re.IGNORECASE
)


def navn(text: str) -> Sequence[Extracted]:
    """Names of persons, «Kari Anne Nordmann»: after a label or a greeting, or beginning with a usual given name.

    «Nordmann, Kari» is turned round. Names of firms, schools and municipalities are left out. It is a pattern, not a
    language pipeline: it misses rare names that stand alone in a sentence.
    """
    found: dict[int, Extracted] = {}
    for match in _TURNED.finditer(text):
        if match["first"].split()[0].casefold() in GIVEN_NAMES:
            value = f"{match['first']} {match['last']}"
            found[match.start()] = Extracted(value=_clean(value), start=match.start(), end=match.end())
    taken = [(e.start, e.end) for e in found.values()]
    for match in _NAME.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken[-1:] + taken[:1]):
            continue
        name = _person(text, match)
        if name:
            found[match.start()] = name
    return [found[start] for start in sorted(found)]


def _person(text: str, match: re.Match[str]) -> Extracted | None:
    """The name in a run of capitalised words: words before a known given name are dropped («Styrer Kari Nordmann»)."""
    words = [(m.start() + match.start(), m[0]) for m in re.finditer(r"\S+", match[0])]
    first = next((n for n, (_, word) in enumerate(words) if word.split("-")[0].casefold() in GIVEN_NAMES), None)
    before = text[max(0, match.start() - 24) : match.start()]
    named = (
        _LABEL_BEFORE.search(before)
        or _SIGNED.search(before)
        or _NAME_WORD.search(before)
        # A text that is a name, or begins with one before a comma, is what stood beside a label («nær»).
        or (not text[: match.start()].strip() and _NAME_ENDS.match(text, match.end()))
    )
    if first is None or named:
        if not named:
            return None
        first = 0
    words = words[first:]
    stop = next((n for n, (_, word) in enumerate(words) if word.casefold() in NOT_A_NAME), len(words))
    words = words[:stop]
    end = words[-1][0] + len(words[-1][1]) if words else match.end()
    if len(words) < 2 or _COMPANY_AFTER.match(text, end) or _STREET_AFTER.match(text, end):
        return None
    start = words[0][0]
    return Extracted(value=_clean(text[start:end]), start=start, end=end)


def _clean(name: str) -> str:
    return re.sub(r"\s+", " ", name)
