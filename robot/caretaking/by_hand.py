"""What a person asks for in the archive: a proposal accepted, a double registration merged, an entry moved or remarked on.

Checked against the case as the archive shows it now, with everything in the way named at once. Then an effect like any other:
carried out at once when nothing else is at work, else by the service that is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.contract import Archive, TellsCases
from models.archive import ArchiveWrite, Flytting, Kryssreferanse, Merknad, SakQuery, Statusendring
from models.audit import AuditEvent
from models.errors import Locked, UsedWrongly
from models.noark import Journalstatus
from models.omsorg import Journalinnfoersel, Sak
from models.steps import Point, step
from models.store.effect_tx import EffectKind, EffectState, NewEffect
from models.store.store import Store
from models.store.twin_tx import Twin, TwinState
from robot.caretaking.acting import step_key
from robot.caretaking.answering import step_of
from robot.caretaking.avskrivning import Par, match
from robot.caretaking.flytting import entry_of, hindrances_to_move, ties
from robot.caretaking.lacks import closed, frozen
from robot.caretaking.model import Step, Task
from robot.effects import archive_request
from robot.review import actor
from robot.texts import text

if TYPE_CHECKING:
    from robot.config import Settings
    from robot.context import Context

BY_HAND = "menneske"
"""What stands for a rule where a person has said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One organisation's store and archive, for looking."""

    name: str
    store: Store
    archive: Archive
    language: str = "nb"

    def case(self, saksnummer: str) -> Sak:
        """The case as it is now.

        Raises:
            UsedWrongly: there is none, or the archive cannot show it.
        """
        if not isinstance(self.archive, TellsCases):
            raise UsedWrongly("Arkivet kan ikke vise hele saker, så dette må gjøres i arkivet.")
        found = next(iter(self.archive.find_saksmapper(SakQuery(saksnummer=saksnummer))), None)
        whole = self.archive.saker([found.ref.system_id]) if found is not None else ()
        if not whole:
            raise UsedWrongly(f"Saken {saksnummer} finnes ikke i arkivet til {self.name}.")
        return whole[0]

    def entry(self, number: str) -> tuple[Sak, Journalinnfoersel]:
        """The entry of that number, ``2026/118-3``, with its case.

        Raises:
            UsedWrongly: there is none.
        """
        saksnummer, dash, _ = number.rpartition("-")
        if not dash:
            raise UsedWrongly(f"«{number}» er ikke nummeret på en journalpost, som 2026/118-3.")
        sak = self.case(saksnummer)
        entry = entry_of(sak, number)
        if entry is None:
            raise UsedWrongly(f"Journalposten {number} finnes ikke i saken {saksnummer}.")
        return sak, entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person wants done, in order, and the pair it answers, if any."""

    steps: tuple[Step, ...]
    said: str
    twin: str = ""


def do(
    context: Context, settings: Settings, only: str | None, user: str, make: Callable[[Desk], Wish]
) -> dict[str, object]:
    """Plans what ``make`` wants and carries it out; what became of it, as plain data with a sentence.

    Raises:
        UsedWrongly: it cannot be done; the sentence says why, everything at once.
    """
    from robot import build

    names = build.chosen_organisations(settings, only)
    if len(names) > 1:
        raise UsedWrongly(f"Si hvilken organisasjon det gjelder med --org: {', '.join(names)}.")
    name = names[0]
    store = build.store(settings, name, now=context.now)
    archive = build.archive(settings, name, now=context.now)
    try:
        wish = make(Desk(name=name, store=store, archive=archive, language=settings.robot.spraak))
        keys = plan(store, wish, user)
    finally:
        archive.close()
        store.close()
    return _carry_out(context, settings, name, wish, keys)


def plan(store: Store, wish: Wish, user: str) -> list[str]:
    """All of it, the pair's answer and the audit in one transaction; returns the keys of its effects.

    Raises:
        UsedWrongly: somebody has answered the pair in the meantime.
    """
    with store.write() as tx:
        if wish.twin and not tx.answer_twin(wish.twin, TwinState.ONE):
            raise UsedWrongly(f"Paret {wish.twin} er besvart i mellomtiden.")
        keys = []
        for one in wish.steps:
            key = step_key(store.orgnr, one)
            tx.plan(NewEffect(key=key, kind=EffectKind.CARE, request=archive_request(one.write)), ask_first=True)
            tx.audit(
                AuditEvent.CARE_DECIDED,
                object_ref=key,
                actor=actor(store, user),
                rule_id=one.rule,
                details={"task": one.task.value, "target": one.target, "state": one.state},
            )
            keys.append(key)
        step(Point.H1_ANSWERED)
    return keys


def _carry_out(context: Context, settings: Settings, name: str, wish: Wish, keys: Sequence[str]) -> dict[str, object]:
    from robot import build
    from robot.errands import run_errands
    from robot.lock import hold

    with ExitStack() as stack:
        try:
            stack.enter_context(hold(settings.robot.tilstand))
        except Locked:
            return {"state": "queued", "text": f"{wish.said} Tjenesten utfører det om et øyeblikk."}
        (office,) = stack.enter_context(build.offices(settings, now=context.now, only=name))
        run_errands(office)
        with office.store.read() as reads:
            effects = [effect for key in keys if (effect := reads.effect(key)) is not None]
        refused = [effect.error for effect in effects if effect.state is EffectState.REFUSED]
        if refused and wish.twin:
            with office.store.write() as tx:
                tx.reopen_twin(wish.twin)
    if refused:
        return {"state": "refused", "text": f"Arkivet sa nei: {'; '.join(refused)}"}
    if all(effect.state is EffectState.DONE for effect in effects):
        return {"state": "done", "text": f"{wish.said} Det er gjort."}
    return {"state": "waiting", "text": f"{wish.said} Arkivet svarer ikke nå; roboten prøver igjen."}


def _step(task: Task, target: str, number: str, state: str, write: ArchiveWrite, about: str = "") -> Step:
    return Step(
        task=task, target=target, number=number, state=state, write=write, rule=BY_HAND, auto=False, about=about
    )


def sign_off(desk: Desk, number: str, svar: str, part: str) -> Wish:
    """A proposed answer is accepted.

    Raises:
        UsedWrongly: nothing is proposed for it, or it must be said which.
    """
    sak, entry = desk.entry(number)
    _refuse_closed(sak)
    found = match(sak)
    pairs = [pair for pair in found.sikre if pair.brev is entry]
    pairs += [pair for one in found.usikre if one.brev is entry for pair in one.kandidater]
    if part:
        pairs = [pair for pair in pairs if pair.korrespondansepart in (part, "")]
    if not pairs:
        raise UsedWrongly(f"Roboten finner ikke noe som svarer på {number}, eller den er alt avskrevet.")
    chosen = [pair for pair in pairs if not svar or pair.svar.post.number == svar]
    if len(chosen) != 1:
        raise UsedWrongly(f"Si hvilket svar det er, med --svar (og --part for et notat til flere): {_choices(pairs)}.")
    return Wish(
        steps=(step_of(sak, chosen[0], auto=False, rule=BY_HAND),),
        said=f"{number} avskrives med {chosen[0].svar.post.number}.",
    )


def _choices(pairs: Sequence[Par]) -> str:
    return ", ".join(
        pair.svar.post.number + (f" for {pair.korrespondansepart}" if pair.korrespondansepart else "") for pair in pairs
    )


def merge(desk: Desk, id_: str) -> Wish:
    """Two registrations of one letter become one: the later is set to U with why, tied to the earlier.

    Raises:
        UsedWrongly: there is no such open pair, or something is in the way; all of it is named.
    """
    pair = open_pair(desk, id_)
    with desk.store.read() as reads:
        letters = reads.letters([pair.earlier, pair.later])
    if len(letters) < 2:
        raise UsedWrongly(f"Den ene journalposten i paret {id_} finnes ikke lenger.")
    early_case, early = desk.entry(letters[pair.earlier].number)
    late_case, late = desk.entry(letters[pair.later].number)
    in_the_way = [f"saken {s.mappe.ref.saksnummer} er avsluttet" for s in (early_case, late_case) if _shut(s)]
    tied = ties(late, late_case)
    if tied:
        in_the_way.append(f"{late.post.number} er knyttet ved avskrivning til {', '.join(tied)}")
    if late.post.status is Journalstatus.UTGAAR:
        in_the_way.append(f"{late.post.number} er alt utgått")
    if in_the_way:
        raise UsedWrongly(f"Kan ikke slå sammen {id_}: {'; '.join(dict.fromkeys(in_the_way))}.")
    return Wish(
        steps=tuple(_merging(desk, pair, early, late)),
        said=f"{late.post.number} settes til utgår, som samme brev som {early.post.number}.",
        twin=id_,
    )


def _merging(desk: Desk, pair: Twin, early: Journalinnfoersel, late: Journalinnfoersel) -> list[Step]:
    why = ", ".join(text(f"twin.{likeness}", desk.language) for likeness in pair.likeness)
    fra, til = late.post.saksmappe, early.post.saksmappe
    steps = []
    if fra.system_id != til.system_id:
        tie = Kryssreferanse(fra_saksmappe=fra.system_id, til_saksmappe=til.system_id)
        steps.append(_step(Task.DUPLICATE, fra.system_id, fra.saksnummer, til.system_id, tie))
    kept = Merknad(journalpost=early.post.system_id, tekst=text("merge.kept", desk.language, number=late.post.number))
    steps.append(_step(Task.DUPLICATE, early.post.system_id, early.post.number, pair.id, kept))
    gone = Statusendring(
        journalpost=late.post.system_id,
        til=Journalstatus.UTGAAR,
        merknad=text("merge.utgaar", desk.language, number=early.post.number, why=why),
    )
    steps.append(_step(Task.DUPLICATE, late.post.system_id, late.post.number, late.post.status.value, gone))
    return steps


def open_pair(desk: Desk, id_: str) -> Twin:
    """The pair, if nobody has answered it.

    Raises:
        UsedWrongly: it is answered, or there is none.
    """
    with desk.store.read() as reads:
        pair = reads.twin(id_)
    if pair is None:
        raise UsedWrongly(f"Paret {id_} finnes ikke. Se dem med: postrobot cases duplicates")
    if pair.state is not TwinState.OPEN:
        raise UsedWrongly(f"Paret {id_} er alt besvart.")
    return pair


def move(desk: Desk, number: str, til: str) -> Wish:
    """An entry goes to another case.

    Raises:
        UsedWrongly: something is in the way; all of it is named.
    """
    sak, entry = desk.entry(number)
    other = desk.case(til)
    found = hindrances_to_move(entry, sak, other)
    if found:
        told = "; ".join(text(f"move.{one.kode}", desk.language, what=", ".join(one.hva)) for one in found)
        raise UsedWrongly(f"Kan ikke flytte {number} til {til}: {told}.")
    id_ = entry.post.system_id
    write = Flytting(journalpost=id_, til_saksmappe=other.mappe.ref.system_id)
    one = _step(Task.MOVE, id_, number, number, write, about=other.mappe.ref.system_id)
    return Wish(steps=(one,), said=f"{number} flyttes til saken {til}.")


def remark(desk: Desk, number: str, tekst: str) -> Wish:
    """A remark on an entry; the same words twice are one remark."""
    sak, entry = desk.entry(number)
    _refuse_closed(sak)
    if not tekst.strip():
        raise UsedWrongly("Merknaden er tom.")
    id_ = entry.post.system_id
    digest = hashlib.sha256(tekst.strip().encode()).hexdigest()[:32]
    one = _step(Task.MOVE, id_, number, digest, Merknad(journalpost=id_, tekst=tekst.strip()))
    return Wish(steps=(one,), said=f"{number} får merknaden.")


def refer(desk: Desk, fra: str, til: str) -> Wish:
    """A cross-reference from one case to another."""
    one, other = desk.case(fra), desk.case(til)
    if one.mappe.ref.system_id == other.mappe.ref.system_id:
        raise UsedWrongly("En sak kan ikke vise til seg selv.")
    if til in one.kryssreferanser:
        raise UsedWrongly(f"{fra} viser alt til {til}.")
    ref, to = one.mappe.ref, other.mappe.ref
    write = Kryssreferanse(fra_saksmappe=ref.system_id, til_saksmappe=to.system_id)
    return Wish(
        steps=(_step(Task.MOVE, ref.system_id, fra, to.system_id, write),), said=f"{fra} får kryssreferanse til {til}."
    )


def _refuse_closed(sak: Sak) -> None:
    if _shut(sak):
        raise UsedWrongly(f"Saken {sak.mappe.ref.saksnummer} er avsluttet; ingenting kan endres i den.")


def _shut(sak: Sak) -> bool:
    return closed(sak) or frozen(sak)
