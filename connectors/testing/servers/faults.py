"""Faults that a loopback server is told to have, and when."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong with one request."""

    DROP = "drop"
    """The connection is closed before anything is done."""
    DROP_AFTER = "drop_after"
    """Everything is done, and the connection is closed without an answer."""
    STATUS = "status"
    """Nothing is done; ``status`` is answered."""
    STATUS_AFTER = "status_after"
    """Everything is done, and ``status`` is answered all the same."""
    TRUNCATE = "truncate"
    """The answer is cut after ``after_bytes`` of its body, and the connection closed."""
    HANG = "hang"
    """No answer until the server is told to let go (``LoopbackServer.let_go``) or is closed."""
    STALL = "stall"
    """The body stops after ``after_bytes`` until let go."""
    REPLACE = "replace"
    """Nothing is done; ``body`` is answered with ``status`` (a maintenance page with 200, say)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Hits ``times`` requests whose method and path match, after letting ``skip`` of them through.

    ``path`` is a regular expression searched for in the path without query.
    """

    kind: FaultKind
    method: str = ""
    path: str = ""
    times: int = 1
    skip: int = 0
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    after_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """How likely each fault is for any one request (0.0–1.0), drawn in order with ``seed``."""

    seed: int
    drop: float = 0.0
    drop_after: float = 0.0
    too_many: float = 0.0
    server_error: float = 0.0
    truncate: float = 0.0


class FaultPlan:
    """What is planned; asked once for each request, from any thread."""

    def __init__(self) -> None:
        self._planned: list[list[int]] = []
        self._faults: list[Fault] = []
        self._chances: Chances | None = None
        self._random = random.Random(0)
        self._lock = threading.Lock()
        self.hit = 0

    def add(self, *faults: Fault) -> None:
        """Planned from now on, the first that matches first."""
        with self._lock:
            for fault in faults:
                self._faults.append(fault)
                self._planned.append([fault.skip, fault.times])

    def clear(self) -> None:
        """Nothing goes wrong any longer."""
        with self._lock:
            self._faults, self._planned, self._chances = [], [], None

    def by_chance(self, chances: Chances | None) -> None:
        """Faults at random from now on; None: none."""
        with self._lock:
            self._chances = chances
            self._random = random.Random(chances.seed if chances else 0)

    def next(self, method: str, path: str) -> Fault | None:
        """What happens to this request."""
        with self._lock:
            fault = self._due(method, path) or self._drawn()
            self.hit += fault is not None
            return fault

    def _due(self, method: str, path: str) -> Fault | None:
        for fault, left in zip(self._faults, self._planned, strict=True):
            if (fault.method and fault.method != method) or not re.search(fault.path, path) or left[1] <= 0:
                continue
            if left[0]:
                left[0] -= 1
                continue
            left[1] -= 1
            return fault
        return None

    def _drawn(self) -> Fault | None:
        chances = self._chances
        if chances is None:
            return None
        drawn = self._random.random()
        # A cut body is far enough in to be past the head, wherever in a small letter that is.
        cut = self._random.randrange(1, 2000)
        ways = (
            (chances.drop, Fault(kind=FaultKind.DROP)),
            (chances.drop_after, Fault(kind=FaultKind.DROP_AFTER)),
            (chances.too_many, Fault(kind=FaultKind.STATUS, status=429, headers={"Retry-After": "0"})),
            (chances.server_error, Fault(kind=FaultKind.STATUS, status=self._random.choice((500, 502, 503, 504)))),
            (chances.truncate, Fault(kind=FaultKind.TRUNCATE, after_bytes=cut)),
        )
        for chance, fault in ways:
            if drawn < chance:
                return fault
            drawn -= chance
        return None
