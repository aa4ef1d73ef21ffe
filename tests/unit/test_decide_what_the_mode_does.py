"""The pure function ``decide``, row by row of «What the mode does»."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.decision import Decision, Lack, Mode, Way
from models.facts import Facts, Unknown
from models.judgement import (
    Hit,
    JournalpostUtfall,
    Judgement,
    TilMenneske,
    Utfall,
)
from models.noark import (
    TEMPORARY,
    Journalposttype,
    Journalstatus,
    Korrespondanseparttype,
    SkjermingMetadata,
)
from models.reading import PartKind, ReadPost
from models.reasons import ReasonCode
from models.store.codec import pack, unpack
from robot.cases import CaseAnswer
from robot.decide import Grounds, chosen, decide
from tests.support.deciding import (
    DISMISS,
    EXISTING,
    FORSLAG_TIL,
    FORWARD,
    FULL_NY,
    MARK,
    NEW,
    READ,
    UNREAD,
    WHOLE,
    addition,
    archive,
    archived,
    grounds,
    hit,
    is_m,
    journalpost,
    new_case,
    part,
)

# --- The table --------------------------------------------------------------------------------------------------


def test_a_journalpost_in_auto_is_j_when_nothing_is_missing():
    planned = archive()
    assert planned.status is Journalstatus.JOURNALFOERT
    assert planned.lacks == ()
    assert planned.tilgang == "open"
    assert planned.type is Journalposttype.INNGAAENDE
    assert planned.mottatt_dato == date(2026, 6, 15)


def test_a_journalpost_in_forslag_is_archived_as_m():
    is_m(archive(modus=Mode.FORSLAG), Lack.MODE)


@pytest.mark.parametrize("utfall", [FORWARD, DISMISS])
def test_forward_and_dismiss_in_forslag_are_set_aside_as_proposals(utfall: Utfall):
    decision = decide(grounds(), hit(utfall, Mode.FORSLAG))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.PROPOSAL)
    assert decision.proposed is (Way.FORWARD if utfall is FORWARD else Way.DISMISS)
    assert decision.mode is Mode.FORSLAG
    assert decision.rule == "skole/søknad"


def test_a_forward_in_auto_is_sent_and_followed_up():
    decision = decide(grounds(), hit(FORWARD))
    assert decision.way is Way.FORWARD
    assert decision.forward is not None
    assert (decision.forward.to, decision.forward.channel) == (FORSLAG_TIL, "epost")
    assert decision.forward.follow_up_by == date(2026, 7, 1)


def test_a_dismissal_in_auto_is_done_with_its_ground():
    decision = decide(grounds(), hit(DISMISS))
    assert (decision.way, decision.reason, decision.detail) == (Way.DISMISS, ReasonCode.REKLAME, "Arkivforskrifta § 14")


@pytest.mark.parametrize("modus", [Mode.FORSLAG, Mode.AUTO])
def test_til_menneske_is_set_aside_with_the_rules_words_and_proposes_nothing(modus: Mode):
    decision = decide(grounds(), hit(TilMenneske(tekst="Ring innsender"), modus))
    assert (decision.way, decision.reason, decision.detail) == (
        Way.SET_ASIDE,
        ReasonCode.RULE_TO_HUMAN,
        "Ring innsender",
    )
    assert decision.proposed is None


def test_a_hit_of_a_draft_rule_is_as_if_the_rule_were_absent():
    draft = hit(journalpost(), Mode.UTKAST)
    judgement = Judgement(ruleset_sha256="f" * 64, winner=None, problem=ReasonCode.NO_RULE, drafts=(draft,))
    assert chosen(judgement, None, READ) is None
    decision = decide(grounds(judgement=judgement), None)
    assert (decision.way, decision.reason, decision.proposed) == (Way.SET_ASIDE, ReasonCode.NO_RULE, None)


def test_rules_that_disagree_are_named():
    judgement = Judgement(
        ruleset_sha256="f" * 64, winner=None, problem=ReasonCode.RULES_DISAGREE, problem_rules=("a/x", "b/y")
    )
    decision = decide(grounds(judgement=judgement), None)
    assert decision.reason is ReasonCode.RULES_DISAGREE
    assert "a/x" in decision.detail
    assert "b/y" in decision.detail


def test_a_main_document_that_could_not_be_read_is_set_aside_before_any_rule():
    read = ReadPost(parts=(part(reason=ReasonCode.ENCRYPTED, detail="Filen er kryptert."),))
    judgement = Judgement(ruleset_sha256="f" * 64, winner=hit(journalpost()))
    assert chosen(judgement, None, read) is None
    decision = decide(grounds(judgement=judgement, read=read), None)
    assert (decision.way, decision.reason, decision.detail) == (
        Way.SET_ASIDE,
        ReasonCode.ENCRYPTED,
        "Filen er kryptert.",
    )


def test_a_winner_with_a_value_missing_is_set_aside_for_that():
    broken = replace(
        hit(journalpost()), utfall=None, problem=ReasonCode.VALUE_MISSING, problem_detail="Fant ingen frist."
    )
    judgement = Judgement(ruleset_sha256="f" * 64, winner=broken)
    assert chosen(judgement, None, READ) is None
    decision = decide(grounds(judgement=judgement), None)
    assert (decision.reason, decision.detail, decision.rule) == (
        ReasonCode.VALUE_MISSING,
        "Fant ingen frist.",
        "skole/søknad",
    )


# --- Rules that only add ----------------------------------------------------------------------------------------


def test_an_addition_whose_condition_is_unknown_gives_the_temporary_code_and_m():
    planned = archive(addition(unknown=True, skjerming=WHOLE))
    assert planned.skjerming == TEMPORARY
    is_m(planned, Lack.RULE_UNKNOWN, Lack.ACCESS)


def test_an_addition_whose_condition_is_unknown_is_listed_and_adds_only_haste():
    maybe = addition(
        unknown=True, forfall=date(2026, 6, 20), varsel=("vakt",), kopi_til=("a@prove.example",), haster=True
    )
    decision = decide(grounds(maybe), hit(journalpost()))
    assert archived(decision).forfall is None
    assert (decision.notify, decision.copies, decision.urgent) == ((), (), True)
    assert decision.listed == ("felles/legg-til",)


def test_an_adding_rule_in_forslag_is_applied_and_the_entry_at_most_m():
    planned = archive(addition(Mode.FORSLAG, forfall=date(2026, 7, 6)))
    assert planned.forfall == date(2026, 7, 6)
    is_m(planned, Lack.ADDING_RULE)


def test_an_adding_rule_in_utkast_is_not_applied():
    draft = addition(
        Mode.UTKAST,
        skjerming=WHOLE,
        forfall=date(2026, 7, 6),
        varsel=("v",),
        kopi_til=("k@prove.example",),
        haster=True,
    )
    with_draft = decide(grounds(draft), hit(journalpost()))
    assert with_draft == decide(grounds(), hit(journalpost()))
    assert archived(with_draft).status is Journalstatus.JOURNALFOERT


@pytest.mark.parametrize(
    ("own", "added", "expected"),
    [
        (date(2026, 7, 6), (date(2026, 7, 1), date(2026, 8, 1)), date(2026, 7, 1)),
        (date(2026, 7, 6), (date(2026, 8, 1),), date(2026, 7, 6)),
        (None, (date(2026, 8, 1),), date(2026, 8, 1)),
        (None, (), None),
    ],
)
def test_the_earliest_forfall_wins(own: date | None, added: tuple[date, ...], expected: date | None):
    assert archive(*(addition(forfall=d) for d in added), utfall=journalpost(forfall=own)).forfall == expected


def test_notices_and_copies_add_up_once_each():
    decision = decide(
        grounds(
            addition(varsel=("b", "a"), kopi_til=("y@prove.example",)),
            addition(varsel=("a",), kopi_til=("x@prove.example", "y@prove.example")),
        ),
        hit(journalpost()),
    )
    assert decision.notify == ("a", "b")
    assert decision.copies == ("x@prove.example", "y@prove.example")


def test_a_copy_obeys_the_rule_for_forwarding():
    copy = addition(kopi_til=("x@prove.example",), skjerming=WHOLE)
    decision = decide(grounds(copy, facts={"funn": (MARK,)}), hit(journalpost()))
    assert decision.copies == ()


@pytest.mark.parametrize(
    "utfall", [TilMenneske(tekst="Se på denne"), journalpost(fordel_til=""), FORWARD, journalpost()]
)
def test_haste_is_kept_whatever_becomes_of_the_post(utfall: Utfall):
    found = NEW if isinstance(utfall, JournalpostUtfall) and not utfall.fordel_til else EXISTING
    assert decide(grounds(addition(haster=True), found=found), hit(utfall)).urgent
    assert not decide(grounds(found=found), hit(utfall)).urgent


def test_haste_is_kept_when_no_rule_hit():
    judgement = Judgement(ruleset_sha256="f" * 64, winner=None, additions=(addition(haster=True, varsel=("vakt",)),))
    decision = decide(grounds(judgement=judgement), None)
    assert decision.way is Way.SET_ASIDE
    assert decision.urgent
    assert decision.notify == ("vakt",)


# --- What is obligatory even for M ------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["arkivdel", "klasse", "saksansvarlig"])
def test_a_new_case_that_lacks_a_field_is_set_aside_naming_it(field: str):
    utfall = journalpost(sak=new_case(**(FULL_NY | {field: ""})), fordel_til="BAR")
    decision = decide(grounds(found=NEW), hit(utfall))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.FIELDS_MISSING)
    assert decision.detail == f"Mangler {field}."
    assert decision.journalpost is None


def test_every_missing_field_is_named():
    decision = decide(grounds(found=NEW), hit(journalpost(sak=new_case(enhet="BAR"), fordel_til="BAR")))
    assert decision.detail == "Mangler arkivdel, klasse, saksansvarlig."


def test_post_without_any_unit_is_set_aside_naming_it():
    decision = decide(grounds(found=NEW), hit(journalpost(sak=new_case(**(FULL_NY | {"enhet": ""})), fordel_til="")))
    assert decision.reason is ReasonCode.FIELDS_MISSING
    assert "enhet" in decision.detail


def test_a_new_case_takes_what_the_rule_left_out_from_the_unit_register_and_the_samlesak_text():
    decision = decide(grounds(found=NEW), hit(journalpost(sak=new_case(enhet="SKOLE"), fordel_til="")))
    assert archived(decision).enhet == "SKOLE"
    assert decision.case is not None
    new = decision.case.new
    assert new is not None
    assert (new.tittel, new.arkivdel, new.klasse, new.saksansvarlig) == ("Nabovarsler 2026", "SAK", "B10", "ufordelt")


def test_without_fordel_til_an_existing_case_lends_its_unit():
    assert archive(utfall=journalpost(fordel_til="")).enhet == "SKOLE"


def test_a_case_that_was_not_found_sets_the_post_aside_for_that():
    found = CaseAnswer(problem=ReasonCode.CASE_CLOSED, detail="Saken 2026/17 er avsluttet.")
    decision = decide(grounds(found=found), hit(journalpost()))
    assert (decision.way, decision.reason, decision.detail) == (
        Way.SET_ASIDE,
        ReasonCode.CASE_CLOSED,
        "Saken 2026/17 er avsluttet.",
    )


# --- Purity -----------------------------------------------------------------------------------------------------


CASES: dict[str, tuple[Grounds, Hit | None]] = {
    "archived": (grounds(), hit(journalpost())),
    "new case": (grounds(found=NEW), hit(journalpost(sak=new_case(enhet="SKOLE"), skjerming=WHOLE))),
    "temporary": (grounds(read=UNREAD, facts={"funn": Unknown(known=(MARK,))}), hit(journalpost())),
    "forward": (grounds(), hit(FORWARD)),
    "forward proposed": (grounds(), hit(FORWARD, Mode.FORSLAG)),
    "dismissed": (grounds(), hit(DISMISS)),
    "case proposed": (grounds(found=replace(EXISTING, sender_known=False)), hit(journalpost())),
    "added": (grounds(addition(forfall=date(2026, 7, 1), varsel=("v",), haster=True)), hit(journalpost())),
    "no rule": (grounds(), None),
}


@pytest.mark.parametrize("name", CASES)
def test_a_decision_is_stored_and_read_back_whole(name: str):
    decision = decide(*CASES[name])
    assert unpack(pack(decision, Decision), Decision) == decision


@pytest.mark.parametrize("name", CASES)
def test_stored_input_gives_the_same_decision_again(name: str):
    ground, won = CASES[name]
    first = decide(ground, won)
    again = replace(
        ground,
        read=unpack(pack(ground.read, ReadPost), ReadPost),
        facts=unpack(pack(ground.facts, Facts), Facts),
        judgement=unpack(pack(ground.judgement, Judgement), Judgement),
    )
    stored_hit = unpack(pack(won, Hit), Hit) if won is not None else None
    assert decide(again, stored_hit) == first
    assert pack(decide(again, stored_hit), Decision) == pack(first, Decision)


def test_a_unit_that_the_new_case_has_is_not_called_missing():
    utfall = journalpost(sak=new_case(**(FULL_NY | {"klasse": ""})), fordel_til="")
    assert decide(grounds(found=NEW), hit(utfall)).detail == "Mangler klasse."


def test_an_adding_rule_in_utkast_is_not_listed():
    draft = addition(Mode.UTKAST, unknown=True, varsel=("vakt",))
    assert decide(grounds(draft), hit(journalpost())).listed == ()


def test_a_shielded_word_is_starred_however_its_spaces_stand():
    worded = replace(WHOLE, ord=("Kari  Testdatter",))
    planned = archive(utfall=journalpost(tittel="Plan for Kari  Testdatter", skjerming=worded))
    assert "Kari" not in planned.offentlig_tittel


def test_post_whose_findings_are_not_known_is_never_j_and_never_open():
    planned = archive(facts={"funn": Unknown(known=())})
    assert planned.status is Journalstatus.MIDLERTIDIG
    assert planned.tilgang != "open"


def test_a_new_case_with_an_incomplete_shielding_is_m():
    sak = new_case(enhet="SKOLE", tilgang_aapen=False, skjerming=replace(WHOLE, hjemmel=""))
    planned = archived(decide(grounds(found=NEW), hit(journalpost(sak=sak))))
    assert planned.status is Journalstatus.MIDLERTIDIG


def test_what_one_rule_hides_stays_hidden_when_another_hides_more_things():
    own = replace(WHOLE, skjul=(SkjermingMetadata.NAVN_AVSENDER, SkjermingMetadata.TITTEL_DOKUMENT))
    added = replace(WHOLE, skjul=(SkjermingMetadata.TITTEL_REGISTRERING_ORD,))
    planned = archive(addition(skjerming=added), utfall=journalpost(tittel="Kari og Ola", skjerming=own))
    assert "Kari" not in planned.offentlig_tittel
    assert set(planned.skjerming.skjul) == {*own.skjul, *added.skjul}


def test_the_recipient_a_rule_names_stands_on_an_outgoing_entry():
    planned = archive(utfall=journalpost(type="U", mottaker="Kari Testdatter"))
    assert (Korrespondanseparttype.MOTTAKER, "Kari Testdatter") in [(p.type, p.navn) for p in planned.parter]


def test_the_main_document_a_rule_names_is_h():
    attached = part("0.1", PartKind.ATTACHMENT, name="brev.pdf", sha256="b" * 64)
    planned = archive(read=ReadPost(parts=(part(), attached)), utfall=journalpost(hoveddokument="brev.pdf"))
    assert [d.filnavn for d in planned.dokumenter if d.tilknyttet_som.value == "H"] == ["brev.pdf"]
