"""The archive's tables. Named after the Noark 5 things; times are UTC as ISO text, days as ISO dates."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, text

metadata = MetaData()


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _system_id() -> Column[str]:
    return Column("system_id", String, nullable=False, unique=True)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


klassifikasjonssystem = Table(
    "klassifikasjonssystem",
    metadata,
    _id(),
    _system_id(),
    Column("kode", String, nullable=False, unique=True),
    _text("tittel"),
)

klasse = Table(
    "klasse",
    metadata,
    _id(),
    _system_id(),
    Column("klassifikasjonssystem", ForeignKey("klassifikasjonssystem.kode"), nullable=False),
    Column("klasse_id", String, nullable=False),
    _text("tittel"),
    Column("avsluttet_dato", String),
    UniqueConstraint("klassifikasjonssystem", "klasse_id"),
)

arkivdel = Table(
    "arkivdel",
    metadata,
    _id(),
    _system_id(),
    Column("kode", String, nullable=False, unique=True),
    _text("tittel"),
    Column("status", String, nullable=False),
    Column("klassifikasjonssystem", ForeignKey("klassifikasjonssystem.kode"), nullable=False),
)

saksmappe = Table(
    "saksmappe",
    metadata,
    _id(),
    _system_id(),
    Column("saksaar", Integer, nullable=False),
    Column("sakssekvensnummer", Integer, nullable=False),
    _text("tittel"),
    _text("offentlig_tittel"),
    Column("arkivdel", ForeignKey("arkivdel.kode"), nullable=False),
    _text("klasse"),
    _text("administrativ_enhet"),
    _text("saksansvarlig"),
    Column("saksstatus", String, nullable=False),
    Column("saksdato", String, nullable=False),
    Column("opprettet_dato", String, nullable=False),
    Column("avsluttet_dato", String),
    Column("avsluttet_av", String),
    Column("gjenaapnet_dato", String),
    _text("sakstype"),
    Column("skjerming", Text),
    Column("ekstern_system", String),
    Column("ekstern_noekkel", String),
    _text("dokumentmedium", "E"),
    Column("siste_journalpostnummer", Integer, nullable=False, server_default="0"),
    Column("our_key", String, nullable=False, server_default=""),
    UniqueConstraint("saksaar", "sakssekvensnummer"),
    Index("saksmappe_ekstern", "ekstern_system", "ekstern_noekkel"),
)

part = Table(
    "part",
    metadata,
    _id(),
    Column("saksmappe", ForeignKey("saksmappe.system_id"), nullable=False, index=True),
    _text("navn"),
    _text("navn_foldet"),
    Column("fnr", String, nullable=False, server_default="", index=True),
    Column("orgnr", String, nullable=False, server_default="", index=True),
    Column("ansattnr", String, nullable=False, server_default="", index=True),
    Column("foedt", String),
    _text("epostadresse"),
    Index("part_navn_foedt", "navn_foldet", "foedt"),
)

# Who is known to a case, worked out from its parties and outside correspondents: asked for at every decision, and a
# samlesak has thousands of them. The one table that is rewritten; nothing rests on it alone.
kjent = Table(
    "kjent",
    metadata,
    Column("saksmappe", ForeignKey("saksmappe.system_id"), primary_key=True),
    Column("identitet", String, primary_key=True),
    sqlite_with_rowid=False,
)

nasjonal_identifikator = Table(
    "nasjonal_identifikator",
    metadata,
    _id(),
    Column("saksmappe", ForeignKey("saksmappe.system_id"), nullable=False, index=True),
    Column("type", String, nullable=False),
    Column("verdi", String, nullable=False),
    Index("nasjonal_identifikator_verdi", "type", "verdi"),
)

kryssreferanse = Table(
    "kryssreferanse",
    metadata,
    _id(),
    Column("fra", ForeignKey("saksmappe.system_id"), nullable=False),
    Column("til", ForeignKey("saksmappe.system_id"), nullable=False),
    Column("opprettet_dato", String, nullable=False),
    UniqueConstraint("fra", "til"),
)

journalpost = Table(
    "journalpost",
    metadata,
    _id(),
    _system_id(),
    Column("saksmappe", ForeignKey("saksmappe.system_id"), nullable=False),
    Column("journalpostnummer", Integer, nullable=False),
    Column("journalaar", Integer, nullable=False),
    Column("journalsekvensnummer", Integer, nullable=False),
    Column("journalposttype", String, nullable=False),
    Column("journalstatus", String, nullable=False, index=True),
    _text("tittel"),
    _text("offentlig_tittel"),
    Column("journaldato", String, nullable=False, index=True),
    Column("mottatt_dato", String),
    Column("sendt_dato", String),
    Column("dokumentets_dato", String),
    Column("forfallsdato", String),
    Column("offentlighetsvurdert_dato", String),
    Column("arkivert_dato", String),
    Column("arkivert_av", String),
    Column("skjerming", Text),
    Column("skjerming_arvet", Integer, nullable=False, server_default="0"),
    Column("opprettet_dato", String, nullable=False),
    Column("endret_dato", String),
    Column("our_key", String, nullable=False, server_default=""),
    UniqueConstraint("saksmappe", "journalpostnummer"),
    UniqueConstraint("journalaar", "journalsekvensnummer"),
)

korrespondansepart = Table(
    "korrespondansepart",
    metadata,
    _id(),
    Column("journalpost", ForeignKey("journalpost.system_id"), nullable=False),
    Column("nummer", Integer, nullable=False),
    Column("type", String, nullable=False),
    _text("navn"),
    _text("epostadresse"),
    _text("person_id"),
    _text("organisasjons_id"),
    _text("administrativ_enhet"),
    _text("saksbehandler"),
    # Corrected parts are kept as they were: ``gyldig`` 0 takes them out of use.
    Column("gyldig", Integer, nullable=False, server_default="1"),
    Index("korrespondansepart_journalpost", "journalpost", "nummer"),
)

dokumentbeskrivelse = Table(
    "dokumentbeskrivelse",
    metadata,
    _id(),
    _system_id(),
    Column("journalpost", ForeignKey("journalpost.system_id"), nullable=False),
    Column("dokumentnummer", Integer, nullable=False),
    Column("tilknyttet_som", String, nullable=False),
    Column("dokumentstatus", String, nullable=False),
    _text("tittel"),
    _text("dokumenttype"),
    Column("skjerming", Text),
    Column("tilknyttet_dato", String, nullable=False),
    Column("our_key", String, nullable=False, server_default=""),
    UniqueConstraint("journalpost", "dokumentnummer"),
    Index(
        "ett_hoveddokument",
        "journalpost",
        unique=True,
        sqlite_where=text("tilknyttet_som = 'H'"),
    ),
)

dokumentobjekt = Table(
    "dokumentobjekt",
    metadata,
    _id(),
    _system_id(),
    Column("dokumentbeskrivelse", ForeignKey("dokumentbeskrivelse.system_id"), nullable=False),
    Column("versjonsnummer", Integer, nullable=False, server_default="1"),
    Column("variantformat", String, nullable=False),
    Column("format", String, nullable=False),
    _text("format_detaljer"),
    _text("mime_type"),
    _text("filnavn"),
    Column("sjekksum", String, nullable=False, index=True),
    Column("sjekksum_algoritme", String, nullable=False, server_default="SHA-256"),
    Column("filstoerrelse", Integer, nullable=False),
    Column("opprettet_dato", String, nullable=False),
    UniqueConstraint("dokumentbeskrivelse", "versjonsnummer", "variantformat"),
)

konvertering = Table(
    "konvertering",
    metadata,
    _id(),
    Column("dokumentobjekt", ForeignKey("dokumentobjekt.system_id"), nullable=False, unique=True),
    Column("konvertert_dato", String, nullable=False),
    Column("konvertert_av", String, nullable=False),
    Column("fra_format", String, nullable=False),
    Column("til_format", String, nullable=False),
    Column("verktoey", String, nullable=False),
    _text("kommentar"),
    Column("fra_sjekksum", String, nullable=False),
    Column("til_sjekksum", String, nullable=False),
)

konvertering_feil = Table(
    "konvertering_feil",
    metadata,
    _id(),
    Column("dokumentobjekt", ForeignKey("dokumentobjekt.system_id"), nullable=False, unique=True),
    Column("kode", String, nullable=False),
    _text("detalj"),
    Column("dato", String, nullable=False),
    Column("forsoek", Integer, nullable=False, server_default="1"),
)

skjerming_historikk = Table(
    "skjerming_historikk",
    metadata,
    _id(),
    Column("journalpost", ForeignKey("journalpost.system_id"), nullable=False, index=True),
    Column("skjerming", Text),
    Column("skjerming_arvet", Integer, nullable=False),
    Column("avloest_dato", String, nullable=False),
    Column("our_key", String, nullable=False),
)

sakskjerming_historikk = Table(
    "sakskjerming_historikk",
    metadata,
    _id(),
    Column("saksmappe", ForeignKey("saksmappe.system_id"), nullable=False, index=True),
    Column("skjerming", Text),
    Column("offentlig_tittel", Text, nullable=False),
    Column("avloest_dato", String, nullable=False),
    Column("our_key", String, nullable=False),
)

avskrivning = Table(
    "avskrivning",
    metadata,
    _id(),
    _system_id(),
    Column("journalpost", ForeignKey("journalpost.system_id"), nullable=False, index=True),
    Column("avskrivningsdato", String, nullable=False),
    Column("avskrevet_av", String, nullable=False),
    Column("avskrivningsmaate", String, nullable=False),
    Column("avskrives_av", ForeignKey("journalpost.system_id"), index=True),
    _text("korrespondansepart"),
)

# Where each case stands in the order of changes; kept by triggers (migration 0003), so that no way of writing forgets it.
saksendring = Table(
    "saksendring",
    metadata,
    Column("saksmappe", ForeignKey("saksmappe.system_id"), primary_key=True),
    Column("endring", Integer, nullable=False, unique=True),
    _text("dato"),
)

merknad = Table(
    "merknad",
    metadata,
    _id(),
    Column("journalpost", ForeignKey("journalpost.system_id"), nullable=False, index=True),
    _text("merknadstekst"),
    Column("merknadsdato", String, nullable=False),
    Column("merknad_registrert_av", String, nullable=False),
)

nummerserie = Table(
    "nummerserie",
    metadata,
    Column("serie", String, primary_key=True),
    Column("aar", Integer, primary_key=True),
    Column("siste", Integer, nullable=False),
)

noekkel = Table(
    "noekkel",
    metadata,
    Column("our_key", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("system_id", String, nullable=False),
    _text("nummer"),
    _text("detaljer"),
    Column("brukt_dato", String, nullable=False),
)

endringslogg = Table(
    "endringslogg",
    metadata,
    _id(),
    Column("dato", String, nullable=False),
    Column("hendelse", String, nullable=False),
    Column("objekt", String, nullable=False, index=True),
    Column("our_key", String, nullable=False),
    _text("tekst"),
)
