"""«Hører til sak»: which cases a post may belong to, by keys first and likeness of title second.

A key that stands in the letter (saksnummer, gnr/bnr, orgnr) finds the few cases it can be; the titles choose among them. Titles
alone choose badly, since standard titles repeat (language.md: by likeness alone the first is right in 70 %; with a property
the right case is among four in 97 %): without a key nothing is proposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.archive import Part, SakQuery, Saksmappe
from models.facts import Facts, Unknown
from robot.language.features import cut
from robot.language.folding import words
from rules.extract import EXTRACTORS

if TYPE_CHECKING:
    from connectors.contract import Archive

MOST = 3
_KEYS = 4
"""So many different keys of a kind are looked up; a list of fifty properties points to no case."""
_TEXT = 4_000
_EVEN = 0.15
"""What a case counts that is found by the key alone, beside up to one for the likeness of its title."""
_CLOSED = 0.3
_KNOWN_SENDER = 1.5

ANSWERS, NUMBER, PROPERTY, BODY = "svar", "saksnummer", "eiendom", "virksomhet"
WEIGHT = {ANSWERS: 0.97, NUMBER: 0.95, PROPERTY: 0.97, BODY: 0.5}
"""How keys are weighed against each other when the proposals are put in order. Chosen, not measured: nobody is shown them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseProposal:
    """``score`` (0–1) only puts proposals in order: the weight of the key, shared among the cases it found by likeness. It is
    no probability. ``by`` and ``key`` say what pointed to it."""

    saksnummer: str
    tittel: str
    score: float
    by: str
    key: str
    open: bool


def cases_for(facts: Facts, archive: Archive) -> tuple[CaseProposal, ...]:
    """The likeliest cases, best first.

    Raises:
        OutOfReach, TryLater: the archive cannot be asked now.
    """
    best: dict[str, CaseProposal] = {}
    for by, key, query in queries(facts):
        found = list(archive.find_saksmapper(query))
        for proposal in ranked(found, facts, by=by, key=key):
            known = best.get(proposal.saksnummer)
            if known is None or known.score < proposal.score:
                best[proposal.saksnummer] = proposal
    return tuple(sorted(best.values(), key=lambda p: (-p.score, p.saksnummer))[:MOST])


def queries(facts: Facts) -> Iterator[tuple[str, str, SakQuery]]:
    """What to ask the archive for, strongest key first."""
    reference = _known(facts, "svar_på") or _known(facts, "vår_ref")
    for number in _values("saksnummer", reference):
        yield ANSWERS, number, SakQuery(saksnummer=number)
    text = read_text(facts)
    for number in _values("saksnummer", text):
        yield NUMBER, number, SakQuery(saksnummer=number)
    for place in _values("matrikkel", text):
        yield PROPERTY, place, SakQuery(nasjonal_identifikator=("gnr_bnr", place))
    for body in filter(None, [_known(facts, "avsender.orgnr")]):
        yield BODY, body, SakQuery(part=Part(orgnr=body))


def ranked(found: Sequence[Saksmappe], facts: Facts, *, by: str, key: str) -> list[CaseProposal]:
    """The cases one key found, each with its share of the key's weight."""
    subject = _grams(read_text(facts)[:600])
    sender = _known(facts, "avsender.adresse").lower()
    weights = []
    for case in found:
        weight = _EVEN + _likeness(subject, _grams(case.tittel))
        weight *= _KNOWN_SENDER if sender and sender in case.known else 1.0
        weights.append(weight if case.open else weight * _CLOSED)
    total = sum(weights) or 1.0
    return [
        CaseProposal(
            saksnummer=case.ref.saksnummer,
            tittel=case.tittel,
            score=round(WEIGHT[by] * weight / total, 4),
            by=by,
            key=key,
            open=case.open,
        )
        for case, weight in zip(found, weights, strict=True)
    ]


def read_text(facts: Facts) -> str:
    """Subject and letter, as much as could be read."""
    return "\n".join(part for name in ("emne", "brødtekst") if (part := _known(facts, name)))[:_TEXT]


def _values(kind: str, text: str) -> list[str]:
    """Different values in the order they stand; none at all where they are too many to mean one thing."""
    values = list(dict.fromkeys(one.value for one in EXTRACTORS[kind](text))) if text else []
    return values if len(values) <= _KEYS else []


def _known(facts: Facts, name: str) -> str:
    value = facts.get(name)
    if isinstance(value, Unknown):
        value = value.known
    return value if isinstance(value, str) else ""


def _grams(text: str) -> Counter[str]:
    return Counter(part for word in words(text) for part in cut(word) if len(part) > 2)


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Cosine, 0–1."""
    shared = sum(count * other[part] for part, count in one.items() if part in other)
    lengths = sum(c * c for c in one.values()) * sum(c * c for c in other.values())
    return shared / lengths**0.5 if lengths else 0.0
