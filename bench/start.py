"""From the command to ready, and to the help text, beside an interpreter that does nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import house, service
from bench.figure import Figure

_TIMES = 7


def measure(folder: Path) -> Iterator[Figure]:
    """Medians."""
    nothing = _median([sys.executable, "-c", "pass"])
    help_s = _median([sys.executable, "-m", "robot", "--help"])
    config = house.make(folder / "hus", None, user="")
    ready = []
    for turn in range(3):
        with service.running(config, folder / f"logg-{turn}") as daemon:
            ready.append(daemon.ready_s)
    note = f"mot python -c pass; median av {_TIMES}"
    yield Figure(name="Hjelp: postrobot --help", value=1000 * help_s, unit="ms", reference=1000 * nothing, note=note)
    yield Figure(
        name="Start: fra kommando til klar",
        value=1000 * statistics.median(ready),
        unit="ms",
        reference=1000 * nothing,
        note="med lesesandkassen varm og reglene lest; median av 3",
    )


def _median(command: Sequence[str]) -> float:
    seconds = []
    for _ in range(_TIMES):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=service.ROOT)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
