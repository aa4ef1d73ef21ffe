"""Tables of learning: masked examples, and the pipelines trained from them."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from models.store.tables import metadata, words

learning_example = Table(
    "learning_example",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("target", String(20), primary_key=True),
    Column("label", words(200), nullable=False),
    Column("origin", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("noted_at", Float, nullable=False),
    Column("post_seq", Integer),
    Index("ix_learning_example_post_seq", "post_seq"),
    Index("ix_learning_example_target", "target", "noted_at"),
)

# Every pipeline that was trained, also those that were not taken into use: what was tried is not tried again on the same.
learning_pipeline = Table(
    "learning_pipeline",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("target", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("standing", String(10), nullable=False),
    Column("trained_at", Float, nullable=False),
    Column("seen_until", Float, nullable=False),
    Column("examples", Integer, nullable=False),
    Column("card", Text, nullable=False),
    Index("ix_learning_pipeline_target", "target", "standing"),
)
