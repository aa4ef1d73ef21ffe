"""Trains again when that would help, and takes the new pipeline into use only when it beats the one at work on post that
neither has learnt from, the newest there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from models.learning import Example, Learnt, Origin, Target
from models.store import Store
from robot.learning import shelf

if TYPE_CHECKING:
    from connectors.contract import Archive
    from robot.language.measure import Figures
    from robot.language.rows import Row

FIRST_TIME = 40
"""As many examples before anything is trained."""
A_CLASS = 5
"""A class with fewer is left out: nothing could be held back to judge it by."""
STRONG_ENOUGH = 20
"""With as many of people's own, a class needs no rule's word."""
NEW_AT_LEAST, NEW_SHARE = 20, 0.05
"""How many examples must have come since the last training: at least so many, and this share of what there was."""
HELD_SHARE = 0.2
DAY_S = 86_400.0
MOST = 20_000
"""The newest so many examples are learnt from."""


class Became(StrEnum):
    """What came of it."""

    TOO_FEW = "for_få"
    NOTHING_NEW = "lite_nytt"
    WORSE = "ikke_bedre"
    LIVE = "tatt_i_bruk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One target's outcome. ``new`` and ``old``: accuracy on the newest post, None when not measured."""

    target: Target
    became: Became
    examples: int
    new: float | None = None
    old: float | None = None


def chosen(examples: Sequence[Example]) -> list[Example]:
    """Those to learn from: people's own, rules' word where people's own are few, and classes that are large enough."""
    own = Counter(example.label for example in examples if example.origin is not Origin.RULE)
    kept = [e for e in examples if e.origin is not Origin.RULE or own[e.label] < STRONG_ENOUGH]
    sizes = Counter(example.label for example in kept)
    return [example for example in kept if sizes[example.label] >= A_CLASS]


def retrain(store: Store, target: Target, *, force: bool = False) -> Tried:
    """Trains one target. ``force``: also when little is new; it must still beat the one at work."""
    with store.read() as reads:
        examples = chosen(reads.examples(target, most=MOST))
        last = next(iter(reads.pipelines(target)), None)
    if len(examples) < FIRST_TIME or len({example.label for example in examples}) < 2:
        return Tried(target=target, became=Became.TOO_FEW, examples=len(examples))
    at_work = shelf.live(store, target)
    if last is not None and at_work is not None and not force:
        new = sum(example.noted_at > last.seen_until for example in examples)
        if new < max(NEW_AT_LEAST, NEW_SHARE * len(examples)):
            return Tried(target=target, became=Became.NOTHING_NEW, examples=len(examples))
    return _train(store, target, examples, at_work)


def _train(store: Store, target: Target, examples: list[Example], at_work: tuple[Learnt, Any] | None) -> Tried:
    from robot.language.measure import measure
    from robot.language.train import train

    taught, held = split(examples, at_work[0].seen_until if at_work is not None else None)
    if len({example.label for example in taught}) < 2 or not held:
        return Tried(target=target, became=Became.TOO_FEW, examples=len(examples))
    rows = as_rows(held)
    new = measure(train(as_rows(taught)), rows)
    old = measure(at_work[1], rows) if at_work is not None else None
    floor = _always_the_commonest(taught, held)
    better = _better(new, old) if old is not None else new.accuracy > floor
    seen = max(example.noted_at for example in examples)
    whole = train(as_rows(examples))
    digest = shelf.put(store, target, whole) if better else _digest_of(whole)
    card = {
        "counts": dict(Counter(example.label for example in examples)),
        "origins": dict(Counter(example.origin.value for example in examples)),
        "held_out": len(held),
        "new": _told(new),
        "old": _told(old) if old is not None else None,
        "always_the_commonest": round(floor, 4),
        "training": dict(whole.card),
    }
    with store.write() as tx:
        tx.add_pipeline(target, digest, live=better, seen_until=seen, examples=len(examples), card=card)
    shelf.clear(store, target)
    return Tried(
        target=target,
        became=Became.LIVE if better else Became.WORSE,
        examples=len(examples),
        new=new.accuracy,
        old=old.accuracy if old is not None else round(floor, 4),
    )


def split(examples: Sequence[Example], seen_until: float | None) -> tuple[list[Example], list[Example]]:
    """By time: what to learn from, and the newest to judge by. What the pipeline at work has learnt from is never judged
    by; of what came since, the newer half is."""
    if seen_until is None:
        cut = len(examples) - max(1, round(HELD_SHARE * len(examples)))
        return list(examples[:cut]), list(examples[cut:])
    since = [example for example in examples if example.noted_at > seen_until]
    held = {example.key for example in since[len(since) // 2 :]}
    return [e for e in examples if e.key not in held], [e for e in examples if e.key in held]


def as_rows(examples: Sequence[Example]) -> list[Row]:
    """As the trainer takes them."""
    from robot.language.rows import Row

    return [Row(text=example.text, label=example.label, time=example.at) for example in examples]


def _better(new: Figures, old: Figures) -> bool:
    """More right answers; with as many right, more that are sure enough to act on."""
    return (new.accuracy, new.coverage_at_error["0.01"]) > (old.accuracy, old.coverage_at_error["0.01"])


def _always_the_commonest(taught: Sequence[Example], held: Sequence[Example]) -> float:
    """How often it is right to say the commonest class, whatever the text: a pipeline must know more than that."""
    commonest = Counter(example.label for example in taught).most_common(1)[0][0]
    return sum(example.label == commonest for example in held) / len(held)


def _digest_of(pipeline: Any) -> str:
    """The hash of a pipeline that is not kept."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        return str(pipeline.save(Path(folder)))


def _told(figures: Figures) -> dict[str, Any]:
    told = asdict(figures)
    for name in ("classes", "posts_per_s"):
        told.pop(name)
    return told


def learning_job(store: Store, archive: Archive | None = None, *, imported_days: int = 0) -> str:
    """The nightly job: notes what ended, trains what that helps; one line of codes and counts.

    Raises:
        TryLater, OutOfReach: the archive cannot be asked for the classes of cases now.
    """
    from robot.learning.from_archive import classes_of
    from robot.learning.gather import gather

    if imported_days:
        with store.write() as tx:
            tx.forget_examples(imported_before=tx.now - imported_days * DAY_S)
    noted = gather(store, classes_of(archive)) if archive is not None else gather(store)
    tried = [retrain(store, target) for target in Target]
    return f"{noted} eksempler, " + ", ".join(f"{one.target}: {one.became}" for one in tried)


def forget_job(store: Store) -> str:
    """Where learning is switched off: what had been learnt from goes."""
    with store.write() as tx:
        gone = tx.forget_examples()
    return f"av, {gone} eksempler slettet"
