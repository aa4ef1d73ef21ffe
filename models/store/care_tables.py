"""Tables of caretaking: how far the reading of the archive has come, which cases are looked at again when, and the points."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text

from models.store.tables import metadata, words

# One row. ``mark`` is the archive's own: what changed after it has not been looked at. ``ground`` is a digest of the rules and
# choices that everything before the mark was judged by; with others everything is judged anew.
care_sweep = Table(
    "care_sweep",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("mark", Text, nullable=False),
    Column("ground", String(64), nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("finished_at", Float),
)

# Cases that time alone may change the verdict of.
care_case = Table(
    "care_case",
    metadata,
    Column("system_id", words(64), primary_key=True),
    Column("look_again_on", String(10), nullable=False),
    Index("ix_care_case_look_again_on", "look_again_on"),
)

# What people should know of, with the same key every night it is there.
care_point = Table(
    "care_point",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("sak", words(64), nullable=False),
    Column("saksnummer", words(40), nullable=False),
    Column("target", words(64), nullable=False),
    Column("number", words(60), nullable=False),
    Column("enhet", words(60), nullable=False),
    Column("task", String(20), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("reason", words(200), nullable=False),
    Column("count", Integer, nullable=False),
    Column("rule", words(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("due_on", String(10)),
    Column("first_seen", Float, nullable=False),
    Column("last_seen", Float, nullable=False),
    Index("ix_care_point_sak", "sak"),
    Index("ix_care_point_group", "task", "kind", "reason"),
)
