"""offentligJournal: what the public may see of what is journaled, and not a word more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from connectors.arkiv import codec, shielding
from connectors.arkiv import statements as q
from connectors.arkiv import tables as t
from connectors.arkiv.documents import DocumentFolder
from connectors.arkiv.records import Dokumentbeskrivelse, Journalpost
from connectors.arkiv.sql_unit import SqlUnit
from connectors.arkiv.words import MASK, mask
from models.noark import Journalposttype, Journalstatus, SkjermingMetadata, TilknyttetSom
from models.noark import Korrespondanseparttype as Parttype
from models.sql import Link

PUBLISHED = (Journalstatus.JOURNALFOERT, Journalstatus.EKSPEDERT, Journalstatus.ARKIVERT)


@dataclass(frozen=True, slots=True, kw_only=True)
class OffentligJournalpost:
    """One entry of the public journal. Shielded words and names are stars; ``tilgangskode`` empty means open."""

    system_id: str
    registrerings_id: str
    journalnummer: str
    saksnummer: str
    sakstittel: str
    type: Journalposttype
    tittel: str
    journaldato: date
    dokumentets_dato: date | None
    avsendere: tuple[str, ...]
    mottakere: tuple[str, ...]
    enhet: str
    tilgangskode: str
    hjemmel: str
    dokumenter: tuple[str, ...]


_ENTRIES = (
    q.JOURNALPOST.add_columns(
        t.saksmappe.c.offentlig_tittel.label("sakstittel"),
        t.saksmappe.c.tittel.label("sakstittel_hel"),
        t.saksmappe.c.skjerming.label("saksskjerming"),
    )
    .where(
        t.journalpost.c.journaldato >= bindparam("fra"),
        t.journalpost.c.journaldato <= bindparam("til"),
        t.journalpost.c.journalstatus.in_([s.value for s in PUBLISHED]),
    )
    .order_by(t.journalpost.c.journalaar, t.journalpost.c.journalsekvensnummer)
)
_PARTIES = select(t.part.c.navn).where(t.part.c.saksmappe == bindparam("sid"))


def offentlig_journal(db: Link, files: DocumentFolder, fra: date, til: date) -> Iterator[OffentligJournalpost]:
    """Entries in J, E and A with journaldato in the period, both days included, by journalnummer.

    What has the temporary code (krav 5.2.8), itself or through its case, is left out altogether.
    """
    unit = SqlUnit(db, files)
    rows = db.execute(_ENTRIES, {"fra": fra.isoformat(), "til": til.isoformat()}).mappings().all()
    for row in rows:
        post = unit.with_parts([row])[0]
        of_case = codec.skjerming_of(row["saksskjerming"])
        if any(s is not None and s.temporary for s in (post.skjerming, of_case)):
            continue
        parties = tuple(db.execute(_PARTIES, {"sid": post.sak}).scalars())
        hidden = tuple(n for n in parties if of_case and SkjermingMetadata.NAVN_PART in of_case.skjul)
        sakstittel = shielding.harden(row["sakstittel_hel"], row["sakstittel"], of_case, hidden)
        yield _public(post, sakstittel, unit.dokumenter(post.system_id))


def _public(post: Journalpost, sakstittel: str, dokumenter: tuple[Dokumentbeskrivelse, ...]) -> OffentligJournalpost:
    s = post.skjerming
    skjul = s.skjul if s else ()
    hidden = shielding.hidden_names(post.parter, s)
    senders = post.named(Parttype.AVSENDER)
    receivers = post.named(Parttype.MOTTAKER, Parttype.KOPIMOTTAKER)
    tittel = shielding.harden(post.tittel, post.offentlig_tittel, s, hidden)
    return OffentligJournalpost(
        system_id=post.system_id,
        registrerings_id=post.registrerings_id,
        journalnummer=post.journalnummer,
        saksnummer=post.saksnummer,
        sakstittel=sakstittel,
        type=post.type,
        tittel=tittel,
        journaldato=post.journaldato,
        dokumentets_dato=post.dokumentets_dato,
        avsendere=_stars(senders) if SkjermingMetadata.NAVN_AVSENDER in skjul else senders,
        mottakere=_stars(receivers) if SkjermingMetadata.NAVN_MOTTAKER in skjul else receivers,
        enhet=post.enhet,
        tilgangskode=s.kode if s else "",
        hjemmel=s.hjemmel if s else "",
        dokumenter=tuple(_document_title(d, post, tittel, hidden) for d in dokumenter),
    )


def _stars(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(MASK for _ in names)


def _document_title(dokument: Dokumentbeskrivelse, post: Journalpost, tittel: str, hidden: tuple[str, ...]) -> str:
    """A document inherits the entry's shielding (krav 5.2.27) unless it has its own."""
    s = dokument.skjerming or post.skjerming
    if s is None:
        return dokument.tittel
    if s.temporary or SkjermingMetadata.TITTEL_DOKUMENT in s.skjul:
        return MASK
    if dokument.tilknyttet_som is TilknyttetSom.HOVEDDOKUMENT:
        return mask(tittel, s.ord)
    whole = shielding.hides_title(s) and not s.ord
    return MASK if whole else mask(dokument.tittel, s.ord + hidden)
