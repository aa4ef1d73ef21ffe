"""Silence is an alarm: each check at its limit, what stands and what is over, and that nobody hears of anything twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from connectors.clamav.client import ClamdScanner, ClamdSettings
from connectors.contract import Queue
from connectors.testing.fake_clamd import FakeClamd
from connectors.testing.mailers import MemoryMailer
from connectors.testing.memory_source import MemorySource
from models.store import Store
from models.store import tables as t
from models.store.effect_tx import EffectKind, NewEffect
from robot.alarms.checks import CHECKS, look
from robot.alarms.clock import ClockWatch
from robot.alarms.keep import CALM_S, evaluate, keep
from robot.alarms.kinds import AlarmKind, AlarmLimits, AlarmSetup, Raised, View
from robot.alarms.words import advice, sentence
from robot.alarms.worktime import work_seconds
from robot.errands import run_errands
from robot.office import VirusWatch
from robot.reading.dispatch import ReadingRoom
from robot.report.make import collect, report_folder
from robot.texts import Language, text
from tests.support.house import House, mail
from tests.support.stores import Clock, new_address, opened, put

HOUR_S = 3600.0
ZONE = "Europe/Oslo"
OFF = AlarmLimits(
    no_poll_s=0, no_post_s={}, no_report_s=0, connection_s=0, stalled_s=0, clock_s=0, to=("drift@solvik.example",)
)
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, ten o'clock in Oslo


@pytest.fixture
def clock() -> Clock:
    return Clock(MORNING.timestamp())


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    address = new_address("sqlite", tmp_path, lambda: None)
    with opened(address, tmp_path, now=clock) as store:
        yield store


def view(store: Store, limits: AlarmLimits, **more: object) -> View:
    made = View(
        store=store,
        now=store.time_utc(),
        zone=ZONE,
        limits=limits,
        sources=("epost", "skanner"),
        report_due=time(7, 30),
        free_bytes=10_000,
        reserve_bytes=10_000,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def kinds(store: Store, limits: AlarmLimits, **more: object) -> list[tuple[str, str]]:
    return [one.key for one in look(view(store, limits, **more))]


def note(store: Store, name: str, error: str = "") -> None:
    with store.write() as tx:
        tx.note_connection(name, error=error, failures=1 if error else 0, rests_for_s=0)


# --- the table -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_every_alarm_has_a_check_and_words_in_every_language(kind: AlarmKind) -> None:
    assert kind in CHECKS
    facts = dict.fromkeys(("since_at", "free_mb", "reserve_mb", "seconds", "count"), 1_000.0)
    for language in Language:
        name = "2026-11-24" if kind is AlarmKind.NO_REPORT else "epost"
        assert "{" not in sentence(kind, name, facts, language=language, zone=ZONE)
        assert advice(kind, language=language)
        assert text(f"alarm.short.{kind}", language)


def test_post_left_lying_at_a_source_is_an_alarm_before_the_source_itself_complains(store: Store) -> None:
    def queue(minutes: int, waiting: int = 1) -> Queue:
        return Queue(
            seen_at=MORNING,
            waiting=waiting,
            oldest_at=MORNING - timedelta(minutes=minutes),
            full_at=200,
            alarm_after_s=5400,
            warns_after_s=7200,
        )

    told = {"ny": queue(89), "gammel": queue(90), "full": queue(1, waiting=200)}
    assert [("source_queue", "gammel"), ("source_queue", "full")] == kinds(store, OFF, queues=told)


def test_a_quiet_house_raises_nothing(store: Store) -> None:
    note(store, "kilde:epost")
    assert [] == kinds(store, AlarmLimits())


# --- sources -------------------------------------------------------------------------------------------------------


def test_a_source_that_is_not_reached_is_an_alarm_after_its_time_and_the_others_are_not(
    store: Store, clock: Clock
) -> None:
    limits = replace(OFF, no_poll_s=1800)
    note(store, "kilde:epost")
    clock.go(1800)
    note(store, "kilde:epost", "Tidsavbrudd.")
    note(store, "kilde:skanner")
    assert [] == kinds(store, limits)
    clock.go(1)
    assert [("no_poll", "epost")] == kinds(store, limits)
    note(store, "kilde:epost")
    assert [] == kinds(store, limits)


def test_a_source_that_was_never_reached_is_measured_from_its_first_failure(store: Store, clock: Clock) -> None:
    note(store, "kilde:epost", "Ukjent bruker.")
    clock.go(3600)
    note(store, "kilde:epost", "Ukjent bruker.")
    assert [("no_poll", "epost")] == kinds(store, replace(OFF, no_poll_s=1800))


def test_no_post_is_an_alarm_after_working_hours_not_after_a_weekend(store: Store, clock: Clock) -> None:
    limits = replace(OFF, no_post_s={"": 8 * HOUR_S, "skanner": 0.0})
    clock.at = datetime(2026, 11, 20, 14, 0, tzinfo=UTC).timestamp()  # Friday, three o'clock
    note(store, "kilde:epost")
    note(store, "kilde:skanner")
    with store.write() as tx:
        tx.note_post("kilde:epost")
    clock.at = datetime(
        2026, 11, 23, 13, 59, tzinfo=UTC
    ).timestamp()  # Monday: one hour on Friday, just under seven today
    assert [] == kinds(store, limits)
    clock.go(120)
    assert [("no_post", "epost")] == kinds(store, limits)


def test_a_source_that_never_gave_anything_is_measured_from_when_it_was_first_reached(
    store: Store, clock: Clock
) -> None:
    note(store, "kilde:epost")
    clock.go(9 * 24 * HOUR_S)
    note(store, "kilde:epost")
    assert [("no_post", "epost")] == kinds(store, replace(OFF, no_post_s={"": 24 * HOUR_S}))


def test_post_that_comes_in_is_remembered_by_its_source(tmp_path: Path, reading_room: ReadingRoom) -> None:
    house = House(tmp_path, reading_room)
    house.take(mail())
    with house.store.read() as reads:
        (row,) = [row for row in reads.connections() if row["name"] == "kilde:inn"]
    assert house.clock.at == row["last_post_at"]


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-24T10:00", "2026-11-24T12:30", 2.5),
        ("2026-11-24T06:00", "2026-11-24T20:00", 8),
        ("2026-11-20T15:00", "2026-11-23T09:00", 2),  # over a weekend
        ("2026-12-23T15:00", "2026-12-28T09:00", 10),  # over Christmas: the 24th is a work day, Friday the 25th is not
        ("2026-03-27T15:00", "2026-03-30T09:00", 2),  # over the night that has 23 hours
        ("2026-11-24T12:00", "2026-11-24T11:00", 0),
    ],
)
def test_working_time(start: str, end: str, hours: float) -> None:
    from zoneinfo import ZoneInfo

    first, last = (datetime.fromisoformat(one).replace(tzinfo=ZoneInfo(ZONE)) for one in (start, end))
    got = work_seconds(first, last, zone=ZONE, opens=time(8), closes=time(16), enough_s=1e9)
    assert hours * HOUR_S == got


# --- the house -----------------------------------------------------------------------------------------------------


def test_the_disk_reserve(store: Store) -> None:
    assert [] == kinds(store, OFF, free_bytes=10_000)
    assert [("disk", "")] == kinds(store, OFF, free_bytes=9_999)


def test_a_connection_that_is_gone_is_an_alarm_after_its_time(store: Store, clock: Clock) -> None:
    limits = replace(OFF, connection_s=1800)
    note(store, "arkiv", "Avvist.")
    clock.go(1000)
    note(store, "arkiv", "Avvist.")  # each new failure moves nothing
    clock.go(801)
    assert [("connection", "arkiv")] == kinds(store, limits)
    note(store, "arkiv")
    assert [] == kinds(store, limits)
    clock.go(1)
    note(store, "arkiv", "Avvist.")  # and a later failure is measured from itself
    clock.go(1799)
    assert [] == kinds(store, limits)


def test_what_is_owed_and_not_done(store: Store, clock: Clock) -> None:
    with store.write() as tx:
        tx.plan(NewEffect(key="pr-a-ma", kind=EffectKind.MAIL, request={"to": []}))
    clock.go(24 * HOUR_S + 1)
    assert [("stalled_effects", "")] == kinds(store, replace(OFF, stalled_s=24 * HOUR_S))


def test_post_that_stands_still(store: Store, clock: Clock) -> None:
    put(store, "a")
    assert [] == kinds(store, replace(OFF, stalled_s=24 * HOUR_S))
    clock.go(24 * HOUR_S + 1)
    assert [("stalled_post", "")] == kinds(store, replace(OFF, stalled_s=24 * HOUR_S))


def test_a_promise_the_nightly_check_found_broken_stands_until_a_check_finds_it_whole(
    store: Store, clock: Clock
) -> None:
    for slot, result, expected in (
        ("2026-11-23T04:00", "I1: 10 kontrollert, 0 brudd, I2: 10 kontrollert, 2 brudd", [("broken", "I2")]),
        ("2026-11-24T04:00", "I1: 10 kontrollert, 0 brudd, I2: 10 kontrollert, 0 brudd", []),
    ):
        with store.write() as tx:
            assert tx.claim_slot("kontroll", slot)
            tx.end_slot("kontroll", slot, ok=True, result=result)
        assert expected == kinds(store, OFF)


def test_the_line_an_alarm_reads_is_the_one_the_check_writes() -> None:
    from robot.verify.model import Invariant
    from robot.verify.told import broken_in, told

    found = [Invariant(name="I1", checked=5, broken=0), Invariant(name="I9", checked=7, broken=3)]
    assert {"I9": 3} == broken_in(told(found))


def test_a_report_that_is_late(store: Store, clock: Clock) -> None:
    limits = replace(OFF, no_report_s=HOUR_S)
    clock.go(-24 * HOUR_S)
    put(store, "a")
    clock.go(24 * HOUR_S)
    assert [("no_report", "2026-11-24")] == kinds(store, limits)
    folder = report_folder(store)
    folder.mkdir()
    (folder / "2026-11-24.html").touch()
    assert [] == kinds(store, limits)


def test_old_virus_signatures(store: Store, clock: Clock) -> None:
    old = {"signatures_at": clock.at - 8 * 24 * HOUR_S, "signature_age_s": 7 * 24 * HOUR_S}
    assert [("signatures", "")] == kinds(store, OFF, **old)
    assert [] == kinds(store, OFF, signatures_at=None, signature_age_s=7 * 24 * HOUR_S)


# --- clocks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-HOUR_S, 24 * HOUR_S, -1_700_000_000.0])
def test_a_clock_that_jumps_is_seen_and_told_for_an_hour(jump: float) -> None:
    wall, steady = Clock(1_700_000_000.0), Clock(50.0)
    watch = ClockWatch(wall=wall, steady=steady)
    for each in (wall, steady):
        each.go(60)
    assert 0.0 == watch.jump_s(120)
    wall.go(60 + jump)
    steady.go(60)
    assert jump == watch.jump_s(120)
    for each in (wall, steady):
        each.go(3000)
    assert jump == watch.jump_s(120)
    for each in (wall, steady):
        each.go(700)
    assert 0.0 == watch.jump_s(120)


def test_a_jump_and_clocks_that_disagree(store: Store) -> None:
    limits = replace(OFF, clock_s=120)
    assert [("clock_jump", "")] == kinds(store, limits, jump_s=-121.0)
    assert [("clock_apart", "database")] == kinds(store, limits, apart_s={"database": 121.0, "epost": -119.0})
    assert [] == kinds(store, limits, jump_s=119.0)


def test_a_clock_that_was_set_back_while_nothing_ran(store: Store, clock: Clock) -> None:
    note(store, "kilde:epost")
    clock.go(-HOUR_S)
    assert [("clock_back", "")] == kinds(store, replace(OFF, clock_s=120))


@pytest.mark.server
def test_the_clock_of_the_database_is_asked(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    address = new_address("postgres", tmp_path, lambda: request.getfixturevalue("postgres"))
    with opened(address, tmp_path, now=Clock()) as store, store.read() as reads:
        told = reads.database_time()
    assert told is not None
    assert told > 1_700_000_000


# --- what stands ---------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, reading_room: ReadingRoom, clock: Clock) -> House:
    made = House(tmp_path, reading_room, clock=clock)
    made.office.alarms = AlarmSetup(limits=replace(OFF, no_poll_s=1800), report_due=time(7, 30))
    return made


def events(house: House) -> list[str]:
    with house.store.read() as reads:
        rows = reads.conn.execute(t.audit_event.select().where(t.audit_event.c.event.like("alarm%"))).mappings()
        return [f"{row['event']} {row['object_ref']}" for row in rows]


def subjects(mailer: MemoryMailer) -> list[str]:
    return [str(one["Subject"]) for one in mailer.sent]


def test_an_alarm_is_raised_once_told_once_and_over_once(house: House, clock: Clock) -> None:
    note(house.store, "kilde:inn", "Tidsavbrudd hos kari@avsender.example.")
    clock.go(2000)
    for _ in range(3):
        assert 1 == evaluate(house.office)
        run_errands(house.office)
        clock.go(60)
    assert ["alarm_raised no_poll:inn"] == events(house)
    assert ["Postrobot Solvik kommune: varsel: en kilde er ikke nådd"] == subjects(house.mailer)
    note(house.store, "kilde:inn")
    evaluate(house.office)
    clock.go(CALM_S)
    note(house.store, "kilde:inn")
    assert 0 == evaluate(house.office)
    run_errands(house.office)
    assert ["alarm_raised no_poll:inn", "alarm_over no_poll:inn"] == events(house)
    assert "Postrobot Solvik kommune: over: en kilde er ikke nådd" == subjects(house.mailer)[-1]
    assert 2 == len(house.mailer.sent)


def test_one_that_comes_and_goes_is_one_alarm(house: House, clock: Clock) -> None:
    flickering = [Raised(kind=AlarmKind.DISK, facts={"free_mb": 1, "reserve_mb": 2})]
    for raised in (flickering, [], flickering, [], flickering):
        keep(house.office, raised)
        clock.go(CALM_S - 1)
    run_errands(house.office)
    assert 1 == len(house.mailer.sent)
    assert ["alarm_raised disk:"] == events(house)


def test_an_alarm_is_not_over_before_it_has_been_calm_for_a_while(house: House, clock: Clock) -> None:
    keep(house.office, [Raised(kind=AlarmKind.DISK, facts={"free_mb": 1, "reserve_mb": 2})])
    for _ in range(3):
        assert 1 == keep(house.office, [])
        clock.go(CALM_S / 4)


def test_the_same_again_is_a_new_alarm(house: House, clock: Clock) -> None:
    full = [Raised(kind=AlarmKind.DISK, facts={"free_mb": 1, "reserve_mb": 2})]
    for raised in (full, [], []):
        keep(house.office, raised)
        clock.go(CALM_S)
    keep(house.office, full)
    run_errands(house.office)
    assert 3 == len(house.mailer.sent)


def test_the_mail_has_nothing_from_any_post_and_no_text_of_an_error(house: House, clock: Clock) -> None:
    house.take(mail("Om Kari", sender="Kari Eksempel <kari@avsender.example>"))
    note(house.store, "kilde:inn", "Tidsavbrudd hos kari@avsender.example.")
    clock.go(2000)
    evaluate(house.office)
    run_errands(house.office)
    (sent,) = house.mailer.sent
    body = sent.get_content()
    assert "Kilden «inn» er ikke nådd siden 24.11.2026 10:00." in body
    assert "postrobot status" in body
    assert not [word for word in ("Kari", "kari", "avsender") if word in body + str(sent["Subject"])]
    assert "drift@solvik.example" == sent["To"]


def test_nobody_is_told_where_nobody_is_named(house: House, clock: Clock) -> None:
    house.office.alarms = AlarmSetup(limits=replace(OFF, no_poll_s=1800, to=()), report_due=time(7, 30))
    note(house.store, "kilde:inn", "Borte.")
    clock.go(2000)
    assert 1 == evaluate(house.office)
    run_errands(house.office)
    assert [] == house.mailer.sent
    assert ["alarm_raised no_poll:inn"] == events(house)


def test_an_alarm_does_not_stand_for_ever_when_the_clock_was_set_back(house: House, clock: Clock) -> None:
    full = [Raised(kind=AlarmKind.DISK, facts={"free_mb": 1, "reserve_mb": 2})]
    keep(house.office, full)
    keep(house.office, [])
    clock.go(-24 * HOUR_S)
    assert 0 == keep(house.office, [])


# --- gathered from the house ---------------------------------------------------------------------------------------


class Telling(MemorySource):
    """A source whose answers say what time it is there."""

    ahead = 0.0

    def clock_ahead_s(self) -> float | None:
        return self.ahead


def stands(house: House, limits: AlarmLimits, clock_watch: ClockWatch | None = None) -> list[tuple[str, str]]:
    house.office.alarms = AlarmSetup(limits=limits, report_due=time(7, 30), clock=clock_watch)
    evaluate(house.office)
    with house.store.read() as reads:
        return [(one.kind, one.name) for one in reads.alarms()]


def test_a_source_whose_clock_disagrees_is_told(house: House) -> None:
    source = Telling(house.place)
    house.office.desks = {"inn": replace(house.office.desks["inn"], intake=source)}
    source.ahead = 119.0
    assert [] == stands(house, replace(OFF, clock_s=120))
    source.ahead = -121.0
    assert [("clock_apart", "inn")] == stands(house, replace(OFF, clock_s=120))


def test_a_jump_of_the_machines_clock_is_told(house: House, clock: Clock) -> None:
    steady = Clock(0.0)
    watch = ClockWatch(wall=clock, steady=steady)
    assert [] == stands(house, replace(OFF, clock_s=120), watch)
    clock.go(HOUR_S)
    assert [("clock_jump", "")] == stands(house, replace(OFF, clock_s=120), watch)


def test_an_archive_that_is_gone_is_told_though_nobody_polls_it(house: House, clock: Clock) -> None:
    limits = replace(OFF, connection_s=1800)
    house.office.breakers.out_of_reach("arkiv", "Ingen forbindelse.")
    assert [] == stands(house, limits)
    clock.go(1801)
    assert [("connection", "arkiv")] == stands(house, limits)
    house.office.breakers.ok("arkiv")
    stands(house, limits)
    clock.go(CALM_S)
    assert [] == stands(house, limits)


def test_a_virus_scanner_that_is_gone_is_told_though_no_post_comes(house: House, clock: Clock, tmp_path: Path) -> None:
    gone = ClamdScanner(ClamdSettings(socket_path=tmp_path / "ingen"))
    house.office.virus = VirusWatch(scanner=gone, patience_s=0.0, signature_age_s=HOUR_S)
    limits = replace(OFF, connection_s=1800)
    assert [] == stands(house, limits)
    clock.go(1801)
    assert [("connection", "virusskanner")] == stands(house, limits)


def test_signatures_that_are_old_are_told(house: House, clock: Clock) -> None:
    with TemporaryDirectory(prefix="postrobot-") as folder, FakeClamd(Path(folder) / "s").running() as fake:
        house.office.virus = VirusWatch(scanner=fake.scanner(), patience_s=0.0, signature_age_s=7 * 24 * HOUR_S)
        assert [] == stands(house, OFF)
        fake.version = b"ClamAV 1.4.3/27400/Mon Oct 5 09:35:12 2026\0"
        assert [("signatures", "")] == stands(house, OFF)


def test_what_stands_is_at_the_top_of_what_is_stopped_in_the_report(house: House) -> None:
    note(house.store, "arkiv", "Borte.")
    keep(house.office, [Raised(kind=AlarmKind.DISK, facts={"free_mb": 1, "reserve_mb": 2})])
    first, second = collect(house.office).troubles
    assert first.startswith("Det er 1 MB ledig på disken, under reserven på 2 MB.")
    assert "«arkiv»" in second
    keep(house.office, [Raised(kind=AlarmKind.CONNECTION, name="arkiv", facts={"since_at": 0.0})])
    assert 1 == sum("«arkiv»" in line for line in collect(house.office).troubles)  # told once
