"""docs/grunner.md says of every reason code what the program says."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.reasons import ReasonCode
from robot.texts import reason_text

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "grunner.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_code_is_documented_as_the_program_says_it(code: ReasonCode) -> None:
    text = reason_text(code)
    assert f"| `{code.value}` | {text.title} | {text.next_step} |" in PAGE
