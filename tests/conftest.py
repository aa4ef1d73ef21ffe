"""Fixtures for all tests: where ../shared is, and what happens when it is not there."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from connectors.testing import clamd as clamd_server
from connectors.testing.postgres import Postgres, programs
from robot.reading.dispatch import ReadingRoom
from robot.variants import VARIANT_TASKS

# The same examples in every run: a test that fails must fail again. Torture tests say otherwise for themselves.
settings.register_profile("make test", derandomize=True, deadline=None)
settings.load_profile("make test")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Commands set the log up for their whole process; the next test must not inherit it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder beside the clone; its absence is a skip, or a failure where POSTROBOT_NEED_SHARED=1 (CI)."""
    if not SHARED.is_dir():
        message = f"needs the folder {SHARED.name} beside the clone"
        if os.environ.get("POSTROBOT_NEED_SHARED") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL; its absence is a skip, or a failure where POSTROBOT_NEED_SERVERS=1 (CI)."""
    if programs() is None:
        message = "needs the Debian package postgresql"
        if os.environ.get("POSTROBOT_NEED_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    server = Postgres.create()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def clamd() -> Iterator[clamd_server.Clamd]:
    """A real clamd that knows EICAR; its absence is a skip, or a failure where POSTROBOT_NEED_SERVERS=1 (CI)."""
    if clamd_server.program() is None:
        message = "needs the Debian package clamav-daemon"
        if os.environ.get("POSTROBOT_NEED_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    server = clamd_server.Clamd.create()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def reading_room() -> Iterator[ReadingRoom]:
    """The real sandbox, started once for all tests that only need one."""
    with ReadingRoom(tasks=VARIANT_TASKS) as room:
        yield room
