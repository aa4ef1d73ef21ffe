"""A published entry → its readable texts, what detectors and the name finder see in them, and the facts that rules ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from models.facts import Facts, FactValue, Unknown
from models.finding import Finding
from models.omsorg import Journalinnfoersel, Sak
from models.published import PublishedEntry, ViewCapabilities
from robot.journalcheck.look import Look, Seen, Text
from robot.journalcheck.people import NameFinder, Span, find_names, is_person
from robot.journalcheck.setup import CheckSetup
from rules.detectors import scan
from rules.hjemmel import parse
from rules.subject_facts import TODAY

Scan = Callable[[str, str], tuple[Finding, ...]]
"""(text, place) → findings; the place is ``tittel`` or ``tekst``."""


def texts_of(entry: PublishedEntry) -> tuple[Text, ...]:
    """Everything anybody can read of it but the files, in a stable order; a text that repeats another is left out."""
    found: list[Text] = [Text(field="offentlig_tittel", text=entry.offentlig_tittel)]
    found.append(
        Text(field="offentlig_tittel_navn", text=_other(entry.offentlig_tittel_sensitiv, entry.offentlig_tittel))
    )
    case = entry.case
    if case is not None:
        found.append(Text(field="sak.tittel", text=case.tittel))
        found.append(Text(field="sak.tittel_navn", text=_other(case.tittel_sensitiv, case.tittel)))
    for part in entry.parter:
        found.append(Text(field="korrespondansepart", text=part.navn, title=False))
        found.append(Text(field="korrespondansepart_navn", text=_other(part.navn_sensitiv, part.navn), title=False))
        found.append(Text(field="korrespondansepart.epost", text=part.epostadresse, title=False))
    for document in entry.dokumenter:
        if document.tittel != entry.offentlig_tittel:
            found.append(Text(field="dokument.navn", text=document.tittel))
        found.append(Text(field="dokument.navn_navn", text=_other(document.tittel_sensitiv, document.tittel)))
        found += [Text(field="fil.navn", text=file.ref.name, title=False) for file in document.filer]
    found.append(Text(field="beskrivelse", text=entry.beskrivelse))
    if entry.skjerming is not None:
        found.append(Text(field="skjermingshjemmel", text=entry.skjerming.hjemmel, title=False))
    return tuple(text for text in found if text.text.strip())


def names_in(texts: Sequence[Text], finder: NameFinder | None) -> Mapping[int, tuple[Span, ...]]:
    """Spans of names by the text's place. A correspondent is a person or not as a whole; file names have none."""
    asked = [number for number, text in enumerate(texts) if text.title]
    spans = (finder or find_names)([texts[number].text for number in asked]) if asked else []
    found: dict[int, tuple[Span, ...]] = {number: tuple(got) for number, got in zip(asked, spans, strict=True) if got}
    for number, text in enumerate(texts):
        if text.field.startswith("korrespondansepart") and is_person(text.text):
            found[number] = ((0, len(text.text)),)
    return found


def seen_in(texts: Sequence[Text], setup: CheckSetup, scanner: Scan | None = None) -> tuple[Seen, ...]:
    """What the detectors see, each with the field it stands in."""
    found: list[Seen] = []
    for text in texts:
        if text.field == "skjermingshjemmel":
            continue
        for one in (
            scanner(text.text, "tittel")
            if scanner is not None
            else scan(text.text, sted=text.field, own_numbers=setup.own)
        ):
            found.append(Seen(field=text.field, finding=one, value=text.text[one.start : one.end], place=text.text))
    return tuple(found)


def look_at(
    entry: PublishedEntry,
    *,
    setup: CheckSetup,
    today: date,
    told: ViewCapabilities,
    archived: Journalinnfoersel | None = None,
    sak: Sak | None = None,
    names: Mapping[int, tuple[Span, ...]] | None = None,
    finder: NameFinder | None = None,
) -> Look:
    """Everything the checks of one entry need; ``names`` where they were found in a batch beforehand."""
    texts = texts_of(entry)
    basis = entry.skjerming.hjemmel if entry.skjerming is not None else ""
    return Look(
        entry=entry,
        texts=texts,
        seen=seen_in(texts, setup),
        names=names if names is not None else names_in(texts, finder),
        setup=setup,
        today=today,
        told=told,
        archived=archived,
        sak=sak,
        hjemmel=parse(basis) if basis else None,
    )


def facts_of(look: Look) -> Facts:
    """The facts of :data:`rules.subject_facts` for ``gjelder: publisert``. What no source could tell is *ukjent*."""
    entry, case = look.entry, look.entry.case
    values: dict[str, FactValue | None] = {
        "saksnummer": entry.saksnummer,
        "arkivdel": look.arkivdel or (Unknown() if look.sak is None else ""),
        "klasse": look.klasse,
        "enhet": entry.enhet,
        "offentlig_tittel": entry.offentlig_tittel,
        "offentlig_tittel_navn": entry.offentlig_tittel_sensitiv,
        "tilgangsrestriksjon": entry.skjerming.kode if entry.skjerming is not None else None,
        "skjermingshjemmel": entry.skjerming.hjemmel if entry.skjerming is not None else None,
        "hjemmel": look.hjemmel.normal if look.hjemmel is not None else None,
        "alder": entry.journaldato,
        "journalposttype": entry.type.value if entry.type is not None else None,
        "journalnummer": entry.journalnummer,
        "journaldato": entry.journaldato,
        "dokumentets_dato": entry.dokumentets_dato,
        "publisert_dato": entry.publisert.date() if entry.publisert is not None else None,
        "korrespondansepart": tuple(text.text for text in look.texts if text.field.startswith("korrespondansepart")),
        "sak.tittel": case.tittel if case is not None else None,
        "dokument.navn": tuple(document.tittel for document in entry.dokumenter),
        "fil.navn": tuple(text.text for text in look.texts if text.field == "fil.navn"),
        "fil.tekst": Unknown(),
        "fulltekst": any(document.filer for document in entry.dokumenter),
        "alt": tuple(text.text for text in look.texts if text.field not in ("fil.navn", "skjermingshjemmel")),
        "personnavn": look.name_fields(),
        "personsak": look.personal,
        "funn": tuple(one.finding for one in look.seen),
        "arkiv.tilgangsrestriksjon": _archive_code(look),
        "arkiv.journalstatus": look.archived.post.status.value if look.archived is not None else Unknown(),
        TODAY: look.today,
    }
    return Facts(values={name: value for name, value in values.items() if value not in (None, "", ())})


def _archive_code(look: Look) -> FactValue | None:
    if look.archived is None:
        return Unknown()
    shield = look.archived.post.skjerming
    return shield.kode if shield is not None else None


def _other(with_names: str, plain: str) -> str:
    """The one with names, when it says anything else."""
    return with_names if with_names != plain else ""
