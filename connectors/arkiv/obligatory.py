"""Obligatory fields, all missing ones named at once (noark5.md section 2). Pure."""

from __future__ import annotations

from connectors.arkiv.records import Arkivdel, Journalpost, Sak
from models.archive import Dokument, NySaksmappe
from models.noark import Arkivdelstatus, Journalposttype, Korrespondansepart
from models.noark import Korrespondanseparttype as Parttype

TAKES_ENTRIES = (Arkivdelstatus.AKTIV, Arkivdelstatus.OVERLAPPING)
_OUTER = {
    Journalposttype.INNGAAENDE: ((Parttype.AVSENDER,), "avsender (EA)"),
    Journalposttype.UTGAAENDE: ((Parttype.MOTTAKER, Parttype.KOPIMOTTAKER), "mottaker (EM)"),
}


def missing_in_case(write: NySaksmappe) -> list[str]:
    """Fields a new case cannot be without. klasse may wait until closing (krav 3.2.6)."""
    fields = (
        (write.tittel, "tittel (M020)"),
        (write.offentlig_tittel, "offentligTittel (M025)"),
        (write.arkivdel, "arkivdel (M208)"),
        (write.administrativ_enhet, "administrativEnhet (M305)"),
        (write.saksansvarlig, "saksansvarlig (M306)"),
    )
    missing = [f"{name} mangler" for value, name in fields if not value.strip()]
    for part in write.parter:
        if not any((part.navn.strip(), part.fnr, part.orgnr, part.ansattnr)):
            missing.append("part uten navn (M302) og uten identitet")
    if any(not t.strip() or not v.strip() for t, v in write.nasjonale_identifikatorer):
        missing.append("nasjonal identifikator uten type eller verdi")
    return missing


def missing_in_entry(
    *, type_: Journalposttype, tittel: str, offentlig_tittel: str, parter: tuple[Korrespondansepart, ...]
) -> list[str]:
    """Fields a journalpost cannot be registered without (rule-language.md, «Obligatory for M»; krav 2.6.3)."""
    fields = ((tittel, "tittel (M020)"), (offentlig_tittel, "offentligTittel (M025)"))
    missing = [f"{name} mangler" for value, name in fields if not value.strip()]
    return missing + _part_faults(type_, parter)


def _part_faults(type_: Journalposttype, parter: tuple[Korrespondansepart, ...]) -> list[str]:
    faults = []
    if type_ in _OUTER:
        types, name = _OUTER[type_]
        if not any(p.type in types and p.navn.strip() for p in parter):
            faults.append(f"korrespondansepart {name} med navn (M400) mangler")
    elif not any(p.navn.strip() for p in parter):
        faults.append("korrespondansepart med navn (M400) mangler")
    inner = (Parttype.INTERN_MOTTAKER,) if type_ is Journalposttype.INNGAAENDE else tuple(Parttype)
    if not any(p.type in inner and p.administrativ_enhet.strip() for p in parter):
        whom = "intern mottaker (IM)" if type_ is Journalposttype.INNGAAENDE else "korrespondansepart"
        faults.append(f"{whom} med administrativEnhet (M305) mangler")
    if any(p.person_id and p.organisasjons_id for p in parter):
        faults.append("korrespondansepart har både personID (M048) og organisasjonsID (M049); bare én kan settes")
    return faults


def missing_in_document(dokument: Dokument) -> list[str]:
    """Fields a document cannot be without; filstoerrelse (M707) is over 0."""
    fields = (
        (dokument.tittel, "dokumentets tittel (M020)"),
        (dokument.dokumenttype, "dokumenttype (M083)"),
        (dokument.filnavn, "filnavn"),
        (dokument.mime_type, "mimeType (M716)"),
        (dokument.sha256, "sjekksum (M705)"),
    )
    missing = [f"{name} mangler" for value, name in fields if not value.strip()]
    if dokument.size_bytes <= 0:
        missing.append("filstoerrelse (M707) må være over 0: en tom fil kan ikke arkiveres")
    return missing


def place_faults(sak: Sak) -> list[str]:
    """Why nothing new may be placed in the case (krav 2.5.5, 2.3.6)."""
    if sak.closed:
        return [f"saken {sak.saksnummer} har saksstatus {sak.status.value} og tar ikke imot mer (krav 2.5.5)"]
    if sak.arkivdelstatus not in TAKES_ENTRIES:
        return [f"arkivdelen {sak.arkivdel} til saken {sak.saksnummer} er avsluttet (krav 2.3.6)"]
    return []


def arkivdel_faults(kode: str, arkivdel: Arkivdel | None) -> list[str]:
    """Why no new case may be opened in the arkivdel: only the active period takes new mapper."""
    if arkivdel is None:
        return [f"arkivdelen «{kode}» finnes ikke i arkivet"] if kode.strip() else []
    if arkivdel.status is Arkivdelstatus.OVERLAPPING:
        return [f"arkivdelen {kode} er i overlappingsperiode og tar ikke nye mapper"]
    if arkivdel.status is not Arkivdelstatus.AKTIV:
        return [f"arkivdelen {kode} er avsluttet og tar ikke nye mapper (krav 2.3.6)"]
    return []


def klasse_faults(klasse: str, arkivdel: Arkivdel | None, is_open: bool | None) -> list[str]:
    """Why the class cannot be used: it must belong to the arkivdel's own system (krav 2.5.6) and be open (2.4.5)."""
    if arkivdel is None or not klasse.strip() or is_open is True:
        return []
    if is_open is None:
        system = arkivdel.klassifikasjonssystem
        return [f"klassen «{klasse}» finnes ikke i klassifikasjonssystemet {system} til arkivdelen {arkivdel.kode}"]
    return [f"klassen «{klasse}» er avsluttet (krav 2.4.5)"]


def open_case_faults(post: Journalpost, sak: Sak) -> list[str]:
    """Why the journalpost may not be changed: its case is closed, or it is itself out of use."""
    if sak.closed:
        return [f"saken {sak.saksnummer} er avsluttet; journalposten {post.registrerings_id} kan ikke endres"]
    return []
