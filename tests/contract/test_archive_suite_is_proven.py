"""The archive suite is shown to catch what it is there for: each check fails on an archive broken in just that way."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.testing.archive import ArchiveContract
from connectors.testing.archive_labs import MemoryLab
from connectors.testing.broken_archives import BROKEN, Broken

CHECKS = sorted(name for name in dir(ArchiveContract) if name.startswith("test_"))


def caught_by(broken: Broken, folder: Path) -> set[str]:
    caught = set()
    for number, check in enumerate(CHECKS):
        place = folder / str(number)
        place.mkdir()
        try:
            getattr(ArchiveContract(), check)(MemoryLab(place, broken.archive, broken.unit))
        # pytest.fail and pytest.raises end in an outcome that is no Exception; whatever a check raises, it caught it.
        except (Exception, pytest.fail.Exception):
            caught.add(check)
    return caught


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_an_archive_broken_in_one_way_is_caught_by_exactly_these_checks(broken: Broken, tmp_path: Path) -> None:
    assert set(broken.checks) == caught_by(broken, tmp_path)


def test_an_archive_that_is_whole_is_caught_by_none(tmp_path: Path) -> None:
    assert set() == caught_by(Broken(checks=()), tmp_path)


def test_every_check_has_a_broken_archive_of_its_own() -> None:
    assert set(CHECKS) == {broken.checks[0] for broken in BROKEN}
