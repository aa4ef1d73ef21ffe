"""Family E: whether the journal is whole and in time. Sets over the whole journal stand in ``sets.py``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from models.noark import Journalposttype, Journalstatus, Korrespondanseparttype, Saksstatus
from models.omsorg import Journalinnfoersel
from robot.journalcheck.catalogue import Level
from robot.journalcheck.look import CaseLook, Look, Noted
from robot.journalcheck.workdays import between

_EXTERNAL = (Journalposttype.INNGAAENDE, Journalposttype.UTGAAENDE)
_OUTSIDE = (Korrespondanseparttype.AVSENDER, Korrespondanseparttype.MOTTAKER)
_JOURNALED = (Journalstatus.JOURNALFOERT, Journalstatus.EKSPEDERT, Journalstatus.ARKIVERT)
_WAITING = (Journalstatus.FERDIGSTILT, Journalstatus.GODKJENT, Journalstatus.SAKSBEHANDLER, Journalstatus.MIDLERTIDIG)


def e02_dates_hold(look: Look) -> Iterator[Noted]:
    """Dates in the future, a document dated after it was journaled, and years mistyped."""
    entry = look.entry
    soon = look.today + timedelta(days=1)
    for field, day in (("journaldato", entry.journaldato), ("dokumentets_dato", entry.dokumentets_dato)):
        if day is not None and day > soon:
            yield Noted(check="PJ-E02", field=field, note=f"dato i fremtiden: {day:%d.%m.%Y}", value=day.isoformat())
        elif day is not None and day.year < 1900:
            yield Noted(check="PJ-E02", field=field, note=f"årstallet er neppe rett: {day.year}", value=day.isoformat())
    if entry.journaldato is not None and entry.dokumentets_dato is not None and entry.dokumentets_dato <= soon:
        ahead = (entry.dokumentets_dato - entry.journaldato).days
        if ahead > 1:
            yield Noted(
                check="PJ-E02", field="dokumentets_dato", note=f"{ahead} dager etter journaldato", value=str(ahead)
            )
    received = look.archived.mottatt_dato if look.archived is not None else None
    if received is not None and entry.journaldato is not None and entry.journaldato < received:
        yield Noted(check="PJ-E02", field="journaldato", note="før mottatt dato", value="mottatt")


def e03_document_date(look: Look) -> Iterator[Noted]:
    """Missing on what came in or went out."""
    entry = look.entry
    if entry.dokumentets_dato is not None:
        return
    roles = {part.type for part in entry.parter}
    if entry.type in _EXTERNAL or (entry.type is None and not look.told.journalposttype and roles & set(_OUTSIDE)):
        yield Noted(check="PJ-E03", field="dokumentets_dato", value="mangler")


def e04_required_fields(look: Look) -> Iterator[Noted]:
    """Sender or receiver, title, date and number (arkivforskrifta § 15)."""
    entry = look.entry
    if not entry.offentlig_tittel.strip():
        yield Noted(check="PJ-E04", field="offentlig_tittel", note="tittel mangler", value="tittel")
    if entry.journaldato is None:
        yield Noted(check="PJ-E04", field="journaldato", note="journaldato mangler", value="dato")
    if not entry.journalnummer and not entry.number:
        yield Noted(check="PJ-E04", field="journalnummer", note="nummer mangler", value="nummer")
    external = entry.type in _EXTERNAL or entry.type is None
    if look.told.part_roles and external and not any(part.navn.strip() for part in entry.parter):
        yield Noted(check="PJ-E04", field="korrespondansepart", note="avsender eller mottaker mangler", value="part")


def e01_journaled_in_time(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """Working days from received to journaled: a warning after one, an error after three (per house)."""
    for entry in look.sak.innfoersler:
        if entry.mottatt_dato is None or entry.post.status not in _JOURNALED:
            continue
        days = between(entry.mottatt_dato, entry.journaldato)
        if days > look.setup.late_warning_workdays:
            level = Level.ERROR if days > look.setup.late_error_workdays else Level.WARNING
            yield (
                entry,
                Noted(check="PJ-E01", field="journaldato", note=f"{days} arbeidsdager", level=level, value="sent"),
            )


def e05_finished_not_journaled(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """Left in F, G, S or M for more than three weeks."""
    for entry in look.sak.innfoersler:
        if entry.post.status not in _WAITING:
            continue
        days = (look.today - entry.post.registered_at.date()).days
        if days > look.setup.unjournaled_days:
            note = f"status {entry.post.status.value} i {days} dager"
            yield entry, Noted(check="PJ-E05", field="journalstatus", note=note, value=entry.post.status.value)


def e08_open_but_not_published(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """Journaled and external, and not in the public journal after some working days. Shielded entries are published too."""
    if look.published is None:
        return
    for entry in look.sak.innfoersler:
        if entry.post.status not in _JOURNALED or entry.post.type not in _EXTERNAL:
            continue
        if entry.post.skjerming is not None or entry.post.system_id in look.published:
            continue
        days = between(entry.journaldato, look.today)
        if days > look.setup.publish_workdays:
            yield (
                entry,
                Noted(
                    check="PJ-E08", field="publisert", note=f"{days} arbeidsdager siden journaldato", value="mangler"
                ),
            )


def e10_external_as_internal(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """X or N with a correspondent outside, or received by a channel: it never reaches the public journal."""
    for entry in look.sak.innfoersler:
        if entry.post.type in _EXTERNAL or entry.post.status is Journalstatus.UTGAAR:
            continue
        outside = any(part.type in _OUTSIDE and part.navn.strip() for part in entry.parter)
        if outside or (entry.mottatt_dato is not None and entry.post.type is not Journalposttype.SAKSFRAMLEGG):
            note = (
                f"type {entry.post.type.value} med ekstern part"
                if outside
                else f"type {entry.post.type.value} med mottatt dato"
            )
            yield entry, Noted(check="PJ-E10", field="journalposttype", note=note, value=entry.post.type.value)


def e12_new_in_a_closed_case(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """Registered or received after the case was closed: still open in a case that is shut."""
    if look.sak.mappe.saksstatus is not Saksstatus.AVSLUTTET:
        return
    for entry in look.sak.innfoersler:
        if entry.post.status in (*_WAITING, Journalstatus.RESERVERT):
            yield (
                entry,
                Noted(check="PJ-E12", field="sak.status", note="åpen journalpost i avsluttet sak", value="avsluttet"),
            )


def newest(days: list[date]) -> date | None:
    """The latest day, or None."""
    return max(days, default=None)


CHECKS = (e02_dates_hold, e03_document_date, e04_required_fields)
CASE_CHECKS = (
    e01_journaled_in_time,
    e05_finished_not_journaled,
    e08_open_but_not_published,
    e10_external_as_internal,
    e12_new_in_a_closed_case,
)
