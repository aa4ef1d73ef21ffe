"""Real servers that tests need: their absence is a skip, or a failure where POSTROBOT_NEED_SERVERS=1 (CI)."""

from __future__ import annotations

import os

import pytest

from connectors.testing.dovecot import installed


def needs_dovecot() -> None:
    """Skips where Dovecot is not on this machine."""
    if not installed():
        message = "needs the Debian package dovecot-imapd"
        if os.environ.get("POSTROBOT_NEED_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
