"""The chain in the table, on both databases: gap-free under many writers, one hash over each row and the one before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.audit import GENESIS, AuditEvent, row_hash
from models.store import Store
from robot.audit import Verified, table_rows, verify_store
from tests.support.stores import ORGNR, Clock, new_address, opened, put


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    address = new_address(request.param, tmp_path, lambda: request.getfixturevalue("postgres"))
    with opened(address, tmp_path, now=Clock()) as made:
        yield made


def head(store: Store) -> tuple[int, str]:
    with store.read() as reads:
        return reads.audit_head()


def test_a_new_chain_is_empty_and_holds(store: Store) -> None:
    assert (0, GENESIS) == head(store)
    found = Verified()
    verify_store(store, found)
    assert found.ok
    assert 0 == found.events


def test_the_first_event_points_at_nothing_and_each_next_at_the_one_before(store: Store) -> None:
    with store.write() as tx:
        tx.audit(AuditEvent.DAEMON_STARTED)
        tx.audit(AuditEvent.DAEMON_STOPPED, details={"n": 1, "liste": ["æ", "ø"]})
    put(store, "a")
    rows = list(table_rows(store))
    assert [1, 2, 3] == [row["seq"] for row in rows]
    assert [GENESIS, rows[0]["hash"], rows[1]["hash"]] == [row["prev_hash"] for row in rows]
    assert [row["hash"] for row in rows] == [row_hash(row) for row in rows]
    assert {ORGNR} == {row["tenant"] for row in rows}
    assert {"test"} == {row["software_version"] for row in rows}
    assert (3, rows[2]["hash"]) == head(store)


def test_many_writers_at_once_leave_no_gap_and_no_fork(store: Store) -> None:
    def write(number: int) -> None:
        for turn in range(10):
            try:
                with store.write() as tx:
                    tx.audit(AuditEvent.PAUSED, details={"n": number})
                    tx.audit(AuditEvent.RESUMED, details={"n": number})
                    if turn == 4:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = list(table_rows(store))
    assert list(range(1, 6 * 9 * 2 + 1)) == [row["seq"] for row in rows]
    found = Verified()
    verify_store(store, found)
    assert found.ok, found.organisations[ORGNR].problem


def test_what_is_rolled_back_leaves_no_event_and_no_gap(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.audit(AuditEvent.PAUSED)
        raise ZeroDivisionError
    with store.write() as tx:
        tx.audit(AuditEvent.RESUMED)
    assert ["resumed"] == [row["event"] for row in table_rows(store)]
    assert 1 == head(store)[0]
