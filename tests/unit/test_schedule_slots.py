"""Clock jobs: the newest slot that was due, run once whoever fires it, given back when it could not be done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from models.errors import Locked, OutOfReach, UsedWrongly
from robot import lock, schedule
from robot.daemon import _clock_job, _scheduler
from robot.office import Office
from robot.reading.dispatch import ReadingRoom
from robot.report.make import report_folder
from robot.schedule import JOBS, Job, find_job, latest_slot, run_guarded, run_slot
from robot.tidy import sweep_orphans
from robot.work import Work
from tests.support.house import House, mail
from tests.support.stores import Clock
from tests.support.town import Town, lay_out

REPORT = find_job("rapport")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def town(tmp_path: Path, reading_room: ReadingRoom) -> Town:
    clock = Clock(at("2026-11-24T08:00+01:00").timestamp())  # a Tuesday
    lay_out(tmp_path / "by", clock)
    return Town(tmp_path / "by", clock, reading_room)


@pytest.fixture
def office(town: Town) -> Iterator[Office]:
    with town.office() as opened:
        yield opened


def slot(town: Town, office: Office, now: str, job: Job = REPORT) -> str | None:
    found = latest_slot(job, town.settings, office, at(now))
    return found.isoformat(timespec="minutes") if found is not None else None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24T07:30+01:00", "2026-11-24T07:30+01:00"),
        ("2026-11-24T06:30+00:00", "2026-11-24T07:30+01:00"),  # the same moment, told in UTC
        ("2026-11-24T07:29+01:00", "2026-11-23T07:30+01:00"),  # the day before: a slot missed over night
        ("2026-11-24T23:59+01:00", "2026-11-24T07:30+01:00"),
        ("2026-11-28T12:00+01:00", None),  # a Saturday
        ("2026-11-30T07:00+01:00", None),  # Monday before the time: Sunday's slot is none
        ("2026-12-25T12:00+01:00", None),  # Christmas Day
        ("2026-05-18T06:00+00:00", "2026-05-18T07:30+02:00"),
    ],
)
def test_the_report_is_due_on_work_days_at_its_local_time(
    town: Town, office: Office, now: str, expected: str | None
) -> None:
    assert expected == slot(town, office, now)


def test_nightly_jobs_are_due_once_on_the_days_of_23_and_25_hours(town: Town, office: Office) -> None:
    job = find_job("kontroll")
    for day in ("2026-03-29", "2026-10-25"):
        hours = {slot(town, office, f"{day}T{hour:02d}:30+00:00", job) for hour in range(4, 22)}
        assert 1 == len(hours), hours


def test_an_interval_job_has_no_slot(town: Town, office: Office) -> None:
    assert slot(town, office, "2026-11-24T12:00+01:00", find_job("regler")) is None


def test_a_slot_runs_once_whoever_fires_it(office: Office) -> None:
    ran: list[int] = []
    job = Job(name="prøve", text="", run=lambda _office: str(ran.append(1)), at=lambda _s, _o: at("2026-01-01").time())
    now = at("2026-11-24T07:30+01:00")
    threads = [threading.Thread(target=run_slot, args=(job, office, now)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [1] == ran
    assert not run_slot(job, office, now)
    assert run_slot(job, office, at("2026-11-25T07:30+01:00"))


def test_a_job_that_needs_a_connection_that_is_down_is_tried_again_in_the_same_slot(office: Office) -> None:
    down = [True]

    def run(_office: Office) -> str:
        if down[0]:
            raise OutOfReach("borte", connection="arkiv")
        return "21 saker"

    job = Job(name="prøve", text="", run=run, at=lambda _s, _o: at("2026-01-01").time())
    now = at("2026-11-24T07:30+01:00")
    run_slot(job, office, now)
    down[0] = False
    assert run_slot(job, office, now)
    with office.store.read() as reads:
        last = reads.last_run("prøve")
    assert last is not None
    assert ("done", "21 saker") == (last["state"], last["result"])


def test_a_connection_that_is_down_ends_no_scheduler(office: Office) -> None:
    def run(_office: Office) -> str:
        raise OutOfReach("borte", connection="arkiv")

    assert run_guarded(Job(name="prøve", text="", run=run, every=lambda _s, _o: 1.0), office) is None


def test_a_report_missed_while_the_service_was_down_is_made_at_its_start_and_only_once(
    town: Town, office: Office
) -> None:
    town.clock.at = at("2026-11-24T11:00+01:00").timestamp()
    for _ in range(2):
        _clock_job(REPORT, town.settings, office)
    made = sorted(path.name for path in (office.store.folder / "rapport").glob("*.html"))
    assert ["2026-11-24.html"] == made
    with office.store.read() as reads:
        events = reads.conn.sqlalchemy.exec_driver_sql(
            "SELECT count(*) FROM audit_event WHERE event = 'report_made'"
        ).scalar()
    assert 1 == events


def test_every_job_and_source_is_on_the_schedule_and_looked_at_once_at_the_start(town: Town, office: Office) -> None:
    scheduler = _scheduler(town.settings, [office], Work([office], threads=1))
    scheduler.start(paused=True)
    try:
        jobs = scheduler.get_jobs()
        soon = max(job.next_run_time for job in jobs).timestamp() - town.clock.at
    finally:
        scheduler.shutdown(wait=False)
    assert {"kommune:hent:inn", *(f"kommune:{job.name}" for job in JOBS)} == {job.id for job in jobs}
    assert 0 <= soon <= 5


def test_each_job_has_exactly_one_way_of_being_due() -> None:
    assert {True} == {(job.every is None) != (job.at is None) for job in JOBS}
    assert len(JOBS) == len({job.name for job in JOBS})


def test_an_unknown_job_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsedWrongly, match="rapport") as wrong:
        find_job("rapprot")
    assert "rapprot" in str(wrong.value)


def test_every_job_can_be_run(town: Town, office: Office) -> None:
    (town.inbox / "brev.txt").write_text("Til kommunen\n\nVi klager.\n", encoding="utf-8")
    town.clock.at = datetime.now(UTC).timestamp() + 60
    town.work(office)
    for job in JOBS:
        assert run_guarded(job, office), job.name


def test_only_one_process_works_on_a_state_folder(tmp_path: Path) -> None:
    with lock.hold(tmp_path), pytest.raises(Locked, match="arbeider allerede"), lock.hold(tmp_path):
        pass
    with lock.hold(tmp_path):
        pass


def test_files_that_no_row_names_are_swept_after_a_day_and_counted(tmp_path: Path, reading_room: ReadingRoom) -> None:
    house = House(tmp_path, reading_room, clock=Clock(datetime.now(UTC).timestamp()))
    house.take(mail())
    orphan = house.office.blobs.path("ab" + "0" * 62)
    orphan.write_bytes(b"left by a crash")
    before = sum(1 for path in house.office.blobs.folder.rglob("*") if path.is_file())
    assert 0 == sweep_orphans(house.store)
    house.clock.go(86_401)
    assert 1 == sweep_orphans(house.store)
    assert not orphan.exists()
    assert before - 1 == sum(1 for path in house.office.blobs.folder.rglob("*") if path.is_file())
    with house.store.read() as reads:
        query = "SELECT details FROM audit_event WHERE event = 'orphans_swept'"
        assert '{"files":1}' == reads.conn.sqlalchemy.exec_driver_sql(query).scalar()
    house.store.close()


def test_a_report_that_a_crash_left_half_written_is_swept_after_a_day(
    tmp_path: Path, reading_room: ReadingRoom
) -> None:
    house = House(tmp_path, reading_room, clock=Clock(datetime.now(UTC).timestamp()))
    half = report_folder(house.store) / ".2026-11-24.html.1-2.part"
    half.parent.mkdir()
    half.write_text("Kari Eksempel")
    assert 0 == sweep_orphans(house.store)
    house.clock.go(86_401)
    assert 1 == sweep_orphans(house.store)
    assert not half.exists()
    house.store.close()


def test_a_broken_promise_found_by_the_nightly_check_is_logged_as_an_error(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    monkeypatch.setattr(schedule, "log", SimpleNamespace(error=lambda event, **kw: said.append((event, kw["broken"]))))
    with office.store.write() as tx:
        tx.conn.sqlalchemy.exec_driver_sql("UPDATE audit_event SET object_ref = 'x' WHERE seq = 1")
    run = find_job("kontroll").run
    assert "I9" in run(office)
    assert [("invariants_broken", "{'I9': 1}")] == said
