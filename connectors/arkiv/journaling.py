"""When a journalpost may be journaled: the conditions of noark5.md section 4 that an archive can check. Pure.

Condition 2 (is it a saksdokument?) is for the rules of the robot. Files were checked against their SHA-256 when they were
taken in and their content never changes; here they must lie in place with their size, and the nightly self-check reads
them whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from connectors.arkiv import obligatory, shielding
from connectors.arkiv.records import UNKNOWN_SENDER, Dokumentbeskrivelse, Journalpost, Sak
from connectors.arkiv.settings import ArchiveSettings
from connectors.arkiv.words import fold
from models.noark import Dokumentstatus, Journalposttype, Journalstatus, Korrespondanseparttype, TilknyttetSom


def missing_for_journal(
    *,
    post: Journalpost,
    sak: Sak,
    dokumenter: Sequence[Dokumentbeskrivelse],
    twins: Sequence[str],
    assessed_on: date | None,
    settings: ArchiveSettings,
) -> list[str]:
    """Everything that stands in the way of J (and E and A), by name and with the number of the condition."""
    found = [(1, f) for f in obligatory.place_faults(sak)]
    if post.type is Journalposttype.INNGAAENDE and post.mottatt_dato is None:
        found.append((3, "mottattDato (M104) mangler"))
    if post.type is Journalposttype.UTGAAENDE and post.status is Journalstatus.EKSPEDERT and post.sendt_dato is None:
        found.append((3, "sendtDato (M105) mangler"))
    for fault in obligatory.missing_in_entry(
        type_=post.type, tittel=post.tittel, offentlig_tittel=post.offentlig_tittel, parter=post.parter
    ):
        found.append((5 if "ittel" in fault else 4, fault))
    senders = post.named(Korrespondanseparttype.AVSENDER)
    if post.type is Journalposttype.INNGAAENDE and senders and all(fold(s) == fold(UNKNOWN_SENDER) for s in senders):
        found.append((4, "avsenderen (EA) er ukjent"))
    hidden = shielding.hidden_names(post.parter, post.skjerming)
    found += [(5, f) for f in shielding.title_faults(post.tittel, post.offentlig_tittel, post.skjerming, hidden)]
    found += [(6, f) for f in document_faults(dokumenter)]
    found += [(7, f) for f in unfinished(dokumenter)]
    found += [(8, f) for f in shielding.faults_of(post.skjerming, settings)]
    if post.skjerming is not None and post.skjerming.temporary and (assessed_on or post.offentlighetsvurdert_dato):
        found.append((8, "offentlighetsvurdertDato (M110) er satt, men tilgangskoden er midlertidig (XX)"))
    found += [(9, f"mulig duplikat av {other} (samme hoveddokument, avsender og datoer)") for other in twins]
    return [f"vilkår {number}: {text}" for number, text in found]


def document_faults(dokumenter: Sequence[Dokumentbeskrivelse]) -> list[str]:
    """Exactly one main document, and every document with a file that lies in place."""
    mains = sum(d.tilknyttet_som is TilknyttetSom.HOVEDDOKUMENT for d in dokumenter)
    faults = [] if mains == 1 else [f"journalposten har {mains} hoveddokumenter (H, M217), den skal ha nøyaktig ett"]
    for dokument in dokumenter:
        if not dokument.objekter:
            faults.append(f"dokument {dokument.dokumentnummer} har ingen fil (dokumentobjekt)")
        elif not all(o.present for o in dokument.objekter):
            faults.append(
                f"filen til dokument {dokument.dokumentnummer} mangler i arkivet eller har feil størrelse (M707)"
            )
    return faults


def unfinished(dokumenter: Sequence[Dokumentbeskrivelse]) -> list[str]:
    """Documents that are not F (krav 3.2.30)."""
    return [
        f"dokument {d.dokumentnummer} har dokumentstatus {d.status.value}, ikke F (M054, krav 3.2.30)"
        for d in dokumenter
        if d.status is not Dokumentstatus.FERDIGSTILT
    ]
