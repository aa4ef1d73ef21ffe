"""Moving a journalpost to another case, and signing it off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from connectors.arkiv import obligatory, shielding
from connectors.arkiv.records import Avskrivning, Journalpost
from connectors.arkiv.unit import Counter, refuse, refuse_any
from connectors.arkiv.words import fold
from models.archive import Done, Flytting, NyAvskrivning, OurKey
from models.noark import Avskrivningsmaate, Journalposttype, Journalstatus, Korrespondanseparttype

_BY_ENTRY = {
    Avskrivningsmaate.BREV: (Journalposttype.UTGAAENDE,),
    Avskrivningsmaate.EPOST: (Journalposttype.UTGAAENDE,),
    Avskrivningsmaate.NOTAT: (Journalposttype.ORGANINTERNT_OPPFOELGING, Journalposttype.ORGANINTERNT),
}
SENT = (Journalstatus.EKSPEDERT, Journalstatus.JOURNALFOERT, Journalstatus.ARKIVERT)
"""A letter in one of these has gone out."""
RESTANSER = (Journalposttype.INNGAAENDE, Journalposttype.ORGANINTERNT_OPPFOELGING)
"""Only these need a sign-off (noark5.md section 7)."""


def flytting(at: Counter, write: Flytting, key: OurKey) -> Done:
    """Moves the entry (krav 3.2.36–39): new number there, the old one is never used again, neighbours keep theirs.

    Refused while a sign-off ties it to an entry that stays behind; the ties are named.
    """
    post = at.need_journalpost(write.journalpost)
    fra, til = at.need_sak(post.sak), at.need_sak(write.til_saksmappe)
    faults = obligatory.open_case_faults(post, fra) + obligatory.place_faults(til)
    if fra.system_id == til.system_id:
        faults.append(f"journalposten {post.registrerings_id} ligger alt i saken {til.saksnummer}")
    if post.status in (Journalstatus.UTGAAR, Journalstatus.ARKIVERT):
        faults.append(f"journalposten {post.registrerings_id} har status {post.status.value} og kan ikke flyttes")
    ties = [_other(a, post.system_id) for a in at.unit.avskrivninger(post.system_id)]
    behind = sorted({at.need_journalpost(other).registrerings_id for other in ties if other is not None})
    if behind:
        faults.append(f"journalposten er knyttet ved avskrivning til {', '.join(behind)}, som blir igjen (krav 3.2.39)")
    refuse_any(faults)
    skjerming, arvet = (post.skjerming, post.arvet)
    if skjerming is None:
        skjerming, arvet = shielding.effective(None, til)
    names = shielding.hidden_names(post.parter, skjerming)
    moved = replace(
        post,
        sak=til.system_id,
        saksnummer=til.saksnummer,
        journalpostnummer=at.unit.next_journalpostnummer(til.system_id),
        skjerming=skjerming,
        arvet=arvet,
        offentlig_tittel=shielding.harden(post.tittel, post.offentlig_tittel, skjerming, names),
    )
    at.unit.set_place(post, moved)
    if skjerming != post.skjerming:
        at.unit.set_skjerming(post, skjerming, arvet=arvet, at=at.at, key=key)
        at.unit.set_texts(post, moved)
    return Done(
        system_id=post.system_id,
        number=moved.registrerings_id,
        details={"fra": post.registrerings_id, "saksnummer": til.saksnummer, "journalnummer": post.journalnummer},
    )


def _other(avskrivning: Avskrivning, me: str) -> str | None:
    return avskrivning.avskrives_av if avskrivning.journalpost == me else avskrivning.journalpost


def avskrivning(at: Counter, write: NyAvskrivning, key: OurKey) -> Done:
    """Signs off an I or N (noark5.md section 7). BU, BE and BN need the entry that answers; SA only closing makes."""
    post = at.need_journalpost(write.journalpost)
    faults = obligatory.open_case_faults(post, at.need_sak(post.sak))
    if post.type not in RESTANSER:
        faults.append(f"journalposttype {post.type.value} skal ikke avskrives; bare I og N er restanser")
    if post.status is Journalstatus.UTGAAR:
        faults.append("journalposten er utgått (U)")
    if write.maate is Avskrivningsmaate.SAKEN_AVSLUTTET:
        faults.append("avskrivningsmåten SA settes bare når saken avsluttes (krav 3.4.5)")
    faults += _recipient_faults(post, write.korrespondansepart) + _answer_faults(at, post, write)
    before = [
        a
        for a in at.unit.avskrivninger(post.system_id)
        if a.journalpost == post.system_id and _same_part(a.korrespondansepart, write.korrespondansepart)
    ]
    if any(
        a.avskrives_av is None or a.avskrives_av == write.avskrives_av or write.avskrives_av is None for a in before
    ):
        faults.append(f"journalposten {post.registrerings_id} er alt avskrevet ({before[0].maate.value})")
    refuse_any(faults)
    sign_off(at, post.system_id, write.maate, write.avskrives_av, write.korrespondansepart)
    return Done(
        system_id=post.system_id, number=post.registrerings_id, details={"avskrivningsmaate": write.maate.value}
    )


def sign_off(at: Counter, journalpost: str, maate: Avskrivningsmaate, by: str | None, whom: str = "") -> None:
    """Writes the sign-off; the rules have been asked."""
    made = Avskrivning(
        system_id=at.new_id(),
        journalpost=journalpost,
        maate=maate,
        dato=at.today,
        avskrives_av=by,
        korrespondansepart=whom.strip(),
    )
    at.unit.add_avskrivning(made, at.settings.actor)


def signed_off(post: Journalpost, avskrivninger: Sequence[Avskrivning]) -> bool:
    """Whether nobody owes an answer to the entry any longer: signed off whole, or by every recipient (krav 3.4.6)."""
    own = [a for a in avskrivninger if a.journalpost == post.system_id]
    if any(not a.korrespondansepart for a in own):
        return True
    recipients = {fold(name) for name in post.named(Korrespondanseparttype.INTERN_MOTTAKER)}
    return bool(own and recipients) and recipients <= {fold(a.korrespondansepart) for a in own}


def _same_part(one: str, other: str) -> bool:
    """Whether two sign-offs can be of the same recipient; the whole entry is everybody's."""
    return not one or not other.strip() or fold(one) == fold(other)


