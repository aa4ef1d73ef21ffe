"""The troubles that the archive in memory makes on demand, for tests of the robot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.testing.archive_lab import Desk
from connectors.testing.archive_labs import MemoryLab, ticking
from connectors.testing.memory_archive import MemoryArchive, Trouble
from models.archive import Absent, CannotTell, Done, OurKey, Pending
from models.errors import MaybeDone, OutOfReach, TryLater

KEY = OurKey("pr-prove-jp")


class Bench:
    """An archive in trouble, with a case that was opened before the trouble began."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.lab = MemoryLab(folder)
        self.desk = Desk(self.lab)
        self.letter = self.desk.letter(self.desk.sak().system_id)
        self.archive = MemoryArchive(self.lab.unit, now=ticking(), **options)


def only(trouble: Trouble) -> Any:
    return lambda _write, _key: trouble


@pytest.mark.parametrize("trouble", [Trouble.CREATE_THEN_RESET, Trouble.CREATE_THEN_HANG])
def test_it_creates_and_then_does_not_answer(tmp_path: Path, trouble: Trouble) -> None:
    bench = Bench(tmp_path, trouble=only(trouble), hang_s=0.0)
    with pytest.raises(MaybeDone) as broken:
        bench.archive.submit(bench.letter, KEY)
    assert KEY == broken.value.key
    assert isinstance(bench.archive.outcome(KEY), Done)


@pytest.mark.parametrize(("trouble", "error"), [(Trouble.RESET_BEFORE, TryLater), (Trouble.DOWN, OutOfReach)])
def test_it_is_out_of_reach_and_nothing_happens(tmp_path: Path, trouble: Trouble, error: type[Exception]) -> None:
    bench = Bench(tmp_path, trouble=only(trouble))
    with pytest.raises(error):
        bench.archive.submit(bench.letter, KEY)
    assert Absent() == bench.archive.outcome(KEY)


def test_its_index_lags_and_it_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path, lag_lookups=2)
    done = bench.archive.submit(bench.letter, KEY)
    told = [bench.archive.outcome(KEY) for _ in range(3)]
    assert [Absent(settled=False), Absent(settled=False), done] == told


def test_it_takes_a_repeated_key_for_a_new_one_and_owns_up_to_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, accepts_repeated_key=True)
    assert not bench.archive.capabilities.refuses_repeated_key
    made = [bench.archive.submit(bench.letter, KEY) for _ in range(2)]
    assert 2 == len(set(map(id, made))) == len([k for k, _, _ in bench.lab.unit.made if k == KEY])


def test_it_answers_later(tmp_path: Path) -> None:
    bench = Bench(tmp_path, trouble=only(Trouble.ANSWERS_LATER))
    assert isinstance(bench.archive.submit(bench.letter, KEY), Pending)
    assert [Pending, Done] == [type(bench.archive.outcome(KEY)) for _ in range(2)]


def test_it_cannot_be_asked_by_key(tmp_path: Path) -> None:
    bench = Bench(tmp_path, key_lookup=False)
    bench.archive.submit(bench.letter, KEY)
    assert isinstance(bench.archive.outcome(KEY), CannotTell)
