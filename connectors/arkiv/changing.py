"""Changes of a journalpost: documents done, status, corrections, shielding, remark; and references between cases."""

from __future__ import annotations

from dataclasses import replace

from connectors.arkiv import journaling, obligatory, shielding, statuses
from connectors.arkiv.records import Journalpost, Sak
from connectors.arkiv.unit import Counter, refuse, refuse_any
from models.archive import (
    Done,
    Endring,
    Ferdigstill,
    Kryssreferanse,
    Merknad,
    OurKey,
    SettSakskjerming,
    SettSkjerming,
    Statusendring,
)
from models.noark import Dokumentstatus, Journalstatus, Korrespondansepart, Korrespondanseparttype

_NEEDS_ALL = frozenset({Journalstatus.JOURNALFOERT, Journalstatus.EKSPEDERT, Journalstatus.ARKIVERT})


def ferdigstill(at: Counter, write: Ferdigstill, key: OurKey) -> Done:
    """All documents get F; there must be exactly one main document, and every document its file."""
    post = at.need_journalpost(write.journalpost)
    faults = obligatory.open_case_faults(post, at.need_sak(post.sak))
    if post.status is Journalstatus.UTGAAR:
        faults.append("journalposten er utgått (U)")
    refuse_any(faults + journaling.document_faults(at.unit.dokumenter(post.system_id)))
    at.unit.set_dokumentstatus(post.system_id, Dokumentstatus.FERDIGSTILT)
    return _done(post)


def statusendring(at: Counter, write: Statusendring, key: OurKey) -> Done:
    """Changes journalstatus as the table allows; to J, E and A all conditions must hold, each missing one is named."""
    post = at.need_journalpost(write.journalpost)
    sak = at.need_sak(post.sak)
    faults = obligatory.open_case_faults(post, sak)
    faults += statuses.transition_faults(post.type, post.status, write.til, write.merknad)
    if write.til in _NEEDS_ALL and not faults:
        faults = journaling.missing_for_journal(
            post=post,
            sak=sak,
            dokumenter=at.unit.dokumenter(post.system_id),
            # What is journaled already has been through this; a later twin must not stand in its way.
            twins=at.unit.twins(post) if at.settings.refuse_twins and post.status not in statuses.FINAL else (),
            assessed_on=write.assessed_on,
            settings=at.settings,
        )
    refuse_any(faults)
    at.unit.set_journalstatus(post.system_id, write.til, write.assessed_on)
    if write.til is Journalstatus.ARKIVERT:
        at.unit.set_arkivert(post.system_id, at.at, at.settings.actor)
    if write.merknad.strip():
        at.unit.add_merknad(post.system_id, write.merknad, at.at, at.settings.actor)
    return _done(replace(post, status=write.til))


def endring(at: Counter, write: Endring, key: OurKey) -> Done:
    """Corrects what is not yet journaled; the result must hold what a registration must hold."""
    post = at.need_journalpost(write.journalpost)
    faults = obligatory.open_case_faults(post, at.need_sak(post.sak))
    if not statuses.editable(post.status):
        named = [
            n for n in ("tittel", "offentlig_tittel", "enhet", "forfall", "avsender") if getattr(write, n) is not None
        ]
        faults.append(
            f"journalposten {post.registrerings_id} har status {post.status.value}; {', '.join(named)} er frosset. "
            "Flytt den, eller sett den til U med merknad"
        )
    after = _corrected(post, write)
    faults += obligatory.missing_in_entry(
        type_=after.type, tittel=after.tittel, offentlig_tittel=after.offentlig_tittel, parter=after.parter
    )
    names = shielding.hidden_names(after.parter, after.skjerming)
    refuse_any(faults + shielding.title_faults(after.tittel, after.offentlig_tittel, after.skjerming, names))
    at.unit.set_texts(post, after)
    return _done(after)


def _corrected(post: Journalpost, write: Endring) -> Journalpost:
    parter = post.parter
    if write.enhet is not None:
        parter = _with_unit(parter, write.enhet)
    if write.avsender is not None:
        parter = _with_sender(parter, write.avsender)
    return replace(
        post,
        parter=parter,
        tittel=post.tittel if write.tittel is None else write.tittel,
        offentlig_tittel=post.offentlig_tittel if write.offentlig_tittel is None else write.offentlig_tittel,
        forfall=post.forfall if write.forfall is None else write.forfall,
    )


def _with_unit(parter: tuple[Korrespondansepart, ...], enhet: str) -> tuple[Korrespondansepart, ...]:
    """The internal recipient gets the unit; another unit's case worker does not come along."""
    inner = Korrespondanseparttype.INTERN_MOTTAKER
    place = next((i for i, p in enumerate(parter) if p.type is inner), None)
    if place is None:
        return (*parter, Korrespondansepart(type=inner, navn=enhet, administrativ_enhet=enhet))
    old = parter[place]
    # A name that is only the old unit's code would now say something wrong.
    navn = enhet if old.navn == old.administrativ_enhet else old.navn
    new = replace(old, navn=navn, administrativ_enhet=enhet, saksbehandler="")
    return (*parter[:place], new, *parter[place + 1 :])


