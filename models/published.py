"""The public journal as the public sees it: entries, cases, parts and files as one journal view tells them.

Nothing here comes from the archive's inside: what a view does not tell is empty (``""``, ``None`` or ``()``), and
:class:`ViewCapabilities` says which fields those are, so that a check can tell «not there» from «not told». Masked words stand
as the source has them (``*****``). Texts may hold personal data: never to log, audit or report.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import NewType

from models.noark import Journalposttype, Korrespondanseparttype, TilknyttetSom, Variantformat
from models.post import SpooledDocument

Cursor = NewType("Cursor", str)
"""Where a view stands in a window: opaque text of the view's own making, without secrets, good after a restart."""


class WindowKind(StrEnum):
    """What the times of a window are compared with. SWEEP is everything the view has."""

    PUBLISHED = "published"
    CHANGED = "changed"
    SWEEP = "sweep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of the journal: by time of publication, by time of publication *or* change, or all of it.

    ``since`` and ``until`` are aware and both included; None is open. A view whose entries carry no times
    (``changes`` False in its capabilities) gives everything for every window.
    """

    kind: WindowKind = WindowKind.SWEEP
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, published: datetime | None, changed: datetime | None) -> bool:
        """Whether something with these times lies in the window; what tells no time always does."""
        if self.kind is WindowKind.SWEEP:
            return True
        times = [published] if self.kind is WindowKind.PUBLISHED else [published, changed]
        told = [at.astimezone(UTC) for at in times if at is not None]
        return not told or any(
            (self.since is None or self.since <= at) and (self.until is None or at <= self.until) for at in told
        )


SWEEP = Window()
"""Everything the view has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRef:
    """Where a published file is to be had. ``ref`` is the view's own (an address, a path in its folder)."""

    ref: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """One published file (dokumentobjekt). ``sjekksum`` is hex as told, in ``sjekksum_algoritme``; ``size_bytes`` as told."""

    ref: DocumentRef
    id: str = ""
    format: str = ""
    variant: Variantformat | None = None
    sjekksum: str = ""
    sjekksum_algoritme: str = ""
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSkjerming:
    """Access code (M500), provision (M501) and which metadata are hidden (M502), as published."""

    kode: str
    hjemmel: str = ""
    metadata: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPart:
    """A correspondent. ``navn`` is found by search for ever, ``navn_sensitiv`` for one year; both are shown (eInnsyn).

    ``type_text`` is the role as published; ``type`` what it means, None when nobody knows. ``intern_navn``: the unmasked
    name, only where the view has it (loependeJournal).
    """

    navn: str
    navn_sensitiv: str = ""
    intern_navn: str = ""
    type: Korrespondanseparttype | None = None
    type_text: str = ""
    id: str = ""
    enhet: str = ""
    saksbehandler: str = ""
    epostadresse: str = ""
    postnummer: str = ""
    behandlingsansvarlig: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDocument:
    """A document with its files. ``tittel_sensitiv`` as ``navn_sensitiv`` of a part."""

    tittel: str
    tittel_sensitiv: str = ""
    id: str = ""
    nummer: int | None = None
    dokumenttype: str = ""
    tilknyttet_som: TilknyttetSom | None = None
    skjerming: PublishedSkjerming | None = None
    filer: tuple[PublishedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKlasse:
    """The class a case is filed under."""

    klasse_id: str
    tittel: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCase:
    """The saksmappe an entry belongs to. ``intern_tittel``: the unmasked title, only where the view has it (loependeJournal)."""

    saksnummer: str
    saksaar: int | None = None
    sakssekvensnummer: int | None = None
    tittel: str = ""
    tittel_sensitiv: str = ""
    intern_tittel: str = ""
    id: str = ""
    system_id: str = ""
    external_id: str = ""
    saksdato: date | None = None
    enhet: str = ""
    saksansvarlig: str = ""
    skjerming: PublishedSkjerming | None = None
    klasse: PublishedKlasse | None = None
    publisert: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAvskrivning:
    """A sign-off as published: date, way as written («Besvart med brev», BU) and the entry that answers."""

    dato: date | None = None
    maate: str = ""
    avskrives_av: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEntry:
    """One journalpost in the public journal.

    ``id`` is the view's own and never empty; ``system_id`` the archive's systemID (M001) where it is told. ``type_text`` is
    the journalposttype as published; ``type`` is None where it is none of Noark's five or not told. ``intern_tittel``: the
    unmasked title, only where the view has it (loependeJournal). Times are aware; ``accessible_after``: public from then on.
    """

    id: str
    offentlig_tittel: str
    offentlig_tittel_sensitiv: str = ""
    intern_tittel: str = ""
    system_id: str = ""
    external_id: str = ""
    registrerings_id: str = ""
    case: PublishedCase | None = None
    journalaar: int | None = None
    journalsekvensnummer: int | None = None
    journalpostnummer: int | None = None
    type: Journalposttype | None = None
    type_text: str = ""
    journaldato: date | None = None
    dokumentets_dato: date | None = None
    parter: tuple[PublishedPart, ...] = ()
    skjerming: PublishedSkjerming | None = None
    dokumenter: tuple[PublishedDocument, ...] = ()
    avskrivninger: tuple[PublishedAvskrivning, ...] = ()
    enhet: str = ""
    saksbehandler: str = ""
    beskrivelse: str = ""
    publisert: datetime | None = None
    oppdatert: datetime | None = None
    accessible_after: datetime | None = None

    @property
    def saksnummer(self) -> str:
        """``2026/123``, or empty."""
        return self.case.saksnummer if self.case is not None else ""

    @property
    def number(self) -> str:
        """``2026/123-4`` (registreringsID), or empty."""
        if self.registrerings_id:
            return self.registrerings_id
        return f"{self.saksnummer}-{self.journalpostnummer}" if self.saksnummer and self.journalpostnummer else ""

    @property
    def journalnummer(self) -> str:
        """``25367/2026`` (M014/M013), or empty."""
        if self.journalsekvensnummer is None or self.journalaar is None:
            return ""
        return f"{self.journalsekvensnummer}/{self.journalaar}"

    @property
    def key(self) -> str:
        """What it is known by from night to night and from view to view: systemID, else the view's own id."""
        return self.system_id or self.id


class RemarkCode(StrEnum):
    """What a view itself found wrong with what it read; the page goes on."""

    COUNT = "count"
    PERIOD = "period"
    ORDER = "order"
    UNREADABLE = "unreadable"
    INCOMPLETE = "incomplete"
    ENCODING = "encoding"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRemark:
    """One fault of the delivery itself. ``text`` is Norwegian without content; ``entry`` an id, ``place`` file and line."""

    code: RemarkCode
    text: str
    entry: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPage:
    """One page of a window. ``next`` is where to go on, None at the end; ``total`` entries in the window, where known.

    A page may be empty and yet have a ``next``; an entry that changed meanwhile may come twice.
    """

    entries: tuple[PublishedEntry, ...]
    next: Cursor | None
    remarks: tuple[ViewRemark, ...] = ()
    total: int | None = None


class NoFileWhy(StrEnum):
    """Why a published file could not be had, for good: that is itself a finding (PJ-H06)."""

    GONE = "gone"
    TOO_LARGE = "too_large"
    ELSEWHERE = "elsewhere"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFile:
    """GONE: dead link; TOO_LARGE: over the spool's limit; ELSEWHERE: leads to a host we do not go to (or only to a web
    page); REFUSED: shut to the public. ``status`` is the HTTP status, 0 where there is none."""

    why: NoFileWhy
    status: int = 0


DocumentAnswer = SpooledDocument | NoFile
"""What :meth:`connectors.contract.JournalView.document` gives. A file of 0 bytes is a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewCapabilities:
    """What a view can tell, stated in the open.

    ``changes``: entries carry times, so that a window narrows; ``names_apart``: titles and names come in pairs without and
    with personal names; ``journalposttype``, ``documents`` (titles), ``files``, ``klasse``, ``avskrivning``,
    ``part_roles``, ``whole_titles`` (the unmasked titles too): the fields of that kind. ``look_up``: it is a
    :class:`connectors.contract.LooksUpEntries`. ``delivery``: it is one delivery with a period, not the whole journal.
    """

    changes: bool
    names_apart: bool = False
    journalposttype: bool = False
    documents: bool = False
    files: bool = False
    klasse: bool = False
    avskrivning: bool = False
    part_roles: bool = True
    whole_titles: bool = False
    look_up: bool = False
    delivery: bool = False
