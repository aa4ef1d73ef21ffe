"""The daemon's end of the sandbox: keeps a zygote alive and runs tasks in its children. Safe for many threads."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from models.errors import TryLater
from models.reasons import ReasonCode
from robot.reading import wire

_START_S = 60.0
_GRACE_S = 10.0
"""How much longer than a task's own limit we wait for the zygote's word before it counts as hung."""
_SIGXCPU = 24
_FATAL_SIGNALS = frozenset({4, 5, 6, 7, 11})
"""ILL, TRAP, ABRT, BUS, SEGV: how native code ends itself, also when it is refused memory."""
_MUCH_OF_ADDRESS_SPACE = 0.5
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_.: -]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLimits:
    """Bounds of one sandboxed task. ``file_bytes`` is for each file it writes.

    ``readable`` are folders it may read beside Python, our code and the system's programs; in ``sockets`` it may name one.
    """

    wall_s: float = 20
    cpu_s: int = 30
    address_space_bytes: int = 1024 * 1024 * 1024
    file_bytes: int = 512 * 1024 * 1024
    answer_bytes: int = 64 * 1024 * 1024
    may_start_programs: bool = False
    nice: int = 0
    readable: tuple[Path, ...] = ()
    sockets: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOutcome:
    """What came of a task: ``answer`` (raw JSON, unchecked) or ``reason``.

    ``progress`` is the last thing the child said it began on; ``where`` an exception's type and place in the code.
    """

    answer: bytes | None
    reason: ReasonCode | None = None
    progress: str = ""
    where: str = ""
    cpu_s: float = 0.0
    peak_kib: int = 0


class _ZygoteGone(Exception):
    """The zygote died or hung while it had our task."""


class Sandbox:
    """Runs functions on foreign bytes in short-lived, confined children of one warm process.

    ``preload`` names modules the zygote imports at start; ``path`` import folders before the usual ones.
    """

    def __init__(self, *, preload: Sequence[str] = (), path: Sequence[Path] = ()) -> None:
        self._preload = list(preload)
        self._path = [str(folder) for folder in path]
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._closed = False

    def start(self) -> None:
        """Starts the zygote and waits until it is warm. It is also started by the first task, and again when it dies.

        Raises:
            TryLater: the process could not be started.
        """
        with self._lock:
            self._closed = False
            self._living()

    def close(self) -> None:
        """Ends the zygote and all its children; tasks under way end as cancelled."""
        with self._lock:
            self._closed = True
            self._stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def pids(self) -> tuple[int, ...]:
        """The zygote's process id (children come and go), for measuring its memory; empty when it does not run."""
        process = self._process
        return (process.pid,) if process is not None and process.poll() is None else ()

    @contextlib.contextmanager
    def folder(self, within: Path) -> Iterator[Path]:
        """An empty working folder for one task, with ``parts`` and ``tmp`` in it; removed afterwards with all in it."""
        made = Path(tempfile.mkdtemp(prefix=".task-", dir=within))
        try:
            (made / "parts").mkdir(mode=0o700)
            (made / "tmp").mkdir(mode=0o700)
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def run(
        self,
        function: str,
        documents: Sequence[Path],
        arguments: Mapping[str, Any],
        *,
        folder: Path,
        limits: TaskLimits,
    ) -> TaskOutcome:
        """Runs ``module:function`` in a child that has ``documents`` as open files and ``folder`` to write in.

        Raises:
            TryLater: the sandbox cannot be started, or is closed; nothing has taken effect.
            ValueError: too many documents or too large arguments for one task.
        """
        if len(documents) > wire.DOCUMENTS_PER_CHILD:
            raise ValueError(f"at most {wire.DOCUMENTS_PER_CHILD} documents a task")
        task = wire.Task(
            function=function,
            wall_s=limits.wall_s,
            cpu_s=limits.cpu_s,
            address_space_bytes=limits.address_space_bytes,
            file_bytes=limits.file_bytes,
            answer_bytes=limits.answer_bytes,
            may_start_programs=limits.may_start_programs,
            nice=limits.nice,
            readable=[str(folder) for folder in limits.readable],
            sockets=[str(folder) for folder in limits.sockets],
            arguments=dict(arguments),
        )
        request = wire.dumps(task)
        if len(request) > wire.REQUEST_BYTES:
            raise ValueError(f"at most {wire.REQUEST_BYTES} bytes of arguments a task")
        for _ in range(3):
            try:
                return self._run_once(request, documents, folder, limits)
            except _ZygoteGone:
                _empty(folder)
        # Most likely by this very task; a post that could do that for ever would never come to an end.
        return TaskOutcome(answer=None, reason=ReasonCode.CRASH, where="zygote died")

    def _run_once(self, request: bytes, documents: Sequence[Path], folder: Path, limits: TaskLimits) -> TaskOutcome:
        with contextlib.ExitStack() as stack:
            opened = [_open(stack, folder, os.O_RDONLY | os.O_DIRECTORY)]
            opened += [_open(stack, path, os.O_RDONLY) for path in documents]
            answer, answer_child = os.pipe()
            stack.callback(os.close, answer)
            status, status_zygote = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stack.enter_context(status)
            try:
                control = self._send(request, [answer_child, status_zygote.fileno(), *opened])
            finally:
                os.close(answer_child)
                status_zygote.close()
            try:
                data, ended = self._listen(answer, status, limits)
            except _ZygoteGone:
                self._stop_if(control)
                raise
        return _judge(data, ended, limits)

    def _send(self, request: bytes, descriptors: list[int]) -> socket.socket:
        with self._lock:
            control = self._living()
        try:
            socket.send_fds(control, [request], descriptors)
        except OSError as fault:
            self._stop_if(control)
            raise _ZygoteGone from fault
        return control

    def _listen(self, answer: int, status: socket.socket, limits: TaskLimits) -> tuple[bytes, wire.Ended]:
        """Reads the answer while it comes, and the zygote's word when the child has ended."""
        os.set_blocking(answer, False)
        most = limits.answer_bytes + 1_000_000
        deadline = time.monotonic() + limits.wall_s + _GRACE_S
        data = bytearray()
        poll = select.poll()
        poll.register(answer, select.POLLIN)
        poll.register(status, select.POLLIN)
        while len(data) <= most:
            left = deadline - time.monotonic()
            if left <= 0:
                raise _ZygoteGone
            for descriptor, _ in poll.poll(left * 1000):
                if descriptor == answer:
                    if not _drain(answer, data, most):
                        poll.unregister(answer)
                    continue
                word = _receive(status)
                if not word:
                    raise _ZygoteGone
                _drain(answer, data, most)
                return bytes(data), wire.load_ended(word)
        # Closing our end of `status`, as the caller does, makes the zygote kill the child.
        return bytes(data), wire.Ended(fate=wire.Fate.CANCELLED)

    def _living(self) -> socket.socket:
        """The socket of a running zygote; called with the lock held."""
        if self._closed:
            raise TryLater("Lesesandkassen er stengt.", after_s=60)
        if self._process is not None and self._control is not None and self._process.poll() is None:
            return self._control
        self._stop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = json.dumps({"path": self._path, "preload": self._preload})
        command = [sys.executable, "-m", "robot.reading.zygote", str(theirs.fileno()), settings]
        try:
            self._process = subprocess.Popen(
                command, env=_environment(), pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd="/"
            )
        except OSError as fault:
            ours.close()
            raise TryLater(f"Lesesandkassen lot seg ikke starte: {fault.strerror}.", after_s=60) from fault
        finally:
            theirs.close()
        ours.settimeout(_START_S)
        if _receive(ours) != b"ready":
            ours.close()
            self._stop()
            raise TryLater("Lesesandkassen lot seg ikke starte. Kjør «postrobot check».", after_s=60)
        ours.settimeout(None)
        self._control = ours
        return ours

    def _stop_if(self, control: socket.socket) -> None:
        """Stops the zygote that failed us, unless another thread has put a new one in its place."""
        with self._lock:
            if self._control is control:
                self._stop()

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                # Its children die with it (PR_SET_PDEATHSIG).
                self._process.kill()
                self._process.wait()
            self._process = None


