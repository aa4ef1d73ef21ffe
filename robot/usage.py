"""What typer says of wrong use, as one Norwegian sentence with the next step."""

from __future__ import annotations

import difflib
from typing import Any

from typer.exceptions import TyperException


def usage_sentence(problem: TyperException) -> str:
    """The sentence. Typer's own English text is only used where it has a form we do not know."""
    ctx: Any = getattr(problem, "ctx", None)
    path = ctx.command_path if ctx is not None else "postrobot"
    return f"{_what(problem, ctx)} Se: {path} --help"


def _what(problem: TyperException, ctx: Any) -> str:
    kind = type(problem).__name__
    param: Any = getattr(problem, "param", None)
    name = (
        (param.metavar or param.opts[-1]).upper() if param is not None and param.param_type_name == "argument" else ""
    )
    name = name or (max(param.opts, key=len) if param is not None else "")
    if kind == "NoSuchOption":
        near = sorted(getattr(problem, "possibilities", None) or ())
        return f"Valget {getattr(problem, 'option_name', '')} finnes ikke.{_guess(near[:1])}"
    if kind == "MissingParameter":
        return f"{name} mangler."
    if kind == "BadParameter":
        return f"Verdien til {name} kan ikke brukes."
    if kind == "BadOptionUsage":
        return f"Valget {getattr(problem, 'option_name', '')} er brukt feil: verdien mangler, eller er til overs."
    message = str(getattr(problem, "message", problem))
    if message.startswith("No such command"):
        word = message.split("'")[1] if "'" in message else ""
        near = difflib.get_close_matches(word, getattr(ctx.command, "commands", {}) if ctx else (), n=1)
        return f"Kommandoen «{word}» finnes ikke.{_guess(near)}"
    if message.startswith("Missing command"):
        return "Det mangler en kommando."
    if "unexpected extra argument" in message:
        return f"For mange argumenter: {message.partition('(')[2].rstrip(').')}."
    return message


def _guess(near: list[str]) -> str:
    return f" Mente du «{near[0]}»?" if near else ""
