"""A small working archive in memory, and the troubles it can make on demand.

The rules are those of the embedded archive; the keeping is not. For tests of the robot that need an archive which hangs,
breaks off, lags, or takes a repeated key for a new one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from connectors.arkiv import writes
from connectors.arkiv.documents import checked
from connectors.arkiv.records import EXTERNAL_PARTS, Journalpost
from connectors.arkiv.records import Sak as Record
from connectors.arkiv.settings import ArchiveSettings
from connectors.arkiv.shown import known_of, saksmappe_of, view_of
from connectors.arkiv.unit import Counter
from connectors.arkiv.words import fold
from connectors.testing import memory_reading
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
    NyttDokument,
    OurKey,
    Part,
    Pending,
    SakQuery,
    Saksmappe,
)
from models.errors import MaybeDone, OutOfReach, TryLater
from models.omsorg import Sak, SakPage


class Trouble(StrEnum):
    """What goes wrong with one write."""

    RESET_BEFORE = "reset_before"
    DOWN = "down"
    CREATE_THEN_RESET = "create_then_reset"
    CREATE_THEN_HANG = "create_then_hang"
    ANSWERS_LATER = "answers_later"


class MemoryArchive:
    """Working unless told otherwise.

    ``trouble`` is asked before each write and may name what goes wrong with it. A hanging write holds its caller until
    ``release`` is set, or ``hang_s`` seconds at most, and then ends as a broken connection. ``lag_lookups``: so many
    look-ups of a fresh key answer «not there yet» before the index has it. ``accepts_repeated_key``: a repeat makes a
    second thing, as the worse archives do. ``key_lookup`` False: it cannot be asked by key.
    """

    def __init__(
        self,
        unit: MemoryUnit,
        *,
        now: Callable[[], datetime],
        settings: ArchiveSettings | None = None,
        trouble: Callable[[ArchiveWrite, OurKey], Trouble | None] = lambda _write, _key: None,
        hang_s: float = 1.0,
        lag_lookups: int = 0,
        accepts_repeated_key: bool = False,
        key_lookup: bool = True,
        page_size: int = 3,
    ) -> None:
        self.unit = unit
        self.release = threading.Event()
        self.settings = settings or ArchiveSettings()
        self._now = now
        self._trouble = trouble
        self._hang_s = hang_s
        self._lag_lookups = lag_lookups
        self._late: dict[OurKey, int] = {}
        self._accepts_repeated_key = accepts_repeated_key
        self._key_lookup = key_lookup
        self._page_size = page_size
        self._lock = threading.RLock()

    @property
    def capabilities(self) -> ArchiveCapabilities:
        """As the options say."""
        return ArchiveCapabilities(
            key_lookup=self._key_lookup,
            refuses_repeated_key=not self._accepts_repeated_key,
            writes=writes.KINDS,
            finds_by=writes.FINDS_BY if self._key_lookup else writes.FINDS_BY - {"our_key"},
            archives_on_close=True,
        )

    def submit(self, write: ArchiveWrite, key: OurKey) -> Done | Pending:
        """See the contract; ``unit.made`` lists everything that came of it, doubles too."""
        trouble = self._trouble(write, key)
        if trouble is Trouble.RESET_BEFORE:
            raise TryLater("forbindelsen ble brutt før noe var sendt", after_s=0.0)
        if trouble is Trouble.DOWN:
            raise OutOfReach("arkivet svarer ikke", connection="arkiv")
        with self._lock:
            done = self._perform(write, key)
        if trouble is Trouble.ANSWERS_LATER:
            self._late[key] = 1
            return Pending(ask_after_s=0.0)
        if trouble is Trouble.CREATE_THEN_HANG:
            self.release.wait(self._hang_s)
        if trouble in (Trouble.CREATE_THEN_HANG, Trouble.CREATE_THEN_RESET):
            raise MaybeDone("forbindelsen ble brutt mens arkivet arbeidet", key=key)
        return done

    def _perform(self, write: ArchiveWrite, key: OurKey) -> Done:
        known = self.unit.keys.get(key)
        if known is not None and not self._accepts_repeated_key:
            raise writes.already(key, write.kind, known)
        format_ = self._taken_in(write.dokument) if isinstance(write, NyttDokument) else ""
        at = Counter(unit=self.unit, settings=self.settings, at=self._now(), new_id=lambda: str(uuid4()))
        done = writes.perform(at, write, key, format_)
        self.unit.keys.setdefault(key, (write.kind, done))
        self.unit.made.append((key, write.kind, done))
        self.unit.lookups[key] = 0
        return done

    def _taken_in(self, dokument: Dokument) -> str:
        """The file checked and kept; its PRONOM code."""
        format_ = checked(dokument)
        self.unit.files[dokument.sha256] = dokument.path.read_bytes()
        return format_

    def outcome(self, key: OurKey) -> Done | Pending | Absent | CannotTell:
        """See the contract."""
        if not self._key_lookup:
            return CannotTell(why="arkivet kan ikke slå opp nøkkelen")
        with self._lock:
            known = self.unit.keys.get(key)
            if known is None:
                return Absent(settled=not self._lag_lookups)
            if self._late.pop(key, 0):
                return Pending(ask_after_s=0.0)
            self.unit.lookups[key] += 1
            if self.unit.lookups[key] <= self._lag_lookups:
                return Absent(settled=False)
            return known[1]

    def find_saksmapper(self, query: SakQuery) -> Iterator[Saksmappe]:
        """See the contract."""
        with self._lock:
            cases = [c for sid in self.unit.saker if (c := self.unit.sak(sid)) is not None and self._hit(c, query)]
            found = [self._shown(c) for c in cases]
        return iter([s for s in found if s.open or not query.open_only][:50])

    def _hit(self, sak: Record, query: SakQuery) -> bool:
        extras = self.unit.extras[sak.system_id]
        if query.our_key is not None:
            known = self.unit.keys.get(query.our_key)
            way = known is not None and known[0] == "ny_saksmappe" and known[1].system_id == sak.system_id
        elif query.saksnummer is not None:
            way = query.saksnummer.strip() == sak.saksnummer
        elif query.part is not None:
            way = any(_same(p, query.part) for p in extras.parter)
        elif query.ekstern_noekkel is not None:
            way = sak.ekstern == query.ekstern_noekkel
        elif query.nasjonal_identifikator is not None:
            way = query.nasjonal_identifikator in extras.nasjonale_identifikatorer
        else:
            raise ValueError("a SakQuery has exactly one way to find cases")
        narrow = ((query.arkivdel, sak.arkivdel), (query.sakstype, sak.sakstype))
        return way and all(wanted is None or wanted == has for wanted, has in narrow)

    def _shown(self, sak: Record) -> Saksmappe:
        known: list[str] = []
        for party in self.unit.extras[sak.system_id].parter:
            known += [party.navn, party.orgnr, party.epostadresse]
        for post in self.unit.journalposter_in(sak.system_id):
            for part in (p for p in post.parter if p.type in EXTERNAL_PARTS):
                known += [part.navn, part.organisasjons_id, part.epostadresse]
        return saksmappe_of(sak, known_of(known))

    def journalposter(self, query: JournalQuery, after: str | None) -> JournalPage:
        """See the contract; pages are small, so that tests meet more than one."""
        with self._lock:
            posts = list(enumerate(self.unit.posts.values(), start=1))
        start = int(after or "0")
        hits = [(n, p) for n, p in posts if n > start and _wanted(p, query)]
        page = hits[: self._page_size]
        more = len(hits) > self._page_size
        return JournalPage(entries=tuple(view_of(p) for _, p in page), next=str(page[-1][0]) if more else None)

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        """See the contract."""
        with self._lock:
            return memory_reading.changed_saker(self.unit, since=since, after=after, size=size, shown=self._shown)

    def saker(self, system_ids: Sequence[str]) -> tuple[Sak, ...]:
        """See the contract."""
        if len(system_ids) > 200:
            raise ValueError("at most 200 cases at once")
        with self._lock:
            return memory_reading.saker(self.unit, system_ids, shown=self._shown)

    def close(self) -> None:
        """Nothing to let go of: another object on the same unit would see the same."""


def _same(party: Part, wanted: Part) -> bool:
    for mine, theirs in ((wanted.fnr, party.fnr), (wanted.orgnr, party.orgnr), (wanted.ansattnr, party.ansattnr)):
        if mine:
            return mine == theirs
    named = bool(wanted.navn.strip()) and fold(wanted.navn) == fold(party.navn)
    return named and wanted.foedt is not None and wanted.foedt == party.foedt


def _wanted(post: Journalpost, query: JournalQuery) -> bool:
    if query.status and post.status not in query.status:
        return False
    if query.saksmappe is not None and post.sak != query.saksmappe:
        return False
    return bool(post.our_key) or not query.our_keys_only
