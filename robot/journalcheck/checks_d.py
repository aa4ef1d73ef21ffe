"""Family D: access code and provision, as published and as the archive has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from models.finding import Severity
from models.noark import TEMPORARY_CODE, Journalposttype, Journalstatus
from models.omsorg import Journalinnfoersel
from robot.journalcheck.catalogue import Level
from robot.journalcheck.look import CaseLook, Look, Noted
from robot.journalcheck.people import MASK
from robot.journalcheck.workdays import between
from rules.hjemmel import DISCRETIONARY, OFFL, faults, parse, wrong_act

_TEMPORARY = frozenset({TEMPORARY_CODE, "M"})
_SECRET = frozenset(
    {"CHILD_WELFARE", "HEALTH", "SPECIAL_ED", "SOCIAL", "CRIMINAL", "CUSTODY", "PROTECTED_ADDR", "FNR", "DNR", "DUF"}
)
_HERE = "skjermingshjemmel"


def d01_code_and_provision(look: Look) -> Iterator[Noted]:
    """A code without a provision, or the reverse. The temporary code needs none."""
    for place, shield in _shields(look):
        code, basis = shield
        if code and not basis.strip() and code not in _TEMPORARY:
            yield Noted(check="PJ-D01", field=f"{place}{_HERE}", note="tilgangskode uten hjemmel", value=code)
        elif basis.strip() and not code:
            yield Noted(
                check="PJ-D01", field=f"{place}tilgangsrestriksjon", note="hjemmel uten tilgangskode", value="hjemmel"
            )


def d02_provision_is_whole(look: Look) -> Iterator[Noted]:
    """Act and paragraph can be read; § 13 says which duty of secrecy; a ledd is said where there are several (warning)."""
    for place, (_, basis) in _shields(look):
        if not basis.strip():
            continue
        read = parse(basis)
        if read is None:
            yield Noted(check="PJ-D02", field=f"{place}{_HERE}", note="lov og paragraf kan ikke leses", value=basis)
            continue
        for fault in faults(read):
            level = Level.WARNING if "ledd" in fault else None
            yield Noted(check="PJ-D02", field=f"{place}{_HERE}", note=fault, value=fault, level=level)


def d03_act_in_force(look: Look) -> Iterator[Noted]:
    """Acts that are repealed, or not yet in force."""
    for place, (_, basis) in _shields(look):
        read = parse(basis) if basis.strip() else None
        why = wrong_act(read) if read is not None else ""
        if why:
            yield Noted(check="PJ-D03", field=f"{place}{_HERE}", note=why, value=why)


def d04_provision_fits(look: Look) -> Iterator[Noted]:
    """§ 14 on what came from or went to others; § 15 on what is our own; § 16 outside municipalities."""
    read, entry = look.hjemmel, look.entry
    if read is None or read.first.act != OFFL:
        return
    paragraf, kind = read.first.paragraf, entry.type
    external = kind in (Journalposttype.INNGAAENDE, Journalposttype.UTGAAENDE)
    why = ""
    if paragraf == "14" and external:
        why = "§ 14 gjelder organinterne dokumenter"
    elif paragraf == "15" and kind is not None and kind is not Journalposttype.INNGAAENDE:
        why = "§ 15 gjelder dokumenter innhentet utenfra"
    elif paragraf == "16" and external:
        why = "§ 16 gjelder kommunens interne dokumenter"
    elif paragraf == "23" and read.first.ledd == 3 and _contract_signed(look):
        why = "§ 23 tredje ledd gjelder til kontrakten er inngått"
    if why:
        yield Noted(check="PJ-D04", field=_HERE, note=why, value=why)


def d05_only_discretionary(look: Look) -> Iterator[Noted]:
    """A provision by which one *may* withhold, on content that looks secret: it should rest on § 13."""
    read = look.hjemmel
    if read is None or read.secrecy or read.first.paragraf not in DISCRETIONARY:
        return
    labels = sorted(
        {
            one.finding.etikett
            for one in look.seen
            if one.finding.etikett in _SECRET and one.finding.alvor.rank >= Severity.NOTE.rank
        }
    )
    if labels:
        yield Noted(check="PJ-D05", field=_HERE, note="innholdet ser taushetsbelagt ut", value=" ".join(labels))


def d08_shielded_there_open_here(look: Look) -> Iterator[Noted]:
    """What the archive shields, the journal does not: the entry, its case or a document with a published file."""
    entry, case = look.entry, look.entry.case
    case_code = (
        look.sak.mappe.skjerming is not None
        if look.sak is not None
        else bool(case and case.skjerming and case.skjerming.kode)
    )
    if case_code and not look.shielded and look.archived is not None and look.archived.post.skjerming is not None:
        yield Noted(
            check="PJ-D08",
            field="tilgangsrestriksjon",
            note="posten er skjermet i arkivet, åpen i journalen",
            value="post",
        )
    elif case_code and not look.shielded and not _case_masked(look):
        yield Noted(check="PJ-D08", field="tilgangsrestriksjon", note="saken er skjermet, posten åpen", value="sak")
    elif look.archived is not None and look.archived.post.skjerming is not None and not look.shielded:
        yield Noted(
            check="PJ-D08",
            field="tilgangsrestriksjon",
            note="posten er skjermet i arkivet, åpen i journalen",
            value="post",
        )
    elif look.archived is not None and look.archived.post.skjerming is not None and _whole_title_shows(look):
        yield Noted(
            check="PJ-D08",
            field="offentlig_tittel",
            note="tittelen er skjermet i arkivet, hel i journalen",
            value="tittel",
        )
    if look.archived is not None:
        shut = {one.tittel for one in look.archived.dokumenter if one.skjerming is not None}
        for document in entry.dokumenter:
            if document.filer and document.tittel in shut:
                yield Noted(
                    check="PJ-D08",
                    field="dokument",
                    note="dokumentet er skjermet i arkivet, filen er ute",
                    value=document.id,
                )


def d06_temporary_too_long(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """The temporary code is for the time until somebody has decided: some working days."""
    for entry in look.sak.innfoersler:
        shield = entry.post.skjerming
        if shield is None or shield.kode not in _TEMPORARY or entry.post.status is Journalstatus.UTGAAR:
            continue
        since = entry.post.registered_at.date()
        if between(since, look.today) > look.setup.temporary_workdays:
            yield (
                entry,
                Noted(check="PJ-D06", field="tilgangsrestriksjon", note=f"siden {since:%d.%m.%Y}", value="midlertidig"),
            )


def d07_shielding_has_ended(look: CaseLook) -> Iterator[tuple[Journalinnfoersel | None, Noted]]:
    """The years of the shielding have passed since the entry was journaled (M504, M505)."""
    for entry in look.sak.innfoersler:
        shield = entry.post.skjerming
        if shield is None or not shield.aar:
            continue
        start = entry.journaldato
        if date(min(start.year + shield.aar, 9999), start.month, min(start.day, 28)) < look.today:
            yield (
                entry,
                Noted(check="PJ-D07", field="tilgangsrestriksjon", note=f"{shield.aar} år er gått", value="opphørt"),
            )


def _shields(look: Look) -> Iterator[tuple[str, tuple[str, str]]]:
    entry = look.entry
    if entry.skjerming is not None:
        yield "", (entry.skjerming.kode, entry.skjerming.hjemmel)
    if entry.case is not None and entry.case.skjerming is not None:
        yield "sak.", (entry.case.skjerming.kode, entry.case.skjerming.hjemmel)
    for number, document in enumerate(entry.dokumenter, start=1):
        if document.skjerming is not None:
            yield f"dokument{number}.", (document.skjerming.kode, document.skjerming.hjemmel)


def _contract_signed(look: Look) -> bool:
    if look.sak is None:
        return False
    words = ("kontrakt", "avtale")
    own = look.archived.journaldato if look.archived is not None else look.entry.journaldato
    return any(
        any(word in entry.post.tittel.lower() for word in words)
        and (
            "signert" in entry.post.tittel.lower()
            or "inngått" in entry.post.tittel.lower()
            or "underskr" in entry.post.tittel.lower()
        )
        and (own is None or entry.journaldato >= own)
        for entry in look.sak.innfoersler
    )


def _case_masked(look: Look) -> bool:
    """A case that is shielded only in its title, which the public side masks, hides nothing of an open entry."""
    case = look.entry.case
    return case is not None and bool(MASK.search(case.tittel))


def _whole_title_shows(look: Look) -> bool:
    archived = look.archived
    shield = archived.post.skjerming if archived is not None else None
    if archived is None or shield is None or not shield.ord:
        return False
    shown = look.entry.offentlig_tittel.casefold()
    return any(word.casefold() in shown for word in shield.ord if len(word) > 2)


CHECKS = (
    d01_code_and_provision,
    d02_provision_is_whole,
    d03_act_in_force,
    d04_provision_fits,
    d05_only_discretionary,
    d08_shielded_there_open_here,
)
CASE_CHECKS = (d06_temporary_too_long, d07_shielding_has_ended)
