"""A TCP proxy for tests that breaks the connection at a chosen place: after so many bytes, or at a word.

It works below TLS, counting bytes; or it ends the client's TLS itself, so that words of the protocol are seen, and talks
to the server in plain text, which never leaves the machine.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

_PATIENCE_S = 30.0


class Direction(StrEnum):
    """Which way the bytes flow that a fault watches."""

    TO_SERVER = "to_server"
    TO_CLIENT = "to_client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Breaks one connection, ``times`` times, then lets everything through.

    It breaks when ``word`` has been seen in the direction (empty: from the start) and ``after_bytes`` more have passed.
    What has passed until then is delivered; with ``swallow`` the bytes with the word are not.
    """

    direction: Direction
    word: bytes = b""
    after_bytes: int = 0
    swallow: bool = False
    times: int = 1


class FaultProxy:
    """Listens on loopback at ``port`` and passes on to a server. Start with :func:`fault_proxy`.

    ``client_tls`` is the context shown to clients; None: bytes pass as they are.
    """

    def __init__(
        self,
        server_port: int,
        *,
        client_tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server_port = server_port
        self._client_tls = client_tls
        self._fault: Fault | None = None
        self._left = 0
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.broken = 0
        self.connections = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def break_with(self, fault: Fault | None) -> None:
        """Sets the fault for bytes from now on; None: none."""
        with self._lock:
            self._fault, self._left = fault, 0 if fault is None else fault.times

    def cut(self) -> None:
        """Cuts every connection now."""
        with self._lock:
            sockets = list(self._sockets)
        for each in sockets:
            try:
                # Only that: the thread that uses the socket closes it.
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self) -> None:
        """Stops listening and cuts everything."""
        # Closing alone does not wake a thread that is in accept().
        _shut(self._listener)
        self.cut()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            client.settimeout(_PATIENCE_S)
            if self._client_tls is not None:
                client = self._client_tls.wrap_socket(client, server_side=True)
            server = socket.create_connection(("127.0.0.1", self._server_port), timeout=_PATIENCE_S)
        except OSError:
            _shut(client)
            return
        with self._lock:
            self._sockets |= {client, server}
        try:
            self._pump(client, server)
        except (OSError, ValueError):
            # One side went away, or cut() closed both while we were waiting.
            pass
        finally:
            _shut(client)
            _shut(server)
            with self._lock:
                self._sockets -= {client, server}

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        """Both ways in one thread: a TLS object must not be read and written at the same time."""
        ways = {client: (server, Direction.TO_SERVER, _Watch()), server: (client, Direction.TO_CLIENT, _Watch())}
        while True:
            buffered = isinstance(client, ssl.SSLSocket) and client.pending()
            ready = [client] if buffered else select.select(list(ways), [], [])[0]
            for source in ready:
                target, direction, watch = ways[source]
                data = source.recv(65536)
                passed, broken = self._look(data, direction, watch)
                if passed:
                    target.sendall(passed)
                if broken or not data:
                    return

    def _look(self, data: bytes, direction: Direction, watch: _Watch) -> tuple[bytes, bool]:
        """What of ``data`` still goes through, and whether the connection breaks after it."""
        with self._lock:
            fault = self._fault
            if fault is None or not self._left or fault.direction is not direction:
                return data, False
            if watch.fault is not fault:
                watch.fault, watch.seen, watch.passed = fault, False, 0
            start = 0
            if not watch.seen:
                start = data.find(fault.word)
                if start < 0:
                    return data, False
                watch.seen = True
                if not fault.swallow:
                    start += len(fault.word)
            room = fault.after_bytes - watch.passed
            if not fault.swallow and len(data) - start < room:
                watch.passed += len(data) - start
                return data, False
            self._left -= 1
            self.broken += 1
            return data[:start] if fault.swallow else data[: start + room], True


class _Watch:
    """How far one direction of one connection is into a fault."""

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.seen = False
        self.passed = 0


@contextmanager
def fault_proxy(server_port: int, *, client_tls: ssl.SSLContext | None = None) -> Iterator[FaultProxy]:
    """A running proxy, closed at the end."""
    proxy = FaultProxy(server_port, client_tls=client_tls)
    try:
        yield proxy
    finally:
        proxy.close()


def _shut(each: socket.socket) -> None:
    try:
        each.shutdown(socket.SHUT_RDWR)
    except OSError:
        # Not connected any more, which is what is wanted.
        pass
    each.close()
