"""How long one evaluation takes with 10, 100, 1,000 and 10,000 rules, and how long those take to load, beside Pigeonhole.

Facts are ready; words are drawn by Zipf's law. Rules ask for one to three phrases, of one or two words in the subject or an
attachment's name and two or three in the text, as the rules of the example municipality do; the words of rules are content
words (rank 300 and rarer), as «nabovarsel» and «skjenkebevilling» are. Ten rules of a hundred have no literal: a regular
expression, a number, a date, or that there is no attachment; those of the last sort cannot be looked for by anything and
are always tried.
"""

from __future__ import annotations

import gc
import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from bench import sieve
from bench.figure import Figure
from models.facts import Facts, Vedlegg
from rules.engine import evaluate
from rules.load import load
from rules.model import RuleSet

SIZES = (10, 100, 1_000, 10_000)
_VOCABULARY = 50_000
_CONTENT_FROM = 300
_IN_A_FILE = 500
_ONSETS = "b bl br d dr f fl fr g gj gr h hj j k kl kr l m n p pr r s sk sl st str sv t tr v".split()
_VOWELS = "a e i o u y æ ø å ei au øy".split()
_CODAS = ("", "", "d", "ft", "g", "k", "l", "lt", "m", "n", "nd", "ng", "r", "rk", "rn", "s", "sk", "st", "t", "v")


@dataclass(frozen=True, slots=True)
class Made:
    """One rule as made: its id, which fact it looks in (empty: none), and what for."""

    name: str
    fact: str
    phrases: tuple[str, ...]


class Words:
    """A language of made-up words; the word of rank r is r times as rare as the first."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        words: dict[str, None] = {}
        while len(words) < _VOCABULARY:
            syllables = 1 + (len(words) > 400) + (len(words) > 8_000)
            parts = (rng.choice(part) for _ in range(syllables) for part in (_ONSETS, _VOWELS, _CODAS))
            words["".join(parts)] = None
        self._words = list(words)
        self._weights = list(accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))

    def text(self, count: int) -> str:
        """So many words as they come."""
        return " ".join(self._rng.choices(self._words, cum_weights=self._weights, k=count))

    def phrase(self, longer: int = 0) -> str:
        """One or two content words, as a rule asks for, and ``longer`` more."""
        count = self._rng.choice((1, 2)) + longer
        return " ".join(self._words[self._rng.randrange(_CONTENT_FROM, _VOCABULARY)] for _ in range(count))


def measure(folder: Path, count: int) -> Iterator[Figure]:
    """The figures; ``count`` posts are evaluated with each set (several times, the best run counts)."""
    rng = random.Random(20260615)
    words = Words(rng)
    made = [_rule(number, words, rng) for number in range(max(SIZES))]
    posts = [_post(words, rng) for _ in range(count)]
    spent: dict[int, float] = {}
    for size in SIZES:
        ruleset, seconds = _loaded(folder / str(size), made[:size])
        if size == max(SIZES):
            yield Figure(name=f"laste {size} regler", value=seconds, unit="s", limit=3.0)
        spent[size] = _microseconds(ruleset, posts)
        limit = 300.0 if size == 1_000 else None
        yield Figure(name=f"vurdere én post, {size} regler", value=spent[size], unit="µs", limit=limit)
    always = [rule for rule in made if not rule.fact]
    ruleset, _ = _loaded(folder / "alltid", always)
    alone, tried = _microseconds(ruleset, posts), len(ruleset.index.always)
    yield Figure(
        name="10 000 regler mot 2 × ti + de som alltid prøves",
        value=spent[10_000],
        unit="µs",
        reference=2 * spent[10] + alone,
        limit=1.0,
        of_ratio=True,
        note=f"{len(always)} regler uten ord å lete etter bruker {alone:.0f} µs alene; {tried} av dem prøves alltid",
    )
    yield from sieve.measure(folder / "sieve", {size: made[:size] for size in SIZES}, posts[: count // 2], spent)


def _rule(number: int, words: Words, rng: random.Random) -> Made:
    if number % 10 == 9:
        return Made(f"r{number}", "", (words.phrase(),))
    fact = rng.choices(("emne", "tekst", "vedlegg.navn"), weights=(7, 2, 1))[0]
    phrases = tuple(words.phrase(longer=fact == "tekst") for _ in range(rng.choice((1, 1, 2, 3))))
    return Made(f"r{number}", fact, phrases)


def _post(words: Words, rng: random.Random) -> Facts:
    body, attached = words.text(rng.randrange(40, 300)), words.text(rng.randrange(100, 600))
    name = f"{words.text(2)}.pdf"
    return Facts(
        values={
            "kanal": "epost",
            "emne": words.text(rng.randrange(3, 9)),
            "brødtekst": body,
            "tekst": f"{body}\n\n{attached}",
            "vedlegg": (Vedlegg(navn=name, type="application/pdf", tekst=attached),),
            "dato.mottatt": datetime(2026, 6, 15, 9, tzinfo=UTC),
            "meldingstype": "vanlig",
        }
    )


def entry(rule: Made) -> dict[str, object]:
    """The rule as an archivist would write it; without a literal by turns a pattern, a number, a date and an absence."""
    number = int(rule.name[1:])
    if rule.fact:
        condition: dict[str, object] = {rule.fact: {"inneholder": list(rule.phrases)}}
        if number % 2:
            condition["ikke"] = [{"meldingstype": ["automatisk_svar", "returmelding"]}]
    else:
        condition = (
            {"emne": {"regex": f"{re.escape(rule.phrases[0])} ?nr [0-9]+"}},
            {"vedlegg.antall": {"minst": 20 + number % 50}},
            {"dato.mottatt": {"mellom": ["2027-01-01", "2027-12-31"]}},
            {"vedlegg": {"finnes": "nei"}, "dato.mottatt": {"minst": {"måneder": 1 + number % 12}}},
        )[number // 10 % 4]
    return {"regel": rule.name, "prioritet": number % 90, "hvis": condition, "så": {"til_menneske": rule.name}}


def _loaded(folder: Path, made: list[Made]) -> tuple[RuleSet, float]:
    """The set from files, and the seconds that took."""
    folder.mkdir(parents=True)
    for start in range(0, len(made), _IN_A_FILE):
        entries = [json.dumps(entry(rule), ensure_ascii=False) for rule in made[start : start + _IN_A_FILE]]
        text = "språk: 1\nregler:\n" + "".join(f"- {line}\n" for line in entries)
        (folder / f"{start:05}.yaml").write_text(text, encoding="utf-8")
    begun = time.process_time()
    result = load([folder], None, check=False)
    seconds = time.process_time() - begun
    if result.ruleset is None:
        raise RuntimeError(f"the made rules do not load: {result.errors[0]}")
    return result.ruleset, seconds


def _microseconds(ruleset: RuleSet, posts: list[Facts]) -> float:
    """Of one evaluation, by this process's own clock: the best of nine rounds over all posts. The garbage collector rests
    meanwhile, as in ``timeit``: it would walk through all the sets that this bench holds."""
    rounds: list[float] = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(9):
            begun = time.process_time()
            for facts in posts:
                evaluate(ruleset, facts, None)
            rounds.append((time.process_time() - begun) / len(posts) * 1e6)
    finally:
        gc.enable()
    return min(rounds)
