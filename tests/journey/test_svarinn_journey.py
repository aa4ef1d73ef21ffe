"""Letters from SvarInn through the house: durable before acknowledged, opened or set aside, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connectors.http import Hooks
from connectors.keys import KeyPair
from connectors.svarinn import SvarInnSettings, SvarInnSource
from connectors.testing.certificates import rsa_key
from connectors.testing.servers.faults import Chances, Fault, FaultKind
from connectors.testing.servers.svarinn import Sent, Status, SvarInnServer, blob_of
from models.errors import OutOfReach, TryLater
from models.post import State
from robot.alarms.keep import evaluate
from robot.alarms.kinds import AlarmLimits, AlarmSetup
from robot.errands import run_errands
from robot.journey import walk
from robot.office import Desk
from robot.reading.dispatch import ReadingRoom
from robot.stages.collect import collect
from tests.support.house import House
from tests.support.svarinn import mottak

TEXT = ("brev.txt", "text/plain", b"Vi svarer paa brevet. Med hilsen Storevik")


@dataclass(slots=True)
class Mailroom:
    """A house with SvarInn as its source; ``keys`` may change while it runs."""

    house: House
    server: SvarInnServer
    keys: list[RSAPrivateKey] = field(default_factory=lambda: [rsa_key("mottak")])

    def source(self) -> SvarInnSource:
        settings = SvarInnSettings(connection="solvik.svarinn", base_url=self.server.base_url(2), user=self.server.user)
        return SvarInnSource(
            settings,
            lambda: self.server.password,
            lambda: tuple(KeyPair(key=key) for key in self.keys),
            memory=self.house.folder / "state" / "kilder" / "svarinn.uaapnet.json",
            now=self.house.clock.utc,
            hooks=Hooks(sleep=lambda _: None),
        )

    def open(self) -> None:
        """As after a start: new connections."""
        desk = Desk(name="svarinn", channel="svarinn", intake=self.source(), tell=self.source(), listener=self.source)
        self.house.office.desks = {"svarinn": desk}

    def send(self, **more: object) -> Sent:
        return self.server.send(
            Sent(**{"title": "Svar fra Storevik", "files": [TEXT], "at": self.house.clock.utc(), **more})
        ).sent

    def round(self) -> list[int]:
        """Collects, and takes everything as far as it can go."""
        taken = list(collect(self.house.office, self.house.office.desks["svarinn"]))
        for seq in taken:
            walk(seq, self.house.office)
        self.house.walk_due()
        return taken


@pytest.fixture
def room(tmp_path: Path, reading_room: ReadingRoom) -> Iterator[Mailroom]:
    with mottak() as server:
        made = Mailroom(House(tmp_path, reading_room), server)
        made.open()
        yield made
        made.house.office.close()


def test_a_letter_is_journaled_and_acknowledged_once(room: Mailroom) -> None:
    sent = room.send()
    assert [1] == room.round()
    row = room.house.row(1)
    assert (State.DONE, "archived", "svarinn") == (row["state"], row["outcome"], row["channel"])
    assert "Svar fra Storevik" == row["subject"]
    held = room.server.held[sent.id]
    assert (Status.READ, 1, 1) == (held.status, held.receipts, held.downloads)
    assert [] == room.round()


def test_nothing_is_acknowledged_before_it_is_durable(room: Mailroom) -> None:
    sent = room.send()
    room.server.faults.add(Fault(kind=FaultKind.STATUS, method="PATCH", status=503, times=9))
    assert [1] == list(collect(room.house.office, room.house.office.desks["svarinn"]))
    assert Status.WAITING is room.server.held[sent.id].status
    (document,) = _documents(room, 1)
    assert TEXT[2] == room.house.store.blobs.path(document).read_bytes()
    room.server.faults.clear()
    for _ in range(3):
        room.house.clock.go(400)
        room.round()
        run_errands(room.house.office)
    held = room.server.held[sent.id]
    assert (Status.READ, 1, 1) == (held.status, held.receipts, held.downloads)
    assert 1 == len(room.house.made("ny_journalpost"))


def test_a_receipt_that_was_lost_for_good_is_sent_again_without_a_new_download(room: Mailroom) -> None:
    sent = room.send()
    room.round()
    held = room.server.held[sent.id]
    held.status = Status.WAITING
    assert [] == room.round()
    run_errands(room.house.office)
    assert (Status.READ, 2, 1) == (held.status, held.receipts, held.downloads)
    assert 1 == len(room.house.made("ny_journalpost"))


def test_a_letter_that_cannot_be_opened_is_stored_told_and_opened_once_the_key_is_there(room: Mailroom) -> None:
    sent = room.send()
    room.keys = [rsa_key("feil")]
    room.round()
    row = room.house.row(1)
    assert (State.SET_ASIDE, "encrypted") == (row["state"], row["reason"])
    assert "abc" in row["detail"]
    (blob,) = _documents(room, 1)
    held = room.server.held[sent.id]
    assert held.sent.title in row["subject"]
    kept = room.house.store.blobs.path(blob).read_bytes()
    assert b"\x30\x80" == kept[:2]
    for _ in range(3):
        room.round()
    assert (1, 1, 0) == (held.downloads, len(held.messages), held.receipts)
    room.keys = [rsa_key("mottak"), rsa_key("feil")]
    assert [2] == room.round()
    assert (State.DONE, Status.READ) == (room.house.row(2)["state"], held.status)
    assert State.SET_ASIDE == room.house.row(1)["state"]


def test_one_bad_letter_stops_none_of_the_others(room: Mailroom) -> None:
    at = room.house.clock.utc()
    room.send(at=at - timedelta(hours=2), blob=b"tull")
    room.send(at=at - timedelta(hours=1), hashes=["0" * 64])
    good = room.send()
    room.round()
    assert Status.READ is room.server.held[good.id].status
    states = [room.house.row(seq)["state"] for seq in (1, 2, 3)]
    assert [State.SET_ASIDE, State.SET_ASIDE, State.DONE] == states


def test_more_than_a_list_holds_comes_in_one_round(room: Mailroom) -> None:
    blob = blob_of(Sent(title="", files=[TEXT], at=datetime(2026, 1, 1, tzinfo=UTC)), [room.server.certificate])
    for _ in range(203):
        room.send(blob=blob)
    taken = list(collect(room.house.office, room.house.office.desks["svarinn"]))
    assert 203 == len(taken)
    assert [] == room.server.at(Status.WAITING)


def test_with_drops_429_and_5xx_at_random_nothing_is_lost_or_doubled(room: Mailroom) -> None:
    sent = [room.send() for _ in range(25)]
    room.server.faults.by_chance(
        Chances(seed=7, drop=0.06, drop_after=0.06, too_many=0.06, server_error=0.1, truncate=0.06)
    )
    for number in range(60):
        try:
            room.round()
        except (OutOfReach, TryLater):
            room.open()
        run_errands(room.house.office)
        room.house.clock.go(1000)
        if number == 40:
            room.server.faults.clear()
        if not room.server.at(Status.WAITING):
            break
    assert room.server.faults.hit > 10
    assert {Status.READ} == {held.status for held in room.server.held.values()}
    with room.house.store.read() as reads:
        rows = list(reads.rows())
    assert sorted(each.id for each in sent) == sorted(row["source_id"] for row in rows)


def test_letters_left_lying_raise_an_alarm_before_svarinn_tells_people(room: Mailroom) -> None:
    room.house.office.alarms = AlarmSetup(limits=AlarmLimits(no_report_s=0), report_due=time(7, 30))
    room.send(at=room.house.clock.utc() - timedelta(minutes=91), hashes=["0" * 64])
    room.round()
    evaluate(room.house.office)
    with room.house.store.read() as reads:
        assert [("source_queue", "svarinn")] == [(one.kind, one.name) for one in reads.alarms()]


def _documents(room: Mailroom, seq: int) -> list[str]:
    with room.house.store.read() as reads:
        post = reads.post(seq)
    assert post is not None
    return [document.sha256 for document in post.documents]
