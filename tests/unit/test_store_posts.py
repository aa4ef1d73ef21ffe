"""The store's posts, on SQLite and on a real PostgreSQL: one state and one event a change, who is due, who holds what."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.audit import AuditEvent
from models.decision import Decision, Reason, Way
from models.errors import TryLater
from models.facts import Facts
from models.judgement import Judgement
from models.post import Post, State
from models.reasons import ReasonCode
from models.store import Store
from models.store import tables as t
from models.store.effect_tx import EffectKind, NewEffect
from models.store.post_tx import LostRace
from tests.support.stores import Clock, new_address, opened, put


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    address = new_address(request.param, tmp_path, lambda: request.getfixturevalue("postgres"))
    with opened(address, tmp_path, now=clock) as made:
        yield made


def events(store: Store) -> list[tuple[str, str]]:
    with store.read() as reads:
        rows = reads.conn.execute(select(t.audit_event.c.event, t.audit_event.c.item_id).order_by(t.audit_event.c.seq))
        return [(str(event), str(item)) for event, item in rows]


def due(store: Store, limit: int = 100) -> list[int]:
    with store.read() as reads:
        return reads.due(limit)


def move(store: Store, post: Post, state: State, event: AuditEvent, **columns: object) -> Post:
    with store.write() as tx:
        tx.move(post, state, event, **columns)
        moved = tx.post(post.seq)
    assert moved is not None
    return moved


def aim(store: Store, post: Post, order_key: str) -> None:
    """As deciding does: the case the post goes into."""
    with store.write() as tx:
        tx.set_columns(post.seq, order_key=order_key)


def owe(store: Store, post: Post, key: str, order_key: str) -> None:
    with store.write() as tx:
        tx.plan(NewEffect(key=key, kind=EffectKind.ARCHIVE, request={"k": 1}, post_seq=post.seq, order_key=order_key))


def test_a_stored_post_comes_back_whole(store: Store) -> None:
    post = put(store, "a", subject="Nabovarsel æøå")
    with store.read() as reads:
        again = reads.post(post.id)
    assert post == again
    assert State.RECEIVED is post.state
    assert "2026-11-24-0001" == post.id
    assert datetime(2026, 11, 23, 12, 0, tzinfo=UTC) == post.received_at
    assert "Nabovarsel æøå" == post.envelope.subject
    assert ["a.txt"] == [document.name for document in post.documents]


def test_the_id_carries_the_local_date(store: Store, clock: Clock) -> None:
    clock.at = datetime(2026, 11, 24, 23, 30, tzinfo=UTC).timestamp()
    assert "2026-11-25-0001" == put(store, "a").id


def test_one_source_key_is_one_post_and_nothing_of_a_second_is_kept(store: Store) -> None:
    put(store, "a")
    with pytest.raises(IntegrityError):
        put(store, "a")
    put(store, "a", source="annen")
    assert 2 == len(due(store))
    assert 2 == len(events(store))


def test_numbers_have_no_gaps_after_a_transaction_that_failed(store: Store) -> None:
    put(store, "a")
    with pytest.raises(IntegrityError):
        put(store, "a")
    assert 2 == put(store, "b").seq


def test_each_change_of_state_has_exactly_one_event_in_the_same_transaction(store: Store) -> None:
    post = put(store, "a")
    post = move(store, post, State.DECIDED, AuditEvent.DECIDED)
    post = move(store, post, State.ARCHIVED, AuditEvent.ARCHIVED)
    move(store, post, State.DONE, AuditEvent.DONE, outcome="archived")
    names = [event for event, item in events(store) if item == post.id]
    assert ["received", "decided", "archived", "done"] == names


def test_an_event_is_not_there_when_its_change_was_not_committed(store: Store) -> None:
    post = put(store, "a")
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.move(post, State.DECIDED, AuditEvent.DECIDED)
        raise ZeroDivisionError
    with store.read() as reads:
        row = reads.row(post.seq)
    assert row is not None
    assert State.RECEIVED == row["state"]
    assert ["received"] == [event for event, _ in events(store)]


def test_a_post_that_another_worker_has_moved_is_not_moved_again(store: Store) -> None:
    post = put(store, "a")
    move(store, post, State.DECIDED, AuditEvent.DECIDED)
    with pytest.raises(LostRace):
        move(store, post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=ReasonCode.BUG)
    assert ["received", "decided"] == [event for event, _ in events(store)]


def test_a_state_is_never_changed_past_its_event(store: Store) -> None:
    post = put(store, "a")
    with pytest.raises(ValueError, match="move"), store.write() as tx:
        tx.set_columns(post.seq, state="done")


def test_a_set_aside_post_keeps_reason_and_stage_and_a_reopened_one_loses_the_reason(store: Store) -> None:
    post = put(store, "a")
    aside = move(
        store, post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=ReasonCode.NO_RULE, stage="decide", detail="d"
    )
    assert ("no_rule", "decide", "d") == (aside.reason, aside.stage, aside.detail)
    back = move(store, aside, State.RECEIVED, AuditEvent.REOPENED)
    assert back.reason is None


def test_due_are_those_under_way_whose_time_has_come(store: Store, clock: Clock) -> None:
    first, second, third = (put(store, key) for key in "abc")
    move(store, first, State.DONE, AuditEvent.DONE, outcome="archived")
    with store.write() as tx:
        tx.set_columns(second.seq, next_try_at=clock() + 10)
    assert [third.seq] == due(store)
    clock.go(10)
    assert [second.seq, third.seq] == due(store)
    with store.read() as reads:
        assert [third.seq] == reads.due(5, skip={second.seq})


def test_a_channel_with_much_post_does_not_hold_up_another(store: Store) -> None:
    many = [put(store, f"e{n}", channel="epost").seq for n in range(5)]
    one = put(store, "m", channel="mappe").seq
    assert [many[0], one] == due(store, 2)


def test_urgent_post_goes_first(store: Store) -> None:
    first, second = put(store, "a"), put(store, "b")
    with store.write() as tx:
        tx.set_columns(second.seq, urgent=True)
    assert [second.seq, first.seq] == due(store)


def test_on_one_case_the_earlier_post_goes_first(store: Store) -> None:
    first, second, other = (put(store, key) for key in "abc")
    for post in (first, second):
        move(store, post, State.DECIDED, AuditEvent.DECIDED)
        aim(store, post, "sak-1")
    aim(store, other, "sak-2")
    owe(store, first, "pr-1-jp", "sak-1")
    assert [first.seq, other.seq] == due(store)


def test_a_post_that_was_set_aside_blocks_nobody_on_its_case(store: Store) -> None:
    first, second = put(store, "a"), put(store, "b")
    aim(store, first, "sak-1")
    aim(store, second, "sak-1")
    owe(store, first, "pr-1-jp", "sak-1")
    assert [first.seq] == due(store)
    move(store, first, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=ReasonCode.ARCHIVE_REFUSED)
    assert [second.seq] == due(store)


def test_a_lease_keeps_others_away_until_it_has_run_out(store: Store, clock: Clock) -> None:
    post = put(store, "a")
    with store.write() as tx:
        assert tx.claim(post.seq, token="en", lease_s=60)
    with store.write() as tx:
        assert not tx.claim(post.seq, token="to", lease_s=60)
    assert [] == due(store)
    clock.go(61)
    assert [post.seq] == due(store)
    with store.write() as tx:
        assert tx.claim(post.seq, token="to", lease_s=60)


def test_who_lost_the_lease_may_not_write(store: Store, clock: Clock) -> None:
    post = put(store, "a")
    with store.write() as tx:
        tx.claim(post.seq, token="en", lease_s=60)
        tx.check_lease(post.seq, "en")
    clock.go(61)
    with store.write() as tx:
        tx.claim(post.seq, token="to", lease_s=60)
    with pytest.raises(LostRace), store.write() as tx:
        tx.check_lease(post.seq, "en")
    with store.write() as tx:
        tx.release(post.seq, token="en")
        tx.check_lease(post.seq, "to")


def test_an_end_gives_up_the_lease(store: Store) -> None:
    post = put(store, "a")
    with store.write() as tx:
        tx.claim(post.seq, token="en", lease_s=60)
        tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=ReasonCode.BUG)
        row = tx.row(post.seq)
    assert row is not None
    assert (None, None) == (row["lease_token"], row["lease_until"])


def test_only_one_of_many_claims_at_once_wins(store: Store) -> None:
    post = put(store, "a")
    won: list[str] = []

    def claim(token: str) -> None:
        with store.write() as tx:
            if tx.claim(post.seq, token=token, lease_s=60):
                won.append(token)

    threads = [threading.Thread(target=claim, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 == len(won)


def test_what_a_source_offers_again_is_known_with_its_take_over(store: Store) -> None:
    post = put(store, "a")
    put(store, "b")
    with store.write() as tx:
        effect = tx.plan(
            NewEffect(key="pr-a-ta", kind=EffectKind.TAKE_OVER, request={"source": "inn"}, post_seq=post.seq)
        )
        tx.record_done(effect, {"at": {}}, item_id=post.id)
    with store.read() as reads:
        known = reads.known_offers("inn", [*"abc", *(f"x{n}" for n in range(1200))])
        assert {} == reads.known_offers("annen", ["a"])
    assert {"a": True, "b": False} == {key: state.taken_over for key, state in known.items()}


def decision(rule: str) -> Decision:
    return Decision(
        way=Way.SET_ASIDE,
        because=(Reason(source="rules", text="t"),),
        ruleset_sha256="f" * 64,
        rule=rule,
        reason=ReasonCode.NO_RULE,
    )


def test_the_newest_decision_counts_and_earlier_ones_stay(store: Store) -> None:
    post = put(store, "a")
    judgement = Judgement(ruleset_sha256="f" * 64, winner=None)
    for rule in ("en", "to"):
        with store.write() as tx:
            tx.keep_decision(post.seq, Facts(values={"emne": rule}), judgement, decision(rule))
    with store.read() as reads:
        stored = reads.decision(post.seq)
        count = len(reads.conn.execute(select(t.decision.c.no)).all())
    assert stored is not None
    assert (2, decision("to"), "to") == (stored.no, stored.decision, stored.facts.get("emne"))
    assert 2 == count


def test_of_two_answers_to_one_round_the_first_wins(store: Store) -> None:
    post = put(store, "a")
    with store.write() as tx:
        assert tx.add_answer(post.seq, round_no=1, verb="approve", payload={"a": 1}, user="kari")
    with store.write() as tx:
        assert not tx.add_answer(post.seq, round_no=1, verb="dismiss", payload={"a": 2}, user="ola")
        assert tx.add_answer(post.seq, round_no=2, verb="dismiss", payload={"a": 3}, user="ola")
    with store.read() as reads:
        assert ["approve", "dismiss"] == [row["verb"] for row in reads.answers(post.seq)]
        assert {post.seq} == reads.answered_posts()


def test_an_answer_is_used_once(store: Store) -> None:
    post = put(store, "a")
    with store.write() as tx:
        tx.add_answer(post.seq, round_no=1, verb="approve", payload={}, user="kari")
        tx.keep_decision(post.seq, Facts(), Judgement(ruleset_sha256="f" * 64, winner=None), decision("r"))
        tx.use_answer(post.seq, 1)
    with store.read() as reads:
        assert [1] == [row["decision_no"] for row in reads.answers(post.seq)]


def test_a_reading_is_kept_by_document_page_reader_and_settings(store: Store) -> None:
    with store.write() as tx:
        tx.keep_memo("f" * 64, 1, "tesseract", "nor@300", b"en")
        tx.keep_memo("f" * 64, 1, "tesseract", "nor@150", b"to")
        tx.keep_memo("f" * 64, 1, "tesseract", "nor@300", b"tre")
    with store.read() as reads:
        assert b"tre" == reads.memo("f" * 64, 1, "tesseract", "nor@300")
        assert b"to" == reads.memo("f" * 64, 1, "tesseract", "nor@150")
        assert reads.memo("f" * 64, 2, "tesseract", "nor@300") is None


def test_a_rule_set_is_kept_whole_and_an_old_one_comes_into_force_anew(store: Store, clock: Clock) -> None:
    files = {"bygg.yaml": "språk: 1\n".encode(), "enheter.csv": b"\xff\x00"}
    for sha256, new in (("a", True), ("a", False), ("b", True), ("a", True)):
        clock.go(1)
        with store.write() as tx:
            assert new is tx.keep_ruleset(sha256, files, rules=3)
    with store.read() as reads:
        assert files == reads.stored_ruleset("b")
        assert "a" == reads.last_ruleset()
        assert 3 == reads.rule_count("a")
    assert 3 * ["ruleset_in_force"] == [event for event, _ in events(store)]


def test_a_reader_sees_one_snapshot_while_others_write(store: Store) -> None:
    put(store, "a")
    with store.read() as reads:
        assert 1 == sum(reads.states().values())
        writer = threading.Thread(target=put, args=(store, "b"))
        writer.start()
        writer.join()
        assert 1 == sum(reads.states().values())
    with store.read() as reads:
        assert 2 == sum(reads.states().values())


def test_nothing_can_be_written_through_a_reader(store: Store) -> None:
    with pytest.raises((DBAPIError, TryLater)), store.read() as reads:
        reads.conn.execute(insert(t.connection).values(name="x", failures=0, error=""))
    with store.read() as reads:
        assert [] == list(reads.connections())


def test_rows_are_streamed_in_order_to_the_limit(store: Store) -> None:
    with store.write() as tx:
        tx.conn.execute(
            insert(t.post),
            [
                {
                    "seq": n,
                    "id": f"p{n}",
                    "key": f"k{n}",
                    "source": "inn",
                    "channel": "mappe",
                    "source_id": "",
                    "source_key": f"k{n}",
                    "offer_key": "",
                    "state": "done" if n % 2 else "received",
                    "received_at": 0,
                    "stored_at": n,
                    "locator": "{}",
                    "envelope": "{}",
                }
                for n in range(1, 1103)
            ],
        )
    with store.read() as reads:
        assert list(range(1, 1103)) == [row["seq"] for row in reads.rows()]
        assert 551 == sum(1 for _ in reads.rows(t.post.c.state == "done"))
        assert list(range(1, 702)) == [row["seq"] for row in reads.rows(limit=701)]
        assert 2.0 == reads.oldest_waiting()
        assert {"received": 551, "done": 551, "set_aside": 0, "decided": 0, "archived": 0} == reads.states()


def test_a_job_runs_once_a_slot_and_again_when_it_could_not_be_done(store: Store) -> None:
    with store.write() as tx:
        assert tx.claim_slot("rapport", "2026-11-24T07:30")
    with store.write() as tx:
        assert not tx.claim_slot("rapport", "2026-11-24T07:30")
        tx.end_slot("rapport", "2026-11-24T07:30", ok=False, result="")
        assert tx.claim_slot("rapport", "2026-11-24T07:30")
        tx.end_slot("rapport", "2026-11-24T07:30", ok=True, result="21 saker")
        tx.free_slots()
    with store.write() as tx:
        assert not tx.claim_slot("rapport", "2026-11-24T07:30")
        last = tx.last_run("rapport")
    assert last is not None
    assert "21 saker" == last["result"]


def test_a_run_that_a_dead_process_left_is_given_back(store: Store) -> None:
    with store.write() as tx:
        tx.claim_slot("rapport", "2026-11-24T07:30")
    with store.write() as tx:
        tx.free_slots()
        assert tx.claim_slot("rapport", "2026-11-24T07:30")


def test_of_many_that_fire_one_slot_at_once_one_gets_it(store: Store) -> None:
    got: list[bool] = []

    def fire(_number: int) -> None:
        with store.write() as tx:
            got.append(tx.claim_slot("rapport", "2026-11-24T07:30"))

    threads = [threading.Thread(target=fire, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [False] * 5 + [True] == sorted(got)


def test_the_health_of_a_connection_is_remembered(store: Store, clock: Clock) -> None:
    with store.write() as tx:
        tx.note_connection("arkiv", error="borte", failures=2, rests_for_s=30)
    clock.go(60)
    with store.write() as tx:
        tx.note_connection("arkiv", error="", failures=0, rests_for_s=0)
    with store.read() as reads:
        (row,) = reads.connections()
    assert ("", 0, None, clock.at - 60, clock.at) == (
        row["error"],
        row["failures"],
        row["paused_until"],
        row["last_error_at"],
        row["last_ok_at"],
    )


def test_each_organisation_has_a_secret_of_its_own_that_stays(store: Store) -> None:
    secret = store.secret()
    assert 32 == len(secret)
    assert secret == store.secret()


def test_details_of_an_event_are_canonical(store: Store) -> None:
    post = put(store, "a")
    with store.read() as reads:
        details = reads.conn.execute(select(t.audit_event.c.details)).scalar_one()
    assert {"documents": [post.documents[0].sha256], "channel": "mappe"} == json.loads(details)
    assert '{"channel":"mappe","documents":' == details[:31]


def test_a_store_answers_a_ping(store: Store) -> None:
    store.ping()
    with store.engine.connect() as conn:
        assert 1 == conn.execute(text("SELECT 1")).scalar()


def test_a_word_from_outside_may_be_of_any_length(store: Store) -> None:
    channel, media_type = "tredjepart.kobling.Innstillinger" * 4, "application/" + "x" * 400
    post = put(store, "lang", channel=channel, source="k" * 300)
    with store.write() as tx:
        tx.conn.sqlalchemy.execute(update(t.document).values(media_type=media_type))
    with store.read() as reads:
        found = reads.post(post.seq)
    assert found is not None
    assert (channel, media_type) == (found.channel, found.documents[0].media_type)
