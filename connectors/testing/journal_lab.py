"""What the journal view suite works with: a lab from the connector's author, and entries to publish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from connectors.contract import JournalView
from models.errors import StaleCursor
from models.noark import Journalposttype, Korrespondanseparttype
from models.post import Spool
from models.published import (
    Cursor,
    DocumentRef,
    PublishedCase,
    PublishedEntry,
    PublishedPage,
    PublishedPart,
    PublishedSkjerming,
    Window,
)

FIRST = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An entry as the journal's owner publishes it. ``files`` are bytes; None is a file whose link is dead."""

    entry: PublishedEntry
    files: tuple[bytes | None, ...] = ()


class JournalLab(Protocol):
    """One public journal, seen from both sides. ``page`` is how many entries :meth:`connect` gives at once."""

    page: int

    def publish(self, sample: Sample, at: datetime) -> None:
        """Lays an entry in the journal at that moment, after those before it."""
        ...

    def change(self, sample: Sample, at: datetime) -> None:
        """The entry of this id becomes this one. Only asked of views that tell changes and can be changed: see ``changes``."""
        ...

    @property
    def changes(self) -> bool:
        """Whether single entries can be changed here."""
        ...

    def connect(self) -> JournalView:
        """A new view of the same journal, as after a restart."""
        ...


def sample(number: int, *, files: tuple[bytes | None, ...] = (), shielded: bool = False) -> Sample:
    """Entry ``number`` (from 1) of a year, in the case of its ten."""
    sak = 100 + number // 10
    case = PublishedCase(
        saksnummer=f"2026/{sak}", saksaar=2026, sakssekvensnummer=sak, tittel=f"Byggesak {sak} – Storgata {sak} & 2 «A»"
    )
    entry = PublishedEntry(
        id=f"6f0c1c2e-0000-4000-8000-{number:012d}",
        system_id=f"6f0c1c2e-0000-4000-8000-{number:012d}",
        offentlig_tittel=f"Nabovarsel {number} – gnr. 12/{number} «æøå» <b>",
        case=case,
        journalaar=2026,
        journalsekvensnummer=number,
        journalpostnummer=number % 10 + 1,
        type=Journalposttype.INNGAAENDE,
        journaldato=date(2026, 6, 15),
        dokumentets_dato=date(2026, 6, 12),
        parter=(
            PublishedPart(navn="Bygg & Anlegg AS", type=Korrespondanseparttype.AVSENDER),
            PublishedPart(navn="Plan og bygg", type=Korrespondanseparttype.INTERN_MOTTAKER),
        ),
        skjerming=PublishedSkjerming(kode="UO", hjemmel="Offl. § 13 jf. fvl. § 13 første ledd nr. 1")
        if shielded
        else None,
    )
    return Sample(entry=entry, files=files)


def retitled(old: Sample, title: str) -> Sample:
    """The same entry under another title."""
    return replace(old, entry=replace(old.entry, offentlig_tittel=title))


def pages(view: JournalView, window: Window, after: Cursor | None = None) -> list[PublishedPage]:
    """All pages of a window; a view that never ends is a fault."""
    found: list[PublishedPage] = []
    while True:
        page = view.published(window, after)
        found.append(page)
        assert len(found) < 1000, "the pages never end"
        if page.next is None:
            return found
        assert page.next != after, "the same page comes again and again"
        after = page.next


def titles(found: list[PublishedPage]) -> list[str]:
    """The titles in order."""
    return [entry.offentlig_tittel for page in found for entry in page.entries]


def spool(folder: Path, limit_bytes: int = 10_000_000) -> Spool:
    """A spool of a check's own."""
    folder.mkdir(exist_ok=True)
    return Spool(folder, limit_bytes=limit_bytes)


def refs(view: JournalView) -> list[DocumentRef]:
    """The files of every entry in the journal, in order."""
    entries = [entry for page in pages(view, Window()) for entry in page.entries]
    return [file.ref for entry in entries for document in entry.dokumenter for file in document.filer]


def stale(view: JournalView, cursor: str) -> bool:
    """Whether the view says that it does not know the cursor."""
    try:
        view.published(Window(), Cursor(cursor))
    except StaleCursor:
        return True
    return False
