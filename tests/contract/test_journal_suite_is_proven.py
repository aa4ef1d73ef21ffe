"""The journal suite is shown to catch what it is there for: each check fails on a view broken in just that way."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from connectors.testing.journal import JournalContract
from connectors.testing.memory_journal import BROKEN, MemoryJournal, MemoryLab

CHECKS = sorted(name for name in vars(JournalContract) if name.startswith("test_"))


def caught_by(kind: type[MemoryJournal], folder: Path) -> set[str]:
    caught = set()
    for number, check in enumerate(CHECKS):
        run = getattr(JournalContract(), check)
        place = folder / str(number)
        place.mkdir()
        wants = {"lab": MemoryLab(kind), "tmp_path": place}
        try:
            run(**{name: wants[name] for name in inspect.signature(run).parameters})
        # pytest.fail ends in an outcome that is no Exception; whatever a check raises, it caught it.
        except (Exception, pytest.fail.Exception):
            caught.add(check)
    return caught


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_view_broken_in_one_way_is_caught_by_its_check(kind: type[MemoryJournal], tmp_path: Path) -> None:
    assert BROKEN[kind] in caught_by(kind, tmp_path)


def test_a_view_that_is_whole_is_caught_by_none(tmp_path: Path) -> None:
    assert set() == caught_by(MemoryJournal, tmp_path)


def test_every_check_has_a_broken_view_of_its_own() -> None:
    assert sorted(BROKEN.values()) == CHECKS
