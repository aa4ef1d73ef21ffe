"""Names of persons by pattern: a usual given name and what follows it. The route that needs no language pipeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rules.detectors.wordlist import words
from rules.extract.names import GIVEN_NAMES, NOT_A_NAME

_CAP = "A-ZÆØÅÁÄÖÉÜŠŽČĐŁ"
_LOW = "a-zæøåáäöéèêóòôüčđŋšŧžłńś"
_WORD = rf"[{_CAP}][{_LOW}]{{1,24}}(?:[-'’][{_CAP}]?[{_LOW}]{{1,24}})?"
_RUN = re.compile(
    rf"(?<![\w@./-])(?P<first>{_WORD})(?P<rest>(?: (?:[{_CAP}]\.|(?:van|von|de|der|la|el|al|bin|af) {_WORD}|"
    rf"Mc{_WORD}|{_WORD})){{1,4}})(?![\w@])(?!-[{_LOW}])"
)
_TURNED = re.compile(rf"(?<![\w-])(?P<last>{_WORD}), (?P<first>{_WORD})(?: (?:{_WORD}|[{_CAP}]\.)){{0,2}}(?![\w-])")
_SHOUTED = re.compile(
    rf"(?<![\w@./-])[{_CAP}]{{2,24}}(?:-[{_CAP}]{{2,24}})?(?: (?:[{_CAP}]\.|"
    rf"[{_CAP}]{{2,24}}(?:-[{_CAP}]{{2,24}})?)){{1,3}}(?![\w@])"
)
_STREET_AFTER = re.compile(
    r" ?(?:vei|veg|veien|vegen|gate|gata|gaten|plass|allé|torg)(?![a-zæøå])| [0-9]{1,3}[A-Za-z]?,? ?\n?[0-9]{4} "
)
_STREET_NAME = re.compile(
    r"(?:veien|vegen|gata|gaten|gate|plassen|plass|torget|skole|skule|barnehage|kommune|senter|bygg|kirke|"
    r"kyrkje|fjord(?:en)?|stien|svingen|alléen)\Z",
    re.IGNORECASE,
)
_COMPANY_AFTER = re.compile(
    r" ?(?:ASA?|ANS|DA|SA|BA|KF|IKS|HF|Bygg|Eiendom|Transport|Consult\w*|Entreprenør\w*|Rør|Elektro|kommune|"
    r"fylkeskommune|skole|skule|barnehage|sykehus|sjukehus|stadion|minne|"
    r"legat|stiftelse|fond|gate|gata|plass|vei|veg)(?!\w)",
    re.IGNORECASE,
)
_SURNAME_END = re.compile(
    r"(?:sen|son|ssen|vik|stad|land|dal|berg|haug|heim|nes|rud|moen|lund|bakk(?:en|e)|sund|eide?|mark|"
    r"strand|vold|sæther|seth|set|torp|rød|hus|bø|fjell|ås|åsen|li|lien|gaard|gård|"
    r"hagen|myhr|myr|tveit|tvedt|skog|holm|øy|bøe|mo|ø|lie|by|steen|stein|gren|røed|rem|aas|øen|nordmann|"
    r"ski|ska|wicz|ic|ić|ov|ova|enko|zadeh|oğlu)\Z"
)  # fmt: skip


def find(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Spans of persons' names in each text (:class:`rules.detectors.kinds.Names`); a pattern, so rare names are missed."""
    return [_in(text) for text in texts]


def _in(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for match in _TURNED.finditer(text):
        if match["first"].casefold() in _given() and match["last"].casefold() not in _given():
            found.append(match.span())
    for match in _RUN.finditer(text):
        found += _names_of(text, match.start(), match[0])
    for match in _SHOUTED.finditer(text):
        found += _names_of(text, match.start(), match[0])
    kept: list[tuple[int, int]] = []
    for span in sorted(found, key=lambda s: (s[0], -s[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _names_of(text: str, start: int, run: str) -> list[tuple[int, int]]:
    """The name in a run of capitalised words: it begins at a given name and ends before what is no name."""
    parts = [(start + m.start(), m[0]) for m in re.finditer(r"\S+", run)]
    first = next(
        (
            n
            for n, (_, word) in enumerate(parts)
            if word.casefold() in _given() or word.split("-")[0].casefold() in _given()
        ),
        None,
    )
    if first is None:
        return []
    parts = parts[first:]
    stop = next(
        (n for n, (_, word) in enumerate(parts) if word.casefold() in _not_names() or _STREET_NAME.search(word)),
        len(parts),
    )
    parts = parts[:stop]
    if len(parts) < 2:
        return []
    begin, end = parts[0][0], parts[-1][0] + len(parts[-1][1])
    # «Kari Nordmanns sak»: the genitive belongs to the name as written.
    if _COMPANY_AFTER.match(text, end) or _STREET_AFTER.match(text, end):
        return []
    if parts[-1][1].isupper() and len(parts) == 2 and not _surname(parts[-1][1].casefold()):
        return []
    return [(begin, end)]


def _surname(word: str) -> bool:
    return word in frozenset(words("etternavn.csv")) or _SURNAME_END.search(word) is not None


@lru_cache(maxsize=1)
def _given() -> frozenset[str]:
    return GIVEN_NAMES | frozenset(words("fornavn.csv"))


@lru_cache(maxsize=1)
def _not_names() -> frozenset[str]:
    return NOT_A_NAME | frozenset(words("ikke_navn.csv"))


def given(word: str) -> bool:
    """Whether the word is a usual given name."""
    return word.casefold() in _given()


def no_name(word: str) -> bool:
    """Whether the word, capital or not, is no part of a name («Skole», «Vedtak»)."""
    return word.casefold().rstrip(".:,") in _not_names()
