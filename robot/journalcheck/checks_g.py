"""Family G in code: the writing rules that need more than words. E-mail leftovers, file names and vague titles are rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from robot.journalcheck.catalogue import Level
from robot.journalcheck.look import Look, Noted, Text
from robot.journalcheck.people import MASK, is_person, words_of

_ABBREVIATION = re.compile(r"\b([a-zæøå]{1,5}(?:\.[a-zæøå]{1,4})*)\.(?=\s+[a-zæøå0-9(])", re.IGNORECASE)
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_SHORT_YEAR = re.compile(r"(?<![\d.])\d{1,2}[./]\d{1,2}[./]\d{2}(?![\d./])")
_LONG_YEAR = re.compile(r"(?<![\d.])(\d{1,2})[./](\d{1,2})[./](\d{4})(?![\d./])")
_SLASH = re.compile(r"(?<![\d/])\d{1,2}/\d{1,2}[/-]\d{2,4}(?![\d/])")
_PROPERTY = re.compile(r"\b(?:gnr|gbnr|g\.?nr)\b|\b\d{1,3}/\d{1,4}(?:/\d{1,4}){0,2}\b", re.IGNORECASE)
_ENGLISH = frozenset(
    "the of and for with request regarding invoice application meeting report letter from about please attached new order "
    "information agreement contract confirmation reminder offer".split()
)
_NORWEGIAN = frozenset("og i på til fra frå for med av om ved som er ikke ikkje søknad vedtak svar".split())
_ONLY_NN = frozenset(
    "frå ikkje søknadar eit ein vere vart innkalling dykkar skule heime opplysningar tilsetjing kva".split()
)
_ONLY_NB = frozenset("fra ikke et søknader være ble deres skole hjemme opplysninger ansettelse hva".split())
_MISSPELT = {
    "søkand": "søknad", "sønad": "søknad", "vedrørene": "vedrørende", "vedrørede": "vedrørende", "tilattelse": "tillatelse",
    "tilatelse": "tillatelse", "kommunne": "kommune", "oversendesle": "oversendelse", "oversenelse": "oversendelse",
    "dispensajon": "dispensasjon", "dispenasjon": "dispensasjon", "regulerinsplan": "reguleringsplan", "bygesak": "byggesak",
    "rekning": "regning", "igangsettning": "igangsetting", "innkaling": "innkalling", "møteinkalling": "møteinnkalling",
    "forespørsell": "forespørsel", "forspørsel": "forespørsel", "uttalese": "uttalelse", "utalelse": "uttalelse",
    "ferdigatest": "ferdigattest", "ferdiattest": "ferdigattest", "orientring": "orientering", "høringutkast": "høringsutkast",
    "tilskud": "tilskudd", "tillskudd": "tilskudd", "ansettelese": "ansettelse", "barnehave": "barnehage",
    "besvarlse": "besvarelse",
    "underettning": "underretning", "nabovarsell": "nabovarsel", "klagge": "klage", "adgang til til": "adgang til",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")


def _titles(look: Look) -> Iterator[Text]:
    """Titles of the entry and its documents; the case's is somebody's of long ago."""
    for text in look.texts:
        if text.title and text.field in ("offentlig_tittel", "dokument.navn"):
            yield text


def g04_form(look: Look) -> Iterator[Noted]:
    """Capitals, a small first letter, double spaces, a full stop at the end, odd characters."""
    for text in _titles(look):
        why = _form(text.text)
        if why:
            yield Noted(check="PJ-G04", field=text.field, note=why, value=why)


def _form(title: str) -> str:
    letters = [char for char in MASK.sub("", title) if char.isalpha()]
    if len(letters) > 6 and all(char.isupper() for char in letters):
        return "bare store bokstaver"
    if any(
        (ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u200b\u200c\u200d\u2060\ufeff\u00ad") for char in title
    ):
        return "usynlige tegn"
    first = title.lstrip()[:1]
    if first.islower():
        return "liten forbokstav"
    if "  " in title or title != title.strip():
        return "doble mellomrom"
    if title.endswith(".") and not title.endswith("..") and not re.search(r"\b\w{1,4}\.$", title):
        return "punktum til slutt"
    if first and first in "-–,.;:!?/\\":
        return "tegn først"
    return ""


def g05_abbreviations(look: Look) -> Iterator[Noted]:
    """Those not on the house's list."""
    for text in _titles(look):
        unknown = sorted({m[1].lower() for m in _ABBREVIATION.finditer(text.text)} - look.setup.abbreviations)
        unknown = [word for word in unknown if not word.isdigit() and len(word) < 6]
        if unknown:
            yield Noted(check="PJ-G05", field=text.field, note=f"antall: {len(unknown)}", value=" ".join(unknown))


