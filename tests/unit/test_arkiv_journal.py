"""The public journal shows what is journaled, and nothing that is shielded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from connectors.arkiv.journal import OffentligJournalpost
from connectors.testing.archive_lab import INNER, OUTER, SENDER, Desk
from connectors.testing.archive_labs import EmbeddedLab
from models.archive import NyttDokument, SettSkjerming, Statusendring
from models.noark import (
    TEMPORARY,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    SkjermingMetadata,
    TilknyttetSom,
)

DAY = date(2026, 6, 15)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(EmbeddedLab(tmp_path))


def published(desk: Desk, fra: date = DAY, til: date = DAY) -> list[OffentligJournalpost]:
    assert isinstance(desk.archive, EmbeddedArchive)
    return list(desk.archive.offentlig_journal(fra, til))


def test_an_open_entry_is_shown_with_its_fields(desk: Desk) -> None:
    sak = desk.sak()
    entry = desk.journaled(sak.system_id, b"brev")
    (seen,) = published(desk)
    assert (entry.number, sak.number, "Nabovarsel – 12/345") == (seen.registrerings_id, seen.saksnummer, seen.tittel)
    assert (("Kari Eksempel",), (), "ARKIV", "") == (seen.avsendere, seen.mottakere, seen.enhet, seen.tilgangskode)
    assert [] == published(desk, til=date(2026, 6, 14), fra=date(2026, 6, 14))


def test_what_is_not_journaled_is_utgaar_or_has_the_temporary_code_is_left_out(desk: Desk) -> None:
    sak = desk.sak()
    desk.ready(sak.system_id, b"i M")
    desk.journaled(sak.system_id, b"midlertidig", skjerming=TEMPORARY)
    gone = desk.journaled(sak.system_id, b"utgaar")
    desk.do(Statusendring(journalpost=gone.system_id, til=Journalstatus.UTGAAR, merknad="feil"))
    desk.journaled(desk.sak(skjerming=TEMPORARY).system_id, b"i en midlertidig sak", skjerming=desk.shield())
    assert [] == published(desk)


def test_no_shielded_word_or_name_stands_anywhere_in_the_public_entry(desk: Desk) -> None:
    shield = desk.shield(
        ord=("Ola Eksempel", "Ola"),
        skjul=(
            SkjermingMetadata.TITTEL_REGISTRERING_ORD,
            SkjermingMetadata.NAVN_AVSENDER,
            SkjermingMetadata.NAVN_MOTTAKER,
        ),
    )
    in_case = desk.shield(ord=("Ola Eksempel",), skjul=(SkjermingMetadata.TITTEL_MAPPE_ORD,))
    sak = desk.sak(tittel="Mappe for Ola Eksempel", offentlig_tittel="Mappe", skjerming=in_case)
    sender = Korrespondansepart(type=SENDER.type, navn="Ola Eksempel")
    entry = desk.entry(
        sak.system_id, tittel="Brev om Ola", offentlig_tittel="Brev", skjerming=shield, parter=(sender, INNER)
    )
    document = desk.document(b"brev", tittel="Søknad fra Ola Eksempel")
    desk.do(NyttDokument(journalpost=entry.system_id, dokument=document))
    attached = desk.document(b"vedlegg", TilknyttetSom.VEDLEGG, tittel="Vitnemål for Ola Eksempel")
    desk.do(NyttDokument(journalpost=entry.system_id, dokument=attached))
    _journal(desk, entry.system_id)
    (seen,) = published(desk)
    assert "Ola" not in repr(seen)
    assert ("Brev", "Vitnemål for *****") == seen.dokumenter
    assert ("UO", ("*****",)) == (seen.tilgangskode, seen.avsendere)


def test_a_receiver_is_hidden_when_the_receiver_is_shielded(desk: Desk) -> None:
    inner = Korrespondansepart(type=Korrespondanseparttype.INTERN_AVSENDER, navn="A", administrativ_enhet="A")
    shield = desk.shield(skjul=(SkjermingMetadata.NAVN_MOTTAKER,))
    kind = Journalposttype.UTGAAENDE
    desk.journaled(desk.sak().system_id, b"svar", type=kind, parter=(OUTER, inner), skjerming=shield)
    (seen,) = published(desk)
    assert ("*****",) == seen.mottakere


def test_a_shielding_set_after_publishing_is_obeyed_from_then_on(desk: Desk) -> None:
    entry = desk.journaled(desk.sak().system_id, b"brev", tittel="Om Ola", offentlig_tittel="Om Ola")
    assert "Ola" in published(desk)[0].tittel
    shield = desk.shield(ord=("Ola",), skjul=(SkjermingMetadata.TITTEL_REGISTRERING_ORD,))
    desk.do(SettSkjerming(journalpost=entry.system_id, skjerming=shield))
    assert "Om *****" == published(desk)[0].tittel


def _journal(desk: Desk, journalpost: str) -> None:
    from connectors.testing.archive_lab import to_j
    from models.archive import Ferdigstill

    desk.do(Ferdigstill(journalpost=journalpost))
    desk.do(to_j(journalpost))
