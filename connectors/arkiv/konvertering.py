"""Archive variants beside the untouched received files (krav 3.2.8; M615–M616, M712–M720), and what could not be made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import and_, exists, insert, or_, select
from sqlalchemy.dialects import sqlite

from connectors.arkiv import codec
from connectors.arkiv import tables as t
from connectors.arkiv.documents import DocumentFolder
from connectors.arkiv.records import Dokumentobjekt
from connectors.arkiv.unit import refuse
from models.noark import Dokumentstatus, Variantformat
from models.sql import Link, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconverted:
    """A received file that has no archive variant yet. ``system_id`` is the dokumentobjekt's; ``path`` is only read."""

    system_id: str
    path: Path
    sha256: str
    size_bytes: int
    mime_type: str
    format: str
    filnavn: str
    tittel: str
    journalpost: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionFailure:
    """A received file that no archive variant could be made of; stands until one is there."""

    system_id: str
    journalpost: str
    number: str
    dokumentnummer: int
    filnavn: str
    mime_type: str
    code: str
    detail: str
    at: datetime
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An archive variant that was made: the file, and how. ``format`` is its PRONOM code (PDF/A-2b: fmt/477).

    ``from_format`` empty means the code recorded for the received file.
    """

    path: Path
    format: str
    mime_type: str
    tool: str
    from_format: str = ""
    comment: str = ""
    details: str = ""


_archive = t.dokumentobjekt.alias("arkivvariant")
_HAS_ARCHIVE = exists().where(
    _archive.c.dokumentbeskrivelse == t.dokumentobjekt.c.dokumentbeskrivelse,
    _archive.c.versjonsnummer == t.dokumentobjekt.c.versjonsnummer,
    _archive.c.variantformat == Variantformat.ARKIV.value,
)
_OURS = t.dokumentbeskrivelse.c.our_key != ""
_RECEIVED = (
    select(
        t.dokumentobjekt,
        t.dokumentbeskrivelse.c.tittel,
        t.dokumentbeskrivelse.c.journalpost,
        t.dokumentbeskrivelse.c.dokumentnummer,
        t.journalpost.c.journalpostnummer,
        t.saksmappe.c.saksaar,
        t.saksmappe.c.sakssekvensnummer,
        t.konvertering_feil.c.kode,
        t.konvertering_feil.c.detalj,
        t.konvertering_feil.c.dato,
        t.konvertering_feil.c.forsoek,
    )
    .join(t.dokumentbeskrivelse, t.dokumentbeskrivelse.c.system_id == t.dokumentobjekt.c.dokumentbeskrivelse)
    .join(t.journalpost, t.journalpost.c.system_id == t.dokumentbeskrivelse.c.journalpost)
    .join(t.saksmappe, t.saksmappe.c.system_id == t.journalpost.c.saksmappe)
    .outerjoin(t.konvertering_feil, t.konvertering_feil.c.dokumentobjekt == t.dokumentobjekt.c.system_id)
    .where(
        and_(
            t.dokumentobjekt.c.variantformat == Variantformat.PRODUKSJON.value,
            t.journalpost.c.journalstatus != "U",
            # A case worker's document is made into an archive format when it is finished: until then it may change. What
            # the robot takes in never changes, and is made at once.
            or_(t.dokumentbeskrivelse.c.dokumentstatus == Dokumentstatus.FERDIGSTILT.value, _OURS),
            ~_HAS_ARCHIVE,
        )
    )
    .order_by(t.dokumentobjekt.c.id)
)


def unconverted(
    db: Link, files: DocumentFolder, *, limit: int, approved: Collection[str], retry_codes: Collection[str]
) -> list[Unconverted]:
    """Oldest first. Not: files already in an approved format, entries in status U, and what has failed before, except
    with one of ``retry_codes`` (what a person has since put right, a program installed say)."""
    failed = t.konvertering_feil.c.kode
    statement = _RECEIVED.where(
        t.dokumentobjekt.c.format.not_in(sorted(approved)), failed.is_(None) | failed.in_(sorted(retry_codes))
    )
    rows = db.execute(statement.limit(limit)).mappings()
    return [
        Unconverted(
            system_id=r["system_id"],
            path=files.path_of(r["sjekksum"]),
            sha256=r["sjekksum"],
            size_bytes=r["filstoerrelse"],
            mime_type=r["mime_type"],
            format=r["format"],
            filnavn=r["filnavn"],
            tittel=r["tittel"],
            journalpost=r["journalpost"],
            tries=r["forsoek"] or 0,
        )
        for r in rows
    ]


def failures(db: Link) -> list[ConversionFailure]:
    """What stands as failed, oldest first; one that has been converted since, or whose entry is U, is not there."""
    rows = db.execute(_RECEIVED.where(t.konvertering_feil.c.kode.is_not(None))).mappings()
    return [
        ConversionFailure(
            system_id=r["system_id"],
            journalpost=r["journalpost"],
            number=f"{r['saksaar']}/{r['sakssekvensnummer']}-{r['journalpostnummer']}",
            dokumentnummer=r["dokumentnummer"],
            filnavn=r["filnavn"],
            mime_type=r["mime_type"],
            code=r["kode"],
            detail=r["detalj"],
            at=datetime.fromisoformat(r["dato"]),
            tries=r["forsoek"],
        )
        for r in rows
    ]


def taken_in(files: DocumentFolder, variant: Variant) -> tuple[str, int]:
    """Checksum and size of the variant's file, which lies durably in the archive's folder afterwards."""
    with variant.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    if size == 0:
        refuse("arkivvarianten er en tom fil (M707)")
    files.keep_copy(variant.path, sha256)
    return sha256, size


def received(db: Link, system_id: str) -> tuple[Row, str | None]:
    """The received file's row, and the system id of its archive variant if there is one."""
    c = t.dokumentobjekt.c
    row = db.execute(select(t.dokumentobjekt).where(c.system_id == system_id)).mappings().first()
    if row is None or row["variantformat"] != Variantformat.PRODUKSJON.value:
        refuse(f"dokumentobjektet {system_id} finnes ikke, eller er ikke en produksjonsvariant (P)")
    there = db.execute(
        select(c.system_id).where(
            c.dokumentbeskrivelse == row["dokumentbeskrivelse"],
            c.versjonsnummer == row["versjonsnummer"],
            c.variantformat == Variantformat.ARKIV.value,
        )
    ).scalar()
    return row, there


