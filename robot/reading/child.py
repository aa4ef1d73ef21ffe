"""The life of a reading child, from the fork to its end: gives up what it can, runs one function, answers, dies."""

from __future__ import annotations

import errno
import fcntl
import importlib
import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from models.reasons import ReasonCode
from robot.reading import confine, wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a task's function works with: documents to read, a folder of its own, arguments, a voice for progress."""

    documents: tuple[Path, ...]
    folder: Path
    arguments: Mapping[str, Any]
    progress: Callable[[str], None]


TaskFunction = Callable[[Bench], object]
"""A sandboxed task: returns something that :func:`robot.reading.wire.dumps` can write."""


def live(task: wire.Task, *, parent: int, answer: int, folder: int, documents: Sequence[int]) -> NoReturn:
    """Everything a forked child does. Never returns, and runs none of the zygote's exit handlers."""
    code = 70
    try:
        confine.die_with_parent(parent)
        os.setsid()
        kept = _keep_only([answer, folder, *documents])
        answer, folder, *documents = kept
        os.fchdir(folder)
        bench = _furnish(task, answer, folder, documents)
        _give_up(task, folder, documents)
        code = _work(task, bench, answer)
    except BaseException as fault:
        _explain(answer, fault)
    finally:
        os._exit(code)


def _keep_only(wanted: Sequence[int]) -> list[int]:
    """Moves the wanted descriptors to 3, 4, … and closes all others (the zygote's socket, other tasks' pipes)."""
    high = [os.dup(descriptor) for descriptor in wanted]
    lifted = [_above(descriptor, 3 + len(wanted)) for descriptor in high]
    for place, descriptor in enumerate(lifted, start=3):
        os.dup2(descriptor, place, inheritable=False)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    end = 3 + len(wanted)
    os.closerange(end, max(int(entry.name) for entry in Path("/proc/self/fd").iterdir()) + 1)
    return list(range(3, end))


def _above(descriptor: int, floor: int) -> int:
    return descriptor if descriptor >= floor else fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, floor)


def _furnish(task: wire.Task, answer: int, folder: int, documents: Sequence[int]) -> Bench:
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_DFL)
    # RLIMIT_FSIZE then gives an error that can be told from others, instead of a signal (Python's own default).
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    own = Path(f"/proc/self/fd/{folder}").readlink()
    os.environ.clear()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8", "TMPDIR": str(own / "tmp")})
    tempfile.tempdir = str(own / "tmp")
    return Bench(
        documents=tuple(Path(f"/proc/self/fd/{descriptor}") for descriptor in documents),
        folder=own,
        arguments=task.arguments,
        progress=lambda word: wire.write_all(answer, b"@" + word.encode("utf-8", "replace") + b"\n"),
    )


def _give_up(task: wire.Task, folder: int, documents: Sequence[int]) -> None:
    if task.nice:
        os.nice(task.nice)
    confine.close_file_system(
        readable=(*confine.program_trees(), *map(Path, task.readable)),
        documents=documents,
        folder=folder,
        sockets=map(Path, task.sockets),
    )
    confine.limit_resources(
        confine.ResourceLimits(
            address_space_bytes=task.address_space_bytes,
            cpu_s=task.cpu_s,
            file_bytes=task.file_bytes,
            may_start_programs=task.may_start_programs,
        )
    )


def _work(task: wire.Task, bench: Bench, answer: int) -> int:
    module, _, name = task.function.partition(":")
    function: TaskFunction = getattr(importlib.import_module(module), name)
    data = wire.dumps(function(bench))
    if len(data) > task.answer_bytes:
        wire.write_all(answer, b"!" + wire.dumps({"reason": ReasonCode.OUTPUT_LIMIT, "where": ""}) + b"\n")
        return 0
    wire.write_all(answer, b"=" + data + b"\n")
    return 0


def place_of(fault: BaseException) -> str:
    """Type of an exception, and file and line it came from; its message is left out, since it may quote the post."""
    frames = traceback.extract_tb(fault.__traceback__)
    return f"{type(fault).__name__} {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def _explain(answer: int, fault: BaseException) -> None:
    """Tells what stopped us: a code, and where in the code, but nothing of the post."""
    reason = ReasonCode.CRASH
    if isinstance(fault, MemoryError):
        reason = ReasonCode.MEMORY
        # What little is left must do for the explanation; the hard limit stands where it stood.
        fault.__traceback__ = None
    elif isinstance(fault, OSError) and fault.errno in (errno.EFBIG, errno.ENOSPC):
        reason = ReasonCode.OUTPUT_LIMIT
    try:
        wire.write_all(answer, b"!" + wire.dumps({"reason": reason, "where": place_of(fault)}) + b"\n")
    except (OSError, MemoryError):
        pass  # Nobody is listening, or there is nothing left to say it with; the exit code tells.
