"""A prepared statement answers as SQLAlchemy would: the same rows, types, counts and errors, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, NoResultFound

from models.sql import Answer, Prepared
from models.store import Store
from models.store import tables as t
from tests.support.stores import Clock, new_address, opened, put

NAMES = ("a", "b", "c")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    address = new_address(request.param, tmp_path, lambda: request.getfixturevalue("postgres"))
    with opened(address, tmp_path, now=Clock()) as made:
        yield made


@pytest.fixture
def filled(store: Store) -> Store:
    for name in NAMES:
        put(store, name)
    with store.write() as tx:
        tx.conn.execute(update(t.post).where(t.post.c.source_id == "b").values(urgent=True, lease_until=1.5))
    return store


def test_rows_and_their_types_are_those_sqlalchemy_gives(filled: Store) -> None:
    statement = select(t.post.c.seq, t.post.c.urgent, t.post.c.lease_until, t.post.c.reason).order_by(t.post.c.seq)
    prepared = Prepared(statement)
    for _ in range(2):  # the second time with what the first has compiled
        with filled.read() as reads:
            theirs = reads.conn.execute(statement).mappings().all()
            ours = reads.conn.execute(prepared)
            assert isinstance(ours, Answer)
            assert [dict(row) for row in theirs] == ours.mappings().all()
            assert {bool} == {type(row["urgent"]) for row in ours.mappings()}


def test_fixed_lists_stand_beside_named_parameters(filled: Store) -> None:
    prepared = Prepared(
        select(t.post.c.source_id)
        .where(t.post.c.source_id.in_(("a", "b")), t.post.c.urgent == bindparam("haster"))
        .order_by(t.post.c.seq)
    )
    with filled.read() as reads:
        assert ["b"] == reads.conn.execute(prepared, {"haster": True}).scalars().all()
        assert ["a"] == reads.conn.execute(prepared, {"haster": False}).scalars().all()


def test_several_rows_go_in_at_once_and_none_is_no_row(filled: Store) -> None:
    new = Prepared(insert(t.job_run))
    rows = [{"job": "prøve", "due_slot": str(n), "state": "done", "started_at": float(n)} for n in range(3)]
    with filled.write() as tx:
        tx.conn.execute(new, rows)
        tx.conn.execute(new, [])
    with filled.read() as reads:
        assert 3 == len(reads.conn.execute(select(t.job_run).where(t.job_run.c.job == "prøve")).all())


def test_how_many_rows_were_changed_is_told(filled: Store) -> None:
    change = Prepared(update(t.post).where(t.post.c.source_id == bindparam("which")))
    with filled.write() as tx:
        assert 1 == tx.conn.execute(change, {"which": "a", "subject": "x"}).rowcount
        assert 0 == tx.conn.execute(change, {"which": "finnes ikke", "subject": "x"}).rowcount


def test_the_drivers_errors_come_out_as_sqlalchemys_own(filled: Store) -> None:
    new = Prepared(insert(t.job_run))
    row = {"job": "prøve", "due_slot": "1", "state": "done", "started_at": 1.0}
    with pytest.raises(IntegrityError), filled.write() as tx:
        tx.conn.execute(new, row)
        tx.conn.execute(new, row)
    with filled.read() as reads:  # and nothing of it stands
        assert [] == reads.conn.execute(select(t.job_run).where(t.job_run.c.job == "prøve")).all()


def test_one_where_there_is_none_is_an_error(filled: Store) -> None:
    prepared = Prepared(select(t.post.c.seq).where(t.post.c.source_id == bindparam("which")))
    with filled.read() as reads, pytest.raises(NoResultFound):
        reads.conn.execute(prepared, {"which": "finnes ikke"}).one()
