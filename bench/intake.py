"""Mail with one born-digital PDF, from a real Dovecot to journaled, beside the sum of its bare parts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import bare, house, letters
from bench.figure import Figure

if TYPE_CHECKING:
    from connectors.testing.dovecot import Dovecot
    from robot.office import Office

COMMITS = 8
BARRIERS = 6
TIMES_BARE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """``subject`` is formatted with ``n``; ``short`` names the figures."""

    short: str
    subject: str


VARIANTS = (
    Variant(short="én sak for alle", subject="Nabovarsel, gnr. 12 bnr. 345"),
    Variant(short="ny sak for hver", subject="Målesak gnr. {n} bnr. 7"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the robot did with one batch."""

    seconds: float
    robot_commits: int
    archive_commits: int
    barriers: Counter[str]
    threads: int


def measure(folder: Path, posts: int) -> Iterator[Figure]:
    """Both variants on one server, each with a mailbox and an installation of its own."""
    from connectors.testing.dovecot import Dovecot

    template = letters.letter(1)
    server = Dovecot.create()
    try:
        for number, variant in enumerate(VARIANTS):
            place = folder / f"inntak-{number}"
            place.mkdir()
            yield from _variant(place, server, f"bruker{number}", variant, template, posts)
    finally:
        server.remove()


def _variant(
    folder: Path, server: Dovecot, user: str, variant: Variant, template: bytes, posts: int
) -> Iterator[Figure]:
    for n in range(1, posts + 1):
        content = letters.mail(n, letters.distinct(template, n), subject=variant.subject.format(n=n))
        server.deliver(user, content, house.now())
    parts = bare.Bare()
    messages: list[bytes] = []
    parts.timed("IMAP", lambda: messages.extend(bare.fetch(server, user)))
    run = _robot(house.make(folder / "hus", server, user=user), posts)
    pdfs: list[bytes] = []
    parts.timed("MIME", lambda: pdfs.extend(bare.parse(messages)))
    parts.timed("PDFium", lambda: _ignore(bare.pdf_text(pdfs)))
    parts.timed("robot-commit", lambda: bare.commits(folder / "robot.db", run.robot_commits))
    parts.timed("arkiv-commit", lambda: bare.commits(folder / "arkiv.db", run.archive_commits))
    files = [content for pair in zip(messages, pdfs, strict=True) for content in pair]
    sides = {"robot": run.barriers["robot"], "archive": run.barriers["archive"]}
    parts.timed("barrierer", lambda: bare.barriers(folder / "filer", files, **sides))
    yield from _figures(variant, run, parts, posts)


def _ignore(_value: object) -> None:
    """A result nobody needs."""


def _robot(config: Path, posts: int) -> Run:
    from connectors.testing.recorder import recording
    from robot.build import offices
    from robot.work import Work

    settings = house.settings(config)
    with offices(settings, now=house.now) as opened:
        (office,) = opened
        with recording() as recorder:
            start = time.perf_counter()
            tally = Work(opened, threads=settings.robot.traader).run_once()
            seconds = time.perf_counter() - start
        if tally.archived != posts or _journaled(office) != posts:
            raise RuntimeError(f"only {tally.archived} of {posts} archived: {tally}; {_first_other(office)}")
        return Run(
            seconds=seconds,
            robot_commits=recorder.commits["robot.db"],
            archive_commits=recorder.commits["arkiv.db"],
            barriers=recorder.barriers,
            threads=settings.robot.traader,
        )


def _journaled(office: Office) -> int:
    with office.store.read() as reads:
        return sum(row["state"] == "done" and row["journalstatus"] == "J" for row in reads.rows())


def _first_other(office: Office) -> dict[str, object]:
    """What became of the first post that is not journaled, for whoever must find out why."""
    shown = ("state", "reason", "detail", "rule", "journalstatus", "lacks")
    with office.store.read() as reads:
        return next(({name: row[name] for name in shown} for row in reads.rows() if row["journalstatus"] != "J"), {})


def _figures(variant: Variant, run: Run, parts: bare.Bare, posts: int) -> Iterator[Figure]:
    label = f"Inntak, {variant.short}"
    shares = ", ".join(f"{name} {1000 * seconds / posts:.1f}" for name, seconds in parts.seconds.items())
    yield Figure(
        name=f"{label}: tid per post",
        value=1000 * run.seconds / posts,
        unit="ms",
        reference=1000 * parts.total / posts,
        limit=TIMES_BARE,
        of_ratio=True,
        note=f"{posts} poster, {run.threads} tråder; rene deler etter hverandre i én tråd (ms): {shares}",
    )
    yield Figure(
        name=f"{label}: poster i sekundet", value=posts / run.seconds, unit="1/s", reference=posts / parts.total
    )
    yield Figure(
        name=f"{label}: robotens commit per post",
        value=run.robot_commits / posts,
        unit="stk",
        limit=COMMITS,
        note="transaksjoner i robot.db; arkivets egne telles for seg",
    )
    yield Figure(name=f"{label}: arkivets commit per post", value=run.archive_commits / posts, unit="stk")
    robot, archive = run.barriers["robot"], run.barriers["archive"]
    yield Figure(
        name=f"{label}: filbarrierer per post",
        value=(robot + archive) / posts,
        unit="stk",
        limit=BARRIERS,
        note=f"os.fsync/fdatasync: roboten {robot / posts:.2f}, arkivet {archive / posts:.2f}, uten dem i SQLites commit",
    )
