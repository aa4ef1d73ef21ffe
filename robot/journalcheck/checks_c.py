"""Family C in code: what is masked in one place and shows in another, names in the wrong field, and masking without need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models.noark import Korrespondanseparttype
from robot.journalcheck.catalogue import Level
from robot.journalcheck.look import Look, Noted
from robot.journalcheck.people import MASK, is_person, is_public_body, masked_name, words_of

_INITIALS = re.compile(r"\b[A-ZÆØÅ]\.\s?(?:[A-ZÆØÅ]\.)")
_PROPERTY = re.compile(r"\b(?:gnr\.?|gbnr\.?)\s*\d+|\b\d{1,3}/\d{1,4}\b", re.IGNORECASE)
_HOME = re.compile(r"\b(?:enebolig|einebustad|bolig|bustad|rekkehus)\w*\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\b[A-ZÆØÅ][a-zæøå]+(?:veien|vegen|gata|gaten|vei|veg|gate|stien|bakken|svingen)\s+\d+")
_KIN = re.compile(
    r"\b(?:mor|far|foreldre|mora|moren|faren|sønn|sønnen|datter|dattera|datteren|dotter|dottera|søster|bror|besteforeldre|"
    r"ektefelle|samboer|sambuar|verge|verja)\s+(?:til|av|for)\b",
    re.IGNORECASE,
)
_MAIL_NAME = re.compile(r"\b[a-zæøå]+\.[a-zæøå]+@[\w.-]+", re.IGNORECASE)


def c03_masked_here_visible_there(look: Look) -> Iterator[Noted]:
    """Words of a masked title that name somebody, in another public field or in another entry of the case."""
    hidden = _hidden_words(look)
    if not hidden:
        return
    for text in look.texts:
        shown = words_of([text.text]) & hidden
        if shown:
            yield Noted(
                check="PJ-C03", field=text.field, masked=f"{len(shown)} skjermede ord", value=" ".join(sorted(shown))
            )
    if look.sak is None:
        return
    for other in look.sak.innfoersler:
        own = look.archived is not None and other.post.system_id == look.archived.post.system_id
        if (
            own
            or other.post.status.value not in "JEA"
            or not (shown := words_of([other.post.offentlig_tittel]) & hidden)
        ):
            continue
        yield Noted(
            check="PJ-C03",
            field="sak",
            masked=f"{len(shown)} skjermede ord i {other.post.number}",
            value=f"{other.post.system_id} {' '.join(sorted(shown))}",
        )


def c04_name_recoverable(look: Look) -> Iterator[Noted]:
    """Masked, but initials with an address, a home's property number, an e-mail address or a relation tell who it is."""
    if not (look.personal or _masked(look)):
        return
    for text in look.texts:
        what = _tells_who(text.text, personal=look.personal)
        if what:
            yield Noted(check="PJ-C04", field=text.field, note=what, value=what)


def c05_name_in_the_lasting_field(look: Look) -> Iterator[Noted]:
    """eInnsyn's pair: the plain field is searchable for ever, so a name belongs only in the other. Error after one year."""
    if not look.told.names_apart:
        return
    published = look.entry.publisert
    old = published is not None and (look.today - published.date()).days > look.setup.name_days
    for field in look.name_fields():
        if field in (
            "offentlig_tittel_navn",
            "sak.tittel_navn",
            "fil.navn",
            "dokument.navn_navn",
            "korrespondansepart_navn",
        ):
            continue
        for name in look.named(field):
            yield Noted(
                check="PJ-C05",
                field=field,
                masked=masked_name(name),
                value=name,
                level=Level.ERROR if old else None,
            )


def c06_name_searchable_after_a_year(look: Look) -> Iterator[Noted]:
    """A journal without such pairs still shows names of what was published more than a year ago."""
    published = look.entry.publisert
    since = published.date() if published is not None else look.entry.journaldato
    if look.told.names_apart or look.told.delivery or since is None:
        return
    if (look.today - since).days <= look.setup.name_days:
        return
    for field in look.name_fields():
        for name in look.named(field):
            yield Noted(check="PJ-C06", field=field, masked=masked_name(name), value=name)


def c09_masked_without_need(look: Look) -> Iterator[Noted]:
    """A title with nothing but marks, or a masked correspondent that is a public body: over-masking is a fault too."""
    title = look.entry.offentlig_tittel.strip()
    if title and not re.search(r"[^\W_]{2,}", MASK.sub(" ", title)):
        yield Noted(check="PJ-C09", field="offentlig_tittel", note="hele tittelen er skjermet", value=title)
    if look.archived is None:
        return
    masked = [part for part in look.entry.parter if MASK.search(part.navn)]
    bodies = [
        part
        for part in look.archived.parter
        if part.type in (Korrespondanseparttype.AVSENDER, Korrespondanseparttype.MOTTAKER) and is_public_body(part.navn)
    ]
    outside = [part for part in look.archived.parter if part.type.value.startswith("E")]
    if masked and bodies and len(bodies) == len(outside):
        yield Noted(check="PJ-C09", field="korrespondansepart", note="et offentlig organ er skjermet", value="organ")


def _masked(look: Look) -> bool:
    return any(MASK.search(text.text) for text in look.texts)


def _hidden_words(look: Look) -> frozenset[str]:
    """Name-like words of the unmasked title that the masked one does not have."""
    entry = look.entry
    whole = entry.intern_tittel or (look.archived.post.tittel if look.archived is not None else "")
    hidden: frozenset[str] = frozenset()
    if whole and MASK.search(entry.offentlig_tittel):
        first = whole.split()[0].casefold() if whole.split() else ""
        hidden = words_of([whole]) - words_of([entry.offentlig_tittel]) - {first}
    if look.archived is not None and any(MASK.search(part.navn) for part in entry.parter):
        shown = words_of([part.navn for part in entry.parter])
        whole_names = [part.navn for part in look.archived.parter if is_person(part.navn)]
        hidden |= words_of(whole_names) - shown
    return hidden


def _tells_who(text: str, *, personal: bool) -> str:
    if _KIN.search(text):
        return "slektskap"
    if _INITIALS.search(text) and _ADDRESS.search(text):
        return "initialer og adresse"
    if _MAIL_NAME.search(text):
        return "e-postadresse med navn"
    if personal and _PROPERTY.search(text) and _HOME.search(text):
        return "gnr/bnr og bolig"
    return ""


CHECKS = (
    c03_masked_here_visible_there,
    c04_name_recoverable,
    c05_name_in_the_lasting_field,
    c06_name_searchable_after_a_year,
    c09_masked_without_need,
)
