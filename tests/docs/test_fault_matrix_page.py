"""docs/feilmatrise.md: every row of the fault matrix names tests that are there, and every test of a row stands in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "feilmatrise.md").read_text(encoding="utf-8")
ROWS = {match[1]: match[0] for match in re.finditer(r"^\| (F\d+) \|.*$", PAGE, re.MULTILINE)}
ALL = [f"F{number}" for number in range(1, 23)]


def names_in(path: Path) -> set[str]:
    """Names of the tests in a file, those in classes too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def named_in(row: str) -> list[tuple[str, str]]:
    return re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", ROWS[row])


def test_the_page_has_every_row_once_and_in_order() -> None:
    assert ALL == list(ROWS)
    assert len(ALL) == len(re.findall(r"^\| F\d+ \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("row", ALL)
def test_every_row_names_tests_that_are_there(row: str) -> None:
    named = named_in(row)
    assert named, f"{row} has no test"
    missing = [f"{path}::{name}" for path, name in named if name not in names_in(ROOT / path)]
    assert [] == missing


def test_every_test_made_for_a_row_stands_in_it() -> None:
    found = {
        (f"F{int(number)}", f"tests/journey/{path.name}", name)
        for path in sorted((ROOT / "tests" / "journey").glob("test_*.py"))
        for name in names_in(path)
        for number in re.findall(r"(?<=_)f(\d\d?)(?=_)", name)
    }
    named = {(row, path, name) for row in ALL for path, name in named_in(row)}
    assert found
    assert [] == sorted(found - named)
