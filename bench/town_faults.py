"""The faults that are planted, each by name: what is done to a case, and what the caretaking must then say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bench.town_case import (
    DOCX,
    PDFA,
    TEMPORARY,
    TODAY,
    Case,
    Doc,
    Entry,
    File,
    Maker,
    Sign,
    answer,
    letter,
    memo,
    note,
    shield,
)

OLD = TODAY - timedelta(days=250)
"""Long enough ago that no guard of the house keeps a case open."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``plant`` breaks a case that is whole (status ``status``, last entry on ``end``) and marks what it broke.

    It is named when a point of ``task`` stands on the case (``of_case``) or the entry, with ``code`` in its reason, its rule
    or its words; an empty ``task``: something else than caretaking looks for it.
    """

    plant: Callable[[Case, Maker], None]
    task: str
    code: str
    of_case: bool = False
    status: str = "B"
    end_days: int = 20


def _close(plant: Callable[[Case, Maker], None], code: str) -> Fault:
    return Fault(plant, "avslutt", code, of_case=True, status="F", end_days=250)


def _add(make: Callable[..., Entry], status: str, **changes: object) -> Callable[[Case, Maker], None]:
    """One more entry at the end, broken in the way said."""

    def plant(case: Case, maker: Maker) -> None:
        entry = make(case, status, case.last, _person(case), "det som er feil")
        for name, value in changes.items():
            setattr(entry, name, value)
        if entry.type == "I":
            entry.docs = [Doc(files=[File(own=True), File(variant="A", format=PDFA)])] if entry.docs else []
            if status in "JA" and not entry.signs and "signs" not in changes:
                entry.signs = [Sign("TE")]
                entry.title = "Takk for sist"
        _mark(case, entry)

    return plant


def _person(case: Case) -> str:
    return next((name for e in case.entries for kind, name, _ in e.parts if kind == "EA"), "Kari Nes Lundrud")


def _mark(case: Case, entry: Entry) -> None:
    case.entries.append(entry)
    entry.fault = case.fault


# --- a case that cannot be closed ---


def _klasse(case: Case, maker: Maker) -> None:
    case.klasse = ""


def _ansvarlig(case: Case, maker: Maker) -> None:
    case.responsible = ""


def _enhet(case: Case, maker: Maker) -> None:
    case.unit = ""


def _format(case: Case, maker: Maker) -> None:
    case.entries[0].docs[0].files = [File(own=True)]


def _unconvertible(case: Case, maker: Maker) -> None:
    case.entries[0].docs[0].files = [File(own=True)]
    case.entries[0].docs[0].failed = "kryptert"


def _unfinished(case: Case, maker: Maker) -> None:
    case.entries[0].status, case.entries[0].docs[0].status = "J", "B"


def _lost_file(case: Case, maker: Maker) -> None:
    case.entries[0].status = "J"
    case.entries[0].docs[0].files[0].lost = True


def _unanswered(case: Case, maker: Maker) -> None:
    case.entries[0].signs = []


def _half_signed(case: Case, maker: Maker) -> None:
    entry = note(case, "A", case.last, "", "to mottakere")
    entry.parts += [("IM", "Pål Saksbehandler", case.unit)]
    entry.signs = [Sign("TE", whom="Per Saksbehandler")]
    case.entries.append(entry)


def _reopened(case: Case, maker: Maker) -> None:
    case.reopened = TODAY - timedelta(days=10)


def _sent_lately(case: Case, maker: Maker) -> None:
    case.entries.append(answer(case, "J", TODAY - timedelta(days=12), _person(case), "vedtaket"))


def _came_lately(case: Case, maker: Maker) -> None:
    entry = letter(case, "J", TODAY - timedelta(days=12), _person(case), "det siste")
    entry.title, entry.signs, entry.docs[0].files[0].own = "Takk for svaret", [Sign("TE")], True
    case.entries.append(entry)


def _reserved(case: Case, maker: Maker) -> None:
    case.entries.append(memo(case, "R", case.last, "", "et utkast"))


def _temporary(case: Case, maker: Maker) -> None:
    case.entries[0].shield, case.entries[0].public, case.entries[0].assessed = TEMPORARY, "Brev", None


def _due(case: Case, maker: Maker) -> None:
    entry = letter(case, "J", case.last, _person(case), "svar")
    entry.due, entry.docs[0].files[0].own = TODAY + timedelta(days=30), True
    case.entries.append(entry)


def _unsent(case: Case, maker: Maker) -> None:
    entry = answer(case, "F", case.last, _person(case), "det ingen sendte")
    entry.sent = None
    case.entries.append(entry)


def _hidden_post(case: Case, maker: Maker) -> None:
    entry = memo(case, "F", case.last, "", "møtet")
    entry.parts.append(("EA", _person(case), ""))
    case.entries.append(entry)


# --- sign-offs that do not hold ---


def _wrong_sign(
    how: str, *, by_status: str = "J", older: bool = False, refer: bool = True, title: str = ""
) -> Callable[[Case, Maker], None]:
    def plant(case: Case, maker: Maker) -> None:
        person, last = _person(case), case.last
        asks = letter(case, "J", last, person, "noe annet")
        asks.docs[0].files[0].own = True
        asks.title = title or asks.title
        reply = answer(case, by_status, last - timedelta(days=30) if older else last, person, "noe annet")
        if by_status in "FU":
            reply.sent = None
        if refer and older:
            case.entries.append(reply)
            asks.signs = [Sign(how, len(case.entries) - 1)]
            _mark(case, asks)
            return
        _mark(case, asks)
        if refer:
            case.entries.append(reply)
        asks.signs = [Sign(how, len(case.entries) - 1 if refer else None)]

    return plant


def _copy_signed(case: Case, maker: Maker) -> None:
    entry = note(case, "J", case.last, "", "kopi")
    entry.parts.append(("IK", "Espen Kopi", case.unit))
    entry.signs = [Sign("TE", whom="Per Saksbehandler"), Sign("TE", whom="Espen Kopi")]
    _mark(case, entry)


# --- deadlines and duplicates ---


def _overdue(title: str, days: int, rule: str, *, told: bool = False) -> Fault:
    """The newest letter of its case waits since so many days; ``told``: with a preliminary answer, so that no nearer
    deadline stands before its own."""

    def plant(case: Case, maker: Maker) -> None:
        entry = letter(case, "J", TODAY - timedelta(days=days), _person(case), "svar")
        entry.title, entry.docs[0].files[0].own = title, True
        _mark(case, entry)
        if told:
            soon = answer(case, "J", entry.day + timedelta(days=3), _person(case), "henvendelsen")
            soon.title = "Foreløpig svar"
            case.entries.append(soon)

    return Fault(plant, "frist", rule, end_days=days + 5)


def _two_ways(case: Case, maker: Maker) -> None:
    """The same file by mail one day and by SvarInn the next."""
    for number, day in enumerate((case.last, case.last + timedelta(days=1))):
        entry = letter(case, "J", day, _person(case), f"nabovarsel vei {number}")
        name = f"to-veier-{case.title}"
        entry.docs[0].files[0].own, entry.docs[0].files[0].same_as = True, name
        entry.signs, entry.title = [Sign("TE")], f"Takk for {entry.title.lower()}"
        case.entries.append(entry)
        entry.fault = case.fault if number else ""


def _twin(case: Case, maker: Maker) -> None:
    for number in range(2):
        entry = letter(case, "J" if number == 0 else "S", case.last, _person(case), "samme brev")
        entry.docs[0].files[0].own, entry.docs[0].files[0].same_as = True, f"tvilling-{case.title}"
        if number == 0:
            entry.signs, entry.title = [Sign("TE")], "Takk for samme brev"
        case.entries.append(entry)
        entry.fault = case.fault if number else ""


def _not_open(case: Case, maker: Maker) -> None:
    case.arkivdel = "BY-P"
    _add(letter, "S")(case, maker)


def _shield_without_reason(case: Case, maker: Maker) -> None:
    _add(letter, "S", shield=shield("UO", ""), public="Brev")(case, maker)


def _assessed_temporary(case: Case, maker: Maker) -> None:
    _add(letter, "S", shield=TEMPORARY, public="Brev", assessed=case.last)(case, maker)


def _shows_hidden(case: Case, maker: Maker) -> None:
    hidden = shield("UO", "Offl. § 13 jf. fvl. § 13", "TRO")
    _add(letter, "S", shield=hidden, title="Søknad fra Kari", public="Søknad fra Kari")(case, maker)


def _lost_main(case: Case, maker: Maker) -> None:
    _add(letter, "S")(case, maker)
    case.entries[-1].docs[0].files[0].lost = True


def _draft_document(case: Case, maker: Maker) -> None:
    _add(letter, "S")(case, maker)
    case.entries[-1].docs[0].status = "B"


def _outsider(make: Callable[..., Entry]) -> Callable[[Case, Maker], None]:
    def plant(case: Case, maker: Maker) -> None:
        _add(make, "F")(case, maker)
        case.entries[-1].parts.append(("EM", "Nes Båtforening", ""))

    return plant


_UNKNOWN = [("EA", "Ukjent avsender", ""), ("IM", "PLAN", "PLAN")]
_NO_UNIT = [("EA", "Nes Båtforening", ""), ("IM", "Per", "")]
_NO_RECEIVER = [("IA", "PLAN", "PLAN"), ("EK", "Nes Båtforening", "")]

FAULTS: Mapping[str, Fault] = {
    "CL1 klasse": _close(_klasse, "klasse"),
    "CL2 feil type": _close(_hidden_post, "journalstatus"),
    "CL2 fil borte": _close(_lost_file, "journalstatus"),
    "CL3 arkivformat": _close(_format, "arkivformat"),
    "CL3 kan ikke konverteres": _close(_unconvertible, "arkivformat"),
    "CL4 restanse": _close(_unanswered, "restanse"),
    "CL4 en mottaker igjen": _close(_half_signed, "restanse"),
    "CL5 saksansvarlig": _close(_ansvarlig, "ansvarlig"),
    "CL5 enhet": _close(_enhet, "ansvarlig"),
    "CL6 dokumentstatus": _close(_unfinished, "dokumentstatus"),
    "vern gjenåpnet": _close(_reopened, "staar-gjenaapnet"),
    "vern klagefrist": _close(_sent_lately, "staar-klagefrist"),
    "vern nylig brev": _close(_came_lately, "staar-nylig-brev"),
    "vern reservert": _close(_reserved, "staar-reserverte"),
    "vern midlertidig sperret": _close(_temporary, "staar-midlertidig-sperret"),
    "vern frist": _close(_due, "staar-frist"),
    "vern ikke sendt": _close(_unsent, "staar-siste-brev-ikke-sendt"),
    "vilkår 1 arkivdel": Fault(_not_open, "journalfør", "sak_åpen"),
    "vilkår 3 mottatt dato": Fault(_add(letter, "S", received=None), "journalfør", "datoer"),
    "vilkår 4 avsender": Fault(_add(letter, "S", parts=_UNKNOWN), "journalfør", "avsender"),
    "vilkår 4 enhet": Fault(_add(letter, "S", parts=_NO_UNIT), "journalfør", "enhet"),
    "vilkår 5 tittel": Fault(_add(letter, "S", title="", public="x"), "journalfør", "tittel"),
    "vilkår 5 offentlig tittel": Fault(_shows_hidden, "journalfør", "tittel"),
    "vilkår 6 uten dokument": Fault(_add(letter, "S", docs=[]), "journalfør", "hoveddokument"),
    "vilkår 6 fil borte": Fault(_lost_main, "journalfør", "hoveddokument"),
    "vilkår 7 dokumentstatus": Fault(_draft_document, "journalfør", "dokumentstatus"),
    "vilkår 8 hjemmel": Fault(_shield_without_reason, "journalfør", "tilgang"),
    "vilkår 8 vurdert og midlertidig": Fault(_assessed_temporary, "journalfør", "tilgang"),
    "vilkår 9 duplikat": Fault(_twin, "journalfør", "duplikat"),
    "U ferdig, aldri sendt": Fault(_add(answer, "F", sent=None), "journalfør", "ikke_ekspedert"),
    "U godkjent, aldri sendt": Fault(_add(answer, "G", sent=None), "journalfør", "ikke_ekspedert"),
    "U sendt dato": Fault(_add(answer, "E", sent=None), "journalfør", "datoer"),
    "U mottaker": Fault(_add(answer, "E", parts=_NO_RECEIVER), "journalfør", "mottaker"),
    "X ekstern post": Fault(_outsider(memo), "journalfør", "type"),
    "N ekstern post": Fault(_outsider(note), "journalfør", "type"),
    "X avsender": Fault(_add(memo, "F", parts=[("IM", "PLAN", "PLAN")]), "journalfør", "avsender"),
    "X mottaker": Fault(_add(memo, "F", parts=[("IA", "PLAN", "PLAN")]), "journalfør", "mottaker"),
    "S ferdig": Fault(_add(memo, "F", type="S"), "journalfør", "journalfoer-saksframlegg"),
    "avskrevet av eldre": Fault(_wrong_sign("BU", older=True), "avskriv", "eldre_svar"),
    "avskrevet uten referanse": Fault(_wrong_sign("BU", refer=False), "avskriv", "mangler_referanse"),
    "avskrevet av usendt": Fault(_wrong_sign("BU", by_status="F"), "avskriv", "ikke_ekspedert"),
    "avskrevet av utgått": Fault(_wrong_sign("BU", by_status="U"), "avskriv", "utgått_svar"),
    "spørsmål tatt til etterretning": Fault(
        _wrong_sign("TE", refer=False, title="Når kommer svaret på søknaden?"), "avskriv", "krever_svar"
    ),
    "kopimottaker avskrevet": Fault(_copy_signed, "avskriv", "kopimottaker"),
    "foreløpig svar over frist": _overdue("Henvendelse om gatelys", 60, "frist-foreloepig-svar"),
    "innsynskrav over frist": _overdue("Innsynskrav", 15, "frist-innsyn"),
    "klage over frist": _overdue("Klage på vedtak", 80, "frist-klage", told=True),
    "innsynsklage over frist": _overdue("Klage på avslag på innsyn", 20, "frist-innsynsklage"),
    "byggesak over frist": _overdue("Søknad om rammetillatelse", 110, "frist-byggesak", told=True),
    "personopplysninger over frist": _overdue(
        "Krav om innsyn i egne personopplysninger", 50, "frist-personopplysninger", told=True
    ),
    "midlertidig sperret for lenge": Fault(
        _add(letter, "J", shield=TEMPORARY, public="Brev", signs=[Sign("TE")]),
        "journalfør",
        "midlertidig-sperret-lenge",
        end_days=100,
    ),
    "samme brev to veier": Fault(_two_ways, "duplikat", ""),
}
"""Every planted fault by name."""

__all__ = ["DOCX", "FAULTS", "OLD", "Fault"]
