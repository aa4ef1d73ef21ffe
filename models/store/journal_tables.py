"""The tables of the check of the public journal: its findings, and what must be known of each entry to judge the whole.

No value that was found, no title and no name stands in them: hashes under the organisation's own key, codes and counts.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text

from models.store.tables import metadata, words

journal_finding = Table(
    "journal_finding",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # Check, entry, field and value under the organisation's key: the same finding next night has the same one.
    Column("key", String(40), nullable=False, unique=True),
    Column("check_id", words(70), nullable=False),
    Column("rule", words(70), nullable=False),
    Column("entry", words(200), nullable=False),
    Column("number", words(60), nullable=False),
    Column("enhet", words(60), nullable=False),
    Column("field", words(60), nullable=False),
    Column("masked", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("basis", words(200), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("status", String(10), nullable=False),
    Column("ruleset_sha256", String(64), nullable=False),
    Column("first_seen", Float, nullable=False),
    Column("last_seen", Float, nullable=False),
    # What a person said of it: right, or (accepted as it is) wrong.
    Column("answer", String(10), nullable=False, server_default=""),
    Column("answered_by", words(80), nullable=False, server_default=""),
    Column("answered_at", Float),
    Column("told_at", Float),
    Index("ix_journal_finding_status", "status", "severity"),
    Index("ix_journal_finding_entry", "entry"),
    Index("ix_journal_finding_check_id", "check_id", "answer"),
)

journal_entry = Table(
    "journal_entry",
    metadata,
    Column("view", words(40), primary_key=True),
    Column("entry", words(200), primary_key=True),
    Column("number", words(60), nullable=False),
    Column("enhet", words(60), nullable=False),
    Column("saksnummer", words(40), nullable=False),
    Column("journalaar", Integer, nullable=False),
    Column("journalsekvensnummer", Integer, nullable=False),
    Column("journaldato", String(10), nullable=False),
    Column("published_on", String(10), nullable=False),
    Column("klasse", words(60), nullable=False),
    Column("shielded", Boolean, nullable=False),
    # Keyed hashes of the case's title, and of sender, title and document date together.
    Column("case_title", String(32), nullable=False),
    Column("twin", String(32), nullable=False),
    Column("seen_at", Float, nullable=False),
    Index("ix_journal_entry_journalaar", "journalaar", "journalsekvensnummer"),
    Index("ix_journal_entry_twin", "twin"),
    Index("ix_journal_entry_published_on", "published_on"),
    Index("ix_journal_entry_saksnummer", "saksnummer"),
    Index("ix_journal_entry_klasse", "klasse", "journaldato"),
)

# Cases in which something waits (an unanswered letter, an unassessed code): time alone may make a finding there.
journal_case = Table("journal_case", metadata, Column("system_id", words(64), primary_key=True))
