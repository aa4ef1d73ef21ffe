"""What a code means: rule fault codes (R101 …) and reason codes (``no_rule`` …), for ``postrobot explain CODE``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.reasons import ReasonCode
from robot.texts import reason_text

_RULE_CODE = re.compile(r"[Rr][0-9]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeText:
    """``example`` is empty for reason codes."""

    code: str
    title: str
    text: str
    example: str = ""


def looks_like_code(word: str) -> bool:
    """Whether the word is a code and not a post or a file."""
    return bool(_RULE_CODE.fullmatch(word)) or word.lower() in set(ReasonCode)


def explain_code(word: str, *, language: str = "nb") -> CodeText | None:
    """The explanation, or None for a code that does not exist."""
    if word.lower() in set(ReasonCode):
        found = reason_text(word.lower(), language)
        return CodeText(code=word.lower(), title=found.title, text=found.next_step)
    from rules.codes import CODES

    code = CODES.get(word.upper())
    if code is None:
        return None
    return CodeText(code=word.upper(), title=code.title, text=code.why, example=code.example)
