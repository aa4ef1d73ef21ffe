"""What may be open, and what is never shown: access, unread parts, findings, titles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.decision import Lack, Mode, Way
from models.facts import Unknown
from models.noark import (
    TEMPORARY,
    TEMPORARY_CODE,
    Journalstatus,
    Skjerming,
)
from models.reading import PartKind, ReadPost
from models.reasons import ReasonCode
from robot.decide import decide
from robot.titles import MAX_TITLE
from rules.detectors import scan
from tests.support.deciding import (
    DISMISS,
    MARK,
    NEW,
    NOTE,
    PAGE_UNREAD,
    SOME,
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
    synthetic_fnr,
)

# --- Access is always said --------------------------------------------------------------------------------------


def test_without_a_word_of_access_the_entry_is_temporary_and_m():
    planned = archive(utfall=journalpost(tilgang_aapen=False))
    assert planned.skjerming == TEMPORARY
    is_m(planned, Lack.ACCESS)


def test_without_a_word_of_access_a_new_case_is_temporary_and_the_entry_m():
    decision = decide(grounds(found=NEW), hit(journalpost(sak=new_case(tilgang_aapen=False))))
    assert decision.case is not None
    assert decision.case.new is not None
    assert decision.case.new.skjerming == TEMPORARY
    is_m(archived(decision), Lack.CASE_ACCESS)


def test_a_complete_shielding_in_auto_is_j_and_hides_the_title():
    planned = archive(utfall=journalpost(tilgang_aapen=False, skjerming=WHOLE))
    assert planned.status is Journalstatus.JOURNALFOERT
    assert planned.tilgang == "shielded"
    assert "Søknad" not in planned.offentlig_tittel


@pytest.mark.parametrize("lacking", [replace(WHOLE, hjemmel=""), replace(WHOLE, skjul=())])
def test_a_shielding_without_provision_or_without_what_it_hides_is_m(lacking: Skjerming):
    is_m(archive(utfall=journalpost(skjerming=lacking)), Lack.SHIELDING_INCOMPLETE)


def test_the_strictest_shielding_wins_whichever_rule_says_it():
    assert archive(addition(skjerming=WHOLE), utfall=journalpost(skjerming=SOME)).skjerming == WHOLE
    assert archive(addition(skjerming=SOME), utfall=journalpost(skjerming=WHOLE)).skjerming == WHOLE
    assert archive(addition(skjerming=TEMPORARY), utfall=journalpost(skjerming=WHOLE)).skjerming == TEMPORARY


def test_no_rule_opens_what_another_closed():
    planned = archive(addition(skjerming=SOME), utfall=journalpost(tilgang_aapen=True))
    assert planned.skjerming == SOME
    assert planned.status is Journalstatus.JOURNALFOERT


# --- What could not be read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [UNREAD, PAGE_UNREAD])
def test_post_with_an_unread_part_is_never_j_and_never_open(read: ReadPost):
    planned = archive(read=read)
    assert planned.skjerming == TEMPORARY
    is_m(planned, Lack.UNREAD, Lack.ACCESS)


def test_a_rules_own_shielding_stays_on_post_with_an_unread_part_but_it_is_m():
    planned = archive(read=UNREAD, utfall=journalpost(skjerming=WHOLE))
    assert planned.skjerming == WHOLE
    is_m(planned, Lack.UNREAD)


@pytest.mark.parametrize("modus", [Mode.FORSLAG, Mode.AUTO])
@pytest.mark.parametrize("read", [UNREAD, PAGE_UNREAD])
def test_post_with_an_unread_part_is_never_dismissed(read: ReadPost, modus: Mode):
    decision = decide(grounds(read=read), hit(DISMISS, modus))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.PART_UNREAD)


# --- Findings ---------------------------------------------------------------------------------------------------


def test_a_mark_without_a_rules_shielding_gives_the_temporary_code_and_m():
    planned = archive(facts={"funn": (MARK,)})
    assert planned.skjerming == TEMPORARY
    is_m(planned, Lack.FINDING, Lack.ACCESS)


def test_a_mark_in_the_part_that_was_read_counts():
    planned = archive(facts={"funn": Unknown(known=(MARK,))}, read=UNREAD)
    is_m(planned, Lack.FINDING, Lack.ACCESS, Lack.UNREAD)


def test_a_mark_under_the_rules_complete_shielding_is_j_in_auto():
    planned = archive(facts={"funn": (MARK,)}, utfall=journalpost(skjerming=WHOLE))
    assert planned.status is Journalstatus.JOURNALFOERT
    assert planned.skjerming == WHOLE


def test_a_mark_under_an_adding_rules_complete_shielding_is_j_in_auto():
    assert archive(addition(skjerming=WHOLE), facts={"funn": (MARK,)}).status is Journalstatus.JOURNALFOERT


def test_a_note_marks_nothing():
    assert archive(facts={"funn": (NOTE,)}).status is Journalstatus.JOURNALFOERT


# --- Titles -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("between", ["", " "])
@pytest.mark.parametrize("by_rule", [True, False])
def test_an_identity_number_never_stands_in_a_title(between: str, by_rule: bool):
    fnr = synthetic_fnr()
    written = f"{fnr[:6]}{between}{fnr[6:]}"
    subject = f"Klage fra {written} om vedtak"
    assert scan(subject, sted="emne"), "the number must be one that the detectors see"
    planned = archive(
        facts={"emne": subject}, utfall=journalpost(tittel=subject if by_rule else "", offentlig_tittel=subject)
    )
    for title in (planned.tittel, planned.offentlig_tittel, planned.dokumenter[0].tittel):
        assert written not in title
        assert fnr[6:] not in title
        assert title.startswith("Klage fra ")
        assert title.endswith(" om vedtak")


def test_an_identity_number_never_stands_in_the_title_of_a_new_case():
    fnr = synthetic_fnr()
    sak = new_case(tittel=f"Elev {fnr}", offentlig_tittel=f"Elev {fnr}", enhet="SKOLE")
    decision = decide(grounds(found=NEW), hit(journalpost(sak=sak)))
    assert archived(decision)
    assert decision.case is not None
    assert decision.case.new is not None
    assert fnr not in decision.case.new.tittel + decision.case.new.offentlig_tittel


def test_a_long_title_is_cut_and_says_so():
    planned = archive(utfall=journalpost(tittel="ord " * 300))
    for title in (planned.tittel, planned.offentlig_tittel):
        assert len(title) <= MAX_TITLE
        assert title.endswith("…")


def test_a_title_is_one_line_and_falls_back_to_subject_then_file_name():
    assert archive(utfall=journalpost(tittel="En\r\n  to\tre")).tittel == "En to re"
    assert archive(utfall=journalpost(tittel=""), facts={"emne": "Emnet"}).tittel == "Emnet"
    assert archive(utfall=journalpost(tittel=""), facts={"emne": ""}).tittel == "fil-0"


def test_the_public_title_shows_stars_for_shielded_words_and_nothing_when_temporary():
    worded = replace(WHOLE, ord=("Kari Testdatter",))
    planned = archive(utfall=journalpost(tittel="Plan for kari testdatter", skjerming=worded))
    assert planned.tittel == "Plan for kari testdatter"
    assert planned.offentlig_tittel == "Plan for *****"
    temporary = archive(utfall=journalpost(tittel="Plan for Kari Testdatter", tilgang_aapen=False))
    assert temporary.skjerming.kode == TEMPORARY_CODE
    assert "Kari" not in temporary.offentlig_tittel


def test_a_shielded_word_at_the_cut_does_not_stand_half_in_the_public_title():
    worded = replace(WHOLE, ord=("Kari Testdatter",))
    long = "a" * (MAX_TITLE - 12) + " Kari Testdatter og mer"
    assert "Kari" not in archive(utfall=journalpost(tittel=long, skjerming=worded)).offentlig_tittel


def test_a_title_to_be_shielded_by_words_that_are_not_in_it_is_not_shown_whole():
    worded = replace(WHOLE, ord=("Kari Testdatter",))
    planned = archive(utfall=journalpost(tittel="Plan for Testdatter, Kari", skjerming=worded))
    assert "Kari" not in planned.offentlig_tittel


def test_an_identity_number_never_stands_in_the_title_of_an_attached_document():
    fnr = synthetic_fnr()
    attached = part("0.1", PartKind.ATTACHMENT, name=f"attest {fnr}.pdf", sha256="b" * 64)
    planned = archive(read=ReadPost(parts=(part(), attached)))
    assert fnr not in planned.dokumenter[1].tittel


def test_the_words_that_two_rules_shield_are_all_shielded():
    own, added = replace(WHOLE, ord=("Kari",)), replace(WHOLE, ord=("Ola",))
    title = archive(addition(skjerming=added), utfall=journalpost(tittel="Kari og Ola", skjerming=own)).offentlig_tittel
    assert "Kari" not in title
    assert "Ola" not in title


def test_an_identity_number_in_a_senders_name_is_starred():
    fnr = synthetic_fnr()
    assert archive(facts={"avsender.navn": f"Kari Testdatter {fnr}"}).parter[0].navn == "Kari Testdatter *****"
    inner = {"avsender.intern": True, "videresendt.retning": "inn", "videresendt.avsender": (f"Kari {fnr}",)}
    assert fnr not in archive(facts=inner).parter[0].navn


def test_a_shielded_word_is_starred_in_the_public_title_a_rule_gives_too():
    worded = replace(WHOLE, ord=("Kari Testdatter",))
    utfall = journalpost(tittel="Plan", offentlig_tittel="Plan for Kari Testdatter", skjerming=worded)
    assert archive(utfall=utfall).offentlig_tittel == "Plan for *****"
