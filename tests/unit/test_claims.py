"""Several machines on one store (PostgreSQL): a post is walked by one at a time, and who lost the claim writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.testing.postgres import Postgres
from models.archive import ArchiveWrite, OurKey
from models.errors import TryLater
from models.store.effect_tx import EffectKind, NewEffect
from robot.claims import LEASE_S, walk_claimed
from robot.errands import run_errands
from robot.journey import Step
from robot.reading.dispatch import ReadingRoom
from tests.support.house import House, mail
from tests.support.stores import new_address


@pytest.fixture
def shared_house(tmp_path: Path, reading_room: ReadingRoom, postgres: Postgres) -> Iterator[House]:
    house = House(tmp_path, reading_room, address=new_address("postgres", tmp_path, lambda: postgres))
    yield house
    house.store.close()


def collected(house: House) -> int:
    house.deliver(mail())
    (seq,) = house.collect()
    return seq


@pytest.mark.server
def test_a_post_another_machine_has_in_hand_is_left_alone_until_its_lease_has_run_out(shared_house: House) -> None:
    seq = collected(shared_house)
    with shared_house.store.write() as tx:
        assert tx.claim(seq, token="en annen", lease_s=LEASE_S)
    assert Step.WAITING is walk_claimed(seq, shared_house.office)
    assert "received" == shared_house.row(seq)["state"]
    shared_house.clock.go(LEASE_S + 1)
    assert Step.ENDED is walk_claimed(seq, shared_house.office)
    assert None is shared_house.row(seq)["lease_token"]


@pytest.mark.server
def test_who_was_stopped_for_longer_than_its_lease_writes_nothing_more(shared_house: House) -> None:
    seq = collected(shared_house)
    submit = shared_house.office.archive.submit

    def stopped_meanwhile(write: ArchiveWrite, key: OurKey) -> object:
        done = submit(write, key)
        shared_house.clock.go(LEASE_S + 1)
        with shared_house.store.write() as tx:
            assert tx.claim(seq, token="en annen", lease_s=LEASE_S)
        return done

    shared_house.office.archive.submit = stopped_meanwhile  # type: ignore[method-assign,assignment]
    assert Step.WAITING is walk_claimed(seq, shared_house.office)
    row = shared_house.row(seq)
    assert ("decided", "en annen") == (row["state"], row["lease_token"])
    with shared_house.store.read() as reads:
        assert ["unknown"] == [e.state.value for e in reads.effects_of(seq) if e.kind is EffectKind.ARCHIVE]
    shared_house.office.archive.submit = submit  # type: ignore[method-assign]
    shared_house.clock.go(LEASE_S + 1)
    assert Step.ENDED is walk_claimed(seq, shared_house.office)
    assert 1 == len(shared_house.made("ny_saksmappe"))
    assert 1 == len(shared_house.made("ny_journalpost"))


@pytest.mark.server
def test_a_mail_another_machine_is_sending_is_not_sent_beside_it(shared_house: House) -> None:
    to = {"to": "a@solvik.example", "subject": "Hei", "text": "Hei", "message_id": "<1@postrobot.invalid>"}
    with shared_house.store.write() as tx:
        tx.plan(NewEffect(key="pr-1-ma", kind=EffectKind.MAIL, request=to))
    beside: list[int] = []

    class Slow(type(shared_house.mailer)):  # type: ignore[misc]
        def send(self, message: object) -> object:
            beside.append(run_errands(shared_house.office))
            return super().send(message)

    shared_house.office.mailer = Slow(now=shared_house.clock.utc)
    assert 1 == run_errands(shared_house.office)
    assert [0] == beside


def test_on_one_machine_a_walk_needs_no_claim(tmp_path: Path, reading_room: ReadingRoom) -> None:
    house = House(tmp_path, reading_room)
    seq = collected(house)
    assert Step.ENDED is walk_claimed(seq, house.office)
    house.store.close()


def test_a_statement_the_database_does_not_understand_is_a_bug_and_no_reason_to_wait(
    tmp_path: Path, reading_room: ReadingRoom
) -> None:
    house = House(tmp_path, reading_room)
    with pytest.raises(RuntimeError), house.store.write() as tx:
        tx.conn.sqlalchemy.exec_driver_sql("UPDATE post SET WHERE")
    try:
        with house.store.write() as tx:
            tx.set_columns(1)
    except TryLater:
        pytest.fail("changing nothing is no change")
    house.store.close()
