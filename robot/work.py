"""The house at work: collectors bring posts in, walkers take each as far as it can go. Serves ``run --once`` and the daemon."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from models.errors import OutOfReach, TryLater
from models.post import Outcome, State
from robot.alarms.keep import evaluate
from robot.claims import walk_claimed
from robot.differences import after_restore
from robot.errands import run_errands
from robot.journey import Step
from robot.office import Desk, Office
from robot.refind import emptied, refind
from robot.stages.collect import DiskLow, collect

log = structlog.get_logger()

IDLE_S = 0.5
"""How long a walker with nothing to do waits before it looks again (it is woken when a post comes in)."""

STORE_AWAY_S = 5.0
"""How long a walker waits before it tries a store that does not answer again."""


@dataclass(slots=True)
class Tally:
    """What one run did: posts that reached that end in it. Also the JSON of ``run --once --json``, by these names."""

    collected: int = 0
    archived: int = 0
    set_aside: int = 0
    forwarded: int = 0
    dismissed: int = 0
    duplicates: int = 0
    failed: int = 0
    waiting: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Trouble:
    """Connections that could not be reached in this run, and why; for the exit code and one sentence each."""

    out_of_reach: dict[str, str] = field(default_factory=dict)
    disk_low: str = ""


class Work:
    """A pool of walkers over one or more organisations, fair between them (round-robin over stores).

    ``on_post`` is called after each walk with the tally so far (for the progress bar).
    """

    def __init__(
        self, offices: Sequence[Office], *, threads: int, on_post: Callable[[Tally], None] | None = None
    ) -> None:
        self.offices = offices
        self.tally = Tally()
        self.trouble = Trouble()
        self._threads = threads
        self._on_post = on_post or (lambda tally: None)
        self._lock = threading.Lock()
        self._news = threading.Condition(self._lock)
        self._queues: dict[str, deque[int]] = {office.name: deque() for office in offices}
        self._in_hand: dict[str, set[int]] = {office.name: set() for office in offices}
        self._scans: deque[tuple[Office, int]] = deque()
        self._scan_threads = max(2, len(os.sched_getaffinity(0)))
        self._turn = 0
        self._stop = False
        self._stopped = threading.Event()
        self._away = False
        self._until_empty = False
        self._collecting = 0

    # --- run --once ---------------------------------------------------------------------------------------------

    def run_once(self) -> Tally:
        """Fetches everything that waits at the sources and takes every post as far as it can go now. Never sleeps for a
        back-off: what must wait counts as ``waiting``."""
        started = time.monotonic()
        self._until_empty = True
        desks = [(office, desk) for office in self.offices for desk in office.desks.values()]
        self._collecting = len(desks)
        collectors = [
            threading.Thread(target=self._collect_and_leave, args=pair, name=f"henter-{pair[1].name}") for pair in desks
        ]
        walkers = self.start_walkers()
        for thread in collectors:
            thread.start()
        for thread in [*collectors, *walkers]:
            thread.join()
        for office in self.offices:
            with contextlib.suppress(TryLater):  # the store is away: the walkers have told
                evaluate(office)
            run_errands(office)
            self._compare(office)
        self.tally.waiting = self._waiting()
        self.tally.seconds = round(time.monotonic() - started, 3)
        return self.tally

    def _compare(self, office: Office) -> None:
        """After a restore, and once: what archive and store do not agree on."""
        try:
            after_restore(office)
        except (OutOfReach, TryLater) as later:
            log.info("differences_postponed", organisation=office.name, error=str(later))

    def _collect_and_leave(self, office: Office, desk: Desk) -> None:
        try:
            self.collect(office, desk)
        finally:
            with self._news:
                self._collecting -= 1
                self._news.notify_all()

    def _waiting(self) -> int:
        total = 0
        for office in self.offices:
            with office.store.read() as reads:
                states = reads.states()
            total += sum(states[s] for s in (State.RECEIVED, State.DECIDED, State.ARCHIVED))
        return total

    # --- parts the daemon uses too ------------------------------------------------------------------------------

    def collect(self, office: Office, desk: Desk) -> None:
        """One round at one source. What cannot be reached is noted, and pauses that connection only."""
        name = f"kilde:{desk.name}"
        if office.breakers.rests_for(name) or not desk.collecting.acquire(blocking=False):
            return
        try:
            refind(office)
            for _ in collect(office, desk, on_aside=lambda seq: self._count(office, seq, Step.ENDED)):
                with self._news:
                    self.tally.collected += 1
                    self._news.notify()
                if self._stop:
                    return
            emptied(office, desk)
        except OutOfReach as down:
            office.breakers.out_of_reach(name, str(down))
            self.trouble.out_of_reach[f"{office.name}: {desk.name}"] = str(down)
            log.warning("source_out_of_reach", organisation=office.name, source=desk.name, error=str(down))
        except TryLater as later:
            office.breakers.later(name, str(later))
            log.info("source_says_later", organisation=office.name, source=desk.name, error=str(later))
        except DiskLow as low:
            self.trouble.disk_low = str(low)
            log.error("disk_reserve_reached", organisation=office.name, error=str(low))
        finally:
            desk.collecting.release()
            with contextlib.suppress(TryLater):  # the store is away: its own walkers tell
                office.note_connection(name)

    def start_walkers(self) -> list[threading.Thread]:
        """Starts the walkers; they run until :meth:`stop`, or, in ``run_once``, until nothing more can be done."""
        threads = [threading.Thread(target=self._walk_on, name=f"går-{n}") for n in range(self._threads)]
        threads += [
            threading.Thread(target=self._walk_on, kwargs={"scans": True}, name=f"skanner-{n}")
            for n in range(self._scan_threads)
        ]
        for thread in threads:
            thread.start()
        return threads

    def stop(self) -> None:
        """Lets every walker finish the post in hand and no more."""
        with self._news:
            self._stop = True
            self._stopped.set()
            self._news.notify_all()

    def wake(self) -> None:
        """Tells the walkers that there may be something to do."""
        with self._news:
            self._news.notify_all()

    def _walk_on(self, *, scans: bool = False) -> None:
        """One walker. Posts with scanned pages are handed to the walkers of their own lane (``scans``)."""
        take = self._next_scan if scans else self._next
        while True:
            with self._news:
                job = self._look(take)
                while job is None:
                    if self._stop or (self._until_empty and not self._collecting and not any(self._in_hand.values())):
                        self._news.notify_all()
                        return
                    self._news.wait(IDLE_S)
                    job = self._look(take)
                office, seq = job
                self._in_hand[office.name].add(seq)
            step = Step.BUG
            try:
                step = walk_claimed(seq, office, scans=scans)
                self._count(office, seq, step)
            except TryLater:
                step = Step.NO_STORE
            finally:
                with self._news:
                    if step is Step.SCANS:
                        self._scans.append((office, seq))  # still in hand: nobody else takes it meanwhile
                    else:
                        self._in_hand[office.name].discard(seq)
                    self._news.notify_all()
            if step is Step.NO_STORE:
                self._wait_for_store(office)

    def _look(self, take: Callable[[], tuple[Office, int] | None]) -> tuple[Office, int] | None:
        """What to do next. Called with the lock held; a store that does not answer has nothing for us now."""
        try:
            job = take()
        except TryLater as away:
            if not self._away:  # one alarm, not one a look
                log.error("store_away", error=str(away))
            self._away = True
            self._stop = self._stop or self._until_empty
            return None
        self._away = False
        return job

    def _wait_for_store(self, office: Office) -> None:
        """The service tries again in a while; ``run --once`` never waits, and ends."""
        if self._until_empty:
            self.trouble.out_of_reach[f"{office.name}: database"] = "databasen svarer ikke"
            self.stop()
        else:
            self._stopped.wait(STORE_AWAY_S)

    def _next_scan(self) -> tuple[Office, int] | None:
        """The next post with scanned pages. Called with the lock held."""
        return self._scans.popleft() if self._scans and not self._stop else None

    def _next(self) -> tuple[Office, int] | None:
        """The next post, each organisation in its turn. Called with the lock held."""
        if self._stop:
            return None
        for _ in self.offices:
            office = self.offices[self._turn % len(self.offices)]
            self._turn += 1
            queue, in_hand = self._queues[office.name], self._in_hand[office.name]
            while queue:
                seq = queue.popleft()
                if seq not in in_hand:
                    return office, seq
            with office.store.read() as reads:
                queue.extend(reads.due(4 * self._threads, skip=in_hand))
            if queue:
                return office, queue.popleft()
        return None

    def _count(self, office: Office, seq: int, step: Step) -> None:
        with office.store.read() as reads:
            row = reads.row(seq)
        with self._lock:
            tally = self.tally
            if step is Step.BUG:
                tally.failed += 1
            if row is not None and row["state"] == State.SET_ASIDE:
                tally.set_aside += 1
            elif row is not None and row["state"] == State.DONE:
                match Outcome(row["outcome"]):
                    case Outcome.ARCHIVED:
                        tally.archived += 1
                    case Outcome.FORWARDED:
                        tally.forwarded += 1
                    case Outcome.DISMISSED:
                        tally.dismissed += 1
                    case Outcome.DUPLICATE:
                        tally.dismissed += 1
                        tally.duplicates += 1
            self._on_post(tally)
