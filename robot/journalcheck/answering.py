"""Answers to findings: right (``approve``) or in order as it is (``dismiss``). Both count in the check's precision."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from models.answer import Verb
from models.errors import UsedWrongly
from models.steps import Point, step
from robot import build
from robot.journalcheck.screens import one_as_data, shown_text
from robot.review import actor
from robot.texts import text

if TYPE_CHECKING:
    from models.store import Store
    from models.store.journal_tx import StoredFinding
    from robot.config import Settings

_ANSWERS = {Verb.APPROVE: "right", Verb.DISMISS: "wrong"}


def find(settings: Settings, ref: str, *, now: Callable[[], datetime]) -> tuple[str, StoredFinding]:
    """The organisation and the finding.

    Raises:
        UsedWrongly: there is none, or several organisations have one of that number.
    """
    name, _, number = ref.rpartition(":")
    found: list[tuple[str, StoredFinding]] = []
    for organisation in (name,) if name else tuple(settings.organisasjon):
        with _store(settings, organisation, now) as store, store.read() as reads:
            one = reads.finding(int(number[1:]))
        if one is not None:
            found.append((organisation, one))
    if not found:
        raise UsedWrongly(f"Funnet {ref} finnes ikke. Se dem med: postrobot review list")
    if len(found) > 1:
        choices = " eller ".join(f"{organisation}:{number}" for organisation, _ in found)
        raise UsedWrongly(f"Flere organisasjoner har et funn {ref}. Si hvilket: {choices}.")
    return found[0]


def show_finding(settings: Settings, ref: str, *, now: Callable[[], datetime], as_json: bool) -> str:
    """``review show F12``."""
    _, one = find(settings, ref, now=now)
    if as_json:
        return json.dumps(one_as_data(one), ensure_ascii=False)
    return shown_text(one, settings.robot.spraak)


def answer_finding(
    settings: Settings, ref: str, *, verb: Verb, user: str, now: Callable[[], datetime]
) -> dict[str, object]:
    """``review approve|dismiss F12``; who answered stands in the audit as a keyed hash.

    Raises:
        UsedWrongly: a finding cannot be answered so, or is fixed already.
    """
    said = _ANSWERS.get(verb)
    if said is None:
        raise UsedWrongly("Et funn i journalen besvares med «review approve» (rett) eller «review dismiss» (i orden).")
    organisation, one = find(settings, ref, now=now)
    with _store(settings, organisation, now) as store:
        with store.write() as tx:
            done = tx.answer_finding(one.id, answer=said, user=user, actor=actor(store, user))
            step(Point.H1_ANSWERED)
    if not done:
        raise UsedWrongly(f"Funnet {one.name} er rettet i mellomtiden.")
    return {
        "id": one.name,
        "answer": said,
        "text": text(f"journal.answered.{said}", settings.robot.spraak, id=one.name),
    }


@contextmanager
def _store(settings: Settings, name: str, now: Callable[[], datetime]) -> Iterator[Store]:
    store = build.store(settings, name, now=now)
    try:
        yield store
    finally:
        store.close()
