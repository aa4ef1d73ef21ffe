"""What stands in the report, and in which order, of a store filled with known posts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.audit import AuditEvent
from models.decision import Reason
from models.post import Outcome, State
from models.reasons import ReasonCode as R
from models.store import Store
from models.store.kept_tx import KeptReads
from robot.report.make import missing_before, missing_now, write_files
from robot.report.piles import SHOWN
from robot.report.workdays import work_day_before, work_days_between
from robot.rules_in_force import Refusal
from tests.support.reports import (
    NOW,
    TODAY,
    Failure,
    SignedArchive,
    aside,
    decide,
    forwarded,
    journaled,
    report_of,
)
from tests.support.stores import Clock, StoreAddress, opened, put

DAY_S = 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW.timestamp())


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with opened(StoreAddress.sqlite(tmp_path / "robot.db"), tmp_path, now=clock) as made:
        yield made


def at(clock: Clock, *day_and_hour: int) -> None:
    clock.at = datetime(2026, *day_and_hour, tzinfo=UTC).timestamp()


def test_a_store_with_nothing_to_do_gives_an_empty_report(store: Store) -> None:
    journaled(store, "1", "J")
    report = report_of(store)
    assert report.empty
    assert 1 == report.today["archived"]


def test_deadlines_have_requests_for_access_first_then_urgent_then_the_oldest(store: Store) -> None:
    journaled(store, "1", "J", forfall="2026-11-01")
    journaled(store, "2", "J", forfall="2026-11-20", urgent=True)
    journaled(store, "3", "J", forfall="2026-11-24", tittel="Krav om innsyn")
    journaled(store, "4", "J", forfall="2026-11-02")
    journaled(store, "5", "J", forfall="2026-11-25")
    found = [(p.due, p.urgent) for p in report_of(store).deadlines.shown]
    assert [("2026-11-24", True), ("2026-11-20", False), ("2026-11-01", False), ("2026-11-02", False)] == found


def test_a_deadline_leaves_when_the_archive_says_it_is_signed_off_or_it_is_u(store: Store) -> None:
    first = journaled(store, "1", "J", forfall="2026-11-24")
    journaled(store, "2", "J", forfall="2026-11-24")
    journaled(store, "3", "U", forfall="2026-11-24")
    archive = SignedArchive(signed={"id-2"})
    assert [first] == [p.id for p in report_of(store, archive).deadlines.shown]
    assert ["id-1", "id-2"] == archive.asked


def test_a_forward_stays_until_it_is_acknowledged(store: Store) -> None:
    post = forwarded(store, "v", date(2026, 11, 23))
    forwarded(store, "w", date(2026, 11, 30))
    (point,) = report_of(store).deadlines.shown
    assert (post, "2026-11-23", f"postrobot review approve {post}") == (point.id, point.due, point.command)
    assert "barnevern@nabo.example" in point.proposal
    with store.write() as tx:
        tx.set_columns(1, follow_up_by=None)
    assert 0 == report_of(store).deadlines.total


def test_stopped_and_to_review_are_told_apart_and_grouped_by_reason(store: Store) -> None:
    aside(store, "a", R.NO_RULE)
    aside(store, "b", R.ARCHIVE_REFUSED, detail="Arkivdelen er avsluttet.")
    aside(store, "c", R.NO_RULE)
    aside(store, "d", R.BUG)
    report = report_of(store)
    assert {"archive_refused", "bug"} == {group.code for group in report.stopped}
    assert [("no_rule", 2)] == [(group.code, group.points.total) for group in report.review]
    assert (2, 2) == (report.counts["stopped"], report.counts["review"])


def test_groups_and_points_have_what_is_urgent_first_then_the_oldest(store: Store) -> None:
    new, old, urgent = (aside(store, k, R.NO_RULE) for k in "abc")
    with store.write() as tx:
        tx.set_columns(2, received_at=NOW.timestamp() - 9 * DAY_S)
        tx.set_columns(3, urgent=True)
    aside(store, "d", R.DAMAGED)
    with store.write() as tx:
        tx.set_columns(4, received_at=NOW.timestamp() - 20 * DAY_S)
    groups = report_of(store).review
    assert ["no_rule", "damaged"] == [group.code for group in groups]
    assert [urgent, old, new] == [point.id for point in groups[0].points.shown]


def test_the_next_step_names_the_post_and_no_placeholder_stands_in_it(store: Store) -> None:
    alone = aside(store, "a", R.CASE_MISSING)
    aside(store, "b", R.NO_RULE)
    aside(store, "c", R.NO_RULE)
    steps = {group.code: group.next_step for group in report_of(store).review}
    assert f"«postrobot review correct {alone}»" in steps["case_missing"]
    assert "«postrobot review correct»" in steps["no_rule"]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_no_code_word_is_shown_for_any_reason(store: Store, language: str) -> None:
    for reason in R:
        source = f"limit:{reason.value}"
        aside(store, reason.value, reason, Reason(source=source, text=reason.value), subject="Brev")
    report = report_of(store, language=language)
    for group in (*report.stopped, *report.review):
        for point in group.points.shown:
            said = " ".join((group.title, group.next_step, point.detail, point.proposal, *point.evidence))
            assert "limit:" not in said and "rules:" not in said and "POST" not in said
            assert "_" not in said, said


def test_each_point_has_proposal_evidence_and_the_command_that_answers_it(store: Store) -> None:
    ground = Reason(source="rule:klage", text="Klage på vedtak")
    case = {"saksnummer": "2026/12", "saktittel": "Klage", "enhet": "PLAN", "lacks": "mode,access"}
    post = aside(store, "a", R.PROPOSAL, ground, Reason(source="answer:correct", text="Godkjent"), **case)
    (point,) = report_of(store).review[0].points.shown
    assert "Journalfør i sak 2026/12 «Klage», enhet PLAN" == point.proposal
    assert f"postrobot review approve {post}" == point.command
    assert "Regelen «klage» traff: Klage på vedtak" == point.evidence[0]
    assert any(line.startswith("Status M fordi tilgangen ikke er vurdert") for line in point.evidence)


def test_times_are_local(store: Store) -> None:
    aside(store, "a", R.NO_RULE)
    report = report_of(store)
    assert "2026-11-23T13:00+01:00" == report.review[0].points.shown[0].received
    assert "2026-11-24T10:00:00+01:00" == report.made_at.isoformat()


def test_m_counts_when_more_than_one_working_day_has_passed(store: Store, clock: Clock) -> None:
    at(clock, 11, 20, 8)  # Friday
    old = journaled(store, "1")
    journaled(store, "2", "J")
    at(clock, 11, 23, 8)
    journaled(store, "3")
    clock.at = NOW.timestamp()
    assert [old] == [p.id for p in report_of(store).unapproved.shown]


def test_working_days_leave_out_the_weekend_and_public_holidays() -> None:
    assert 1 == work_days_between(date(2026, 11, 20), date(2026, 11, 23))
    assert 1 == work_days_between(date(2026, 5, 13), date(2026, 5, 15))  # 14 May 2026 is Ascension Day


def test_what_is_not_journaled_within_a_day_is_listed_whether_it_waits_or_was_set_aside(
    store: Store, clock: Clock
) -> None:
    clock.go(-25 * 3600)
    late = [put(store, "a").id, aside(store, "b", R.NO_RULE)]
    journaled(store, "1", "J")
    clock.at = NOW.timestamp()
    put(store, "c")
    assert late == [p.id for p in report_of(store).late.shown]


def test_what_has_no_archive_format_stands_by_cause_and_is_no_stopped_post(store: Store) -> None:
    failures = [
        Failure(number="2026/1-1", dokumentnummer=2, code="needs_libreoffice"),
        Failure(number="2026/2-1", dokumentnummer=1, code="encrypted"),
        Failure(number="2026/3-1", dokumentnummer=1, code="needs_libreoffice"),
        Failure(number="2026/4-1", dokumentnummer=1, code="new_cause", detail="Arkivets egen setning."),
    ]
    report = report_of(store, SignedArchive(failures=failures))
    causes = {cause.code: cause for cause in report.unconverted}
    assert "needs_libreoffice" == report.unconverted[0].code
    assert ("2026/1-1, dokument 2", "2026/3-1, dokument 1") == causes["needs_libreoffice"].documents
    assert "libreoffice-writer-nogui" in causes["needs_libreoffice"].next_step
    assert "Arkivets egen setning." == causes["new_cause"].next_step
    assert (0, 4) == (report.counts["stopped"], report.counts["unconverted"])


def test_broken_connections_refused_rules_and_a_missing_report_are_said(store: Store) -> None:
    with store.write() as tx:
        tx.note_connection("kilde:epost", error="", failures=0, rests_for_s=0)
        tx.note_connection("kilde:epost", error="Tidsavbrudd.", failures=3, rests_for_s=60)
    report = report_of(store, refusal=Refusal(errors=1, first="a.yaml:7:5 R101"), earlier_missing="Rapport mangler.")
    assert 3 == report.counts["stopped"]
    connection, rules, missing = report.troubles
    assert "sist i orden: 24.11.2026 10:00" in connection
    assert "1 feil" in rules and "a.yaml:7:5" in rules
    assert "Rapport mangler." == missing


def test_figures_per_unit(store: Store, clock: Clock) -> None:
    journaled(store, "1", "J")
    journaled(store, "2", "M")
    journaled(store, "3", "J", enhet="HELSE")
    aside(store, "a", R.NO_RULE)
    with store.write() as tx:
        tx.set_columns(1, received_at=NOW.timestamp() - 4 * 3600)
        tx.set_columns(2, received_at=NOW.timestamp() - 2 * 3600)
        tx.add_answer(3, round_no=1, verb="correct", payload={}, user="kari")
    clock.go(-40 * DAY_S)
    journaled(store, "9", "J")
    journaled(store, "8", "M", enhet="HELSE")
    clock.at = NOW.timestamp()
    rows = {row.unit: row for row in report_of(store).units}
    plan, helse, nobody = rows["Plan og byggesak (PLAN)"], rows["Helse (HELSE)"], rows[""]
    assert (2, 1, 1, "2026-11-24", 3.0) == (plan.received, plan.untouched, plan.waiting, plan.oldest, plan.hours)
    assert (1, 0, 1) == (helse.received, helse.untouched, helse.waiting)
    assert (1, 1, None) == (nobody.received, nobody.waiting, nobody.hours)


def test_ten_thousand_waiting_posts_are_counted_and_only_those_shown_are_unpacked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = put(store, "a", subject="Brev")
    with store.write() as tx:
        tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=R.NO_RULE)
    decide(store, post.seq)
    _copies(store, 10_000)
    asked: list[int] = []
    whole = KeptReads.decision

    def counted(reads: KeptReads, seq: int) -> object:
        asked.append(seq)
        return whole(reads, seq)

    monkeypatch.setattr(KeptReads, "decision", counted)
    began = time.process_time()
    report = report_of(store)
    spent = time.process_time() - began
    (group,) = report.review
    assert (10_000, SHOWN) == (group.points.total, len(group.points.shown))
    assert len(asked) <= SHOWN
    assert spent < 20, "quadratic work somewhere"


def _copies(store: Store, number: int) -> None:
    from sqlalchemy import insert, select

    from models.store import tables as t

    with store.write() as tx:
        row = dict(tx.conn.execute(select(t.post)).mappings().one())
        rows = [
            {**row, "seq": n, "id": f"2026-11-24-{n}", "source_key": f"k{n}", "offer_key": f"k{n}", "key": f"k{n}"}
            for n in range(2, number + 1)
        ]
        tx.conn.execute(insert(t.post), rows)


DUE = clock_time(7, 30)


def test_a_house_that_began_after_the_hour_owes_no_report_for_that_day(store: Store, clock: Clock) -> None:
    monday = datetime.combine(work_day_before(TODAY), clock_time(12), tzinfo=ZoneInfo("Europe/Oslo"))
    clock.at = monday.timestamp()
    aside(store, "a", R.NO_RULE)
    assert "" == missing_now(store, monday, "Europe/Oslo", DUE)
    assert "" == missing_before(store, TODAY, "Europe/Oslo", DUE)
    assert "24.11.2026" in missing_now(store, NOW, "Europe/Oslo", DUE)


def test_a_missing_report_is_said_in_the_next_one_and_in_status(store: Store, clock: Clock) -> None:
    clock.go(-3 * DAY_S)
    aside(store, "a", R.NO_RULE)
    clock.at = NOW.timestamp()
    assert "23.11.2026" in missing_before(store, TODAY, "Europe/Oslo", DUE)
    assert "24.11.2026" in missing_now(store, NOW, "Europe/Oslo", DUE)
    assert "23.11.2026" in missing_now(store, NOW.replace(hour=7, minute=0), "Europe/Oslo", DUE)
    write_files(store, report_of(store), language="nb")
    assert "" == missing_now(store, NOW, "Europe/Oslo", DUE)


def test_no_report_is_missed_before_there_was_post(store: Store) -> None:
    assert "" == missing_before(store, TODAY, "Europe/Oslo", DUE)
    aside(store, "a", R.NO_RULE)
    assert "" == missing_before(store, TODAY, "Europe/Oslo", DUE)


def test_dismissed_and_forwarded_posts_are_counted_for_today(store: Store) -> None:
    from tests.support.reports import done

    done(store, "a", Outcome.DISMISSED)
    done(store, "b", Outcome.FORWARDED)
    assert {"received": 2, "dismissed": 1, "forwarded": 1} == report_of(store).today
