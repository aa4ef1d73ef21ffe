"""The first schema of the embedded archive, with what the file itself refuses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NEVER_DELETED = (
    "klassifikasjonssystem",
    "klasse",
    "arkivdel",
    "saksmappe",
    "part",
    "nasjonal_identifikator",
    "kryssreferanse",
    "journalpost",
    "korrespondansepart",
    "dokumentbeskrivelse",
    "dokumentobjekt",
    "konvertering",
    "skjerming_historikk",
    "avskrivning",
    "merknad",
    "nummerserie",
    "noekkel",
    "endringslogg",
)

_NEVER_CHANGED = {
    "saksmappe": ("system_id", "saksaar", "sakssekvensnummer", "opprettet_dato"),
    "journalpost": ("system_id", "journalaar", "journalsekvensnummer", "opprettet_dato", "mottatt_dato"),
    "dokumentobjekt": ("system_id", "dokumentbeskrivelse", "variantformat", "sjekksum", "filstoerrelse"),
    "noekkel": ("our_key", "kind", "system_id", "nummer", "detaljer"),
    "endringslogg": ("dato", "hendelse", "objekt", "our_key", "tekst"),
    "skjerming_historikk": ("journalpost", "skjerming", "avloest_dato"),
}


def _triggers() -> tuple[str, ...]:
    """What the file itself refuses, whoever writes to it: deletion, and change of what never changes (noark5.md 4, 8)."""
    statements = [
        f"CREATE TRIGGER {name}_slettes_ikke BEFORE DELETE ON {name} "
        f"BEGIN SELECT RAISE(ABORT, 'arkivet sletter ikke: {name}'); END"
        for name in _NEVER_DELETED
    ]
    statements += [
        f"CREATE TRIGGER {name}_endres_ikke BEFORE UPDATE OF {', '.join(columns)} ON {name} "
        f"BEGIN SELECT RAISE(ABORT, 'arkivet endrer ikke dette: {name}'); END"
        for name, columns in _NEVER_CHANGED.items()
    ]
    return tuple(statements)


def upgrade() -> None:
    """Tables, then triggers."""
    op.create_table(
        "endringslogg",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dato", sa.String(), nullable=False),
        sa.Column("hendelse", sa.String(), nullable=False),
        sa.Column("objekt", sa.String(), nullable=False),
        sa.Column("our_key", sa.String(), nullable=False),
        sa.Column("tekst", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_endringslogg_objekt"), "endringslogg", ["objekt"], unique=False)
    op.create_table(
        "klassifikasjonssystem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(), nullable=False),
        sa.Column("kode", sa.String(), nullable=False),
        sa.Column("tittel", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kode"),
        sa.UniqueConstraint("system_id"),
    )
    op.create_table(
        "noekkel",
        sa.Column("our_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("system_id", sa.String(), nullable=False),
        sa.Column("nummer", sa.Text(), server_default="", nullable=False),
        sa.Column("detaljer", sa.Text(), server_default="", nullable=False),
        sa.Column("brukt_dato", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("our_key"),
    )
    op.create_table(
        "nummerserie",
        sa.Column("serie", sa.String(), nullable=False),
        sa.Column("aar", sa.Integer(), nullable=False),
        sa.Column("siste", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("serie", "aar"),
    )
    op.create_table(
        "arkivdel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(), nullable=False),
        sa.Column("kode", sa.String(), nullable=False),
        sa.Column("tittel", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("klassifikasjonssystem", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["klassifikasjonssystem"],
            ["klassifikasjonssystem.kode"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kode"),
        sa.UniqueConstraint("system_id"),
    )
    op.create_table(
        "klasse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(), nullable=False),
        sa.Column("klassifikasjonssystem", sa.String(), nullable=False),
        sa.Column("klasse_id", sa.String(), nullable=False),
        sa.Column("tittel", sa.Text(), server_default="", nullable=False),
        sa.Column("avsluttet_dato", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["klassifikasjonssystem"],
            ["klassifikasjonssystem.kode"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("klassifikasjonssystem", "klasse_id"),
        sa.UniqueConstraint("system_id"),
    )
    op.create_table(
        "saksmappe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(), nullable=False),
        sa.Column("saksaar", sa.Integer(), nullable=False),
        sa.Column("sakssekvensnummer", sa.Integer(), nullable=False),
        sa.Column("tittel", sa.Text(), server_default="", nullable=False),
        sa.Column("offentlig_tittel", sa.Text(), server_default="", nullable=False),
        sa.Column("arkivdel", sa.String(), nullable=False),
        sa.Column("klasse", sa.Text(), server_default="", nullable=False),
        sa.Column("administrativ_enhet", sa.Text(), server_default="", nullable=False),
        sa.Column("saksansvarlig", sa.Text(), server_default="", nullable=False),
        sa.Column("saksstatus", sa.String(), nullable=False),
        sa.Column("saksdato", sa.String(), nullable=False),
        sa.Column("opprettet_dato", sa.String(), nullable=False),
        sa.Column("avsluttet_dato", sa.String(), nullable=True),
        sa.Column("avsluttet_av", sa.String(), nullable=True),
        sa.Column("sakstype", sa.Text(), server_default="", nullable=False),
        sa.Column("skjerming", sa.Text(), nullable=True),
        sa.Column("ekstern_system", sa.String(), nullable=True),
        sa.Column("ekstern_noekkel", sa.String(), nullable=True),
        sa.Column("dokumentmedium", sa.Text(), server_default="E", nullable=False),
        sa.Column("siste_journalpostnummer", sa.Integer(), server_default="0", nullable=False),
        sa.Column("our_key", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["arkivdel"],
            ["arkivdel.kode"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("saksaar", "sakssekvensnummer"),
        sa.UniqueConstraint("system_id"),
    )
    op.create_index("saksmappe_ekstern", "saksmappe", ["ekstern_system", "ekstern_noekkel"], unique=False)
    op.create_table(
        "journalpost",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(), nullable=False),
        sa.Column("saksmappe", sa.String(), nullable=False),
        sa.Column("journalpostnummer", sa.Integer(), nullable=False),
        sa.Column("journalaar", sa.Integer(), nullable=False),
        sa.Column("journalsekvensnummer", sa.Integer(), nullable=False),
        sa.Column("journalposttype", sa.String(), nullable=False),
        sa.Column("journalstatus", sa.String(), nullable=False),
        sa.Column("tittel", sa.Text(), server_default="", nullable=False),
        sa.Column("offentlig_tittel", sa.Text(), server_default="", nullable=False),
        sa.Column("journaldato", sa.String(), nullable=False),
        sa.Column("mottatt_dato", sa.String(), nullable=True),
        sa.Column("dokumentets_dato", sa.String(), nullable=True),
        sa.Column("forfallsdato", sa.String(), nullable=True),
        sa.Column("offentlighetsvurdert_dato", sa.String(), nullable=True),
        sa.Column("arkivert_dato", sa.String(), nullable=True),
        sa.Column("arkivert_av", sa.String(), nullable=True),
        sa.Column("skjerming", sa.Text(), nullable=True),
        sa.Column("skjerming_arvet", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opprettet_dato", sa.String(), nullable=False),
        sa.Column("our_key", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["saksmappe"],
            ["saksmappe.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("journalaar", "journalsekvensnummer"),
        sa.UniqueConstraint("saksmappe", "journalpostnummer"),
        sa.UniqueConstraint("system_id"),
    )
    op.create_index(op.f("ix_journalpost_journaldato"), "journalpost", ["journaldato"], unique=False)
    op.create_index(op.f("ix_journalpost_journalstatus"), "journalpost", ["journalstatus"], unique=False)
    op.create_table(
        "kryssreferanse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fra", sa.String(), nullable=False),
        sa.Column("til", sa.String(), nullable=False),
        sa.Column("opprettet_dato", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fra"],
            ["saksmappe.system_id"],
        ),
        sa.ForeignKeyConstraint(
            ["til"],
            ["saksmappe.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fra", "til"),
    )
    op.create_table(
        "kjent",
        sa.Column("saksmappe", sa.String(), nullable=False),
        sa.Column("identitet", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["saksmappe"],
            ["saksmappe.system_id"],
        ),
        sa.PrimaryKeyConstraint("saksmappe", "identitet"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "nasjonal_identifikator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("saksmappe", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("verdi", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["saksmappe"],
            ["saksmappe.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_nasjonal_identifikator_saksmappe"), "nasjonal_identifikator", ["saksmappe"], unique=False)
    op.create_index("nasjonal_identifikator_verdi", "nasjonal_identifikator", ["type", "verdi"], unique=False)
    op.create_table(
        "part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("saksmappe", sa.String(), nullable=False),
        sa.Column("navn", sa.Text(), server_default="", nullable=False),
        sa.Column("navn_foldet", sa.Text(), server_default="", nullable=False),
        sa.Column("fnr", sa.String(), server_default="", nullable=False),
        sa.Column("orgnr", sa.String(), server_default="", nullable=False),
        sa.Column("ansattnr", sa.String(), server_default="", nullable=False),
        sa.Column("foedt", sa.String(), nullable=True),
        sa.Column("epostadresse", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["saksmappe"],
            ["saksmappe.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_part_ansattnr"), "part", ["ansattnr"], unique=False)
    op.create_index(op.f("ix_part_fnr"), "part", ["fnr"], unique=False)
    op.create_index(op.f("ix_part_orgnr"), "part", ["orgnr"], unique=False)
    op.create_index(op.f("ix_part_saksmappe"), "part", ["saksmappe"], unique=False)
    op.create_index("part_navn_foedt", "part", ["navn_foldet", "foedt"], unique=False)
    op.create_table(
        "avskrivning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(), nullable=False),
        sa.Column("journalpost", sa.String(), nullable=False),
        sa.Column("avskrivningsdato", sa.String(), nullable=False),
        sa.Column("avskrevet_av", sa.String(), nullable=False),
        sa.Column("avskrivningsmaate", sa.String(), nullable=False),
        sa.Column("avskrives_av", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["avskrives_av"],
            ["journalpost.system_id"],
        ),
        sa.ForeignKeyConstraint(
            ["journalpost"],
            ["journalpost.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("system_id"),
    )
    op.create_index(op.f("ix_avskrivning_avskrives_av"), "avskrivning", ["avskrives_av"], unique=False)
    op.create_index(op.f("ix_avskrivning_journalpost"), "avskrivning", ["journalpost"], unique=False)
    op.create_table(
        "dokumentbeskrivelse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(), nullable=False),
        sa.Column("journalpost", sa.String(), nullable=False),
        sa.Column("dokumentnummer", sa.Integer(), nullable=False),
        sa.Column("tilknyttet_som", sa.String(), nullable=False),
        sa.Column("dokumentstatus", sa.String(), nullable=False),
        sa.Column("tittel", sa.Text(), server_default="", nullable=False),
        sa.Column("dokumenttype", sa.Text(), server_default="", nullable=False),
        sa.Column("skjerming", sa.Text(), nullable=True),
        sa.Column("tilknyttet_dato", sa.String(), nullable=False),
        sa.Column("our_key", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["journalpost"],
            ["journalpost.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("journalpost", "dokumentnummer"),
        sa.UniqueConstraint("system_id"),
    )
    op.create_index(
        "ett_hoveddokument",
        "dokumentbeskrivelse",
        ["journalpost"],
        unique=True,
        sqlite_where=sa.text("tilknyttet_som = 'H'"),
    )
    op.create_table(
        "korrespondansepart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("journalpost", sa.String(), nullable=False),
        sa.Column("nummer", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("navn", sa.Text(), server_default="", nullable=False),
        sa.Column("epostadresse", sa.Text(), server_default="", nullable=False),
        sa.Column("person_id", sa.Text(), server_default="", nullable=False),
        sa.Column("organisasjons_id", sa.Text(), server_default="", nullable=False),
        sa.Column("administrativ_enhet", sa.Text(), server_default="", nullable=False),
        sa.Column("saksbehandler", sa.Text(), server_default="", nullable=False),
        sa.Column("gyldig", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["journalpost"],
            ["journalpost.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("korrespondansepart_journalpost", "korrespondansepart", ["journalpost", "nummer"], unique=False)
    op.create_table(
        "merknad",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("journalpost", sa.String(), nullable=False),
        sa.Column("merknadstekst", sa.Text(), server_default="", nullable=False),
        sa.Column("merknadsdato", sa.String(), nullable=False),
        sa.Column("merknad_registrert_av", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["journalpost"],
            ["journalpost.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_merknad_journalpost"), "merknad", ["journalpost"], unique=False)
    op.create_table(
        "skjerming_historikk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("journalpost", sa.String(), nullable=False),
        sa.Column("skjerming", sa.Text(), nullable=True),
        sa.Column("skjerming_arvet", sa.Integer(), nullable=False),
        sa.Column("avloest_dato", sa.String(), nullable=False),
        sa.Column("our_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["journalpost"],
            ["journalpost.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_skjerming_historikk_journalpost"), "skjerming_historikk", ["journalpost"], unique=False)
    op.create_table(
        "dokumentobjekt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.String(), nullable=False),
        sa.Column("dokumentbeskrivelse", sa.String(), nullable=False),
        sa.Column("versjonsnummer", sa.Integer(), server_default="1", nullable=False),
        sa.Column("variantformat", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("format_detaljer", sa.Text(), server_default="", nullable=False),
        sa.Column("mime_type", sa.Text(), server_default="", nullable=False),
        sa.Column("filnavn", sa.Text(), server_default="", nullable=False),
        sa.Column("sjekksum", sa.String(), nullable=False),
        sa.Column("sjekksum_algoritme", sa.String(), server_default="SHA-256", nullable=False),
        sa.Column("filstoerrelse", sa.Integer(), nullable=False),
        sa.Column("opprettet_dato", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dokumentbeskrivelse"],
            ["dokumentbeskrivelse.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dokumentbeskrivelse", "versjonsnummer", "variantformat"),
        sa.UniqueConstraint("system_id"),
    )
    op.create_index(op.f("ix_dokumentobjekt_sjekksum"), "dokumentobjekt", ["sjekksum"], unique=False)
    op.create_table(
        "konvertering",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dokumentobjekt", sa.String(), nullable=False),
        sa.Column("konvertert_dato", sa.String(), nullable=False),
        sa.Column("konvertert_av", sa.String(), nullable=False),
        sa.Column("fra_format", sa.String(), nullable=False),
        sa.Column("til_format", sa.String(), nullable=False),
        sa.Column("verktoey", sa.String(), nullable=False),
        sa.Column("kommentar", sa.Text(), server_default="", nullable=False),
        sa.Column("fra_sjekksum", sa.String(), nullable=False),
        sa.Column("til_sjekksum", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dokumentobjekt"],
            ["dokumentobjekt.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dokumentobjekt"),
    )
    op.create_table(
        "konvertering_feil",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dokumentobjekt", sa.String(), nullable=False),
        sa.Column("kode", sa.String(), nullable=False),
        sa.Column("detalj", sa.Text(), server_default="", nullable=False),
        sa.Column("dato", sa.String(), nullable=False),
        sa.Column("forsoek", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["dokumentobjekt"],
            ["dokumentobjekt.system_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dokumentobjekt"),
    )
    for statement in _triggers():
        op.execute(statement)


def downgrade() -> None:
    """An archive is never taken back to nothing."""
    raise RuntimeError("the archive is never emptied: restore a backup instead")
