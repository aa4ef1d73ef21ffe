"""The effect table on both databases: planned once by key, unknown from the commit before sending, adopted, refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEvent
from models.post import Post, State
from models.reasons import ReasonCode
from models.store import Store
from models.store import tables as t
from models.store.effect_tx import Effect, EffectKind, EffectState, NewEffect
from tests.support.stores import Clock, new_address, opened, put


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    address = new_address(request.param, tmp_path, lambda: request.getfixturevalue("postgres"))
    with opened(address, tmp_path, now=clock) as made:
        yield made


@pytest.fixture
def post(store: Store) -> Post:
    return put(store, "a")


def new(post: Post | None, key: str = "pr-a-jp", *, value: int = 1, kind: EffectKind = EffectKind.ARCHIVE) -> NewEffect:
    return NewEffect(
        key=key,
        kind=kind,
        request={"kind": "ny_journalpost", "v": value},
        post_seq=post.seq if post is not None else None,
        order_key="sak-1",
    )


def plan(store: Store, wanted: NewEffect) -> Effect:
    with store.write() as tx:
        return tx.plan(wanted)


def begun(store: Store, wanted: NewEffect) -> Effect:
    with store.write() as tx:
        tx.begin([tx.plan(wanted)])
        effect = tx.effect(wanted.key)
    assert effect is not None
    return effect


def look(store: Store, key: str = "pr-a-jp") -> Effect:
    with store.read() as reads:
        effect = reads.effect(key)
    assert effect is not None
    return effect


def last_event(store: Store) -> tuple[str, str, str, str]:
    e = t.audit_event.c
    with store.read() as reads:
        query = select(e.event, e.object_ref, e.reason_code, e.details).order_by(e.seq.desc()).limit(1)
        row = reads.conn.execute(query).one()
        return str(row[0]), str(row[1]), str(row[2]), str(row[3])


def test_an_effect_is_planned_once_by_its_key(store: Store, post: Post) -> None:
    first = plan(store, new(post))
    assert (EffectState.PLANNED, 0, None) == (first.state, first.tries, first.locator)
    assert first == plan(store, new(post))
    with store.read() as reads:
        assert [first] == reads.effects_of(post.seq)


def test_from_the_commit_before_sending_an_effect_is_unknown_and_the_try_is_counted(store: Store, post: Post) -> None:
    effect = begun(store, new(post))
    assert (EffectState.UNKNOWN, 1) == (effect.state, effect.tries)


def test_planning_again_does_not_touch_what_may_have_been_sent(store: Store, post: Post) -> None:
    begun(store, new(post))
    assert (EffectState.UNKNOWN, 1, {"kind": "ny_journalpost", "v": 1}) == (
        (again := plan(store, new(post, value=2))).state,
        again.tries,
        again.request,
    )


def test_planning_again_does_not_touch_what_is_done(store: Store, post: Post) -> None:
    with store.write() as tx:
        tx.record_done(tx.plan(new(post)), {"system_id": "s"}, item_id=post.id)
    again = plan(store, new(post, value=2))
    assert (EffectState.DONE, {"system_id": "s"}, 1) == (again.state, again.locator, again.request["v"])


def test_a_request_that_was_never_sent_takes_the_new_one_and_its_owner(store: Store, post: Post) -> None:
    other = put(store, "b")
    plan(store, new(post))
    again = plan(store, new(other, value=2))
    assert (2, other.seq, EffectState.PLANNED) == (again.request["v"], again.post_seq, again.state)


def test_a_try_that_came_to_nothing_is_not_replanned_as_never_sent(store: Store, post: Post) -> None:
    effect = begun(store, new(post))
    with store.write() as tx:
        tx.record_later(effect, at=tx.now + 30, error="senere", count=True)
    again = plan(store, new(post, value=2))
    assert (EffectState.PLANNED, 1, 1) == (again.state, again.tries, again.request["v"])


def test_done_is_recorded_with_its_answer_and_one_event(store: Store, post: Post) -> None:
    effect = begun(store, new(post))
    with store.write() as tx:
        tx.record_done(effect, {"system_id": "s", "number": "2026/1-1"}, item_id=post.id)
    done = look(store)
    assert (EffectState.DONE, {"system_id": "s", "number": "2026/1-1"}) == (done.state, done.locator)
    assert ("effect_done", "pr-a-jp", "", '{"kind":"ny_journalpost","tries":1}') == last_event(store)
    with store.read() as reads:
        assert 0 == reads.open_effects()


def test_taking_over_has_an_event_of_its_own(store: Store, post: Post) -> None:
    effect = begun(store, new(post, "pr-a-ta", kind=EffectKind.TAKE_OVER))
    with store.write() as tx:
        tx.record_done(effect, {"at": {}}, item_id=post.id)
    assert "taken_over" == last_event(store)[0]


def test_a_refusal_is_told_by_code_and_its_words_stay_in_the_store(store: Store, post: Post) -> None:
    effect = begun(store, new(post))
    with store.write() as tx:
        tx.record_refused(effect, error="Kari Nordmann mangler", code="archive_refused", item_id=post.id)
    assert (EffectState.REFUSED, "Kari Nordmann mangler") == (look(store).state, look(store).error)
    event = last_event(store)
    assert ("effect_refused", "pr-a-jp", "archive_refused") == event[:3]
    assert "Kari" not in event[3]


def test_what_was_refused_is_planned_anew_with_fresh_tries(store: Store, post: Post) -> None:
    effect = begun(store, new(post))
    with store.write() as tx:
        tx.record_refused(effect, error="nei", code="archive_refused", item_id=post.id)
    again = plan(store, new(post, value=2))
    assert (EffectState.PLANNED, 0, "", 2) == (again.state, again.tries, again.error, again.request["v"])


def test_what_was_given_up_in_doubt_is_asked_about_before_it_is_sent_again(store: Store, post: Post) -> None:
    effect = begun(store, new(post))
    with store.write() as tx:
        tx.record_unknown(effect, at=0.0, error="tidsavbrudd")
        tx.record_refused(effect, error="?", code="ambiguous_write", item_id=post.id)
    with store.write() as tx:
        again = tx.plan(new(post), ask_first=True)
    assert (EffectState.UNKNOWN, 0, 0) == (again.state, again.tries, again.lookups)


def test_a_connection_that_was_down_does_not_use_up_a_try(store: Store, post: Post, clock: Clock) -> None:
    effect = begun(store, new(post))
    with store.write() as tx:
        tx.record_later(effect, at=clock() + 30, error="borte", count=False)
    later = look(store)
    assert (EffectState.PLANNED, 0, clock() + 30) == (later.state, later.tries, later.next_try_at)


def test_unknown_and_pending_say_when_to_ask(store: Store, post: Post, clock: Clock) -> None:
    effect = begun(store, new(post))
    with store.write() as tx:
        tx.record_unknown(effect, at=clock() + 5, error="tidsavbrudd")
    unknown = look(store)
    assert (EffectState.UNKNOWN, 1, clock() + 5) == (unknown.state, unknown.lookups, unknown.next_try_at)
    with store.write() as tx:
        tx.record_unknown(unknown, at=clock() + 9, error="borte", asked=False)
    assert (0, 1, clock() + 9) == (look(store).tries, look(store).lookups, look(store).next_try_at)
    with store.write() as tx:
        tx.record_pending(effect, at=clock() + 60)
    assert (EffectState.PENDING, clock() + 60) == (look(store).state, look(store).next_try_at)


def test_a_case_is_busy_while_an_earlier_post_on_its_way_has_something_open(store: Store, post: Post) -> None:
    later = put(store, "b")
    effect = begun(store, new(post))
    with store.read() as reads:
        assert reads.case_is_busy("sak-1", before=later.seq)
        assert not reads.case_is_busy("sak-1", before=post.seq)
        assert not reads.case_is_busy("sak-2", before=later.seq)
    with store.write() as tx:
        tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=ReasonCode.ARCHIVE_REFUSED)
        assert not tx.case_is_busy("sak-1", before=later.seq)
        tx.record_done(effect, {}, item_id=post.id)


def test_another_post_can_adopt_an_effect(store: Store, post: Post) -> None:
    other = put(store, "b")
    effect = plan(store, new(post))
    with store.write() as tx:
        tx.adopt(effect, other.seq)
    assert other.seq == look(store).post_seq


def test_loose_effects_are_those_no_walk_performs(store: Store, post: Post, clock: Clock) -> None:
    plan(store, new(post))
    plan(store, new(post, "pr-a-va1", kind=EffectKind.MAIL))
    plan(store, new(post, "pr-a-c1a", kind=EffectKind.CARE))
    plan(store, new(None, "pr-rapport", kind=EffectKind.MAIL))
    begun(store, new(post, "pr-a-ta", kind=EffectKind.TAKE_OVER))
    failed = begun(store, new(post, "pr-b-ta", kind=EffectKind.TAKE_OVER))
    with store.write() as tx:
        tx.record_later(failed, at=clock() + 30, error="borte", count=True)

    def loose() -> list[str]:
        with store.read() as reads:
            return [effect.key for effect in reads.loose_effects()]

    assert ["pr-a-va1", "pr-a-c1a", "pr-rapport"] == loose()
    clock.go(30)
    assert ["pr-a-va1", "pr-a-c1a", "pr-rapport", "pr-b-ta"] == loose()
    clock.go(31)  # one that was begun and never heard of again was left by a process that died
    assert ["pr-a-va1", "pr-a-c1a", "pr-rapport", "pr-a-ta", "pr-b-ta"] == loose()


def test_a_source_that_offers_again_is_told_again_where_the_post_is_now(store: Store, post: Post) -> None:
    effect = begun(store, new(post, "pr-a-ta", kind=EffectKind.TAKE_OVER))
    with store.write() as tx:
        tx.record_done(effect, {"at": {}}, item_id=post.id)
        tx.owe_again("pr-a-ta", locator={"at": "inn", "uid": 9}, seq=post.seq)
        moved = tx.post(post.seq)
    assert (EffectState.PLANNED, 0) == (look(store, "pr-a-ta").state, look(store, "pr-a-ta").tries)
    assert moved is not None
    assert {"at": "inn", "uid": 9} == moved.locator