def add_variant(
    db: Link,
    system_id: str,
    variant: Variant,
    *,
    file: tuple[str, int],
    at: datetime,
    actor: str,
    new_id: Callable[[], str],
) -> str:
    """Records the variant and how it was made; returns its system id. One that is there already is returned as it is."""
    row, there = received(db, system_id)
    if there is not None:
        return there
    sha256, size = file
    objekt = Dokumentobjekt(
        system_id=new_id(),
        variant=Variantformat.ARKIV,
        format=variant.format,
        mime_type=variant.mime_type,
        filnavn=f"{Path(row['filnavn']).stem or 'dokument'}{_suffix(variant.mime_type)}",
        sjekksum=sha256,
        size_bytes=size,
    )
    values = codec.objekt_values(row["dokumentbeskrivelse"], objekt, at)
    db.execute(
        insert(t.dokumentobjekt),
        {**values, "versjonsnummer": row["versjonsnummer"], "format_detaljer": variant.details},
    )
    record: dict[str, Any] = {
        "dokumentobjekt": objekt.system_id,
        "konvertert_dato": codec.moment(at),
        "konvertert_av": actor,
        "fra_format": variant.from_format or row["format"],
        "til_format": variant.format,
        "verktoey": variant.tool,
        "kommentar": variant.comment,
        "fra_sjekksum": row["sjekksum"],
        "til_sjekksum": sha256,
    }
    db.execute(insert(t.konvertering), record)
    return objekt.system_id


def _suffix(mime_type: str) -> str:
    return {"application/pdf": ".pdf", "image/tiff": ".tif", "text/plain": ".txt"}.get(mime_type, "")


def failed(db: Link, system_id: str, *, code: str, detail: str, at: datetime) -> None:
    """Remembers that no variant could be made; a later try that fails takes its place and counts."""
    received(db, system_id)
    statement = sqlite.insert(t.konvertering_feil).values(
        dokumentobjekt=system_id, kode=code, detalj=detail, dato=codec.moment(at)
    )
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["dokumentobjekt"],
            set_={
                "kode": code,
                "detalj": detail,
                "dato": codec.moment(at),
                "forsoek": t.konvertering_feil.c.forsoek + 1,
            },
        )
    )
