"""The source suite is shown to catch what it is there for: each check fails on a source broken in just that way."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.testing.broken_sources import BROKEN
from connectors.testing.memory_source import MemoryLab, MemorySource
from connectors.testing.source import SourceContract

CHECKS = sorted(name for name in vars(SourceContract) if name.startswith("test_"))


def caught_by(kind: type[MemorySource], folder: Path) -> set[str]:
    caught = set()
    for number, check in enumerate(CHECKS):
        spool = folder / str(number)
        spool.mkdir()
        try:
            getattr(SourceContract(), check)(MemoryLab(spool, kind))
        # pytest.fail and pytest.raises end in an outcome that is no Exception; whatever a check raises, it caught it.
        except (Exception, pytest.fail.Exception):
            caught.add(check)
    return caught


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_source_broken_in_one_way_is_caught_by_exactly_these_checks(kind: type[MemorySource], tmp_path: Path) -> None:
    assert set(BROKEN[kind]) == caught_by(kind, tmp_path)


def test_a_source_that_is_whole_is_caught_by_none(tmp_path: Path) -> None:
    assert set() == caught_by(MemorySource, tmp_path)


def test_every_check_has_a_broken_source_of_its_own() -> None:
    assert set(CHECKS) == {checks[0] for checks in BROKEN.values()}
