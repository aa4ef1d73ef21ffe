"""Archives that tell badly of their cases, or sign off too lightly. Each broken in one way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connectors.arkiv.records import Avskrivning, Journalpost
from connectors.testing.memory_archive import MemoryArchive
from connectors.testing.memory_unit import MemoryUnit
from models.archive import ArchiveWrite, Done, NyAvskrivning, OurKey
from models.errors import NeedsHuman
from models.noark import Avskrivningsmaate, Skjerming
from models.omsorg import Sak, SakPage


class UnboundedPages(MemoryArchive):
    """Gives everything at once, whatever is asked for."""

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        return super().changed_saker(since=since, after=after, size=1000)


class SkipsBetweenPages(MemoryArchive):
    """Goes on one place too far: the first case of the next page is never told."""

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        return super().changed_saker(since=since, after=after and str(int(after) + 1), size=size)


class RepeatsBetweenPages(MemoryArchive):
    """Begins each page with the last case of the page before."""

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        return super().changed_saker(since=since, after=after and str(int(after) - 1), size=size)


class TellsOnlyMainDocuments(MemoryArchive):
    """Leaves attachments out."""

    def saker(self, system_ids: Sequence[str]) -> tuple[Sak, ...]:
        return tuple(
            replace(s, innfoersler=tuple(replace(e, dokumenter=e.dokumenter[:1]) for e in s.innfoersler))
            for s in super().saker(system_ids)
        )


class IgnoresTheMark(MemoryArchive):
    """Tells everything every night."""

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        super().changed_saker(since=since, after=after, size=size)
        return super().changed_saker(since="", after=after, size=size)


class ForgetsAShielding(MemoryUnit):
    """A shielding is no change of its case."""

    def set_skjerming(
        self, journalpost: Journalpost, skjerming: Skjerming | None, *, arvet: bool, at: datetime, key: str
    ) -> None:
        before = dict(self.changes)
        super().set_skjerming(journalpost, skjerming, arvet=arvet, at=at, key=key)
        self.changes = before


class ForgetsASignOff(MemoryUnit):
    """Nor is a sign-off."""

    def add_avskrivning(self, avskrivning: Avskrivning, actor: str) -> None:
        before = dict(self.changes)
        super().add_avskrivning(avskrivning, actor)
        self.changes = before


class ForgetsWhereItMovedFrom(MemoryUnit):
    """An entry that moves changes only the case it comes to."""

    def set_place(self, before: Journalpost, after: Journalpost) -> None:
        place = self.changes[before.sak]
        super().set_place(before, after)
        self.changes[before.sak] = place


class MarksWhereItStandsNow(MemoryArchive):
    """Ends the last page at the newest change of all, though the page was read as things were at the first page."""

    _order: tuple[str, ...] = ()

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        if after is None:
            place = int(since or "0")
            hits = sorted((n, sid) for sid, n in self.unit.changes.items() if n > place)
            self._order = tuple(sid for _, sid in hits)
            super().changed_saker(since=since, after=None, size=size)
        start = int(after or "0")
        page = self._order[start : start + size]
        more = start + size < len(self._order)
        return SakPage(
            saker=self.saker(page), next=str(start + size) if more else None, mark=str(self.unit.last_change)
        )


class AnswersInItsOwnOrder(MemoryArchive):
    """Gives the cases that are asked for, oldest first."""

    def saker(self, system_ids: Sequence[str]) -> tuple[Sak, ...]:
        return super().saker([sid for sid in self.unit.saker if sid in system_ids])

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        return super().changed_saker(since=since, after=after, size=size)


class TakesAnyMark(MemoryArchive):
    """Begins where it can when it does not know a mark: changes may be lost without a word."""

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        known = since.isdigit() and int(since) <= self.unit.last_change
        return super().changed_saker(since=since if known else "", after=after, size=size)


class KnowsNoTwins(MemoryUnit):
    """Does not look for what came before."""

    def twins(self, journalpost: Journalpost) -> tuple[str, ...]:
        return ()


class IgnoresRecipients(MemoryArchive):
    """Signs the whole entry off, whoever it was to be for."""

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        if isinstance(write, NyAvskrivning):
            write = replace(write, korrespondansepart="")
        return super()._perform(write, key)


class TakesUnsentLetters(MemoryArchive):
    """A draft, or a letter of the day before, is an answer too."""

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        try:
            return super()._perform(write, key)
        except NeedsHuman as no:
            if not (isinstance(write, NyAvskrivning) and ("ekspedert" in no.detail or "eldre" in no.detail)):
                raise
            plain = replace(write, maate=Avskrivningsmaate.ETTERRETNING, avskrives_av=None)
            return super()._perform(plain, key)
