"""Three-valued logic: the table of rule-language.md, and that filling in what was unread never turns an answer round."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.facts import Facts, Unknown, Vedlegg
from models.finding import Finding, Severity
from models.judgement import Holds
from rules.conditions import All, conjunction, disjunction, negation
from rules.context import Context
from rules.layers import LayerFiles
from rules.messages import Fault
from rules.nodes import Mapping, read_yaml
from rules.parse_conditions import parse_hvis
from rules.scope import Known, Scope

T, F, U = Holds.TRUE, Holds.FALSE, Holds.UNKNOWN


def compiled(text: str) -> All:
    """The condition, which must be without fault."""
    faults: list[Fault] = []
    node = read_yaml(text.encode(), "hvis", faults.append)
    layer = LayerFiles(index=0, name="t", shown="t", rule_files=(), read={}, folder=Path())
    known = Known(org=None, enheter={}, hjemler=())
    scope = Scope(file="hvis", lines=text.split("\n"), layer=layer, folder="", known=known, faults=faults)
    assert isinstance(node, Mapping)
    condition = parse_hvis(node, scope)
    assert [fault for fault in faults if fault.severity == "error"] == []
    return condition


def holds(text: str, **values: object) -> Holds:
    facts = Facts(values={name.replace("__", "."): value for name, value in values.items()})  # type: ignore[misc]
    return compiled(text).holds(Context(facts, None))


@given(st.lists(st.sampled_from(list(Holds)), max_size=5))
def test_alle_minst_en_and_ikke_follow_the_table(parts: list[Holds]) -> None:
    assert conjunction(parts) is (F if F in parts else U if U in parts else T)
    assert disjunction(parts) is (T if T in parts else U if U in parts else F)
    assert {negation(T), negation(F), negation(U)} == {T, F, U} and negation(U) is U and negation(T) is F
    # De Morgan holds in Kleene's logic too.
    assert negation(conjunction(parts)) is disjunction(negation(part) for part in parts)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("{emne: {inneholder: klage}}", "Klage på vedtak", T),
        ("{emne: {inneholder: klage}}", "Jeg beklager", F),
        ("{emne: {inneholder: klage}}", "", F),
        ("{emne: {inneholder: klage}}", Unknown(), U),
        ("{emne: {inneholder: klage}}", Unknown(known="en klage"), T),
        ("{emne: {inneholder: klage}}", Unknown(known="en sak"), U),
        ("{emne: {inneholder: klage}}", ("a", "klage"), T),
        ("{emne: {finnes: ja}}", "a", T),
        ("{emne: {finnes: ja}}", "  ", F),
        ("{emne: {finnes: ja}}", None, F),
        ("{emne: {finnes: ja}}", Unknown(), U),
        ("{emne: {finnes: nei}}", None, T),
        ("{emne: {finnes: nei}}", Unknown(), U),
        ("{ikke: [{emne: {inneholder: klage}}]}", None, T),
        ("{ikke: [{emne: {inneholder: klage}}]}", Unknown(), U),
        ("{ikke: [{emne: {inneholder: klage}}]}", Unknown(known="klage"), F),
        ("{ikke: [{emne: a}, {emne: b}]}", "b", F),
        ("{minst_en: [{emne: a}, {emne: b}]}", "b", T),
        ("{alle: [{emne: {starter: a}}, {emne: {slutter: b}}]}", "ab", T),
        ("{emne: [a, b]}", "B", T),
        ("{emne: {er: nå  er det}}", "Nå er  DET", T),
        ("{emne: {inneholder: blåbær og å}}", "Bla\u030aba\u0308r", F),
        ("{emne: {inneholder: blå}}", "Bla\u030a bil", T),
        ("{emne: {inneholder: byggesak}}", "bygge\u00adsak nr. 1", T),
        ("{emne: {inneholder: § 25}}", "etter (§\u00a025)", T),
        ("{emne: {regex: 'nr\\.? [0-9]+'}}", "NR.\u00a012", T),
        ("{emne: {glob: 'sak ?? *'}}", "Sak 12 om\nmye", T),
        ("{emne: {deltekst: byggesak}}", "storbyggesaken", T),
    ],
)
def test_a_text_condition(text: str, value: object, expected: Holds) -> None:
    assert holds(text, **({"emne": value} if value is not None else {})) is expected


@pytest.mark.parametrize(
    ("text", "name", "value", "expected"),
    [
        ("{nivå: {minst: 4}}", "nivå", 4, T),
        ("{nivå: {minst: 4}}", "nivå", 3, F),
        ("{nivå: {høyst: 4}}", "nivå", None, F),
        ("{nivå: {mellom: [3, 4]}}", "nivå", Unknown(), U),
        ("{avsender.intern: nei}", "avsender.intern", False, T),
        ("{avsender.intern: nei}", "avsender.intern", None, F),
        ("{dato.dokument: {minst: 2026-01-01}}", "dato.dokument", date(2026, 1, 1), T),
        ("{dato.dokument: {høyst: 2025-12-31}}", "dato.dokument", date(2026, 1, 1), F),
        ("{skjema.beløp: {minst: 1000}}", "skjema.beløp", "1 000,50", T),
        ("{skjema.beløp: {minst: 1000}}", "skjema.beløp", "mye", F),
        ("{skjema.Samtykke: ja}", "skjema.samtykke", True, T),
        ("{vedlegg.antall: 0}", "vedlegg", (), T),
        ("{vedlegg.antall: {minst: 1}}", "vedlegg", Unknown(), U),
        ("{funn: FNR}", "funn", Unknown(), U),
    ],
)
def test_a_typed_condition(text: str, name: str, value: object, expected: Holds) -> None:
    assert holds(text, **({name: value} if value is not None else {})) is expected


def test_the_age_of_a_date_counts_working_days_to_the_day_of_arrival() -> None:
    text = "{dato.dokument: {minst: {arbeidsdager: 3}}}"
    # Thursday 14 May 2026 is Ascension Day: from Tuesday 12 May the third working day is Monday 18 May.
    arrived = date(2026, 5, 18)
    assert holds(text, dato__dokument=date(2026, 5, 12), dato__mottatt=arrived) is T
    assert holds(text, dato__dokument=date(2026, 5, 13), dato__mottatt=arrived) is F


def test_conditions_on_attachments_must_hold_on_the_same_one() -> None:
    pdf = Vedlegg(navn="kart.pdf", type="application/pdf", tekst="et kart")
    doc = Vedlegg(navn="brev.docx", type="docx", tekst="en klage")
    for text in (
        "{vedlegg: {type: pdf, tekst: {inneholder: klage}}}",
        "{vedlegg.type: pdf, vedlegg.tekst: {inneholder: klage}}",
    ):
        assert holds(text, vedlegg=(pdf, doc)) is F
        unread = Vedlegg(navn="skann.pdf", type="pdf", tekst=Unknown())
        assert holds(text, vedlegg=(pdf, doc, unread)) is U
        klage = Vedlegg(navn="klage.pdf", type="pdf", tekst="min klage")
        assert holds(text, vedlegg=(pdf, unread, klage)) is T


def test_findings_by_label_and_severity() -> None:
    found = Finding(etikett="KONTO", alvor=Severity.WARNING, sted="emne", start=0, end=1, masked="", rule="r")
    assert holds("{funn: [FNR, KONTO]}", funn=(found,)) is T
    assert holds("{funn: {etikett: KONTO, alvor: {minst: block}}}", funn=(found,)) is F
    assert holds("{funn: FNR}", funn=Unknown(known=(found,))) is U
    assert holds("{funn: KONTO}", funn=Unknown(known=(found,))) is T
    assert holds("{funn: {finnes: nei}}") is T


_WORDS = ("klage", "vedtak", "nabo")
_LEAF = st.builds(
    lambda fact, word, op: f"{{{fact}: {{{op}: {word}}}}}",
    st.sampled_from(("emne", "tekst")),
    st.sampled_from(_WORDS),
    st.sampled_from(("inneholder", "er", "deltekst")),
) | st.sampled_from(("{emne: {finnes: ja}}", "{tekst: {finnes: nei}}"))
_TREE = st.recursive(
    _LEAF,
    lambda inner: st.builds(
        lambda word, items: f"{{{word}: [{', '.join(items)}]}}",
        st.sampled_from(("alle", "minst_en", "ikke")),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)
_TEXT = st.lists(st.sampled_from((*_WORDS, "annet")), max_size=3).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(tree=_TREE, emne=_TEXT, tekst=_TEXT, hide=st.sets(st.sampled_from(("emne", "tekst"))))
def test_an_answer_given_without_an_unread_fact_stands_whatever_it_turns_out_to_say(
    tree: str, emne: str, tekst: str, hide: set[str]
) -> None:
    """Rules fail closed: hiding a fact may turn an answer into *ukjent*, never into the opposite one."""
    condition = compiled(tree)
    full = {"emne": emne, "tekst": tekst}
    partial = {name: Unknown() if name in hide else value for name, value in full.items()}
    whole = condition.holds(Context(Facts(values=full), None))
    read = condition.holds(Context(Facts(values=partial), None))
    assert whole is not U
    assert read in (whole, U)


@settings(max_examples=100, deadline=None)
@given(tree=_TREE, emne=_TEXT, tekst=_TEXT)
def test_the_trace_says_the_same_as_the_evaluation(tree: str, emne: str, tekst: str) -> None:
    condition = compiled(tree)
    ctx = Context(Facts(values={"emne": emne, "tekst": tekst}), None)
    lines = condition.trace(ctx)
    assert lines
    assert all(line.path.startswith("hvis.") and line.text for line in lines)
