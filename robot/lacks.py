"""What keeps a journalpost at M, in words for people, with what they can do about it."""

from __future__ import annotations

from models.decision import Lack
from robot.texts import Language, text


def lack_text(code: str, language: Language | str = Language.NB) -> str:
    """The words for one code, as they stand after «fordi». Raises ``ValueError`` for a code that is not in the list."""
    return text(f"lack.{Lack(code).value}", language)
