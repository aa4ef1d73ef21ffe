"""What stands in the archive, as the rules see it. Frozen; a change makes a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.archive import Part
from models.noark import (
    Arkivdelstatus,
    Avskrivningsmaate,
    Dokumentstatus,
    EksternNoekkel,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Saksstatus,
    Skjerming,
    TilknyttetSom,
    Variantformat,
)

UNKNOWN_SENDER = "Ukjent avsender"
"""What stands as sender when there is none (rule-language.md): such an entry is never journaled, and is known to no case."""

EXTERNAL_PARTS = (
    Korrespondanseparttype.AVSENDER,
    Korrespondanseparttype.MOTTAKER,
    Korrespondanseparttype.KOPIMOTTAKER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arkivdel:
    """A series with its primary classification system (by code)."""

    kode: str
    tittel: str
    status: Arkivdelstatus
    klassifikasjonssystem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sak:
    """A saksmappe. ``klasse`` may be empty until closing (krav 3.2.6)."""

    system_id: str
    saksaar: int
    sakssekvensnummer: int
    tittel: str
    offentlig_tittel: str
    arkivdel: str
    arkivdelstatus: Arkivdelstatus
    klasse: str
    administrativ_enhet: str
    saksansvarlig: str
    status: Saksstatus
    saksdato: date
    opprettet: datetime
    sakstype: str = ""
    gjenaapnet: date | None = None
    skjerming: Skjerming | None = None
    ekstern: EksternNoekkel | None = None
    our_key: str = ""

    @property
    def saksnummer(self) -> str:
        """M003."""
        return f"{self.saksaar}/{self.sakssekvensnummer}"

    @property
    def closed(self) -> bool:
        """Whether the case itself is ended (krav 2.5.5)."""
        return self.status in (Saksstatus.AVSLUTTET, Saksstatus.UTGAAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journalpost:
    """A journalpost with its korrespondanseparter. ``arvet``: the shielding came from the case."""

    system_id: str
    sak: str
    saksnummer: str
    journalpostnummer: int
    journalaar: int
    journalsekvensnummer: int
    type: Journalposttype
    status: Journalstatus
    tittel: str
    offentlig_tittel: str
    journaldato: date
    opprettet: datetime
    parter: tuple[Korrespondansepart, ...]
    mottatt_dato: date | None = None
    sendt_dato: date | None = None
    dokumentets_dato: date | None = None
    forfall: date | None = None
    offentlighetsvurdert_dato: date | None = None
    skjerming: Skjerming | None = None
    arvet: bool = False
    our_key: str = ""

    @property
    def registrerings_id(self) -> str:
        """M004."""
        return f"{self.saksnummer}-{self.journalpostnummer}"

    @property
    def journalnummer(self) -> str:
        """M014/M013, as people write it: 25367/2026."""
        return f"{self.journalsekvensnummer}/{self.journalaar}"

    def named(self, *types: Korrespondanseparttype) -> tuple[str, ...]:
        """Names of the parts of these types."""
        return tuple(p.navn for p in self.parter if p.type in types and p.navn.strip())

    @property
    def enhet(self) -> str:
        """The internal recipient's unit, else the first unit any part carries."""
        own = [p for p in self.parter if p.administrativ_enhet]
        inner = [p for p in own if p.type is Korrespondanseparttype.INTERN_MOTTAKER]
        return (inner or own)[0].administrativ_enhet if own else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dokumentobjekt:
    """One file of a document. ``present``: it lies in the folder with the size recorded."""

    system_id: str
    variant: Variantformat
    format: str
    mime_type: str
    filnavn: str
    sjekksum: str
    size_bytes: int
    present: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dokumentbeskrivelse:
    """One document with its files."""

    system_id: str
    dokumentnummer: int
    tilknyttet_som: TilknyttetSom
    status: Dokumentstatus
    tittel: str
    dokumenttype: str
    objekter: tuple[Dokumentobjekt, ...]
    skjerming: Skjerming | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Avskrivning:
    """A sign-off of ``journalpost``; ``avskrives_av`` is the system id of the entry that answers, or None.

    ``korrespondansepart`` names the recipient it holds for (M231); empty: the whole entry.
    """

    system_id: str
    journalpost: str
    maate: Avskrivningsmaate
    dato: date
    avskrives_av: str | None
    korrespondansepart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SakExtras:
    """What stands beside a new case."""

    parter: tuple[Part, ...] = ()
    nasjonale_identifikatorer: tuple[tuple[str, str], ...] = ()
