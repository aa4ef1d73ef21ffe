"""What waits for people, in the order the robot would learn most from: what it is least sure of first, spread over kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from models.learning import Target
from models.store import Store
from robot.learning import shelf
from robot.learning.gather import post_text, sender_names
from robot.learning.mask import masked

if TYPE_CHECKING:
    from robot.config import Settings
    from robot.review_screens import Point

_NEXT_OF_KIND = 0.8
"""What one more answer to the same kind of post is worth against the one before it."""


def waiting_to_learn(settings: Settings, *, only: str | None, now: Callable[[], datetime]) -> tuple[list[Point], bool]:
    """Everything that waits, most to learn from first; and whether any organisation has a pipeline to judge that by (else
    the oldest come first). Each point has ``learn``: how much (0–1), and what the pipeline believes."""
    from robot import build
    from robot.review_screens import waiting_in

    points: list[Point] = []
    known = False
    for name in build.chosen_organisations(settings, only):
        store = build.store(settings, name, now=now)
        try:
            found = sorted(waiting_in(store, settings.organisasjon[name].orgnr), key=lambda p: str(p["received_at"]))
            judged = judge(store, found)
        finally:
            store.close()
        known = known or judged is not None
        points += judged if judged is not None else [{**point, "learn": None} for point in found]
    # Sorting keeps the order of equals: without a pipeline the oldest stay first.
    return sorted(points, key=lambda p: -p["learn"]["worth"] if p["learn"] else 0.0), known


def judge(store: Store, points: Sequence[Point]) -> list[Point] | None:
    """The points with what an answer to each would be worth; None where there is no pipeline."""
    at_work = shelf.live(store, Target.KATEGORI)
    if at_work is None:
        return None
    texts, names = [], []
    with store.read() as reads:
        for point in points:
            post = reads.post(str(point["id"]))
            stored = reads.decision(post.seq) if post is not None else None
            row = reads.row(str(point["id"]))
            texts.append(post_text(stored.facts) if stored is not None else "")
            names.append(sender_names(stored.facts, row) if stored is not None and row is not None else ())
    said = at_work[1].classify(masked(texts, names), words=False)
    judged = [
        {**point, "learn": _learn(suggestion.proposals, bool(text.strip()))}
        for point, suggestion, text in zip(points, said, texts, strict=True)
    ]
    return _spread(judged)


def _learn(proposals: Sequence[Any], has_text: bool) -> dict[str, Any]:
    """A post without text teaches nothing; else the less sure, the more."""
    return {
        "worth": round(1.0 - proposals[0].probability, 4) if has_text else 0.0,
        "proposals": [{"label": p.label, "probability": round(p.probability, 4)} for p in proposals]
        if has_text
        else [],
    }


def _spread(points: list[Point]) -> list[Point]:
    """Each further one of the same kind is worth less: ten copies of one letter teach what one does."""
    seen: Counter[str] = Counter()
    for point in sorted(points, key=lambda p: -p["learn"]["worth"]):
        kind = point["learn"]["proposals"][0]["label"] if point["learn"]["proposals"] else ""
        point["learn"]["worth"] = round(point["learn"]["worth"] * _NEXT_OF_KIND ** seen[kind], 4)
        seen[kind] += 1
    return points


def learning_text(points: Sequence[Point], known: bool, zone: Callable[[str], str]) -> str:
    """The list as one screen."""
    from robot.review_screens import local_time

    if not points:
        return "Ingenting venter på svar."
    lines = ["Det roboten lærer mest av, først" if known else "Roboten har ikke lært noe ennå: eldste først"]
    for point in points:
        when = local_time(str(point["received_at"]), zone(str(point["organisation"])))
        lines.append(f"  {point['id']}  {when}  {point['subject'] or '':.70}".rstrip())
        believed = (point["learn"] or {}).get("proposals", ())
        if believed:
            told = ", ".join(f"{one['label']} {100 * one['probability']:.0f} %" for one in believed)
            lines.append(f"  {'':15}  tror: {told}")
        lines.append(f"  {'':15}  {point['answer']}")
    lines.append(f"\n{len(points)} {'post' if len(points) == 1 else 'poster'} venter på svar.")
    return "\n".join(lines)
