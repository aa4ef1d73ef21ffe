"""One part of docs/regler.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading, what is said, and rules (the entries of ``regler``) that show it."""

    heading: str
    text: str
    rules: str
