"""Archives that keep or find badly: keys, numbers, documents, look-ups. Each broken in one way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.arkiv.records import UNKNOWN_SENDER, Dokumentbeskrivelse, Journalpost, Sak
from connectors.testing.memory_archive import MemoryArchive
from connectors.testing.memory_unit import MemoryUnit
from models.archive import (
    Absent,
    ArchiveCapabilities,
    ArchiveWrite,
    CannotTell,
    Dokument,
    Done,
    JournalPage,
    JournalQuery,
    NyJournalpost,
    NySaksmappe,
    NyttDokument,
    OurKey,
    Pending,
    SakQuery,
    Saksmappe,
)
from models.errors import NeedsHuman
from models.noark import (
    TilknyttetSom,
)

# --- keys ---


class Doubles(MemoryArchive):
    """Claims to refuse a repeated key, and makes a second journalpost of it."""

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        self._accepts_repeated_key = isinstance(write, NyJournalpost)
        done = super()._perform(write, key)
        self._accepts_repeated_key = False
        return done


class DoublesCases(MemoryArchive):
    """Makes a second case of a repeated case key."""

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        self._accepts_repeated_key = isinstance(write, NySaksmappe)
        done = super()._perform(write, key)
        self._accepts_repeated_key = False
        return done

    @property
    def capabilities(self) -> ArchiveCapabilities:
        return replace(super().capabilities, refuses_repeated_key=True)


class ForgetsAtRestart(MemoryArchive):
    """Knows its keys only as long as the process lives."""

    def __init__(self, unit: MemoryUnit, **options: Any) -> None:
        super().__init__(unit, **options)
        unit.keys.clear()


class AnswersForAnother(MemoryArchive):
    """Answers a look-up with whatever it made last."""

    def outcome(self, key: OurKey) -> Done | Pending | Absent | CannotTell:
        return self.unit.made[-1][2] if self.unit.made else Absent()


class HidesItsLag(MemoryArchive):
    """Its index lags, and it says «not there» as if that were sure."""

    def __init__(self, unit: MemoryUnit, **options: Any) -> None:
        super().__init__(unit, lag_lookups=1, **options)

    def outcome(self, key: OurKey) -> Done | Pending | Absent | CannotTell:
        answer = super().outcome(key)
        return Absent() if isinstance(answer, Absent) else answer


class RemembersTheRefused(MemoryArchive):
    """Marks the key as used before it knows whether it will do what is asked."""

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        try:
            return super()._perform(write, key)
        except NeedsHuman:
            self.unit.keys.setdefault(key, (write.kind, Done(system_id="ingen")))
            raise


class ChecksBeforeItLocks(MemoryArchive):
    """Two at once with the same key both find it free."""

    def submit(self, write: ArchiveWrite, key: OurKey) -> Done | Pending:
        free = key not in self.unit.keys
        if free and threading.current_thread() is not threading.main_thread():
            time.sleep(0.05)
            self._accepts_repeated_key = True
        return super().submit(write, key)

    @property
    def capabilities(self) -> ArchiveCapabilities:
        return replace(super().capabilities, refuses_repeated_key=True)


# --- numbers and registration ---


class ReusesNumbers(MemoryUnit):
    """Every case of the year has the same number."""

    def next_in_series(self, serie: str, aar: int) -> int:
        return 1 if serie == "sak" else super().next_in_series(serie, aar)


class ReusesMovedNumbers(MemoryUnit):
    """Gives the number of what has moved away to the next."""

    def next_journalpostnummer(self, sak: str) -> int:
        return len(self.journalposter_in(sak)) + 1


class ShowsTheWholeTitle(MemoryUnit):
    """Takes the title for the public one too."""

    def add_journalpost(self, journalpost: Journalpost) -> None:
        super().add_journalpost(replace(journalpost, offentlig_tittel=journalpost.tittel))


class SaysOneThingAtATime(MemoryArchive):
    """Names the first thing wrong with a journalpost and keeps the rest for next time."""

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        try:
            return super()._perform(write, key)
        except NeedsHuman as no:
            if isinstance(write, NyJournalpost):
                raise NeedsHuman(no.reason, no.detail.split(";")[0]) from no
            raise


class FillsInCases(MemoryArchive):
    """Makes up who is responsible for a case when nobody says."""

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        if isinstance(write, NySaksmappe):
            write = replace(write, saksansvarlig=write.saksansvarlig or "ufordelt")
        return super()._perform(write, key)


class TakesAnyClass(MemoryUnit):
    """Does not look whether the class is there."""

    def klasse_open(self, klassifikasjonssystem: str, klasse: str) -> bool | None:
        return True


# --- documents ---


class LosesADocument(MemoryUnit):
    """Answers that the third document is kept, and it is not."""

    def add_dokument(self, journalpost: str, dokument: Dokumentbeskrivelse, at: datetime, key: str) -> None:
        if dokument.dokumentnummer < 3:
            super().add_dokument(journalpost, dokument, at, key)


class KeepsBytesOnce(MemoryUnit):
    """Takes bytes it has already for a repeat, on whichever entry they come."""

    def add_dokument(self, journalpost: str, dokument: Dokumentbeskrivelse, at: datetime, key: str) -> None:
        sums = {o.sjekksum for documents in self.documents.values() for d in documents for o in d.objekter}
        if dokument.objekter[0].sjekksum not in sums:
            super().add_dokument(journalpost, dokument, at, key)


class TrustsTheSender(MemoryArchive):
    """Does not compare a file with its checksum."""

    def _taken_in(self, dokument: Dokument) -> str:
        self.unit.files[dokument.sha256] = dokument.path.read_bytes()
        return "x-fmt/111"


class DemotesASecondMain(MemoryArchive):
    """Makes an attachment of a second main document without a word."""

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        if isinstance(write, NyttDokument) and self.unit.documents[write.journalpost]:
            write = replace(write, dokument=replace(write.dokument, tilknyttet_som=TilknyttetSom.VEDLEGG))
        return super()._perform(write, key)


# --- finding ---


class FindsAnyCase(MemoryArchive):
    """Looks at the year of a saksnummer only."""

    def _hit(self, sak: Sak, query: SakQuery) -> bool:
        if query.saksnummer is not None:
            return query.saksnummer.split("/")[0] == str(sak.saksaar)
        return super()._hit(sak, query)


class FindsByName(MemoryArchive):
    """Takes everybody of the same name for the same person."""

    def _hit(self, sak: Sak, query: SakQuery) -> bool:
        if query.part is not None and query.part.navn:
            return any(p.navn.casefold() == query.part.navn.casefold() for p in self.unit.extras[sak.system_id].parter)
        return super()._hit(sak, query)


class FindsByTheBeginning(MemoryArchive):
    """Finds 12/345 when asked for 12/34."""

    def _hit(self, sak: Sak, query: SakQuery) -> bool:
        if query.nasjonal_identifikator is not None:
            kind, value = query.nasjonal_identifikator
            mine = self.unit.extras[sak.system_id].nasjonale_identifikatorer
            return any(k == kind and v.startswith(value) for k, v in mine)
        return super()._hit(sak, query)


class FindsTheClosed(MemoryArchive):
    """Does not hear «only open ones»."""

    def find_saksmapper(self, query: SakQuery) -> Iterator[Saksmappe]:
        return super().find_saksmapper(replace(query, open_only=False))


class KnowsTheUnknown(MemoryArchive):
    """«Ukjent avsender» is somebody it knows."""

    def find_saksmapper(self, query: SakQuery) -> Iterator[Saksmappe]:
        return iter([replace(s, known=(*s.known, UNKNOWN_SENDER.lower())) for s in super().find_saksmapper(query)])


class PagesFromTheNewest(MemoryArchive):
    """Counts its pages from the newest entry, so that each new one shifts them."""

    def journalposter(self, query: JournalQuery, after: str | None) -> JournalPage:
        everything: list[Any] = []
        place: str | None = None
        while True:
            page = super().journalposter(query, place)
            everything += page.entries
            place = page.next
            if place is None:
                break
        everything.reverse()
        start = int(after or "0")
        end = start + self._page_size
        more = end < len(everything)
        return JournalPage(entries=tuple(everything[start:end]), next=str(end) if more else None)
