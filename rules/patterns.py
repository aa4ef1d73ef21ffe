"""Regular expressions in linear time (RE2), compiled in one way."""

from __future__ import annotations

from typing import Any

_MAX_MEMORY = 8 << 20
"""Bytes for one compiled pattern."""


def compile_pattern(pattern: str, *, case_sensitive: bool = True) -> Any:
    """The compiled pattern.

    Raises:
        re2.error: it is no pattern that RE2 knows, or too large.
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = case_sensitive
    options.max_mem = _MAX_MEMORY
    return re2.compile(pattern, options)


def try_pattern(pattern: str) -> Any | None:
    """The pattern in any case, or None when RE2 does not take it."""
    import re2

    try:
        return compile_pattern(pattern, case_sensitive=False)
    except re2.error:
        return None
