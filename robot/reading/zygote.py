"""The zygote: one warm, single-threaded process that forks a child for each reading task.

Started as a fresh interpreter (``python -m robot.reading.zygote``), not forked from the daemon: a fork would carry the
daemon's memory (database, language pipelines, other people's post) into every child, and could not be repeated safely
once the daemon has threads, as it must be when the zygote has died. It lives as long as the daemon's socket is open.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from robot.reading import child, confine, wire

_MOST_DESCRIPTORS = wire.DOCUMENTS_PER_CHILD + 3


@dataclass(slots=True, kw_only=True)
class _Running:
    pid: int
    pidfd: int
    status: socket.socket
    deadline: float
    fate: wire.Fate | None = None


class Zygote:
    """Takes tasks from ``control``, forks, watches the clock, and tells how each child ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._running: dict[int, _Running] = {}

    def serve(self) -> None:
        """Runs until the daemon closes its end."""
        self._selector.register(self._control, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select(self._until_next_deadline()):
                if key.fileobj is self._control:
                    if not self._take_task():
                        self._end_all()
                        return
                elif key.data in self._running:
                    self._look_after(self._running[key.data], ended=isinstance(key.fileobj, int))
            self._kill_overdue()

    def _until_next_deadline(self) -> float | None:
        waiting = [one.deadline for one in self._running.values() if one.fate is None]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else None

    def _take_task(self) -> bool:
        raw, descriptors, _, _ = socket.recv_fds(self._control, 2 * wire.REQUEST_BYTES, _MOST_DESCRIPTORS)
        if not raw:
            return False
        if len(descriptors) < 3:
            _close(descriptors)
            return True
        task = wire.load_task(raw)
        status = socket.socket(fileno=descriptors[1])
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            status.send(wire.dumps(wire.Ended(fate=wire.Fate.REFUSED)))
            status.close()
            _close([descriptors[0], *descriptors[2:]])
            return True
        if pid == 0:
            status.detach()
            child.live(task, parent=parent, answer=descriptors[0], folder=descriptors[2], documents=descriptors[3:])
        _close([descriptors[0], *descriptors[2:]])
        one = _Running(pid=pid, pidfd=os.pidfd_open(pid), status=status, deadline=time.monotonic() + task.wall_s)
        self._running[pid] = one
        self._selector.register(one.pidfd, selectors.EVENT_READ, pid)
        self._selector.register(one.status, selectors.EVENT_READ, pid)
        return True

    def _look_after(self, one: _Running, *, ended: bool) -> None:
        if ended:
            self._bury(one)
        elif one.fate is None:
            # The daemon never writes here: readable means that it closed its end and no longer wants the answer.
            self._selector.unregister(one.status)
            self._kill(one, wire.Fate.CANCELLED)

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for one in self._running.values():
            if one.fate is None and one.deadline <= now:
                self._kill(one, wire.Fate.TIMEOUT)

    def _kill(self, one: _Running, fate: wire.Fate) -> None:
        one.fate = fate
        _kill_group(one.pid)

    def _bury(self, one: _Running) -> None:
        # Its group is killed while the dead child still holds its number, so that nobody else can have got it.
        _kill_group(one.pid)
        _, how, usage = os.wait4(one.pid, 0)
        del self._running[one.pid]
        self._selector.unregister(one.pidfd)
        os.close(one.pidfd)
        if one.fate is not wire.Fate.CANCELLED:
            self._selector.unregister(one.status)
        self._kill_strays()
        code = os.waitstatus_to_exitcode(how)
        fate = one.fate or (wire.Fate.SIGNALLED if code < 0 else wire.Fate.EXITED)
        ended = wire.Ended(
            fate=fate, code=abs(code), cpu_s=usage.ru_utime + usage.ru_stime, peak_kib=int(usage.ru_maxrss)
        )
        try:
            one.status.send(wire.dumps(ended))
        except OSError:
            pass  # The daemon did not wait for it.
        one.status.close()

    def _kill_strays(self) -> None:
        """Ends what an ended child left behind: it has become ours, even if it had left the child's session."""
        for _ in range(1000):
            try:
                listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
            except OSError:
                return
            strays = [pid for pid in map(int, listed.split()) if pid not in self._running]
            if not strays:
                return
            for pid in strays:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def _end_all(self) -> None:
        for one in list(self._running.values()):
            _kill_group(one.pid)
            os.waitpid(one.pid, 0)


def main(arguments: Sequence[str]) -> None:
    """Entry: ``[descriptor of the socket, settings as JSON]``: ``path`` (import folders), ``preload``
    (modules, or ``module:function`` to call)."""
    settings = json.loads(arguments[1])
    sys.path[:0] = settings["path"]
    _without_arrays()
    # Only by the daemon's word: a terminal's Ctrl-C goes to the whole group and must not reach the readers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for place in settings["preload"]:
        name, _, function = place.partition(":")
        module = importlib.import_module(name)
        if function:
            getattr(module, function)()
    confine.program_trees()  # Looked up once, for all children.
    confine.landlock_version()
    confine.leave_network()
    confine.adopt_orphans()
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=int(arguments[0]))
    control.send(b"ready")
    Zygote(control).serve()


def _without_arrays() -> None:
    """Hides numpy and pandas, which our libraries take when present and never need: 30 MB and a thread pool."""
    for name in ("numpy", "pandas"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def _kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


if __name__ == "__main__":
    main(sys.argv[1:])
