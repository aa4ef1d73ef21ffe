"""What one run of the nightly check came to, as one line kept with the run; and what an alarm reads out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from robot.verify.model import Invariant

_BROKEN = re.compile(r"(I\d+): \d+ kontrollert, (\d+) brudd")


def told(found: Sequence[Invariant]) -> str:
    """``I1: 100 kontrollert, 0 brudd, I2: …``"""
    return ", ".join(f"{one.name}: {one.checked} kontrollert, {one.broken} brudd" for one in found)


def broken_in(line: str) -> Mapping[str, int]:
    """The promises that were broken in that run, with how many times."""
    return {name: int(count) for name, count in _BROKEN.findall(line) if int(count)}
