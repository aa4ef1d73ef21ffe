"""What an archive extract is checked for (noark5.md section 10), asked of the living archive. All faults in one go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text

from connectors.arkiv.documents import DocumentFolder
from models.sql import Link

# Each statement answers the things that are wrong, by number or system id. Entries in U are left out, as users of
# extract checks ask for.
_QUERIES: dict[str, str] = {
    "saksnummer_unikt": "SELECT saksaar || '/' || sakssekvensnummer FROM saksmappe GROUP BY 1 HAVING count(*) > 1",
    "journalnummer_unikt": (
        "SELECT journalsekvensnummer || '/' || journalaar FROM journalpost GROUP BY 1 HAVING count(*) > 1"
    ),
    "serie_foran_nummer": (
        "SELECT s.saksaar || '/' || s.sakssekvensnummer FROM saksmappe s LEFT JOIN nummerserie n "
        "ON n.serie = 'sak' AND n.aar = s.saksaar WHERE s.sakssekvensnummer > coalesce(n.siste, 0) "
        "UNION ALL SELECT j.journalsekvensnummer || '/' || j.journalaar FROM journalpost j LEFT JOIN nummerserie n "
        "ON n.serie = 'journal' AND n.aar = j.journalaar WHERE j.journalsekvensnummer > coalesce(n.siste, 0) "
        "UNION ALL SELECT s.saksaar || '/' || s.sakssekvensnummer || '-' || j.journalpostnummer FROM journalpost j "
        "JOIN saksmappe s ON s.system_id = j.saksmappe WHERE j.journalpostnummer > s.siste_journalpostnummer"
    ),
    "ett_hoveddokument": (
        "SELECT j.system_id FROM journalpost j LEFT JOIN dokumentbeskrivelse d ON d.journalpost = j.system_id "
        "AND d.tilknyttet_som = 'H' WHERE j.journalstatus IN ('J', 'E', 'A') GROUP BY j.system_id "
        "HAVING count(d.id) <> 1"
    ),
    "dokument_uten_fil": (
        "SELECT d.system_id FROM dokumentbeskrivelse d JOIN journalpost j ON j.system_id = d.journalpost "
        "LEFT JOIN dokumentobjekt o ON o.dokumentbeskrivelse = d.system_id "
        "WHERE j.journalstatus <> 'U' AND o.id IS NULL"
    ),
    "dokument_ikke_ferdigstilt": (
        "SELECT d.system_id FROM dokumentbeskrivelse d JOIN journalpost j ON j.system_id = d.journalpost "
        "WHERE j.journalstatus IN ('J', 'E', 'A') AND d.dokumentstatus <> 'F'"
    ),
    "korrespondansepart_mangler": (
        "SELECT j.system_id FROM journalpost j WHERE j.journalstatus <> 'U' AND NOT EXISTS "
        "(SELECT 1 FROM korrespondansepart k WHERE k.journalpost = j.system_id AND k.gyldig = 1)"
    ),
    "avsluttet_sak_med_aapne": (
        "SELECT j.system_id FROM journalpost j JOIN saksmappe s ON s.system_id = j.saksmappe "
        "WHERE s.saksstatus = 'A' AND s.avsluttet_av IS NOT NULL AND j.journalstatus NOT IN ('A', 'U')"
    ),
    "deler_skjermet_uten_offentlig_variant": (
        "SELECT d.system_id FROM dokumentbeskrivelse d JOIN journalpost j ON j.system_id = d.journalpost "
        "WHERE j.journalstatus IN ('J', 'E', 'A') "
        "AND coalesce(json_extract(d.skjerming, '$.dokument'), json_extract(j.skjerming, '$.dokument')) = 'D' "
        "AND NOT EXISTS (SELECT 1 FROM dokumentobjekt o WHERE o.dokumentbeskrivelse = d.system_id "
        "AND o.variantformat = 'O')"
    ),
    "referanse_uten_maal": "SELECT \"table\" || ' ' || rowid FROM pragma_foreign_key_check()",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckFault:
    """One thing that is wrong: the check's name and what it is wrong with (a number, a system id, a checksum)."""

    check: str
    what: str


def self_check(db: Link, files: DocumentFolder, *, read_files: bool) -> Iterator[SelfCheckFault]:
    """Every fault, check by check. ``read_files``: read every file whole and compare checksums (slow on big archives),
    else only that it lies there with its size."""
    for result in db.execute(text("PRAGMA integrity_check")).scalars():
        if result != "ok":
            yield SelfCheckFault(check="databasefil", what=str(result))
    for check, statement in _QUERIES.items():
        for what in db.execute(text(statement)).scalars().all():
            yield SelfCheckFault(check=check, what=str(what))
    rows = db.execute(text("SELECT DISTINCT sjekksum, filstoerrelse FROM dokumentobjekt ORDER BY sjekksum")).all()
    for sha256, size in rows:
        if not files.has(sha256, size):
            yield SelfCheckFault(check="fil_mangler", what=sha256)
        elif read_files and not files.intact(sha256):
            yield SelfCheckFault(check="sjekksum", what=sha256)
