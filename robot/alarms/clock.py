"""Whether the machine's clock goes as time does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

TOLD_S = 3600.0
"""How long a jump stands as an alarm: afterwards everything is by the new time."""


def steady_clock() -> float:
    """Seconds since the machine started, through suspension too where the system can tell (clock_gettime(2))."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class ClockWatch:
    """Compares the clock on the wall with a steady one, from one look to the next."""

    def __init__(self, *, wall: Callable[[], float], steady: Callable[[], float] = steady_clock) -> None:
        self._wall = wall
        self._steady = steady
        self._lock = threading.Lock()
        self._last = (wall(), steady())
        self._jump = (0.0, float("-inf"))

    def jump_s(self, limit_s: float) -> float:
        """How far the clock has jumped (negative: back) at a look within the last hour; 0 when it has not."""
        with self._lock:
            now = (self._wall(), self._steady())
            moved = (now[0] - self._last[0]) - (now[1] - self._last[1])
            self._last = now
            if abs(moved) > limit_s:
                self._jump = (moved, now[1])
            return self._jump[0] if now[1] - self._jump[1] < TOLD_S else 0.0
