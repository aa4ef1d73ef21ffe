"""Carrying out an answer at once when nothing else is at work, else leaving it to the service that is."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from models.answer import Answer, Verb
from models.errors import Locked, UsedWrongly
from robot.care import Missing
from robot.lacks import lack_text
from robot.listing import listed
from robot.review import check, find_post, retry, take

if TYPE_CHECKING:
    from connectors.contract import Archive
    from models.organisation import Organisation
    from models.store import Store
    from robot.config import Settings
    from robot.context import Context


def give(context: Context, settings: Settings, ref: str, answer: Answer) -> dict[str, object]:
    """Takes an answer and says what became of it.

    Raises:
        UsedWrongly: the answer cannot be taken; the sentence says why and what can.
    """
    from robot import build

    name = organisation_of(context, settings, ref)
    if answer.verb is Verb.RELEASE and not answer.unscanned and settings.virus(name) is None:
        raise UsedWrongly(
            "Virusskanneren er ikke satt opp, så posten kan ikke skannes på nytt: se [robot.virusskanner]."
        )
    store = build.store(settings, name, now=context.now)
    archive = build.archive(settings, name, now=context.now)
    try:
        check(answer, _organisation(settings, name, store, archive))
        taken = take(store, archive, find_post(store, ref), answer)
    except Missing as missing:
        lacks = "\n".join(f"  - {lack_text(lack)}" for lack in missing.lacks)
        raise UsedWrongly(
            f"Posten {ref} kan ikke journalføres (J) ennå, og ingenting er endret, fordi\n{lacks}"
        ) from None
    finally:
        archive.close()
        store.close()
    if taken.acknowledged:
        return {"post": ref, "state": "done", "text": f"Oppfølgingen av {ref} er kvittert ut."}
    return _carry_out(context, settings, name, ref, walk_it=taken.reopened)


def again(context: Context, settings: Settings, ref: str, user: str) -> dict[str, object]:
    """``retry``.

    Raises:
        UsedWrongly: the post has not been set aside.
    """
    from robot import build

    name = organisation_of(context, settings, ref)
    store = build.store(settings, name, now=context.now)
    retry(store, find_post(store, ref), user)
    store.close()
    return _carry_out(context, settings, name, ref, walk_it=True)


def organisation_of(context: Context, settings: Settings, ref: str) -> str:
    """The organisation a post belongs to. With several, the post may be named ``solvik:2026-11-24-0042``.

    Raises:
        UsedWrongly: nobody has it, or several do.
    """
    from robot import build

    owners = []
    for name in settings.organisasjon:
        store = build.store(settings, name, now=context.now)
        with store.read() as reads:
            if reads.post(ref) is not None:
                owners.append(name)
        store.close()
    if not owners:
        raise UsedWrongly(f"Posten {ref} finnes ikke. Se dem med: postrobot list")
    if len(owners) > 1:
        raise UsedWrongly(f"Posten {ref} finnes i flere organisasjoner: {', '.join(owners)}. Bruk hver sin oppsettfil.")
    return owners[0]


def _organisation(settings: Settings, name: str, store: Store, archive: Archive) -> Organisation:
    """The parameters with the unit register of the rules in force, to check the answer against."""
    from robot import build

    org = build.organisation(settings, name, archive)
    rules = build.rules_in_force(settings, name, org, store, keep=False)
    rules.refresh()
    return rules.organisation(org)


def _carry_out(context: Context, settings: Settings, name: str, ref: str, *, walk_it: bool) -> dict[str, object]:
    """Walks the post (or performs its archive effects) now; when the service holds the lock, it does that itself."""
    from robot import build
    from robot.claims import walk_claimed
    from robot.errands import run_errands
    from robot.lock import hold

    with ExitStack() as stack:
        try:
            stack.enter_context(hold(settings.robot.tilstand))
        except Locked:
            return {
                "post": ref,
                "state": "queued",
                "text": "Svaret er tatt imot. Tjenesten utfører det om et øyeblikk.",
            }
        (office,) = stack.enter_context(build.offices(settings, now=context.now, only=name))
        post = find_post(office.store, ref)
        if walk_it:
            walk_claimed(post.seq, office)
        run_errands(office)
        with office.store.read() as reads:
            row = reads.row(ref)
    if row is None:
        raise LookupError(ref)
    shown = listed(row, settings.organisasjon[name].orgnr)
    return {**shown, "post": ref, "text": _became(shown)}


def _became(shown: dict[str, object]) -> str:
    """One sentence: what the post is now."""
    from robot.texts import reason_text

    if shown["state"] == "set_aside":
        return f"Satt til side: {reason_text(str(shown['reason'])).title}. {shown['detail']}".strip()
    if shown["state"] == "done" and shown["outcome"] == "archived":
        where = f"Journalpost {shown['journalpost']} i sak {shown['saksnummer']}"
        if shown["journalstatus"] == "U":
            return f"{where} er satt til utgår."
        return f"{where} har status {shown['journalstatus']}. {shown['detail']}".strip()
    if shown["state"] == "done":
        words = {"forwarded": "Videresendt.", "dismissed": "Avvist.", "duplicate": "Avvist som duplikat."}
        return words[str(shown["outcome"])]
    return "Svaret er tatt imot, men noe må vente (arkiv eller e-post). Roboten prøver igjen."
