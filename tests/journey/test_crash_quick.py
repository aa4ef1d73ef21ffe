"""Killed at every kind of step and started again, the robot ends as if nothing had happened (reliability.md section 6).

The quick form: every point by name, and every so many of the rest. All of them, twice in a row and at random: make torture.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from connectors.testing.dovecot import Dovecot, Switches
from connectors.testing.far import FarProcess
from models.steps import Point
from tests.support.crash_altinn import InAltinn
from tests.support.crash_cases import Cases
from tests.support.crash_harness import Harness, Kill, Stage, scratch
from tests.support.crash_parent import Stable
from tests.support.crash_stages import PAPER, WITH_ATTACHMENT, FarAway, Mailbox, OnDisk, SvarInnBox
from tests.support.servers import needs_dovecot

pytestmark = pytest.mark.timeout(1200)
Play = Callable[[Stage, int], list[str]]


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    folder = scratch()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def stables() -> Iterator[Sequence[Stable]]:
    two: list[Stable] = []
    try:
        two += [Stable(), Stable()]
        yield two
    finally:
        for stable in two:
            stable.close()


@pytest.fixture(scope="module")
def exercised() -> set[str]:
    """Names of points at which some robot has died."""
    return set()


@pytest.fixture
def play(stables: Sequence[Stable], root: Path, exercised: set[str]) -> Play:
    """Kills at the first of each name that no stage before has had, and at every n-th point."""

    def run(stage: Stage, every: int) -> list[str]:
        harness = Harness(stage, stables, root)
        kills = harness.record()
        wrong = harness.kill_everywhere([kill] for kill in chosen(kills, exercised, every))
        exercised.update(name for name, _ in harness.sums.points)
        return wrong

    return run


def chosen(kills: Sequence[Kill], had: set[str], every: int) -> list[Kill]:
    """The kills of the quick form, in order."""
    return [
        kill
        for number, kill in enumerate(kills)
        if (kill[1] == 1 and kill[0] not in had) or number % every == every - 1
    ]


def test_with_the_embedded_archive_whatever_the_point_of_death(play: Play, root: Path) -> None:
    assert [] == play(OnDisk(root / "t1"), 60)


def test_killed_again_while_it_recovers(stables: Sequence[Stable], root: Path) -> None:
    harness = Harness(OnDisk(root / "t6", name="to-ganger"), stables, root)
    kills = harness.record()
    after = [("T2_COMMITTED", 2), ("S10_BEGUN", 1), ("S5_SETTLED", 1), ("L2_LOOKED_UP", 1)]
    plan = [(first, after[number % 4]) for number, first in enumerate(kills[len(kills) // 9 :: len(kills) // 8])]
    assert [] == harness.kill_everywhere(plan)


def test_in_the_middle_of_the_first_start(play: Play, root: Path) -> None:
    assert [] == play(OnDisk(root / "t2", name="start", paper={"brev.txt": PAPER["brev.txt"]}, started=False), 1000)


def test_while_archive_variants_are_made(play: Play, root: Path) -> None:
    assert [] == play(OnDisk(root / "t3", name="format", paper={"søknad.eml": WITH_ATTACHMENT}, variants=True), 1000)


def test_while_cases_are_journaled_and_closed(play: Play, root: Path) -> None:
    assert [] == play(Cases(root / "t9"), 20)


def test_with_an_archive_and_a_source_that_go_wrong_themselves(play: Play, root: Path) -> None:
    far = FarProcess.start(root / "far")
    try:
        assert [] == play(FarAway(root / "t4", far, name="fjern"), 60)
    finally:
        far.stop()


def test_with_letters_in_svarinn(play: Play, root: Path) -> None:
    assert [] == play(SvarInnBox(root / "t7", name="svarinn"), 40)


@pytest.mark.server
@pytest.mark.parametrize("move", [True, False])
def test_with_a_real_mailbox(play: Play, root: Path, move: bool) -> None:
    needs_dovecot()
    server = Dovecot.create(Switches(move=move))
    try:
        assert [] == play(Mailbox(root / f"t5-{move}", server, name=f"imap{int(move)}"), 1000)
    finally:
        server.remove()


def test_with_altinn(play: Play, root: Path) -> None:
    assert [] == play(InAltinn(root / "t8"), 1000)


def test_every_kill_point_there_is_has_killed_somebody(exercised: set[str], request: pytest.FixtureRequest) -> None:
    needs_dovecot()
    if len(request.session.items) < 3:
        pytest.skip("only with the whole file")
    assert [] == sorted({point.value for point in Point} - exercised)
