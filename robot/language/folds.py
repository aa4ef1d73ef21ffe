"""Which examples are held back while the others teach, so that every figure is of text the pipeline had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from robot.language.corpus import sameness
from robot.language.rows import Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALL, MIDDLE = 1_500, 6_000
"""Below the first, ten parts; below the second, five; above, the newest fifth alone is enough to go by."""
NEWEST = 0.2
_TIMED = 0.9
"""The share of rows that must have a time for the order to be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """``teach`` and ``held`` are row numbers. ``newest``: all that teaches is older than what is held back."""

    teach: NDArray[Any]
    held: NDArray[Any]
    newest: bool


def in_time(rows: Sequence[Row]) -> bool:
    """Whether the rows say when."""
    times = {row.time for row in rows if row.time is not None}
    return len(times) > 1 and sum(row.time is not None for row in rows) >= _TIMED * len(rows)


def ages_days(rows: Sequence[Row]) -> NDArray[Any] | None:
    """Days before the newest row; None where the rows do not say when. A row without time is as old as the middle one."""
    import numpy as np

    if not in_time(rows):
        return None
    middle = float(np.median([row.time for row in rows if row.time is not None]))
    times = np.array([middle if row.time is None else row.time for row in rows])
    return np.asarray((times.max() - times) / 86_400)


def make(rows: Sequence[Row], classes: NDArray[Any], *, seed: int) -> list[Fold]:
    """Parts by time where the rows say when (newest last), else by chance and class; equal letters are never parted."""
    import numpy as np

    n = len(rows)
    parts = 10 if n < SMALL else 5
    ages = ages_days(rows)
    part_of = _by_time(ages, parts) if ages is not None else _by_class(classes, parts, seed)
    # Equal letters go together, to the newest part that one of them is in.
    groups: dict[bytes, int] = {}
    same = [sameness(row.text) for row in rows]
    for key, part in zip(same, part_of, strict=True):
        groups[key] = max(groups.get(key, 0), int(part))
    part_of = np.array([groups[key] for key in same])
    wanted = [parts - 1] if n >= MIDDLE else range(parts)
    folds = []
    for part in wanted:
        teach, held = np.flatnonzero(part_of != part), np.flatnonzero(part_of == part)
        if len(held) and len(np.unique(classes[teach])) > 1:
            folds.append(Fold(teach=teach, held=held, newest=ages is not None and part == parts - 1))
    return folds


def alone(rows: Sequence[Row], held: NDArray[Any]) -> NDArray[Any]:
    """What each held-back row counts: letters sent to many count as one together."""
    import numpy as np

    keys = [sameness(rows[i].text) + rows[i].label.encode() for i in held]
    times: dict[bytes, int] = {}
    for key in keys:
        times[key] = times.get(key, 0) + 1
    return np.array([1.0 / times[key] for key in keys])


def _by_time(ages: NDArray[Any], parts: int) -> NDArray[Any]:
    """Even parts, but the newest is a fifth."""
    import numpy as np

    order = np.argsort(-ages, kind="stable")
    share = np.arange(len(ages)) / len(ages)
    part = np.where(share >= 1 - NEWEST, parts - 1, np.minimum(share / (1 - NEWEST) * (parts - 1), parts - 2))
    placed = np.empty(len(ages), np.int64)
    placed[order] = part.astype(np.int64)
    return placed


def _by_class(classes: NDArray[Any], parts: int, seed: int) -> NDArray[Any]:
    import numpy as np

    chance = np.random.default_rng(seed)
    placed = np.empty(len(classes), np.int64)
    start = 0
    for cls in np.unique(classes):
        members = chance.permutation(np.flatnonzero(classes == cls))
        placed[members] = (start + np.arange(len(members))) % parts
        start += len(members)
    return placed
