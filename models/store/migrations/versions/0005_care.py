"""Caretaking: how far it has come, when a case is looked at again, and what people should know of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _words(usual: int) -> sa.types.TypeEngine[str]:
    return sa.String(usual).with_variant(sa.Text(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "care_sweep",
        sa.Column("no", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("ground", sa.String(64), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("finished_at", sa.Float()),
    )
    op.create_table(
        "care_case",
        sa.Column("system_id", _words(64), primary_key=True),
        sa.Column("look_again_on", sa.String(10), nullable=False),
    )
    op.create_index("ix_care_case_look_again_on", "care_case", ["look_again_on"])
    op.create_table(
        "care_point",
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("sak", _words(64), nullable=False),
        sa.Column("saksnummer", _words(40), nullable=False),
        sa.Column("target", _words(64), nullable=False),
        sa.Column("number", _words(60), nullable=False),
        sa.Column("enhet", _words(60), nullable=False),
        sa.Column("task", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("reason", _words(200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("rule", _words(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.String(10)),
        sa.Column("first_seen", sa.Float(), nullable=False),
        sa.Column("last_seen", sa.Float(), nullable=False),
    )
    op.create_index("ix_care_point_sak", "care_point", ["sak"])
    op.create_index("ix_care_point_group", "care_point", ["task", "kind", "reason"])
