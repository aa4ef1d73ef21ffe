"""One robot process of the crash harness: a day's work from start to idle, watched at every kill point.

It is forked from :mod:`tests.support.crash_parent`, works on an installation on disk, and dies by SIGKILL where it is told
to. All its work is done by the product's own functions, in one thread, so that the same installation passes the same points
in the same order. :func:`rush` is the other kind: the real pool of threads, for kills at random moments.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from functools import partial
from pathlib import Path
from typing import Any

from connectors.arkiv.archive import EmbeddedArchive
from models.answer import Answer, Verb
from models.archive import JournalQuery
from models.errors import OutOfReach, TryLater, UsedWrongly
from models.post import Post, State
from models.steps import Point, watch
from robot.audit import Verified, verify_files, verify_store
from robot.build import sweep_spool
from robot.care import Missing
from robot.caretaking.by_hand import Desk, Wish, merge, move, plan, refer, remark
from robot.errands import run_errands
from robot.journey import walk
from robot.office import Office
from robot.reading.dispatch import ReadingRoom
from robot.review import find_post, retry, take
from robot.schedule import JOBS, run_slot
from robot.stages.collect import collect
from robot.variants import make_office_variants
from robot.verify import verify
from robot.work import Work
from tests.support.stores import Clock
from tests.support.town import Town

DAY = datetime(2035, 3, 6, 9, 0, tzinfo=UTC)
"""When a robot's day begins: later than any file here can have been made, whatever clock made it."""
SLOT = datetime(2035, 3, 6, 6, 0, tzinfo=UTC)
ROUNDS = 300
SPEED = 60.0
"""In a rush a wait of ten minutes is ten seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one process is to do.

    ``die_at`` is (name of a point, its number from 1); None: it lives to the end. ``hours`` after :data:`DAY` is what its
    clock shows. ``rush``: with the real threads, until all is done, and a clock that goes :data:`SPEED` times faster than
    ours from ``t0`` (epoch seconds). ``die_after_s``: the parent kills it then. ``variants``: it makes archive variants too.
    ``alone``: no other works on the same store.
    """

    folder: str
    die_at: tuple[str, int] | None = None
    hours: float = 0.0
    rush: bool = False
    die_after_s: float | None = None
    variants: bool = False
    check: bool = True
    t0: float = 0.0
    alone: bool = True


class FastClock(Clock):
    """Goes :data:`SPEED` times faster than ours, and alike in every process that has the same ``t0``."""

    def __init__(self, t0: float) -> None:
        super().__init__(DAY.timestamp())
        self._t0 = t0

    def __call__(self) -> float:
        return self.at + (time.time() - self._t0) * SPEED

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self(), UTC)


class Killer:
    """Hears of every point, keeps the trace, and kills at the one chosen."""

    def __init__(self, die_at: tuple[str, int] | None) -> None:
        self.trace: list[str] = []
        self._counts: Counter[str] = Counter()
        self._die_at = die_at

    def __call__(self, point: Point) -> None:
        self.trace.append(point.value)
        self._counts[point.value] += 1
        if self._die_at == (point.value, self._counts[point.value]):
            os.kill(os.getpid(), signal.SIGKILL)


def live(job: Job, room: ReadingRoom) -> Mapping[str, Any]:
    """Does the job; returns the trace, what people would see in the end, and what is broken."""
    clock = FastClock(job.t0) if job.rush else Clock(DAY.timestamp() + job.hours * 3600)
    town = Town(Path(job.folder), clock, room)
    killer = Killer(job.die_at)
    watch(killer)
    try:
        with town.office() as office:
            if job.rush:
                rush(office, alone=job.alone)
            else:
                a_day(office, clock, variants=job.variants)
            watch(None)
            if not job.check:
                return {"trace": killer.trace}
            if job.rush:
                with office.store.read() as reads:
                    states = reads.states()
                peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                return {"states": states, "broken": broken(office), "peak_mib": peak_mib}
            return {"trace": killer.trace, "end": end_state(town, office), "broken": broken(office)}
    finally:
        watch(None)


def rush(office: Office, *, alone: bool) -> None:
    """Rounds with the real threads until nothing is left: intake, walkers, errands."""
    if alone:
        start_up(office)
    while True:
        Work([office], threads=4).run_once()
        if is_idle(office):
            return
        time.sleep(0.05)


def is_idle(office: Office) -> bool:
    """Whether no post is on its way, nothing is owed, and nothing that we do not have waits at a source."""
    with office.store.read() as reads:
        states = reads.states()
        if reads.open_effects() or any(states[s] for s in (State.RECEIVED, State.DECIDED, State.ARCHIVED)):
            return False
        for desk in office.desks.values():
            keys = [offer.key for offer in desk.intake.offers(50)]
            known = reads.known_offers(desk.name, keys)
            if any(key not in known or known[key].taken_over for key in keys):
                return False
    return True


def start_up(office: Office) -> None:
    """What the service does when it starts."""
    sweep_spool(office.store.spool)
    with office.store.write() as tx:
        tx.free_slots()


def a_day(office: Office, clock: Clock, *, variants: bool) -> None:
    """Post in and out until all is quiet, answers, the clock's jobs, and until all is quiet again."""
    start_up(office)
    for _ in range(4):
        until_idle(office, clock)
        if not answer(office):
            break
    if variants:
        make_office_variants(office)
    for job in JOBS:
        if job.at is not None:
            run_slot(job, office, SLOT)
    until_idle(office, clock)
    by_hand(office)
    until_idle(office, clock)


