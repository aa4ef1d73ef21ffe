"""A breaker for each connection: when one is down, it alone rests, and is probed again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 300.0
LATER_IN_A_ROW = 3


@dataclass(slots=True)
class Health:
    """What is known of one connection. Times are UTC epoch seconds."""

    failures: int = 0
    paused_until: float = 0.0
    last_ok_at: float | None = None
    last_error_at: float | None = None
    error: str = ""
    down: bool = False


class Breakers:
    """Health of all connections of one organisation. Reading, judging and deciding have none (design.md section 4).

    ``on_change(name, health)`` is called when a connection goes down or comes back: one alarm, not one for each try.
    """

    def __init__(self, now: Callable[[], float], on_change: Callable[[str, Health], None]) -> None:
        self._now = now
        self._on_change = on_change
        self._health: dict[str, Health] = {}
        self._lock = threading.Lock()

    def rests_for(self, name: str) -> float:
        """Seconds until a connection may be tried again; 0 when it may be tried now."""
        with self._lock:
            health = self._health.get(name)
            return max(0.0, health.paused_until - self._now()) if health is not None else 0.0

    def ok(self, name: str) -> None:
        """The connection worked."""
        with self._lock:
            health = self._health.setdefault(name, Health())
            back = health.down
            health.failures, health.paused_until, health.down, health.error = 0, 0.0, False, ""
            health.last_ok_at = self._now()
        if back:
            self._on_change(name, health)

    def out_of_reach(self, name: str, error: str) -> float:
        """The connection is down: rests at once. Returns for how many seconds."""
        return self._failed(name, error, trip=True)

    def later(self, name: str, error: str) -> None:
        """The other side said «later»; again and again trips the breaker too."""
        self._failed(name, error, trip=False)

    def _failed(self, name: str, error: str, *, trip: bool) -> float:
        with self._lock:
            health = self._health.setdefault(name, Health())
            health.failures += 1
            health.last_error_at = self._now()
            health.error = error
            went_down = False
            if trip or health.failures >= LATER_IN_A_ROW:
                pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(health.failures - 1, 10))
                health.paused_until = self._now() + pause
                went_down, health.down = not health.down, True
            rest = max(0.0, health.paused_until - self._now())
        if went_down:
            self._on_change(name, health)
        return rest

    def all(self) -> dict[str, Health]:
        """A copy of what is known, by name."""
        with self._lock:
            return dict(self._health)

    def forget_pauses(self) -> None:
        """Everything may be tried at once (a new ``run --once``)."""
        with self._lock:
            for health in self._health.values():
                health.paused_until = 0.0
