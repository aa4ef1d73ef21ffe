"""PostgreSQL keeps words from outside whatever their length, as SQLite always did."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = {
    "post": (
        "source",
        "channel",
        "saksmappe_id",
        "saksnummer",
        "journalpost_id",
        "journalpost",
        "enhet",
        "forward_channel",
        "rule",
    ),
    "document": ("media_type",),
    "reading": ("reader", "settings"),
    "decision": ("rule",),
    "audit_event": ("actor", "object_ref", "rule_id"),
    "answer": ("user",),
    "job_run": ("job",),
    "connection": ("name",),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in WORDS.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.Text())