def _recipient_faults(post: Journalpost, whom: str) -> list[str]:
    if not whom.strip():
        return []
    if post.type is not Journalposttype.ORGANINTERNT_OPPFOELGING:
        return [f"bare N avskrives for hver mottaker (krav 3.4.6), ikke journalposttype {post.type.value}"]
    types = {p.type for p in post.parter if fold(p.navn) == fold(whom)}
    if Korrespondanseparttype.INTERN_MOTTAKER in types:
        return []
    copies = {Korrespondanseparttype.KOPIMOTTAKER, Korrespondanseparttype.INTERN_KOPIMOTTAKER}
    if types & copies:
        return [f"{whom} er kopimottaker, og kopimottakere avskrives aldri (krav 3.4.9)"]
    return [f"{whom} er ikke mottaker (IM) av journalposten {post.registrerings_id} (M231)"]


def _day(post: Journalpost) -> date:
    """The day something came or went; for what tells neither, the day it was journaled."""
    return post.sendt_dato or post.mottatt_dato or post.journaldato


def _answer_faults(at: Counter, post: Journalpost, write: NyAvskrivning) -> list[str]:
    types = _BY_ENTRY.get(write.maate)
    if write.avskrives_av is None:
        if types is None:
            return []
        return [
            f"avskrivningsmåten {write.maate.value} krever referanse til journalposten som svarer (M215, krav 3.4.7–8)"
        ]
    if write.avskrives_av == write.journalpost:
        refuse("en journalpost kan ikke avskrive seg selv")
    answer = at.need_journalpost(write.avskrives_av)
    if answer.status is Journalstatus.UTGAAR:
        return [f"journalposten {answer.registrerings_id} er utgått (U) og kan ikke avskrive andre"]
    if types is not None and answer.type not in types:
        wanted = " eller ".join(t.value for t in types)
        return [
            f"avskrivningsmåten {write.maate.value} krever en journalpost av type {wanted}, ikke {answer.type.value}"
        ]
    return _letter_faults(post, answer) if answer.type is Journalposttype.UTGAAENDE else []


def _letter_faults(post: Journalpost, answer: Journalpost) -> list[str]:
    """Why a letter answers nothing: it is not known to have been sent, or it went before the question came."""
    faults = []
    if answer.status not in SENT:
        faults.append(
            f"svaret {answer.registrerings_id} har journalstatus {answer.status.value} og er ikke ekspedert (E, J eller A)"
        )
    if _day(answer) < _day(post):
        faults.append(
            f"svaret {answer.registrerings_id} ({_day(answer)}) er eldre enn journalposten det skal besvare ({_day(post)})"
        )
    return faults
