"""A client of clamd: INSTREAM, PING and VERSION over a Unix socket or TCP (clamd(8), seen with ClamAV 1.4).

INSTREAM is chunks, each with its length in four bytes (network order), ended by a chunk of length zero. The answer is
``stream: OK``, ``stream: NAME FOUND`` or some text that ends in ``ERROR``. Anything else, and everything that breaks or
takes too long, is *not scanned*.
"""

from __future__ import annotations

import contextlib
import io
import re
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from connectors.clamav.eicar import eicar
from models.errors import OutOfReach
from models.scanning import CLEAN, ScanResult, SignatureVersion, Verdict, WhyNot, not_scanned

CHUNK_BYTES = 64 * 1024
_ANSWER_BYTES = 4096
_CONNECT_S = 10.0
_ASK_S = 10.0
_FOUND = re.compile(r"stream: (?P<name>.+) FOUND\Z", re.DOTALL)
_PRINTABLE = re.compile(r"[^\x21-\x7e]+")
_OVER_LIMIT = "Heuristics.Limits.Exceeded"
"""With ``AlertExceedsMax yes`` clamd says so of what it did not look at whole; without, it says OK (clamd.conf(5))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClamdSettings:
    """Where clamd is: ``socket_path``, or ``host`` and ``port``. ``timeout_s`` bounds the scan of one file as a whole.

    A file over ``largest_bytes`` is never sent: clamd would answer OK of what is above its MaxFileSize.
    """

    socket_path: Path | None = None
    host: str = ""
    port: int = 3310
    timeout_s: float = 120.0
    largest_bytes: int = 100 * 1024 * 1024
    connection: str = "virusskanner"

    @property
    def place(self) -> str:
        """The address as people read it."""
        return str(self.socket_path) if self.socket_path is not None else f"{self.host}:{self.port}"


class ClamdScanner:
    """Scans each file on a connection of its own. May be used from several threads; opens nothing before it is used."""

    def __init__(self, settings: ClamdSettings) -> None:
        self._settings = settings

    def scan(self, path: Path) -> ScanResult:
        """Streams a file to clamd; see :class:`connectors.contract.Scanner`. Never raises for what clamd does."""
        size = path.stat().st_size
        if size == 0:
            return CLEAN
        if size > self._settings.largest_bytes:
            return not_scanned(WhyNot.TOO_LARGE)
        with path.open("rb") as content:
            return self._scan(content)

    def finds_eicar(self) -> bool:
        """Whether the scanner finds the test string: one that has no signatures answers OK of everything."""
        return self._scan(io.BytesIO(eicar())).verdict is Verdict.FOUND

    def version(self) -> SignatureVersion:
        """Which signatures are in use.

        Raises:
            OutOfReach: clamd does not answer.
        """
        return _version(self._ask("VERSION"))

    def ping(self) -> None:
        """Asks whether clamd is there.

        Raises:
            OutOfReach: it is not, or does not speak its language.
        """
        answer = self._ask("PING")
        if answer != "PONG":
            raise OutOfReach(self._says("svarer ikke som clamd"), connection=self._settings.connection)

    def _scan(self, content: IO[bytes]) -> ScanResult:
        deadline = time.monotonic() + self._settings.timeout_s
        try:
            channel = self._connect()
        except TimeoutError:
            return not_scanned(WhyNot.SLOW)
        except OSError:
            return not_scanned(WhyNot.DOWN)
        with channel:
            return _scanned(channel, content, deadline)

    def _connect(self) -> socket.socket:
        timeout = min(_CONNECT_S, self._settings.timeout_s)
        if self._settings.socket_path is None:
            return socket.create_connection((self._settings.host, self._settings.port), timeout=timeout)
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            channel.settimeout(timeout)
            channel.connect(str(self._settings.socket_path))
        except BaseException:
            channel.close()
            raise
        return channel

    def _ask(self, command: str) -> str:
        deadline = time.monotonic() + min(_ASK_S, self._settings.timeout_s)
        try:
            with self._connect() as channel:
                _send(channel, f"z{command}\0".encode(), deadline)
                answer = _answer(channel, deadline)
        except OSError as broken:
            raise OutOfReach(
                self._says(f"svarer ikke ({broken.strerror or 'for sent'})"), connection=self._settings.connection
            ) from broken
        if answer is None:
            raise OutOfReach(self._says("svarte bare halvt"), connection=self._settings.connection)
        return answer

    def _says(self, what: str) -> str:
        return f"Virusskanneren på {self._settings.place} {what}."


def _scanned(channel: socket.socket, content: IO[bytes], deadline: float) -> ScanResult:
    """Sends the content and reads the verdict. A break while sending may have an answer waiting: over the size limit."""
    answer: str | None = None
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in _stream(content):
                _send(channel, piece, deadline)
        answer = _answer(channel, deadline)
    except TimeoutError:
        return not_scanned(WhyNot.SLOW)
    except OSError:
        return not_scanned(WhyNot.BROKEN)
    return verdict(answer)


def _stream(content: IO[bytes]) -> Iterator[bytes]:
    yield b"zINSTREAM\0"
    while chunk := content.read(CHUNK_BYTES):
        yield struct.pack(">I", len(chunk)) + chunk
    yield struct.pack(">I", 0)


def _send(channel: socket.socket, piece: bytes, deadline: float) -> None:
    channel.settimeout(_left(deadline))
    channel.sendall(piece)


def _answer(channel: socket.socket, deadline: float) -> str | None:
    """The answer up to its NUL; None when it broke off before."""
    raw = b""
    while b"\0" not in raw and len(raw) < _ANSWER_BYTES:
        channel.settimeout(_left(deadline))
        try:
            piece = channel.recv(_ANSWER_BYTES)
        except ConnectionResetError:
            return None
        if not piece:
            return None
        raw += piece
    head, end, _ = raw.partition(b"\0")
    return head.decode("utf-8", "replace").strip() if end else None


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("too slow")
    return left


def verdict(answer: str | None) -> ScanResult:
    """What an answer means; None is one that broke off. Only the exact words for clean are clean."""
    if answer is None:
        return not_scanned(WhyNot.BROKEN)
    if answer == "stream: OK":
        return CLEAN
    found = _FOUND.match(answer)
    if found is not None:
        name = _PRINTABLE.sub("?", found["name"])[:120]
        return (
            not_scanned(WhyNot.LIMITS)
            if name.startswith(_OVER_LIMIT)
            else ScanResult(verdict=Verdict.FOUND, signature=name)
        )
    if answer.endswith("ERROR"):
        return not_scanned(WhyNot.TOO_LARGE if "size limit exceeded" in answer else WhyNot.ERROR)
    return not_scanned(WhyNot.BROKEN)


def _version(answer: str) -> SignatureVersion:
    """``ClamAV 1.4.6/27500/Mon Nov 23 09:35:12 2026``: program, number and time of the daily database (local to none)."""
    text = _PRINTABLE.sub(" ", answer)[:80]
    pieces = text.split("/", 2)
    if len(pieces) < 3 or not pieces[1].isdigit():
        return SignatureVersion(text=text)
    return SignatureVersion(text=text, database=f"{pieces[1]}/{pieces[2]}"[:60], made_at=_time(pieces[2]))


def _time(words: str) -> float | None:
    """The C library's ``ctime`` form. Its zone is not said: clamd writes its machine's own, so it is right to a day."""
    try:
        return datetime.strptime(" ".join(words.split()), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
