"""What makes two entries look like one letter, and what keeps an entry from being moved."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from models.archive import SaksmappeRef
from robot.caretaking.dobbelt import ALIKE, Likhet, alike, kind_of, marks, pair_id
from robot.caretaking.flytting import hindrances_to_move, ties
from tests.support.brev import START, answer, case, document, letter, signed

SECRET = b"s" * 32
WORDS = [f"ord{n}" for n in range(400)]
OTHER = SaksmappeRef(system_id="sak-2", saksnummer="2026/120")


def shared(one: object, other: object, text: str = "", other_text: str = "") -> set[Likhet]:
    mine = marks(one, secret=SECRET, text=text)  # type: ignore[arg-type]
    theirs = marks(other, secret=SECRET, text=other_text)  # type: ignore[arg-type]
    return {kind_of(mark) for mark in set(mine) & set(theirs)}


def test_the_same_file_is_known_whatever_the_letter_is_called() -> None:
    one = letter(1, dokumenter=(document("a" * 64),))
    assert shared(one, letter(2, "Noe annet", "Ola", dokumenter=(document("a" * 64),))) == {Likhet.FILE}
    assert shared(one, letter(2, "Noe annet", "Ola", dokumenter=(document("b" * 64),))) == set()


def test_sender_title_and_date_together_are_known_and_not_two_of_them() -> None:
    one = letter(1, "Søknad om vei", "Nes Bygg AS", dokumentets_dato=START)
    assert shared(one, letter(2, "Sv: Søknad om  vei", "NES BYGG", dokumentets_dato=START)) == {Likhet.LETTER}
    assert shared(one, letter(2, "Søknad om vei", "Nes Bygg AS", dokumentets_dato=START + timedelta(days=1))) == set()
    assert shared(one, letter(2, "Søknad om vei", "Ola", dokumentets_dato=START)) == set()
    assert shared(letter(1, "Søknad om vei"), letter(2, "Søknad om vei")) == set()


@pytest.mark.parametrize("seed", range(12))
def test_near_equal_texts_meet_and_others_do_not(seed: int) -> None:
    words = Random(seed).choices(WORDS, k=250)
    scanned = [("ooord" if n in (40, 170) else word) for n, word in enumerate(words)]
    text, near = " ".join(words), " ".join(scanned)
    assert alike(text, near) > ALIKE
    assert shared(letter(1), letter(2), text, near) == {Likhet.TEXT}
    another = " ".join(Random(seed + 100).choices(WORDS, k=250))
    assert shared(letter(1), letter(2), text, another) == set() and alike(text, another) < 0.1


def test_short_texts_outgoing_letters_and_what_is_void_are_known_by_nothing() -> None:
    assert shared(letter(1), letter(2), "Takk for brevet", "Takk for brevet") == set()
    assert marks(answer(1, dokumenter=(document("a" * 64),)), secret=SECRET) == ()
    assert marks(letter(1, status="U", dokumenter=(document("a" * 64),)), secret=SECRET) == ()


def test_marks_do_not_show_who_wrote_without_the_secret() -> None:
    one = letter(1, "Søknad", "Nes Bygg", dokumentets_dato=START)
    assert marks(one, secret=SECRET) != marks(one, secret=b"t" * 32)
    assert "nes" not in " ".join(marks(one, secret=SECRET))


def test_a_pair_has_one_name_whichever_comes_first() -> None:
    assert pair_id("a", "b") == pair_id("b", "a") != pair_id("a", "c") and len(pair_id("a", "b")) == 11


def test_what_blocks_a_move_is_named_all_at_once() -> None:
    reply = answer(2, day=START + timedelta(days=1))
    asked = letter(1, avskrivninger=(signed("BU", reply),))
    fra, til = case(asked, reply, letter(3, status="A")), case(ref=OTHER, status="A")
    assert ties(reply, fra) == ("2026/118-1",) and ties(asked, fra) == ("2026/118-2",)
    assert [(h.kode, h.hva) for h in hindrances_to_move(asked, fra, til)] == [
        ("til_avsluttet", ("2026/120",)),
        ("avskrivning", ("2026/118-2",)),
    ]
    assert [h.kode for h in hindrances_to_move(fra.innfoersler[2], fra, case(ref=OTHER))] == ["arkivert"]
    assert [h.kode for h in hindrances_to_move(asked, fra, fra)] == ["samme_sak"]
    assert hindrances_to_move(letter(4), case(letter(4)), case(ref=OTHER)) == ()
