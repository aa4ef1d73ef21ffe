"""A person's answer as the hit of highest weight."""

from __future__ import annotations

from models.answer import Answer, Verb
from models.decision import Mode
from models.judgement import (
    AvvisUtfall,
    Hit,
    JournalpostUtfall,
    Mangler,
    NySak,
    SakValg,
    Utfall,
    VideresendUtfall,
)
from models.noark import Skjerming, SkjermingMetadata
from models.reasons import ReasonCode

HIGHEST = 1_000_000


def as_hit(answer: Answer) -> Hit:
    """The answer as a hit in mode auto (``approve`` is carried out from the stored proposal: ``robot.decide.approved``)."""
    return Hit(
        regel=f"svar:{answer.verb.value}",
        navn="Svar fra saksbehandler",
        prioritet=HIGHEST,
        modus=Mode.AUTO,
        utfall=_utfall(answer),
    )


def _utfall(answer: Answer) -> Utfall:
    match answer.verb:
        case Verb.DISMISS:
            return AvvisUtfall(grunn=ReasonCode(answer.grunn))
        case Verb.FORWARD:
            return VideresendUtfall(til=answer.til, kanal=answer.kanal or "epost", grunn=answer.grunn)
        case _:
            return JournalpostUtfall(
                sak=_sak(answer),
                type="fra_post",
                tittel=answer.tittel,
                offentlig_tittel=answer.offentlig_tittel,
                avsender=answer.avsender,
                tilgang_aapen=answer.tilgang == "åpen",
                skjerming=shielding(answer),
                forfall=answer.forfall,
                fordel_til=answer.enhet,
            )


def _sak(answer: Answer) -> SakValg:
    if answer.saksnummer:
        return SakValg(saksnummer=answer.saksnummer)
    return SakValg(
        samlesak=answer.ny_sak,
        mangler=Mangler.OPPRETT,
        ny=NySak(
            tittel=answer.ny_sak,
            arkivdel=answer.arkivdel,
            klasse=answer.klasse,
            enhet=answer.enhet,
            tilgang_aapen=answer.tilgang == "åpen",
            skjerming=shielding(answer),
        ),
    )


def case_shielding(answer: Answer) -> Skjerming | None:
    """The shielding a person asked for on the case, hiding title words and the parties' names; None for open."""
    if answer.sakstilgang == "åpen":
        return None
    return Skjerming(
        kode=answer.sakstilgang,
        hjemmel=answer.hjemmel,
        skjul=(SkjermingMetadata.TITTEL_MAPPE_ORD, SkjermingMetadata.NAVN_PART),
    )


def shielding(answer: Answer) -> Skjerming | None:
    """The shielding a person asked for, hiding title words and the sender's name; None for open or not said."""
    if not answer.tilgang or answer.tilgang == "åpen":
        return None
    return Skjerming(
        kode=answer.tilgang,
        hjemmel=answer.hjemmel,
        skjul=(SkjermingMetadata.TITTEL_REGISTRERING_ORD, SkjermingMetadata.NAVN_AVSENDER),
    )
