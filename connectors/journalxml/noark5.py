"""offentligJournal.xml and loependeJournal.xml (Noark 5.0/5.5; ``specs/noark5``) as entries, record by record.

The running journal is not public: it says whole titles and names, and in ``skjermingMetadata`` what of them is hidden. What the
public sees is made of it as the standard has it: ``offentligTittel`` where there is one, and stars for what is hidden.
"""

from __future__ import annotations

from connectors.journalfields import day, number, role
from connectors.journalxml.records import Node
from models.published import (
    PublishedAvskrivning,
    PublishedCase,
    PublishedEntry,
    PublishedKlasse,
    PublishedPart,
    PublishedSkjerming,
)

NAMESPACES = {
    "offentligJournal": "http://www.arkivverket.no/standarder/noark5/offentligJournal",
    "loependeJournal": "http://www.arkivverket.no/standarder/noark5/loependeJournal",
}
HEAD, ENTRY = "journalhode", "journalregistrering"
MASK = "*****"


def entries(record: Node) -> list[PublishedEntry]:
    """The entry of one ``journalregistrering``; none when it holds no journalpost."""
    post = record.one("journalpost")
    if post is None:
        return []
    aar, sekvens = number(post.of("journalaar")), number(post.of("journalsekvensnummer"))
    system_id = post.of("systemID")
    return [
        PublishedEntry(
            id=system_id or f"{post.of('journalsekvensnummer')}/{post.of('journalaar')}",
            system_id=system_id,
            registrerings_id=post.of("registreringsID"),
            offentlig_tittel=_public_title(post),
            intern_tittel=post.of("tittel"),
            case=_case(record),
            journalaar=aar,
            journalsekvensnummer=sekvens,
            journalpostnummer=number(post.of("journalpostnummer")),
            journaldato=day(post.of("journaldato")),
            dokumentets_dato=day(post.of("dokumentetsDato")),
            parter=tuple(_part(each) for each in post.all("korrespondansepart")),
            skjerming=_skjerming(post),
            avskrivninger=_avskrivninger(post),
            enhet=post.of("administrativEnhet"),
            saksbehandler=post.of("saksbehandler"),
        )
    ]


def _case(record: Node) -> PublishedCase | None:
    sak = record.one("saksmappe")
    if sak is None:
        return None
    aar, sekvens = number(sak.of("saksaar")), number(sak.of("sakssekvensnummer"))
    told = f"{aar}/{sekvens}" if aar is not None and sekvens is not None else ""
    return PublishedCase(
        saksnummer=told or sak.of("mappeID"),
        saksaar=aar,
        sakssekvensnummer=sekvens,
        tittel=_public_title(sak),
        intern_tittel=sak.of("tittel"),
        enhet=sak.of("administrativEnhet"),
        saksansvarlig=sak.of("saksansvarlig"),
        skjerming=_skjerming(sak),
        klasse=_klasse(record),
    )


def _klasse(record: Node) -> PublishedKlasse | None:
    klasse = record.one("klasse")
    if klasse is None or not klasse.of("klasseID"):
        return None
    hidden = klasse.of("skjermingMetadata")
    if hidden:
        return PublishedKlasse(klasse_id=MASK, tittel=MASK)
    return PublishedKlasse(klasse_id=klasse.of("klasseID"), tittel=klasse.of("tittel"))


def _public_title(node: Node) -> str:
    """offentligTittel; in a running journal without one the whole title, unless something of the record is hidden."""
    return node.of("offentligTittel") or ("" if node.of("skjermingMetadata") else node.of("tittel"))


def _part(node: Node) -> PublishedPart:
    text, navn = node.of("korrespondanseparttype"), node.of("korrespondansepartNavn")
    if node.of("skjermingMetadata"):
        return PublishedPart(navn=MASK, intern_navn=navn, type=role(text), type_text=text)
    return PublishedPart(navn=navn, type=role(text), type_text=text)


def _skjerming(node: Node) -> PublishedSkjerming | None:
    kode, hjemmel = node.of("tilgangsrestriksjon"), node.of("skjermingshjemmel")
    hidden = tuple(each.text for each in node.all("skjermingMetadata") if each.text)
    return PublishedSkjerming(kode=kode, hjemmel=hjemmel, metadata=hidden) if kode or hjemmel or hidden else None


def _avskrivninger(post: Node) -> tuple[PublishedAvskrivning, ...]:
    told = day(post.of("avskrivningsdato")), post.of("avskrivningsmaate"), post.of("referanseAvskrivesAvJournalpost")
    return (PublishedAvskrivning(dato=told[0], maate=told[1], avskrives_av=told[2]),) if any(told) else ()
