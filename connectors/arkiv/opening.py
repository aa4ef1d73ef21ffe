"""New things: saksmappe, journalpost, document."""

from __future__ import annotations

from connectors.arkiv import obligatory, shielding, statuses
from connectors.arkiv.records import Dokumentbeskrivelse, Dokumentobjekt, Journalpost, Sak, SakExtras
from connectors.arkiv.unit import Counter, refuse_any
from models.archive import Done, NyJournalpost, NySaksmappe, NyttDokument, OurKey
from models.noark import Dokumentstatus, Journalposttype, Saksstatus, TilknyttetSom, Variantformat


def ny_saksmappe(at: Counter, write: NySaksmappe, key: OurKey) -> Done:
    """Opens a case with status B, with the next saksnummer of the local year."""
    arkivdel = at.unit.arkivdel(write.arkivdel)
    klasse_open = (
        at.unit.klasse_open(arkivdel.klassifikasjonssystem, write.klasse) if arkivdel and write.klasse else None
    )
    refuse_any(
        obligatory.missing_in_case(write)
        + obligatory.arkivdel_faults(write.arkivdel, arkivdel)
        + obligatory.klasse_faults(write.klasse, arkivdel, klasse_open)
        + shielding.faults_of(write.skjerming, at.settings)
        + shielding.title_faults(
            write.tittel,
            write.offentlig_tittel,
            write.skjerming,
            shielding.hidden_parties(write.parter, write.skjerming),
        )
    )
    assert arkivdel is not None  # noqa: S101  (said by arkivdel_faults or missing_in_case)
    sak = Sak(
        system_id=at.new_id(),
        saksaar=at.today.year,
        sakssekvensnummer=at.unit.next_in_series("sak", at.today.year),
        tittel=write.tittel,
        offentlig_tittel=write.offentlig_tittel,
        arkivdel=write.arkivdel,
        arkivdelstatus=arkivdel.status,
        klasse=write.klasse,
        administrativ_enhet=write.administrativ_enhet,
        saksansvarlig=write.saksansvarlig,
        status=Saksstatus.UNDER_BEHANDLING,
        saksdato=at.today,
        opprettet=at.at,
        sakstype=write.sakstype,
        skjerming=write.skjerming,
        ekstern=write.ekstern_noekkel,
        our_key=key,
    )
    at.unit.add_sak(sak, SakExtras(parter=write.parter, nasjonale_identifikatorer=write.nasjonale_identifikatorer))
    return Done(
        system_id=sak.system_id, number=sak.saksnummer, details={"tittel": sak.tittel, "arkivdel": sak.arkivdel}
    )


def ny_journalpost(at: Counter, write: NyJournalpost, key: OurKey) -> Done:
    """Registers an entry with status M. Access is the stricter of its own and the case's."""
    sak = at.need_sak(write.saksmappe)
    skjerming, arvet = shielding.effective(write.skjerming, sak)
    names = shielding.hidden_names(write.parter, skjerming)
    public = write.offentlig_tittel
    if arvet:
        public = shielding.harden(write.tittel, public, skjerming, names)
    refuse_any(
        obligatory.place_faults(sak)
        + obligatory.missing_in_entry(
            type_=write.type, tittel=write.tittel, offentlig_tittel=write.offentlig_tittel, parter=write.parter
        )
        + shielding.faults_of(skjerming, at.settings)
        + shielding.title_faults(write.tittel, public, skjerming, names)
    )
    post = Journalpost(
        system_id=at.new_id(),
        sak=sak.system_id,
        saksnummer=sak.saksnummer,
        journalpostnummer=at.unit.next_journalpostnummer(sak.system_id),
        journalaar=at.today.year,
        journalsekvensnummer=at.unit.next_in_series("journal", at.today.year),
        type=write.type,
        status=statuses.START,
        tittel=write.tittel,
        offentlig_tittel=public,
        journaldato=at.today,
        opprettet=at.at,
        parter=write.parter,
        mottatt_dato=write.mottatt_dato if write.type is Journalposttype.INNGAAENDE else None,
        dokumentets_dato=write.dokumentets_dato,
        forfall=write.forfall,
        skjerming=skjerming,
        arvet=arvet,
        our_key=key,
    )
    at.unit.add_journalpost(post)
    return Done(
        system_id=post.system_id,
        number=post.registrerings_id,
        details={
            "journalnummer": post.journalnummer,
            "journalstatus": post.status.value,
            "tittel": post.tittel,
            "offentlig_tittel": post.offentlig_tittel,
            "tilgangskode": post.skjerming.kode if post.skjerming else "",
            "skjerming_arvet": "ja" if arvet else "nei",
        },
    )


def nytt_dokument(at: Counter, write: NyttDokument, key: OurKey, format_: str) -> Done:
    """Attaches a document whose file has been checked and taken in; its dokumentstatus is B until Ferdigstill.

    ``format_`` is the PRONOM code seen in the file (M701).
    """
    post = at.need_journalpost(write.journalpost)
    sak = at.need_sak(post.sak)
    there = at.unit.dokumenter(post.system_id)
    faults = obligatory.missing_in_document(write.dokument) + obligatory.place_faults(sak)
    if not statuses.editable(post.status):
        faults.append(f"journalposten {post.registrerings_id} har status {post.status.value}; dokumentene er frosset")
    main = write.dokument.tilknyttet_som is TilknyttetSom.HOVEDDOKUMENT
    if main and any(d.tilknyttet_som is TilknyttetSom.HOVEDDOKUMENT for d in there):
        faults.append(f"journalposten {post.registrerings_id} har alt et hoveddokument (H, M217)")
    refuse_any(faults + shielding.faults_of(write.dokument.skjerming, at.settings))
    objekt = Dokumentobjekt(
        system_id=at.new_id(),
        variant=Variantformat.PRODUKSJON,
        format=format_,
        mime_type=write.dokument.mime_type,
        filnavn=write.dokument.filnavn,
        sjekksum=write.dokument.sha256,
        size_bytes=write.dokument.size_bytes,
    )
    dokument = Dokumentbeskrivelse(
        system_id=at.new_id(),
        dokumentnummer=len(there) + 1,
        tilknyttet_som=write.dokument.tilknyttet_som,
        status=Dokumentstatus.UNDER_REDIGERING,
        tittel=write.dokument.tittel,
        dokumenttype=write.dokument.dokumenttype,
        objekter=(objekt,),
        skjerming=write.dokument.skjerming,
    )
    at.unit.add_dokument(post.system_id, dokument, at.at, key)
    number = f"{post.registrerings_id}#{dokument.dokumentnummer}"
    return Done(system_id=dokument.system_id, number=number, details={"dokumentobjekt": objekt.system_id})
