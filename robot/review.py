"""Answers from people: taken in one transaction, first come first served; then the post goes on."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.answer import Answer, Verb
from models.audit import AuditEvent
from models.errors import UsedWrongly
from models.noark import Journalstatus
from models.post import Post, State
from models.reasons import DISMISSALS, ReasonCode
from models.steps import Point, step
from models.store import Store
from models.store.codec import adapter
from models.store.effect_tx import EffectKind, EffectState
from models.store.store import Tx
from robot.care import care_effects
from robot.texts import outcome_text, state_text

if TYPE_CHECKING:
    from connectors.contract import Archive
    from models.organisation import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An answer that was taken. ``reopened``: the post walks on from where it stood; else its archive effects are due.

    ``acknowledged``: the follow-up of a forward was signed off, and there is nothing more to carry out.
    """

    post: Post
    reopened: bool
    acknowledged: bool = False


def find_post(store: Store, ref: str) -> Post:
    """A post by its id.

    Raises:
        UsedWrongly: there is none.
    """
    with store.read() as reads:
        post = reads.post(ref)
    if post is None:
        raise UsedWrongly(f"Posten {ref} finnes ikke. Se dem med: postrobot list")
    return post


def check(answer: Answer, org: Organisation) -> None:
    """Refuses an answer that nobody could carry out.

    Raises:
        UsedWrongly: with what would be right.
    """
    if answer.verb is Verb.DISMISS and answer.grunn not in DISMISSALS:
        words = ", ".join(sorted(DISMISSALS))
        raise UsedWrongly(f"Ukjent grunn «{answer.grunn}». Bruk en av: {words}.")
    if answer.verb is Verb.FORWARD and (answer.kanal or "epost") not in org.forward_channels:
        raise UsedWrongly("E-post er ikke satt opp for videresending: se [organisasjon.….videresending] i oppsettet.")
    if answer.enhet and org.enheter and answer.enhet not in org.enheter:
        raise UsedWrongly(f"Ukjent enhet «{answer.enhet}». Enhetene er: {', '.join(sorted(org.enheter))}.")
    for access in (answer.tilgang, answer.sakstilgang):
        if access and access != "åpen" and access not in org.tilgangskoder:
            codes = ", ".join(sorted(org.tilgangskoder))
            raise UsedWrongly(f"Ukjent tilgang «{access}». Bruk «åpen» eller en av: {codes}.")
        if access and access != "åpen" and not answer.hjemmel:
            raise UsedWrongly(f"Tilgang {access} trenger en hjemmel: legg til --hjemmel «…».")


def take(store: Store, archive: Archive, post: Post, answer: Answer) -> Taken:
    """Takes an answer.

    Raises:
        UsedWrongly: somebody answered first, or the post cannot be answered so.
        Missing: approving M cannot make it J yet.
    """
    if post.state is State.SET_ASIDE:
        return _to_set_aside(store, post, answer)
    _refuse_when_purged(store, post)
    if post.state is State.DONE and post.outcome == "archived":
        return _to_journaled(store, archive, post, answer)
    if post.state is State.DONE and post.outcome == "forwarded" and answer.verb is Verb.APPROVE:
        return _acknowledge(store, post, answer)
    if post.state is State.DONE:
        raise UsedWrongly(
            f"Posten {post.id} er ferdig ({outcome_text(post.outcome or '')}) og ligger ikke til gjennomsyn."
        )
    raise UsedWrongly(f"Posten {post.id} er under behandling. Vent til den er ferdig, eller satt til side.")


def _refuse_when_purged(store: Store, post: Post) -> None:
    with store.read() as reads:
        row = reads.row(post.seq)
    if row is not None and row["purged_at"] is not None:
        raise UsedWrongly(
            f"Innholdet i posten {post.id} er slettet etter bevaringsreglene. Det som er i arkivet, rettes i arkivet."
        )


