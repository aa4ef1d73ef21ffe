"""Which checks people's answers have sent to info (public-journal.md section 4, point 5)."""

from __future__ import annotations

from collections.abc import Mapping

DEMOTE_FROM, DEMOTE_UNDER = 100, 0.5


def demoted(precision: Mapping[str, tuple[int, int]], lifted: frozenset[str]) -> frozenset[str]:
    """Checks whose last hundred answers were more often wrong than right, and that nobody has lifted."""
    return frozenset(
        check
        for check, (right, of) in precision.items()
        if of >= DEMOTE_FROM and right < DEMOTE_UNDER * of and check not in lifted
    )
