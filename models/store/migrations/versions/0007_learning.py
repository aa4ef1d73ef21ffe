"""Learning: masked examples, and the pipelines trained from them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _words(usual: int) -> sa.types.TypeEngine[str]:
    return sa.String(usual).with_variant(sa.Text(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "learning_example",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("target", sa.String(20), primary_key=True),
        sa.Column("label", _words(200), nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("noted_at", sa.Float(), nullable=False),
        sa.Column("post_seq", sa.Integer()),
    )
    op.create_index("ix_learning_example_post_seq", "learning_example", ["post_seq"])
    op.create_index("ix_learning_example_target", "learning_example", ["target", "noted_at"])
    op.create_table(
        "learning_pipeline",
        sa.Column("no", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("target", sa.String(20), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("standing", sa.String(10), nullable=False),
        sa.Column("trained_at", sa.Float(), nullable=False),
        sa.Column("seen_until", sa.Float(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
    )
    op.create_index("ix_learning_pipeline_target", "learning_pipeline", ["target", "standing"])
