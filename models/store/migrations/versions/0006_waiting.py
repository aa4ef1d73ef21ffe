"""What waits for an answer and until when; what letters are known by, and pairs that look like one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _words(usual: int) -> sa.types.TypeEngine[str]:
    return sa.String(usual).with_variant(sa.Text(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "restanse",
        sa.Column("journalpost", _words(64), primary_key=True),
        sa.Column("sak", _words(64), nullable=False),
        sa.Column("saksnummer", _words(40), nullable=False),
        sa.Column("number", _words(60), nullable=False),
        sa.Column("type", sa.String(1), nullable=False),
        sa.Column("enhet", _words(60), nullable=False),
        sa.Column("mottatt", sa.String(10), nullable=False),
        sa.Column("journaldato", sa.String(10), nullable=False),
        sa.Column("due_on", sa.String(10)),
        sa.Column("warn_on", sa.String(10)),
    )
    op.create_index("ix_restanse_sak", "restanse", ["sak"])
    op.create_index("ix_restanse_enhet", "restanse", ["enhet", "due_on"])
    op.create_index("ix_restanse_due_on", "restanse", ["due_on"])
    op.create_table(
        "restanse_frist",
        sa.Column("journalpost", _words(64), primary_key=True),
        sa.Column("rule", _words(200), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.String(10), nullable=False),
        sa.Column("warn_on", sa.String(10), nullable=False),
        sa.Column("hjemmel", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Float()),
    )
    op.create_index("ix_restanse_frist_warn_on", "restanse_frist", ["warn_on"])
    op.create_table(
        "known_letter",
        sa.Column("journalpost", _words(64), primary_key=True),
        sa.Column("sak", _words(64), nullable=False),
        sa.Column("saksnummer", _words(40), nullable=False),
        sa.Column("number", _words(60), nullable=False),
        sa.Column("enhet", _words(60), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("our_key", _words(50), nullable=False),
        sa.Column("text_seen", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_known_letter_sak", "known_letter", ["sak"])
    op.create_table(
        "letter_mark",
        sa.Column("mark", sa.String(44), primary_key=True),
        sa.Column("journalpost", _words(64), primary_key=True),
    )
    op.create_index("ix_letter_mark_journalpost", "letter_mark", ["journalpost"])
    op.create_table(
        "twin",
        sa.Column("id", sa.String(11), primary_key=True),
        sa.Column("earlier", _words(64), nullable=False),
        sa.Column("later", _words(64), nullable=False),
        sa.Column("likeness", sa.String(40), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("found_at", sa.Float(), nullable=False),
        sa.Column("answered_at", sa.Float()),
    )
    op.create_index("ix_twin_earlier", "twin", ["earlier"])
    op.create_index("ix_twin_later", "twin", ["later"])
    op.create_index("ix_twin_state", "twin", ["state", "found_at"])