def _environment() -> dict[str, str]:
    """All that the zygote sees of the daemon's environment: where our own code is."""
    return {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}


def _open(stack: contextlib.ExitStack, path: Path, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    stack.callback(os.close, descriptor)
    return descriptor


def _drain(descriptor: int, into: bytearray, most: int) -> bool:
    """Reads what is there; False when the other end is closed."""
    while len(into) <= most:
        try:
            piece = os.read(descriptor, 1 << 18)
        except BlockingIOError:
            return True
        if not piece:
            return False
        into += piece
    return True


def _receive(channel: socket.socket) -> bytes:
    try:
        return channel.recv(4096)
    except OSError:
        return b""


def _empty(folder: Path) -> None:
    for name in ("parts", "tmp"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(mode=0o700, exist_ok=True)


def _judge(data: bytes, ended: wire.Ended, limits: TaskLimits) -> TaskOutcome:
    progress, answer, reason, where = "", None, None, ""
    lines = data.split(b"\n")
    for line in lines[:-1]:
        if line.startswith(b"@"):
            progress = line[1:500].decode("utf-8", "replace")
        elif line.startswith(b"=") and answer is None:
            answer = line[1:]
        elif line.startswith(b"!"):
            reason, where = _stated(line[1:])
    if len(data) > limits.answer_bytes + 1_000_000 or (answer is not None and len(answer) > limits.answer_bytes):
        reason, answer = ReasonCode.OUTPUT_LIMIT, None
    elif ended.fate is wire.Fate.TIMEOUT or (ended.fate is wire.Fate.SIGNALLED and ended.code == _SIGXCPU):
        reason, answer = ReasonCode.TIMEOUT, None
    elif ended.fate is wire.Fate.REFUSED:
        reason, answer = ReasonCode.MEMORY, None
    elif ended.fate is wire.Fate.EXITED and ended.code == 0 and answer is not None:
        reason = None
    else:
        answer, reason = None, reason or (ReasonCode.MEMORY if _starved(ended, limits) else ReasonCode.CRASH)
        where = where or f"{ended.fate.value} {ended.code}"
    return TaskOutcome(
        answer=answer, reason=reason, progress=progress, where=where, cpu_s=ended.cpu_s, peak_kib=ended.peak_kib
    )


def _starved(ended: wire.Ended, limits: TaskLimits) -> bool:
    """Whether a child most likely died of being refused memory: PDFium and others then abort rather than tell."""
    much = ended.peak_kib * 1024 >= _MUCH_OF_ADDRESS_SPACE * limits.address_space_bytes
    return ended.fate is wire.Fate.SIGNALLED and ended.code in _FATAL_SIGNALS and much


def plain(where: str) -> str:
    """A child's word about a place in the code, fit for the log whatever the child has become."""
    return _NOT_PLAIN.sub("", where)[:120]


def _stated(raw: bytes) -> tuple[ReasonCode, str]:
    """A child's own word for why it stopped; anything but the three expected reasons is a crash."""
    try:
        word = json.loads(raw)
        reason = ReasonCode(word["reason"])
        where = plain(str(word["where"]))
    except (ValueError, KeyError, TypeError):
        return ReasonCode.CRASH, ""
    expected = (ReasonCode.MEMORY, ReasonCode.OUTPUT_LIMIT, ReasonCode.CRASH)
    return (reason if reason in expected else ReasonCode.CRASH), where
