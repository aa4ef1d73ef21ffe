"""What keeps an entry from being moved to another case, by name (noark5.md section 4; krav 3.2.36–39). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.noark import Journalstatus
from models.omsorg import Journalinnfoersel, Sak


@dataclass(frozen=True, slots=True, kw_only=True)
class Hinder:
    """One thing in the way: a code, and the entries or the case it is about, by number."""

    kode: str
    hva: tuple[str, ...] = ()


def entry_of(sak: Sak, ref: str) -> Journalinnfoersel | None:
    """The entry of that system id or number."""
    return next((e for e in sak.innfoersler if ref in (e.post.system_id, e.post.number)), None)


def hindrances_to_move(entry: Journalinnfoersel, fra: Sak, til: Sak) -> tuple[Hinder, ...]:
    """Everything in the way, at once; empty when it can be moved."""
    return tuple(_hindrances(entry, fra, til))


def _hindrances(entry: Journalinnfoersel, fra: Sak, til: Sak) -> Iterator[Hinder]:
    if fra.mappe.ref.system_id == til.mappe.ref.system_id:
        yield Hinder(kode="samme_sak", hva=(til.mappe.ref.saksnummer,))
        return
    if not fra.mappe.open:
        yield Hinder(kode="fra_avsluttet", hva=(fra.mappe.ref.saksnummer,))
    if not til.mappe.open:
        yield Hinder(kode="til_avsluttet", hva=(til.mappe.ref.saksnummer,))
    if entry.post.status is Journalstatus.UTGAAR:
        yield Hinder(kode="utgått", hva=(entry.post.number,))
    elif entry.post.status is Journalstatus.ARKIVERT:
        yield Hinder(kode="arkivert", hva=(entry.post.number,))
    tied = ties(entry, fra)
    if tied:
        yield Hinder(kode="avskrivning", hva=tied)


def ties(entry: Journalinnfoersel, sak: Sak) -> tuple[str, ...]:
    """Numbers of the entries that sign it off, or that it signs off: they would stay behind (krav 3.2.39)."""
    numbers = {other.post.system_id: other.post.number for other in sak.innfoersler}
    me = entry.post.system_id
    tied = {a.avskrives_av for a in entry.avskrivninger if a.avskrives_av}
    tied |= {o.post.system_id for o in sak.innfoersler for a in o.avskrivninger if a.avskrives_av == me}
    return tuple(sorted(numbers.get(one, one) for one in tied - {me}))