def _with_sender(parter: tuple[Korrespondansepart, ...], navn: str) -> tuple[Korrespondansepart, ...]:
    """A new name is another sender: the old one's address and identity do not stay with it."""
    new = Korrespondansepart(type=Korrespondanseparttype.AVSENDER, navn=navn)
    place = next((i for i, p in enumerate(parter) if p.type is new.type), None)
    if place is None:
        return (new, *parter)
    return (*parter[:place], new, *parter[place + 1 :])


def sett_skjerming(at: Counter, write: SettSkjerming, key: OurKey) -> Done:
    """Sets or lifts the shielding, at any status and in closed cases too: access must always be possible to correct.

    Shielded words are masked in the public title at once. Lifted in a shielded case, the case's shielding remains.
    """
    post = at.need_journalpost(write.journalpost)
    if post.status is Journalstatus.UTGAAR and write.skjerming is None:
        refuse("journalposten er utgått (U); skjermingen kan ikke oppheves")
    refuse_any(shielding.faults_of(write.skjerming, at.settings))
    skjerming, arvet = shielding.effective(write.skjerming, at.need_sak(post.sak))
    names = shielding.hidden_names(post.parter, skjerming)
    public = shielding.harden(post.tittel, post.offentlig_tittel, skjerming, names)
    at.unit.set_skjerming(post, skjerming, arvet=arvet, at=at.at, key=key)
    if public != post.offentlig_tittel:
        at.unit.set_texts(post, replace(post, offentlig_tittel=public))
    return _done(replace(post, skjerming=skjerming, arvet=arvet, offentlig_tittel=public))


def sett_sakskjerming(at: Counter, write: SettSakskjerming, key: OurKey) -> Done:
    """Sets or lifts the shielding of a case, closed ones too: access must always be possible to correct.

    Its own public title shows nothing that is hidden now; entries whose access came from the case follow it.
    """
    sak = at.need_sak(write.saksmappe)
    hidden = shielding.hidden_parties(at.unit.saksparter(sak.system_id), write.skjerming)
    public = sak.offentlig_tittel if write.offentlig_tittel is None else write.offentlig_tittel.strip()
    if write.offentlig_tittel is None:
        public = shielding.harden(sak.tittel, public, write.skjerming, hidden)
    refuse_any(
        ([] if public else ["offentligTittel (M025) mangler"])
        + shielding.faults_of(write.skjerming, at.settings)
        + shielding.title_faults(sak.tittel, public, write.skjerming, hidden)
    )
    after = replace(sak, skjerming=write.skjerming, offentlig_tittel=public)
    at.unit.set_sakskjerming(sak, after, at=at.at, key=key)
    for post in at.unit.journalposter_in(sak.system_id):
        if post.arvet or post.skjerming is None:
            _follow(at, post, after, key)
    return Done(
        system_id=sak.system_id,
        number=sak.saksnummer,
        details={
            "tittel": sak.tittel,
            "offentlig_tittel": public,
            "tilgangskode": write.skjerming.kode if write.skjerming else "",
        },
    )


def _follow(at: Counter, post: Journalpost, sak: Sak, key: OurKey) -> None:
    """An entry without an access of its own takes the case's, and loses it with the case."""
    skjerming, arvet = shielding.effective(None, sak)
    if (skjerming, arvet) == (post.skjerming, post.arvet):
        return
    names = shielding.hidden_names(post.parter, skjerming)
    public = shielding.harden(post.tittel, post.offentlig_tittel, skjerming, names)
    at.unit.set_skjerming(post, skjerming, arvet=arvet, at=at.at, key=key)
    if public != post.offentlig_tittel:
        at.unit.set_texts(post, replace(post, offentlig_tittel=public))


def merknad(at: Counter, write: Merknad, key: OurKey) -> Done:
    """Adds a remark."""
    post = at.need_journalpost(write.journalpost)
    faults = obligatory.open_case_faults(post, at.need_sak(post.sak))
    refuse_any(faults + ([] if write.tekst.strip() else ["merknadstekst (M310) mangler"]))
    at.unit.add_merknad(post.system_id, write.tekst, at.at, at.settings.actor)
    return _done(post)


def kryssreferanse(at: Counter, write: Kryssreferanse, key: OurKey) -> Done:
    """Ties two cases together. One of them may be closed: a new case points back at the one it follows."""
    fra, til = at.need_sak(write.fra_saksmappe), at.need_sak(write.til_saksmappe)
    if fra.system_id == til.system_id:
        refuse(f"saken {fra.saksnummer} kan ikke vise til seg selv")
    if fra.closed and til.closed:
        refuse(f"sakene {fra.saksnummer} og {til.saksnummer} er begge avsluttet")
    at.unit.add_kryssreferanse(fra.system_id, til.system_id, at.at)
    return Done(system_id=fra.system_id, number=fra.saksnummer, details={"til": til.saksnummer})


def _done(post: Journalpost) -> Done:
    return Done(
        system_id=post.system_id,
        number=post.registrerings_id,
        details={
            "journalnummer": post.journalnummer,
            "journalstatus": post.status.value,
            "tittel": post.tittel,
            "offentlig_tittel": post.offentlig_tittel,
            "tilgangskode": post.skjerming.kode if post.skjerming else "",
            "skjerming_arvet": "ja" if post.arvet else "nei",
        },
    )
