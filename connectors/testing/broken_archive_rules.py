"""Archives that break one rule of the standard each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from connectors.arkiv.records import UNKNOWN_SENDER, Avskrivning, Dokumentbeskrivelse, Journalpost, Sak
from connectors.arkiv.settings import ArchiveSettings
from connectors.testing.memory_archive import MemoryArchive
from connectors.testing.memory_unit import MemoryUnit
from models.archive import (
    ArchiveCapabilities,
    ArchiveWrite,
    Avslutning,
    Done,
    Endring,
    Ferdigstill,
    NyAvskrivning,
    NyJournalpost,
    OurKey,
    SettSakskjerming,
    Statusendring,
)
from models.noark import (
    Dokumentstatus,
    Journalstatus,
    Korrespondanseparttype,
    Saksstatus,
    Skjerming,
)


class _Shortcut(MemoryArchive):
    """Does some writes without asking the rules."""

    def _shortcut(self, write: ArchiveWrite) -> str | None:
        """The system id of what was changed, or None to go the right way."""
        raise TypeError("a shortcut says what it cuts")

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        if key not in self.unit.keys:
            sid = self._shortcut(write)
            if sid is not None:
                self.unit.keys[key] = (write.kind, Done(system_id=sid))
                return self.unit.keys[key][1]
        return super()._perform(write, key)

    def _set(self, write: Statusendring) -> str:
        """The status as asked for, unasked."""
        self.unit.set_journalstatus(write.journalpost, write.til, write.assessed_on)
        return write.journalpost


class FinishesAnything(_Shortcut):
    """F on what is not whole."""

    def _shortcut(self, write: ArchiveWrite) -> str | None:
        if isinstance(write, Ferdigstill):
            self.unit.set_dokumentstatus(write.journalpost, Dokumentstatus.FERDIGSTILT)
            return write.journalpost
        return None


# --- journaling ---


class NeverJournals(MemoryUnit):
    """Says that it is J, and leaves it."""

    def set_journalstatus(self, journalpost: str, status: Journalstatus, assessed_on: date | None) -> None:
        if status is not Journalstatus.JOURNALFOERT:
            super().set_journalstatus(journalpost, status, assessed_on)


class JournalsUnfinished(MemoryUnit):
    """Takes every document for finished."""

    def dokumenter(self, journalpost: str) -> tuple[Dokumentbeskrivelse, ...]:
        return tuple(replace(d, status=Dokumentstatus.FERDIGSTILT) for d in super().dokumenter(journalpost))


class JournalsTheEmpty(_Shortcut):
    """J without a document."""

    def _shortcut(self, write: ArchiveWrite) -> str | None:
        empty = isinstance(write, Statusendring) and not self.unit.documents[write.journalpost]
        return self._set(write) if empty and isinstance(write, Statusendring) else None


class JournalsTheUnknown(_Shortcut):
    """J without knowing from whom."""

    def _shortcut(self, write: ArchiveWrite) -> str | None:
        if isinstance(write, Statusendring):
            names = self.unit.posts[write.journalpost].named(Korrespondanseparttype.AVSENDER)
            return self._set(write) if UNKNOWN_SENDER in names else None
        return None


class AssessesTheTemporary(_Shortcut):
    """Dates an assessment that nobody has made."""

    def _shortcut(self, write: ArchiveWrite) -> str | None:
        return self._set(write) if isinstance(write, Statusendring) and write.assessed_on else None


class EditsWhatIsJournaled(_Shortcut):
    """Corrects J as if it were M."""

    def _shortcut(self, write: ArchiveWrite) -> str | None:
        if isinstance(write, Endring):
            post = self.unit.posts[write.journalpost]
            if post.status is Journalstatus.JOURNALFOERT:
                self.unit.set_texts(post, replace(post, tittel=write.tittel or post.tittel))
                return post.system_id
        return None


class IgnoresCorrections(MemoryUnit):
    """Answers that it is corrected, and leaves the texts."""

    def set_texts(self, before: Journalpost, after: Journalpost) -> None:
        pass


class NeedsNoRemark(_Shortcut):
    """U without saying why."""

    def _shortcut(self, write: ArchiveWrite) -> str | None:
        silent = isinstance(write, Statusendring) and write.til is Journalstatus.UTGAAR and not write.merknad
        return self._set(write) if silent and isinstance(write, Statusendring) else None


# --- access ---


class IgnoresSkjerming(MemoryUnit):
    """Registers everything open."""

    def add_journalpost(self, journalpost: Journalpost) -> None:
        super().add_journalpost(replace(journalpost, skjerming=None))


class _Everything(dict[str, str]):
    def __contains__(self, key: object) -> bool:
        return True


class TakesAnyCode(MemoryArchive):
    """Has no list of access codes."""

    def __init__(self, unit: MemoryUnit, **options: Any) -> None:
        super().__init__(unit, settings=ArchiveSettings(tilgangskoder=_Everything()), **options)


class ShowsShieldedWords(MemoryArchive):
    """Does not read the public title for the words it shall hide."""

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        if not isinstance(write, NyJournalpost) or write.skjerming is None or key in self.unit.keys:
            return super()._perform(write, key)
        wanted = write.skjerming
        done = super()._perform(replace(write, skjerming=replace(wanted, ord=("ingen slike ord",))), key)
        self.unit.posts[done.system_id] = replace(self.unit.posts[done.system_id], skjerming=wanted)
        return done


class OpensShieldedCases(MemoryUnit):
    """An entry in a shielded case is as open as it says."""

    def sak(self, system_id: str) -> Sak | None:
        found = super().sak(system_id)
        return found and replace(found, skjerming=None)


class IgnoresLaterSkjerming(MemoryUnit):
    """Answers that it is shielded now, and it is not."""

    def set_skjerming(
        self, journalpost: Journalpost, skjerming: Skjerming | None, *, arvet: bool, at: datetime, key: str
    ) -> None:
        pass


class LeavesEntriesBehind(MemoryUnit):
    """Opens the case, and its entries stay as they were."""

    def set_sakskjerming(self, before: Sak, after: Sak, *, at: datetime, key: str) -> None:
        super().set_sakskjerming(before, after, at=at, key=key)
        self._left = True

    def set_skjerming(
        self, journalpost: Journalpost, skjerming: Skjerming | None, *, arvet: bool, at: datetime, key: str
    ) -> None:
        if not getattr(self, "_left", False):
            super().set_skjerming(journalpost, skjerming, arvet=arvet, at=at, key=key)


# --- sign-off, moving, closing ---


class SignsOffAnything(_Shortcut):
    """A sign-off by letter without the letter."""

    def _shortcut(self, write: ArchiveWrite) -> str | None:
        if isinstance(write, NyAvskrivning) and write.avskrives_av is None:
            today = date(2026, 6, 15)
            self.unit.signed.append(
                Avskrivning(
                    system_id="av", journalpost=write.journalpost, maate=write.maate, dato=today, avskrives_av=None
                )
            )
            return write.journalpost
        return None


class ForgetsTies(MemoryUnit):
    """Knows that an entry is signed off, not by which."""

    def avskrivninger(self, journalpost: str) -> tuple[Avskrivning, ...]:
        return tuple(replace(a, avskrives_av=None) for a in self.signed if a.journalpost == journalpost)


class ClosesAnything(_Shortcut):
    """Closes a case that is not finished."""

    def _shortcut(self, write: ArchiveWrite) -> str | None:
        if isinstance(write, Avslutning):
            for post in self.unit.journalposter_in(write.saksmappe):
                if post.status is Journalstatus.JOURNALFOERT:
                    self.unit.set_journalstatus(post.system_id, Journalstatus.ARKIVERT, None)
            self.unit.set_saksstatus(write.saksmappe, Saksstatus.AVSLUTTET, self._now(), "")
            return write.saksmappe
        return None


class ArchivesUnasked(MemoryArchive):
    """Sets entries to A when their case closes, and says that it does not."""

    @property
    def capabilities(self) -> ArchiveCapabilities:
        return replace(super().capabilities, archives_on_close=False)


class TakesIntoClosedCases(MemoryArchive):
    """Handles every write as if its case were open."""

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        real = dict(self.unit.saker)
        self.unit.saker = {sid: replace(s, status=Saksstatus.UNDER_BEHANDLING) for sid, s in real.items()}
        try:
            return super()._perform(write, key)
        finally:
            closing = write.saksmappe if isinstance(write, Avslutning | SettSakskjerming) else None
            self.unit.saker |= {sid: s for sid, s in real.items() if sid != closing}
