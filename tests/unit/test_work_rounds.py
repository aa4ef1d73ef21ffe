"""A run: one post's trouble is its own, one source's trouble is its own, and nothing is waited for that need not be."""

from __future__ import annotations

import errno
import io
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from connectors.testing.memory_archive import Trouble
from connectors.testing.memory_source import MemoryPlace, MemorySource
from connectors.testing.postgres import Postgres
from models.errors import OutOfReach, TryLater
from models.post import Outcome, State
from models.store import Store
from robot import journey
from robot.commands.run import _exit, summary
from robot.context import Context
from robot.office import Desk
from robot.reading.dispatch import ReadingRoom
from robot.verify import verify
from robot.work import Tally, Work
from robot.work import Trouble as Troubles
from tests.support.house import CATCH_ALL, House, mail, rules_text
from tests.support.stores import new_address


@pytest.fixture
def make(tmp_path: Path, reading_room: ReadingRoom) -> Iterator[Any]:
    houses: list[House] = []

    def make_house(**options: Any) -> House:
        houses.append(House(tmp_path / f"hus{len(houses)}", reading_room, name=f"hus{len(houses)}", **options))
        return houses[-1]

    yield make_house
    for house in houses:
        house.office.store.close()


def letters(count: int, start: int = 1) -> list[bytes]:
    return [mail(f"Brev {n}", message_id=f"<{n}@avsender.example>") for n in range(start, start + count)]


def run(*houses: House, threads: int = 2) -> Work:
    work = Work([house.office for house in houses], threads=threads)
    work.run_once()
    return work


def counts(work: Work) -> dict[str, int]:
    """What is not zero."""
    names = ("collected", "archived", "set_aside", "forwarded", "dismissed", "duplicates", "failed", "waiting")
    return {name: getattr(work.tally, name) for name in names if getattr(work.tally, name)}