def _refuse_past_the_scanner(post: Post, answer: Answer) -> None:
    """What a virus was found in, or no scanner has seen, is dismissed or released, and nothing else."""
    stopped = post.reason if post.stage == "scan" else None
    if answer.verb is Verb.RELEASE and stopped is None:
        raise UsedWrongly(f"Posten {post.id} er ikke stanset av virusskanneren, så det er ingenting å slippe.")
    if answer.verb is Verb.RELEASE and stopped == ReasonCode.NOT_SCANNED and not answer.unscanned:
        raise UsedWrongly(
            f"Posten {post.id} er ikke skannet. Skann den på nytt med «postrobot retry {post.id}», "
            "eller slipp den på eget ansvar med --uten-skanning."
        )
    if answer.verb is Verb.RELEASE and stopped == ReasonCode.INFECTED and answer.unscanned:
        raise UsedWrongly(
            f"Det er funnet virus i posten {post.id}. Den slippes bare når en ny skanning ikke finner noe."
        )
    if stopped is not None and answer.verb not in (Verb.DISMISS, Verb.RELEASE):
        raise UsedWrongly(
            f"Posten {post.id} er stanset av virusskanneren, og kan bare avvises (review dismiss) eller slippes "
            "(review release)."
        )


def _to_set_aside(store: Store, post: Post, answer: Answer) -> Taken:
    _refuse_past_the_scanner(post, answer)
    with store.write() as tx:
        stored = tx.decision(post.seq)
        if answer.verb is Verb.APPROVE and (stored is None or stored.decision.proposed is None):
            raise UsedWrongly(
                f"Posten {post.id} har ikke noe forslag å godkjenne. Bruk «review correct», «forward» eller «dismiss»."
            )
        if answer.verb is Verb.CORRECT and not (answer.saksnummer or answer.ny_sak):
            raise UsedWrongly(
                "Si hvilken sak posten skal i: --sak 2026/12, eller --ny-sak «Tittel» med --arkivdel og --klasse."
            )
        if answer.verb is Verb.CORRECT and answer.ny_sak and not answer.tilgang:
            raise UsedWrongly(
                "Si også hvem som kan se den nye saken: --tilgang åpen, eller --tilgang KODE --hjemmel «…»."
            )
        if answer.sakstilgang:
            raise UsedWrongly("--sakstilgang gjelder en sak posten er registrert i. For en ny sak sier --tilgang det.")
        if not post.documents and answer.verb is not Verb.DISMISS:
            raise UsedWrongly(
                "Posten kunne ikke hentes, og ligger fortsatt hos kilden. Hent den for hånd, og avvis den her."
            )
        _refuse_when_done(tx, post)
        _record(tx, store, post, answer)
        tx.move(post, State.RECEIVED, AuditEvent.REOPENED, actor=actor(store, answer.user), next_try_at=0.0)
    return Taken(post=post, reopened=True)


def _refuse_when_done(tx: Tx, post: Post) -> None:
    """What is in the archive or has been sent cannot be decided anew: it would be listed as one thing and be another."""
    for effect in tx.effects_of(post.seq):
        if effect.state is not EffectState.DONE:
            continue
        if effect.kind is EffectKind.FORWARD or effect.request.get("kind") == "ny_journalpost":
            what = "videresendt" if effect.kind is EffectKind.FORWARD else "registrert i arkivet"
            raise UsedWrongly(
                f"Posten {post.id} er alt {what}, men ble ikke ferdig. Gå videre med: postrobot retry {post.id}. "
                "Etterpå kan den rettes."
            )


def _to_journaled(store: Store, archive: Archive, post: Post, answer: Answer) -> Taken:
    if answer.verb not in (Verb.APPROVE, Verb.CORRECT):
        raise UsedWrongly(
            f"Posten {post.id} er journalført. Den kan rettes, flyttes eller settes til utgår med «review correct»."
        )
    with store.read() as reads:
        row, stored = reads.row(post.seq), reads.decision(post.seq)
        round_no = len(reads.answers(post.seq)) + 1
    if row is None or stored is None:
        raise LookupError(post.id)
    if row["journalstatus"] == Journalstatus.UTGAAR:
        raise UsedWrongly(f"Posten {post.id} er satt til utgår.")
    today = store.time_utc().date()
    mark = store.doubt.mark if store.doubt is not None else ""
    planned = care_effects(row, stored.decision, answer, archive, today=today, round_no=round_no, mark=mark)
    with store.write() as tx:
        _record(tx, store, post, answer, expected_round=round_no)
        for effect in planned:
            tx.plan(effect)
        tx.use_answer(post.seq, round_no)
    return Taken(post=post, reopened=False)


