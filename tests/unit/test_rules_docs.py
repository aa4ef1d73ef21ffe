"""docs/regler.md is what the code says, every word of the language is in it, and each of its examples is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.organisation import Organisation, Tilgangskode
from rules.docs import render
from rules.docs_examples import LAYER_EXAMPLE, TOPICS, VALUE_EXAMPLES
from rules.docs_more import FILES, MORE_TOPICS
from rules.docs_topic import Topic
from rules.examples import ASSERTIONS
from rules.extract import EXTRACTORS
from rules.format import (
    DURATION_UNITS,
    FACTS,
    FINDING_EXAMPLES,
    OPEN_PREFIXES,
    OPERATORS,
    RULE_KEYS,
    VALUE_TYPES,
    Subject,
)
from rules.load import load
from rules.messages import render_all
from rules.parse_care import CARE_OUTCOMES, DEVIATION_KEYS
from rules.parse_case import CASE_KEYS, NEW_CASE_KEYS
from rules.parse_outcome import ADDITION_KEYS, JOURNAL_KEYS, OUTCOMES
from rules.provisions import provisions_bytes
from rules.subject_facts import SUBJECT_FACTS

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "regler.md"
ORG = Organisation(
    orgnr="910000004",
    name="Solvik kommune",
    arkivdeler=("SAK", "BYGG"),
    klasser=("000", "L42"),
    tilgangskoder={code: Tilgangskode(kode=code, navn=code) for code in ("13", "25")},
    forward_channels=("epost",),
    forward_domains=("solvik.example",),
)
UNITS = """orgnr,kode,navn,arkivdel,klasse,saksansvarlig
,ARKIV,Arkivet,SAK,000,ufordelt
,PLAN,Plan,BYGG,L42,ufordelt
974000001,SKOLE,Skolen,SAK,000,ufordelt
"""


def folder_with(folder: Path, rules: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "enheter.csv").write_text(UNITS, encoding="utf-8")
    (folder / "faste.csv").write_text("adresse\nola@faste.example\n", encoding="utf-8")
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    # The page's examples are about the language; that nobody has held the provisions against Lovdata is told elsewhere.
    checked = provisions_bytes().decode("utf-8").replace(",nei", ",ja")
    (folder / "hjemler.csv").write_text(checked, encoding="utf-8")
    (folder / "regler.yaml").write_text(f"språk: 1\nregler:\n{rules}", encoding="utf-8")
    return folder


def test_the_page_is_what_the_code_says() -> None:
    assert render() == PAGE.read_text(encoding="utf-8"), "run: python -m rules.docs"


@pytest.mark.parametrize("topic", (*TOPICS, *MORE_TOPICS), ids=lambda topic: topic.heading)
def test_the_rules_on_the_page_load_without_a_remark_and_their_examples_come_true(topic: Topic, tmp_path: Path) -> None:
    result = load([folder_with(tmp_path, topic.rules)], ORG)
    assert render_all(result.faults) == ""
    assert result.counts.examples >= 2


def test_the_layer_example_switches_off_and_replaces(tmp_path: Path) -> None:
    earlier = next(topic.rules for topic in TOPICS if "kontaktskjema" in topic.rules)
    first, second = folder_with(tmp_path / "felles", earlier), folder_with(tmp_path / "lokalt", LAYER_EXAMPLE)
    result = load([first, second], ORG)
    assert render_all(result.faults) == ""
    assert result.ruleset is not None
    assert {rule.id for rule in result.ruleset.rules} == {"reklame", "faktura-hos-oss"}


_CONDITIONS = {
    **{name: (fact.example, fact.hit) for name, fact in (FACTS | OPEN_PREFIXES).items()},
    **{word: (operator.example, operator.hit) for word, operator in OPERATORS.items()},
    **{f"funn {number}": pair for number, pair in enumerate(FINDING_EXAMPLES)},
}


@pytest.mark.parametrize("word", _CONDITIONS)
def test_the_condition_shown_for_a_word_uses_it_and_hits_the_post_shown(word: str, tmp_path: Path) -> None:
    condition, hit = _CONDITIONS[word]
    assert word.split()[0].split(".")[-1] in condition
    examples = f"{{treffer: [{hit}], treffer_ikke: [{{innboks: en annen}}]}}"
    rule = f"- regel: a\n  hvis: {condition}\n  så: {{til_menneske: x}}\n  eksempler: {examples}\n"
    if word == "finnes":
        rule = rule.replace("innboks: en annen", "hode.list-id: x")
    result = load([folder_with(tmp_path, rule)], ORG)
    assert result.errors == (), render_all(result.errors)


def test_the_value_shown_for_every_type_is_what_is_found() -> None:
    assert set(VALUE_EXAMPLES) == set(VALUE_TYPES) == set(EXTRACTORS)
    for kind, (_, text, value) in VALUE_EXAMPLES.items():
        assert [found.value for found in EXTRACTORS[kind](text)] == [value], kind


def test_every_word_of_the_language_is_on_the_page_in_an_example() -> None:
    shown = "\n".join([*(topic.rules for topic in (*TOPICS, *MORE_TOPICS)), LAYER_EXAMPLE])
    words = {*RULE_KEYS, *OUTCOMES, *JOURNAL_KEYS, *CASE_KEYS, *NEW_CASE_KEYS, *ADDITION_KEYS, *ASSERTIONS}
    words |= {*DEVIATION_KEYS, *(word for words in CARE_OUTCOMES.values() for word in words), "varsle"}
    words |= {"slå_av", "alle", "minst_en", "ikke", "følg_opp", "register", "nøkkel", "skjul", "ord", "dokument", "år"}
    missing = [word for word in sorted(words) if f"{word}:" not in shown]
    assert missing == []
    page = render()
    assert all(f"`{unit}`" in page for unit in DURATION_UNITS)


_SUBJECTS = {
    f"{subject}: {name}": (subject, fact)
    for subject, facts in SUBJECT_FACTS.items()
    if subject is not Subject.POST
    for name, fact in facts.items()
}


@pytest.mark.parametrize("word", _SUBJECTS)
def test_the_condition_shown_for_a_fact_of_the_archive_hits_what_is_shown(word: str, tmp_path: Path) -> None:
    subject, fact = _SUBJECTS[word]
    assert word.partition(": ")[2] in fact.example
    outcome = "så: {til_menneske: x}\n  eksempler: {treffer: [" + fact.hit + "]}"
    rule = f"- regel: a\n  gjelder: {subject}\n  hvis: {fact.example}\n  {outcome}\n"
    result = load([folder_with(tmp_path, rule)], ORG)
    assert result.errors == (), render_all(result.errors)
