"""OFFJOURNAL, the public journal of Noark 4 (ISO-8859-1, OFFJOURN3.DTD), as entries, case by case.

Names of elements as in feeds in use: NOARKSAK.OJ holds SA.*, KLASSERING.OJ (KL.*) and JOURNPOST.OJ (JP.*, AVSMOT.OJ with AM.*,
DOKLINK.OJ with DOKBESKRIV.OJ and DOKVERSJON.OJ). AM.IHTYPE: 0 is a sender, 1 a receiver.
"""

from __future__ import annotations

from connectors.journalfields import TYPES, day, number
from connectors.journalxml.records import Node
from models.noark import Korrespondanseparttype, TilknyttetSom, Variantformat
from models.published import (
    DocumentRef,
    PublishedAvskrivning,
    PublishedCase,
    PublishedDocument,
    PublishedEntry,
    PublishedFile,
    PublishedKlasse,
    PublishedPart,
    PublishedSkjerming,
)

ROOT, CASE = "OFFJOURNAL", "NOARKSAK.OJ"


def entries(record: Node) -> list[PublishedEntry]:
    """The entries of one NOARKSAK.OJ."""
    case = _case(record)
    return [_entry(case, post) for post in record.all("JOURNPOST.OJ") if post.children]


def _case(sak: Node) -> PublishedCase:
    aar, sekvens = number(sak.of("SA.SAAR")), number(sak.of("SA.SEKNR"))
    klasse = sak.one("KLASSERING.OJ")
    return PublishedCase(
        saksnummer=f"{sak.of('SA.SAAR')}/{sak.of('SA.SEKNR')}",
        saksaar=aar,
        sakssekvensnummer=sekvens,
        tittel=sak.of("SA.OFFTITTEL"),
        enhet=sak.of("SA.ADMKORT"),
        saksansvarlig=sak.of("SA.ANSVINIT"),
        skjerming=_skjerming(sak.of("SA.TGKODE"), sak.of("SA.UOFF")),
        klasse=PublishedKlasse(klasse_id=klasse.of("KL.ORDNVERDI"), tittel=klasse.of("KL.OPLTEKST"))
        if klasse is not None and klasse.of("KL.ORDNVERDI")
        else None,
    )


def _entry(case: PublishedCase, post: Node) -> PublishedEntry:
    text = post.of("JP.NDOKTYPE")
    return PublishedEntry(
        id=f"{post.of('JP.SEKNR')}/{post.of('JP.JAAR')}",
        offentlig_tittel=post.of("JP.OFFINNHOLD"),
        case=case,
        journalaar=number(post.of("JP.JAAR")),
        journalsekvensnummer=number(post.of("JP.SEKNR")),
        journalpostnummer=number(post.of("JP.POSTNR")),
        type=TYPES.get(text.upper()),
        type_text=text,
        journaldato=day(post.of("JP.JDATO")),
        dokumentets_dato=day(post.of("JP.DOKDATO")),
        parter=tuple(_part(each) for each in post.all("AVSMOT.OJ")),
        skjerming=_skjerming(post.of("JP.TGKODE"), post.of("JP.UOFF")),
        dokumenter=tuple(_document(each) for each in post.all("DOKLINK.OJ")),
        avskrivninger=_avskrivninger(post),
        enhet=post.of("JP.ANSVAVD"),
        saksbehandler=post.of("JP.ANSVSB"),
    )


def _part(node: Node) -> PublishedPart:
    text = node.of("AM.IHTYPE")
    copy = node.of("AM.KOPIMOT") == "1"
    receiver = Korrespondanseparttype.KOPIMOTTAKER if copy else Korrespondanseparttype.MOTTAKER
    return PublishedPart(
        navn=node.of("AM.NAVN"),
        type={"0": Korrespondanseparttype.AVSENDER, "1": receiver}.get(text),
        type_text=text,
        enhet=node.of("AM.ADMKORT"),
        saksbehandler=node.of("AM.SBHINIT"),
        epostadresse=node.of("AM.EPOSTADR"),
        postnummer=node.of("AM.POSTNR"),
    )


def _skjerming(kode: str, hjemmel: str) -> PublishedSkjerming | None:
    return PublishedSkjerming(kode=kode, hjemmel=hjemmel) if kode or hjemmel else None


def _document(link: Node) -> PublishedDocument:
    told = link.one("DOKBESKRIV.OJ") or link
    kind = link.of("DL.TYPE").upper()
    return PublishedDocument(
        tittel=told.of("DB.TITTEL"),
        id=link.of("DL.DOKID"),
        nummer=number(link.of("DL.RNR")),
        tilknyttet_som=TilknyttetSom(kind) if kind in ("H", "V") else None,
        skjerming=_skjerming(told.of("DB.TGKODE"), told.of("DB.UOFF")),
        filer=tuple(file for each in told.all("DOKVERSJON.OJ") if (file := _file(each)) is not None),
    )


def _file(version: Node) -> PublishedFile | None:
    ref, variant = version.of("VE.FILREF"), version.of("VE.VARIANT").upper()
    if not ref:
        return None
    return PublishedFile(
        ref=DocumentRef(ref=ref, name=ref.replace("\\", "/").rpartition("/")[2]),
        format=version.of("VE.DOKFORMAT"),
        variant=Variantformat(variant) if variant in ("P", "A", "O") else None,
    )


def _avskrivninger(post: Node) -> tuple[PublishedAvskrivning, ...]:
    told = [
        PublishedAvskrivning(
            dato=day(each.of("AM.AVSKDATO")), maate=each.of("AM.AVSKM"), avskrives_av=each.of("AM.BESVARDOK")
        )
        for each in post.all("AVSMOT.OJ")
    ]
    return tuple(each for each in told if each.dato is not None or each.maate)
