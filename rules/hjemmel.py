"""A skjermingshjemmel as people write it → act, paragraph, ledd, number; and one normal form to compare by.

«U.off. §13, jfr. forvaltningsloven § 13 (1) 1», «offl. § 13 jf. fvl. § 13 første ledd nr. 1» and «Off.lova § 13 jf fvl § 13
1. ledd pkt 1» are one provision. Acts repealed, or not yet in force, are told apart from those that hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

OFFL, FVL = "offl", "fvl"

_ACTS: tuple[tuple[str, str], ...] = (
    ("offl1970", r"(?:offentlighetslov(?:en|a)|offl\.?)(?: av)?(?: 19\.? ?juni)? 1970"),
    ("bvl1992", r"barnevernlov(?:en|a)?|(?:barnevernslov(?:en|a)|bvl\.?)(?: av)?(?: 17\.? ?juli)? 1992"),
    ("arkivforskriften2017", r"arkivforskrift(?:en|a)(?: av)?(?: 15\.? ?desember)? 2017"),
    ("fvl2025", r"(?:forvaltningslov(?:en|a)|fvl\.?)(?: av)?(?: 20\.? ?juni)? 2025"),
    (OFFL, r"u\.? ?off\.?l?\.?|off\.? ?l(?:ov(?:a|en)?)?\.?|offentlig?h?e?t?s?lov(?:en|a)|offentleglov(?:a|en)|offl\.?|off\."),
    (FVL, r"forvaltningslov(?:en|a)|fvl\.?|forv\.? ?l(?:oven|ova)?\.?"),
    ("bvl", r"barnevernslov(?:en|a)|bvl\.?"),
    ("sotjl", r"sosialtjenestelov(?:en|a)|sosialtenestelov(?:en|a)|sotjl\.?"),
    ("hpl", r"helsepersonell?lov(?:en|a)|hpl\.?|hlspl\.?"),
    ("hol", r"helse- og omsorgs?tjenestelov(?:en|a)|helse- og omsorgstenestelov(?:en|a)|hol\.?|helse-? og omsorgsl\.?"),
    ("navl", r"nav-?lov(?:en|a)|arbeids- og velferdsforvaltningslov(?:en|a)|navl\.?"),
    ("sktfvl", r"skatteforvaltningslov(?:en|a)|sktfvl\.?"),
    ("oppll", r"opplæringslov(?:a|en)|oppll?\.?"),
    ("bhgl", r"barnehagelov(?:en|a)|bhgl\.?|bhl\.?"),
    ("krisesenterl", r"krisesenterlov(?:a|en)"),
    ("aml", r"arbeidsmiljølov(?:en|a)|aml\.?"),
    ("pbl", r"plan- og bygningslov(?:en|a)|pbl\.?"),
    ("koml", r"kommunelov(?:en|a)|koml\.?|kl\."),
    ("polregl", r"politiregisterlov(?:en|a)|polregl\.?"),
    ("strpl", r"straffeprosesslov(?:en|a)|strpl\.?"),
    ("folkeregl", r"folkeregisterlov(?:en|a)"),
    ("pasjl", r"pasientjournallov(?:en|a)|pasjl\.?"),
    ("pbrl", r"pasient- og brukerrettighetslov(?:en|a)|pbrl\.?"),
    ("integrl", r"integreringslov(?:en|a)"),
    ("anskforskr", r"anskaffelsesforskrift(?:en|a)|foa\.?"),
    ("energil", r"energilov(?:en|a)"),
    ("sikkl", r"sikkerhetslov(?:en|a)|sikkl\.?"),
    ("ekoml", r"ekomlov(?:en|a)"),
    ("tolkel", r"tolkelov(?:en|a)"),
    ("gdpr", r"personvernforordning(?:en|a)|gdpr"),
    ("arkivforskrifta", r"arkivforskrift(?:en|a)"),
)  # fmt: skip

_FINDERS = tuple((key, re.compile(rf"(?<![^\W\d_])(?:{pattern})(?![^\W\d_])")) for key, pattern in _ACTS)
_SECTION = re.compile(r"(?:§{1,2}|paragraf|art(?:ikkel|\.)?)\s*(\d+(?:\s?-\s?\d+)?)(?:\s?([a-z])(?![^\W\d_]))?")
_LEDD_WORDS = {"første": 1, "fyrste": 1, "andre": 2, "annet": 2, "annen": 2, "tredje": 3, "fjerde": 4, "femte": 5,
               "sjette": 6, "sjuende": 7, "syvende": 7}  # fmt: skip
_LEDD = re.compile(rf"\b({'|'.join(_LEDD_WORDS)})\s+ledd\b|\b(\d)\s*\.?\s*ledd\b|\bledd\s+(\d)\b|\((\d)\)")
_NUMBER = re.compile(r"\b(?:nr|nummer|pkt|punkt)\b\.?\s*(\d+)|\)\s*(\d+)\b")
_LETTER = re.compile(r"\b(?:bokstav|litra|bokst)\b\.?\s*([a-zæøå])\b")
_FURTHER = re.compile(r"\b(?:jf|jfr|jamfør|jmf|sml|og)\b\.?")

REPEALED = {
    "offl1970": "offentlighetsloven av 1970 er opphevet",
    "bvl1992": "barnevernloven av 1992 er opphevet",
    "arkivforskriften2017": "arkivforskriften av 2017 er opphevet",
    "fvl2025": "forvaltningsloven av 2025 er ikke trådt i kraft",
}
DISCRETIONARY = frozenset(str(number) for number in range(14, 27))
"""§§ of offentleglova by which a document *may* be withheld; § 13 is the duty of secrecy."""

_HAVE_LEDD = frozenset({(OFFL, "24"), (OFFL, "26"), (FVL, "13")})
_EXEMPTIONS = frozenset({"4", "5", *(str(number) for number in range(13, 27))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One provision. ``ledd`` and ``nummer`` are 0 where they are not said; ``bokstav`` is empty."""

    act: str
    paragraf: str
    ledd: int = 0
    nummer: int = 0
    bokstav: str = ""

    def __str__(self) -> str:
        parts = [f"{self.act} § {self.paragraf}"]
        if self.ledd:
            parts.append(f"{self.ledd}. ledd")
        if self.nummer:
            parts.append(f"nr {self.nummer}")
        if self.bokstav:
            parts.append(f"bokstav {self.bokstav}")
        return " ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hjemmel:
    """What a text names: the provision it rests on, and those it points to (``jf.``)."""

    references: tuple[Reference, ...]

    @property
    def first(self) -> Reference:
        """The provision it rests on."""
        return self.references[0]

    @property
    def normal(self) -> str:
        """One spelling, for comparing: ``offl § 13 1. ledd jf fvl § 13 1. ledd nr 1``."""
        return " jf ".join(str(reference) for reference in self.references)

    def names(self, act: str, *paragrafer: str) -> bool:
        """Whether one of these paragraphs of an act is among what it names (any paragraph when none is said)."""
        return any(r.act == act and (not paragrafer or r.paragraf in paragrafer) for r in self.references)

    @property
    def secrecy(self) -> bool:
        """Whether it rests on a duty of secrecy: offl. § 13, or a provision of another act alone."""
        return self.first.act != OFFL or self.names(OFFL, "13")


