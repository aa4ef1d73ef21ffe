"""The text catalogue: every reason code has a text and a next step, in every language."""

from __future__ import annotations

import pytest

from models.post import Outcome, State
from models.reasons import ReasonCode
from robot.texts import Language, outcome_text, reason_text, state_text, text


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_has_a_title_and_a_next_step(code: ReasonCode, language: Language) -> None:
    found = reason_text(code, language)
    assert found.title.strip()
    assert not found.title.endswith(".")
    assert found.next_step.endswith(".")


def test_the_languages_differ() -> None:
    assert 3 == len({reason_text("crash", language).next_step for language in Language})


def test_the_next_step_names_the_post() -> None:
    found = reason_text("crash", post="2026-11-20-0042")
    assert "postrobot retry 2026-11-20-0042" in found.next_step
    assert "POST" not in found.next_step


def test_what_a_language_lacks_is_bokmaal() -> None:
    assert text("mode.auto") == text("mode.auto", "en")


def test_every_state_and_outcome_has_a_word() -> None:
    assert all(state_text(state) for state in State)
    assert all(outcome_text(outcome) for outcome in Outcome)


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="finnes_ikke"):
        reason_text("finnes_ikke")
