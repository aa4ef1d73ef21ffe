"""What a person says: approval of a proposal, and answers that go before any rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.answer import Answer, Verb
from models.decision import Lack, Mode, Way
from models.judgement import (
    Judgement,
    TilMenneske,
    Utfall,
)
from models.noark import (
    TEMPORARY,
    Journalstatus,
)
from models.reasons import ReasonCode
from robot.answers import as_hit
from robot.decide import approved, chosen, decide
from tests.support.deciding import (
    APPROVE,
    DISMISS,
    EXISTING,
    FORSLAG_TIL,
    FORWARD,
    MARK,
    READ,
    UNREAD,
    WHOLE,
    addition,
    archived,
    grounds,
    hit,
    is_m,
    journalpost,
    proposal,
    synthetic_fnr,
)

# --- Approval ---------------------------------------------------------------------------------------------------


def test_approving_takes_away_what_only_the_mode_held_back():
    proposed = proposal(addition(Mode.FORSLAG, haster=True))
    assert proposed.journalpost is not None
    is_m(proposed.journalpost, Lack.MODE, Lack.ADDING_RULE)
    decision = approved(proposed, APPROVE)
    assert decision is not None
    planned = archived(decision)
    assert (planned.status, planned.lacks) == (Journalstatus.JOURNALFOERT, ())
    assert (decision.mode, decision.reason, decision.proposed) == (Mode.AUTO, None, None)
    assert decision.because[0].source == "answer:approve"
    assert decision.urgent


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        pytest.param({"read": UNREAD}, {Lack.UNREAD, Lack.ACCESS}, id="unread"),
        pytest.param({"utfall": journalpost(tilgang_aapen=False)}, {Lack.ACCESS}, id="access"),
        pytest.param({"facts": {"funn": (MARK,)}}, {Lack.FINDING, Lack.ACCESS}, id="finding"),
        pytest.param({"facts": {"duplikat": "mulig"}}, {Lack.DUPLICATE}, id="duplicate"),
    ],
)
def test_approving_leaves_m_what_lacks_more_than_the_mode(fields: Any, lacks: set[Lack]):
    decision = approved(proposal(**fields), APPROVE)
    assert decision is not None
    is_m(archived(decision), *lacks)


@pytest.mark.parametrize(("utfall", "way"), [(FORWARD, Way.FORWARD), (DISMISS, Way.DISMISS)])
def test_an_approved_forward_or_dismissal_is_what_the_rule_would_have_done_in_auto(utfall: Utfall, way: Way):
    decision = approved(proposal(utfall=utfall), APPROVE)
    automatic = decide(grounds(), hit(utfall))
    assert decision is not None
    assert decision.way is way
    assert (decision.forward, decision.reason) == (automatic.forward, automatic.reason)


def test_nothing_proposed_is_nothing_to_approve():
    assert approved(proposal(utfall=TilMenneske(tekst="x")), APPROVE) is None
    assert approved(decide(grounds(read=UNREAD), hit(DISMISS)), APPROVE) is None


# --- A person's answer ------------------------------------------------------------------------------------------


def test_a_persons_answer_goes_before_any_rule_and_is_its_ground():
    answer = Answer(
        verb=Verb.CORRECT, user="u", saksnummer="2026/17", tittel="Ny tittel", enhet="SKOLE", tilgang="åpen"
    )
    judgement = Judgement(ruleset_sha256="f" * 64, winner=hit(DISMISS))
    won = chosen(judgement, answer, READ)
    assert won == as_hit(answer)
    decision = decide(grounds(judgement=judgement, answer=answer, read=UNREAD, facts={"duplikat": "mulig"}), won)
    planned = archived(decision)
    assert (planned.tittel, planned.tilgang, planned.status) == ("Ny tittel", "open", Journalstatus.JOURNALFOERT)
    assert decision.because[0].source == "answer:correct"


def test_an_answer_without_a_word_of_access_leaves_the_entry_temporary():
    answer = Answer(verb=Verb.CORRECT, user="u", saksnummer="2026/17", tittel="T", enhet="SKOLE")
    planned = archived(decide(grounds(answer=answer), as_hit(answer)))
    assert planned.skjerming == TEMPORARY
    is_m(planned, Lack.ACCESS)


def test_not_even_a_person_forwards_post_with_a_finding_by_ordinary_mail():
    answer = Answer(verb=Verb.FORWARD, user="u", til=FORSLAG_TIL, grunn="gjelder dere")
    decision = decide(grounds(answer=answer, facts={"funn": (MARK,)}), as_hit(answer))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.FORWARD_BLOCKED)


def test_a_person_who_names_the_case_is_not_asked_whether_the_sender_is_known_there():
    answer = Answer(verb=Verb.CORRECT, user="u", saksnummer="2026/17", tittel="T", enhet="SKOLE", tilgang="åpen")
    found = replace(EXISTING, sender_known=False)
    assert archived(decide(grounds(answer=answer, found=found), as_hit(answer))).status is Journalstatus.JOURNALFOERT


def test_a_persons_shielding_hides_the_title_and_needs_its_provision():
    answer = Answer(verb=Verb.CORRECT, user="u", saksnummer="2026/17", tittel="Om Kari", enhet="SKOLE", tilgang="UO")
    is_m(archived(decide(grounds(answer=answer), as_hit(answer))), Lack.SHIELDING_INCOMPLETE)
    whole = replace(answer, hjemmel=WHOLE.hjemmel)
    planned = archived(decide(grounds(answer=whole), as_hit(whole)))
    assert planned.status is Journalstatus.JOURNALFOERT
    assert "Kari" not in planned.offentlig_tittel


def test_a_person_does_not_open_what_a_rule_closed():
    answer = Answer(verb=Verb.CORRECT, user="u", saksnummer="2026/17", tittel="T", enhet="SKOLE", tilgang="åpen")
    planned = archived(decide(grounds(addition(skjerming=WHOLE), answer=answer), as_hit(answer)))
    assert planned.skjerming == WHOLE


def test_a_person_dismisses_post_with_an_unread_part():
    answer = Answer(verb=Verb.DISMISS, user="u", grunn="reklame")
    decision = decide(grounds(answer=answer, read=UNREAD), as_hit(answer))
    assert (decision.way, decision.reason) == (Way.DISMISS, ReasonCode.REKLAME)


def test_an_identity_number_a_person_writes_does_not_stand_in_a_title():
    fnr = synthetic_fnr()
    answer = Answer(
        verb=Verb.CORRECT,
        user="u",
        saksnummer="2026/17",
        tittel=f"Om {fnr}",
        offentlig_tittel=f"Om {fnr}",
        enhet="SKOLE",
        tilgang="åpen",
    )
    planned = archived(decide(grounds(answer=answer), as_hit(answer)))
    assert fnr not in planned.tittel + planned.offentlig_tittel


def test_an_approved_proposal_sends_the_copies_the_rules_asked_for():
    decision = approved(proposal(addition(kopi_til=("x@prove.example",))), APPROVE)
    assert decision is not None
    assert decision.copies == ("x@prove.example",)


@pytest.mark.parametrize("utfall", [journalpost(), FORWARD, TilMenneske(tekst="Se på denne")])
def test_an_adding_rule_whose_condition_is_unknown_is_listed_when_set_aside_too(utfall: Utfall):
    assert proposal(addition(unknown=True, varsel=("vakt",)), utfall=utfall).listed == ("felles/legg-til",)