@lru_cache(maxsize=4096)
def parse(text: str) -> Hjemmel | None:
    """The provision; None when no act with a paragraph can be read out of it."""
    plain = " ".join(text.replace("\u00a0", " ").lower().replace("paragraf", "§").split())
    marks = _acts(plain)
    references: list[Reference] = []
    for number, (key, start, end) in enumerate(marks):
        until = marks[number + 1][1] if number + 1 < len(marks) else len(plain)
        references.extend(_sections(key, plain[end:until], plain[start:end]))
    return Hjemmel(references=tuple(references)) if references else None


def faults(hjemmel: Hjemmel) -> tuple[str, ...]:
    """What is missing in a provision that could be read: Norwegian, without content from the entry (PJ-D02)."""
    found: list[str] = []
    if hjemmel.first.act == OFFL and hjemmel.first.paragraf == "13" and len(hjemmel.references) == 1:
        found.append("offl. § 13 skal nevne bestemmelsen om taushetsplikt (jf. …)")
    if hjemmel.first.act == OFFL and hjemmel.first.paragraf not in _EXEMPTIONS and not wrong_act(hjemmel):
        found.append(f"offl. § {hjemmel.first.paragraf} gir ikke unntak fra innsyn")
    found += [
        f"{one.act}. § {one.paragraf} har ledd, og det er ikke sagt hvilket"
        for one in hjemmel.references
        if (one.act, one.paragraf) in _HAVE_LEDD and not one.ledd
    ]
    return tuple(found)


def wrong_act(hjemmel: Hjemmel) -> str:
    """Why an act it names does not hold (PJ-D03), or empty."""
    for one in hjemmel.references:
        if one.act in REPEALED:
            return REPEALED[one.act]
        old = one.act == OFFL and (one.paragraf in ("5a", "11") or (one.paragraf in ("5", "6") and one.nummer))
        if old:
            return REPEALED["offl1970"]
        if one.act == "bvl" and one.paragraf == "6-7":
            return REPEALED["bvl1992"]
    return ""


def _acts(plain: str) -> list[tuple[str, int, int]]:
    """Where each act is named, in order; the first of the table wins where two overlap."""
    taken: list[tuple[str, int, int]] = []
    for key, finder in _FINDERS:
        for match in finder.finditer(plain):
            if all(match.end() <= start or match.start() >= end for _, start, end in taken):
                taken.append((key, match.start(), match.end()))
    return sorted(taken, key=lambda mark: mark[1])


def _sections(act: str, text: str, named: str) -> list[Reference]:
    found: list[Reference] = []
    sections = list(_SECTION.finditer(text))
    for number, match in enumerate(sections):
        rest = text[match.end() : sections[number + 1].start() if number + 1 < len(sections) else len(text)]
        said = _FURTHER.split(rest)[0]
        paragraf = match[1].replace(" ", "") + (match[2] or "")
        ledd, nummer = _ledd(said), _number(said)
        old = act == OFFL and "1970" in rest
        letter = _LETTER.search(said)
        found.append(
            Reference(
                act="offl1970" if old else act,
                paragraf=paragraf,
                ledd=ledd,
                nummer=nummer,
                bokstav=letter[1] if letter else "",
            )
        )
    return found


def _ledd(text: str) -> int:
    match = _LEDD.search(text)
    if match is None:
        return 0
    return _LEDD_WORDS[match[1]] if match[1] else int(match[2] or match[3] or match[4])


def _number(text: str) -> int:
    match = _NUMBER.search(text)
    return int(match[1] or match[2]) if match is not None else 0
