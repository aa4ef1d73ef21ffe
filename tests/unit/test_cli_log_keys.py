"""Every key that our code logs is on the list: nothing we meant to tell is withheld, and nothing new slips in unseen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from robot.log import ALLOWED

ROOT = Path(__file__).resolve().parents[2]
_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "bind"}
_LOGGERS = {"log", "_log", "logger", "_logger"}
_OPTIONS = {"exc_info", "stack_info"}


def _logged() -> Iterator[tuple[str, str]]:
    """(place, key) of every keyword in a call of a logger, and of bound context variables."""
    for package in ("robot", "connectors", "rules", "models"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _is_log(node.func):
                    for keyword in node.keywords:
                        if keyword.arg and keyword.arg not in _OPTIONS:
                            yield f"{path.relative_to(ROOT)}:{node.lineno}", keyword.arg


def _is_log(func: ast.expr) -> bool:
    if isinstance(func, ast.Name):
        return func.id in ("bound_contextvars", "bind_contextvars")
    if not isinstance(func, ast.Attribute):
        return False
    if func.attr in ("bound_contextvars", "bind_contextvars"):
        return True
    return func.attr in _METHODS and isinstance(func.value, ast.Name) and func.value.id in _LOGGERS


def test_every_key_we_log_is_listed() -> None:
    found = list(_logged())
    assert found
    assert [] == [(place, key) for place, key in found if key not in ALLOWED]
