"""A case and its entries as the rules see them: the names and kinds of :mod:`rules.subject_facts`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from models.facts import Facts, FactValue
from models.noark import Journalposttype, Journalstatus, Skjerming
from models.noark import Korrespondanseparttype as P
from models.omsorg import Journalinnfoersel, Sak
from robot.caretaking.frister import heard_back
from robot.caretaking.lacks import EXTERNAL, hindrances, is_restanse, lacks_of_entry, signed_off
from rules.subject_facts import TODAY

_NO_GROUPS: frozenset[str] = frozenset()


def entry_facts(
    entry: Journalinnfoersel, sak: Sak, *, today: date, zone: ZoneInfo, codes: Collection[str] = ()
) -> Facts:
    """The facts of a journalpost. ``codes`` are the organisation's access codes."""
    post = entry.post
    registered = post.registered_at.astimezone(zone).date()
    answers = {other.post.system_id: other.post.status.value for other in sak.innfoersler}
    values: dict[str, FactValue | None] = {
        TODAY: today,
        **_shared(sak),
        "enhet": post.enhet or sak.mappe.administrativ_enhet,
        "tittel": post.tittel,
        "offentlig_tittel": post.offentlig_tittel or post.tittel,
        **_shield(post.skjerming),
        "skjul": _many(one.value for one in post.skjerming.skjul) if post.skjerming is not None else None,
        "alder": entry.mottatt_dato or registered,
        "uendret": entry.changed_at.astimezone(zone).date() if entry.changed_at is not None else registered,
        "journalposttype": post.type.value,
        "journalstatus": post.status.value,
        "journalnummer": post.journalnummer or f"{entry.journalsekvensnummer}/{entry.journalaar}",
        "journaldato": entry.journaldato,
        "mottatt_dato": entry.mottatt_dato,
        "sendt_dato": entry.sendt_dato,
        "dokumentets_dato": entry.dokumentets_dato,
        "forfallsdato": entry.forfallsdato,
        "offentlighetsvurdert_dato": entry.offentlighetsvurdert_dato,
        "avsender": _names(entry, P.AVSENDER, P.INTERN_AVSENDER),
        "mottaker": _names(entry, P.MOTTAKER, P.INTERN_MOTTAKER),
        "ekstern_part": any(part.type in EXTERNAL and part.navn.strip() for part in entry.parter),
        "saksbehandler": _many(part.saksbehandler for part in entry.parter),
        "avskrevet": signed_off(entry),
        "tilbakemeldt": heard_back(entry, sak),
        "avskrivningsmåte": _many(a.maate.value for a in entry.avskrivninger),
        "svar.journalstatus": _many(answers.get(a.avskrives_av or "", "") for a in entry.avskrivninger),
        "sak.tittel": sak.mappe.tittel,
        "sak.status": sak.mappe.saksstatus.value,
        "dokument.navn": _many(d.tittel for d in entry.dokumenter),
        "dokument.antall": len(entry.dokumenter),
        "mangler": _many(lacks_of_entry(entry, sak, codes=codes)),
    }
    return _known(values)


def case_facts(
    sak: Sak, *, today: date, zone: ZoneInfo, formats: Collection[str], codes: Collection[str] = ()
) -> Facts:
    """The facts of a sak. ``uendret`` counts from the last thing that happened in it, not from the robot's own tidying."""
    live = [entry for entry in sak.innfoersler if entry.post.status is not Journalstatus.UTGAAR]
    inn = [e.mottatt_dato for e in live if e.post.type is Journalposttype.INNGAAENDE and e.mottatt_dato is not None]
    out = [e for e in live if e.post.type is Journalposttype.UTGAAENDE]
    newest = max(out, key=lambda e: (_sent(e), e.journalpostnummer), default=None)
    settled = (Journalstatus.JOURNALFOERT, Journalstatus.ARKIVERT)
    values: dict[str, FactValue | None] = {
        TODAY: today,
        **_shared(sak),
        "enhet": sak.mappe.administrativ_enhet,
        "tittel": sak.mappe.tittel,
        "offentlig_tittel": sak.offentlig_tittel or sak.mappe.tittel,
        **_shield(sak.mappe.skjerming),
        "alder": sak.saksdato,
        "uendret": last_activity(sak, zone),
        "saksstatus": sak.mappe.saksstatus.value,
        "saksdato": sak.saksdato,
        "sakstype": sak.sakstype,
        "saksansvarlig": sak.mappe.saksansvarlig,
        "part": _many(part.navn or part.orgnr for part in sak.parter),
        "journalposter.antall": len(sak.innfoersler),
        "journalposter.åpne": sum(e.post.status not in settled for e in live),
        "restanser": sum(map(is_restanse, live)),
        "reserverte": sum(e.post.status is Journalstatus.RESERVERT for e in live),
        "midlertidig_skjermet": sum(e.post.skjerming is not None and e.post.skjerming.temporary for e in live),
        "forfallsdato": min(
            (e.forfallsdato for e in live if e.forfallsdato is not None and is_restanse(e)), default=None
        ),
        "siste_inn": max(inn, default=None),
        "siste_ut": _sent(newest) if newest is not None else None,
        "siste_ut_status": newest.post.status.value if newest is not None else None,
        "gjenåpnet": sak.gjenaapnet,
        "kryssreferanse": _many(sak.kryssreferanser),
        "mangler": _many(hindrances(sak, formats=formats, codes=codes)),
    }
    return _known(values)


def last_activity(sak: Sak, zone: ZoneInfo) -> date:
    """When something last happened in the case: it was opened (again), or something was registered, received or sent."""
    days = [sak.saksdato, sak.gjenaapnet or sak.saksdato]
    for entry in sak.innfoersler:
        days.append(entry.post.registered_at.astimezone(zone).date())
        days += [day for day in (entry.mottatt_dato, entry.sendt_dato) if day is not None]
    return max(days)


def _sent(entry: Journalinnfoersel) -> date:
    return entry.sendt_dato or entry.dokumentets_dato or entry.journaldato


def _shared(sak: Sak) -> dict[str, FactValue | None]:
    return {"saksnummer": sak.mappe.ref.saksnummer, "arkivdel": sak.mappe.arkivdel, "klasse": sak.klasse}


def _shield(shield: Skjerming | None) -> dict[str, FactValue | None]:
    if shield is None:
        return {}
    return {"tilgangsrestriksjon": shield.kode, "skjermingshjemmel": shield.hjemmel}


def _names(entry: Journalinnfoersel, *types: P) -> tuple[str, ...] | None:
    return _many(part.navn for part in entry.parter if part.type in types)


def _many(values: Iterable[str]) -> tuple[str, ...] | None:
    found = tuple(dict.fromkeys(value for value in values if value.strip()))
    return found or None


def _known(values: Mapping[str, FactValue | None]) -> Facts:
    """Without what is not there: that is known absent."""
    there = {name: value for name, value in values.items() if value is not None and value != ""}
    return Facts(values=there, groups=_NO_GROUPS)
