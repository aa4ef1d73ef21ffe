"""The text catalogue: what people read, by key and language. Bokmål is complete; what another language lacks is bokmål."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.reasons import ReasonCode
from robot import (
    texts_alarms,
    texts_en,
    texts_frister,
    texts_journal,
    texts_nb,
    texts_nn,
    texts_omsorg,
    texts_report,
    texts_scan,
)


class Language(StrEnum):
    """What ``spraak`` in the configuration may say."""

    NB = "nb"
    NN = "nn"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonText:
    """``title`` says what happened, as a heading; ``next_step`` what a person does about it, as a sentence."""

    title: str
    next_step: str


_REASONS: Mapping[Language, Mapping[ReasonCode, tuple[str, str]]] = {
    Language.NB: texts_nb.REASONS,
    Language.NN: texts_nn.REASONS,
    Language.EN: texts_en.REASONS,
}
_AREAS = (texts_report, texts_alarms, texts_omsorg, texts_frister, texts_scan, texts_journal)


def _columns(number: int) -> dict[str, str]:
    """The texts of every area in one language."""
    return {key: said for area in _AREAS for key, said in area.column(number).items()}


_TEXTS: Mapping[Language, Mapping[str, str]] = {
    Language.NB: {**texts_nb.TEXTS, **_columns(0)},
    Language.NN: {**texts_nn.TEXTS, **_columns(1)},
    Language.EN: {**texts_en.TEXTS, **_columns(2)},
}


def reason_text(code: ReasonCode | str, language: Language | str = Language.NB, *, post: str = "POST") -> ReasonText:
    """The text of a reason code; ``post`` is the id that stands in the commands of the next step.

    Raises:
        ValueError: a code that is not in the closed list.
    """
    wanted = ReasonCode(code)
    title, next_step = _REASONS[Language(language)].get(wanted) or texts_nb.REASONS[wanted]
    return ReasonText(title=title, next_step=next_step.replace("POST", post))


def text(key: str, language: Language | str = Language.NB, **values: object) -> str:
    """The text under ``key`` with ``values`` filled in. Raises ``KeyError`` for a key that bokmål does not have."""
    template = _TEXTS[Language(language)].get(key) or texts_nb.TEXTS[key]
    return template.format(**values) if values else template


def state_text(state: str, language: Language | str = Language.NB) -> str:
    """The word for a state of a post."""
    return text(f"state.{state}", language)


def outcome_text(outcome: str, language: Language | str = Language.NB) -> str:
    """The word for an outcome of a post."""
    return text(f"outcome.{outcome}", language)
