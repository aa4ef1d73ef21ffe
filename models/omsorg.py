"""What caretaking reads of an archive: whole cases with their entries, as they are now. Pure data.

Journalling, closing, write-offs, deadlines and the checks that hold the public journal against the archive all judge these.
Field names are those of Noark 5 (metadata catalogue, M-numbers); days are local dates, times carry a zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.archive import JournalpostView, Part, Saksmappe
from models.noark import (
    Avskrivningsmaate,
    Dokumentstatus,
    Korrespondansepart,
    Skjerming,
    TilknyttetSom,
    Variantformat,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One file of a document (dokumentobjekt). ``present``: the archive has the file with the size recorded."""

    variant: Variantformat
    format: str
    sha256: str
    size_bytes: int
    filnavn: str = ""
    present: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DokumentView:
    """A document of an entry (dokumentbeskrivelse). ``unconvertible`` says why no archive variant could be made (a code)."""

    system_id: str
    tittel: str
    dokumenttype: str
    dokumentstatus: Dokumentstatus
    tilknyttet_som: TilknyttetSom
    varianter: tuple[Variant, ...] = ()
    skjerming: Skjerming | None = None
    unconvertible: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AvskrivningView:
    """A sign-off (M617–M619, M215, M231). ``korrespondansepart`` names the recipient it holds for; empty: the whole entry."""

    dato: date
    maate: Avskrivningsmaate
    avskrives_av: str | None = None
    korrespondansepart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journalinnfoersel:
    """One journalpost whole. ``post`` is what every archive tells of one;
    ``journalsekvensnummer`` counts within ``journalaar`` (M014, M013).

    ``twins`` are the system ids of entries registered before with the same file, sender and dates.
    """

    post: JournalpostView
    journalaar: int
    journalsekvensnummer: int
    journalpostnummer: int
    journaldato: date
    parter: tuple[Korrespondansepart, ...] = ()
    mottatt_dato: date | None = None
    sendt_dato: date | None = None
    dokumentets_dato: date | None = None
    forfallsdato: date | None = None
    offentlighetsvurdert_dato: date | None = None
    dokumenter: tuple[DokumentView, ...] = ()
    avskrivninger: tuple[AvskrivningView, ...] = ()
    twins: tuple[str, ...] = ()
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sak:
    """One saksmappe whole, with every entry in the order of their numbers.

    ``kryssreferanser`` are saksnumre it points at; ``gjenaapnet`` when it was last opened again after having been closed.
    """

    mappe: Saksmappe
    offentlig_tittel: str
    klasse: str
    sakstype: str
    saksdato: date
    parter: tuple[Part, ...] = ()
    kryssreferanser: tuple[str, ...] = ()
    nasjonale_identifikatorer: tuple[tuple[str, str], ...] = ()
    gjenaapnet: date | None = None
    changed_at: datetime | None = None
    innfoersler: tuple[Journalinnfoersel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SakPage:
    """One page of cases; ``next`` is the cursor to go on from, None when nothing more has changed.

    ``mark`` is where this page ends in the archive's own order of changes: kept, and given as ``since`` the next time, it
    brings what changed after. It is only ever given back to the archive that made it.
    """

    saker: tuple[Sak, ...]
    next: str | None
    mark: str
