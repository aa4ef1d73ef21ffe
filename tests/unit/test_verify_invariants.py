"""`verify` tells of each invariant that is broken, and only of that."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text

from connectors.testing.memory_archive import MemoryArchive
from connectors.testing.memory_unit import MemoryUnit
from models.audit import AuditEvent
from models.post import State
from models.reasons import ReasonCode
from robot.verify import verify
from tests.support.stores import Clock, new_address, opened, put


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    with opened(new_address("sqlite", tmp_path, None), tmp_path, now=clock) as made:
        for number in range(3):
            content = f"brev {number}".encode()
            near = tmp_path / f"{number}.part"
            near.write_bytes(content)
            made.blobs.adopt(near, hashlib.sha256(content).hexdigest())
            put(made, f"brev {number}", content=content)
        yield made


@pytest.fixture
def archive(clock):
    return MemoryArchive(MemoryUnit(), now=clock.utc)


def broken(store, archive):
    return {one.name for one in verify(store, archive) if not one.ok}


def test_a_sound_store_breaks_nothing_and_everything_is_looked_at(store, archive):
    found = {one.name: one for one in verify(store, archive)}
    assert not [name for name, one in found.items() if not one.ok]
    assert found["I1"].checked == 3
    assert found["I2"].checked == 3
    assert found["I9"].checked == 3


def test_a_lost_original_breaks_i1(store, archive):
    sha256 = hashlib.sha256(b"brev 1").hexdigest()
    store.blobs.path(sha256).unlink()
    assert broken(store, archive) == {"I1"}


def test_a_changed_original_breaks_i1(store, archive):
    path = store.blobs.path(hashlib.sha256(b"brev 1").hexdigest())
    path.chmod(0o600)
    path.write_bytes(b"brev x")
    assert broken(store, archive) == {"I1"}


def test_post_left_lying_breaks_i2(store, archive, clock):
    clock.go(7200)
    assert broken(store, archive) == {"I2"}


def test_post_that_waits_its_turn_does_not(store, archive, clock):
    clock.go(7200)
    with store.write() as tx:
        for seq in (1, 2, 3):
            tx.set_columns(seq, next_try_at=clock.at + 600)
    assert broken(store, archive) == set()


def test_a_state_changed_without_its_event_breaks_i9(store, archive):
    with store.engine.begin() as conn:
        conn.execute(text("UPDATE post SET state = 'set_aside', reason = 'no_rule' WHERE seq = 2"))
    assert broken(store, archive) == {"I9"}


def test_a_state_changed_with_its_event_does_not(store, archive):
    with store.read() as reads:
        post = reads.post(2)
    with store.write() as tx:
        tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=ReasonCode.NO_RULE)
    assert broken(store, archive) == set()


def test_a_journalpost_the_archive_does_not_have_breaks_i3(store, archive):
    with store.write() as tx:
        tx.set_columns(1, journalpost_id="finnes-ikke", journalpost="2026/1-1")
    assert broken(store, archive) == {"I3"}
