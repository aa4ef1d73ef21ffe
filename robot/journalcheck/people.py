"""Names of persons in short texts: by the name finder where one is given, else by common given names and form.

Companies, places and public bodies are the usual false hits; a sole trader (ENK) bears its owner's name by law.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from rules.extract.names import GIVEN_NAMES, NOT_A_NAME

Span = tuple[int, int]
NameFinder = Callable[[Sequence[str]], Sequence[tuple[Span, ...]]]
"""Texts → the spans of persons' names in each; many at a time, so that a pipeline can batch."""

_WORD = r"[A-ZÆØÅÄÖÜÉ][\w'’.-]*"
_RUN = re.compile(rf"{_WORD}(?:[ \u00a0]{_WORD}){{1,3}}")
_ORG = re.compile(
    r"\b(?:as|asa|da|ans|sa|ba|iks|kf|enk|nuf|hf|rhf|kommune|kommunen|fylkeskommune|fylke|skole|skule|barnehage|barnehagen|nav|"
    r"statsforvalteren|statsforvaltaren|direktoratet|departementet|tilsynet|universitet|høgskole|høyskole|sykehus|sjukehus|"
    r"forening|foreningen|foreining|lag|laget|klubb|idrettslag|stiftelsen|stiftinga|politiet|politidistrikt|tingrett|lagmannsrett|"
    r"advokatfirma|advokatfirmaet|arkitekt|arkitekter|entreprenør|bygg|eiendom|eigedom|invest|holding|gruppen|bank|forsikring|"
    r"borettslag|sameie|sameiet|menighet|kirke|kyrkje|kirkelige|råd|rådet|utvalg|utvalet|avdeling|enhet|seksjon|kontor|kontoret|"
    r"legesenter|legekontor|senter|senteret|verk|verket|etat|etaten|museum|bibliotek|vegvesen|vegvesenet|nett|energi|kraft|"
    r"regnskap|revisjon|consult|consulting|norge|norway|norsk|hotell|camping|transport|maskin|rør|elektro|servicekontor)\b",
    re.IGNORECASE,
)
_OFFICIAL = re.compile(
    r"\b(?:ordfører|ordførar|rektor|advokat|saksbehandler|saksbehandlar|kommuneoverlege|kommunedirektør|rådmann|prest|utvalgsleder|"
    r"arkitekt|styreleder|direktør|statsråd|statsminister|minister)\s*$",
    re.IGNORECASE,
)
MASK = re.compile(r"\*{2,}|#{3,}|_{4,}|x{5,}|█+", re.IGNORECASE)
"""A word that has been masked in a public text."""


def find_names(texts: Sequence[str]) -> list[tuple[Span, ...]]:
    """The finder that needs nothing: runs of capitalised words that begin with a common given name."""
    return [tuple(_spans(text)) for text in texts]


def is_person(name: str) -> bool:
    """Whether a correspondent's name is a person's: two to four words, a known given name, and no word of an organisation."""
    plain = " ".join(name.replace(",", " ").split())
    words = plain.split(" ")
    if not 2 <= len(words) <= 5 or any(char.isdigit() for char in plain) or _ORG.search(plain) or MASK.search(plain):
        return False
    first, last = words[0].casefold(), words[-1].casefold()
    if "," in name:
        return any(word.casefold() in GIVEN_NAMES for word in words[1:])
    return first in GIVEN_NAMES or (last in GIVEN_NAMES and len(words) == 2 and first not in NOT_A_NAME)


def is_public_body(name: str) -> bool:
    """Whether a correspondent is a public body, which is never masked."""
    return bool(
        re.search(
            r"\b(?:kommune|fylkeskommune|statsforvalteren|statsforvaltaren|direktoratet|departementet|tilsynet|nav|politiet|"
            r"skatteetaten|vegvesenet|tingrett|fylkesmannen|etaten)\b",
            name,
            re.IGNORECASE,
        )
    )


def masked_name(name: str) -> str:
    """Initials only, so that a finding can be told from its neighbour: ``K*** N***``."""
    return " ".join(f"{word[0]}***" for word in name.split() if word)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Capitalised words of at least three letters, folded: what a name can be found again by."""
    return frozenset(
        word.casefold() for text in texts for word in re.findall(r"[A-ZÆØÅÉ][\w'’-]{2,}", text) if not word.isdigit()
    )


def _spans(text: str) -> Iterable[Span]:
    if text.isupper() and len(text.title()) == len(text):
        text = text.title()
    for match in _RUN.finditer(text):
        words = match[0].replace("\u00a0", " ").split(" ")
        start = match.start()
        for number, word in enumerate(words[:-1]):
            following = words[number + 1]
            good = word.casefold().strip(".") in GIVEN_NAMES and following.casefold().strip(".") not in NOT_A_NAME
            if (
                good
                and not _ORG.search(match[0])
                and not _OFFICIAL.search(text[: start + sum(map(len, words[:number])) + number])
            ):
                yield start + sum(len(w) + 1 for w in words[:number]), match.end()
                break
