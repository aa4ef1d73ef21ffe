"""What the sender wrote now is told from the older thread and the signature, in the ways mail programs write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.reading.mailtext import forwarded, split

OUTLOOK = (
    "Fra: Arkivet <post@kommune.example>\nSendt: mandag 2. mars 2026 09:15\nTil: Kari\nEmne: SV: Søknad\n\nHei Kari"
)


@pytest.mark.parametrize(
    ("text", "own", "thread_begins"),
    [
        (f"Takk.\n\n{OUTLOOK}", "Takk.", "Fra: Arkivet"),
        (f"Takk.\n\n________________________________\n{OUTLOOK}", "Takk.", "____"),
        ("Takk.\n\nFrå: A\nSendt: i dag\nTil: B\nEmne: x\n\ngammalt", "Takk.", "Frå: A"),
        ("OK\n\nFrom: A\nSent: Monday\nTo: B\nSubject: x\n\nold", "OK", "From: A"),
        ("Hei\n\n*Fra:* A <a@example.org>\n*Sendt:* i dag\n*Til:* B\n*Emne:* x\n\nx", "Hei", "*Fra:*"),
        ("Ja.\n\nDen man. 2. mars 2026 kl. 09:15 skrev Kari <\nkari@example.org>:\n\n> Passer det?", "Ja.", "Den man."),
        ("Ja.\n\nman. 2. mars 2026 kl. 09:15 skrev Kari <kari@example.org>:\n\nPasser det?", "Ja.", "man. 2."),
        ("Ja.\n\n2. mars 2026 kl. 09:15 skreiv Ola <ola@example.org>:\n\n> hei", "Ja.", "2. mars"),
        ("OK.\n\nOn Mon, Mar 2, 2026 at 9:15 AM Kari <kari@example.org> wrote:\n\n> hi", "OK.", "On Mon"),
        ("Svar.\n\n-----Opprinnelig melding-----\nFra: x\n\ngammelt", "Svar.", "-----Opp"),
        ("Svar.\n\n-----Original Message-----\nx", "Svar.", "-----Orig"),
        ("Til orientering\n\n---------- Videresendt melding ---------\nFra: x", "Til orientering", "---------- Vid"),
        ("Svar.\n\n> gammelt\n> mer\n", "Svar.", "> gammelt"),
        ("Hei\n-- \nKari\ntlf 1", "Hei", "-- "),
        ("Jeg søker.\n\nMed vennlig hilsen\nKari", "Jeg søker.", "Med vennlig hilsen"),
        ("Jeg søker.\n\nMvh\nKari", "Jeg søker.", "Mvh"),
        ("Eg søkjer.\n\nVenleg helsing Ola", "Eg søkjer.", "Venleg helsing Ola"),
        ("Kort svar\n\nSendt fra min iPhone", "Kort svar", "Sendt fra"),
    ],
)
def test_thread_and_signature_are_cut_off(text, own, thread_begins):
    body, quoted = split(text)
    assert own == body
    assert quoted.startswith(thread_begins)


@pytest.mark.parametrize(
    "text",
    [
        "Fra: Per\nTil: Kommunen\n\nJeg klager på vedtaket.",
        "Hei\n\nHilsen fra hele klassen ble lest opp i går.\nMer tekst.",
        "Vi kom\n\nFra: et sted i byen\n\nog gikk",
        "Hilsen\n\nJeg skriver fordi jeg klager.",
        "On 2/3/2026 a@example.org wrote:\n> Spørsmål 1?\nSvar 1.\n> Spørsmål 2?\nSvar 2.",
    ],
)
def test_the_senders_own_words_stay(text):
    assert (text, "") == split(text)


@given(
    st.lists(st.sampled_from(["Hei", "> x", "Mvh", "Fra: a", "Til: b", "Emne: c", "Sendt: d", "-- ", "", "skrev a@b:"]))
)
def test_nothing_is_lost_or_doubled(lines):
    text = "\n".join(lines)
    body, quoted = split(text)
    assert [line for line in text.split("\n") if line.strip()] == [
        line for line in [*body.split("\n"), *quoted.split("\n")] if line.strip()
    ] or text.replace("-- ", "--").split() == (body + "\n" + quoted).replace("-- ", "--").split()


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("VS: Klage", "FYI\n\nFra: Per Prøve <per@example.org>\nSendt: 2. mars 2026 09:15\nTil: A\nEmne: Klage\n\nJeg klager."),
        ("", "FYI\n\n---------- Forwarded message ---------\nFrom: Per Prøve <per@example.org>\n"
             "Date: 2. mars 2026 09:15\nSubject: Klage\nTo: <a@example.org>\n\nJeg klager."),
        ("Fwd: Klage", "FYI\n\nBegin forwarded message:\n\nFrom: Per Prøve <per@example.org>\n"
                       "Subject: Klage\nDate: 2. mars 2026 09:15\nTo: a@example.org\n\nJeg klager."),
    ],
)  # fmt: skip
def test_forward_tells_who_wrote_the_inner_message(subject, text):
    found = forwarded(text, subject)
    assert ("Per Prøve", "per@example.org", "Klage") == (found.from_name, found.from_address, found.subject)
    assert ("2. mars 2026 09:15", "Jeg klager.", "FYI") == (found.date, found.body, found.intro)


def test_an_answer_is_no_forward():
    assert forwarded(f"Takk\n\n{OUTLOOK}", "SV: Søknad") is None
    assert forwarded("Bare tekst", "VS: noe") is None


@pytest.mark.parametrize(
    "unit",
    [">", "Fra: a\n", "Den 1. x@y <a\n", "-- \n", "\n", "> \n", "Mvh\n", "-", "Fra: a\nTil: b\n", " ", "x skrev a@b "],
)
def test_hostile_text_takes_linear_time(unit):
    def seconds(times: int) -> float:
        text = unit * times
        begun = time.process_time()
        split(text)
        forwarded(text, "VS: x")
        return time.process_time() - begun

    small, large = seconds(10_000), seconds(80_000)
    # Eight times the text: a quadratic step would take sixty-four times as long.
    assert large < 30 * small + 0.2
