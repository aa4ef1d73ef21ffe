"""The robot's side of the archive variants: the conversion runs in the same sandbox as reading."""

from __future__ import annotations

import os
import socket
import stat
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.arkiv.pdfa.convert import TASK
from connectors.arkiv.variants import Runner, VariantArchive, make_variants
from models.reasons import ReasonCode
from robot.office import Office
from robot.reading.dispatch import ReadingRoom
from robot.reading.sandbox import TaskLimits

VARIANT_TASKS: Mapping[str, str] = {TASK: TASK}
"""To be given to :class:`~robot.reading.dispatch.ReadingRoom` as ``tasks``."""

PIPES = Path("/tmp")  # noqa: S108 - where LibreOffice puts its own, whatever TMPDIR says (osl_createPipe, seen in 7.4)
VARIANT_LIMITS = TaskLimits(
    wall_s=120,
    cpu_s=120,
    address_space_bytes=2 * 1024**3,
    may_start_programs=True,
    answer_bytes=64 * 1024,
    nice=10,
    sockets=(PIPES,),
)
"""Laying out a long letter takes longer than reading it; LibreOffice, where it is installed, must be started. It will not
start without a socket by which a second copy would find it, so it may name one, and nothing else, in ``/tmp``."""


def room_runner(room: ReadingRoom, limits: TaskLimits = VARIANT_LIMITS) -> Runner:
    """A :class:`~connectors.arkiv.variants.Runner` on ``room``, which must know :data:`VARIANT_TASKS`."""

    def run(task: str, document: Path, arguments: Mapping[str, Any], *, folder: Path) -> Mapping[str, Any]:
        result = room.run(task, [document], arguments, into=folder / "parts", limits=limits)
        _remove_dead_pipes()
        if result.reason is not None:
            known = result.reason in (ReasonCode.TIMEOUT, ReasonCode.MEMORY)
            return {"fault": result.reason.value if known else "crash", "detail": result.where}
        return result.value if isinstance(result.value, dict) else {"fault": "crash"}

    return run


def _remove_dead_pipes() -> None:
    """The sandbox lets LibreOffice name its socket and not remove it: what of ours nobody listens to any longer goes."""
    for path in PIPES.glob("OSL_PIPE_*"):
        try:
            found = path.lstat()
            if found.st_uid != os.getuid() or not stat.S_ISSOCK(found.st_mode):
                continue
            with socket.socket(socket.AF_UNIX) as asking:
                asking.settimeout(1.0)
                asking.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        except OSError:
            continue  # gone meanwhile, or somebody's in use


def make_office_variants(office: Office, *, limit: int = 50) -> str:
    """The archive variants one organisation still owes, where its archive leaves making them to us; codes and counts."""
    if not isinstance(office.archive, VariantArchive):
        return "arkivet lager dem selv"
    made, failed = 0, Counter[str]()
    while True:
        count = make_variants(office.archive, room_runner(office.room), work=office.store.spool, limit=limit)
        made += count.made
        failed.update(count.failed)
        if count.made + sum(count.failed.values()) < limit:
            left = ", ".join(f"{number} {code}" for code, number in sorted(failed.items()))
            return f"{made} laget" + (f", ikke laget: {left}" if left else "")
