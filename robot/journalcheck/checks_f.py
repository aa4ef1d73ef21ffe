"""Family F: what must be followed up, from the archive's side. Months are counted by the calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from models.noark import Avskrivningsmaate, Journalposttype, Journalstatus, Korrespondanseparttype
from models.omsorg import Journalinnfoersel
from robot.journalcheck.catalogue import Level
from robot.journalcheck.look import CaseLook, Noted
from robot.journalcheck.workdays import between, months_after

_ASKS = re.compile(
    r"\?|\b(?:ber om|bed om|bes om|anmodning|oppmoding|søknad\w*|klage\w*|klagar|krav om|forespørsel|førespurnad|spørsmål)\b",
    re.IGNORECASE,
)
_ACCESS = re.compile(
    r"\b(?:innsynskrav\w*|innsynsbegjæring\w*|krav om innsyn|begjæring om innsyn|innsyn i (?:sak|dokument)\w*)",
    re.IGNORECASE,
)
_ENVIRONMENT = re.compile(r"\bmiljøinformasjon\w*", re.IGNORECASE)
_PRIVACY = re.compile(
    r"\b(?:personvernforordning\w*|gdpr|innsyn i egne (?:person)?opplysninger|innsyn i eigne (?:person)?opplysningar|"
    r"sletting av (?:mine )?person\w*|retten til (?:sletting|innsyn|dataportabilitet)|dataportabilitet|"
    r"registrertes rettigheter)\b",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(r"\b(?:klage|klagen|klaga|klager)\b(?!\w*nemnd)", re.IGNORECASE)
_BUILDING = re.compile(
    r"\b(?:søknad om (?:tiltak|ett-?trinn\w*|rammetillatelse|rammeløyve|igangsetting\w*|byggetillatelse|byggeløyve|dispensasjon)|"
    r"byggesøknad|byggesøknaden)\b",
    re.IGNORECASE,
)
_DEAD = (Journalstatus.UTGAAR, Journalstatus.RESERVERT)


def _open_letters(look: CaseLook) -> Iterator[Journalinnfoersel]:
    """Incoming entries that nobody has signed off."""
    for entry in look.sak.innfoersler:
        if entry.post.type is Journalposttype.INNGAAENDE and entry.post.status not in _DEAD and not entry.avskrivninger:
            yield entry


def _answered(look: CaseLook, entry: Journalinnfoersel) -> bool:
    """Whether anything went out in the case since."""
    came = entry.mottatt_dato or entry.journaldato
    return any(
        other.post.type is Journalposttype.UTGAAENDE
        and other.post.status not in (*_DEAD, Journalstatus.MIDLERTIDIG)
        and (other.sendt_dato or other.journaldato) >= came
        for other in look.sak.innfoersler
    )


def _special(entry: Journalinnfoersel) -> bool:
    title = entry.post.tittel
    return bool(_ACCESS.search(title) or _ENVIRONMENT.search(title) or _PRIVACY.search(title))


def f01_preliminary_answer(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """No sign-off and nothing sent: warning after 21 days, error after a calendar month (fvl. § 11 a)."""
    for entry in _open_letters(look):
        came = entry.mottatt_dato or entry.journaldato
        days = (look.today - came).days
        if _special(entry) or _answered(look, entry) or days < look.setup.answer_warning_days:
            continue
        level = Level.ERROR if look.today >= months_after(came, 1) else Level.WARNING
        yield entry, Noted(check="PJ-F01", field="avskrevet", note=f"{days} dager uten svar", level=level, value="svar")


def f02_access_request(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """Working days: warning after one, error after three; after five it counts as a refusal that may be appealed."""
    for entry in _open_letters(look):
        if not _ACCESS.search(entry.post.tittel) or _PRIVACY.search(entry.post.tittel) or _answered(look, entry):
            continue
        days = between(entry.mottatt_dato or entry.journaldato, look.today)
        if days > 1:
            refusal = " (regnes som avslag)" if days > 5 else ""
            level = Level.ERROR if days > 3 else Level.WARNING
            yield (
                entry,
                Noted(
                    check="PJ-F02", field="avskrevet", note=f"{days} arbeidsdager{refusal}", level=level, value="innsyn"
                ),
            )


def f03_environmental_request(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """Over 15 working days."""
    for entry in _open_letters(look):
        days = between(entry.mottatt_dato or entry.journaldato, look.today)
        if _ENVIRONMENT.search(entry.post.tittel) and days > 15 and not _answered(look, entry):
            yield entry, Noted(check="PJ-F03", field="avskrevet", note=f"{days} arbeidsdager", value="miljø")


def f04_data_subject_request(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """Over one month."""
    for entry in _open_letters(look):
        came = entry.mottatt_dato or entry.journaldato
        if _PRIVACY.search(entry.post.tittel) and look.today > months_after(came, 1) and not _answered(look, entry):
            yield entry, Noted(check="PJ-F04", field="avskrevet", note="over én måned", value="personvern")


def f05_deadline_passed(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """Forfallsdato (M109) has passed and nobody has signed off."""
    for entry in look.sak.innfoersler:
        due = entry.forfallsdato
        if due is not None and due < look.today and not entry.avskrivninger and entry.post.status not in _DEAD:
            yield entry, Noted(check="PJ-F05", field="forfallsdato", note=f"frist {due:%d.%m.%Y}", value="frist")


def f06_nobody_has_it(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """Incoming without an internal recipient, or with a unit that does not exist (any longer)."""
    units = set(look.setup.units)
    for entry in look.sak.innfoersler:
        if entry.post.type is not Journalposttype.INNGAAENDE or entry.post.status in _DEAD:
            continue
        inside = [part for part in entry.parter if part.type is Korrespondanseparttype.INTERN_MOTTAKER]
        if (
            not any(part.administrativ_enhet or part.saksbehandler or part.navn for part in inside)
            and not entry.post.enhet
        ):
            yield entry, Noted(check="PJ-F06", field="mottaker", note="ingen intern mottaker", value="ingen")
        elif units and all((part.administrativ_enhet or entry.post.enhet) not in units for part in inside) and inside:
            yield (
                entry,
                Noted(check="PJ-F06", field="enhet", note="enheten står ikke i enhetsregisteret", value="enhet"),
            )


def f07_sign_off_holds(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """BU and BE need the letter; an older letter answers nothing; TE and TO not on what asks for an answer."""
    days = {entry.post.system_id: entry.journaldato for entry in look.sak.innfoersler}
    days |= {entry.post.number: entry.journaldato for entry in look.sak.innfoersler}
    for entry in look.sak.innfoersler:
        for off in entry.avskrivninger:
            why = ""
            if off.maate in (Avskrivningsmaate.BREV, Avskrivningsmaate.EPOST) and not off.avskrives_av:
                why = f"{off.maate.value} uten henvisning til svaret"
            elif off.avskrives_av and (answer := days.get(off.avskrives_av)) is not None and answer < entry.journaldato:
                why = "svaret er eldre enn brevet"
            elif off.maate in (Avskrivningsmaate.ETTERRETNING, Avskrivningsmaate.ORIENTERING) and _ASKS.search(
                entry.post.tittel
            ):
                why = f"{off.maate.value} på noe som ber om svar"
            if why:
                yield entry, Noted(check="PJ-F07", field="avskrivningsmåte", note=why, value=why)


def f08_complaint_or_building(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """A complaint nobody has forwarded or answered in some weeks; a building case past its weeks."""
    for entry in _open_letters(look):
        came, title = entry.mottatt_dato or entry.journaldato, entry.post.tittel
        if _answered(look, entry):
            continue
        if _COMPLAINT.search(title) and look.today > came + timedelta(weeks=look.setup.complaint_weeks):
            yield (
                entry,
                Noted(
                    check="PJ-F08",
                    field="avskrevet",
                    note=f"klage i {(look.today - came).days // 7} uker",
                    value="klage",
                ),
            )
        elif (
            _BUILDING.search(title)
            and look.sak.mappe.arkivdel in look.setup.building_parts
            and look.today > came + timedelta(weeks=look.setup.building_weeks)
        ):
            yield (
                entry,
                Noted(
                    check="PJ-F08",
                    field="avskrevet",
                    note=f"byggesak i {(look.today - came).days // 7} uker",
                    value="bygg",
                ),
            )


CASE_CHECKS = (
    f01_preliminary_answer,
    f02_access_request,
    f03_environmental_request,
    f04_data_subject_request,
    f05_deadline_passed,
    f06_nobody_has_it,
    f07_sign_off_holds,
    f08_complaint_or_building,
)
