"""Journalstatus (M053): which change is allowed, and why the others are not. Pure."""

from __future__ import annotations

from models.noark import Journalposttype
from models.noark import Journalstatus as S

FINAL = frozenset({S.EKSPEDERT, S.JOURNALFOERT, S.ARKIVERT, S.UTGAAR})
"""Entries that have ever been one of these are never deleted (krav 3.2.19), and their documents are frozen."""

_INCOMING: dict[S, frozenset[S]] = {
    S.MIDLERTIDIG: frozenset({S.SAKSBEHANDLER, S.JOURNALFOERT, S.UTGAAR}),
    S.SAKSBEHANDLER: frozenset({S.JOURNALFOERT, S.UTGAAR}),
    S.JOURNALFOERT: frozenset({S.ARKIVERT, S.UTGAAR}),
    S.ARKIVERT: frozenset({S.UTGAAR}),
}
# M → J directly (R too, but for letters): what the mailroom registers is a copy of something already sent, or a finished
# note; nobody will work on it, so the steps of the case worker (F, G, E) are open but not demanded.
_OWN: dict[S, frozenset[S]] = {
    S.RESERVERT: frozenset({S.FERDIGSTILT, S.EKSPEDERT, S.JOURNALFOERT, S.UTGAAR}),
    S.MIDLERTIDIG: frozenset({S.FERDIGSTILT, S.JOURNALFOERT, S.UTGAAR}),
    S.FERDIGSTILT: frozenset({S.RESERVERT, S.GODKJENT, S.EKSPEDERT, S.JOURNALFOERT, S.UTGAAR}),
    S.GODKJENT: frozenset({S.EKSPEDERT, S.JOURNALFOERT, S.UTGAAR}),
    S.EKSPEDERT: frozenset({S.JOURNALFOERT, S.UTGAAR}),
    S.JOURNALFOERT: frozenset({S.ARKIVERT, S.UTGAAR}),
    S.ARKIVERT: frozenset({S.UTGAAR}),
}


# A draft, a letter a case worker has finished and one that waits for approval have not been sent, and what was never sent
# must not be published: it becomes E first.
_UNSENT = (S.RESERVERT, S.FERDIGSTILT, S.GODKJENT)
_OUTGOING = _OWN | {status: _OWN[status] - {S.JOURNALFOERT} for status in _UNSENT}


START = S.MIDLERTIDIG
"""Every type starts as M here (contract; rule-language.md, «Obligatory for M»): what the mailroom registers waits for a
human or for J. The standard's text speaks of incoming documents only; R, F and G belong to case workers' own drafts."""


_TABLES = {Journalposttype.INNGAAENDE: _INCOMING, Journalposttype.UTGAAENDE: _OUTGOING}


def editable(status: S) -> bool:
    """Whether titles, parts and documents may still be corrected."""
    return status not in FINAL


def transition_faults(type_: Journalposttype, fra: S, til: S, merknad: str) -> list[str]:
    """Why the change is refused; empty when it is allowed."""
    if fra is S.UTGAAR:
        return ["journalposten er utgått (U) og kan ikke få ny status"]
    if fra is til:
        return [f"journalposten har allerede journalstatus {til.value}"]
    table = _TABLES.get(type_, _OWN)
    if til not in table.get(fra, frozenset()):
        return [
            f"journalstatus {fra.value} kan ikke bli {til.value} for journalposttype {type_.value}: {_why(fra, til)}"
        ]
    if til is S.UTGAAR and not merknad.strip():
        return ["journalstatus U (utgår) krever en merknad som sier hvorfor (M310)"]
    return []


def _why(fra: S, til: S) -> str:
    if fra in FINAL and til not in FINAL:
        return "det som er journalført, settes ikke tilbake; det flyttes eller settes til U"
    if til is S.JOURNALFOERT and fra in _UNSENT:
        return "brevet er ikke ekspedert (E)"
    if til is S.ARKIVERT:
        return "den må være journalført (J) først"
    return "overgangen finnes ikke i statustabellen"
