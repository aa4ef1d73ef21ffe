"""The access of a case can be set afterwards; what it was before is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sakskjerming_historikk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("saksmappe", sa.String(), nullable=False),
        sa.Column("skjerming", sa.Text(), nullable=True),
        sa.Column("offentlig_tittel", sa.Text(), nullable=False),
        sa.Column("avloest_dato", sa.String(), nullable=False),
        sa.Column("our_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["saksmappe"], ["saksmappe.system_id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sakskjerming_historikk_saksmappe"), "sakskjerming_historikk", ["saksmappe"], unique=False)
    op.execute(
        "CREATE TRIGGER sakskjerming_historikk_slettes_ikke BEFORE DELETE ON sakskjerming_historikk "
        "BEGIN SELECT RAISE(ABORT, 'arkivet sletter ikke: sakskjerming_historikk'); END"
    )
    op.execute(
        "CREATE TRIGGER sakskjerming_historikk_endres_ikke BEFORE UPDATE ON sakskjerming_historikk "
        "BEGIN SELECT RAISE(ABORT, 'arkivet endrer ikke dette: sakskjerming_historikk'); END"
    )


def downgrade() -> None:
    """An archive is never taken back to nothing."""
    raise RuntimeError("the archive is never emptied: restore a backup instead")
