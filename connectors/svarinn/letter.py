"""A letter (forsendelse) as SvarInn lists it, alike for both versions of the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file as the list describes it. ``sha256`` is hex of the plain file, empty when not told; ``size`` 0: unknown."""

    name: str
    media_type: str = ""
    sha256: str = ""
    size: int = 0
    kind: str = ""
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Who. Of ``orgnr`` and ``fnr`` one at most is told."""

    name: str = ""
    lines: tuple[str, ...] = ()
    postcode: str = ""
    town: str = ""
    country: str = ""
    orgnr: str = ""
    fnr: str = ""

    @property
    def text(self) -> str:
        """The postal address on one line."""
        place = f"{self.postcode} {self.town}".strip()
        return ", ".join(part for part in (*self.lines, place, self.country) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Noark numbers: the sender's own, or those of ours that the letter is meant for. 0 and empty: not set."""

    saksaar: int = 0
    sakssekvensnummer: int = 0
    journalaar: int = 0
    journalsekvensnummer: int = 0
    journalpostnummer: int = 0
    journalposttype: str = ""
    journalstatus: str = ""
    journaldato: date | None = None
    dokumentets_dato: date | None = None
    tittel: str = ""
    saksbehandler: str = ""
    mappe_system_id: str = ""
    registrering_system_id: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def saksnummer(self) -> str:
        """«2026/1234», or empty."""
        return f"{self.saksaar}/{self.sakssekvensnummer}" if self.saksaar and self.sakssekvensnummer else ""

    @property
    def dokumentnummer(self) -> str:
        """«2026/1234-3», as far as it is told."""
        number = self.saksnummer
        return f"{number}-{self.journalpostnummer}" if number and self.journalpostnummer else number


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that belongs to the letter."""

    lead: str
    address: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One forsendelse. ``at`` is when SvarUt received it, None when not told; ``level`` 3 or 4, None when not told.

    ``download`` is the address as given, to be used only when it leads to the service itself.
    """

    id: str
    title: str
    download: str
    at: datetime | None = None
    level: int | None = None
    confidential: bool = False
    sender: Address = field(default_factory=Address)
    recipient: Address = field(default_factory=Address)
    reply_to: Address = field(default_factory=Address)
    answers: str = ""
    kind: str = ""
    external_ref: str = ""
    system: str = ""
    links: tuple[Link, ...] = ()
    files: tuple[File, ...] = ()
    theirs: Numbers = field(default_factory=Numbers)
    ours: Numbers = field(default_factory=Numbers)

    @property
    def size_bytes(self) -> int | None:
        """All files together, when all are told."""
        sizes = [file.size for file in self.files]
        return sum(sizes) if sizes and all(sizes) else None

    @property
    def who(self) -> Address:
        """The real sender: ``svarSendesTil`` when it has a name, else ``avsender``."""
        return self.reply_to if self.reply_to.name else self.sender


Json = Mapping[str, object]
