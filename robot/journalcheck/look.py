"""What the checks look at, and what they note. Pure data: a check is a function from one of these to notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date

from models.finding import Finding
from models.omsorg import Journalinnfoersel, Sak
from models.published import PublishedEntry, ViewCapabilities
from robot.journalcheck.catalogue import Level
from robot.journalcheck.people import Span
from robot.journalcheck.setup import CheckSetup
from rules.hjemmel import Hjemmel


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A check saw something. ``value`` is what was seen: only for the keyed hash that tells one finding in a field from
    another; it is never kept, shown or logged. ``masked`` and ``note`` never repeat it. ``confidence`` is 0.0–1.0.
    """

    check: str
    field: str
    masked: str = ""
    value: str = default(default="", repr=False)
    level: Level | None = None
    note: str = ""
    basis: str = ""
    rule: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of an entry that everybody can read. ``field`` as rules name it; ``title``: a title, not a name or file name."""

    field: str
    text: str = default(repr=False)
    title: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A detector's finding in one of the texts; ``value`` as :class:`Noted` has it."""

    field: str
    finding: Finding
    value: str = default(repr=False)
    place: str = default(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One published entry with what belongs to it. ``archived`` and ``sak`` are the archive's side, None when there is none
    or it cannot be asked. ``names``: spans of persons' names by the text's place in ``texts``."""

    entry: PublishedEntry
    texts: tuple[Text, ...]
    seen: tuple[Seen, ...]
    names: Mapping[int, tuple[Span, ...]]
    setup: CheckSetup
    today: date
    told: ViewCapabilities
    archived: Journalinnfoersel | None = None
    sak: Sak | None = None
    hjemmel: Hjemmel | None = None

    @property
    def shielded(self) -> bool:
        """Whether it is published with an access code or a provision."""
        shield = self.entry.skjerming
        return shield is not None and bool(shield.kode or shield.hjemmel)

    @property
    def arkivdel(self) -> str:
        """Of its case, where the archive tells."""
        return self.sak.mappe.arkivdel if self.sak is not None else ""

    @property
    def klasse(self) -> str:
        """Of its case, from the archive or as published."""
        if self.sak is not None:
            return self.sak.klasse
        case = self.entry.case
        return case.klasse.klasse_id if case is not None and case.klasse is not None else ""

    @property
    def personal(self) -> bool:
        """Whether its case is about a person."""
        return self.setup.personal(self.arkivdel, self.klasse)

    def text(self, field_name: str) -> str:
        """The text of a field, or empty."""
        return next((one.text for one in self.texts if one.field == field_name), "")

    def name_fields(self) -> tuple[str, ...]:
        """Fields in which a person's name stands."""
        return tuple(dict.fromkeys(self.texts[number].field for number, spans in self.names.items() if spans))

    def named(self, field_name: str) -> tuple[str, ...]:
        """The names that stand in a field."""
        return tuple(
            self.texts[number].text[start:end]
            for number, spans in self.names.items()
            if self.texts[number].field == field_name
            for start, end in spans
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLook:
    """One case of the archive, for what the public side cannot tell. ``published``: systemIDs known to be published, None when
    no public journal is known."""

    sak: Sak
    setup: CheckSetup
    today: date
    published: frozenset[str] | None = None


EntryCheck = Callable[[Look], Iterator[Noted]]
CaseCheck = Callable[[CaseLook], Iterator[tuple[Journalinnfoersel | None, Noted]]]
