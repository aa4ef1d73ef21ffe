"""``postrobot run`` as a process of its own, and what it weighs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_READY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running daemon. ``ready_s`` is from its start until it said so."""

    process: subprocess.Popen[bytes]
    ready_s: float

    def pss_mib(self) -> float:
        """Proportional set size of daemon and zygote together, MiB; the readers' children apart.

        ``/proc/PID/smaps_rollup`` (proc(5)).
        """
        return sum(_pss_kib(pid) for pid in (self.process.pid, *self._zygote())) / 1024

    def _zygote(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii").split()
        return [int(pid) for pid in listed if b"robot.reading.zygote" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _pss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise LookupError(pid)


@contextmanager
def running(config: Path, log: Path) -> Iterator[Service]:
    """Starts the daemon and waits for «ready» in its log; stopped by SIGTERM afterwards."""
    with log.open("wb") as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "robot", "--config", str(config), "run"],
            stdout=subprocess.DEVNULL,
            stderr=out,
            cwd=ROOT,
            env={**os.environ, "NO_COLOR": "1"},
        )
        try:
            while " ready " not in (said := log.read_text("utf-8", "replace")):
                if process.poll() is not None or time.perf_counter() - start > _READY_S:
                    raise RuntimeError(f"the daemon did not start: {said[-1500:]}")
                time.sleep(0.005)
            yield Service(process=process, ready_s=time.perf_counter() - start)
        finally:
            process.terminate()
            process.wait(60)
