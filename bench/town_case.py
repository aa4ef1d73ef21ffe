"""What a case of the generated town is made of, before it is laid in the archive: plain, and whole unless somebody breaks it."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta

TODAY = date(2026, 11, 24)
"""The night the town is made for."""
PDFA, DOCX, TEXT = "fmt/477", "fmt/412", "x-fmt/111"

_FIRST = "Anne Bjørn Dina Erik Frida Geir Hanne Ivar Jorun Kåre Liv Magnus Nina Oddvar Pia Rune Siri Trygve Unni Vidar".split()
_MIDDLE = (
    "Aas Berg Dahl Eide Foss Grønn Haug Iversen Juul Kvam Lie Moen Nes Opdal Prøsen Rud Solli Tveit Ulv Vik".split()
)
_LAST = [
    f"{a}{b}" for a in "Alm Bak Elv Fjell Gran Heim Iste Kors Lund Myr".split() for b in "rud stad vik dal bø".split()
]
UNITS = ("PLAN", "BYGG", "OPPVEKST", "HELSE", "KULTUR", "TEKNISK", "ØKONOMI", "HR")
_TOPICS = "tilskudd festival båtplass lekeplass gatelys idrettshall skolebuss barnehageplass brøyting støy".split()


@dataclass(slots=True)
class File:
    """One variant of a document. ``own``: bytes of its own (else from a pool that documents share); ``lost``: not on disk."""

    variant: str = "P"
    format: str = DOCX
    own: bool = False
    lost: bool = False
    same_as: str = ""
    """Name of another file of the town with the same bytes; empty: none."""
    name: str = ""


@dataclass(slots=True)
class Doc:
    """A document; finished, with the received file and an archive variant."""

    title: str = "Brevet"
    status: str = "F"
    som: str = "H"
    files: list[File] = field(default_factory=lambda: [File(), File(variant="A", format=PDFA)])
    failed: str = ""


@dataclass(slots=True)
class Sign:
    """A sign-off; ``by`` is the place of the answering entry in its case, or None."""

    how: str
    by: int | None = None
    whom: str = ""


@dataclass(slots=True)
class Entry:
    """A journalpost. Parts are (type, name, unit)."""

    type: str
    status: str
    title: str
    day: date
    parts: list[tuple[str, str, str]]
    received: date | None = None
    sent: date | None = None
    dated: date | None = None
    due: date | None = None
    assessed: date | None = None
    public: str = ""
    shield: str | None = None
    docs: list[Doc] = field(default_factory=lambda: [Doc()])
    signs: list[Sign] = field(default_factory=list)
    fault: str = ""


@dataclass(slots=True)
class Case:
    """A saksmappe with its entries in order."""

    title: str
    status: str
    opened: date
    unit: str
    entries: list[Entry] = field(default_factory=list)
    klasse: str = "000"
    arkivdel: str = "BY"
    responsible: str = "ufordelt"
    reopened: date | None = None
    shield: str | None = None
    closable: bool = False
    fault: str = ""

    @property
    def last(self) -> date:
        """The day of the newest entry."""
        return max((e.day for e in self.entries), default=self.opened)


def shield(code: str = "UO", hjemmel: str = "Offl. § 13 jf. fvl. § 13", *hidden: str) -> str:
    """A shielding as the archive keeps it."""
    values: dict[str, object] = {"kode": code, "skjul": list(hidden or ("NA",))}
    return json.dumps(values | ({"hjemmel": hjemmel} if hjemmel else {}), ensure_ascii=False)


TEMPORARY = shield("XX", "", "M")


class Maker:
    """Makes whole cases; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._cases = 0

    def person(self, number: int) -> str:
        """A name nobody else has, for the first 20,000; then names come again."""
        a, rest = number % 20, number // 20
        return f"{_FIRST[a]} {_MIDDLE[rest % 20]} {_LAST[rest // 20 % 50]}"

    def case(self, status: str, entries: int, *, end: date, settled: str = "A") -> Case:
        """A case whose last entry is of the day ``end``: letters, each answered, and a note now and then.

        ``settled`` is the status of its entries.
        """
        self._cases += 1
        number, chance = self._cases, self.chance
        gaps = [chance.randrange(1, 12) for _ in range(entries)]
        day = end - timedelta(days=sum(gaps))
        topic = chance.choice(_TOPICS)
        case = Case(title=f"Søknad om {topic} {number}", status=status, opened=day, unit=UNITS[number % len(UNITS)])
        person = self.person(number)
        for place, gap in enumerate(gaps):
            day += timedelta(days=gap)
            self._entry(case, settled, day, person, topic, place)
        self._answer_all(case)
        return case

    def _entry(self, case: Case, status: str, day: date, person: str, topic: str, place: int) -> None:
        kind = "IUIUIUNX"[place % 8]
        make = {"I": letter, "U": answer, "N": note, "X": memo}[kind]
        entry = make(case, status, day, person, f"{topic} del {place + 1}")
        if kind == "I":
            entry.docs[0].files[0].own = True
        if self.chance.random() < 0.2:
            entry.docs.append(Doc(title="Vedlegg", som="V", files=[File(own=True), File(variant="A", format=PDFA)]))
        if kind == "I" and self.chance.random() < 0.1:
            entry.shield, entry.assessed, entry.public = shield(), day, "Brev"
        case.entries.append(entry)

    @staticmethod
    def _answer_all(case: Case) -> None:
        """Each letter is answered by the next that goes out, else taken as information; each note is."""
        for place, entry in enumerate(case.entries):
            if entry.type == "I":
                by = next((n for n in range(place + 1, len(case.entries)) if case.entries[n].type == "U"), None)
                entry.signs.append(Sign("BU", by) if by is not None else Sign("TE"))
                if by is None:
                    entry.title = f"Takk for {entry.title.lower()}"
            elif entry.type == "N":
                entry.signs.append(Sign("TE"))


def letter(case: Case, status: str, day: date, person: str, topic: str) -> Entry:
    """An I that has everything."""
    parts = [("EA", person, ""), ("IM", case.unit, case.unit)]
    came = day - timedelta(days=1)
    return Entry("I", status, f"Brev om {topic}", day, parts, received=came, dated=came - timedelta(days=2))


def answer(case: Case, status: str, day: date, person: str, topic: str) -> Entry:
    """A U that was sent."""
    return Entry(
        "U", status, f"Svar om {topic}", day, [("IA", case.unit, case.unit), ("EM", person, "")], sent=day, dated=day
    )


def note(case: Case, status: str, day: date, person: str, topic: str) -> Entry:
    """An N to one colleague."""
    parts = [("IA", "Leder", case.unit), ("IM", "Per Saksbehandler", case.unit)]
    return Entry("N", status, f"Orientering om {topic}", day, parts, dated=day)


def memo(case: Case, status: str, day: date, person: str, topic: str) -> Entry:
    """An X."""
    parts = [("IA", "Leder", case.unit), ("IM", case.unit, case.unit)]
    return Entry("X", status, f"Notat om {topic}", day, parts, dated=day)
