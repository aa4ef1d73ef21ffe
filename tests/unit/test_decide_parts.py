"""Sender, type, duplicate, forwarding and documents of a decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.decision import Lack, Mode, Way
from models.facts import Facts, Unknown
from models.judgement import (
    Judgement,
    TilMenneske,
    Utfall,
)
from models.noark import (
    Journalposttype,
    Journalstatus,
    Korrespondanseparttype,
)
from models.reading import PartKind, ReadPost
from models.reasons import ReasonCode
from models.store.codec import pack
from robot.decide import decide
from tests.support.deciding import (
    DISMISS,
    EXISTING,
    FORWARD,
    MARK,
    NOTE,
    ORG,
    PAGE_UNREAD,
    UNREAD,
    addition,
    archive,
    grounds,
    hit,
    is_m,
    journalpost,
    part,
)

# --- Sender, type, duplicate ------------------------------------------------------------------------------------


def test_an_unknown_sender_is_named_so_and_the_entry_is_m():
    planned = archive(facts={"avsender.navn": "", "avsender.adresse": ""})
    assert [p.navn for p in planned.parter if p.type is Korrespondanseparttype.AVSENDER] == ["Ukjent avsender"]
    is_m(planned, Lack.SENDER_UNKNOWN)


def test_the_recipient_is_the_unit_it_is_given_to():
    [recipient] = [p for p in archive().parter if p.type is Korrespondanseparttype.INTERN_MOTTAKER]
    assert (recipient.navn, recipient.administrativ_enhet) == ("Prøve skole", "SKOLE")


def test_a_possible_duplicate_is_m():
    is_m(archive(facts={"duplikat": "mulig"}), Lack.DUPLICATE)


def test_post_from_a_colleague_is_internal_and_m():
    planned = archive(facts={"avsender.intern": True})
    assert planned.type is Journalposttype.ORGANINTERNT_OPPFOELGING
    is_m(planned, Lack.TYPE)


def test_an_outgoing_type_is_never_j():
    is_m(archive(utfall=journalpost(type="U")), Lack.TYPE)


def test_a_sender_not_known_in_the_case_is_proposed_not_done():
    decision = decide(grounds(found=replace(EXISTING, sender_known=False)), hit(journalpost()))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.SENDER_NOT_IN_CASE)
    assert decision.proposed is Way.ARCHIVE
    assert decision.journalpost is not None


# --- Forwarding -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("modus", [Mode.FORSLAG, Mode.AUTO])
@pytest.mark.parametrize(
    ("fields", "utfall"),
    [
        pytest.param({"facts": {"funn": (MARK,)}}, FORWARD, id="finding"),
        pytest.param({"facts": {"funn": Unknown(known=(MARK,))}}, FORWARD, id="finding in part"),
        pytest.param({"facts": {"funn": Unknown()}}, FORWARD, id="findings unknown"),
        pytest.param({"facts": {"taushetsbelagt": True}}, FORWARD, id="confidential"),
        pytest.param({"facts": {"nivå": 4}}, FORWARD, id="level 4"),
        pytest.param({"read": UNREAD}, FORWARD, id="unread part"),
        pytest.param({"read": PAGE_UNREAD}, FORWARD, id="unread page"),
        pytest.param({"org": replace(ORG, forward_channels=())}, FORWARD, id="channel not set up"),
        pytest.param({}, replace(FORWARD, kanal="svarut"), id="other channel"),
        pytest.param({"org": replace(ORG, forward_domains=("annen.example",))}, FORWARD, id="foreign domain"),
    ],
)
def test_a_forward_that_must_not_be_sent_is_set_aside_and_not_even_proposed(fields: Any, utfall: Utfall, modus: Mode):
    decision = decide(grounds(**fields), hit(utfall, modus))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.FORWARD_BLOCKED)
    assert (decision.forward, decision.proposed) == (None, None)
    assert decision.detail


@pytest.mark.parametrize("facts", [{"funn": (NOTE,)}, {"nivå": 3}, {"taushetsbelagt": False}])
def test_a_forward_is_not_stopped_by_less(facts: dict[str, Any]):
    own = replace(ORG, forward_domains=("prove.example",))
    assert decide(grounds(facts=facts, org=own), hit(FORWARD)).way is Way.FORWARD


# --- A letter that a colleague passed on ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "kind"), [("inn", Journalposttype.INNGAAENDE), ("ut", Journalposttype.UTGAAENDE)]
)
def test_a_forwarded_letter_takes_the_inner_letters_direction_and_sender(direction: str, kind: Journalposttype):
    inner = {"videresendt.retning": direction, "videresendt.avsender": ("Kari Testdatter", "kari@ute.example")}
    planned = archive(facts={"avsender.intern": True, "avsender.orgnr": "999999999", **inner})
    sender = planned.parter[0]
    assert planned.type is kind
    assert (sender.navn, sender.epostadresse, sender.organisasjons_id) == ("Kari Testdatter", "kari@ute.example", "")
    assert (planned.status is Journalstatus.JOURNALFOERT) is (direction == "inn")


def test_a_rule_that_says_incoming_for_a_colleagues_own_letter_gives_m():
    is_m(archive(utfall=journalpost(type="I"), facts={"avsender.intern": True}), Lack.SENDER_INTERNAL)


# --- Documents --------------------------------------------------------------------------------------------------


def test_there_is_exactly_one_main_document_and_every_other_file_once():
    twin = part("0.1", PartKind.ATTACHMENT, sha256="b" * 64)
    read = ReadPost(parts=(part(), twin, replace(twin, ref="0.2"), part("0.3", PartKind.BODY)))
    roles = [d.tilknyttet_som.value for d in archive(read=read).dokumenter]
    assert roles == ["H", "V"]


def test_a_file_that_could_not_be_read_is_archived_all_the_same():
    assert [d.sha256 for d in archive(read=UNREAD).dokumenter] == [p.sha256 for p in UNREAD.parts]


# --- What a decision says of itself -----------------------------------------------------------------------------


@pytest.mark.parametrize("utfall", [journalpost(), FORWARD, DISMISS, TilMenneske(tekst="Se"), None])
def test_every_decision_names_its_grounds_its_ruleset_and_its_twin(utfall: Utfall | None):
    haste = addition(haster=True)
    decision = decide(grounds(haste, duplicate_of="post-7"), hit(utfall) if utfall is not None else None)
    assert decision.because
    assert decision.because[-1].source == "rule:felles/legg-til"
    assert decision.ruleset_sha256 == "f" * 64
    assert decision.duplicate_of == "post-7"
    assert (decision.rule, decision.mode) == (("skole/søknad", Mode.AUTO) if utfall is not None else (None, None))


def test_a_journalpost_is_never_planned_without_asking_for_its_case():
    with pytest.raises(ValueError, match="case"):
        decide(grounds(found=None), hit(journalpost()))


def test_the_grounds_are_left_as_they_were():
    ground, won = grounds(read=UNREAD, facts={"funn": Unknown(known=(MARK,))}), hit(journalpost())
    before = pack(ground.facts, Facts) + pack(ground.judgement, Judgement) + pack(ground.read, ReadPost)
    decide(ground, won)
    assert before == pack(ground.facts, Facts) + pack(ground.judgement, Judgement) + pack(ground.read, ReadPost)
