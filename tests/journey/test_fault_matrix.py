"""Rows of the fault matrix (reliability.md section 5) that no other test holds; docs/feilmatrise.md has them all."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, event

from connectors.arkiv.archive import EmbeddedArchive
from connectors.testing.far import FarProcess
from connectors.testing.far_server import Fault, Manners
from models.archive import JournalQuery
from models.errors import Locked
from models.reasons import ReasonCode
from models.steps import Point, watch
from robot.audit import Verified, verify_store
from robot.journey import Step, walk
from robot.lock import hold
from robot.office import Office
from robot.reading.dispatch import ReadingRoom
from robot.schedule import find_job, latest_slot, run_slot
from robot.verify import Invariant, verify
from robot.work import Work
from tests.support.crash_robot import DAY, a_day, broken, end_state, is_idle, until_idle
from tests.support.crash_stages import AT, CASES, PAPER, FarAway, OnDisk, lay_paper
from tests.support.house import House, mail
from tests.support.stores import Clock
from tests.support.town import Town

pytestmark = pytest.mark.timeout(900)
LONGEST_S = 120.0


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarProcess]:
    folder = tmp_path_factory.mktemp("f")
    process = FarProcess.start(folder)
    yield process
    process.stop()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> OnDisk:
    return OnDisk(tmp_path_factory.mktemp("mal") / "by")


@pytest.fixture
def town(template: OnDisk, tmp_path: Path, reading_room: ReadingRoom) -> Town:
    template.set(tmp_path / "by")
    return Town(tmp_path / "by", Clock(DAY.timestamp()), reading_room)


@contextmanager
def watching(hook: Callable[[Point], None]) -> Iterator[None]:
    watch(hook)
    try:
        yield
    finally:
        watch(None)


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + LONGEST_S
    while not holds():
        assert time.monotonic() < end, f"not within {LONGEST_S:.0f} s: {what}"
        time.sleep(0.05)


def invariant(name: str, office: Office) -> Invariant:
    """One of the robot's own answers to ``verify``."""
    return next(one for one in verify(office.store, office.archive) if one.name == name)


# F3 power cut


