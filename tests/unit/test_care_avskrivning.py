"""Which letter answers which: certain pairs, doubts for people, and sign-offs that do not hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.noark import Avskrivningsmaate, Korrespondanseparttype
from robot.caretaking.avskrivning import Doubt, Wrong, match, wrong_sign_offs
from robot.caretaking.brevpar import asks_for_answer, bare_title, numbers_in, same
from tests.support.brev import KARI, START, answer, case, document, entry, letter, note, part, signed

P = Korrespondanseparttype
NEXT = START + timedelta(days=3)


def pairs(*entries: object) -> list[tuple[str, str, str, str]]:
    found = match(case(*entries))  # type: ignore[arg-type]
    return [(p.brev.post.number[-1], p.svar.post.number[-1], p.maate.value, p.korrespondansepart) for p in found.sikre]


def doubts(*entries: object) -> list[tuple[str, ...]]:
    return [one.hvorfor for one in match(case(*entries)).usikre]  # type: ignore[arg-type]


def test_a_letter_is_answered_by_the_later_letter_to_the_one_who_wrote() -> None:
    assert pairs(letter(1), answer(2, day=NEXT)) == [("1", "2", "BU", "")]


def test_an_answer_sent_as_mail_is_be() -> None:
    sent = answer(2, day=NEXT, dokumenter=(document(format_="fmt/950"),))
    assert pairs(letter(1), sent) == [("1", "2", "BE", "")]


@pytest.mark.parametrize("status", ["R", "F", "G", "M", "S"])
def test_what_was_never_sent_answers_nothing(status: str) -> None:
    assert match(case(letter(1), answer(2, day=NEXT, status=status))) == match(case(letter(1)))


def test_what_is_not_journaled_yet_is_not_signed_off() -> None:
    assert pairs(letter(1, status="M"), answer(2, day=NEXT)) == []


def test_an_answer_older_than_the_letter_answers_nothing() -> None:
    assert pairs(answer(1), letter(2, day=NEXT)) == [] and doubts(answer(1), letter(2, day=NEXT)) == []


def test_an_answer_with_an_older_number_sent_later_is_for_a_person() -> None:
    found = match(case(answer(1, day=NEXT), letter(2)))
    assert found.sikre == () and [one.hvorfor for one in found.usikre] == [(Doubt.ORDER,)]


def test_a_copy_to_the_writer_is_no_answer() -> None:
    copied = entry(
        2, "U", "Svar på søknad om tilskudd", part(P.MOTTAKER, "Ola"), part(P.KOPIMOTTAKER, KARI), day=NEXT, status="E"
    )
    assert pairs(letter(1), copied) == []
    assert doubts(letter(1), copied) == [(Doubt.OTHER_RECIPIENT,)]


def test_another_matter_to_another_recipient_is_not_even_proposed() -> None:
    found = match(case(letter(1), answer(2, "Høring av plan for Nes", "Fylkesmuseet", day=NEXT)))
    assert found.sikre == () and found.usikre == ()


@pytest.mark.parametrize(
    "tittel",
    [
        "Foreløpig svar på søknad om tilskudd",
        "Førebels svar",
        "Bekreftelse på mottatt søknad",
        "Mangelbrev",
        "Anmodning om uttalelse",
    ],
)
def test_a_preliminary_answer_or_a_question_back_signs_nothing_off(tittel: str) -> None:
    assert pairs(letter(1), answer(2, tittel, day=NEXT)) == []
    assert pairs(letter(1), answer(2, tittel, day=NEXT), answer(3, "Vedtak", day=NEXT)) == [("1", "3", "BU", "")]


def test_two_answers_are_for_a_person_unless_one_bears_the_title_or_the_number() -> None:
    first, second = answer(2, "Om saken", day=NEXT), answer(3, "Vedtak", day=NEXT)
    assert doubts(letter(1), first, second) == [(Doubt.SEVERAL_ANSWERS,)]
    assert pairs(letter(1), first, answer(3, day=NEXT)) == [("1", "3", "BU", "")]
    assert pairs(letter(1), first, answer(3, "Vedtak, jf. 2026/118-1", day=NEXT)) == [("1", "3", "BU", "")]


def test_two_open_letters_of_one_writer_are_for_a_person_unless_titles_tell_them_apart() -> None:
    two = (letter(1), letter(2, "Klage på gebyr"))
    assert doubts(*two, answer(3, "Vedtak", day=NEXT)) == [(Doubt.SEVERAL_LETTERS,)] * 2
    found = match(case(*two, answer(3, "Svar på klage på gebyr", day=NEXT)))
    assert [(p.brev.journalpostnummer, p.svar.journalpostnummer) for p in found.sikre] == [(2, 3)]


def test_a_letter_that_came_after_the_answer_is_no_rival() -> None:
    late = letter(3, "Nye opplysninger", day=NEXT + timedelta(days=1))
    assert pairs(letter(1), answer(2, "Vedtak", day=NEXT), late) == [("1", "2", "BU", "")]


def test_an_answer_that_answers_another_letter_already_is_for_a_person() -> None:
    reply = answer(3, "Vedtak", day=NEXT)
    done = letter(1, avskrivninger=(signed("BU", reply),))
    assert doubts(done, letter(2), reply) == [(Doubt.USED,)]


def test_every_writer_must_have_got_it() -> None:
    both = entry(1, "I", "Søknad om tilskudd", part(P.AVSENDER, KARI), part(P.AVSENDER, "Ola Prøve"))
    assert doubts(both, answer(2, day=NEXT)) == [(Doubt.OTHER_RECIPIENT,)]


def test_two_of_one_name_with_other_numbers_are_two() -> None:
    one = part(P.AVSENDER, "Nes Bygg AS", organisasjons_id="910000004")
    assert not same(one, part(P.MOTTAKER, "Nes Bygg AS", organisasjons_id="910000012"))
    assert same(one, part(P.MOTTAKER, "Nes Bygg"))
    assert same(part(P.AVSENDER, "Eksempel, Kari"), part(P.MOTTAKER, KARI))
    assert not same(part(P.AVSENDER, "Ukjent avsender"), part(P.MOTTAKER, "Ukjent avsender"))


def test_a_note_is_signed_off_recipient_by_recipient_and_never_for_a_copy() -> None:
    asked = note(1, "Uttalelse om Nes", "Per", "Anne", "Bo")
    asked = replace(asked, parter=(*asked.parter, part(P.INTERN_KOPIMOTTAKER, "Cato", saksbehandler="Cato")))
    back = note(2, "Svar på uttalelse om Nes", "Anne", "Per", type_="X", day=NEXT)
    copied = note(3, "Svar på uttalelse om Nes", "Cato", "Per", type_="X", day=NEXT)
    assert pairs(asked, back, copied) == [("1", "2", "BN", "Anne")]
    half = replace(asked, avskrivninger=(signed("BN", back, "Anne"),))
    assert pairs(half, back, copied) == []


def test_a_note_to_one_is_signed_off_whole_and_never_by_a_letter_out() -> None:
    asked = note(1, "Uttalelse", "Per", "Anne")
    assert pairs(asked, note(2, "Svar på uttalelse", "Anne", "Per", day=NEXT)) == [("1", "2", "BN", "")]
    assert pairs(asked, answer(2, "Svar på uttalelse", "Per", day=NEXT)) == []


def test_wrong_sign_offs_are_named() -> None:
    older, sent = answer(1), answer(5, day=NEXT)
    draft, void = answer(6, day=NEXT, status="F"), answer(7, day=NEXT, status="U")
    copied = replace(letter(8, "Brev"), parter=(part(P.AVSENDER, KARI), part(P.INTERN_KOPIMOTTAKER, "Bo")))
    found = wrong_sign_offs(
        case(
            older,
            letter(2, "Brev", day=NEXT, avskrivninger=(signed("BU", older),)),
            letter(3, "Brev", avskrivninger=(signed("BE"),)),
            letter(4, "Søknad om dispensasjon", avskrivninger=(signed("TO"),)),
            sent,
            draft,
            void,
            replace(copied, avskrivninger=(signed("TLF", part_="Bo"),)),
            letter(9, "Brev", avskrivninger=(signed("BU", draft),)),
            letter(10, "Brev", avskrivninger=(signed("BU", void),)),
            letter(11, "Brev", avskrivninger=(signed("BN", sent),)),
            letter(12, "Til orientering: vedtak", avskrivninger=(signed("TE"),)),
        )
    )
    assert {one.brev.journalpostnummer: one.koder for one in found} == {
        2: (Wrong.OLDER,),
        3: (Wrong.NO_REFERENCE,),
        4: (Wrong.ASKS,),
        8: (Wrong.COPY,),
        9: (Wrong.NOT_SENT,),
        10: (Wrong.VOID,),
        11: (Wrong.TYPE,),
    }


@pytest.mark.parametrize(
    "tittel", ["Byggesøknad", "Klage på vedtak", "Innsynskrav", "Spørsmål om vei", "Vi ber om svar"]
)
def test_what_asks_is_told_from_what_informs(tittel: str) -> None:
    assert asks_for_answer(letter(1, tittel)) and not asks_for_answer(letter(1, f"Kopi av {tittel.lower()}"))
    assert asks_for_answer(letter(1, "Orientering", forfallsdato=NEXT))


def test_titles_lose_what_stands_before_them_and_tell_their_numbers() -> None:
    assert bare_title("SV: Svar på  Søknad om vei") == "søknad om vei"
    assert numbers_in("Svar på 2026/118-3 og 4412/2026 (12/3/4)") == {"2026/118-3", "4412/2026"}


@given(
    st.lists(
        st.tuples(st.sampled_from("IUN"), st.integers(0, 3), st.sampled_from("JEAMFU"), st.integers(0, 9)), max_size=6
    )
)
def test_no_sign_off_ever_points_back_in_time_or_at_what_was_not_sent(rows: list[tuple[str, int, str, int]]) -> None:
    people = (KARI, "Ola Prøve", "Nes AS", "Ukjent")
    made = [
        (letter if type_ == "I" else answer)(
            n, fra_til(n), people[who], status=status, day=START + timedelta(days=days)
        )
        if type_ != "N"
        else note(n, "Notat", people[who], people[3 - who], status=status, day=START + timedelta(days=days))
        for n, (type_, who, status, days) in enumerate(rows, 1)
    ]
    for pair in match(case(*made)).sikre:
        assert pair.svar.journalsekvensnummer > pair.brev.journalsekvensnummer
        assert pair.svar.journaldato >= pair.brev.journaldato
        assert pair.svar.post.status in "JEA" and pair.brev.post.status in "JA"
        assert pair.maate is (Avskrivningsmaate.NOTAT if pair.brev.post.type == "N" else Avskrivningsmaate.BREV)


def fra_til(number: int) -> str:
    return ("Søknad", "Svar på søknad", "Klage")[number % 3]
