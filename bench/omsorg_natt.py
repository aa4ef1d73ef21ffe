"""One night of caretaking as a process of its own, so that its memory is its own. Prints what came of it as JSON."""

from __future__ import annotations

import json
import re
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


def main(config: str, days: str) -> int:
    """The night ``days`` after the town's own."""
    from bench import house
    from bench.town_case import TODAY
    from connectors.arkiv.settings import APPROVED_FORMATS
    from robot import build
    from robot.caretaking.model import CareLimits, Task
    from robot.caretaking.sweep import Sweep, sweep

    start = datetime(TODAY.year, TODAY.month, TODAY.day, 2, tzinfo=UTC) + timedelta(days=int(days))
    began = time.monotonic()

    def now() -> datetime:
        return start + timedelta(seconds=time.monotonic() - began)

    settings = house.settings(Path(config))
    with build.offices(settings, now=now, only=house.NAME) as (office,):
        limits = CareLimits(formats=APPROVED_FORMATS, does=frozenset(Task))
        began_at, cpu = time.monotonic(), time.process_time()
        count = sweep(Sweep(office=office, limits=limits))
        seconds, cpu = time.monotonic() - began_at, time.process_time() - cpu
    # Not ru_maxrss: that begins with what the parent weighed when it started this process.
    peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"))[0]) / 1024
    said = {
        "cases": count.cases,
        "done": count.done,
        "points": count.points,
        "seconds": seconds,
        "cpu_s": cpu,
        "peak_mib": peak,
    }
    print(json.dumps(said, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
