"""Posts whose content has gone by the rules of retention say when."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("post", sa.Column("purged_at", sa.Float(), nullable=True))
