"""Hostile files through the channels that are not walked with them in every test run: Altinn and SvarInn (``make torture``)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Source
from connectors.keys import KeyPair
from connectors.svarinn import SvarInnSettings, SvarInnSource
from connectors.testing.altinn_lab import START, AltinnLab
from connectors.testing.certificates import rsa_key, self_signed
from connectors.testing.servers.altinn import AltinnServer
from connectors.testing.servers.svarinn import Sent, SvarInnServer
from models.post import Spool
from robot.office import Desk
from robot.reading.dispatch import ReadingRoom
from robot.verify import verify
from tests.journey import hostile_kit as kit
from tests.support.house import House

pytestmark = [pytest.mark.torture, pytest.mark.timeout(3000)]

Piece = tuple[str, bytes]


def altinn(stack: ExitStack, folder: Path, pieces: list[Piece]) -> Source:
    """Every piece a letter in the inbox."""
    spool = folder / "spool"
    spool.mkdir()
    lab = AltinnLab(stack.enter_context(AltinnServer()), folder, Spool(spool))
    for number, (name, content) in enumerate(pieces):
        lab.deliver(name, content, START + timedelta(seconds=number))
    return lab.connect()


def svarinn(stack: ExitStack, folder: Path, pieces: list[Piece]) -> Source:
    """Every piece a shipment of one file."""
    key = rsa_key("mottak")
    server = SvarInnServer(self_signed("mottak", key)).start()
    stack.callback(server.close)
    for number, (name, content) in enumerate(pieces):
        server.send(
            Sent(title=name, files=[(name, "application/octet-stream", content)], at=START + timedelta(seconds=number))
        )
    settings = SvarInnSettings(
        connection="solvik.kilde.svarinn", base_url=server.base_url(2), user=server.user, api_version=2
    )
    return SvarInnSource(settings, lambda: server.password, lambda: (KeyPair(key=key),), memory=folder / "uaapnet.json")


CHANNELS = {"altinn": altinn, "svarinn": svarinn}


@pytest.fixture(scope="module", params=CHANNELS)
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, reading_room: ReadingRoom
) -> Iterator[tuple[House, list[Piece]]]:
    """Every piece of both sets with a control letter behind it, collected and walked as far as each can go."""
    promises = kit.load_made(tmp_path_factory.mktemp("made"))
    promises += kit.shared_promises(request.getfixturevalue("shared") / "data/hostile")
    pieces: list[Piece] = []
    for number, promise in enumerate(promise for promise in promises if promise.content):  # no channel carries nothing
        pieces += [(Path(promise.name).name, promise.content), ("kontroll.eml", kit.control_letter(number))]
    with ExitStack() as stack, kit.room_for_state(tmp_path_factory.mktemp("hus")) as folder:
        place = folder / "kanal"
        place.mkdir()
        source = CHANNELS[request.param](stack, place, pieces)
        house = House(folder / "hus", reading_room)
        stack.callback(house.office.close)
        stack.callback(source.close)
        desk = Desk(name="inn", channel=request.param, intake=source, tell=source, listener=lambda: source)
        house.office.desks = {"inn": desk}
        while house.collect():
            pass
        for _ in range(20):
            if not house.walk_due():
                break
            house.clock.go(1)
        yield house, pieces


def rows(house: House) -> list[Any]:
    with house.store.read() as reads:
        return list(reads.rows())


def test_every_piece_ends_and_every_end_has_its_ground(run: tuple[House, list[Piece]]) -> None:
    house, pieces = run
    found = rows(house)
    assert len(pieces) == len(found)
    ends = Counter((row["state"], row["outcome"] or row["reason"]) for row in found)
    print(ends)  # noqa: T201
    assert {"done", "set_aside"} == {state for state, _ in ends}
    assert not [row["id"] for row in found if row["state"] == "set_aside" and not (row["reason"] and row["detail"])]
    assert not [row["id"] for row in found if row["reason"] == "bug"]


def test_the_letter_behind_each_is_journaled(run: tuple[House, list[Piece]]) -> None:
    house, pieces = run
    journaled = [
        row for row in rows(house) if (row["tittel"] or "").startswith(kit.CONTROL) and row["outcome"] == "archived"
    ]
    assert len(pieces) // 2 == len(journaled)


def test_every_original_is_kept_byte_for_byte_and_every_promise_holds(run: tuple[House, list[Piece]]) -> None:
    house, pieces = run
    with house.store.read() as reads:
        kept = Counter(d.sha256 for row in reads.rows() for d in reads.post(row["seq"]).documents)  # type: ignore[union-attr]
    assert {hashlib.sha256(content).hexdigest() for _, content in pieces} <= set(kept)
    assert {} == {one.name: one.examples for one in verify(house.store, house.office.archive) if not one.ok}