def g06_dates(look: Look) -> Iterator[Noted]:
    """Dates in the house's form: DD.MM.ÅÅÅÅ unless it says DD.MM.ÅÅ or ÅÅÅÅ-MM-DD."""
    form = look.setup.date_form.upper()
    for text in _titles(look):
        title = text.text
        wrong = bool(_SLASH.search(title))
        wrong |= form != "ÅÅÅÅ-MM-DD" and bool(_ISO.search(title))
        wrong |= form != "DD.MM.ÅÅ" and bool(_SHORT_YEAR.search(title))
        wrong |= form not in ("DD.MM.ÅÅÅÅ", "") and bool(_LONG_YEAR.search(title))
        wrong |= form == "DD.MM.ÅÅÅÅ" and any(len(m[1]) < 2 or len(m[2]) < 2 for m in _LONG_YEAR.finditer(title))
        if wrong:
            yield Noted(check="PJ-G06", field=text.field, note=f"husets form er {look.setup.date_form}", value=title)


def g07_property(look: Look) -> Iterator[Noted]:
    """A case of property names gnr/bnr, in the case's title or the entry's; it stands first («kor – kva»)."""
    if look.arkivdel not in look.setup.building_parts or look.entry.case is None:
        return
    title = look.entry.case.tittel
    match = _PROPERTY.search(title)
    if match is None and not _PROPERTY.search(look.entry.offentlig_tittel) and not MASK.search(title):
        yield Noted(check="PJ-G07", field="sak.tittel", note="gnr/bnr mangler", value="mangler")
    elif match is not None and match.start() > 30:
        yield Noted(
            check="PJ-G07", field="sak.tittel", note="gnr/bnr skal stå først", value="rekkefølge", level=Level.INFO
        )


def g08_language(look: Look) -> Iterator[Noted]:
    """English without a Norwegian word, or the other of the two written languages."""
    for text in _titles(look):
        words = [word.lower() for word in _WORD.findall(text.text)]
        english = sum(word in _ENGLISH for word in words)
        if english >= 2 and not any(word in _NORWEGIAN for word in words if word not in ("for", "with")):
            yield Noted(check="PJ-G08", field=text.field, note="engelsk tittel", value="en")
            continue
        other = _ONLY_NN if look.setup.language == "nb" else _ONLY_NB
        if sum(word in other for word in words) >= 2:
            note = "nynorsk" if look.setup.language == "nb" else "bokmål"
            yield Noted(check="PJ-G08", field=text.field, note=note, value=note)


def g09_length(look: Look) -> Iterator[Noted]:
    """Under ten characters, or over 500, which eInnsyn refuses."""
    for text in _titles(look):
        size = len(text.text.strip())
        if 0 < size < look.setup.shortest and text.field == "offentlig_tittel":
            yield Noted(check="PJ-G09", field=text.field, note=f"{size} tegn", value="kort")
        elif size > look.setup.longest:
            yield Noted(check="PJ-G09", field=text.field, note=f"{size} tegn", level=Level.ERROR, value="lang")


def g10_name_forms(look: Look) -> Iterator[Noted]:
    """«Fornavn Etternavn», not capitals and not the surname first; a company with its form in capitals."""
    for part in look.entry.parter:
        name = " ".join(part.navn.split())
        if not name or MASK.search(name):
            continue
        why = ""
        if "," in name and is_person(name):
            why = "etternavn først"
        elif name.isupper() and len(name) > 8 and " " in name:
            why = "store bokstaver"
        elif name.islower():
            why = "små bokstaver"
        elif re.search(r"\b(?:As|Asa|a/s|A/S)$", name):
            why = "selskapsform"
        if why:
            yield Noted(check="PJ-G10", field="korrespondansepart", note=why, value=name)


def g11_public_title_tells(look: Look) -> Iterator[Noted]:
    """A masked title still says what the matter is, and is as like the whole title as may be."""
    title = look.entry.offentlig_tittel
    if not MASK.search(title):
        return
    kept = [word for word in _WORD.findall(MASK.sub(" ", title)) if len(word) > 2]
    whole = look.entry.intern_tittel or (look.archived.post.tittel if look.archived is not None else "")
    if whole:
        all_words = [word for word in _WORD.findall(whole) if len(word) > 2]
        names = {word.casefold() for word in words_of([whole])}
        ordinary = [word for word in all_words if word.casefold() not in names]
        lost = [word for word in ordinary if word.casefold() not in {one.casefold() for one in kept}]
        if ordinary and len(lost) / len(ordinary) > 0.5:
            yield Noted(check="PJ-G11", field="offentlig_tittel", note="mer enn navn er skjermet", value="ord")
    elif kept and len(kept) < 2 and not look.told.whole_titles:
        yield Noted(check="PJ-G11", field="offentlig_tittel", note="sier lite om saken", value="lite")


def g12_misspelt(look: Look) -> Iterator[Noted]:
    """Likely slips in words that every journal is full of."""
    for text in _titles(look):
        words = [word.lower() for word in _WORD.findall(text.text)]
        wrong = [word for word in words if word in _MISSPELT]
        if wrong:
            right = ", ".join(_MISSPELT[word] for word in wrong)
            yield Noted(check="PJ-G12", field=text.field, note=f"mente du {right}?", value=" ".join(wrong))


CHECKS = (
    g04_form,
    g05_abbreviations,
    g06_dates,
    g07_property,
    g08_language,
    g09_length,
    g10_name_forms,
    g11_public_title_tells,
    g12_misspelt,
)