def test_a_bug_in_one_post_sets_only_that_aside_and_counts_it_as_failed(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make()
    house.deliver(*letters(5))
    real = journey.judge

    def judge(post: Any, *rest: Any) -> Any:
        if post.seq == 3:
            raise ZeroDivisionError("a bug")
        return real(post, *rest)

    monkeypatch.setattr(journey, "judge", judge)
    assert {"collected": 5, "archived": 4, "set_aside": 1, "failed": 1} == counts(run(house))
    assert (State.SET_ASIDE, "bug", "read") == tuple(house.row(3)[name] for name in ("state", "reason", "stage"))
    assert "ZeroDivisionError" not in house.row(3)["detail"]
    monkeypatch.undo()
    assert {} == {one.name: one.examples for one in verify(house.store, house.office.archive) if not one.ok}


def test_ten_broken_documents_in_a_row_stop_nobody(make: Any) -> None:
    house = make()
    broken = [f"%PDF-1.7\nbroken {n}".encode() for n in range(10)]
    house.deliver(*letters(1), *broken, *letters(1, start=2))
    assert {"collected": 12, "archived": 2, "set_aside": 10} == counts(run(house))
    assert {"damaged"} == {house.row(seq)["reason"] for seq in range(2, 12)}
    assert not any(health.down for health in house.office.breakers.all().values())


def test_all_ends_are_counted_by_their_name(make: Any) -> None:
    invoice = """\
  - regel: faktura
    navn: Faktura
    modus: auto
    hvis: {emne: faktura}
    så: {videresend: {til: regnskap@solvik.example, kanal: epost, grunn: faktura}}
  - regel: reklame
    navn: Reklame
    modus: auto
    hvis: {emne: reklame}
    så: {avvis: {grunn: reklame}}
  - regel: dobbelt
    navn: Dobbelt
    prioritet: 9
    modus: auto
    hvis: {duplikat: sikker}
    så: {avvis: {grunn: duplikat}}
"""
    house = make(rules=rules_text(invoice, CATCH_ALL))
    house.deliver(
        *letters(2),
        *letters(1),
        mail("faktura", message_id="<f@a.example>"),
        mail("reklame", message_id="<r@a.example>"),
    )
    work = run(house, threads=1)
    assert {"collected": 5, "archived": 2, "forwarded": 1, "dismissed": 2, "duplicates": 1} == counts(work)
    places = sorted(post.place for post in house.place.posts.values())
    assert sorted([*2 * [Outcome.ARCHIVED], Outcome.FORWARDED, Outcome.DISMISSED, Outcome.DUPLICATE]) == places


def test_a_run_never_sleeps_for_a_back_off_and_counts_what_waits(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house = make()
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    house.ledger.troubles["ny_journalpost"] = [Trouble.CREATE_THEN_RESET, *[Trouble.RESET_BEFORE] * 20]
    house.deliver(*letters(2))
    assert {"collected": 2, "waiting": 2} == counts(run(house))
    assert [] == slept


def test_a_second_run_does_nothing(make: Any) -> None:
    house = make()
    house.deliver(*letters(3))
    run(house)
    commits = house.store.commits
    made = list(house.unit.made)
    work = run(house)
    assert {} == counts(work)
    assert made == house.unit.made
    assert commits + 1 >= house.store.commits  # the health of the source, and no more


def test_what_waited_is_finished_by_the_next_run(make: Any) -> None:
    house = make()
    house.ledger.troubles["ny_journalpost"] = [Trouble.CREATE_THEN_RESET]
    house.deliver(*letters(1))
    assert {"collected": 1, "waiting": 1} == counts(run(house))
    house.clock.go(5)
    assert {"archived": 1} == counts(run(house))


class Away(MemorySource):
    """A source that cannot be reached."""

    def offers(self, limit: int) -> Any:
        raise OutOfReach("ingen forbindelse", connection="kilde")


def add_desk(house: House, source: MemorySource) -> None:
    desk = Desk(name="borte", channel="epost", intake=source, tell=source, listener=lambda: source)
    house.office.desks = {**house.office.desks, "borte": desk}


def exit_of(work: Work) -> tuple[int, str]:
    said = io.StringIO()
    context = Context(config=Path("x"), stdout=io.StringIO(), stderr=said)
    return _exit(context, work.tally, work.trouble), said.getvalue()


def test_a_source_out_of_reach_holds_up_no_other_and_is_named(make: Any) -> None:
    house = make()
    add_desk(house, Away(MemoryPlace()))
    house.deliver(*letters(2))
    work = run(house)
    assert {"collected": 2, "archived": 2} == counts(work)
    assert {"hus0: borte": "ingen forbindelse"} == work.trouble.out_of_reach
    assert "hus0: borte" in exit_of(work)[1]
    with house.store.read() as reads:
        health = {row["name"]: row["error"] for row in reads.connections()}
    assert {"kilde:inn": "", "kilde:borte": "ingen forbindelse"} == {name: health[name] for name in sorted(health)}


def test_a_run_in_which_nothing_could_be_fetched_for_want_of_a_connection_ends_with_4(make: Any) -> None:
    house = make()
    add_desk(house, Away(MemoryPlace()))
    assert 4 == exit_of(run(house))[0]


def test_a_disk_without_reserve_stops_intake_before_anything_is_taken(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    house = make()
    house.office.disk_reserve_bytes = 100
    house.deliver(*letters(2))
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(99))
    work = run(house)
    assert {} == counts(work)
    assert ["inbox", "inbox"] == [post.place for post in house.place.posts.values()]
    assert work.trouble.disk_low
    assert "plass" in exit_of(work)[1]
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(100))
    assert {"collected": 2, "archived": 2} == counts(run(house))


def test_work_in_hand_goes_on_while_the_disk_has_no_reserve(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    house = make()
    house.deliver(*letters(1))
    house.collect()
    house.office.disk_reserve_bytes = 100
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(1))
    assert {"archived": 1} == counts(run(house))


def test_organisations_take_turns(make: Any) -> None:
    first, second = make(), make()
    first.deliver(*letters(6))
    second.deliver(*letters(3))
    first.collect()
    second.collect()
    order: list[str] = []
    work = Work([first.office, second.office], threads=1, on_post=lambda tally: None)
    taken = work._next()
    while taken is not None:
        office, seq = taken
        work._in_hand[office.name].add(seq)
        order.append(office.name)
        journey.walk(seq, office)
        taken = work._next()
    assert ["hus0", "hus1"] * 3 + ["hus0"] * 3 == order


def test_post_of_one_organisation_is_never_in_another(make: Any) -> None:
    first, second = make(), make()
    first.deliver(*letters(3))
    second.deliver(*letters(2, start=10))
    work = run(first, second)
    assert {"collected": 5, "archived": 5} == counts(work)
    assert (3, 2) == (len(first.unit.posts), len(second.unit.posts))


def test_post_over_the_limit_is_set_aside_without_bytes_and_stays_at_the_source(make: Any) -> None:
    house = make()
    house.office.post_limit_bytes = 2000
    house.deliver(mail("stor", text="x" * 3000), *letters(1, start=2))
    work = run(house)
    assert {"collected": 2, "archived": 1, "set_aside": 1} == counts(work)
    row = next(house.row(seq) for seq in (1, 2) if house.row(seq)["state"] == State.SET_ASIDE)
    assert ("too_large", "collect") == (row["reason"], row["stage"])
    with house.store.read() as reads:
        post = reads.post(row["seq"])
    assert post is not None
    assert () == post.documents
    assert "inbox" == house.place.posts[1].place
    assert {} == counts(run(house))  # told once, not at every run
    assert [] == list(house.store.spool.iterdir())


def test_a_bug_in_fetching_one_post_does_not_stop_the_next(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house = make()
    house.deliver(*letters(3))
    real = MemorySource.download

    def download(source: MemorySource, offer: Any, into: Any) -> Any:
        if offer.key == "memory-1":
            raise ZeroDivisionError("a bug")
        return real(source, offer, into)

    monkeypatch.setattr(MemorySource, "download", download)
    assert {"collected": 2, "archived": 2} == counts(run(house))
    assert "inbox" == house.place.posts[1].place
    monkeypatch.undo()
    assert {"collected": 1, "archived": 1} == counts(run(house))


def test_a_disk_that_fills_up_on_the_way_stops_intake_and_loses_nothing(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make()
    house.deliver(*letters(2))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(house.office.blobs, "adopt", full)
    work = run(house)
    assert {} == counts(work)
    assert work.trouble.disk_low
    assert ["inbox", "inbox"] == [post.place for post in house.place.posts.values()]
    monkeypatch.undo()
    assert {"collected": 2, "archived": 2} == counts(run(house))


def test_nothing_is_left_in_the_spool(make: Any) -> None:
    house = make()
    house.deliver(*letters(2), b"%PDF-1.7\nbroken")
    run(house)
    assert [] == list(house.store.spool.iterdir())


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def test_many_threads_make_nothing_twice(make: Any, kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    address = new_address(kind, tmp_path, lambda: request.getfixturevalue("postgres"))
    house = make(archive={"accepts_repeated_key": True}, address=address)
    house.deliver(*letters(25))
    assert {"collected": 25, "archived": 25} == counts(run(house, threads=6))
    keys = [key for key, _, _ in house.unit.made]
    assert len(set(keys)) == len(keys)
    assert 1 == len(house.unit.saker)
    assert {} == {one.name: one.examples for one in verify(house.store, house.office.archive) if not one.ok}


def test_the_summary_names_what_waits_and_what_failed() -> None:
    text = summary(Tally(collected=3, archived=1, waiting=1, failed=1, set_aside=1))
    assert "venter" in text
    assert "feil i roboten" in text
    assert "venter" not in summary(Tally(collected=1, archived=1))


def test_a_run_that_fetched_something_is_fine_though_a_source_was_away() -> None:
    context = Context(config=Path("x"), stdout=io.StringIO(), stderr=io.StringIO())
    assert 0 == _exit(context, Tally(collected=1), Troubles(out_of_reach={"a": "b"}))


def test_a_store_that_takes_no_writes_ends_a_run_instead_of_turning_it_round_and_round(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make()
    house.deliver(*letters(2))
    house.collect()

    @contextmanager
    def locked(_store: Store) -> Iterator[Any]:
        raise TryLater("databasen er låst", after_s=30)
        yield

    monkeypatch.setattr(Store, "write", locked)
    work = run(house)
    assert {"waiting": 2} == counts(work)
    assert {"hus0: database"} == set(work.trouble.out_of_reach)
    monkeypatch.undo()
    assert {"archived": 2} == counts(run(house))


@pytest.fixture
def own_postgres(postgres: Postgres) -> Iterator[Postgres]:
    """A server that may be stopped."""
    server = Postgres.create()
    yield server
    server.remove()


@pytest.mark.server
def test_a_database_that_is_stopped_and_started_again_costs_no_post_and_no_walker(
    make: Any, tmp_path: Path, own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("robot.work.STORE_AWAY_S", 0.05)
    house = make(address=new_address("postgres", tmp_path, lambda: own_postgres))
    house.deliver(*letters(4))
    house.collect()
    work = Work([house.office], threads=2)
    own_postgres.stop()
    walkers = work.start_walkers()
    try:
        with pytest.raises(TryLater), house.store.read():
            pass
        own_postgres.start()
        until = time.monotonic() + 60
        while time.monotonic() < until and {"done"} != {house.row(seq)["state"] for seq in range(1, 5)}:
            work.wake()
            time.sleep(0.05)
        assert all(walker.is_alive() for walker in walkers)
    finally:
        work.stop()
        for walker in walkers:
            walker.join()
    assert 4 * [("done", None)] == [(house.row(seq)["state"], house.row(seq)["reason"]) for seq in range(1, 5)]
    assert 4 == len(house.unit.posts)
