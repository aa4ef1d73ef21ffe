"""A run that nobody disturbed ends as meant, keeps every byte, and done again does nothing. What a crash does: test_crash_*."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from robot.reading.dispatch import ReadingRoom
from tests.support.crash_robot import DAY, broken, end_state
from tests.support.crash_stages import PAPER, lay_paper
from tests.support.stores import Clock
from tests.support.town import Town, lay_out


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, reading_room: ReadingRoom) -> Town:
    folder = tmp_path_factory.mktemp("by") / "by"
    clock = Clock(DAY.timestamp())
    lay_out(folder, clock)
    lay_paper(folder / "inn", PAPER)
    return Town(folder, clock, reading_room)


def test_every_kind_of_post_ends_as_meant(town: Town, tmp_path: Path) -> None:
    mine = town.copy(tmp_path / "by")
    with mine.office() as office:
        mine.work(office)
        end = end_state(mine, office)
        assert {} == broken(office)
    assert [
        ("brev.txt", "archived", "None"),
        ("faktura.eml", "forwarded", "None"),
        ("forslag.eml", "archived", "None"),
        ("kopi/søknad.eml", "duplicate", "duplikat"),
        ("søknad.eml", "archived", "None"),
        ("ødelagt.pdf", "None", "damaged"),
    ] == [(name, outcome, reason) for name, _, outcome, reason, *_ in end["posts"]]
    assert 0 == end["open effects"]


def test_original_bytes_are_as_they_came(town: Town, tmp_path: Path) -> None:
    mine = town.copy(tmp_path / "by")
    with mine.office() as office:
        mine.work(office)
        with office.store.read() as reads:
            posts = [reads.post(row["seq"]) for row in reads.rows()]
        kept = {p.source_id: office.blobs.path(p.documents[0].sha256).read_bytes() for p in posts if p is not None}
    assert kept == PAPER


def test_a_second_run_does_nothing(town: Town, tmp_path: Path) -> None:
    mine = town.copy(tmp_path / "by")
    with mine.office() as office:
        mine.work(office)
        before = json.dumps(end_state(mine, office))
        commits = office.store.commits
        mine.clock.go(3600)
        mine.work(office)
        assert before == json.dumps(end_state(mine, office))
        assert commits == office.store.commits
