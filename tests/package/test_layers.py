"""Imports go one way, and no test folder shadows a package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_imports_go_one_way() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == told.returncode, told.stdout + told.stderr


def test_no_test_folder_has_the_name_of_a_package() -> None:
    names = {path.parent.name for path in (ROOT / "tests").rglob("*.py")} | {p.name for p in (ROOT / "tests").iterdir()}
    assert not names & {"robot", "rules", "connectors", "models"}


@pytest.mark.parametrize("script", [".ci/environment", ".ci/system-packages"])
def test_the_setup_scripts_are_posix_sh(script: str) -> None:
    text = (ROOT / script).read_text(encoding="utf-8")
    assert text.startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", str(ROOT / script)], check=True)


def test_continuous_integration_needs_everything_and_runs_make_test() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "POSTROBOT_NEED_SHARED=1" in text
    assert "make test" in text
