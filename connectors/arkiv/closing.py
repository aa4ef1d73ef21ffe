"""Closing a case (saksstatus A): CL1–CL6 of noark5.md section 6, everything missing named at once."""

from __future__ import annotations

from connectors.arkiv import journaling, obligatory
from connectors.arkiv.moving import RESTANSER, sign_off, signed_off
from connectors.arkiv.records import Dokumentbeskrivelse, Journalpost, Sak
from connectors.arkiv.unit import Counter, refuse, refuse_any
from models.archive import Avslutning, Done, OurKey
from models.noark import Avskrivningsmaate, Journalstatus, Saksstatus


def avslutning(at: Counter, write: Avslutning, key: OurKey) -> Done:
    """Closes the case. Entries in J that hold become A on the way; open restanser are signed off with SA only where the
    installation allows it, and are then listed in ``details["sa"]``."""
    sak = at.need_sak(write.saksmappe)
    if sak.closed:
        refuse(f"saken {sak.saksnummer} har alt saksstatus {sak.status.value}")
    posts = [p for p in at.unit.journalposter_in(sak.system_id) if p.status is not Journalstatus.UTGAAR]
    documents = {p.system_id: at.unit.dokumenter(p.system_id) for p in posts}
    open_items = [p for p in posts if p.type in RESTANSER and not signed_off(p, at.unit.avskrivninger(p.system_id))]
    faults = obligatory.place_faults(sak) + _case_faults(sak)
    for post in posts:
        faults += _entry_faults(at, sak, post, documents[post.system_id])
        faults += _document_faults(at, post, documents[post.system_id])
    if not at.settings.allow_sa:
        faults += [f"CL4: {p.registrerings_id} er ikke avskrevet (krav 3.2.9)" for p in open_items]
    refuse_any(faults)
    for post in open_items:
        sign_off(at, post.system_id, Avskrivningsmaate.SAKEN_AVSLUTTET, None)
    for post in posts:
        if post.status is Journalstatus.JOURNALFOERT:
            at.unit.set_journalstatus(post.system_id, Journalstatus.ARKIVERT, None)
            at.unit.set_arkivert(post.system_id, at.at, at.settings.actor)
    at.unit.set_saksstatus(sak.system_id, Saksstatus.AVSLUTTET, at.at, at.settings.actor)
    details = {"saksstatus": Saksstatus.AVSLUTTET.value, "sa": ", ".join(p.registrerings_id for p in open_items)}
    return Done(system_id=sak.system_id, number=sak.saksnummer, details=details)


def _case_faults(sak: Sak) -> list[str]:
    fields = (
        (sak.klasse, "CL1: saken mangler primær klasse (krav 3.2.6)"),
        (sak.saksansvarlig, "CL5: saksansvarlig (M306) mangler (krav 3.2.10)"),
        (sak.administrativ_enhet, "CL5: administrativEnhet (M305) mangler (krav 3.2.10)"),
    )
    return [text for value, text in fields if not value.strip()]


def _entry_faults(at: Counter, sak: Sak, post: Journalpost, documents: tuple[Dokumentbeskrivelse, ...]) -> list[str]:
    if post.status is Journalstatus.ARKIVERT:
        return []
    if post.status is not Journalstatus.JOURNALFOERT:
        return [f"CL2: {post.registrerings_id} har journalstatus {post.status.value}, ikke A (krav 3.2.7)"]
    missing = journaling.missing_for_journal(
        post=post, sak=sak, dokumenter=documents, twins=(), assessed_on=None, settings=at.settings
    )
    # What is wrong with documents is said under CL6 and CL3.
    return [f"CL2: {post.registrerings_id} kan ikke arkiveres: {m}" for m in missing if not m.startswith("vilkår 7")]


def _document_faults(at: Counter, post: Journalpost, documents: tuple[Dokumentbeskrivelse, ...]) -> list[str]:
    faults = [f"CL6: {post.registrerings_id}: {text}" for text in journaling.unfinished(documents)]
    for dokument in documents:
        if not any(o.format in at.settings.approved_formats for o in dokument.objekter):
            where = f"{post.registrerings_id} dokument {dokument.dokumentnummer}"
            faults.append(f"CL3: {where} er ikke i godkjent arkivformat (krav 3.2.8)")
    return faults
