"""What the archive holds, as the contract shows it."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.arkiv.records import UNKNOWN_SENDER, Journalpost, Sak
from connectors.arkiv.words import fold
from models.archive import JournalpostView, Saksmappe, SaksmappeRef


def known_of(identities: Iterable[str]) -> tuple[str, ...]:
    """Addresses, orgnr and names of parties and outside correspondents, folded and sorted; nobody is known as nothing,
    nor as the unknown sender."""
    return tuple(sorted({fold(i) for i in identities} - {"", fold(UNKNOWN_SENDER)}))


def saksmappe_of(sak: Sak, known: tuple[str, ...]) -> Saksmappe:
    """A case; ``known`` as :func:`known_of` gives it."""
    return Saksmappe(
        ref=SaksmappeRef(system_id=sak.system_id, saksnummer=sak.saksnummer),
        tittel=sak.tittel,
        arkivdel=sak.arkivdel,
        arkivdelstatus=sak.arkivdelstatus,
        saksstatus=sak.status,
        administrativ_enhet=sak.administrativ_enhet,
        saksansvarlig=sak.saksansvarlig,
        skjerming=sak.skjerming,
        known=known,
    )


def view_of(post: Journalpost) -> JournalpostView:
    """A journalpost."""
    return JournalpostView(
        system_id=post.system_id,
        our_key=post.our_key,
        number=post.registrerings_id,
        saksmappe=SaksmappeRef(system_id=post.sak, saksnummer=post.saksnummer),
        type=post.type,
        status=post.status,
        tittel=post.tittel,
        offentlig_tittel=post.offentlig_tittel,
        enhet=post.enhet,
        registered_at=post.opprettet,
        skjerming=post.skjerming,
        journalnummer=post.journalnummer,
    )
