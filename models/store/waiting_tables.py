"""Tables of what waits for an answer, and of what letters are known by."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, String, Table, Text

from models.store.tables import metadata, words

# Every I and N that nothing has signed off. ``due_on`` is the earliest of its deadlines, ``warn_on`` the first day any is near.
# Who has the case is not kept: the lists are by unit.
restanse = Table(
    "restanse",
    metadata,
    Column("journalpost", words(64), primary_key=True),
    Column("sak", words(64), nullable=False),
    Column("saksnummer", words(40), nullable=False),
    Column("number", words(60), nullable=False),
    Column("type", String(1), nullable=False),
    Column("enhet", words(60), nullable=False),
    Column("mottatt", String(10), nullable=False),
    Column("journaldato", String(10), nullable=False),
    Column("due_on", String(10)),
    Column("warn_on", String(10)),
    Index("ix_restanse_sak", "sak"),
    Index("ix_restanse_enhet", "enhet", "due_on"),
    Index("ix_restanse_due_on", "due_on"),
)

restanse_frist = Table(
    "restanse_frist",
    metadata,
    Column("journalpost", words(64), primary_key=True),
    Column("rule", words(200), primary_key=True),
    Column("name", Text, nullable=False),
    Column("due_on", String(10), nullable=False),
    Column("warn_on", String(10), nullable=False),
    Column("hjemmel", Text, nullable=False),
    Column("told_at", Float),
    Index("ix_restanse_frist_warn_on", "warn_on"),
)

# Incoming letters, and what each is known by. ``text_seen``: what it says has been looked at, and gave what marks it could.
known_letter = Table(
    "known_letter",
    metadata,
    Column("journalpost", words(64), primary_key=True),
    Column("sak", words(64), nullable=False),
    Column("saksnummer", words(40), nullable=False),
    Column("number", words(60), nullable=False),
    Column("enhet", words(60), nullable=False),
    Column("serial", BigInteger, nullable=False),
    Column("our_key", words(50), nullable=False),
    Column("text_seen", Boolean, nullable=False),
    Index("ix_known_letter_sak", "sak"),
)

letter_mark = Table(
    "letter_mark",
    metadata,
    Column("mark", String(44), primary_key=True),
    Column("journalpost", words(64), primary_key=True),
    Index("ix_letter_mark_journalpost", "journalpost"),
)

# Two entries that look like one letter, until a person has said which it is.
twin = Table(
    "twin",
    metadata,
    Column("id", String(11), primary_key=True),
    Column("earlier", words(64), nullable=False),
    Column("later", words(64), nullable=False),
    Column("likeness", String(40), nullable=False),
    Column("state", String(8), nullable=False),
    Column("found_at", Float, nullable=False),
    Column("answered_at", Float),
    Index("ix_twin_earlier", "earlier"),
    Index("ix_twin_later", "later"),
    Index("ix_twin_state", "state", "found_at"),
)
