"""Learning from the archive: what people registered there teaches; the class of a case that we did not open is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from models.learning import Origin, Target
from models.store import Store
from robot.build import archive
from robot.learning.from_archive import classes_of, import_archive
from robot.learning.gather import gather
from robot.load_config import load_settings
from robot.reading.dispatch import ReadingRoom
from tests.support.caretown import lay_cases, some_cases
from tests.support.house import House, mail, rules_text
from tests.support.stores import Clock, new_address, opened
from tests.support.town import NAME, lay_out

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(new_address("sqlite", tmp_path, pytest.fail), tmp_path / "s", now=Clock()) as made:
        yield made


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedArchive]:
    made = cast(
        EmbeddedArchive, archive(load_settings(lay_out(tmp_path / "by", Clock()), environ={}), NAME, now=lambda: NOW)
    )
    try:
        lay_cases(made, tmp_path / "filer", some_cases())
        yield made
    finally:
        made.close()


def test_incoming_entries_of_the_archive_become_examples_once(store: Store, embedded: EmbeddedArchive) -> None:
    seen: list[int] = []
    found = import_archive(store, embedded, on_row=lambda done, _of: seen.append(done))
    assert 0 < found.rows == seen[-1] and found.examples == 2 * found.rows
    import_archive(store, embedded)
    with store.read() as reads:
        kept = reads.examples(Target.KATEGORI, most=1000)
        units = reads.examples(Target.ENHET, most=1000)
    assert found.rows == len(kept) == len(units)
    assert {("000", Origin.IMPORTED)} == {(example.label, example.origin) for example in kept}
    assert {"ARKIV"} == {example.label for example in units}


def test_the_archive_tells_the_class_of_its_cases(embedded: EmbeddedArchive) -> None:
    page = embedded.changed_saker(since="", after=None, size=5)
    ids = [sak.mappe.ref.system_id for sak in page.saker]
    assert dict.fromkeys(ids, "000") == classes_of(embedded)(ids)


def test_a_case_that_we_did_not_open_gives_its_class(tmp_path: Path, reading_room: ReadingRoom) -> None:
    from tests.support.house import CATCH_ALL

    house = House(tmp_path, reading_room, rules=rules_text(CATCH_ALL))
    try:
        house.take(mail("Første", message_id="<1@a.example>"), mail("Andre", text="To.", message_id="<2@a.example>"))
        asked: list[str] = []

        def classes(ids: object) -> dict[str, str]:
            asked.extend(cast(list[str], ids))
            return dict.fromkeys(cast(list[str], ids), "520")

        gather(house.store, classes)
        with house.store.read() as reads:
            labels = sorted(example.label for example in reads.examples(Target.KATEGORI, most=10))
        assert ["000", "520"] == labels, "the first opened the case; the second came to one that was there"
        assert [house.row(2)["saksmappe_id"]] == asked
    finally:
        house.store.close()
