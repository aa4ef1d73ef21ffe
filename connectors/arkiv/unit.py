"""What a write needs of the place things are kept in: one unit of work, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn, Protocol

from connectors.arkiv.records import (
    Arkivdel,
    Avskrivning,
    Dokumentbeskrivelse,
    Journalpost,
    Sak,
    SakExtras,
)
from connectors.arkiv.settings import ArchiveSettings
from models.archive import Part
from models.errors import NeedsHuman
from models.noark import Dokumentstatus, Journalstatus, Saksstatus, Skjerming
from models.reasons import ReasonCode


class Unit(Protocol):
    """Reads see what this unit has written. Nothing is ever deleted, so there is no way to ask for it."""

    def arkivdel(self, kode: str) -> Arkivdel | None:
        """The arkivdel with this code."""
        ...

    def klasse_open(self, klassifikasjonssystem: str, klasse: str) -> bool | None:
        """Whether the class takes new things; None when the system has no such class."""
        ...

    def sak(self, system_id: str) -> Sak | None:
        """The case."""
        ...

    def journalpost(self, system_id: str) -> Journalpost | None:
        """The journalpost with its parts."""
        ...

    def journalposter_in(self, sak: str) -> tuple[Journalpost, ...]:
        """All journalposter of the case, by number."""
        ...

    def dokumenter(self, journalpost: str) -> tuple[Dokumentbeskrivelse, ...]:
        """The documents of the journalpost with their files, by dokumentnummer."""
        ...

    def avskrivninger(self, journalpost: str) -> tuple[Avskrivning, ...]:
        """Sign-offs that concern the journalpost: of it, and by it."""
        ...

    def twins(self, journalpost: Journalpost) -> tuple[str, ...]:
        """registreringsID of other entries (not U) with the same main document, sender and dates."""
        ...

    def next_in_series(self, serie: str, aar: int) -> int:
        """The next number of a yearly series (``sak``, ``journal``); never given twice."""
        ...

    def next_journalpostnummer(self, sak: str) -> int:
        """The next number inside the case; never given twice, not even after a move."""
        ...

    def add_sak(self, sak: Sak, extras: SakExtras) -> None:
        """A new case."""
        ...

    def add_journalpost(self, journalpost: Journalpost) -> None:
        """A new journalpost with its parts."""
        ...

    def add_dokument(self, journalpost: str, dokument: Dokumentbeskrivelse, at: datetime, key: str) -> None:
        """A new document with its one file."""
        ...

    def set_dokumentstatus(self, journalpost: str, status: Dokumentstatus) -> None:
        """On all documents of the journalpost."""
        ...

    def set_journalstatus(self, journalpost: str, status: Journalstatus, assessed_on: date | None) -> None:
        """``assessed_on`` None leaves what stands."""
        ...

    def set_arkivert(self, journalpost: str, at: datetime, actor: str) -> None:
        """M604, M605."""
        ...

    def set_texts(self, before: Journalpost, after: Journalpost) -> None:
        """Title, public title, forfall and parts, as ``after`` has them."""
        ...

    def set_skjerming(
        self, journalpost: Journalpost, skjerming: Skjerming | None, *, arvet: bool, at: datetime, key: str
    ) -> None:
        """The new shielding; what stood before goes into the history."""
        ...

    def saksparter(self, sak: str) -> tuple[Part, ...]:
        """The parties of a case."""
        ...

    def set_sakskjerming(self, before: Sak, after: Sak, *, at: datetime, key: str) -> None:
        """Shielding and public title of a case, as ``after`` has them; the shielding before goes into the history."""
        ...

    def set_place(self, before: Journalpost, after: Journalpost) -> None:
        """Case and number, as ``after`` has them."""
        ...

    def set_saksstatus(self, sak: str, status: Saksstatus, at: datetime, actor: str) -> None:
        """With avsluttetDato and avsluttetAv when it is A."""
        ...

    def add_avskrivning(self, avskrivning: Avskrivning, actor: str) -> None:
        """A sign-off."""
        ...

    def add_merknad(self, journalpost: str, tekst: str, at: datetime, actor: str) -> None:
        """A remark."""
        ...

    def add_kryssreferanse(self, fra: str, til: str, at: datetime) -> None:
        """A cross-reference; one that stands already is left alone."""
        ...

    def log(self, *, at: datetime, event: str, objekt: str, key: str, text: str) -> None:
        """The trace of changes (arkivforskrifta § 5)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Where a write is handled: the unit it works in, the installation's choices, the moment, and a source of ids."""

    unit: Unit
    settings: ArchiveSettings
    at: datetime
    new_id: Callable[[], str]

    @property
    def today(self) -> date:
        """The organisation's calendar day."""
        return self.settings.local_day(self.at)

    def need_sak(self, system_id: str) -> Sak:
        """The case, or a refusal by name."""
        found = self.unit.sak(system_id)
        return found if found is not None else refuse(f"saksmappen {system_id} finnes ikke i arkivet")

    def need_journalpost(self, system_id: str) -> Journalpost:
        """The journalpost, or a refusal by name."""
        found = self.unit.journalpost(system_id)
        return found if found is not None else refuse(f"journalposten {system_id} finnes ikke i arkivet")


def refuse(*faults: str) -> NoReturn:
    """Says no, with everything that is wrong in one sentence."""
    text = "; ".join(faults)
    raise NeedsHuman(ReasonCode.ARCHIVE_REFUSED, text[:1].upper() + text[1:] + ".")


def refuse_any(faults: list[str]) -> None:
    """Says no when there is anything to say no to."""
    if faults:
        refuse(*faults)
