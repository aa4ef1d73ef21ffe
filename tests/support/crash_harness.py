"""The crash harness: an undisturbed run, then one run for every point it passed, each killed there and started again."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

from tests.support.crash_parent import Stable
from tests.support.crash_robot import Job

Kill = tuple[str, int]
"""A point's name and its number in the run, from 1."""

RESTART_HOURS = 3.0
"""How long after the first start the next process starts: whatever was to be tried again is due by then."""


def scratch() -> Path:
    """A folder in memory where there is one: what kill -9 leaves is in the page cache either way, and a barrier costs less."""
    shm = Path("/dev/shm")  # noqa: S108 - a fresh folder of our own in it
    return Path(tempfile.mkdtemp(prefix="pr-", dir=shm if shm.is_dir() else None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One installation ready to run. ``told`` gives what is wrong by the far side's own record, empty when nothing is."""

    folder: Path
    told: Callable[[], Mapping[str, Any]] = dict
    done: Callable[[], None] = lambda: None


class Stage(Protocol):
    """Makes installations of one kind. ``variants``: robots make archive variants there."""

    name: str
    variants: bool

    def set(self, folder: Path) -> Place:
        """A fresh one in ``folder``, the same each time."""
        ...


@dataclass(slots=True)
class Sums:
    """What a harness has done, for the summary."""

    runs: int = 0
    kills: int = 0
    recoveries: list[float] = field(default_factory=list)
    points: set[Kill] = field(default_factory=set)
    names: Counter[str] = field(default_factory=Counter)


class Harness:
    """Runs one stage on a number of stables at a time."""

    def __init__(self, stage: Stage, stables: Sequence[Stable], root: Path) -> None:
        self.stage = stage
        self.sums = Sums()
        self._root = root
        self._numbers = itertools.count(1)
        self._free: SimpleQueue[Stable] = SimpleQueue()
        for stable in stables:
            self._free.put(stable)
        self._crowd = len(stables)
        self.trace: list[str] = []
        self.end: Mapping[str, Any] = {}

    def record(self) -> list[Kill]:
        """The undisturbed run: every point it passes, in order. What it ends in is what all others must end in."""
        with self._place() as (place, stable):
            ended = stable.run(Job(folder=str(place.folder), variants=self.stage.variants))
            assert ended.result is not None, "the undisturbed run was killed"
            wrong = {**ended.result["broken"], **place.told()}
            assert {} == wrong, f"the undisturbed run left this broken: {wrong}"
        self.sums.runs += 1
        self.trace, self.end = ended.result["trace"], ended.result["end"]
        counts: Counter[str] = Counter()
        kills = []
        for name in self.trace:
            counts[name] += 1
            kills.append((name, counts[name]))
        return kills

    def kill_at(self, *kills: Kill) -> str:
        """Dies at the first kill, in the next process at the second (where it comes that far), and is then left in peace.

        Returns what is wrong afterwards in one line, or an empty string.
        """
        with self._place() as (place, stable):
            for number, kill in enumerate(kills):
                job = Job(
                    folder=str(place.folder),
                    die_at=kill,
                    hours=RESTART_HOURS * number,
                    variants=self.stage.variants,
                    check=False,
                )
                ended = stable.run(job)
                if number == 0 and not ended.killed:
                    return f"{kills}: never came to {kill}"
                if not ended.killed:
                    break  # The work was done before the second point.
                self.sums.kills += 1
                self.sums.points.add(kill)
                self.sums.names[kill[0]] += 1
            last = Job(folder=str(place.folder), hours=RESTART_HOURS * len(kills), variants=self.stage.variants)
            ended = stable.run(last)
            assert ended.result is not None
            self.sums.recoveries.append(ended.seconds)
            self.sums.names.update(set(ended.result["trace"]))
            return self._compare(kills, ended.result, place)

    def _compare(self, kills: Sequence[Kill], result: Mapping[str, Any], place: Place) -> str:
        self.sums.runs += 1
        wrong = {**result["broken"], **place.told()}
        other = {key: result["end"][key] for key in self.end if result["end"][key] != self.end[key]}
        return f"{kills}: broken {wrong}, otherwise {other}" if wrong or other else ""

    def kill_everywhere(self, plan: Iterable[Sequence[Kill]], *, until: float | None = None) -> list[str]:
        """One run for each entry of ``plan``, as many at a time as there are stables; what is wrong, a line each.

        Nothing is begun after ``until`` (``time.monotonic()``).
        """

        def one(kills: Sequence[Kill]) -> str:
            return self.kill_at(*kills) if until is None or time.monotonic() < until else ""

        with ThreadPoolExecutor(self._crowd) as pool:
            return [wrong for wrong in pool.map(one, plan) if wrong]

    @contextmanager
    def _place(self) -> Iterator[tuple[Place, Stable]]:
        stable = self._free.get()
        folder = self._root / f"{self.stage.name}-{next(self._numbers)}"
        try:
            place = self.stage.set(folder)
            try:
                yield place, stable
            finally:
                place.done()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            self._free.put(stable)