def by_hand(office: Office) -> None:
    """What a person asks for in the cases that caretaking is tried on (crash_cases.py), as far as it is not done already."""
    if not isinstance(office.archive, EmbeddedArchive):
        return
    desk = Desk(name=office.name, store=office.store, archive=office.archive, language=office.language)
    with office.store.read() as reads:
        pairs = [pair.id for pair in reads.twins()]
    wishes: list[Callable[[], Wish]] = [partial(merge, desk, pair) for pair in pairs]
    wishes += [
        partial(remark, desk, "2026/5-1", "Sett på."),
        partial(refer, desk, "2026/5", "2026/6"),
        partial(move, desk, "2026/6-1", "2026/5"),
    ]
    for make in wishes:
        with suppress(UsedWrongly):  # done before the last death, or there are no such cases here
            plan(office.store, make(), "kari")


def until_idle(office: Office, clock: Clock) -> None:
    """Works on until no post is on its way and nothing is owed; lets the clock go when all that is left must wait."""
    for _ in range(ROUNDS):
        for desk in office.desks.values():
            try:
                for _seq in collect(office, desk):
                    pass
            except (OutOfReach, TryLater) as down:
                office.breakers.out_of_reach(f"kilde:{desk.name}", str(down))
        walk_all(office)
        run_errands(office)
        if is_idle(office):
            return
        clock.go(600)
    raise TimeoutError("the robot never came to rest")


def walk_all(office: Office) -> None:
    """Every post that is due, until none is."""
    while True:
        with office.store.read() as reads:
            due = reads.due(100)
        if not due:
            return
        for seq in due:
            walk(seq, office)


def answer(office: Office) -> bool:
    """A person looks at what is set aside or provisional, once each; False when there was nothing to answer."""
    with office.store.read() as reads:
        rows = [(dict(row), bool(reads.answers(row["seq"]))) for row in reads.rows()]
    did = False
    for row, answered in rows:
        post = find_post(office.store, row["id"])
        if row["state"] == State.SET_ASIDE and post.tries == 0:
            retry(office.store, post, "kari")
        elif row["state"] == State.SET_ASIDE and not answered:
            take(office.store, office.archive, post, Answer(verb=Verb.DISMISS, user="kari", grunn="reklame"))
        elif row["state"] == State.DONE and row["journalstatus"] == "M" and not answered:
            approve(office, post)
        else:
            continue
        did = True
    return did


def approve(office: Office, post: Post) -> None:
    """M becomes J; where the sender is not known, the person fills it in."""
    try:
        take(office.store, office.archive, post, Answer(verb=Verb.APPROVE, user="kari", tilgang="åpen"))
    except Missing:
        take(office.store, office.archive, post, Answer(verb=Verb.CORRECT, user="kari", avsender="Kari Eksempel"))


def end_state(town: Town, office: Office) -> dict[str, Any]:
    """What people would see, without times and without numbers given in order of work."""
    with office.store.read() as reads:
        rows = list(reads.rows())
        left = reads.open_effects()
        findings = reads.findings()
    names = ("state", "outcome", "reason", "journalstatus", "tittel", "tilgang", "enhet", "rule", "saktittel")
    mails = [message_from_bytes(path.read_bytes()) for path in sorted((town.folder / "ut").glob("*"))]
    return {
        "posts": sorted([re.sub(r"^\d+/", "", row["source_id"]), *(str(row[name]) for name in names)] for row in rows),
        "journal": journal(office),
        "files": [town.files(place) for place in ("inn", "mottatt", "journalført", "videresendt", "avvist")],
        "mails": sorted({str(message["Message-ID"]).partition("-")[0] + str(message["To"]) for message in mails}),
        "mail files": len(mails),
        "open effects": left,
        "findings": sorted([one.check_id, one.field, one.severity, one.status] for one in findings),
        "reports": sorted(p.suffix for p in (office.store.folder / "rapport").glob("[0-9]*")),
    }


def journal(office: Office) -> list[list[Any]]:
    """The archive's entries with their documents, as far as it can tell."""
    found: list[list[Any]] = []
    after: str | None = None
    while True:
        page = office.archive.journalposter(JournalQuery(), after)
        for entry in page.entries:
            documents: list[Any] = []
            if isinstance(office.archive, EmbeddedArchive):
                documents = [[d.tittel, d.status.value, len(d.objekter)] for d in archive_documents(office, entry)]
            found.append([entry.tittel, entry.status.value, entry.saksmappe.saksnummer, documents])
        if page.next is None:
            return sorted(found)
        after = page.next


def archive_documents(office: Office, entry: Any) -> Any:
    """The documents of an entry in the embedded archive."""
    archive: Any = office.archive
    return archive.documents_of(entry.system_id)


def broken(office: Office) -> dict[str, Any]:
    """Every invariant that does not hold, and the archive's own faults; empty when all is well."""
    wrong: dict[str, Any] = {
        one.name: one.examples for one in verify(office.store, office.archive) if not one.ok or one.unasked
    }
    found = Verified()
    verify_store(office.store, found)
    if not found.ok:
        wrong["chain"] = str(found.organisations)
    exported = sorted((office.store.folder / "revisjon").glob("*.jsonl"))
    if exported and not verify_files(exported).ok:
        wrong["files"] = "the exported audit does not verify"
    if isinstance(office.archive, EmbeddedArchive):
        faults = office.archive.self_check()
        if faults:
            wrong["archive"] = [str(fault) for fault in faults]
    return wrong
