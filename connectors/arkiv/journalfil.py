"""offentligJournal.xml (Noark 5.0/5.5) of a period, from the embedded archive. Valid against ``offentligJournal.xsd``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from connectors.arkiv.journal import OffentligJournalpost
from models.noark import Avskrivningsmaate
from models.noark import Korrespondanseparttype as Parttype

NAMESPACE = "http://www.arkivverket.no/standarder/noark5/offentligJournal"

ROLES: Mapping[Parttype, str] = {
    Parttype.AVSENDER: "Avsender",
    Parttype.MOTTAKER: "Mottaker",
    Parttype.KOPIMOTTAKER: "Kopimottaker",
    Parttype.INTERN_AVSENDER: "Intern avsender",
    Parttype.INTERN_MOTTAKER: "Intern mottaker",
    Parttype.INTERN_KOPIMOTTAKER: "Intern kopimottaker",
}
"""M087 as the metadata catalogue writes them; the same for M619 below."""

WAYS: Mapping[Avskrivningsmaate, str] = {
    Avskrivningsmaate.BREV: "Besvart med brev",
    Avskrivningsmaate.EPOST: "Besvart med e-post",
    Avskrivningsmaate.TELEFON: "Besvart på telefon",
    Avskrivningsmaate.ETTERRETNING: "Tatt til etterretning",
    Avskrivningsmaate.ORIENTERING: "Tatt til orientering",
    Avskrivningsmaate.NOTAT: "Besvart med notat",
    Avskrivningsmaate.SAKEN_AVSLUTTET: "Saken ble avsluttet",
}

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arkivskaper:
    """Whose journal it is (M006, M023): organisation number and name."""

    id: str
    navn: str


def offentlig_journal_xml(
    entries: Sequence[OffentligJournalpost], *, fra: date, til: date, arkivskaper: Arkivskaper
) -> Iterator[str]:
    """The file in pieces, UTF-8. The standard has no room for a journal without entries: then there is nothing.

    ``entries`` are those of the period, by journalnummer.
    """
    if not entries:
        return
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<offentligJournal xmlns="{NAMESPACE}">\n'
    head = (("journalStartDato", fra), ("journalSluttDato", til), ("antallJournalposter", len(entries)))
    who = _tag("arkivskaper", _tags((("arkivskaperID", arkivskaper.id), ("arkivskaperNavn", arkivskaper.navn))))
    yield _tag("journalhode", _tags(head) + who) + "\n"
    for entry in entries:
        yield _tag("journalregistrering", _klasse(entry) + _sak(entry) + _post(entry)) + "\n"
    yield "</offentligJournal>\n"


def _klasse(entry: OffentligJournalpost) -> str:
    sak = entry.sak
    if not sak.klasse:
        return ""
    return _tag("klasse", _tags((("klasseID", sak.klasse), ("tittel", sak.klassetittel or sak.klasse))))


def _sak(entry: OffentligJournalpost) -> str:
    sak = entry.sak
    aar, sekvens = sak.number
    return _tag(
        "saksmappe",
        _tags(
            (
                ("mappeID", sak.saksnummer),
                ("saksaar", aar),
                ("sakssekvensnummer", sekvens),
                ("offentligTittel", sak.tittel),
                ("administrativEnhet", sak.enhet),
                ("saksansvarlig", sak.saksansvarlig),
                ("tilgangsrestriksjon", sak.tilgangskode),
                ("skjermingshjemmel", sak.hjemmel),
            )
        ),
    )


def _post(entry: OffentligJournalpost) -> str:
    done = entry.avskrivning
    fields = _tags(
        (
            ("systemID", entry.system_id),
            ("registreringsID", entry.registrerings_id),
            ("journalaar", entry.journalaar),
            ("journalsekvensnummer", entry.journalsekvensnummer),
            ("journalpostnummer", entry.journalpostnummer),
            ("offentligTittel", entry.tittel),
            ("skjermingMetadata", ", ".join(each.value for each in entry.skjult)),
            ("journaldato", entry.journaldato),
            ("dokumentetsDato", entry.dokumentets_dato or ""),
            ("avskrivningsdato", done.dato if done is not None else ""),
            ("avskrivningsmaate", WAYS[done.maate] if done is not None else ""),
            ("administrativEnhet", entry.enhet),
            ("referanseAvskrivesAvJournalpost", (done.avskrives_av or "") if done is not None else ""),
            ("tilgangsrestriksjon", entry.tilgangskode),
            ("skjermingshjemmel", entry.hjemmel),
        )
    )
    # The schema wants at least one correspondent; an internal note may have none but the unit that made it.
    parter = entry.parter or ((Parttype.INTERN_AVSENDER, entry.enhet or entry.sak.enhet or "Internt"),)
    parts = (
        _tag(
            "korrespondansepart",
            _tags((("korrespondanseparttype", ROLES[kind]), ("korrespondansepartNavn", navn))),
        )
        for kind, navn in parter
    )
    return _tag("journalpost", fields + "".join(parts))


def _tags(fields: Iterable[tuple[str, object]]) -> str:
    """The fields in order; empty ones are left out."""
    return "".join(_tag(name, escape(_NOT_XML.sub("", str(value)))) for name, value in fields if str(value).strip())


def _tag(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"
