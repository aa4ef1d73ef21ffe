"""Published entries and archive cases for tests of the journal check; persons are invented."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.archive import JournalpostView, Saksmappe, SaksmappeRef
from models.noark import (
    Arkivdelstatus,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Saksstatus,
)
from models.omsorg import Journalinnfoersel, Sak
from models.post import Spool
from models.published import (
    Cursor,
    DocumentRef,
    NoFile,
    NoFileWhy,
    PublishedCase,
    PublishedEntry,
    PublishedPage,
    PublishedPart,
    ViewCapabilities,
    Window,
)

TODAY = date(2026, 11, 24)
TOLD = ViewCapabilities(changes=True, journalposttype=True, documents=True, files=True, klasse=True)


def entry(number: int = 1, **changes: Any) -> PublishedEntry:
    """An entry with nothing wrong; fields by name."""
    made = PublishedEntry(
        id=f"jp_{number}",
        system_id=f"jp-{number}",
        offentlig_tittel="Søknad om skjenkebevilling for sommerfestival",
        case=PublishedCase(saksnummer=f"2026/{number}", tittel="Skjenkebevilling for sommerfestival"),
        journalaar=2026,
        journalsekvensnummer=number,
        journalpostnummer=1,
        type=Journalposttype.INNGAAENDE,
        journaldato=date(2026, 11, 20),
        dokumentets_dato=date(2026, 11, 19),
        parter=(PublishedPart(navn="Solvik Kulturhus AS", type=Korrespondanseparttype.AVSENDER),),
        enhet="KULTUR",
        publisert=datetime(2026, 11, 21, 8, tzinfo=UTC),
    )
    return replace(made, **changes)


def letter(number: int = 1, *, tittel: str = "Spørsmål om vei", days_ago: int = 2, **changes: Any) -> Journalinnfoersel:
    """An incoming entry of the archive, ``days_ago`` days old; ``status``, ``type``, ``skjerming`` are its post's."""
    came = TODAY - timedelta(days=days_ago)
    inner = {
        name: changes.pop(name)
        for name in ("status", "type", "skjerming", "offentlig_tittel", "enhet")
        if name in changes
    }
    post = JournalpostView(
        system_id=f"jp-{number}",
        our_key="",
        number=f"2026/1-{number}",
        saksmappe=SaksmappeRef(system_id="sak-1", saksnummer="2026/1"),
        type=Journalposttype.INNGAAENDE,
        status=Journalstatus.JOURNALFOERT,
        tittel=tittel,
        offentlig_tittel=tittel,
        enhet="PLAN",
        registered_at=datetime(came.year, came.month, came.day, 9, tzinfo=UTC),
    )
    made = Journalinnfoersel(
        post=replace(post, **inner),
        journalaar=2026,
        journalsekvensnummer=number,
        journalpostnummer=number,
        journaldato=came,
        mottatt_dato=came,
        dokumentets_dato=came,
        parter=(
            Korrespondansepart(type=Korrespondanseparttype.AVSENDER, navn="Solvik Kulturhus AS"),
            Korrespondansepart(type=Korrespondanseparttype.INTERN_MOTTAKER, navn="Plan", administrativ_enhet="PLAN"),
        ),
    )
    return replace(made, **changes)


def sak(
    *innfoersler: Journalinnfoersel, arkivdel: str = "SAK", status: Saksstatus = Saksstatus.UNDER_BEHANDLING
) -> Sak:
    """A case with these entries."""
    return Sak(
        mappe=Saksmappe(
            ref=SaksmappeRef(system_id="sak-1", saksnummer="2026/1"),
            tittel="En sak",
            arkivdel=arkivdel,
            arkivdelstatus=Arkivdelstatus.AKTIV,
            saksstatus=status,
            administrativ_enhet="PLAN",
        ),
        offentlig_tittel="En sak",
        klasse="000",
        sakstype="",
        saksdato=date(2026, 1, 2),
        innfoersler=innfoersler,
    )


class ListView:
    """A journal view over a list. ``size`` entries a page; ``fails`` is called before each page."""

    capabilities = TOLD

    def __init__(
        self, entries: Sequence[PublishedEntry], *, size: int = 10, fails: Callable[[int], None] = lambda start: None
    ) -> None:
        self.shown = list(entries)
        self.asked: list[int] = []
        self._size = size
        self._fails = fails

    def published(self, window: Window, after: Cursor | None) -> PublishedPage:
        start = int(after or 0)
        self.asked.append(start)
        self._fails(start)
        inside = [one for one in self.shown if window.holds(one.publisert, one.oppdatert)]
        end = start + self._size
        return PublishedPage(
            entries=tuple(inside[start:end]), next=Cursor(str(end)) if end < len(inside) else None, total=len(inside)
        )

    def document(self, ref: DocumentRef, into: Spool) -> NoFile:
        return NoFile(why=NoFileWhy.GONE)

    def close(self) -> None:
        pass
