"""The lock files: hashes on everything, no package host, one resolution for running and developing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def _pins(lock: str) -> dict[str, Version]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {
        canonicalize_name(n): Version(v)
        for n, v in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", text, re.M)
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_package_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.findall(r"\w+://|--index-url|--extra-index-url|--find-links|--trusted-host| @ ", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_locked_has_a_hash(lock: str) -> None:
    entries = re.split(r"^(?=[A-Za-z0-9])", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)
    bare = [
        entry.splitlines()[0] for entry in entries if "==" in entry.splitlines()[0] and "--hash=sha256:" not in entry
    ]
    assert not bare


def test_what_runs_is_what_is_tested() -> None:
    run, dev = map(_pins, LOCKS)
    assert not {name: (version, dev.get(name)) for name, version in run.items() if dev.get(name) != version}


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run, dev = map(_pins, LOCKS)
    wanted = [
        *((run, Requirement(r)) for r in project["project"]["dependencies"]),
        *((dev, Requirement(r)) for r in project["dependency-groups"]["dev"]),
        *((dev, Requirement(r)) for r in project["build-system"]["requires"]),
    ]
    stale = [
        str(requirement)
        for pins, requirement in wanted
        if (pin := pins.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(pin, prereleases=True)
    ]
    assert not stale, "run: make lock"
