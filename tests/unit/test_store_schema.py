"""The schema: the migrations make what the tables say, on both databases; a newer database is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from models.store import StoreAddress, tables
from models.store.engine import SchemaTooNew, make_engine, migrate, schema_ready
from tests.support.stores import Clock, new_address, opened, put

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.server)]


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> StoreAddress:
    return new_address(request.param, tmp_path, lambda: request.getfixturevalue("postgres"))


@pytest.fixture
def engine(address: StoreAddress) -> Engine:
    return make_engine(address)


def test_the_migrations_make_exactly_what_the_tables_say(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as conn:
        options = {"compare_type": True, "compare_server_default": conn.dialect.name != "sqlite"}
        context = MigrationContext.configure(conn, opts={"target_metadata": tables.metadata, **options})
        assert [] == compare_metadata(context, tables.metadata)
    engine.dispose()


def test_a_column_the_migrations_lack_is_seen(engine: Engine) -> None:
    """The test above would fail if the two drifted apart."""
    migrate(engine)
    with engine.begin() as conn:
        conn.execute(text("ALTER TABLE post DROP COLUMN forward_channel"))
        found = compare_metadata(MigrationContext.configure(conn), tables.metadata)
    engine.dispose()
    assert ["add_column"] == [difference[0] for difference in found]


def test_a_store_can_be_opened_again_and_keeps_its_post(address: StoreAddress, tmp_path: Path) -> None:
    with opened(address, tmp_path, now=Clock()) as store:
        secret = store.secret()
        post = put(store, "a")
    with opened(address, tmp_path, now=Clock()) as store:
        assert secret == store.secret()
        with store.read() as reads:
            assert post == reads.post(post.id)
        assert 2 == put(store, "b").seq


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(
    address: StoreAddress, engine: Engine, tmp_path: Path
) -> None:
    migrate(engine)
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew), opened(address, tmp_path, now=Clock()):
        pass
    with engine.begin() as conn:
        assert "9999" == conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    engine.dispose()


def test_whether_the_schema_is_there_can_be_asked(engine: Engine) -> None:
    assert not schema_ready(engine)
    migrate(engine)
    assert schema_ready(engine)
    engine.dispose()


def test_sqlite_commits_survive_a_power_cut(tmp_path: Path) -> None:
    with opened(StoreAddress.sqlite(tmp_path / "robot.db"), tmp_path, now=Clock()) as store, store.read() as reads:
        asked = [
            reads.conn.sqlalchemy.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert ["wal", 2, 1] == asked  # synchronous 2 is FULL


@pytest.mark.server
def test_organisations_in_one_postgresql_see_nothing_of_each_other(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server = request.getfixturevalue("postgres")
    first, second = (new_address("postgres", tmp_path, lambda: server) for _ in range(2))
    with opened(first, tmp_path / "1", now=Clock()) as one, opened(second, tmp_path / "2", now=Clock()) as two:
        put(one, "a")
        with two.read() as reads:
            assert 0 == sum(reads.states().values())
        assert one.secret() != two.secret()


def test_a_schema_name_that_could_carry_sql_is_refused() -> None:
    with pytest.raises(ValueError, match="schema"):
        StoreAddress.postgres("postgresql+psycopg://x/y", schema='a"; DROP SCHEMA b')
