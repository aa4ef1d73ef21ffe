"""Which rule wins: priority, strength, equal outcomes, til_menneske, stopp, drafts, and what is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.facts import Facts, Unknown
from models.judgement import Judgement
from models.reasons import ReasonCode
from rules.engine import evaluate
from rules.load import load
from rules.messages import render_all

ARCHIVE = 'så: {sak: {samlesak: "%s", ny: {tilgang: åpen}}, journalpost: {type: I, tittel: T, tilgang: åpen}}'
FORWARD = "så: {videresend: {til: a@b.example, grunn: g}}"
DISMISS = "så: {avvis: {grunn: reklame}}"
HUMAN = "så: {til_menneske: se på det}"
HIT, MISS, UNREAD = "emne: hei", "emne: nei", "tekst: {inneholder: hemmelig}"


def judge(tmp_path: Path, *rules: str) -> Judgement:
    """Rules as «id prioritet; vilkår; utfall; mer …» over a post with subject «hei» and an unread text."""
    lines = ["språk: 1", "regler:"]
    for rule in rules:
        head, condition, outcome, *more = (part.strip() for part in rule.split(";"))
        name, priority = head.split()
        lines += [f"- regel: {name}", f"  prioritet: {priority}", f"  hvis: {{{condition}}}", f"  {outcome}"]
        lines += [f"  {extra}" for extra in more]
    (tmp_path / "a.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = load([tmp_path], None)
    assert result.ruleset is not None, render_all(result.errors)
    return evaluate(result.ruleset, Facts(values={"emne": "hei", "tekst": Unknown()}), None)


S1, S2 = (ARCHIVE % name for name in ("S1", "S2"))

TABLE: dict[str, tuple[tuple[str, ...], str | None, ReasonCode | None]] = {
    "nothing hits": ((f"a 0; {MISS}; {S1}",), None, ReasonCode.NO_RULE),
    "the highest priority": ((f"a 1; {HIT}; {S1}", f"b 2; {HIT}; {DISMISS}"), "b", None),
    "journalpost over videresend": ((f"a 0; {HIT}; {FORWARD}", f"b 0; {HIT}; {S1}"), "b", None),
    "videresend over avvis": ((f"a 0; {HIT}; {DISMISS}", f"b 0; {HIT}; {FORWARD}"), "b", None),
    "equal outcomes: the first id": ((f"b 0; {HIT}; {S1}", f"a 0; {HIT}; {S1}"), "a", None),
    "equal rules that disagree": ((f"a 0; {HIT}; {S1}", f"b 0; {HIT}; {S2}"), None, ReasonCode.RULES_DISAGREE),
    "til_menneske over every priority": ((f"a 90; {HIT}; {S1}", f"b 0; {HIT}; {HUMAN}"), "b", None),
    "a catch-all til_menneske below zero": ((f"a 0; {HIT}; {S1}", f"b -1; {HIT}; {HUMAN}"), "a", None),
    "a catch-all alone": ((f"a 0; {MISS}; {S1}", f"b -1; {HIT}; {HUMAN}"), "b", None),
    "til_menneske beats equals that disagree": (
        (f"a 9; {HIT}; {S1}", f"b 9; {HIT}; {S2}", f"c 0; {HIT}; {HUMAN}"),
        "c",
        None,
    ),
    "stopp shuts out lower priorities": ((f"a 9; {HIT}; {S1}; stopp: ja", f"b 0; {HIT}; {HUMAN}"), "a", None),
    "stopp shuts out unknown rules of lower priority": (
        (f"a 9; {HIT}; {S1}; stopp: ja", f"b 0; {UNREAD}; {HUMAN}"),
        "a",
        None,
    ),
    "a draft is as if absent": ((f"a 9; {HIT}; {S1}; modus: utkast", f"b 0; {HIT}; {S2}"), "b", None),
    "a draft cannot stop": ((f"a 9; {HIT}; {S1}; modus: utkast; stopp: ja", f"b 0; {HIT}; {S2}"), "b", None),
    "unknown and of lower priority": ((f"a 9; {HIT}; {S1}", f"b 0; {UNREAD}; {S2}"), "a", None),
    "unknown and preferred": ((f"a 0; {HIT}; {S1}", f"b 9; {UNREAD}; {S2}"), None, ReasonCode.RULE_UNKNOWN),
    "unknown and stronger": ((f"a 0; {HIT}; {FORWARD}", f"b 0; {UNREAD}; {S2}"), None, ReasonCode.RULE_UNKNOWN),
    "an unknown til_menneske": ((f"a 9; {HIT}; {S1}", f"b 0; {UNREAD}; {HUMAN}"), None, ReasonCode.RULE_UNKNOWN),
    "an unknown draft": ((f"a 0; {HIT}; {S1}", f"b 9; {UNREAD}; {S2}; modus: utkast"), "a", None),
    "unknown alone": ((f"a 0; {UNREAD}; {S1}",), None, ReasonCode.RULE_UNKNOWN),
    "false although something is unknown": ((f"a 0; {UNREAD}, {MISS}; {S1}",), None, ReasonCode.NO_RULE),
    "a til_menneske wins though something is unknown": ((f"a 9; {UNREAD}; {S1}", f"b 0; {HIT}; {HUMAN}"), "b", None),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_the_winner(name: str, tmp_path: Path) -> None:
    rules, winner, problem = TABLE[name]
    judgement = judge(tmp_path, *rules)
    assert (judgement.winner.regel if judgement.winner else None, judgement.problem) == (winner, problem)


def test_disagreeing_rules_are_named(tmp_path: Path) -> None:
    judgement = judge(tmp_path, f"b 0; {HIT}; {S2}", f"a 0; {HIT}; {S1}", f"c -5; {HIT}; {S1}")
    assert judgement.problem_rules == ("a", "b")
    assert [hit.regel for hit in judgement.hits] == ["a", "b", "c"]


def test_drafts_are_recorded_apart(tmp_path: Path) -> None:
    judgement = judge(tmp_path, f"a 9; {HIT}; {S1}; modus: utkast", f"b 0; {HIT}; {S2}")
    assert [hit.regel for hit in judgement.drafts] == ["a"]
    assert [hit.regel for hit in judgement.hits] == ["b"]


def test_rules_that_add_are_applied_whatever_stops(tmp_path: Path) -> None:
    judgement = judge(tmp_path, f"a 9; {HIT}; {S1}; stopp: ja", f"b 0; {HIT}; legg_til: {{haster: ja}}")
    assert [addition.regel for addition in judgement.additions] == ["b"]


def test_a_draft_that_adds_is_only_recorded(tmp_path: Path) -> None:
    judgement = judge(tmp_path, f"b 0; {HIT}; legg_til: {{haster: ja}}; modus: utkast")
    assert judgement.additions == ()
    assert [hit.regel for hit in judgement.drafts] == ["b"]


def test_rules_that_missed_by_one_condition_are_near(tmp_path: Path) -> None:
    judgement = judge(tmp_path, f"a 0; {HIT}, kanal: epost; {S1}", f"b 0; {MISS}, kanal: epost; {S1}")
    assert judgement.near == ("a",)


def test_a_value_that_is_missing_wins_as_a_problem_and_lets_no_weaker_rule_through(tmp_path: Path) -> None:
    first = f"a 9; {HIT}; {ARCHIVE % '{gnr}'}; hent: {{gnr: {{type: matrikkel, fra: [emne]}}}}"
    judgement = judge(tmp_path, first, f"b 0; {HIT}; {S2}")
    assert judgement.winner is not None
    assert (judgement.winner.regel, judgement.winner.utfall) == ("a", None)
    assert judgement.winner.problem is ReasonCode.VALUE_MISSING
    assert judgement.winner.problem_detail == "gnr"
