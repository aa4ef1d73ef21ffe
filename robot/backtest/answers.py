"""What people chose, and whether an outcome agrees with it: the only key to what is right that the robot has."""

from __future__ import annotations

from enum import StrEnum

from models.answer import Answer, Verb
from models.post import Outcome, State
from models.sql import Row
from robot.backtest.would import OPEN, SHIELDED, TEMPORARY, Would

_ACCESS = {"open": OPEN, "shielded": SHIELDED, "temporary": TEMPORARY}


class Verdict(StrEnum):
    """How an outcome stands to what people chose."""

    RIGHT = "right"
    WRONG = "wrong"
    HUMAN = "human"


def verdict(found: Would, answer: Answer, row: Row) -> Verdict | None:
    """The verdict; None when what people chose cannot be told yet (the answer is still on its way).

    Compared are the outcome, and of a journalpost unit, access and (for a case by its number or a collective case by its
    title) the case, each where both sides say it.
    """
    if found.to_human:
        return Verdict.HUMAN
    chosen = _chosen_outcome(answer, row)
    if chosen is None:
        return None
    if not found.outcome.startswith(chosen):
        return Verdict.WRONG
    if chosen == "videresendes" and answer.til and found.fields.get("videresendes til") != answer.til:
        return Verdict.WRONG
    if chosen != "journalføres":
        return Verdict.RIGHT
    pairs = (
        (found.fields.get("enhet"), row["enhet"]),
        (found.fields.get("tilgang"), _ACCESS.get(row["tilgang"] or "")),
        (_case(found, "saksnummer "), row["saksnummer"]),
        (_case(found, "samlesak "), row["saktittel"]),
    )
    same = all(ours == theirs for ours, theirs in pairs if ours and theirs and theirs != TEMPORARY)
    return Verdict.RIGHT if same else Verdict.WRONG


def person_shut(answer: Answer | None, row: Row) -> bool:
    """Whether a person has closed the post to the public."""
    return answer is not None and bool(answer.tilgang) and answer.tilgang != "åpen" and row["tilgang"] != "open"


def _chosen_outcome(answer: Answer, row: Row) -> str | None:
    if answer.verb is Verb.DISMISS or answer.utgaar:
        return "avvises"
    if answer.verb is Verb.FORWARD:
        return "videresendes"
    if row["state"] != State.DONE:
        return None
    words = {Outcome.ARCHIVED: "journalføres", Outcome.FORWARDED: "videresendes"}
    return words.get(row["outcome"], "avvises")


def _case(found: Would, kind: str) -> str:
    case = found.fields.get("sak", "")
    return case.removeprefix(kind) if case.startswith(kind) else ""
