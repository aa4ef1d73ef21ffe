"""The tables of one organisation's store. Times are UTC epoch seconds as floats; JSON stands as text.

The migrations in ``migrations/`` are what makes them in an installation; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}
)


def words(usual: int) -> String:
    """Text that comes from outside or from the configuration. SQLite keeps no length, and PostgreSQL shall not either: a
    letter must not be refused for the length of a word in it."""
    return String(usual).with_variant(Text(), "postgresql")


post = Table(
    "post",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("key", String(40), nullable=False),
    Column("source", words(100), nullable=False),
    Column("channel", words(20), nullable=False),
    Column("source_id", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("offer_key", Text, nullable=False),
    # What the post is known by wherever it lies at its source, and its keys are made of; empty: ``source_key``.
    Column("identity", Text, nullable=False, server_default=""),
    Column("content_key", String(64)),
    # SHA-256 of what follows the header block, as bytes: two copies of a mail through different relays share it.
    Column("body_hash", String(64)),
    Column("state", String(12), nullable=False),
    Column("outcome", String(12)),
    Column("reason", String(40)),
    Column("stage", String(12)),
    Column("detail", Text, nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_try_at", Float, nullable=False, server_default="0"),
    Column("lease_token", String(32)),
    Column("lease_until", Float),
    Column("order_key", String(50)),
    Column("urgent", Boolean, nullable=False, server_default="0"),
    Column("received_at", Float, nullable=False),
    Column("stored_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("locator", Text, nullable=False),
    Column("envelope", Text, nullable=False),
    # What people list posts by; the decision is the truth for all but the archive's numbers and last known status.
    Column("subject", Text, nullable=False, server_default=""),
    Column("sender", Text, nullable=False, server_default=""),
    Column("saksmappe_id", words(64)),
    Column("saksnummer", words(40)),
    Column("saktittel", Text),
    Column("journalpost_id", words(64)),
    Column("journalpost", words(60)),
    Column("journalstatus", String(1)),
    Column("type", String(1)),
    Column("tittel", Text),
    Column("offentlig_tittel", Text),
    Column("tilgang", String(12)),
    Column("enhet", words(60)),
    Column("forfall", String(10)),
    Column("forward_channel", words(40)),
    Column("follow_up_by", String(10)),
    Column("rule", words(200)),
    Column("lacks", Text),
    # Since when the virus scanner could not say anything of it, and how often it broke off over it.
    Column("unscanned_since", Float),
    Column("scan_tries", Integer, nullable=False, server_default="0"),
    # When the content went by the rules of retention; ids, codes and hashes stay.
    Column("purged_at", Float),
    UniqueConstraint("source", "source_key"),
    Index("ix_post_offer", "source", "offer_key"),
    Index("ix_post_due", "state", "next_try_at"),
    Index("ix_post_content_key", "content_key"),
    Index("ix_post_body_hash", "body_hash"),
    Index("ix_post_key", "key"),
)

document = Table(
    "document",
    metadata,
    Column("post_seq", Integer, ForeignKey("post.seq"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("media_type", words(200), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
)

reading = Table(
    "reading",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("page", Integer, primary_key=True),  # 0: the whole post read as one
    Column("reader", words(40), primary_key=True),
    Column("settings", words(80), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("made_at", Float, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("post_seq", Integer, ForeignKey("post.seq"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("ruleset_sha256", String(64), nullable=False),
    Column("rule", words(200)),
    Column("facts", LargeBinary, nullable=False),
    Column("judgement", LargeBinary, nullable=False),
    Column("decision", LargeBinary, nullable=False),
)

ruleset = Table(
    "ruleset",
    metadata,
    Column("sha256", String(64), primary_key=True),
    # The order sets came into force in, newest highest; a set that comes back gets a new number.
    Column("no", Integer, nullable=False, server_default="0"),
    Column("in_force_at", Float, nullable=False),
    Column("rules", Integer, nullable=False, server_default="0"),
    Column("files", LargeBinary, nullable=False),
    # How it came into force last, by whom, and the commit and author of layers kept in git (JSON).
    Column("origin", Text, nullable=False, server_default=""),
)

effect = Table(
    "effect",
    metadata,
    Column("key", String(50), primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("post_seq", Integer, ForeignKey("post.seq"), index=True),
    Column("kind", String(20), nullable=False),
    Column("order_key", String(50)),
    Column("request", Text, nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("lookups", Integer, nullable=False, server_default="0"),
    Column("next_try_at", Float, nullable=False, server_default="0"),
    Column("locator", Text),
    Column("error", Text, nullable=False, server_default=""),
    Column("planned_at", Float, nullable=False),
    Column("done_at", Float),
    Index("ix_effect_open", "state", "next_try_at"),
    Index("ix_effect_order", "order_key", "state"),
)

audit_event = Table(
    "audit_event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("ts_utc", String(32), nullable=False),
    Column("tenant", String(20), nullable=False),
    Column("actor", words(80), nullable=False),
    Column("event", String(40), nullable=False),
    Column("item_id", String(32), nullable=False, index=True),
    Column("object_ref", words(120), nullable=False),
    Column("reason_code", String(40), nullable=False),
    Column("rule_id", words(200), nullable=False),
    Column("ruleset_sha256", String(64), nullable=False),
    Column("software_version", String(40), nullable=False),
    Column("details", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

answer = Table(
    "answer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("post_seq", Integer, ForeignKey("post.seq"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("verb", String(12), nullable=False),
    Column("payload", Text, nullable=False),
    Column("user", words(80), nullable=False),
    Column("at", Float, nullable=False),
    Column("decision_no", Integer),  # the decision it went into; None while it waits to be used
    UniqueConstraint("post_seq", "round"),
)

job_run = Table(
    "job_run",
    metadata,
    Column("job", words(40), primary_key=True),
    Column("due_slot", String(32), primary_key=True),
    Column("state", String(8), nullable=False),
    Column("started_at", Float, nullable=False),
    Column("finished_at", Float),
    Column("result", Text, nullable=False, server_default=""),
)

# Bytes a virus was found in: the infected ones themselves, and the documents they lie in. A row goes when they are let out.
quarantine = Table(
    "quarantine",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("signature", String(120), nullable=False),
    Column("found_at", Float, nullable=False),
)

connection = Table(
    "connection",
    metadata,
    Column("name", words(100), primary_key=True),
    Column("last_ok_at", Float),
    Column("last_error_at", Float),
    Column("error", Text, nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("paused_until", Float),
    # What silence is measured against: the first time it worked, since when it has not, and the last post that came in by it.
    Column("first_ok_at", Float),
    Column("failing_since", Float),
    Column("last_post_at", Float),
)

# Alarms that are raised now. ``quiet_since``: what raised it has been gone since then, and it is over in a while.
alarm = Table(
    "alarm",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("raised_at", Float, nullable=False),
    Column("quiet_since", Float),
    Column("facts", Text, nullable=False),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
)
