"""A fake clamd on a Unix socket that does what the real one does on a bad day."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connectors.clamav.client import ClamdScanner, ClamdSettings

Scan = Callable[[bytes], bytes | None]
"""The content of a stream → the raw answer; None answers nothing and leaves the line open until the server ends."""


@dataclass(slots=True)
class FakeClamd:
    """``answer`` may be changed while it runs; ``scanned`` are the contents it was given whole, in order.

    ``deaf``: nothing is answered, whatever is asked. ``stops_after`` bytes of a stream it says ``answer`` and closes.
    """

    path: Path
    answer: Scan = lambda content: b"stream: OK\0"
    version: bytes = b"ClamAV 1.4.3/27500/Mon Nov 23 09:35:12 2026\0"
    deaf: bool = False
    stops_after: int | None = None
    scanned: list[bytes] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def scanner(self, *, timeout_s: float = 60.0, largest_bytes: int = 1 << 20) -> ClamdScanner:
        """A client of it."""
        return ClamdScanner(ClamdSettings(socket_path=self.path, timeout_s=timeout_s, largest_bytes=largest_bytes))

    @contextlib.contextmanager
    def running(self) -> Iterator[FakeClamd]:
        """Listens inside the block."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.bind(str(self.path))
            door.listen(16)
            accepting = threading.Thread(target=self._accept, args=(door,))
            accepting.start()
            try:
                yield self
            finally:
                self._ended.set()
                with contextlib.suppress(OSError):
                    door.shutdown(socket.SHUT_RDWR)
                accepting.join(60)
                self.path.unlink(missing_ok=True)

    def _accept(self, door: socket.socket) -> None:
        talks: list[threading.Thread] = []
        while True:
            try:
                channel, _ = door.accept()
            except OSError:
                break
            talk = threading.Thread(target=self._talk, args=(channel,))
            talk.start()
            talks.append(talk)
        for talk in talks:
            talk.join(60)

    def _talk(self, channel: socket.socket) -> None:
        with channel, contextlib.suppress(OSError):
            channel.settimeout(60)
            command = self._until_nul(channel)
            if self.deaf:
                self._ended.wait(60)
            elif command == b"zPING":
                channel.sendall(b"PONG\0")
            elif command == b"zVERSION":
                channel.sendall(self.version)
            elif command == b"zINSTREAM":
                self._stream(channel)
            else:
                channel.sendall(b"UNKNOWN COMMAND\0")

    def _stream(self, channel: socket.socket) -> None:
        content = b""
        while length := struct.unpack(">I", _exactly(channel, 4))[0]:
            content += _exactly(channel, length)
            if self.stops_after is not None and len(content) > self.stops_after:
                channel.sendall(self.answer(content) or b"")
                return
        self.scanned.append(content)
        said = self.answer(content)
        if said is None:
            self._ended.wait(60)
        else:
            channel.sendall(said)

    @staticmethod
    def _until_nul(channel: socket.socket) -> bytes:
        said = b""
        while not said.endswith(b"\0"):
            said += _exactly(channel, 1)
        return said[:-1]


def in_turn(answers: Sequence[bytes | None]) -> Scan:
    """Gives these answers one after the other; the last one for ever."""
    left = list(answers)

    def answer(_content: bytes) -> bytes | None:
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def _exactly(channel: socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        piece = channel.recv(length - len(got))
        if not piece:
            raise ConnectionResetError("the other side hung up")
        got += piece
    return got
