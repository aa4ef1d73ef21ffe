"""What a decided post owes next. Reads the decision and the effect table; the table alone says how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from models.archive import (
    ArchiveWrite,
    Ferdigstill,
    Kryssreferanse,
    NyAvskrivning,
    NyJournalpost,
    NyttDokument,
    Statusendring,
)
from models.decision import Decision, PlannedCase, PlannedJournalpost, Way
from models.keys import with_role
from models.noark import Journalstatus
from models.post import Outcome, Post, State
from models.store.effect_tx import Effect, EffectKind, EffectState, NewEffect
from models.store.store import Tx
from robot.effects import archive_request
from robot.forwarding import forward_effect


@dataclass(frozen=True, slots=True)
class Round:
    """Effects to be sent now, in order. Each is (effect, fresh): fresh means that nothing can have been sent before."""

    effects: tuple[tuple[Effect, bool], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An effect by its key; its request, which costs more, is made when it is to be planned."""

    key: str
    make: Callable[[], NewEffect]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing can be sent before ``until`` (epoch seconds); now, when it is another post's turn on the case."""

    until: float


@dataclass(frozen=True, slots=True)
class Complete:
    """All that this state owes is done."""


Next = Round | Waiting | Complete


def outcome_of(decision: Decision) -> Outcome:
    """What the source is told."""
    if decision.way is Way.DISMISS:
        return Outcome.DUPLICATE if decision.duplicate_of else Outcome.DISMISSED
    return {Way.ARCHIVE: Outcome.ARCHIVED, Way.FORWARD: Outcome.FORWARDED}[decision.way]


def next_round(tx: Tx, post: Post, decision: Decision, *, one_at_a_time: bool, source: bool) -> Next:
    """What is owed next in the post's state; plans it in ``tx``.

    ``one_at_a_time``: for an archive without look-up by key, so that a crash leaves at most one write in doubt.
    ``source``: whether the post's source is still to be told (False for what could never be fetched).
    """
    known = {effect.key: effect for effect in tx.effects_of(post.seq)}
    for wanted in _rounds(tx, post, decision, source, known):
        planned = [_planned(tx, post, one, known, ask_first=not one_at_a_time) for one in wanted]
        still_open = [effect for effect in planned if effect.state is not EffectState.DONE]
        if not still_open:
            continue
        if _others_turn(tx, post, still_open) or (
            decision.case is not None and tx.case_is_busy(decision.case.key, before=post.seq)
        ):
            return Waiting(tx.now)
        due = [effect for effect in still_open if effect.next_try_at <= tx.now]
        if len(due) < len(still_open):
            return Waiting(max(effect.next_try_at for effect in still_open))
        chosen = due[:1] if one_at_a_time else due
        return Round(tuple((effect, effect.state is EffectState.PLANNED) for effect in chosen))
    return Complete()


def _planned(tx: Tx, post: Post, wanted: Wanted, known: Mapping[str, Effect], *, ask_first: bool) -> Effect:
    """The effect as it stands: what is done already is not worked out again, only its key."""
    there = known.get(wanted.key)
    if there is not None and there.state is EffectState.DONE:
        return there
    own = wanted.key.startswith(post.key)  # then nobody else can have planned it; a case's key is no post's
    return tx.plan(wanted.make(), ask_first=ask_first, known=known if own else None)


def _others_turn(tx: Tx, post: Post, effects: list[Effect]) -> bool:
    """Whether another post is at work on one of these (a case both go into). One whose owner has ended is taken over."""
    for effect in effects:
        if effect.post_seq == post.seq or effect.post_seq is None:
            continue
        owner = tx.row(effect.post_seq)
        if owner is not None and owner["state"] in (State.RECEIVED, State.DECIDED, State.ARCHIVED):
            return True
        tx.adopt(effect, post.seq)
    return False


