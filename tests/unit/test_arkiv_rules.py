"""The rules of the embedded archive that need no archive: statuses, shielded titles, words."""

from __future__ import annotations

from itertools import pairwise

import pytest

from connectors.arkiv import shielding, statuses
from connectors.arkiv.formats import pronom
from connectors.arkiv.settings import ArchiveSettings
from connectors.arkiv.words import mask, standing_in
from models.noark import TEMPORARY, Journalposttype, Journalstatus, Skjerming, SkjermingMetadata

INN, UT = Journalposttype.INNGAAENDE, Journalposttype.UTGAAENDE
HJEMMEL = "Offl. § 13 jf. fvl. § 13 første ledd nr. 1"


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        (INN, "MJA"),
        (INN, "MSJAU"),
        (UT, "RFGEJA"),
        (Journalposttype.ORGANINTERNT, "RJ"),
        (UT, "MJA"),
        (Journalposttype.ORGANINTERNT, "RFJA"),
        (INN, "MU"),
        (UT, "RU"),
    ],
)
def test_the_usual_ways_of_a_journalpost_are_open(kind: Journalposttype, steps: str) -> None:
    for fra, til in pairwise(steps):
        assert [] == statuses.transition_faults(kind, Journalstatus(fra), Journalstatus(til), "hvorfor")


@pytest.mark.parametrize(
    ("kind", "fra", "til", "word"),
    [
        (INN, "J", "M", "settes ikke tilbake"),
        (INN, "M", "A", "journalført (J) først"),
        (INN, "M", "E", "statustabellen"),
        (INN, "U", "J", "utgått"),
        (INN, "M", "M", "allerede"),
        (UT, "A", "R", "settes ikke tilbake"),
        (UT, "R", "A", "journalført (J) først"),
        (UT, "R", "J", "ikke ekspedert"),
        (UT, "F", "J", "ikke ekspedert"),
        (UT, "G", "J", "ikke ekspedert"),
    ],
)
def test_other_changes_are_refused_with_the_reason(kind: Journalposttype, fra: str, til: str, word: str) -> None:
    (fault,) = statuses.transition_faults(kind, Journalstatus(fra), Journalstatus(til), "hvorfor")
    assert word in fault


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Klage fra Kari Nordmann", "kari nordmann"),
        ("Karis klage", "Kari"),
        ("Brev om ÅSE", "åse"),
        ("Kari   Nordmanns plan", "Kari Nordmann"),
        ("Plan (Kari)", "Kari"),
    ],
)
def test_a_word_is_found_in_any_case_spacing_and_genitive_and_masked(text: str, word: str) -> None:
    assert (word,) == standing_in(text, (word,))
    assert () == standing_in(mask(text, (word,)), (word,))


def test_a_word_is_not_found_inside_another() -> None:
    assert () == standing_in("Solaris og byggård", ("ola", "bygg", ""))
    assert "Solaris" == mask("Solaris", ("ola", ""))


def test_a_full_name_is_masked_before_its_parts() -> None:
    assert "Brev fra *****" == mask("Brev fra Kari Nordmann", ("Kari", "Kari Nordmann"))


def _shield(**more: object) -> Skjerming:
    values = {"kode": "UO", "hjemmel": HJEMMEL, "skjul": (SkjermingMetadata.TITTEL_REGISTRERING_ORD,)}
    return Skjerming(**(values | more))  # type: ignore[arg-type]


def test_everything_wrong_with_a_skjerming_is_said_at_once() -> None:
    faults = shielding.faults_of(Skjerming(kode="Z", aar=0), ArchiveSettings())
    assert ["M500", "M501", "M502", "M504"] == [n for f in faults for n in ("M500", "M501", "M502", "M504") if n in f]
    assert [] == shielding.faults_of(TEMPORARY, ArchiveSettings())
    assert [] == shielding.faults_of(None, ArchiveSettings())


def test_a_title_that_shall_hide_words_but_shows_all_is_refused() -> None:
    assert shielding.title_faults("Klage fra Kari", "Klage fra Kari", _shield())
    assert [] == shielding.title_faults("Klage fra Kari", "Klage", _shield())


def test_the_refusal_does_not_repeat_the_shielded_word() -> None:
    (fault,) = shielding.title_faults("Klage fra Kari", "Kari klager", _shield(ord=("Kari",)))
    assert "Kari" not in fault


def test_hardening_always_leaves_a_title_that_gives_nothing_away() -> None:
    cases = [
        ("Klage fra Kari", _shield()),
        ("Klage fra Kari", _shield(ord=("Kari",))),
        ("Første linje\nKari", _shield(skjul=(SkjermingMetadata.TITTEL_REGISTRERING_UNNTATT_FOERSTE_LINJE,))),
    ]
    for title, shield in cases:
        hard = shielding.harden(title, title, shield)
        assert "Kari" not in hard
        assert [] == shielding.title_faults(title, hard, shield)


@pytest.mark.parametrize(
    ("head", "mime", "code"),
    [
        (b"%PDF-1.4\n", "application/pdf", "fmt/18"),
        (b"MZ", "application/pdf", "av/0"),
        (b"From: a", "message/rfc822", "fmt/278"),
        (b"hei", "text/plain; charset=utf-8", "x-fmt/111"),
        (b"\x89PNG\r\n\x1a\n", "application/octet-stream", "fmt/13"),
        (b"", "application/x-ukjent", "av/0"),
    ],
)
def test_the_format_is_what_the_bytes_say(head: bytes, mime: str, code: str) -> None:
    assert code == pronom(head, mime)
