"""Real servers for the contract tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from connectors.testing.dovecot import Dovecot, Switches, installed


def _serve(switches: Switches) -> Iterator[Dovecot]:
    if not installed():
        message = "needs the Debian package dovecot-imapd"
        if os.environ.get("POSTROBOT_NEED_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    server = Dovecot.create(switches)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Dovecot with all it has: MOVE, UIDPLUS, IDLE."""
    yield from _serve(Switches())


@pytest.fixture(scope="session")
def dovecot_without_move() -> Iterator[Dovecot]:
    """COPY and UID EXPUNGE only; «/» between mailbox names."""
    yield from _serve(Switches(move=False, separator="/"))


@pytest.fixture(scope="session")
def dovecot_without_uidplus() -> Iterator[Dovecot]:
    """COPY only, no IDLE, and every mailbox under «INBOX.»."""
    yield from _serve(Switches(move=False, uidplus=False, idle=False, prefix="INBOX."))
