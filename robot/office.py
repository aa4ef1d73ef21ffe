"""One organisation in running order: its store, connections, rules in force and parameters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from connectors.contract import Archive, JournalView, Mailer, Scanner, Source
from models.audit import AuditEvent
from models.blobs import BlobStore
from models.errors import NeedsHuman
from models.organisation import Organisation
from models.post import Outcome
from models.reasons import ReasonCode
from models.store import Store
from robot.alarms.kinds import AlarmSetup
from robot.breaker import Breakers, Health
from robot.caretaking.model import CareLimits
from robot.journalcheck.setup import CheckSetup
from robot.language.desk import LanguageDesk
from robot.reading.dispatch import ReadingRoom
from robot.rules_in_force import RulesInForce


@dataclass(slots=True)
class Desk:
    """One source. ``intake`` is used by the thread that collects; ``tell`` by whoever holds ``lock``: so a long fetch
    never holds up telling the source that its post was taken. ``listener`` makes a third connection, for waiting for news.
    ``look_s`` is how often it is looked into, None: as the plan says. ``collecting`` is held by the one thread that collects
    here."""

    name: str
    channel: str
    intake: Source
    tell: Source
    listener: Callable[[], Source]
    look_s: float | None = None
    collecting: threading.Lock = field(default_factory=threading.Lock)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class VirusWatch:
    """The virus scanner and what holds for it. ``patience_s``: how long a post waits for it; 0 does not wait.

    ``signature_age_s``: signatures older than this are an alarm.
    """

    scanner: Scanner
    patience_s: float
    signature_age_s: float


@dataclass(slots=True, kw_only=True)
class Office:
    """Everything one organisation's post needs. Made by ``robot.build``; closed by :meth:`close`.

    ``retention``: days after ``done`` that content is kept, by outcome. ``care`` is what caretaking may do. ``learns``: whether
    examples are kept to learn from, imported ones for ``imported_days`` after their date (0: always). ``refinding`` is held by
    the one thread that looks
    for what was taken over between a backup and a loss (``robot/refind.py``).
    """

    name: str
    org_base: Organisation
    store: Store
    archive: Archive
    mailer: Mailer | None
    desks: Mapping[str, Desk]
    rules: RulesInForce
    room: ReadingRoom
    post_limit_bytes: int
    disk_reserve_bytes: int
    report_to: tuple[str, ...] = ()
    report_place: str = ""
    language: str = "nb"
    retention: Mapping[Outcome, int] = field(default_factory=dict)
    learns: bool = True
    imported_days: int = 0
    virus: VirusWatch | None = None
    alarms: AlarmSetup | None = None
    language_desk: LanguageDesk | None = None
    care: CareLimits = field(default_factory=CareLimits)
    journals: Mapping[str, Callable[[], JournalView]] = field(default_factory=dict)
    journal_setup: CheckSetup = field(default_factory=CheckSetup)
    breakers: Breakers = field(init=False)
    refinding: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.breakers = Breakers(self.store.now, self._connection_changed)

    @property
    def org(self) -> Organisation:
        """The parameters, with the unit register of the rules in force."""
        return self.rules.organisation(self.org_base)

    @property
    def blobs(self) -> BlobStore:
        """The organisation's files."""
        return self.store.blobs

    @contextmanager
    def source(self, name: str) -> Iterator[Source]:
        """The source for telling it things; see :class:`robot.effects.Outside`."""
        desk = self.desks.get(name)
        if desk is None:
            raise NeedsHuman(ReasonCode.SETTLE_FAILED, f"Kilden «{name}» står ikke lenger i oppsettet.")
        with desk.lock:
            yield desk.tell

    def local_date(self, at: datetime | None = None) -> date:
        """The date in the organisation's zone, of ``at`` or now."""
        return (at or self.store.time_utc()).astimezone(ZoneInfo(self.org_base.zone)).date()

    def note_connection(self, name: str) -> None:
        """Keeps the health of a connection where ``status`` and the report find it."""
        health = self.breakers.all().get(name)
        if health is None:
            return
        with self.store.write() as tx:
            tx.note_connection(
                name, error=health.error, failures=health.failures, rests_for_s=self.breakers.rests_for(name)
            )

    def connection_works(self, name: str) -> None:
        """A connection that nobody polls answered; noted when that is news."""
        health = self.breakers.all().get(name)
        self.breakers.ok(name)
        if health is None or health.down or health.error:
            self.note_connection(name)

    def connection_lost(self, name: str, error: str) -> float:
        """A connection that nobody polls is down; returns for how many seconds it rests."""
        rest = self.breakers.out_of_reach(name, error)
        self.note_connection(name)
        return rest

    def _connection_changed(self, name: str, health: Health) -> None:
        event = AuditEvent.CONNECTION_LOST if health.down else AuditEvent.CONNECTION_BACK
        with self.store.write() as tx:
            tx.audit(event, object_ref=name, details={"failures": health.failures})

    def close(self) -> None:
        """Closes connections and the store."""
        for desk in self.desks.values():
            desk.intake.close()
            desk.tell.close()
        if self.mailer is not None:
            self.mailer.close()
        self.archive.close()
        self.store.close()