def _acknowledge(store: Store, post: Post, answer: Answer) -> Taken:
    """A forward whose receiver has taken it: the follow-up leaves the report."""
    with store.write() as tx:
        row = tx.row(post.seq)
        if row is None or row["follow_up_by"] is None:
            raise UsedWrongly(f"Posten {post.id} er videresendt, og har ingen oppfølging å kvittere ut.")
        _record(tx, store, post, answer)
        tx.set_columns(post.seq, follow_up_by=None)
        tx.use_answer(post.seq, len(tx.answers(post.seq)))
    return Taken(post=post, reopened=False, acknowledged=True)


def _record(tx: Tx, store: Store, post: Post, answer: Answer, *, expected_round: int | None = None) -> None:
    """The answer and its event. The round is unique: of two answers given to the same state the first wins."""
    now = tx.post(post.seq)
    round_no = len(tx.answers(post.seq)) + 1
    moved = now is None or now.state is not post.state
    payload: dict[str, object] = adapter(Answer).dump_python(answer, mode="json")
    if (
        moved
        or (expected_round is not None and expected_round != round_no)
        or not tx.add_answer(post.seq, round_no=round_no, verb=answer.verb.value, payload=payload, user=answer.user)
    ):
        last = tx.answers(post.seq)
        who = f" av {last[-1]['user']}" if last else ""
        raise UsedWrongly(
            f"Posten {post.id} er besvart{who} i mellomtiden. Se den på nytt: postrobot review show {post.id}"
        )
    step(Point.H1_ANSWERED)
    tx.audit(
        AuditEvent.ANSWERED,
        item_id=post.id,
        actor=actor(store, answer.user),
        reason_code=_code_of(answer),
        details={"verb": answer.verb.value, "round": round_no},
    )


def _code_of(answer: Answer) -> str:
    if answer.verb is Verb.RELEASE and answer.unscanned:
        return ReasonCode.NOT_SCANNED.value
    return answer.grunn if answer.verb is Verb.DISMISS else ""


def actor(store: Store, user: str) -> str:
    """A person in the audit: a keyed hash, the same for the same person as long as the organisation's key exists (I14)."""
    return "user:" + hmac.new(store.secret(), user.encode(), hashlib.sha256).hexdigest()[:16]


def retry(store: Store, post: Post, user: str) -> None:
    """A set-aside post goes on from where it stopped, with what refused it tried again.

    Raises:
        UsedWrongly: it has not been set aside.
    """
    if post.state is not State.SET_ASIDE:
        raise UsedWrongly(f"Posten {post.id} er ikke satt til side (tilstand: {state_text(post.state)}).")
    if post.reason == ReasonCode.INFECTED and post.stage == "scan":
        raise UsedWrongly(
            f"Det er funnet virus i posten {post.id}. Avvis den, eller skann på nytt og slipp den: "
            f"postrobot review release {post.id}"
        )
    with store.write() as tx:
        stored = tx.decision(post.seq)
        back = State.RECEIVED
        if post.stage == "archive" and stored is not None:
            back = State.DECIDED
        elif post.stage == "settle" and stored is not None:
            back = State.ARCHIVED if stored.decision.journalpost is not None else State.DECIDED
        if post.stage == "collect":
            raise UsedWrongly(f"Posten {post.id} kunne ikke hentes fra kilden; den hentes ikke på nytt herfra.")
        step(Point.H2_RETRIED)
        tx.move(post, back, AuditEvent.REOPENED, actor=actor(store, user), next_try_at=0.0, tries=post.tries + 1)
