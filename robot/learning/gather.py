"""Ended post → examples: what a person answered, or what a rule did that nobody objected to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.facts import Facts, Unknown
from models.learning import Example, Origin, Target
from models.post import Outcome
from models.sql import Row
from models.store import Store
from models.store.kept_tx import StoredDecision
from models.store.store import Reads
from robot.learning.mask import masked

Classes = Callable[[Sequence[str]], Mapping[str, str]]
"""System ids of cases → their classes, of those that are known."""

_AT_A_TIME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """One post's text and labels, not masked yet."""

    key: str
    seq: int
    at: float
    text: str
    names: tuple[str, ...]
    labels: dict[Target, str]
    origin: Origin
    case: str


def post_text(facts: Facts) -> str:
    """What a post is told by: subject, an empty line, the letter. As much of it as could be read."""
    return "\n\n".join(part for name in ("emne", "brødtekst") if (part := _known(facts, name)).strip())


def sender_names(facts: Facts, row: Row) -> tuple[str, ...]:
    """Who the post says it comes from: names to be masked wherever they stand."""
    return tuple(name for name in (_known(facts, "avsender.navn"), str(row["sender"] or "")) if name)


def gather(store: Store, classes: Classes = lambda _ids: {}) -> int:
    """Notes what has ended since the last time; returns how many examples that gave. Done again after a crash, nothing is
    doubled: an example is known by its post. ``classes`` tells the classes of cases that we did not open.

    Raises:
        TryLater, OutOfReach: the archive cannot be asked now.
    """
    noted = after = 0
    while True:
        with store.read() as reads:
            waiting = reads.to_learn_from(_AT_A_TIME, after=after)
            ended = [one for seq in waiting if (one := _ended(reads, seq)) is not None]
        unknown = sorted({one.case for one in ended if one.case and Target.KATEGORI not in one.labels})
        told = classes(unknown) if unknown else {}
        texts = masked([one.text for one in ended], [one.names for one in ended])
        with store.write() as tx:
            for one, text in zip(ended, texts, strict=True):
                # Content that was let go of meanwhile is not kept here either.
                row = tx.row(one.seq)
                if row is not None and row["purged_at"] is None:
                    noted += tx.note_examples(_examples(one, text, told))
        if len(waiting) < _AT_A_TIME:
            return noted
        after = waiting[-1]


def _examples(one: _Ended, text: str, told: Mapping[str, str]) -> Iterator[Example]:
    known = {Target.KATEGORI: told[one.case]} if told.get(one.case) else {}
    for target, label in {**known, **one.labels}.items():
        yield Example(
            key=one.key, target=target, label=label, origin=one.origin, text=text, at=one.at, post_seq=one.seq
        )


def _ended(reads: Reads, seq: int) -> _Ended | None:
    post, row, stored = reads.post(seq), reads.row(seq), reads.decision(seq)
    if post is None or row is None or stored is None or post.outcome is None:
        return None
    text = post_text(stored.facts)
    labels = {Target.UTFALL: _outcome(post.outcome, row["reason"])}
    if post.outcome is Outcome.ARCHIVED:
        labels |= {
            Target.ENHET: str(row["enhet"] or ""),
            Target.KATEGORI: _category(reads, stored, row["saksmappe_id"]),
        }
    return _Ended(
        key=post.id,
        seq=seq,
        at=post.received_at.timestamp(),
        text=text,
        names=sender_names(stored.facts, row),
        labels={target: label for target, label in labels.items() if label},
        origin=Origin.ANSWER if reads.answers(seq) else Origin.RULE,
        case=str(row["saksmappe_id"] or "") if post.outcome is Outcome.ARCHIVED else "",
    )


def _outcome(outcome: Outcome, reason: object) -> str:
    if outcome is Outcome.DISMISSED:
        return f"avvist:{reason}"
    return "journalført" if outcome is Outcome.ARCHIVED else "videresendt"


def _category(reads: Reads, stored: StoredDecision, saksmappe_id: str | None) -> str:
    """The class of the case: as it was opened, else as an earlier post of it was."""
    case = stored.decision.case
    if case is not None and case.new is not None and case.new.klasse:
        return case.new.klasse
    return (reads.category_of_case(saksmappe_id) if saksmappe_id else None) or ""


def _known(facts: Facts, name: str) -> str:
    value = facts.get(name)
    if isinstance(value, Unknown):
        value = value.known
    return value if isinstance(value, str) else ""
