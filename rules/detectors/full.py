"""Everything the detectors know, on one text: for ``postrobot scan`` and for the public journal's titles and documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rules.detectors import account, contact, credentials, identity, levels, papers, payment, topics
from rules.detectors import names as by_pattern
from rules.detectors.gate import Prepared, overlaps, prepare
from rules.detectors.hit import Hit
from rules.detectors.identifying import Person, people
from rules.detectors.kinds import Detected, Label, Names, Own, Place
from rules.detectors.marks import Marks, marked

_SHORT = 5_000
"""Characters up to which a text is one unit (a title, a line): names are looked for in all of it."""

__all__ = ["detect", "detect_all"]


def detect(
    text: str, *, place: Place = Place.TEXT, names: Names | None = None, own: Own | None = None
) -> tuple[Detected, ...]:
    """Everything sensitive in ``text``, in text order; spans of numbers never meet.

    What it promises:

    * Offsets are of ``text`` as given (characters, end exclusive), whatever was normalised on the way.
    * ``place`` is where the text stands: in a title a topic beside a person is graver than in a document.
    * ``names`` finds persons' names (the robot's language pipeline); without it a pattern of usual given names does.
      It is asked once, for the whole of a short text, else for the neighbourhood of what was found.
    * ``own`` is what belongs to the organisation and is never found.
    * A topic (HEALTH, CHILD_WELFARE …) beside something that identifies a person is at least WARNING, alone INFO; plans,
      adverts, statistics and other senses of the word are not found at all. One finding a topic and sentence.
    * NAME is INFO and only says where a name is: deciding who it is about is the caller's.
    * Pure, and linear in the text; nothing is kept. At most two thousand identity numbers.
    """
    return detect_all([text], place=place, names=names, own=own)[0]


def detect_all(
    texts: Sequence[str], *, place: Place = Place.TEXT, names: Names | None = None, own: Own | None = None
) -> list[tuple[Detected, ...]]:
    """:func:`detect` of each, with the names of all asked for together: a language pipeline is faster so."""
    surveys = [survey(prepare(text), own or Own()) for text in texts]
    windows = [_windows(one) for one in surveys]
    asked = [
        one.prepared.text[start:end] for one, several in zip(surveys, windows, strict=True) for start, end in several
    ]
    answers = iter((names or by_pattern.find)(asked) if asked else ())
    found = []
    for one, several in zip(surveys, windows, strict=True):
        spans = [(start + begin, start + end) for start, _ in several for begin, end in next(answers)]
        found.append(finish(one, people(one.prepared.lower, spans), place))
    return found


class Survey:
    """What was found before names are known. Made by :func:`survey`, used up by :func:`finish`."""

    __slots__ = ("hits", "numbers", "prepared", "topics")

    def __init__(
        self,
        prepared: Prepared,
        numbers: list[identity.Number],
        hits: list[Hit],
        topics_: list[topics.Candidate],
    ) -> None:
        self.prepared, self.numbers, self.hits, self.topics = prepared, numbers, hits, topics_


def survey(prepared: Prepared, own: Own) -> Survey:
    """All families but names, in order of who has the first right to a span: identity before account before the rest."""
    marks = marked(prepared)
    # A date and, after a word for it, the last five digits are two findings here: a title may show one and not the other.
    numbers = [number for number in identity.every(prepared, marks.identity) if number.rule != identity.SPLIT]
    taken = [(number.start, number.end) for number in numbers]
    hits: list[Hit] = []
    for family in _families(prepared, marks, own):
        for hit in sorted(family, key=lambda h: (h.start, -h.end)):
            span = prepared.original(hit.start, hit.end)
            if hit.value in own.numbers or overlaps(span, taken):
                continue
            hits.append(hit)
            taken.append(span)
            taken.sort()
    return Survey(prepared, numbers, hits, topics.candidates(prepared))


def _families(prepared: Prepared, marks: Marks, own: Own) -> Iterator[Iterable[Hit]]:
    yield account.hits(prepared, marks.digits)
    yield payment.foreign_ibans(prepared, marks.digits)
    yield payment.cards(prepared, marks.digits)
    yield credentials.hits(prepared, marks.secrets)
    papers_found = list(papers.find(prepared, marks.papers))
    yield [hit for hit in papers_found if hit.label is not Label.BIRTHDATE]
    yield contact.phones(prepared, marks.phones, own)
    yield [hit for hit in papers_found if hit.label is Label.BIRTHDATE]
    yield papers.plates(prepared, marks.digits)
    yield contact.emails(prepared, marks.at, own)
    yield contact.addresses(prepared, marks.streets, own)


def finish(found: Survey, persons: Sequence[Person], place: Place) -> tuple[Detected, ...]:
    """The findings: with names where they are wanted, and how grave each is."""
    prepared = found.prepared
    whole = place is Place.TITLE or len(prepared.text) <= _SHORT
    results = [levels.of_number(number) for number in found.numbers]
    for hit in found.hits:
        results.append(levels.of_hit(prepared, hit, persons, place, whole))
    for topic in topics.judge(prepared, found.topics, persons, whole=whole):
        results.append(levels.of_topic(prepared, topic, place))
    spans = sorted((r.start, r.end) for r in results if r.label in (Label.ADDRESS, Label.EMAIL, Label.CREDENTIAL))
    for person in persons:
        span = prepared.original(person.start, person.end)
        if not overlaps(span, spans):
            results.append(levels.of_name(prepared, person))
    return tuple(sorted(results, key=lambda r: (r.start, r.end, r.label)))


def _windows(found: Survey) -> list[tuple[int, int]]:
    """Where names are looked for: all of a short text, else the neighbourhood of what was found."""
    prepared = found.prepared
    if len(prepared.text) <= _SHORT:
        return [(0, len(prepared.text))] if prepared.text.strip() else []
    spans = sorted(
        [topics.reach(prepared.lower, (c.start, c.end)) for c in found.topics]
        + [topics.reach(prepared.lower, (h.start, h.end)) for h in found.hits]
    )
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
