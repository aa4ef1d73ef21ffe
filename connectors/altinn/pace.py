"""How fast Altinn is called: so many at once, so many a second, over every source of this process on the same platform.

Altinn documents no limit for recipients, but its gateway may answer 429; altinn.md section 4.6 asks for 4 and 5.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Pace:
    """Holds callers back. Thread-safe. ``per_second`` 0: no limit on the rate."""

    def __init__(
        self,
        *,
        parallel: int,
        per_second: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``monotonic`` and ``sleep`` pass time, for tests."""
        self._room = threading.BoundedSemaphore(parallel)
        self._count = max(1, int(per_second)) if per_second else 0
        self._span_s = self._count / per_second if per_second else 0.0
        self._begun: deque[float] = deque()
        self._lock = threading.Lock()
        self._monotonic, self._sleep = monotonic, sleep

    @contextmanager
    def one(self) -> Iterator[None]:
        """One call with all its repeats counts as one of those at once."""
        with self._room:
            yield

    def turn(self) -> None:
        """Waits until one more request may be sent. Called before every request, repeats too."""
        if not self._count:
            return
        while True:
            with self._lock:
                now = self._monotonic()
                while self._begun and self._begun[0] <= now - self._span_s:
                    self._begun.popleft()
                if len(self._begun) < self._count:
                    self._begun.append(now)
                    return
                wait = self._begun[0] + self._span_s - now
            self._sleep(max(wait, 0.001))


_shared: dict[str, Pace] = {}
_opening = threading.Lock()


def shared_pace(platform: str, *, parallel: int, per_second: float) -> Pace:
    """The one pace of a platform in this process; whoever asks first decides how fast."""
    with _opening:
        pace = _shared.get(platform)
        if pace is None:
            pace = _shared[platform] = Pace(parallel=parallel, per_second=per_second)
        return pace