def test_f03_after_a_power_cut_nothing_is_missing_that_a_source_was_told_we_have(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each «we have it» only what was flushed until then is kept, and looked through."""
    flushed: set[tuple[int, int]] = set()
    listed: dict[Path, set[str]] = {}
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        found = os.fstat(descriptor)
        flushed.add((found.st_dev, found.st_ino))
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            listed[path] = {entry.name for entry in path.iterdir()}

    monkeypatch.setattr(os, "fsync", fsync)
    after: list[tuple[int, int]] = []
    inside: list[Point] = []

    def cut(point: Point) -> None:
        if point is not Point.S5_TAKE_OVER or inside:
            return
        inside.append(point)
        look()
        inside.clear()

    def look() -> None:
        left = tmp_path / f"etter-{len(after)}"
        shutil.copytree(town.folder / "state", left / "state")
        files = left / "state" / "311223348" / "files"
        for path in files.glob("??/*"):
            original = town.folder / "state" / "311223348" / "files" / path.parent.name / path.name
            on_disk = original.stat()
            kept = (on_disk.st_dev, on_disk.st_ino) in flushed and path.name in listed.get(original.parent, ())
            if not kept:
                path.unlink()
        shutil.copy(town.folder / "config.toml", left / "config.toml")
        shutil.copytree(town.folder / "regler", left / "regler")
        (left / "inn").mkdir()
        opened = Town(left, town.clock, town.room)
        with opened.office() as other:
            found = invariant("I1", other)
        after.append((found.checked, found.broken))
        shutil.rmtree(left)

    with town.office() as office, watching(cut):
        town.work(office)
    assert len(PAPER) == len(after)
    assert [0] * len(PAPER) == [broken for _, broken in after]
    assert sorted(after) == after
    assert 5 <= after[-1][0]  # one document each; the copy has the bytes of the mail it is a copy of


def test_f03_every_commit_is_flushed_by_the_databases_themselves(town: Town) -> None:
    with town.office() as office:
        assert isinstance(office.archive, EmbeddedArchive)
        for engine in (office.store.engine, office.archive.store.engine):
            with engine.connect() as conn:
                asked = [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
                conn.rollback()
            assert ["wal", 2] == asked


# F4 disk full


def full(point: Point) -> Callable[[Point], None]:
    def hook(passed: Point) -> None:
        if passed is point:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return hook


@contextmanager
def full_database(engine: Engine) -> Iterator[None]:
    """No page more: SQLite says «database or disk is full» by itself."""

    def stop_growing(connection: Any) -> None:
        raw = connection.connection.driver_connection
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count={pages}")

    def grow_again(connection: Any) -> None:
        connection.connection.driver_connection.execute("PRAGMA max_page_count=1073741823")

    event.listen(engine, "begin", stop_growing)
    try:
        yield
    finally:
        event.remove(engine, "begin", stop_growing)
        event.listen(engine, "begin", grow_again)


PLACES = ("spool", "S2_SYNCED", "S2_RENAMED", "S8_PARTS_KEPT", "K1_LINKED", "robot.db", "arkiv.db")


@contextmanager
def no_room(place: str, office: Office) -> Iterator[None]:
    if place == "spool":
        with watching(full(Point.S1_FETCHED)):
            yield
    elif place == "robot.db":
        with full_database(office.store.engine):
            yield
    elif place == "arkiv.db":
        assert isinstance(office.archive, EmbeddedArchive)
        with full_database(office.archive.store.engine):
            yield
    else:
        with watching(full(Point[place])):
            yield


@pytest.mark.parametrize("place", PLACES)
def test_f04_a_full_disk_loses_nothing_sets_nothing_aside_and_is_over_when_there_is_room(
    template: OnDisk, tmp_path: Path, reading_room: ReadingRoom, place: str
) -> None:
    calm = Town(template.set(tmp_path / "rolig").folder, Clock(DAY.timestamp()), reading_room)
    with calm.office() as office:
        a_day(office, calm.clock, variants=False)
        meant = end_state(calm, office)
    town = Town(template.set(tmp_path / "by").folder, Clock(DAY.timestamp()), reading_room)
    with town.office() as office:
        with no_room(place, office):
            for _ in range(3):
                Work([office], threads=2).run_once()
                town.clock.go(900)
        told = [*town.files("mottatt"), *town.files("journalført"), *town.files("avvist"), *town.files("videresendt")]
        with office.store.read() as reads:
            rows = list(reads.rows())
        assert len(told) <= len(rows)
        assert {"damaged", "duplikat", "None"} >= {str(row["reason"]) for row in rows}
        assert invariant("I1", office).ok
        until_idle(office, town.clock)
        a_day(office, town.clock, variants=False)
        assert {} == broken(office)
        assert meant == end_state(town, office)


def test_f04_a_reader_that_found_no_room_blames_the_disk_and_not_the_letter(
    tmp_path: Path, reading_room: ReadingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut:
        """As the sandbox ends when a write fails for want of room."""

        def read_text(self, *given: Any) -> Any:
            reading = reading_room.read_text(*given)
            cut = tuple(replace(part, reason=ReasonCode.OUTPUT_LIMIT) for part in reading.post.parts)
            return replace(reading, post=replace(reading.post, parts=cut))

        def read_pages(self, *given: Any, **named: Any) -> Any:
            return reading_room.read_pages(*given, **named)

    house = House(tmp_path, reading_room)
    house.deliver(mail())
    (seq,) = house.collect()
    house.office.room = Cut()  # type: ignore[assignment]
    with monkeypatch.context() as disk:
        disk.setattr("robot.stages.read.shutil.disk_usage", lambda _: SimpleNamespace(free=0))
        assert Step.WAITING is walk(seq, house.office)
    assert "received" == house.row(seq)["state"]
    house.office.room = reading_room
    house.clock.go(61)
    assert Step.ENDED is walk(seq, house.office)
    assert "archived" == house.row(seq)["outcome"]
    house.store.close()


# F8, F9 the ambiguous write


@pytest.mark.parametrize(
    "fault",
    [Fault.CREATE_THEN_HANG, Fault.CREATE_THEN_RESET, Fault.ERROR_AFTER, Fault.EMPTY_ANSWER, Fault.ANSWER_TWICE],
)
@pytest.mark.parametrize("accepts", [False, True], ids=["refuses a repeat", "accepts a repeat"])
def test_f08_f09_what_was_made_though_the_answer_was_lost_is_made_once(
    tmp_path: Path, reading_room: ReadingRoom, far: FarProcess, fault: Fault, accepts: bool
) -> None:
    kinds = ("ny_saksmappe", "ny_journalpost", "nytt_dokument", "ferdigstill", "statusendring")
    manners = Manners(
        faults={kind: (fault,) for kind in kinds}, accepts_repeated_key=accepts, lag_lookups=1, hang_s=0.5
    )
    name = f"f8-{fault.value}-{accepts}"
    stage = FarAway(tmp_path / "mal", far, name=name, manners=manners, mails=[mail()], rules=CASES)
    place = stage.set(tmp_path / name)
    try:
        town = Town(place.folder, Clock(DAY.timestamp()), reading_room)
        with town.office() as office:
            until_idle(office, town.clock)
            assert {} == broken(office)
            assert [("done", "J")] == [(row["state"], row["journalstatus"]) for row in rows_of(office)]
        made = Counter(line["kind"] for line in far.lines(name) if line["what"] == "made")
        assert dict.fromkeys(kinds, 1) == {kind: made[kind] for kind in kinds}
        assert {} == place.told()
    finally:
        place.done()


def rows_of(office: Office) -> list[Mapping[str, Any]]:
    with office.store.read() as reads:
        return [dict(row) for row in reads.rows()]


# F10 archive away for a day


def test_f10_an_archive_that_is_away_for_a_day_holds_up_no_intake_and_gets_everything_in_order_afterwards(
    tmp_path: Path, reading_room: ReadingRoom, far: FarProcess
) -> None:
    stage = FarAway(tmp_path / "mal", far, name="f10", manners=Manners(), mails=[], rules=CASES)
    place = stage.set(tmp_path / "f10")
    line = far.open("f10")
    try:
        town = Town(place.folder, Clock(DAY.timestamp()), reading_room)
        with town.office() as office:
            line.ask("archive_goes", True)
            for hour in range(24):
                subject = f"Sak {hour % 3}"
                letter = mail(subject, text=f"Time {hour}.", message_id=f"<{hour}@avsender.example>")
                line.ask("deliver", [(f"{hour}.eml", letter, AT + timedelta(hours=hour))])
                town.work(office)
                town.clock.go(3600)
            assert {"mottatt": 24} == {"mottatt": line.ask("places").get("taken")}
            assert 24 == sum(1 for row in rows_of(office) if row["state"] in ("received", "decided"))
            line.ask("archive_goes", False)
            until_idle(office, town.clock)
            rows = rows_of(office)
            assert {"done"} == {row["state"] for row in rows}
            page = office.archive.journalposter(JournalQuery(), None)
        made = [(entry.saksmappe.saksnummer, entry.our_key) for entry in page.entries]
        received = {row["key"]: row["seq"] for row in rows}
        for case in {case for case, _ in made}:
            order = [received[key.rpartition("-")[0]] for saksnummer, key in made if saksnummer == case]
            assert sorted(order) == order
        assert 24 == len(made)
    finally:
        line.ask("shut")
        line.hang_up()
        place.done()


# F12 the clock


@pytest.mark.parametrize(
    "jump",
    [timedelta(hours=-1), timedelta(days=1), datetime(1970, 1, 2, tzinfo=UTC) - DAY],
    ids=["an hour back", "a day on", "to 1970"],
)
def test_f12_a_clock_that_jumps_stops_no_post_and_breaks_no_chain(town: Town, jump: timedelta) -> None:
    config = town.folder / "config.toml"
    # A file whose time lies far ahead of the clock is looked at twice before it is taken.
    config.write_text(
        config.read_text(encoding="utf-8").replace("vent_sekunder = 0", "vent_sekunder = 30"), encoding="utf-8"
    )
    with town.office() as office:
        town.work(office)
        town.clock.go(jump.total_seconds())
        lay_paper(town.inbox, {"nytt.txt": b"Kom etter at klokken ble stilt."})
        town.work(office)
        assert {"done", "set_aside"} == {row["state"] for row in rows_of(office)}
        assert [] == town.files("inn")
        town.clock.go(-jump.total_seconds() + 60)
        a_day(office, town.clock, variants=False)
        assert {} == broken(office)
        chain = Verified()
        verify_store(office.store, chain)
        assert chain.ok
        assert is_idle(office)


def test_f12_a_job_of_the_night_runs_once_a_date_however_the_clock_is_set(town: Town) -> None:
    job = find_job("opprydding")
    runs: list[str] = []
    counted = replace(job, run=lambda office: runs.append(office.local_date().isoformat()) or "")
    with town.office() as office:
        for jump in (0, 3600, -3600, 60, 86_400, -3600, 3600):
            town.clock.go(jump)
            slot = latest_slot(job, town.settings, office, office.store.time_utc())
            assert slot is not None
            run_slot(counted, office, slot)
    assert ["2035-03-06", "2035-03-07"] == runs


# F13 two at once


def test_f13_a_process_that_is_paused_keeps_its_lock_and_one_that_died_frees_it(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib\nfrom robot.lock import hold\n"
        "with hold(pathlib.Path(sys.argv[1])):\n    print('har', flush=True)\n    sys.stdin.read()\n"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout is not None
        assert "har\n" == first.stdout.readline()
        first.send_signal(signal.SIGSTOP)
        with pytest.raises(Locked), hold(tmp_path):
            pass
        first.kill()
        first.wait(timeout=LONGEST_S)
        with hold(tmp_path):
            pass
    finally:
        first.kill()
        first.wait()
        for pipe in (first.stdin, first.stdout):
            if pipe is not None:
                pipe.close()


# F16 the acknowledgement is lost


def test_f16_a_source_whose_answer_is_lost_is_told_again_and_has_the_post_in_one_place(
    tmp_path: Path, reading_room: ReadingRoom, far: FarProcess
) -> None:
    lost = (Fault.CREATE_THEN_RESET, Fault.EMPTY_ANSWER, Fault.RESET_BEFORE)
    manners = Manners(faults={"take_over": lost, "settle": lost})
    stage = FarAway(tmp_path / "mal", far, name="f16", manners=manners, mails=[mail()], rules=CASES)
    place = stage.set(tmp_path / "f16")
    try:
        town = Town(place.folder, Clock(DAY.timestamp()), reading_room)
        with town.office() as office:
            until_idle(office, town.clock)
            assert [("done", "archived")] == [(row["state"], row["outcome"]) for row in rows_of(office)]
        told = Counter(line["what"] for line in far.lines("f16"))
        assert told["take_over"] >= 2
        assert told["settle"] >= 2
        assert {} == place.told()
    finally:
        place.done()


# F22 told to stop in the middle


def test_f22_told_to_stop_in_the_middle_of_a_write_it_ends_in_order_and_the_next_run_finishes(
    tmp_path: Path, reading_room: ReadingRoom, far: FarProcess
) -> None:
    manners = Manners(faults={"ny_journalpost": (Fault.CREATE_THEN_HANG,)})
    stage = FarAway(tmp_path / "mal", far, name="f22", manners=manners, mails=[mail()], rules=CASES, patience_s=3.0)
    place = stage.set(tmp_path / "f22")
    command = [sys.executable, "-m", "robot", "--config", str(place.folder / "config.toml"), "run"]
    service = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=(tmp_path / "logg").open("w"))
    try:
        until(lambda: any(line.get("kind") == "ny_journalpost" for line in far.lines("f22")), "the write hangs")
        service.send_signal(signal.SIGTERM)
        assert 0 == service.wait(timeout=LONGEST_S), (tmp_path / "logg").read_text()
        town = Town(place.folder, Clock(DAY.timestamp()), reading_room)
        with town.office() as office:
            until_idle(office, town.clock)
            assert {} == broken(office)
        made = Counter(line["kind"] for line in far.lines("f22") if line["what"] == "made")
        assert 1 == made["ny_journalpost"]
        assert {} == place.told()
    finally:
        service.kill()
        service.wait()
        place.done()
