"""The plan: what a back-test found, between which two sets, so that exactly that can be put in force; and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import UsedWrongly
from robot.backtest.answers import Verdict
from robot.backtest.run import Found

if TYPE_CHECKING:
    from robot.config import Settings

FOLDER = "planer"
VERSION = 1


def as_data(found: Found) -> dict[str, Any]:
    """What was found, as plain data: the ``--json`` of ``rules plan``. Ids, codes and counts; no titles and no names."""
    groups = sorted(found.groups.items(), key=lambda item: (-item[1].count, item[0]))
    return {
        "posts": found.posts,
        "changed": found.changed,
        "groups": [
            {
                "from": {"rule": key[0], "outcome": key[1]},
                "to": {"rule": key[2], "outcome": key[3]},
                "count": group.count,
                "fields": dict(group.fields.most_common()),
                "values": [
                    {"field": name, "from": old, "to": new, "count": count}
                    for (name, old, new), count in sorted(group.values.items(), key=lambda item: (-item[1], item[0]))
                ],
                "samples": group.samples,
            }
            for key, group in groups
        ],
        "restricted_to_open": found.opened,
        "restricted_to_open_posts": found.opened_posts,
        "compared": found.compared,
        "not_compared": {
            "lacking": dict(sorted(found.lacking.items())),
            "purged": found.purged,
            "unreadable": found.unreadable,
            "undecided": found.undecided,
        },
        "people": {
            "answered": found.answered,
            "before": {v.value: found.before[v] for v in Verdict},
            "after": {v.value: found.after[v] for v in Verdict},
            "better": found.better_count,
            "worse": found.worse_count,
            "worse_posts": found.worse,
        },
    }


def write(folder: Path, plan: Mapping[str, Any]) -> tuple[str, Path]:
    """Keeps the plan under its id (``p-`` and the beginning of its hash); readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    seal = _seal(plan)
    plan_id = f"p-{seal[:8]}"
    path = folder / f"{plan_id}.json"
    near = folder / f".{plan_id}.{os.getpid()}.part"
    handle = os.open(near, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"plan": plan_id, **plan, "seal": seal}, file, ensure_ascii=False, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    near.rename(path)
    return plan_id, path


def find(settings: Settings, word: str) -> dict[str, Any]:
    """A plan by its id, or by its file.

    Raises:
        UsedWrongly: there is none, or it is not as it was written.
    """
    path = Path(word)
    if not path.is_file():
        places = [settings.state(name) / FOLDER / f"{word}.json" for name in settings.organisasjon]
        path = next((place for place in places if place.is_file()), path)
    if not path.is_file():
        raise UsedWrongly(f"Planen «{word}» finnes ikke. Lag en med: postrobot rules plan MAPPE")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        plan = {name: value for name, value in raw.items() if name not in ("plan", "seal")}
        whole = raw["seal"] == _seal(plan) and plan["version"] == VERSION
    except (ValueError, KeyError, AttributeError, TypeError):
        whole = False
    if not whole:
        raise UsedWrongly(f"{path} er ikke en plan slik roboten skrev den. Lag en ny: postrobot rules plan MAPPE")
    return dict(raw)


def _seal(plan: Mapping[str, Any]) -> str:
    text = json.dumps(plan, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
