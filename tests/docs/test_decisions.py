"""Every dependency has its reason, and nothing is explained that is not there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "decisions" / "0001-dependencies.md"


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def _declared() -> dict[str, set[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    return {
        "Needed to run": {_name(r) for r in project["project"]["dependencies"]},
        "Extras": {_name(r) for group in extras.values() for r in group},
        "Needed to develop": {_name(r) for r in project["dependency-groups"]["dev"]},
    }


def _explained() -> dict[str, dict[str, str]]:
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    rows = {
        section.splitlines()[0].strip(): re.findall(r"^\| (\S+) \| (.+) \|$", section, re.MULTILINE)
        for section in sections
    }
    return {title: {name.lower(): why for name, why in found if name != "package"} for title, found in rows.items()}


@pytest.mark.parametrize("section", ["Needed to run", "Extras", "Needed to develop"])
def test_the_table_is_the_list(section: str) -> None:
    assert _declared()[section] == set(_explained()[section])


@pytest.mark.parametrize("section", ["Needed to run", "Extras", "Needed to develop"])
def test_every_reason_says_something(section: str) -> None:
    assert not [name for name, why in _explained()[section].items() if len(why) < 5]