def _rounds(
    tx: Tx, post: Post, decision: Decision, source: bool, known: Mapping[str, Effect]
) -> Iterator[list[Wanted]]:
    """Rounds in order; each needs what the ones before it gave. Those that are done are planned again to no effect."""
    if post.state is State.DECIDED and decision.way is Way.ARCHIVE:
        yield from _archive_rounds(tx, post, decision, known)
        return
    if post.state is State.DECIDED and decision.way is Way.FORWARD and decision.forward is not None:
        forward = forward_effect(post, decision.forward)
        yield [Wanted(forward.key, lambda: forward)]
    if source:
        yield [Wanted(with_role(post.key, "ta"), partial(_take_over, post))]
        yield [Wanted(with_role(post.key, "se"), partial(_settle, post, decision))]


def _take_over(post: Post) -> NewEffect:
    """The take-over as it was planned when the post was stored."""
    return NewEffect(
        key=with_role(post.key, "ta"),
        kind=EffectKind.TAKE_OVER,
        request={"source": post.source},
        post_seq=post.seq,
    )


def _settle(post: Post, decision: Decision) -> NewEffect:
    return NewEffect(
        key=with_role(post.key, "se"),
        kind=EffectKind.SETTLE,
        request={"source": post.source, "outcome": outcome_of(decision).value},
        post_seq=post.seq,
    )


def _archive_rounds(tx: Tx, post: Post, decision: Decision, known: Mapping[str, Effect]) -> Iterator[list[Wanted]]:
    case, journalpost = decision.case, decision.journalpost
    if case is None or journalpost is None:
        raise ValueError(f"decision of {post.id} has no journalpost")

    def make(write: ArchiveWrite, key: str) -> NewEffect:
        return NewEffect(
            key=key,
            kind=EffectKind.ARCHIVE,
            request=archive_request(write),
            post_seq=post.seq,
            order_key=case.key,
        )

    def effect(write: ArchiveWrite, key: str) -> Wanted:
        return Wanted(key, partial(make, write, key))

    if case.new is not None:
        yield [effect(case.new, case.key)]
    saksmappe = _system_id(tx, case, known)
    yield [effect(_ny_journalpost(saksmappe, journalpost), with_role(post.key, "jp"))]
    registered = _located(tx, with_role(post.key, "jp"), known)
    yield [effect(write, with_role(post.key, role)) for role, write in _rest(registered, saksmappe, case, journalpost)]


def _ny_journalpost(saksmappe: str, planned: PlannedJournalpost) -> NyJournalpost:
    return NyJournalpost(
        saksmappe=saksmappe,
        type=planned.type,
        tittel=planned.tittel,
        offentlig_tittel=planned.offentlig_tittel,
        mottatt_dato=planned.mottatt_dato,
        parter=planned.parter,
        skjerming=planned.skjerming,
        dokumentets_dato=planned.dokumentets_dato,
        forfall=planned.forfall,
    )


def _rest(
    journalpost: str, saksmappe: str, case: PlannedCase, planned: PlannedJournalpost
) -> Iterator[tuple[str, ArchiveWrite]]:
    """What follows the journalpost, in this order: documents, their status F, avskrivning, cross-reference, J."""
    for number, document in enumerate(planned.dokumenter, start=1):
        yield f"d{number}", NyttDokument(journalpost=journalpost, dokument=document)
    yield "f", Ferdigstill(journalpost=journalpost)
    if case.cross_reference is not None and case.new is not None:
        yield "kr", Kryssreferanse(fra_saksmappe=saksmappe, til_saksmappe=case.cross_reference)
    if planned.status is Journalstatus.JOURNALFOERT:
        if planned.avskriv is not None:
            yield "av", NyAvskrivning(journalpost=journalpost, maate=planned.avskriv)
        assessed = None if planned.skjerming is not None and planned.skjerming.temporary else planned.mottatt_dato
        yield "j", Statusendring(journalpost=journalpost, til=Journalstatus.JOURNALFOERT, assessed_on=assessed)


def _system_id(tx: Tx, case: PlannedCase, known: Mapping[str, Effect]) -> str:
    return case.existing.system_id if case.existing is not None else _located(tx, case.key, known)


def _located(tx: Tx, key: str, known: Mapping[str, Effect]) -> str:
    """The system id an effect that is done was answered with; empty while it is not (then nobody gets that far)."""
    effect = known.get(key) or tx.effect(key)
    return str(effect.locator["system_id"]) if effect is not None and effect.locator is not None else ""
