"""Of two copies of a mail the first received is decided first, whoever is quicker."""

from __future__ import annotations

from models.audit import AuditEvent
from models.post import State
from models.reasons import ReasonCode
from tests.support.stores import Clock, fetched, new_address, opened


def put_copy(store, key, body_hash):
    with store.write() as tx:
        seq, _ = tx.insert_post(
            fetched(key),
            offer_key=key,
            source="inn",
            channel="mappe",
            key=f"pr-{key}",
            zone="Europe/Oslo",
            at={"at": "inn"},
            body_hash=body_hash,
        )
    return seq


def due(store):
    with store.read() as reads:
        return reads.due(10)


def test_the_second_copy_waits_until_the_first_has_been_decided(tmp_path):
    with opened(new_address("sqlite", tmp_path, None), tmp_path, now=Clock()) as store:
        first, stranger, second = (put_copy(store, name, body) for name, body in (("a", "x"), ("b", "y"), ("c", "x")))
        assert due(store) == [first, stranger]
        with store.read() as reads:
            post = reads.post(first)
        with store.write() as tx:
            tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=ReasonCode.NO_RULE)
        assert due(store) == [stranger, second]


def test_post_without_a_body_of_its_own_waits_for_nobody(tmp_path):
    with opened(new_address("sqlite", tmp_path, None), tmp_path, now=Clock()) as store:
        assert due(store) == []
        seqs = [put_copy(store, name, None) for name in "abc"]
        assert due(store) == seqs
