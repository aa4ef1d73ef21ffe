"""offentligJournal: what the public may see of what is journaled, and not a word more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from connectors.arkiv import codec, shielding
from connectors.arkiv import statements as q
from connectors.arkiv import tables as t
from connectors.arkiv.documents import DocumentFolder
from connectors.arkiv.records import Avskrivning, Dokumentbeskrivelse, Dokumentobjekt, Journalpost
from connectors.arkiv.settings import APPROVED_FORMATS
from connectors.arkiv.sql_unit import SqlUnit
from connectors.arkiv.words import MASK, mask
from models.noark import Journalposttype, Journalstatus, Skjerming, SkjermingMetadata, TilknyttetSom, Variantformat
from models.noark import Korrespondanseparttype as Parttype
from models.sql import Link

PUBLISHED = (Journalstatus.JOURNALFOERT, Journalstatus.EKSPEDERT, Journalstatus.ARKIVERT)


@dataclass(frozen=True, slots=True, kw_only=True)
class OffentligSak:
    """The case of an entry as the public may see it. ``klasse`` and ``klassetittel`` are empty when they are shielded."""

    system_id: str
    saksnummer: str
    tittel: str
    saksdato: date
    enhet: str
    saksansvarlig: str
    tilgangskode: str = ""
    hjemmel: str = ""
    klasse: str = ""
    klassetittel: str = ""

    @property
    def number(self) -> tuple[int, int]:
        """(saksår, sakssekvensnummer)."""
        aar, _, sekvens = self.saksnummer.partition("/")
        return int(aar), int(sekvens)


@dataclass(frozen=True, slots=True, kw_only=True)
class OffentligDokument:
    """A document with the files the public may have: the redacted variant (O) if there is one, else what is in archive format."""

    system_id: str
    nummer: int
    tittel: str
    tilknyttet_som: TilknyttetSom
    dokumenttype: str
    filer: tuple[Dokumentobjekt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OffentligJournalpost:
    """One entry of the public journal. Shielded words and names are stars; ``tilgangskode`` empty means open.

    ``parter`` are all correspondents, (type, name or stars), the internal ones too.
    """

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
    sak: OffentligSak
    parter: tuple[tuple[Parttype, str], ...]
    skjult: tuple[SkjermingMetadata, ...]
    journalaar: int
    journalsekvensnummer: int
    journalpostnummer: int
    filer: tuple[OffentligDokument, ...]
    avskrivning: Avskrivning | None = None


PUBLIC = (
    q.JOURNALPOST.add_columns(
        t.saksmappe.c.offentlig_tittel.label("sakstittel"),
        t.saksmappe.c.tittel.label("sakstittel_hel"),
        t.saksmappe.c.skjerming.label("saksskjerming"),
        t.saksmappe.c.saksdato,
        t.saksmappe.c.administrativ_enhet.label("saksenhet"),
        t.saksmappe.c.saksansvarlig,
        t.saksmappe.c.klasse.label("saksklasse"),
        t.klasse.c.tittel.label("klassetittel"),
    )
    .join(t.arkivdel, t.arkivdel.c.kode == t.saksmappe.c.arkivdel)
    .outerjoin(
        t.klasse,
        (t.klasse.c.klassifikasjonssystem == t.arkivdel.c.klassifikasjonssystem)
        & (t.klasse.c.klasse_id == t.saksmappe.c.klasse),
    )
    .where(t.journalpost.c.journalstatus.in_([s.value for s in PUBLISHED]))
    .order_by(t.journalpost.c.journalaar, t.journalpost.c.journalsekvensnummer)
)
"""Rows of what is journaled, by journalnummer; to be narrowed, and given to :func:`public_entries`."""

_IN_PERIOD = PUBLIC.where(
    t.journalpost.c.journaldato >= bindparam("fra"), t.journalpost.c.journaldato <= bindparam("til")
)
_PARTIES = select(t.part.c.navn).where(t.part.c.saksmappe == bindparam("sid"))


def offentlig_journal(db: Link, files: DocumentFolder, fra: date, til: date) -> Iterator[OffentligJournalpost]:
    """Entries in J, E and A with journaldato in the period, both days included, by journalnummer.

    What has the temporary code (krav 5.2.8), itself or through its case, is left out altogether.
    """
    rows = db.execute(_IN_PERIOD, {"fra": fra.isoformat(), "til": til.isoformat()}).mappings().all()
    yield from public_entries(db, files, rows)


def public_entries(db: Link, files: DocumentFolder, rows: Sequence[Any]) -> Iterator[OffentligJournalpost]:
    """The rows of :data:`PUBLIC` as the public may see them; those with the temporary code are left out."""
    unit = SqlUnit(db, files)
    for row in rows:
        post = unit.with_parts([row])[0]
        of_case = codec.skjerming_of(row["saksskjerming"])
        if any(s is not None and s.temporary for s in (post.skjerming, of_case)):
            continue
        parties = tuple(db.execute(_PARTIES, {"sid": post.sak}).scalars())
        hidden = tuple(n for n in parties if of_case and SkjermingMetadata.NAVN_PART in of_case.skjul)
        sakstittel = shielding.harden(row["sakstittel_hel"], row["sakstittel"], of_case, hidden)
        sak = _case(row, post, of_case, sakstittel)
        signed_off = next((a for a in unit.avskrivninger(post.system_id) if a.journalpost == post.system_id), None)
        yield _public(post, sak, of_case, unit.dokumenter(post.system_id), signed_off)


def _case(row: Any, post: Journalpost, s: Skjerming | None, tittel: str) -> OffentligSak:
    skjul = s.skjul if s else ()
    shut = SkjermingMetadata.KLASSE_ID in skjul
    return OffentligSak(
        system_id=post.sak,
        saksnummer=post.saksnummer,
        tittel=tittel,
        saksdato=date.fromisoformat(row["saksdato"]),
        enhet=row["saksenhet"],
        saksansvarlig=row["saksansvarlig"],
        tilgangskode=s.kode if s else "",
        hjemmel=s.hjemmel if s else "",
        klasse="" if shut else row["saksklasse"],
        klassetittel="" if shut or SkjermingMetadata.TITTEL_KLASSE in skjul else (row["klassetittel"] or ""),
    )


def _public(
    post: Journalpost,
    sak: OffentligSak,
    of_case: Skjerming | None,
    dokumenter: tuple[Dokumentbeskrivelse, ...],
    signed_off: Avskrivning | None,
) -> OffentligJournalpost:
    s = post.skjerming
    skjul = s.skjul if s else ()
    hidden = shielding.hidden_names(post.parter, s)
    senders = post.named(Parttype.AVSENDER)
    receivers = post.named(Parttype.MOTTAKER, Parttype.KOPIMOTTAKER)
    tittel = shielding.harden(post.tittel, post.offentlig_tittel, s, hidden)
    titles = tuple(_document_title(d, post, tittel, hidden) for d in dokumenter)
    return OffentligJournalpost(
        system_id=post.system_id,
        registrerings_id=post.registrerings_id,
        journalnummer=post.journalnummer,
        saksnummer=post.saksnummer,
        sakstittel=sak.tittel,
        type=post.type,
        tittel=tittel,
        journaldato=post.journaldato,
        dokumentets_dato=post.dokumentets_dato,
        avsendere=_stars(senders) if SkjermingMetadata.NAVN_AVSENDER in skjul else senders,
        mottakere=_stars(receivers) if SkjermingMetadata.NAVN_MOTTAKER in skjul else receivers,
        enhet=post.enhet,
        tilgangskode=s.kode if s else "",
        hjemmel=s.hjemmel if s else "",
        dokumenter=titles,
        sak=sak,
        parter=tuple((p.type, MASK if p.navn in hidden else p.navn) for p in post.parter if p.navn.strip()),
        skjult=tuple(skjul),
        journalaar=post.journalaar,
        journalsekvensnummer=post.journalsekvensnummer,
        journalpostnummer=post.journalpostnummer,
        filer=tuple(
            OffentligDokument(
                system_id=d.system_id,
                nummer=d.dokumentnummer,
                tittel=title,
                tilknyttet_som=d.tilknyttet_som,
                dokumenttype=d.dokumenttype,
                filer=_open_files(d, shut=s is not None or of_case is not None),
            )
            for d, title in zip(dokumenter, titles, strict=True)
        ),
        avskrivning=signed_off,
    )


def _open_files(dokument: Dokumentbeskrivelse, *, shut: bool) -> tuple[Dokumentobjekt, ...]:
    """The redacted variant is for the public whatever is shielded; the archive variant only when nothing is, or what was
    received where that is in an archive format as it came."""
    redacted = tuple(o for o in dokument.objekter if o.variant is Variantformat.OFFENTLIG)
    if redacted or shut or dokument.skjerming is not None:
        return redacted
    made = tuple(o for o in dokument.objekter if o.variant is Variantformat.ARKIV)
    return made or tuple(o for o in dokument.objekter if o.format in APPROVED_FORMATS)


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
