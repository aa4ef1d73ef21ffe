"""How sure the pipeline must be of each class to act alone, for an error rate that somebody has asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

ERRORS = (0.005, 0.01, 0.02, 0.05, 0.1)
"""The rates that thresholds are kept for."""
USUAL_ERROR = 0.01
FEWEST_EXAMPLES = 20
"""A class with fewer confirmed examples never acts (language.md: «Switch a class on at about 20»)."""
NEVER = 2.0
"""A threshold that nothing reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What held-back rows showed at a set of thresholds: share acted on, share of those wrong, and its 95 % interval."""

    coverage: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Held-back rows: probability of the best class, which it is, whether it was right, and what the row counts.

    ``strange``: unlike all that was learnt; such a row is never acted on.
    """

    told: NDArray[Any]
    best: NDArray[Any]
    right: NDArray[Any]
    weights: NDArray[Any]
    strange: NDArray[Any]


def choose(held: Held, examples: NDArray[Any], error: float) -> tuple[float, ...]:
    """One threshold a class: a common one where the error asked for is kept, higher where a class errs more than that."""
    import numpy as np

    usable = ~held.strange & (examples[held.best] >= FEWEST_EXAMPLES)
    common = _lowest(held.told[usable], held.right[usable], held.weights[usable], error, prior=1.0, pull=1.0)
    found = []
    for cls in range(len(examples)):
        own = usable & (held.best == cls) & (held.told >= common)
        if examples[cls] < FEWEST_EXAMPLES or common >= NEVER:
            found.append(NEVER)
            continue
        pull = 0.5 / error
        own_lowest = _lowest(
            held.told[own], held.right[own], held.weights[own], 1.5 * error, prior=error * pull, pull=pull
        )
        # A class that no held-back row was acted on in follows the common threshold: nothing speaks against it.
        found.append(round(max(common, own_lowest) if own.any() else common, 6))
    return tuple(float(np.float64(value)) for value in found)


def measured(held: Held, thresholds: NDArray[Any]) -> Measured:
    """Coverage and error at these thresholds, with Wilson's interval."""
    acted = (held.told >= thresholds[held.best]) & ~held.strange
    total = float(held.weights.sum())
    n = float(held.weights[acted].sum())
    wrong = float(held.weights[acted & ~held.right].sum())
    low, high = wilson(wrong, n)
    return Measured(coverage=n / total if total else 0.0, error=wrong / n if n else 0.0, low=low, high=high)


def wilson(hits: float, n: float, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); (0, 1) of nothing."""
    if n <= 0:
        return 0.0, 1.0
    share, square = hits / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * (share * (1 - share) / n + square / (4 * n * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def _lowest(
    told: NDArray[Any], right: NDArray[Any], weights: NDArray[Any], error: float, *, prior: float, pull: float
) -> float:
    """The lowest threshold with (errors + prior) / (acted + pull) within ``error``; :data:`NEVER` when there is none."""
    import numpy as np

    if not len(told):
        return NEVER
    order = np.argsort(-told, kind="stable")
    acted = np.cumsum(weights[order])
    wrong = np.cumsum(weights[order] * ~right[order])
    kept = np.flatnonzero((wrong + prior) / (acted + pull) <= error)
    # Only where the next row's probability is lower: rows told alike are acted on alike.
    sorted_told = told[order]
    last = np.append(sorted_told[:-1] > sorted_told[1:], True)
    kept = kept[last[kept]]
    return float(sorted_told[kept[-1]]) if len(kept) else NEVER
