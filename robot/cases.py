"""Finding the case a journalpost goes into, as the rule's ``sak`` says it. Asks the archive; changes nothing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass

from connectors.contract import Archive
from models.archive import Part, SakQuery, Saksmappe
from models.judgement import Avsluttet, Mangler, NySak, SakValg
from models.keys import case_key
from models.organisation import Organisation
from models.reasons import ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswer:
    """What was found. ``problem`` None: either ``existing``, or a new case is to be opened under ``key``.

    ``cross_reference`` is the system id of a closed case that the new one continues.
    """

    key: str = ""
    existing: Saksmappe | None = None
    problem: ReasonCode | None = None
    detail: str = ""
    cross_reference: str | None = None
    sender_known: bool = True
    identifikator: tuple[str, str] | None = None


def find_case(
    sak: SakValg, *, org: Organisation, archive: Archive, sender: Collection[str], fallback_unit: str, secret: bytes
) -> CaseAnswer:
    """The case for ``sak``.

    ``sender`` are the sender's identities (address, orgnr, name), lower-cased: whether they are known to a case is told
    in ``sender_known``. ``secret`` keys the identity of persons, so that no key can be guessed back to a number.
    """
    arkivdel = _arkivdel(sak, org, fallback_unit)
    if sak.samlesak is not None:
        return _samlesak(sak, sak.samlesak, org, archive, arkivdel)
    if sak.saksnummer is not None:
        return _saksnummer(sak.saksnummer, archive, sender, org)
    if sak.aapen_sak_med is not None:
        name, value, part_of = sak.aapen_sak_med
        query = SakQuery(nasjonal_identifikator=(name, value), arkivdel=part_of or arkivdel or None)
        identity = f"{name}:{value}"
        return _one_open(sak, query, org, archive, part_of or arkivdel, identity, identifikator=(name, value))
    if sak.ekstern_noekkel is not None:
        query = SakQuery(ekstern_noekkel=sak.ekstern_noekkel)
        identity = f"ekstern:{sak.ekstern_noekkel.system}:{sak.ekstern_noekkel.noekkel}"
        return _one_open(sak, query, org, archive, arkivdel, identity)
    if sak.part is not None:
        identity = _person_identity(sak.part, sak.sakstype, secret)
        return _one_open(sak, SakQuery(part=sak.part, sakstype=sak.sakstype or None), org, archive, arkivdel, identity)
    raise ValueError("a SakValg without a way")


def _arkivdel(sak: SakValg, org: Organisation, fallback_unit: str) -> str:
    """arkivdel from the rule, else from the row of ``ny.enhet``, else of ``fordel_til`` (rule-language.md)."""
    ny = sak.ny or NySak()
    if ny.arkivdel:
        return ny.arkivdel
    for unit in (ny.enhet, fallback_unit):
        if unit in org.enheter and org.enheter[unit].arkivdel:
            return org.enheter[unit].arkivdel
    return ""


def _samlesak(sak: SakValg, text: str, org: Organisation, archive: Archive, arkivdel: str) -> CaseAnswer:
    """By our key alone, never by title. A closed one is followed by the next under a key of its own, where allowed."""
    identity = f"samlesak:{text}"
    followed: Saksmappe | None = None
    for _ in range(100):
        key = case_key(organisation=org.orgnr, arkivdel=arkivdel, identity=identity)
        found = next(iter(archive.find_saksmapper(SakQuery(our_key=key))), None)
        if found is None:
            return _new(sak, key, text, cross=followed)
        if found.open:
            return CaseAnswer(key=key, existing=found)
        if sak.avsluttet is Avsluttet.TIL_MENNESKE:
            return _closed(found)
        followed = found
        identity = f"samlesak:{text}|etter:{found.ref.saksnummer}"
    raise ValueError(f"more than 100 closed cases follow each other: {text!r}")


def _saksnummer(number: str, archive: Archive, sender: Collection[str], org: Organisation) -> CaseAnswer:
    """It must exist and be open; whether the sender is known to it decides between acting and proposing."""
    found = next(iter(archive.find_saksmapper(SakQuery(saksnummer=number))), None)
    if found is None:
        return CaseAnswer(problem=ReasonCode.CASE_MISSING, detail=f"Saken {number} finnes ikke i arkivet.")
    if not found.open:
        return _closed(found)
    known = any(identity and identity.lower() in found.known for identity in sender)
    return CaseAnswer(key=existing_key(org, found), existing=found, sender_known=known)


def _one_open(
    sak: SakValg,
    query: SakQuery,
    org: Organisation,
    archive: Archive,
    arkivdel: str,
    identity: str,
    *,
    identifikator: tuple[str, str] | None = None,
) -> CaseAnswer:
    """Exactly one open case, or a new one that follows the closed ones."""
    found = list(archive.find_saksmapper(query))
    open_ones = [case for case in found if case.open]
    if len(open_ones) == 1:
        return CaseAnswer(key=existing_key(org, open_ones[0]), existing=open_ones[0])
    if len(open_ones) > 1:
        numbers = ", ".join(case.ref.saksnummer for case in open_ones[:5])
        return CaseAnswer(problem=ReasonCode.CASE_AMBIGUOUS, detail=f"Flere åpne saker passer: {numbers}.")
    if found and sak.avsluttet is Avsluttet.TIL_MENNESKE and sak.aapen_sak_med is None:
        return _closed(found[-1])
    if found:
        identity = f"{identity}|etter:{found[-1].ref.saksnummer}"
    key = case_key(organisation=org.orgnr, arkivdel=arkivdel, identity=identity)
    followed = found[-1] if found and sak.avsluttet is Avsluttet.NY_MED_KRYSSREFERANSE else None
    return _new(sak, key, _what(sak), cross=followed, identifikator=identifikator)


def _what(sak: SakValg) -> str:
    if sak.aapen_sak_med is not None:
        return f"åpen sak med {sak.aapen_sak_med[0]} {sak.aapen_sak_med[1]}"
    if sak.ekstern_noekkel is not None:
        return f"sak med nøkkel {sak.ekstern_noekkel.noekkel} i {sak.ekstern_noekkel.system}"
    return f"{sak.sakstype or 'sak'} for personen eller virksomheten"


def _new(
    sak: SakValg, key: str, what: str, *, cross: Saksmappe | None, identifikator: tuple[str, str] | None = None
) -> CaseAnswer:
    if sak.mangler is Mangler.TIL_MENNESKE or sak.ny is None:
        return CaseAnswer(problem=ReasonCode.CASE_MISSING, detail=f"Fant ingen {what}, og regelen oppretter ikke sak.")
    return CaseAnswer(
        key=key, cross_reference=cross.ref.system_id if cross is not None else None, identifikator=identifikator
    )


def _closed(case: Saksmappe) -> CaseAnswer:
    return CaseAnswer(problem=ReasonCode.CASE_CLOSED, detail=f"Saken {case.ref.saksnummer} er avsluttet.")


def existing_key(org: Organisation, case: Saksmappe) -> str:
    """The order key of a case that somebody else opened."""
    return case_key(organisation=org.orgnr, arkivdel="", identity=f"system:{case.ref.system_id}")


def _person_identity(part: Part, sakstype: str, secret: bytes) -> str:
    raw = "|".join((sakstype, part.fnr, part.orgnr, part.ansattnr, part.navn.lower(), str(part.foedt or "")))
    return "part:" + hmac.new(secret, raw.encode(), hashlib.sha256).hexdigest()
