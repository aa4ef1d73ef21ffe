"""Where :class:`connectors.testing.memory_archive.MemoryArchive` keeps things: dictionaries, and no undo.

The writes check everything before they change anything, so a refusal leaves nothing behind.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime

from connectors.arkiv.records import Arkivdel, Avskrivning, Dokumentbeskrivelse, Journalpost, Sak, SakExtras
from models.archive import Done, Part
from models.noark import (
    Arkivdelstatus,
    Dokumentstatus,
    Journalstatus,
    Korrespondanseparttype,
    Saksstatus,
    Skjerming,
    TilknyttetSom,
)


class MemoryUnit:
    """See :class:`connectors.arkiv.unit.Unit`. Attributes are open to look into."""

    def __init__(self) -> None:
        self.arkivdeler: dict[str, Arkivdel] = {}
        self.klasser: dict[tuple[str, str], bool] = {}
        self.saker: dict[str, Sak] = {}
        self.extras: dict[str, SakExtras] = {}
        self.posts: dict[str, Journalpost] = {}
        self.documents: dict[str, list[Dokumentbeskrivelse]] = defaultdict(list)
        self.files: dict[str, bytes] = {}
        self.signed: list[Avskrivning] = []
        self.remarks: list[tuple[str, str]] = []
        self.references: set[tuple[str, str]] = set()
        self.history: list[tuple[str, Skjerming | None]] = []
        self.series: dict[tuple[str, int], int] = defaultdict(int)
        self.last_in_case: dict[str, int] = defaultdict(int)
        self.trace: list[tuple[str, str, str]] = []
        self.keys: dict[str, tuple[str, Done]] = {}
        self.made: list[tuple[str, str, Done]] = []
        self.lookups: dict[str, int] = defaultdict(int)
        self.changes: dict[str, int] = {}
        self._last_change = 0

    def seed(self, arkivdel: str, *, klasser: tuple[str, ...], status: Arkivdelstatus = Arkivdelstatus.AKTIV) -> None:
        """An arkivdel with its classes, in a classification system of the same code."""
        self.arkivdeler[arkivdel] = Arkivdel(
            kode=arkivdel, tittel=arkivdel, status=status, klassifikasjonssystem=arkivdel
        )
        self.klasser |= {(arkivdel, k): True for k in klasser}

    def change(self, sak: str) -> None:
        """Gives the case the next place in the order of changes."""
        self._last_change += 1
        self.changes[sak] = self._last_change

    @property
    def last_change(self) -> int:
        """How far the order of changes has come."""
        return self._last_change

    def arkivdel(self, kode: str) -> Arkivdel | None:
        """See Unit."""
        return self.arkivdeler.get(kode)

    def klasse_open(self, klassifikasjonssystem: str, klasse: str) -> bool | None:
        """See Unit."""
        return self.klasser.get((klassifikasjonssystem, klasse))

    def sak(self, system_id: str) -> Sak | None:
        """See Unit."""
        found = self.saker.get(system_id)
        return found and replace(found, arkivdelstatus=self.arkivdeler[found.arkivdel].status)

    def journalpost(self, system_id: str) -> Journalpost | None:
        """See Unit."""
        return self.posts.get(system_id)

    def journalposter_in(self, sak: str) -> tuple[Journalpost, ...]:
        """See Unit."""
        return tuple(sorted((p for p in self.posts.values() if p.sak == sak), key=lambda p: p.journalpostnummer))

    def dokumenter(self, journalpost: str) -> tuple[Dokumentbeskrivelse, ...]:
        """See Unit."""
        return tuple(
            replace(d, objekter=tuple(replace(o, present=o.sjekksum in self.files) for o in d.objekter))
            for d in self.documents[journalpost]
        )

    def avskrivninger(self, journalpost: str) -> tuple[Avskrivning, ...]:
        """See Unit."""
        return tuple(a for a in self.signed if journalpost in (a.journalpost, a.avskrives_av))

    def twins(self, journalpost: Journalpost) -> tuple[str, ...]:
        """See Unit."""
        mine = self._likeness(journalpost)
        others = (p for p in self.posts.values() if p.system_id != journalpost.system_id)
        return tuple(
            p.registrerings_id
            for p in others
            if p.status is not Journalstatus.UTGAAR and mine[0] and self._likeness(p) == mine
        )

    def _likeness(self, post: Journalpost) -> tuple[object, ...]:
        main = [d for d in self.documents[post.system_id] if d.tilknyttet_som is TilknyttetSom.HOVEDDOKUMENT]
        sums = tuple(o.sjekksum for d in main for o in d.objekter)
        senders = frozenset(post.named(Korrespondanseparttype.AVSENDER))
        return (sums, senders, post.mottatt_dato, post.dokumentets_dato)

    def next_in_series(self, serie: str, aar: int) -> int:
        """See Unit."""
        self.series[serie, aar] += 1
        return self.series[serie, aar]

    def next_journalpostnummer(self, sak: str) -> int:
        """See Unit."""
        self.last_in_case[sak] += 1
        return self.last_in_case[sak]

    def add_sak(self, sak: Sak, extras: SakExtras) -> None:
        """See Unit."""
        self.saker[sak.system_id] = sak
        self.extras[sak.system_id] = extras
        self.change(sak.system_id)

    def add_journalpost(self, journalpost: Journalpost) -> None:
        """See Unit."""
        self.posts[journalpost.system_id] = journalpost
        self.change(journalpost.sak)

    def add_dokument(self, journalpost: str, dokument: Dokumentbeskrivelse, at: datetime, key: str) -> None:
        """See Unit."""
        self.documents[journalpost].append(dokument)
        self.change(self.posts[journalpost].sak)

    def set_dokumentstatus(self, journalpost: str, status: Dokumentstatus) -> None:
        """See Unit."""
        self.documents[journalpost] = [replace(d, status=status) for d in self.documents[journalpost]]
        self.change(self.posts[journalpost].sak)

    def set_journalstatus(self, journalpost: str, status: Journalstatus, assessed_on: date | None) -> None:
        """See Unit."""
        post = self.posts[journalpost]
        assessed = assessed_on or post.offentlighetsvurdert_dato
        self.posts[journalpost] = replace(post, status=status, offentlighetsvurdert_dato=assessed)
        self.change(self.posts[journalpost].sak)

    def set_arkivert(self, journalpost: str, at: datetime, actor: str) -> None:
        """See Unit."""
        self.trace.append(("arkivert", journalpost, actor))

    def set_texts(self, before: Journalpost, after: Journalpost) -> None:
        """See Unit."""
        self.posts[after.system_id] = replace(
            self.posts[after.system_id],
            tittel=after.tittel,
            offentlig_tittel=after.offentlig_tittel,
            forfall=after.forfall,
            parter=after.parter,
        )
        self.change(after.sak)

    def set_skjerming(
        self, journalpost: Journalpost, skjerming: Skjerming | None, *, arvet: bool, at: datetime, key: str
    ) -> None:
        """See Unit."""
        self.history.append((journalpost.system_id, journalpost.skjerming))
        current = self.posts[journalpost.system_id]
        self.posts[journalpost.system_id] = replace(current, skjerming=skjerming, arvet=arvet)
        self.change(journalpost.sak)

    def saksparter(self, sak: str) -> tuple[Part, ...]:
        """See Unit."""
        return self.extras[sak].parter

    def set_sakskjerming(self, before: Sak, after: Sak, *, at: datetime, key: str) -> None:
        """See Unit."""
        self.history.append((before.system_id, before.skjerming))
        self.saker[after.system_id] = replace(
            self.saker[after.system_id], skjerming=after.skjerming, offentlig_tittel=after.offentlig_tittel
        )
        self.change(after.system_id)

    def set_place(self, before: Journalpost, after: Journalpost) -> None:
        """See Unit."""
        self.posts[after.system_id] = replace(
            self.posts[after.system_id],
            sak=after.sak,
            saksnummer=after.saksnummer,
            journalpostnummer=after.journalpostnummer,
        )
        self.change(before.sak)
        self.change(after.sak)

    def set_saksstatus(self, sak: str, status: Saksstatus, at: datetime, actor: str) -> None:
        """See Unit."""
        self.saker[sak] = replace(self.saker[sak], status=status)
        self.change(sak)

    def add_avskrivning(self, avskrivning: Avskrivning, actor: str) -> None:
        """See Unit."""
        self.signed.append(avskrivning)
        self.change(self.posts[avskrivning.journalpost].sak)

    def add_merknad(self, journalpost: str, tekst: str, at: datetime, actor: str) -> None:
        """See Unit."""
        self.remarks.append((journalpost, tekst))

    def add_kryssreferanse(self, fra: str, til: str, at: datetime) -> None:
        """See Unit."""
        self.references.add((fra, til))
        self.change(fra)

    def log(self, *, at: datetime, event: str, objekt: str, key: str, text: str) -> None:
        """See Unit."""
        self.trace.append((event, objekt, text))
