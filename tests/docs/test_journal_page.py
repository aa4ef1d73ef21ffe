"""docs/journalkontroll.md tells of every check as it is, and of no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot.journalcheck.catalogue import CHECKS
from robot.texts import text

PAGE = Path(__file__).parents[2] / "docs" / "journalkontroll.md"


def row_of(check: str) -> str:
    """The line of the table for one check."""
    one = CHECKS[check]
    level = text(f"journal.level.{one.level.value}", "nb")
    where = {"rule": "regel", "code": "kode", "files": "filer"}[one.where.value]
    return f"| {one.id} | {text(f'journal.{one.id}', 'nb')} | {level} | {one.basis or '–'} | {where} |"


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_every_check_stands_in_the_table_as_it_is(check: str) -> None:
    assert row_of(check) in PAGE.read_text(encoding="utf-8").splitlines()


def test_no_check_that_is_gone_stands_in_the_table() -> None:
    rows = [
        line.split("|")[1].strip() for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| PJ-")
    ]
    assert sorted(CHECKS) == sorted(rows)
