"""What is asked of an archive, and what it answers. The union of writes is closed.

Every write carries a key of ours (:data:`OurKey`); asking again with the same key never makes a second thing.
Large files travel as paths into the blob store. Field names are those of Noark 5 (metadata catalogue).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal, NewType

from models.noark import (
    Arkivdelstatus,
    Avskrivningsmaate,
    EksternNoekkel,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Saksstatus,
    Skjerming,
    TilknyttetSom,
)

OurKey = NewType("OurKey", str)
"""``pr-`` + 26 characters of base32 + ``-`` + role; under 50 characters in all (``models.keys``)."""


# --- what exists -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SaksmappeRef:
    """A saksmappe by its system id (M001, never changes) and its human number (M003, ``2026/3869``)."""

    system_id: str
    saksnummer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saksmappe:
    """What deciding needs to know of a case. ``known`` are the identities (lower-cased addresses, orgnr, names) of its
    parts and correspondents: a sender among them is «known to the case»."""

    ref: SaksmappeRef
    tittel: str
    arkivdel: str
    arkivdelstatus: Arkivdelstatus
    saksstatus: Saksstatus
    administrativ_enhet: str
    saksansvarlig: str = ""
    skjerming: Skjerming | None = None
    known: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether a new journalpost may be placed here (krav 2.5.5, 2.3.6): case and arkivdel both still open."""
        closed = self.saksstatus in (Saksstatus.AVSLUTTET, Saksstatus.UTGAAR)
        return not closed and self.arkivdelstatus in (Arkivdelstatus.AKTIV, Arkivdelstatus.OVERLAPPING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A party of a case (M302 ff.): whom it is about. One of the identities, or name with birth date."""

    navn: str = ""
    fnr: str = ""
    orgnr: str = ""
    ansattnr: str = ""
    foedt: date | None = None
    epostadresse: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SakQuery:
    """How to find cases: set exactly one way; ``arkivdel`` and ``sakstype`` narrow it. Only exact matches answer.

    ``nasjonal_identifikator`` is (type, value), e.g. ``("gnr_bnr", "12/345")``.
    """

    our_key: OurKey | None = None
    saksnummer: str | None = None
    part: Part | None = None
    ekstern_noekkel: EksternNoekkel | None = None
    nasjonal_identifikator: tuple[str, str] | None = None
    arkivdel: str | None = None
    sakstype: str | None = None
    open_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalQuery:
    """Journalposter for caretaking and verify: all set conditions must hold; ``our_keys_only`` = made by a robot key."""

    status: tuple[Journalstatus, ...] = ()
    saksmappe: str | None = None
    our_keys_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalpostView:
    """A journalpost as the archive has it now. ``our_key`` is empty when somebody else made it."""

    system_id: str
    our_key: str
    number: str
    saksmappe: SaksmappeRef
    type: Journalposttype
    status: Journalstatus
    tittel: str
    offentlig_tittel: str
    enhet: str
    registered_at: datetime
    skjerming: Skjerming | None = None
    journalnummer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage:
    """One page of an answer; ``next`` is the cursor to go on from, None at the end."""

    entries: tuple[JournalpostView, ...]
    next: str | None


# --- what can be asked for ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Dokument:
    """A document to be attached: the received bytes, untouched, as variant P.

    ``sha256`` is the hex digest of the file at ``path``; ``filnavn`` is for show (already made safe).
    """

    tittel: str
    tilknyttet_som: TilknyttetSom
    sha256: str
    path: Path
    filnavn: str
    mime_type: str
    size_bytes: int
    skjerming: Skjerming | None = None
    dokumenttype: str = "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class NySaksmappe:
    """A new case (saksmappe). ``skjerming`` None means open: access is always said."""

    kind: Literal["ny_saksmappe"] = "ny_saksmappe"
    tittel: str
    offentlig_tittel: str
    arkivdel: str
    klasse: str
    administrativ_enhet: str
    saksansvarlig: str
    skjerming: Skjerming | None = None
    sakstype: str = ""
    parter: tuple[Part, ...] = ()
    ekstern_noekkel: EksternNoekkel | None = None
    nasjonale_identifikatorer: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NyJournalpost:
    """A new journalpost, always registered with status M; a later :class:`Statusendring` makes it J.

    ``saksmappe`` is the system id of the case.
    """

    kind: Literal["ny_journalpost"] = "ny_journalpost"
    saksmappe: str
    type: Journalposttype
    tittel: str
    offentlig_tittel: str
    mottatt_dato: date
    parter: tuple[Korrespondansepart, ...]
    skjerming: Skjerming | None
    dokumentets_dato: date | None = None
    forfall: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NyttDokument:
    """One document on a journalpost (system id)."""

    kind: Literal["nytt_dokument"] = "nytt_dokument"
    journalpost: str
    dokument: Dokument


@dataclass(frozen=True, slots=True, kw_only=True)
class Ferdigstill:
    """All documents of the journalpost get dokumentstatus F (krav 3.2.30; one-way)."""

    kind: Literal["ferdigstill"] = "ferdigstill"
    journalpost: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statusendring:
    """Journalstatus. To J the archive checks noark5.md section 4 and refuses by name; to U a ``merknad`` is obligatory.

    ``assessed_on`` is offentlighetsvurdertDato (M110), set with J when access was decided.
    """

    kind: Literal["statusendring"] = "statusendring"
    journalpost: str
    til: Journalstatus
    merknad: str = ""
    assessed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endring:
    """Corrects a journalpost in status M (M is edited; J is moved or set to U). None leaves a field as it is."""

    kind: Literal["endring"] = "endring"
    journalpost: str
    tittel: str | None = None
    offentlig_tittel: str | None = None
    enhet: str | None = None
    forfall: date | None = None
    avsender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettSkjerming:
    """Sets (or with None: lifts) the shielding of a journalpost; history is kept (krav 5.2.16)."""

    kind: Literal["skjerming"] = "skjerming"
    journalpost: str
    skjerming: Skjerming | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettSakskjerming:
    """Sets (or with None: lifts) the shielding of a saksmappe; history is kept (krav 5.2.16).

    Entries that have their access from the case follow; those with one of their own keep it. ``offentlig_tittel`` None
    leaves the public title, but for what the new shielding hides in it.
    """

    kind: Literal["sakskjerming"] = "sakskjerming"
    saksmappe: str
    skjerming: Skjerming | None
    offentlig_tittel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NyAvskrivning:
    """Sign-off of an I or N journalpost (M617–M619). ``avskrives_av`` is obligatory for BU, BE and BN (krav 3.4.7–8).

    ``korrespondansepart`` names the recipient of an N that it holds for (M231, krav 3.4.6); empty: the whole entry.
    """

    kind: Literal["avskrivning"] = "avskrivning"
    journalpost: str
    maate: Avskrivningsmaate
    avskrives_av: str | None = None
    korrespondansepart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flytting:
    """Moves a journalpost to another open case (krav 3.2.36–39)."""

    kind: Literal["flytting"] = "flytting"
    journalpost: str
    til_saksmappe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merknad:
    """A remark on a journalpost (M310)."""

    kind: Literal["merknad"] = "merknad"
    journalpost: str
    tekst: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kryssreferanse:
    """A cross-reference between two cases (M219)."""

    kind: Literal["kryssreferanse"] = "kryssreferanse"
    fra_saksmappe: str
    til_saksmappe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Avslutning:
    """Closes a case (saksstatus A); the archive refuses by name what noark5.md section 6 (CL1–CL6) misses."""

    kind: Literal["avslutning"] = "avslutning"
    saksmappe: str


ArchiveWrite = (
    NySaksmappe
    | NyJournalpost
    | NyttDokument
    | Ferdigstill
    | Statusendring
    | Endring
    | SettSkjerming
    | SettSakskjerming
    | NyAvskrivning
    | Flytting
    | Merknad
    | Kryssreferanse
    | Avslutning
)


# --- what it answers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It is so. ``number`` is the human number where the thing has one (saksnummer; registreringsID for a journalpost).

    ``details`` holds further strings (``journalnummer``, ``tittel`` …).
    """

    system_id: str
    number: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The archive has it in hand and answers later; ask :meth:`Archive.outcome` after ``ask_after_s``."""

    ask_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The archive knows no such key. ``settled`` False: its index may lag, ask again before believing it."""

    settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotTell:
    """The archive cannot look up by this key; a repeat would be a guess."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveCapabilities:
    """What an archive can do, stated in the open.

    ``key_lookup``: :meth:`Archive.outcome` can tell; ``refuses_repeated_key``: a second submit with a key raises
    ``AlreadyDone`` rather than making a second thing. ``archives_on_close``: closing a case sets its entries from J to A.
    """

    key_lookup: bool
    refuses_repeated_key: bool
    writes: frozenset[str]
    finds_by: frozenset[str]
    archives_on_close: bool = False
