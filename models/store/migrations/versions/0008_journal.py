"""The check of the public journal: its findings, and what is known of each published entry."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _words(usual: int) -> sa.types.TypeEngine[str]:
    return sa.String(usual).with_variant(sa.Text(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "journal_finding",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(40), nullable=False, unique=True),
        sa.Column("check_id", _words(70), nullable=False),
        sa.Column("rule", _words(70), nullable=False),
        sa.Column("entry", _words(200), nullable=False),
        sa.Column("number", _words(60), nullable=False),
        sa.Column("enhet", _words(60), nullable=False),
        sa.Column("field", _words(60), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("basis", _words(200), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("ruleset_sha256", sa.String(64), nullable=False),
        sa.Column("first_seen", sa.Float(), nullable=False),
        sa.Column("last_seen", sa.Float(), nullable=False),
        sa.Column("answer", sa.String(10), nullable=False, server_default=""),
        sa.Column("answered_by", _words(80), nullable=False, server_default=""),
        sa.Column("answered_at", sa.Float()),
        sa.Column("told_at", sa.Float()),
    )
    op.create_index("ix_journal_finding_status", "journal_finding", ["status", "severity"])
    op.create_index("ix_journal_finding_entry", "journal_finding", ["entry"])
    op.create_index("ix_journal_finding_check_id", "journal_finding", ["check_id", "answer"])
    op.create_table(
        "journal_entry",
        sa.Column("view", _words(40), primary_key=True),
        sa.Column("entry", _words(200), primary_key=True),
        sa.Column("number", _words(60), nullable=False),
        sa.Column("enhet", _words(60), nullable=False),
        sa.Column("saksnummer", _words(40), nullable=False),
        sa.Column("journalaar", sa.Integer(), nullable=False),
        sa.Column("journalsekvensnummer", sa.Integer(), nullable=False),
        sa.Column("journaldato", sa.String(10), nullable=False),
        sa.Column("published_on", sa.String(10), nullable=False),
        sa.Column("klasse", _words(60), nullable=False),
        sa.Column("shielded", sa.Boolean(), nullable=False),
        sa.Column("case_title", sa.String(32), nullable=False),
        sa.Column("twin", sa.String(32), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
    )
    op.create_index("ix_journal_entry_journalaar", "journal_entry", ["journalaar", "journalsekvensnummer"])
    op.create_index("ix_journal_entry_twin", "journal_entry", ["twin"])
    op.create_index("ix_journal_entry_published_on", "journal_entry", ["published_on"])
    op.create_index("ix_journal_entry_saksnummer", "journal_entry", ["saksnummer"])
    op.create_index("ix_journal_entry_klasse", "journal_entry", ["klasse", "journaldato"])
    op.create_table("journal_case", sa.Column("system_id", _words(64), primary_key=True))
