"""Which cases changed, in order; when a letter was sent; sign-off per recipient; reopening.

The order of changes is kept by triggers, so that no way of writing can forget it: whatever touches a case, an entry, a part,
a document, a file, a conversion that failed or a sign-off gives the case the next number. The number only grows, and since
one writes at a time, in the order of the commits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OF_ENTRY = "(SELECT saksmappe FROM journalpost WHERE system_id = NEW.journalpost)"
_OF_DOCUMENT = (
    "(SELECT j.saksmappe FROM dokumentbeskrivelse d JOIN journalpost j ON j.system_id = d.journalpost "
    "WHERE d.system_id = NEW.dokumentbeskrivelse)"
)
_OF_FILE = (
    "(SELECT j.saksmappe FROM dokumentobjekt o JOIN dokumentbeskrivelse d ON d.system_id = o.dokumentbeskrivelse "
    "JOIN journalpost j ON j.system_id = d.journalpost WHERE o.system_id = NEW.dokumentobjekt)"
)
_CHANGES = (
    ("saksmappe", "INSERT", "NEW.system_id"),
    ("saksmappe", "UPDATE", "NEW.system_id"),
    ("part", "INSERT", "NEW.saksmappe"),
    ("nasjonal_identifikator", "INSERT", "NEW.saksmappe"),
    ("kryssreferanse", "INSERT", "NEW.fra"),
    ("journalpost", "INSERT", "NEW.saksmappe"),
    ("journalpost", "UPDATE", "NEW.saksmappe"),
    ("korrespondansepart", "INSERT", _OF_ENTRY),
    ("korrespondansepart", "UPDATE", _OF_ENTRY),
    ("dokumentbeskrivelse", "INSERT", _OF_ENTRY),
    ("dokumentbeskrivelse", "UPDATE", _OF_ENTRY),
    ("dokumentobjekt", "INSERT", _OF_DOCUMENT),
    ("dokumentobjekt", "UPDATE", _OF_DOCUMENT),
    ("konvertering_feil", "INSERT", _OF_FILE),
    ("konvertering_feil", "UPDATE", _OF_FILE),
    ("avskrivning", "INSERT", _OF_ENTRY),
    ("avskrivning", "UPDATE", _OF_ENTRY),
)
_NEXT = "(SELECT coalesce(max(endring), 0) FROM saksendring)"


def _changed(case: str) -> str:
    return (
        f"INSERT INTO saksendring (saksmappe, endring) VALUES ({case}, {_NEXT} + 1) "  # noqa: S608  names of our own
        "ON CONFLICT (saksmappe) DO UPDATE SET endring = excluded.endring"
    )


def _triggers() -> tuple[str, ...]:
    found = [
        f"CREATE TRIGGER {table}_{event.lower()}_endrer_sak AFTER {event} ON {table} BEGIN {_changed(case)}; END"
        for table, event, case in _CHANGES
    ]
    found.append(
        "CREATE TRIGGER journalpost_flytting_endrer_sak AFTER UPDATE OF saksmappe ON journalpost "
        f"WHEN OLD.saksmappe <> NEW.saksmappe BEGIN {_changed('OLD.saksmappe')}; END"
    )
    # An arkivdel that ends its period changes every case in it.
    found.append(
        "CREATE TRIGGER arkivdel_endrer_saker AFTER UPDATE OF status ON arkivdel WHEN OLD.status <> NEW.status BEGIN "  # noqa: S608  names of our own
        f"INSERT INTO saksendring (saksmappe, endring) SELECT system_id, id + {_NEXT} FROM saksmappe "
        "WHERE arkivdel = NEW.kode ON CONFLICT (saksmappe) DO UPDATE SET endring = excluded.endring; END"
    )
    # The trace of changes is written last in each write and knows the moment.
    entry = (
        "coalesce((SELECT system_id FROM journalpost WHERE system_id = NEW.objekt), "
        "(SELECT journalpost FROM dokumentbeskrivelse WHERE system_id = NEW.objekt), "
        "(SELECT d.journalpost FROM dokumentobjekt o JOIN dokumentbeskrivelse d ON d.system_id = o.dokumentbeskrivelse "
        "WHERE o.system_id = NEW.objekt))"
    )
    found.append(
        "CREATE TRIGGER endringslogg_daterer AFTER INSERT ON endringslogg BEGIN "  # noqa: S608  names of our own
        f"UPDATE journalpost SET endret_dato = NEW.dato WHERE system_id = {entry}; "
        "UPDATE saksendring SET dato = NEW.dato WHERE saksmappe = coalesce("
        "(SELECT system_id FROM saksmappe WHERE system_id = NEW.objekt), "
        f"(SELECT saksmappe FROM journalpost WHERE system_id = {entry})); END"
    )
    return tuple(found)


def upgrade() -> None:
    """New columns, the order of changes with every case that is there, then the triggers."""
    op.add_column("saksmappe", sa.Column("gjenaapnet_dato", sa.String(), nullable=True))
    op.add_column("journalpost", sa.Column("sendt_dato", sa.String(), nullable=True))
    op.add_column("journalpost", sa.Column("endret_dato", sa.String(), nullable=True))
    op.add_column("avskrivning", sa.Column("korrespondansepart", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "saksendring",
        sa.Column("saksmappe", sa.String(), nullable=False),
        sa.Column("endring", sa.Integer(), nullable=False),
        sa.Column("dato", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["saksmappe"], ["saksmappe.system_id"]),
        sa.PrimaryKeyConstraint("saksmappe"),
        sa.UniqueConstraint("endring"),
    )
    op.execute(
        "INSERT INTO saksendring (saksmappe, endring, dato) SELECT system_id, id, opprettet_dato FROM saksmappe ORDER BY id"
    )
    for statement in _triggers():
        op.execute(statement)


def downgrade() -> None:
    """An archive is never taken back to nothing."""
    raise RuntimeError("the archive is never emptied: restore a backup instead")
