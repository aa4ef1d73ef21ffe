"""What a post is known by wherever it lies at its source: its keys are made of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("post", sa.Column("identity", sa.Text(), nullable=False, server_default=""))
