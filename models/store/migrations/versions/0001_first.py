"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ts_utc", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("object_ref", sa.String(length=120), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("rule_id", sa.String(length=200), nullable=False),
        sa.Column("ruleset_sha256", sa.String(length=64), nullable=False),
        sa.Column("software_version", sa.String(length=40), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(op.f("ix_audit_event_item_id"), "audit_event", ["item_id"], unique=False)
    op.create_table(
        "connection",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("last_ok_at", sa.Float(), nullable=True),
        sa.Column("last_error_at", sa.Float(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paused_until", sa.Float(), nullable=True),
        sa.Column("first_ok_at", sa.Float(), nullable=True),
        sa.Column("failing_since", sa.Float(), nullable=True),
        sa.Column("last_post_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "alarm",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("raised_at", sa.Float(), nullable=False),
        sa.Column("quiet_since", sa.Float(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name"),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "quarantine",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=120), nullable=False),
        sa.Column("found_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("due_slot", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("finished_at", sa.Float(), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("job", "due_slot"),
    )
    op.create_table(
        "post",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("offer_key", sa.Text(), nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=True),
        sa.Column("body_hash", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("stage", sa.String(length=12), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.Float(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.Float(), nullable=True),
        sa.Column("order_key", sa.String(length=50), nullable=True),
        sa.Column("urgent", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.Column("stored_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("saksmappe_id", sa.String(length=64), nullable=True),
        sa.Column("saksnummer", sa.String(length=40), nullable=True),
        sa.Column("saktittel", sa.Text(), nullable=True),
        sa.Column("journalpost_id", sa.String(length=64), nullable=True),
        sa.Column("journalpost", sa.String(length=60), nullable=True),
        sa.Column("journalstatus", sa.String(length=1), nullable=True),
        sa.Column("type", sa.String(length=1), nullable=True),
        sa.Column("tittel", sa.Text(), nullable=True),
        sa.Column("offentlig_tittel", sa.Text(), nullable=True),
        sa.Column("tilgang", sa.String(length=12), nullable=True),
        sa.Column("enhet", sa.String(length=60), nullable=True),
        sa.Column("forfall", sa.String(length=10), nullable=True),
        sa.Column("forward_channel", sa.String(length=40), nullable=True),
        sa.Column("follow_up_by", sa.String(length=10), nullable=True),
        sa.Column("rule", sa.String(length=200), nullable=True),
        sa.Column("lacks", sa.Text(), nullable=True),
        sa.Column("unscanned_since", sa.Float(), nullable=True),
        sa.Column("scan_tries", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id", name=op.f("uq_post_id")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_post_source")),
    )
    op.create_index("ix_post_content_key", "post", ["content_key"], unique=False)
    op.create_index("ix_post_body_hash", "post", ["body_hash"], unique=False)
    op.create_index("ix_post_due", "post", ["state", "next_try_at"], unique=False)
    op.create_index("ix_post_key", "post", ["key"], unique=False)
    op.create_index("ix_post_offer", "post", ["source", "offer_key"], unique=False)
    op.create_table(
        "reading",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(length=40), nullable=False),
        sa.Column("settings", sa.String(length=80), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "page", "reader", "settings"),
    )
    op.create_table(
        "ruleset",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("no", sa.Integer(), server_default="0", nullable=False),
        sa.Column("in_force_at", sa.Float(), nullable=False),
        sa.Column("rules", sa.Integer(), server_default="0", nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_seq", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=12), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("user", sa.String(length=80), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("decision_no", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_seq"],
            ["post.seq"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("post_seq", "round", name=op.f("uq_answer_post_seq")),
    )
    op.create_table(
        "decision",
        sa.Column("post_seq", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("ruleset_sha256", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("judgement", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_seq"],
            ["post.seq"],
        ),
        sa.PrimaryKeyConstraint("post_seq", "no"),
    )
    op.create_table(
        "document",
        sa.Column("post_seq", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_seq"],
            ["post.seq"],
        ),
        sa.PrimaryKeyConstraint("post_seq", "no"),
    )
    op.create_index(op.f("ix_document_sha256"), "document", ["sha256"], unique=False)
    op.create_table(
        "effect",
        sa.Column("key", sa.String(length=50), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("post_seq", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("order_key", sa.String(length=50), nullable=True),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lookups", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.Float(), server_default="0", nullable=False),
        sa.Column("locator", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("planned_at", sa.Float(), nullable=False),
        sa.Column("done_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_seq"],
            ["post.seq"],
        ),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("seq", name=op.f("uq_effect_seq")),
    )
    op.create_index("ix_effect_open", "effect", ["state", "next_try_at"], unique=False)
    op.create_index("ix_effect_order", "effect", ["order_key", "state"], unique=False)
    op.create_index(op.f("ix_effect_post_seq"), "effect", ["post_seq"], unique=False)


def downgrade() -> None:
    raise RuntimeError("there is nothing before the first schema")
