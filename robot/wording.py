"""Grounds of a decision in words: the report, ``review show`` and ``explain`` say them alike."""

from __future__ import annotations

from collections.abc import Callable

from robot.texts import text


def ground_text(source: str, said: str, language: str, *, name: Callable[[str], str | None] | None = None) -> str:
    """A ground in words, or an empty string where the reason itself says all. ``name`` gives a rule's name by its id."""
    kind, _, word = source.partition(":")
    if kind == "rule":
        rule = (name(word) if name is not None else None) or word
        line = text("ground.rule", language, rule=rule)
        return line if not said or said == rule else text("ground.because", language, rule=line, text=said)
    if kind == "answer":
        return text("ground.answer", language, text=said or word)
    if kind == "detector":
        return text("ground.found", language, text=said or word)
    return said
