"""The preloaded parent of the crash harness: everything imported, the sandbox warm, and a fork for each robot process.

``python -m tests.support.crash_parent FD`` serves one harness over a socket until it closes. A robot costs a fork and what
it does itself; kill -9 is real. The sandbox's zygote is shared by the forks, as one service shares it between its threads.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 900.0
"""A robot that has not ended by then is hung, which is a failure: long enough for a heap of post on a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a robot process ended: ``result`` when it lived to the end, ``killed`` when it died by SIGKILL."""

    killed: bool
    result: Mapping[str, Any] | None
    seconds: float


class Stable:
    """The harness's end: one parent process, one robot at a time. Use one for each core."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.support.crash_parent", str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT, stdin=subprocess.DEVNULL)
        self._channel: Connection[Any, Any] = Connection(ours.detach())
        try:
            self._channel.recv()
        except EOFError:
            raise ChildProcessError("the parent of the robots did not start") from None

    def run(self, job: Any) -> Ended:
        """One robot process, from its start to its end.

        Raises:
            AssertionError: it failed, or hung; the text is its traceback.
        """
        self._channel.send(job)
        code, text, seconds = self._channel.recv()
        if code == -signal.SIGKILL and text != "hung":
            return Ended(killed=True, result=None, seconds=seconds)
        if code != 0:
            raise AssertionError(f"the robot ended with {code}: {text}\n{job}")
        return Ended(killed=False, result=json.loads(text), seconds=seconds)

    def close(self) -> None:
        """Ends the parent, and with it the zygote."""
        self._channel.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Elsewhere:
    """Stands for the zygote in a fork: it is the parent's child, not ours, and lives as long as the parent."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> None:
        return None

    def wait(self, timeout: float | None = None) -> int:
        return 0

    def kill(self) -> None:
        return None


def serve(channel: Connection[Any, Any]) -> None:
    """Forks robots until the harness goes away."""
    import structlog

    from robot.reading.dispatch import ReadingRoom
    from robot.variants import VARIANT_TASKS
    from tests.support import crash_robot

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with ReadingRoom(tasks=VARIANT_TASKS, read_scans=False) as room:
        _warm_up(crash_robot, room)
        channel.send("ready")
        while True:
            try:
                job = channel.recv()
            except EOFError:
                return
            started = time.monotonic()
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(reading)
                channel.close()
                _be_robot(crash_robot, job, room, writing)
            os.close(writing)
            text = _hear(reading, pid, job.die_after_s)
            _, status = os.waitpid(pid, 0)
            channel.send((os.waitstatus_to_exitcode(status), text, time.monotonic() - started))


def _warm_up(crash_robot: Any, room: Any) -> None:
    """A whole day once here, so that no fork has to import and compile what every one needs."""
    from tests.support.crash_harness import scratch
    from tests.support.crash_stages import OnDisk

    folder = scratch()
    try:
        OnDisk(folder / "varm")
        crash_robot.live(crash_robot.Job(folder=str(folder / "varm")), room)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    gc.collect()
    gc.freeze()


def _hear(reading: int, pid: int, die_after_s: float | None) -> str:
    """What the robot says until it ends; it is killed when its time is up."""
    deadline = time.monotonic() + (die_after_s if die_after_s is not None else PATIENCE_S)
    said = bytearray()
    hung = False
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while True:
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                hung = die_after_s is None
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                deadline = time.monotonic() + PATIENCE_S
                continue
            piece = pipe.read(1 << 16)
            if not piece:
                return "hung" if hung else said.decode()
            said += piece


def _be_robot(crash_robot: Any, job: Any, room: Any, writing: int) -> NoReturn:
    from robot.log import setup_logging

    code = 1
    try:
        with (Path(job.folder) / "robot.log").open("a", encoding="utf-8") as log:
            setup_logging(form="json", level="info", stream=log)
            sandbox = room._sandbox
            sandbox._process = _Elsewhere(sandbox._process.pid)
            try:
                text = json.dumps(crash_robot.live(job, room))
                code = 0
            except BaseException:
                text = traceback.format_exc()
            with os.fdopen(writing, "wb") as out:
                out.write(text.encode())
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
