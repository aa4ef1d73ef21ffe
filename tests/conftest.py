"""Fixtures for all tests: where ../shared is, and what happens when it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder beside the clone; its absence is a skip, or a failure where POSTROBOT_NEED_SHARED=1 (CI)."""
    if not SHARED.is_dir():
        message = f"needs the folder {SHARED.name} beside the clone"
        if os.environ.get("POSTROBOT_NEED_SHARED") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return SHARED
