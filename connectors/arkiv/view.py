"""The embedded archive's own public journal as a journal view."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, or_, select

from connectors.arkiv import codec
from connectors.arkiv import tables as t
from connectors.arkiv.archive import EmbeddedArchive
from connectors.arkiv.journal import PUBLIC, OffentligDokument, OffentligJournalpost, public_entries
from models.errors import StaleCursor
from models.post import Spool, SpoolLimit
from models.published import (
    Cursor,
    DocumentAnswer,
    DocumentRef,
    NoFile,
    NoFileWhy,
    PublishedAvskrivning,
    PublishedCase,
    PublishedDocument,
    PublishedEntry,
    PublishedFile,
    PublishedKlasse,
    PublishedPage,
    PublishedPart,
    PublishedSkjerming,
    ViewCapabilities,
    Window,
    WindowKind,
)
from models.sql import Link

PAGE = 200
_CHUNK = 256 * 1024
_post, _log = t.journalpost.c, t.endringslogg.c


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRules:
    """What the archive lets the public see, and when. ``after_days`` calendar days after the journaldato an entry is public;
    ``full_text``: its open documents are too."""

    after_days: int = 0
    full_text: bool = False
    page: int = PAGE


class EmbeddedJournalView:
    """See :class:`connectors.contract.JournalView` and :class:`~connectors.contract.LooksUpEntries`.

    Closes ``archive`` when it is closed.
    """

    def __init__(self, archive: EmbeddedArchive, rules: JournalRules | None = None) -> None:
        self._archive = archive
        self._rules = rules or JournalRules()
        self._zone = ZoneInfo(archive.settings.zone)

    @property
    def capabilities(self) -> ViewCapabilities:
        """Everything but titles in pairs."""
        return ViewCapabilities(
            changes=True,
            journalposttype=True,
            documents=True,
            files=self._rules.full_text,
            klasse=True,
            avskrivning=True,
            look_up=True,
        )

    def published(self, window: Window, after: Cursor | None) -> PublishedPage:
        """See :class:`connectors.contract.JournalView`; by journalnummer."""
        aar, sekvens = _place(after)
        wanted = PUBLIC.where(
            _post.journaldato <= self._latest(),
            or_(_post.journalaar > aar, and_(_post.journalaar == aar, _post.journalsekvensnummer > sekvens)),
        ).limit(self._rules.page)
        if window.kind is not WindowKind.SWEEP and window.since is not None:
            wanted = wanted.where(self._since(window.since, changes=window.kind is WindowKind.CHANGED))
        with self._archive.store.reading() as db:
            rows = db.execute(wanted).mappings().all()
            entries = self._entries(db, rows)
        page = tuple(each for each in entries if window.holds(each.publisert, each.oppdatert))
        last = rows[-1] if len(rows) == self._rules.page else None
        following = Cursor(json.dumps([last["journalaar"], last["journalsekvensnummer"]])) if last is not None else None
        return PublishedPage(entries=page, next=following)

    def entry(self, key: str) -> PublishedEntry | None:
        """See :class:`connectors.contract.LooksUpEntries`."""
        wanted = PUBLIC.where(_post.system_id == key, _post.journaldato <= self._latest())
        with self._archive.store.reading() as db:
            found = self._entries(db, db.execute(wanted).mappings().all())
        return found[0] if found else None

    def document(self, ref: DocumentRef, into: Spool) -> DocumentAnswer:
        """See :class:`connectors.contract.JournalView`; ``ref`` is journalpost/dokumentobjekt."""
        entry = self.entry(ref.ref.partition("/")[0])
        files = [file for each in entry.dokumenter for file in each.filer] if entry is not None else []
        found = next((file for file in files if file.ref.ref == ref.ref), None)
        if found is None:
            return NoFile(why=NoFileWhy.GONE)
        try:
            with (
                self._archive.file_of(found.sjekksum).open("rb") as file,
                into.new(ref.name or found.ref.name) as writer,
            ):
                while chunk := file.read(_CHUNK):
                    writer.write(chunk)
        except FileNotFoundError:
            return NoFile(why=NoFileWhy.GONE)
        except SpoolLimit:
            return NoFile(why=NoFileWhy.TOO_LARGE)
        return writer.document

    def close(self) -> None:
        """See :class:`connectors.contract.JournalView`."""
        self._archive.close()

    def _latest(self) -> str:
        """The last journaldato that is public now."""
        today = self._archive.settings.local_day(self._archive.now())
        return (today - timedelta(days=self._rules.after_days)).isoformat()

    def _since(self, since: datetime, *, changes: bool) -> Any:
        """What became public, or was changed, from a moment on: wide by a day, and narrowed by the window afterwards."""
        day = since.astimezone(self._zone).date() - timedelta(days=self._rules.after_days + 1)
        fresh = _post.journaldato >= day.isoformat()
        if not changes:
            return fresh
        documents = select(t.dokumentbeskrivelse.c.system_id).where(
            t.dokumentbeskrivelse.c.journalpost == _post.system_id
        )
        mine = or_(_log.objekt == _post.system_id, _log.objekt == _post.saksmappe, _log.objekt.in_(documents))
        return or_(fresh, exists().where(_log.dato >= codec.moment(since), mine))

    def _entries(self, db: Link, rows: Any) -> list[PublishedEntry]:
        found = list(public_entries(db, self._archive.files, rows))
        objects = {
            name for each in found for name in (each.system_id, each.sak.system_id, *(d.system_id for d in each.filer))
        }
        latest = select(_log.objekt, func.max(_log.dato)).where(_log.objekt.in_(objects)).group_by(_log.objekt)
        changed = {str(row[0]): datetime.fromisoformat(row[1]) for row in db.execute(latest).all()}
        return [self._entry(each, changed) for each in found]

    def _entry(self, post: OffentligJournalpost, changed: dict[str, datetime]) -> PublishedEntry:
        own = (post.system_id, post.sak.system_id, *(d.system_id for d in post.filer))
        times = [changed[name] for name in own if name in changed]
        public_day = post.journaldato + timedelta(days=self._rules.after_days)
        return PublishedEntry(
            id=post.system_id,
            system_id=post.system_id,
            registrerings_id=post.registrerings_id,
            offentlig_tittel=post.tittel,
            case=_case(post),
            journalaar=post.journalaar,
            journalsekvensnummer=post.journalsekvensnummer,
            journalpostnummer=post.journalpostnummer,
            type=post.type,
            type_text=post.type.value,
            journaldato=post.journaldato,
            dokumentets_dato=post.dokumentets_dato,
            parter=tuple(PublishedPart(navn=navn, type=kind, type_text=kind.value) for kind, navn in post.parter),
            skjerming=_skjerming(post.tilgangskode, post.hjemmel, tuple(each.value for each in post.skjult)),
            dokumenter=tuple(self._document(post, each) for each in post.filer),
            avskrivninger=_avskrivninger(post),
            enhet=post.enhet,
            publisert=datetime.combine(public_day, time.min, self._zone),
            oppdatert=max(times) if times else None,
        )

    def _document(self, post: OffentligJournalpost, document: OffentligDokument) -> PublishedDocument:
        files = document.filer if self._rules.full_text else ()
        return PublishedDocument(
            tittel=document.tittel,
            id=document.system_id,
            nummer=document.nummer,
            dokumenttype=document.dokumenttype,
            tilknyttet_som=document.tilknyttet_som,
            filer=tuple(
                PublishedFile(
                    ref=DocumentRef(ref=f"{post.system_id}/{each.system_id}", name=each.filnavn),
                    id=each.system_id,
                    format=each.format,
                    variant=each.variant,
                    sjekksum=each.sjekksum,
                    sjekksum_algoritme="SHA-256",
                    size_bytes=each.size_bytes,
                )
                for each in files
            ),
        )


def _case(post: OffentligJournalpost) -> PublishedCase:
    sak = post.sak
    aar, sekvens = sak.number
    return PublishedCase(
        saksnummer=sak.saksnummer,
        saksaar=aar,
        sakssekvensnummer=sekvens,
        tittel=sak.tittel,
        id=sak.system_id,
        system_id=sak.system_id,
        saksdato=sak.saksdato,
        enhet=sak.enhet,
        saksansvarlig=sak.saksansvarlig,
        skjerming=_skjerming(sak.tilgangskode, sak.hjemmel, ()),
        klasse=PublishedKlasse(klasse_id=sak.klasse, tittel=sak.klassetittel) if sak.klasse else None,
    )


def _skjerming(kode: str, hjemmel: str, hidden: tuple[str, ...]) -> PublishedSkjerming | None:
    return PublishedSkjerming(kode=kode, hjemmel=hjemmel, metadata=hidden) if kode or hjemmel else None


def _avskrivninger(post: OffentligJournalpost) -> tuple[PublishedAvskrivning, ...]:
    done = post.avskrivning
    if done is None:
        return ()
    return (PublishedAvskrivning(dato=done.dato, maate=done.maate.value, avskrives_av=done.avskrives_av or ""),)


def _place(after: Cursor | None) -> tuple[int, int]:
    if after is None:
        return 0, 0
    try:
        aar, sekvens = json.loads(after)
        return int(aar), int(sekvens)
    except (ValueError, TypeError) as problem:
        raise StaleCursor("Stedet det skulle leses videre fra, er ikke kjent.") from problem
