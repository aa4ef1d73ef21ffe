"""How the learning goes: what there is to learn from, the pipeline at work, and whether newer post still looks like it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from models.errors import UsedWrongly
from models.learning import Learnt, Standing, Target
from models.store import Store
from robot.learning import shelf
from robot.learning.retrain import MOST, as_rows

DRIFT_FROM = 20
"""With fewer examples since the training nothing is said of drift."""


def status(store: Store) -> dict[str, Any]:
    """Each target's state, for machines."""
    return {target.value: _of(store, target) for target in Target}


def _of(store: Store, target: Target) -> dict[str, Any]:
    with store.read() as reads:
        counts, pipelines = reads.example_counts(target), reads.pipelines(target)
        examples = reads.examples(target, most=MOST)
    at_work = shelf.live(store, target)
    found: dict[str, Any] = {
        "examples": sum(sum(origins.values()) for origins in counts.values()),
        "classes": {label: sum(counts[label].values()) for label in sorted(counts)},
        "origins": _by_origin(counts),
        "pipeline": None,
        "drift": None,
        "earlier": [_short(row) for row in pipelines if row.standing is Standing.OLD],
        "last_tried": _when(pipelines[0].trained_at) if pipelines else None,
    }
    if at_work is not None:
        learnt, pipeline = at_work
        measured = learnt.card.get("new", {})
        found["pipeline"] = {
            **_short(learnt),
            "learnt_from": learnt.card.get("origins", {}),
            "learnt_classes": learnt.card.get("counts", {}),
            "held_out": learnt.card.get("held_out"),
            **{name: measured.get(name) for name in ("accuracy", "accuracy_interval", "ece", "coverage_at_error")},
        }
        newer = [example for example in examples if example.noted_at > learnt.seen_until]
        if len(newer) >= DRIFT_FROM:
            found["drift"] = _drift(pipeline, newer, measured)
    return found


def _drift(pipeline: Any, newer: Sequence[Any], then: dict[str, Any]) -> dict[str, Any]:
    """How it does on what came after its training. Drift: surely worse than when it was taken into use."""
    from robot.language.measure import measure

    now = measure(pipeline, as_rows(newer))
    before = then.get("accuracy_interval") or (0.0, 1.0)
    return {
        "n": now.n,
        "accuracy": now.accuracy,
        "accuracy_interval": list(now.accuracy_interval),
        "strange": now.strange,
        "drifted": now.accuracy_interval[1] < before[0],
    }


def roll_back(store: Store, target: Target, sha256: str = "") -> Learnt:
    """Takes the former pipeline into use again, or the one whose hash begins so.

    Raises:
        UsedWrongly: there is none, or it does not lie whole on the shelf.
    """
    with store.read() as reads:
        old = [row for row in reads.pipelines(target) if row.standing is Standing.OLD]
    fits = [row for row in old if row.sha256.startswith(sha256)]
    if not fits:
        raise UsedWrongly(
            f"Det er ingen tidligere pipeline for {target}{f' som begynner på {sha256}' if sha256 else ''}. "
            "Se dem med: postrobot language status"
        )
    chosen = fits[0]
    if shelf.take(store, chosen) is None:
        raise UsedWrongly(f"Pipelinen {chosen.sha256[:12]} for {target} ligger ikke lenger hel på disken.")
    with store.write() as tx:
        tx.go_back_to(target, chosen.no)
    return chosen


def status_text(name: str, found: dict[str, Any]) -> str:
    """The same for people, in bokmål."""
    lines = [name]
    for target, one in found.items():
        own, weak = one["origins"].get("answer", 0) + one["origins"].get("imported", 0), one["origins"].get("rule", 0)
        lines.append(
            f"  {target}: {one['examples']} eksempler i {len(one['classes'])} klasser ({own} fra mennesker, {weak} fra regler)"
        )
        live = one["pipeline"]
        if live is None:
            lines.append("    ingen pipeline i bruk ennå")
            continue
        low, high = live["accuracy_interval"] or (0, 1)
        lines.append(
            f"    i bruk: {live['sha256'][:12]}, trent {live['trained_at'][:10]} på {live['examples']} eksempler"
        )
        lines.append(
            f"    traff {_percent(live['accuracy'])} ({_percent(low)}–{_percent(high)}) av {live['held_out']} nyere; "
            f"tør svare på {_percent(live['coverage_at_error']['0.01'])} når 1 % kan være feil"
        )
        drift = one["drift"]
        if drift is not None:
            verdict = "POSTEN HAR ENDRET SEG" if drift["drifted"] else "som før"
            lines.append(f"    siden: traff {_percent(drift['accuracy'])} av {drift['n']}, {verdict}")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _by_origin(counts: dict[str, dict[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for origins in counts.values():
        for origin, number in origins.items():
            found[origin] = found.get(origin, 0) + number
    return found


def _short(row: Learnt) -> dict[str, Any]:
    return {"sha256": row.sha256, "trained_at": _when(row.trained_at), "examples": row.examples}


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
