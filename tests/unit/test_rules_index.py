"""The index finds what plain evaluation of every rule finds: hits, captures, winner, additions, drafts and near misses."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from models.facts import Facts, FactValue, Unknown, Vedlegg
from models.finding import Finding, Severity
from rules.context import Context
from rules.engine import evaluate, evaluate_plainly
from rules.load import load
from rules.messages import render_all
from rules.model import RuleSet

# Few words, so that rules and facts meet often; some inside others, some with letters that fold in odd ways.
WORDS = (
    "klage",
    "klagen",
    "beklage",
    "vedtak",
    "vedtaket",
    "søknad",
    "SØKNADER",
    "ẞ",
    "straße",
    "øl",
    "håndbok",
    "i",
    "12/4",
)
TEXT_FACTS = ("emne", "tekst", "brødtekst", "avsender.domene", "vår_ref", "skjema.felt", "hode.list-id", "innboks")
TEXT_OPERATORS = ("er", "inneholder", "ord", "deltekst", "starter", "slutter", "glob", "regex")

phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)


def _text_operators() -> st.SearchStrategy[dict[str, object]]:
    words = st.lists(phrases, min_size=1, max_size=3)
    plain = st.dictionaries(st.sampled_from(TEXT_OPERATORS[:6]), words, min_size=1, max_size=2)
    pattern = st.one_of(
        phrases.map(lambda text: {"glob": f"*{text}*"}),
        st.sampled_from([{"glob": "*"}, {"glob": "kl?ge*"}, {"regex": "[0-9]+/[0-9]+"}, {"regex": "s.knad"}]),
    )
    listed = st.just({"i_liste": {"fil": "liste.csv", "kolonne": "ord"}})
    return st.one_of(plain, pattern, listed, st.booleans().map(lambda yes: {"finnes": "ja" if yes else "nei"}))


def _leaf() -> st.SearchStrategy[dict[str, object]]:
    text = st.tuples(st.sampled_from(TEXT_FACTS), _text_operators()).map(lambda pair: {pair[0]: pair[1]})
    attachment = st.dictionaries(st.sampled_from(("navn", "tekst", "type")), _text_operators(), min_size=1, max_size=2)
    return st.one_of(
        text,
        text,
        attachment.map(lambda inner: {"vedlegg": inner}),
        st.sampled_from(
            [
                {"vedlegg.antall": {"minst": 1}},
                {"vedlegg.antall": {"høyst": 1}},
                {"vedlegg.antall": [0, 2]},
                {"nivå": {"mellom": [3, 4]}},
                {"skjema.tall": {"minst": 3, "høyst": 10}},
                {"skjema.tall": {"minst": "2026-06-10"}},
                {"dato.mottatt": "2026-06-14"},
                {"dato.mottatt": {"høyst": "2026-06-14"}},
                {"dato.dokument": {"minst": {"arbeidsdager": 3}}},
                {"vedlegg": {"finnes": "ja"}},
                {"vedlegg": {"finnes": "nei"}},
                {"avsender.intern": "ja"},
                {"avsender.intern": "nei"},
                {"nivå": 4},
                {"nivå": {"minst": 3}},
                {"meldingstype": ["vanlig", "tom"]},
                {"dato.mottatt": {"minst": "2026-06-01"}},
                {"funn": "FNR"},
                {"funn": {"alvor": {"minst": "warning"}}},
                {"funn": {"finnes": "ja"}},
                {"funn": {"finnes": "nei"}},
            ]
        ),
    )


conditions = st.recursive(
    _leaf(),
    lambda inner: st.builds(
        lambda word, parts: {word: parts},
        st.sampled_from(("alle", "minst_en", "ikke")),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=5,
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, object]:
    rule: dict[str, object] = {
        "prioritet": draw(st.integers(-1, 2)),
        "modus": draw(st.sampled_from(("utkast", "forslag"))),
    }
    if draw(st.integers(0, 9)):
        rule["hvis"] = draw(conditions)
    kind = draw(st.integers(0, 3))
    if kind == 0:
        del rule["prioritet"]
        rule["legg_til"] = {"haster": "ja"}
    elif kind == 1:
        rule["så"] = {"til_menneske": "se her"}
    else:
        rule["hent"] = {"nr": {"type": {"regex": "[0-9]+/[0-9]+"}, "fra": ["emne"], "krav": "valgfri"}}
        rule["så"] = {"avvis": {"grunn": draw(st.sampled_from(("reklame", "tom")))}}
        if draw(st.booleans()):
            rule["stopp"] = "ja"
    return rule


texts = st.lists(st.sampled_from((*WORDS, "og", "-", "\u00ad", "\n")), max_size=6).map(" ".join)
fact_texts: st.SearchStrategy[FactValue] = st.one_of(
    texts,
    texts,
    st.lists(texts, max_size=2).map(tuple),
    st.builds(Unknown, known=st.one_of(st.none(), texts)),
)


@st.composite
def posts(draw: st.DrawFn) -> Facts:
    values: dict[str, FactValue] = {"dato.mottatt": date(2026, 6, draw(st.integers(1, 28)))}
    for name in TEXT_FACTS:
        if draw(st.booleans()):
            values[name] = draw(fact_texts)
    attachment = st.builds(
        Vedlegg,
        navn=texts,
        type=st.sampled_from(("application/pdf", "image/png")),
        tekst=st.one_of(texts, st.builds(Unknown, known=st.one_of(st.none(), texts))),
    )
    finding = st.builds(
        Finding,
        etikett=st.sampled_from(("FNR", "KONTO")),
        alvor=st.sampled_from(Severity),
        sted=st.just("emne"),
        start=st.just(0),
        end=st.just(1),
        masked=st.just("**"),
        rule=st.just("x"),
    )
    extra: dict[str, st.SearchStrategy[FactValue]] = {
        "vedlegg": st.one_of(st.lists(attachment, max_size=2).map(tuple), st.just(Unknown())),
        "funn": st.one_of(
            st.lists(finding, max_size=2).map(tuple),
            st.builds(Unknown, known=st.one_of(st.none(), st.lists(finding, max_size=1).map(tuple))),
        ),
        "avsender.intern": st.one_of(st.booleans(), st.just(Unknown())),
        "nivå": st.integers(2, 5),
        "skjema.tall": st.sampled_from(("3", "2026-06-15", "4,5", "ti", ("2", "11"), Unknown(), Unknown(known="7"))),
        "dato.dokument": st.dates(date(2026, 6, 1), date(2026, 6, 20)),
        "meldingstype": st.sampled_from(("vanlig", "returmelding")),
    }
    for name, strategy in extra.items():
        if draw(st.booleans()):
            values[name] = draw(strategy)
    return Facts(values=values)


def load_rules(entries: list[dict[str, object]]) -> RuleSet:
    named = [{"regel": f"r{number}", **entry} for number, entry in enumerate(entries)]
    with tempfile.TemporaryDirectory() as folder:
        # JSON is YAML; so no hand-made quoting can go wrong here.
        text = json.dumps({"språk": 1, "regler": named}, ensure_ascii=False)
        Path(folder, "a.yaml").write_text(text, encoding="utf-8")
        Path(folder, "liste.csv").write_text("ord\nklage\nSØKNADER\n", encoding="utf-8")
        result = load([Path(folder)], None, check=False)
    assert result.ruleset is not None, render_all(result.errors)
    return result.ruleset


@settings(max_examples=150, deadline=None)
@given(st.lists(rules(), min_size=1, max_size=8), st.lists(posts(), min_size=1, max_size=3))
def test_the_index_gives_what_trying_every_rule_gives(
    entries: list[dict[str, object]], given_posts: list[Facts]
) -> None:
    ruleset = load_rules(entries)
    for facts in given_posts:
        assert evaluate(ruleset, facts, None) == evaluate_plainly(ruleset, facts, None)


def rule_with(condition: dict[str, object]) -> dict[str, object]:
    return {"hvis": condition, "så": {"til_menneske": "x"}}


def test_rules_about_other_things_are_not_tried() -> None:
    entries = [rule_with({"emne": {"inneholder": f"ting{number}"}}) for number in range(50)]
    entries += [rule_with({"avsender.domene": f"d{number}.example"}) for number in range(50)]
    ruleset = load_rules(entries)
    facts = Facts(values={"emne": "Om ting7", "avsender.domene": "d3.example"})
    assert ruleset.index.candidates(Context(facts, None)) == [7, 53]


def test_a_fact_that_was_not_read_makes_every_rule_about_it_a_candidate() -> None:
    ruleset = load_rules([rule_with({"tekst": {"inneholder": f"ting{number}"}}) for number in range(5)])
    facts = Facts(values={"tekst": Unknown(known="ting1")})
    assert ruleset.index.candidates(Context(facts, None)) == [0, 1, 2, 3, 4]


def test_near_is_a_rule_that_lacks_one_thing_not_one_whose_exceptions_merely_do_not_hold() -> None:
    ruleset = load_rules(
        [
            rule_with({"emne": {"inneholder": "klage"}, "avsender.domene": "nav.example"}),
            rule_with({"emne": {"inneholder": "søknad"}, "ikke": [{"emne": {"inneholder": "vedtak"}}]}),
            rule_with({"avsender.intern": "ja", "skjema.felt": {"finnes": "nei"}}),
        ]
    )
    near_domain = Facts(values={"emne": "Hei", "avsender.domene": "nav.example"})
    assert evaluate(ruleset, near_domain, None).near == ("r0",)
    assert evaluate(ruleset, Facts(values={"emne": "Hei", "avsender.domene": "a.example"}), None).near == ()
