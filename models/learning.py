"""What the robot learns from: masked texts with what people (or rules) made of them, and the pipelines that came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Target(StrEnum):
    """What is learnt to be told from a post's text."""

    KATEGORI = "kategori"
    ENHET = "enhet"
    UTFALL = "utfall"


class Origin(StrEnum):
    """Who said the label. A rule's word is weak: it counts only while people's own are few."""

    ANSWER = "answer"
    RULE = "rule"
    IMPORTED = "imported"


class Standing(StrEnum):
    """What a pipeline is used for: at work, kept for roll-back, or never taken into use."""

    LIVE = "live"
    OLD = "old"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled text. ``text`` is masked: no names of persons, no digits.

    ``key`` is the post's id, or a digest of an imported row. ``at`` is when the post came, ``noted_at`` when it was learnt
    of (UTC epoch seconds).
    """

    key: str
    target: Target
    label: str
    origin: Origin
    text: str
    at: float
    noted_at: float = 0.0
    post_seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A pipeline that was trained. ``seen_until``: examples noted later were not among what it learnt from.

    ``card`` is counts, figures and class names for people; nothing rests on it.
    """

    no: int
    target: Target
    sha256: str
    standing: Standing
    trained_at: float
    seen_until: float
    examples: int
    card: Mapping[str, Any] = field(default_factory=dict)
