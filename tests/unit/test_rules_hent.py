"""``hent``: what a rule takes out of a post, and what happens when it is not there or there are several."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.facts import Facts, Unknown, Vedlegg
from models.judgement import Hit, JournalpostUtfall
from models.reasons import ReasonCode
from rules.engine import evaluate
from rules.load import load
from rules.messages import render_all


def hit(tmp_path: Path, hent: str, title: str = "T {x}", journal: str = "", **facts: object) -> Hit:
    """The only rule's hit, with ``x`` taken out as ``hent`` says."""
    (tmp_path / "a.yaml").write_text(
        f"språk: 1\nregler:\n- regel: a\n  hent: {hent}\n"
        f"  så: {{sak: {{saksnummer: '1'}}, journalpost: {{type: I, tittel: '{title}', tilgang: åpen{journal}}}}}\n",
        encoding="utf-8",
    )
    result = load([tmp_path], None)
    assert result.ruleset is not None, render_all(result.errors)
    values = {"dato.mottatt": date(2026, 6, 15), **facts}
    winner = evaluate(result.ruleset, Facts(values=values), None).winner  # type: ignore[arg-type]
    assert winner is not None
    return winner


def title_of(winner: Hit) -> str:
    assert isinstance(winner.utfall, JournalpostUtfall), winner.problem_detail
    return winner.utfall.tittel


@pytest.mark.parametrize(
    "text",
    [
        "Leder: Ola Hansen\nArbeidstaker: Kari Nordmann",
        "Leder:\nOla Hansen\n\nARBEIDSTAKER :\n\n  Kari Nordmann\nOla Hansen",
        "Ola Hansen er leder. Arbeidstaker:\u00a0Kari Nordmann, født 1980",
    ],
)
def test_near_takes_the_value_beside_or_under_the_label_and_no_other(text: str, tmp_path: Path) -> None:
    winner = hit(tmp_path, '{x: {type: navn, fra: [tekst], nær: "arbeidstaker"}}', tekst=text)
    assert title_of(winner) == "T Kari Nordmann"


def test_a_label_without_a_value_gives_nothing(tmp_path: Path) -> None:
    winner = hit(tmp_path, '{x: {type: navn, fra: [tekst], nær: "arbeidstaker:"}}', tekst="Leder: Ola Hansen")
    assert (winner.utfall, winner.problem, winner.problem_detail) == (None, ReasonCode.VALUE_MISSING, "x")


def test_a_demand_is_made_whether_the_value_is_used_or_not(tmp_path: Path) -> None:
    unused = hit(tmp_path, "{x: {type: matrikkel, fra: [emne]}}", title="T", emne="Hei")
    assert unused.problem is ReasonCode.VALUE_MISSING
    several = hit(tmp_path, "{x: {type: matrikkel, fra: [emne]}}", title="T", emne="gnr. 12 bnr. 345 og gnr. 13 bnr. 1")
    assert several.problem is ReasonCode.VALUE_AMBIGUOUS
    assert hit(tmp_path, "{x: {type: matrikkel, krav: valgfri}}", title="T", emne="Hei").problem is None


def test_the_same_value_spelt_in_two_ways_is_one(tmp_path: Path) -> None:
    attachments = (Vedlegg(navn="a.pdf", type="pdf", tekst="gårdsnr. 12, bruksnr. 345"),)
    winner = hit(tmp_path, "{x: {type: matrikkel, fra: [emne, vedlegg]}}", emne="gnr 12 bnr 345", vedlegg=attachments)
    assert title_of(winner) == "T 12/345"


def test_a_value_in_the_part_that_was_read_counts(tmp_path: Path) -> None:
    winner = hit(tmp_path, "{x: matrikkel}", emne="gnr. 12 bnr. 345", tekst=Unknown(known="Hei"))
    assert title_of(winner) == "T 12/345"


def test_a_pattern_takes_its_group_in_any_case(tmp_path: Path) -> None:
    pattern = "{x: {type: {regex: 'nr\\.? ([0-9]+)', gruppe: 1}, fra: [emne]}}"
    assert title_of(hit(tmp_path, pattern, emne="Sak NR. 42")) == "T 42"


def test_several_are_joined_where_several_are_allowed_and_never_find_a_case(tmp_path: Path) -> None:
    many = "{x: {type: saksnummer, krav: minst_én, fra: [emne]}}"
    winner = hit(tmp_path, many, emne="Sak 2026/1 og sak 2026/2")
    assert title_of(winner) == "T 2026/1, 2026/2"
    (tmp_path / "a.yaml").write_text(
        (tmp_path / "a.yaml").read_text(encoding="utf-8").replace("saksnummer: '1'", "saksnummer: '{x}'"), "utf-8"
    )
    ruleset = load([tmp_path], None).ruleset
    assert ruleset is not None
    found = evaluate(ruleset, Facts(values={"emne": "Sak 2026/1 og sak 2026/2"}), None).winner
    assert found is not None and found.problem is ReasonCode.VALUE_AMBIGUOUS


def test_ellers_fills_in_when_nothing_is_found_but_not_when_several_are(tmp_path: Path) -> None:
    hent = "{x: {type: matrikkel, fra: [emne], ellers: uten eiendom}}"
    assert title_of(hit(tmp_path, hent, emne="Hei")) == "T uten eiendom"
    assert hit(tmp_path, hent, emne="gnr. 12 bnr. 345 og gnr. 13 bnr. 1").problem is ReasonCode.VALUE_AMBIGUOUS


def test_a_deadline_that_is_not_found_falls_back_but_two_different_go_to_a_human(tmp_path: Path) -> None:
    journal = ', forfall: {dato: "{x}", ellers: {uker: 6}}'
    for text, due in (("Hei", date(2026, 7, 27)), ("Svarfrist: 1. september 2026", date(2026, 9, 1))):
        winner = hit(tmp_path, "{x: frist}", title="T", journal=journal, tekst=text)
        assert isinstance(winner.utfall, JournalpostUtfall)
        assert winner.utfall.forfall == due
    two = "Svarfrist: 1. september 2026\nSvarfrist: 2. september 2026"
    assert hit(tmp_path, "{x: frist}", title="T", journal=journal, tekst=two).problem is ReasonCode.VALUE_AMBIGUOUS


def test_a_date_on_the_document_is_left_empty_rather_than_invented(tmp_path: Path) -> None:
    winner = hit(tmp_path, "{y: {type: dato, krav: valgfri}}", title="T", journal=', dokumentdato: "{y}"', tekst="Hei")
    assert isinstance(winner.utfall, JournalpostUtfall)
    assert winner.utfall.dokumentdato is None
