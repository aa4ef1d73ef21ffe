"""Whole cases for tests of caretaking, and a small archive that shows and changes them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from models.archive import (
    Absent,
    ArchiveCapabilities,
    ArchiveWrite,
    Avslutning,
    Done,
    Ferdigstill,
    JournalpostView,
    NyAvskrivning,
    OurKey,
    Saksmappe,
    SaksmappeRef,
    Statusendring,
)
from models.errors import AlreadyDone, NeedsHuman
from models.noark import (
    Arkivdelstatus,
    Avskrivningsmaate,
    Dokumentstatus,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Saksstatus,
    TilknyttetSom,
    Variantformat,
)
from models.noark import Korrespondanseparttype as P
from models.omsorg import AvskrivningView, DokumentView, Journalinnfoersel, Sak, SakPage, Variant
from models.reasons import ReasonCode

PDFA = "fmt/477"
INTERNAL = Korrespondansepart(type=P.INTERN_MOTTAKER, navn="Plan", administrativ_enhet="PLAN")
SENDER = Korrespondansepart(type=P.AVSENDER, navn="Nes båtforening")
RECEIVER = Korrespondansepart(type=P.MOTTAKER, navn="Nes båtforening")
FROM_US = Korrespondansepart(type=P.INTERN_AVSENDER, navn="Plan", administrativ_enhet="PLAN")
_PARTS: dict[str, tuple[Korrespondansepart, ...]] = {
    "I": (SENDER, INTERNAL),
    "U": (FROM_US, RECEIVER),
    "N": (FROM_US, INTERNAL),
    "X": (FROM_US, INTERNAL),
    "S": (FROM_US,),
}


def document(**values: Any) -> DokumentView:
    """A finished main document in PDF/A."""
    variant = Variant(variant=Variantformat.ARKIV, format=PDFA, sha256="0" * 64, size_bytes=10)
    plain: dict[str, Any] = {
        "system_id": "d",
        "tittel": "Brevet",
        "dokumenttype": "B",
        "dokumentstatus": Dokumentstatus.FERDIGSTILT,
        "tilknyttet_som": TilknyttetSom.HOVEDDOKUMENT,
        "varianter": (variant,),
    }
    return DokumentView(**{**plain, **values})


def entry(
    type_: str = "I", status: str = "J", *, number: int = 1, sak: str = "2026/1", **values: Any
) -> Journalinnfoersel:
    """An entry that has everything; ``values`` change the entry, or what every archive tells of it."""
    outgoing = type_ == "U"
    plain: dict[str, Any] = {
        "system_id": f"{sak}-{number}",
        "our_key": "",
        "number": f"{sak}-{number}",
        "saksmappe": SaksmappeRef(system_id=f"sys-{sak}", saksnummer=sak),
        "type": Journalposttype(type_),
        "status": Journalstatus(status),
        "tittel": "Melding om tilskudd",
        "offentlig_tittel": "Melding om tilskudd",
        "enhet": "PLAN",
        "registered_at": datetime(2026, 1, 12, 9, tzinfo=UTC),
        "skjerming": None,
    }
    mine: dict[str, Any] = {
        "journalaar": 2026,
        "journalsekvensnummer": number,
        "journalpostnummer": number,
        "journaldato": date(2026, 1, 12),
        "parter": _PARTS[type_],
        "mottatt_dato": date(2026, 1, 12) if type_ == "I" else None,
        "sendt_dato": date(2026, 1, 20) if outgoing else None,
        "dokumentets_dato": date(2026, 1, 10),
        "dokumenter": (document(system_id=f"{sak}-{number}-d"),),
        "changed_at": datetime(2026, 1, 12, 9, tzinfo=UTC),
    }
    view = JournalpostView(**{**plain, **{name: values.pop(name) for name in list(values) if name in plain}})
    return Journalinnfoersel(post=view, **{**mine, **values})


def signed(how: str = "TO", **values: Any) -> AvskrivningView:
    """A sign-off."""
    return AvskrivningView(dato=date(2026, 1, 20), maate=Avskrivningsmaate(how), **values)


def case(*entries: Journalinnfoersel, number: str = "2026/1", **values: Any) -> Sak:
    """A case that has everything."""
    plain: dict[str, Any] = {
        "ref": SaksmappeRef(system_id=f"sys-{number}", saksnummer=number),
        "tittel": "Tilskudd",
        "arkivdel": "SAK",
        "arkivdelstatus": Arkivdelstatus.AKTIV,
        "saksstatus": Saksstatus.UNDER_BEHANDLING,
        "administrativ_enhet": "PLAN",
        "saksansvarlig": "ufordelt",
    }
    mine: dict[str, Any] = {
        "offentlig_tittel": "Tilskudd",
        "klasse": "000",
        "sakstype": "",
        "saksdato": date(2026, 1, 10),
        "changed_at": datetime(2026, 1, 20, 9, tzinfo=UTC),
    }
    mappe = Saksmappe(**{**plain, **{name: values.pop(name) for name in list(values) if name in plain}})
    return Sak(mappe=mappe, innfoersler=entries, **{**mine, **values})


class CaseArchive:
    """Holds cases, shows which changed, and carries out what caretaking asks for.

    ``refuse`` says for a write why it is refused, or nothing. ``asked`` are the writes that were carried out.
    """

    def __init__(self, *saker: Sak, archives_on_close: bool = True) -> None:
        self.capabilities = ArchiveCapabilities(
            key_lookup=True,
            refuses_repeated_key=True,
            writes=frozenset({"statusendring", "ferdigstill", "avskrivning", "avslutning"}),
            finds_by=frozenset(),
            archives_on_close=archives_on_close,
        )
        self.refuse: Callable[[ArchiveWrite], str] = lambda write: ""
        self.before: Callable[[ArchiveWrite], None] = lambda write: None
        self.asked: list[ArchiveWrite] = []
        self.shown: list[str] = []
        self._keys: dict[OurKey, Done] = {}
        self._numbers = itertools.count(1)
        self._saker: dict[str, tuple[int, Sak]] = {}
        for sak in saker:
            self.put(sak)

    def put(self, sak: Sak) -> None:
        """A case that is new, or has changed."""
        self._saker[sak.mappe.ref.system_id] = (next(self._numbers), sak)

    def sak(self, number: str = "2026/1") -> Sak:
        """The case as it is now."""
        return self._saker[f"sys-{number}"][1]

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        """See the contract."""
        start = int(after or since or 0)
        changed = sorted(((n, sak) for n, sak in self._saker.values() if n > start), key=lambda one: one[0])
        page = changed[:size]
        mark = str(page[-1][0]) if page else str(start)
        self.shown += [sak.mappe.ref.saksnummer for _, sak in page]
        more = len(changed) > size
        return SakPage(saker=tuple(sak for _, sak in page), next=mark if more else None, mark=mark)

    def saker(self, system_ids: Sequence[str]) -> tuple[Sak, ...]:
        """See the contract."""
        found = tuple(self._saker[one][1] for one in system_ids if one in self._saker)
        self.shown += [sak.mappe.ref.saksnummer for sak in found]
        return found

    def submit(self, write: ArchiveWrite, key: OurKey) -> Done:
        """See the contract."""
        if key in self._keys:
            raise AlreadyDone(key, reference=self._keys[key])
        why = self.refuse(write)
        if why:
            raise NeedsHuman(ReasonCode.ARCHIVE_REFUSED, why)
        self.before(write)
        done = self._keys[key] = self._perform(write)
        self.asked.append(write)
        return done

    def outcome(self, key: OurKey) -> Done | Absent:
        """See the contract."""
        return self._keys.get(key, Absent())

    def close(self) -> None:
        """Nothing to let go of."""

    def _perform(self, write: ArchiveWrite) -> Done:
        match write:
            case Avslutning(saksmappe=system_id):
                sak = self._saker[system_id][1]
                entries = tuple(
                    _with(e, Journalstatus.ARKIVERT) if e.post.status is Journalstatus.JOURNALFOERT else e
                    for e in sak.innfoersler
                )
                mappe = replace(sak.mappe, saksstatus=Saksstatus.AVSLUTTET)
                self.put(replace(sak, mappe=mappe, innfoersler=entries))
                return Done(system_id=system_id, number=sak.mappe.ref.saksnummer)
            case Statusendring(journalpost=jp, til=til):
                return self._change(jp, lambda e: _with(e, til))
            case Ferdigstill(journalpost=jp):
                return self._change(jp, _finished)
            case NyAvskrivning(journalpost=jp, maate=maate, avskrives_av=by, korrespondansepart=whom):
                view = AvskrivningView(dato=date(2026, 11, 24), maate=maate, avskrives_av=by, korrespondansepart=whom)
                return self._change(jp, lambda e: replace(e, avskrivninger=(*e.avskrivninger, view)))
            case _:
                raise NeedsHuman(ReasonCode.ARCHIVE_REFUSED, f"{write.kind} er ikke bygget her")

    def _change(self, journalpost: str, change: Callable[[Journalinnfoersel], Journalinnfoersel]) -> Done:
        for _, sak in self._saker.values():
            for one in sak.innfoersler:
                if one.post.system_id == journalpost:
                    entries = tuple(change(e) if e is one else e for e in sak.innfoersler)
                    self.put(replace(sak, innfoersler=entries))
                    return Done(system_id=journalpost, number=one.post.number)
        raise NeedsHuman(ReasonCode.ARCHIVE_REFUSED, "journalposten finnes ikke")


def _with(one: Journalinnfoersel, status: Journalstatus) -> Journalinnfoersel:
    return replace(one, post=replace(one.post, status=status))


def _finished(one: Journalinnfoersel) -> Journalinnfoersel:
    documents = tuple(replace(d, dokumentstatus=Dokumentstatus.FERDIGSTILT) for d in one.dokumenter)
    return replace(one, dokumenter=documents)
