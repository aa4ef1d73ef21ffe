"""Inflection in bokmål and nynorsk for the operator ``ord``: rules of our own, and the exceptions of ``rules.irregular``.

The word is taken as it stands in a dictionary (søknad, klage, kommunal). Forms are made generously: one that no writer
uses does no harm, one that is missed does. Only what the ending of the word makes likely is made: «klage» gets the forms
of a noun and of a verb, «sak» those of a noun only. The last part of a compound decides: «håndbok» is inflected as «bok».
"""

from __future__ import annotations

from functools import lru_cache

from rules.folding import fold
from rules.irregular import PAIRS, lexemes

_VOWELS = "aeiouyæøå"
_NOUN = ("", "en", "et", "er", "ene", "a", "ar", "ane")
_WEAK = ("e", "en", "et", "er", "ene", "a", "ar", "ane")
_VERB = ("te", "de", "t", "d", "ende", "ande", "es", "ast")
_AGENT = ("er", "eren", "ere", "erne", "ar", "aren", "arar", "arane")
_ADJECTIVE = ("", "t", "e", "ere", "est", "este", "are", "ast", "aste")
_ADJECTIVE_ENDINGS = (
    "ig",
    "leg",
    "sk",
    "bar",
    "som",
    "løs",
    "laus",
    "full",
    "al",
    "ell",
    "iv",
    "sam",
    "rik",
    "fri",
    "ær",
)
_NOT_AGENTS = frozenset({"leier", "leiar", "eier", "eigar", "lager"})
"""A leier (tenant) is no leiar (leader): the other ending makes another word of these."""
_SUFFIX_PAIRS = (("lig", "leg"), ("het", "heit"), ("lighet", "legheit"))

# Definite and plural forms that tell for certain what the dictionary has.
_BACK = (
    ("ing", ("ingen", "inga", "inger", "ingar", "ingene", "ingane")),
    ("nad", ("naden", "nader", "nadar", "nadene", "nadane")),
    ("het", ("heten", "heter", "hetene")),
    ("heit", ("heita", "heiter", "heitene")),
    ("sjon", ("sjonen", "sjoner", "sjonar", "sjonene", "sjonane")),
    ("else", ("elsen", "elser", "elsene")),
    ("skap", ("skapet", "skapene", "skapa")),
)
_SMALL = 3
"""The least that must stand before the last part of a compound, or before an ending that is taken off."""

_FUNCTION_WORDS = frozenset(
    "av da de dei den det deres dere di din ditt du då eg ei ein eit eller en enn er et ett etter for fra frå fram før"
    " ha han har ho hos hun hva hvem hvor i ikke ikkje inn innen ja jeg kan kva kven la med meg mellom mens men mi min"
    " mot må ne nei nå når om opp oss over på seg si sin skal slik som så til to under uten utan ut var ved vi vil vår"
    " våre".split()
)


@lru_cache(maxsize=20_000)
def forms(word: str) -> frozenset[str]:
    """All forms of one word, folded, itself included."""
    base = fold(word)
    if base in _FUNCTION_WORDS or not base.isalpha():
        return frozenset({base})
    found = {base}
    for spelling in _spellings(base):
        found |= _forms(spelling)
        for root in _dictionary_form(spelling):
            found |= _forms(root)
    return frozenset(found)


def _spellings(word: str) -> set[str]:
    """The word as bokmål and as nynorsk spell it."""
    found = {word}
    for pair in (*PAIRS, *((one, other) for two in PAIRS for one, other in (two[::-1],))):
        here, there = pair
        for known in tuple(found):
            if known.startswith(here) and (len(here) > _SMALL or known == here):
                found.add(there + known[len(here) :])
            if known.endswith(here):
                found.add(known[: -len(here)] + there)
    for bokmal, nynorsk in _SUFFIX_PAIRS:
        for known in tuple(found):
            if known.endswith(bokmal):
                found.add(known[: -len(bokmal)] + nynorsk)
            elif known.endswith(nynorsk):
                found.add(known[: -len(nynorsk)] + bokmal)
    return found


def _dictionary_form(word: str) -> tuple[str, ...]:
    for ending, inflected in _BACK:
        for tail in inflected:
            if word.endswith(tail) and len(word) - len(tail) >= _SMALL:
                return (word[: -len(tail)] + ending,)
    return ()


def _forms(word: str) -> set[str]:
    irregular = _irregular(word)
    if irregular is not None:
        # «søker» is both what one does and who does it.
        return irregular | (_agent(word) if word not in _nouns() else set())
    found = {word}
    if word.endswith("e"):
        stem = word[:-1]
        found |= {stem + ending for ending in (*_WEAK, *_VERB)}
    elif word.endswith("um") and len(word) > 4:
        found |= {word[:-2] + ending for ending in ("um", "et", "er", "ene", "a")}
    else:
        found |= {stem + ending for stem in _stems(word) for ending in _NOUN if stem == word or ending}
        found |= _syncope(word)
        found |= _agent(word)
        if word.endswith(_ADJECTIVE_ENDINGS):
            found |= {stem + ending for stem in _stems(word) for ending in _ADJECTIVE if stem == word or ending}
    return found | {form + "s" for form in found if not form.endswith("s")}


def _agent(word: str) -> set[str]:
    """«søker» → «søkeren», «søkar», «søkarane»."""
    if not word.endswith(("er", "ar")) or len(word) < 5:
        return set()
    return {word[:-2] + ending for ending in _AGENT if ending[0] == word[-2] or word not in _NOT_AGENTS}


def _stems(word: str) -> tuple[str, ...]:
    """«rom» is «romm-» before an ending: an m is never written double at the end."""
    doubled = word.endswith("m") and len(word) > 2 and word[-2] in _VOWELS
    return (word, word + "m") if doubled else (word,)


def _syncope(word: str) -> set[str]:
    """«varsel» → «varsler», «nummer» → «numre», «artikkel» → «artikler»: the e goes, and a double consonant with it."""
    if not word.endswith(("el", "er")) or len(word) < 5 or word[-3] in _VOWELS:
        return set()
    root = word[:-2]
    if len(root) > 1 and root[-1] == root[-2]:
        root = root[:-1]
    return {root + word[-1] + ending for ending in ("er", "ene", "et", "e", "a", "ar", "ane", "en")}


def _irregular(word: str) -> set[str] | None:
    """The forms of an exception, alone or as the last part of a compound."""
    alone = _by_form().get(word)
    if alone is not None:
        return {form + ending for form in alone for ending in ("", "s")}
    for lexeme in lexemes(compound=True):
        for form in lexeme:
            if word.endswith(form) and len(word) - len(form) >= _SMALL and len(form) >= _SMALL:
                first = word[: -len(form)]
                made = {first + other + ending for other in lexeme for ending in ("", "s")}
                # «rapport» ends in nothing of these, but «rekvisitt» might: the regular forms are kept beside.
                return made | _regular_beside(word)
    return None


def _regular_beside(word: str) -> set[str]:
    return {word + ending for ending in ("en", "et", "er", "ene", "a")} if not word.endswith("e") else set()


@lru_cache(maxsize=1)
def _nouns() -> frozenset[str]:
    return frozenset(form for lexeme in lexemes(compound=True) for form in lexeme)


@lru_cache(maxsize=1)
def _by_form() -> dict[str, frozenset[str]]:
    known: dict[str, set[str]] = {}
    for lexeme in (*lexemes(compound=True), *lexemes(compound=False)):
        for form in lexeme:
            known.setdefault(form, set()).update(lexeme)
    return {form: frozenset(others) for form, others in known.items()}
