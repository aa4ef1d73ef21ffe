"""The full form of the crash harness: every kill point on every kind of installation, twice in a row, and at random moments.

``make torture``. The seed is printed; POSTROBOT_TORTURE_SEED gives it again. POSTROBOT_TORTURE_MINUTES bounds the whole.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connectors.testing.dovecot import Dovecot, Switches
from connectors.testing.far import FarProcess
from connectors.testing.far_server import Manners
from connectors.testing.postgres import Postgres
from models.steps import Point
from tests.support.crash_altinn import InAltinn
from tests.support.crash_harness import Harness, Kill, Stage, scratch
from tests.support.crash_parent import Stable
from tests.support.crash_random import Storm, heap, storm
from tests.support.crash_robot import Job
from tests.support.crash_stages import (
    CASES,
    PAPER,
    TROUBLES,
    WITH_ATTACHMENT,
    FarAway,
    Mailbox,
    OnDisk,
    SvarInnBox,
    database,
)
from tests.support.servers import needs_dovecot

pytestmark = [pytest.mark.torture, pytest.mark.server, pytest.mark.timeout(3000)]

SHARE = {"points": 0.5, "twice": 0.08, "heap": 0.15, "repeats": 0.06, "disk": 0.05, "postgres": 0.07}
"""How much of the minutes each part may take at most (storms: how long there is killed)."""


@dataclass(slots=True)
class Account:
    """What has been done, for the summary at the end."""

    seed: int
    minutes: float
    total: int = 0
    exercised: int = 0
    names: set[str] = field(default_factory=set)
    runs: int = 0
    posts: int = 0
    recoveries: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    storms: dict[str, Storm] = field(default_factory=dict)
    kills: int = 0
    points_until: float = 0.0
    notes: list[str] = field(default_factory=list)

    def seconds(self, part: str) -> float:
        """The time of one part."""
        return self.minutes * 60 * SHARE[part]

    def add(self, harness: Harness, wrong: Sequence[str], *, posts: int) -> None:
        """Counts what a harness has done."""
        self.runs += harness.sums.runs
        self.posts += harness.sums.runs * posts
        self.kills += harness.sums.kills
        self.recoveries += harness.sums.recoveries
        self.names |= set(harness.sums.names)
        self.wrong += wrong

    def text(self) -> str:
        """The summary."""
        storms = self.storms.values()
        lost = sum(len(s.wrong.get("settled (I1)", ())) for s in storms)  # type: ignore[arg-type]
        doubled = sum(len(s.wrong.get("made twice (I3)", ())) for s in storms)  # type: ignore[arg-type]
        mean = sum(self.recoveries) / max(1, len(self.recoveries))
        lines = [
            "",
            f"Crash harness, seed {self.seed}",
            f"  kill points exercised / total: {self.exercised} / {self.total}",
            f"  names of points exercised:     {len(self.names)} / {len(Point)}",
            f"  runs to an end:                {self.runs + len(self.storms)}",
            f"  processes killed:              {self.kills + sum(s.kills for s in storms)}",
            f"  posts:                         {self.posts + sum(s.posts for s in storms)}",
            f"  lost:                          {lost}",
            f"  doubled:                       {doubled}",
            f"  blocked:                       {sum(s.blocked for s in storms)}",
            f"  runs that ended otherwise:     {len(self.wrong)}",
            f"  mean time to recover:          {mean:.2f} s (a fresh process, from its start until nothing is left to do)",
        ]
        for name, one in self.storms.items():
            lines.append(
                f"  at random, {name}: {one.posts} posts, {one.kills} kills, {one.done} done, {one.blocked} blocked, "
                f"{one.seconds:.0f} s, wrong: {one.wrong or 'nothing'}"
            )
        return "\n".join([*lines, *(f"  {note}" for note in self.notes), *self.wrong[:20], ""])


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    given = int(os.environ.get("POSTROBOT_TORTURE_SEED") or "0")
    account = Account(
        seed=given or secrets.randbelow(10**6) + 1,
        minutes=float(os.environ.get("POSTROBOT_TORTURE_MINUTES", "45")),
    )
    print(f"\nPOSTROBOT_TORTURE_SEED={account.seed}")  # noqa: T201
    yield account
    print(account.text())  # noqa: T201


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    folder = scratch()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def stables() -> Iterator[Sequence[Stable]]:
    made: list[Stable] = []
    try:
        made += [Stable() for _ in range(max(2, len(os.sched_getaffinity(0))))]
        yield made
    finally:
        for stable in made:
            stable.close()


@pytest.fixture(scope="module")
def far(root: Path) -> Iterator[FarProcess]:
    process = FarProcess.start(root / "far")
    yield process
    process.stop()


@pytest.fixture(scope="module")
def dovecots() -> Iterator[dict[bool, Dovecot]]:
    needs_dovecot()
    servers: dict[bool, Dovecot] = {}
    try:
        for move in (True, False):
            servers[move] = Dovecot.create(Switches(move=move))
        yield servers
    finally:
        for server in servers.values():
            server.remove()


EVERY = {"fjern, tar imot en nøkkel om igjen": 5, "fjern, treg indeks": 5}
"""The same installation with other manners: every so many of its points."""
STAGES: dict[str, Callable[[Path, FarProcess, dict[bool, Dovecot]], Stage]] = {
    "innebygd": lambda root, _far, _mail: OnDisk(root / "a"),
    "start": lambda root, _far, _mail: OnDisk(
        root / "b", name="start", paper={"brev.txt": PAPER["brev.txt"]}, started=False
    ),
    "format": lambda root, _far, _mail: OnDisk(
        root / "c", name="format", paper={"søknad.eml": WITH_ATTACHMENT}, variants=True
    ),
    "fjern": lambda root, far, _mail: FarAway(root / "d", far, name="fjern"),
    "fjern, tar imot en nøkkel om igjen": lambda root, far, _mail: FarAway(
        root / "e", far, name="om-igjen", manners=Manners(faults=TROUBLES.faults, accepts_repeated_key=True)
    ),
    "fjern, treg indeks": lambda root, far, _mail: FarAway(
        root / "f", far, name="treg", manners=Manners(faults=TROUBLES.faults, lag_lookups=2)
    ),
    "imap med MOVE": lambda root, _far, mail: Mailbox(root / "g", mail[True], name="imap1"),
    "imap uten MOVE": lambda root, _far, mail: Mailbox(root / "h", mail[False], name="imap0"),
    "altinn": lambda root, _far, _mail: InAltinn(root / "p"),
    "svarinn": lambda root, _far, _mail: SvarInnBox(root / "q", name="svarinn"),
}


@pytest.mark.parametrize("name", STAGES)
def test_killed_at_every_point(
    name: str,
    account: Account,
    stables: Sequence[Stable],
    root: Path,
    far: FarProcess,
    dovecots: dict[bool, Dovecot],
) -> None:
    harness = Harness(STAGES[name](root, far, dovecots), stables, root)
    account.points_until = account.points_until or time.monotonic() + account.seconds("points")
    kills = harness.record()[:: EVERY.get(name, 1)]
    wrong = harness.kill_everywhere(([kill] for kill in kills), until=account.points_until)
    account.add(harness, [f"{name}: {line}" for line in wrong], posts=len(PAPER))
    account.total += len(kills)
    account.exercised += len(harness.sums.points)
    assert [] == wrong
    assert set(kills) == harness.sums.points, "not every point in the time there was"


@pytest.mark.parametrize("name", ["innebygd", "fjern"])
def test_killed_again_during_the_recovery(
    name: str, account: Account, stables: Sequence[Stable], root: Path, far: FarProcess
) -> None:
    """Pairs of names, each kind of second death after as many kinds of first as there is time for."""
    stage: Stage = OnDisk(root / "i") if name == "innebygd" else FarAway(root / "j", far, name="fjern2")
    harness = Harness(stage, stables, root)
    until = time.monotonic() + account.seconds("twice") / 2
    kills = harness.record()
    wrong = harness.kill_everywhere(pairs(kills, account.seed), until=until)
    account.add(harness, [f"{name}, twice: {line}" for line in wrong], posts=len(PAPER))
    assert [] == wrong


def pairs(kills: Sequence[Kill], seed: int) -> list[list[Kill]]:
    """Every first point with a second of another name each time, in random order: so the names are covered in pairs."""
    dice = random.Random(seed)
    seconds = [kill for kill in kills if kill[1] <= 2] + [("L1_LOOK_UP", 1), ("L2_LOOKED_UP", 1)]
    plan = [[first, dice.choice(seconds)] for first in kills for _ in range(4)]
    dice.shuffle(plan)
    return plan


def blow(account: Account, stage: Stage, name: str, stables: Sequence[Stable], root: Path, **how: int) -> Storm:
    """One storm, in the account."""
    place = stage.set(root / name)
    try:
        seconds = account.seconds(name)
        account.storms[name] = came = storm(
            place, stables, seed=account.seed, kill_for_s=seconds, posts=how["posts"], at_once=how["at_once"]
        )
    finally:
        place.done()
        shutil.rmtree(place.folder, ignore_errors=True)
    assert {} == came.wrong
    assert (came.posts, 0) == (came.done, came.blocked)
    return came


def test_five_thousand_posts_under_kills_and_faults(
    account: Account, stables: Sequence[Stable], root: Path, far: FarProcess
) -> None:
    mails = heap(5000, account.seed)
    manners = Manners(share=0.05, hang_s=0.5, seed=account.seed)
    stage = FarAway(root / "k", far, name="heap", manners=manners, mails=mails, rules=CASES)
    came = blow(account, stage, "heap", stables, root, posts=len(mails), at_once=1)
    assert 10 < came.kills


def test_an_archive_that_accepts_repeated_keys_and_lags_gets_nothing_twice(
    account: Account, stables: Sequence[Stable], root: Path, far: FarProcess
) -> None:
    mails = heap(1500, account.seed + 1)
    manners = Manners(share=0.05, hang_s=0.5, seed=account.seed, accepts_repeated_key=True, lag_lookups=1)
    stage = FarAway(root / "l", far, name="repeats", manners=manners, mails=mails, rules=CASES)
    blow(account, stage, "repeats", stables, root, posts=len(mails), at_once=1)


def test_a_folder_and_the_embedded_archive_under_kills(account: Account, stables: Sequence[Stable], root: Path) -> None:
    paper = {f"{n:04d}.eml": content for n, content in enumerate(heap(1000, account.seed + 2))}
    stage = OnDisk(root / "m", name="disk", paper=paper, rules=CASES)
    blow(account, stage, "disk", stables, root, posts=len(paper), at_once=1)


def test_two_claimants_on_one_postgresql_store_under_kills(
    account: Account, stables: Sequence[Stable], root: Path, far: FarProcess, postgres: Postgres
) -> None:
    mails = heap(1500, account.seed + 3)
    manners = Manners(share=0.05, hang_s=0.5, seed=account.seed)
    stage = FarAway(
        root / "n",
        far,
        name="postgres",
        manners=manners,
        mails=mails,
        rules=CASES,
        more=database(postgres.port, "postgres_kill"),
    )
    came = blow(account, stage, "postgres", stables, root, posts=len(mails), at_once=2)
    assert 10 < came.kills


def test_f18_ten_thousand_at_once_and_one_of_200_mb(
    account: Account, stables: Sequence[Stable], root: Path, far: FarProcess
) -> None:
    """Nothing is killed here: what lies there at once is taken in with bounded memory, and a giant holds up nobody."""
    mails = heap(10_000, account.seed + 4)
    giant = mails[5000] + b"x" * (200 * 1024 * 1024)
    mails[5000] = giant
    stage = FarAway(root / "o", far, name="f18", manners=Manners(), mails=mails, rules=CASES)
    place = stage.set(root / "f18")
    try:
        ended = stables[0].run(Job(folder=str(place.folder), rush=True, t0=time.time()))
        assert ended.result is not None
        states, peak_mib = ended.result["states"], ended.result["peak_mib"]
        account.notes.append(f"10 000 at once: {states}, {ended.seconds:.0f} s, peak {peak_mib} MiB")
        assert (len(mails) - 1, 1) == (states["done"], states["set_aside"])
        assert {} == ended.result["broken"]
        assert 1200 > peak_mib
    finally:
        place.done()
        shutil.rmtree(place.folder, ignore_errors=True)


def test_every_name_was_passed(account: Account) -> None:
    missing = Counter({point.value for point in Point} - account.names)
    assert not missing, "kill points that no run of the full form has passed"
