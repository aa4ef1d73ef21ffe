"""The base of loopback servers: HTTP or HTTPS on 127.0.0.1, a thread a connection, every request recorded, faults as planned.

A server subclasses :class:`LoopbackServer` and marks its handlers with :func:`route`::

    class Echo(LoopbackServer):
        @route("GET", r"/echo/(?P<word>[^/]+)")
        def echo(self, request: Request) -> Reply:
            return Reply.json({"word": request.named["word"]})

Handlers run one at a time (under ``self.lock``), so that their state needs no locks of its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from connectors.testing.servers.faults import Fault, FaultKind, FaultPlan
from connectors.testing.servers.openapi import PublishedApi

_Handler = Callable[[Any, "Request"], "Reply"]
_F = TypeVar("_F", bound=_Handler)
_CHUNK = 64 * 1024
_BODY_LIMIT = 64 * 1024 * 1024
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came in. Header names are in lower case; ``named`` are the named groups of the route."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""
    named: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body as JSON; ValueError when it is none."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def param(self, name: str) -> str | None:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), None)

    def params(self, name: str) -> list[str]:
        """All values of a query parameter."""
        return [value for key, value in self.query if key == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes out. A ``body`` in pieces is sent as they come; then ``length`` must be told, or it is chunked."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterator[bytes] = b""
    length: int | None = None

    @classmethod
    def json(cls, data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        """JSON as the body."""
        told = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        return cls(status=status, headers=told, body=json.dumps(data, ensure_ascii=False).encode())

    @classmethod
    def text(cls, text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        """Plain text as the body."""
        return cls(
            status=status, headers={"Content-Type": "text/plain; charset=utf-8", **(headers or {})}, body=text.encode()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A request and how it ended; ``status`` is 0 when no answer was given. ``fault`` is what was done to it."""

    request: Request
    status: int
    fault: Fault | None = None


def route(method: str, pattern: str) -> Callable[[_F], _F]:
    """Marks a method as the handler of ``method`` on paths that match ``pattern`` whole."""

    def mark(function: _F) -> _F:
        marks = [*getattr(function, "_routes", []), (method, re.compile(pattern))]
        function._routes = marks  # type: ignore[attr-defined]
        return function

    return mark


class LoopbackServer:
    """See the module. Use as a context manager, or :meth:`start` and :meth:`close`.

    ``tls``: HTTPS with a certificate of an authority of its own (:attr:`ca_file`). ``state``: a folder where a server may
    keep what must outlive its process (:meth:`keep`, :meth:`kept`). ``specs``: the folder of published formats; where a
    server names one in :attr:`published`, requests and answers are held to it and :attr:`violations` tells what was not
    kept. Without it nothing is checked. ``now`` is the server's clock (UTC epoch seconds), also in its Date header.
    """

    published: ClassVar[Mapping[str, str]] = {}
    """Path prefix at this server → file of the published OpenAPI under ``specs``; its paths are below the prefix, or begin
    with it."""

    drifts: ClassVar[bool] = False
    """Whether the service is known to be ahead of its published format (see :class:`PublishedApi`)."""

    refusals: ClassVar[bool] = True
    """Whether the published format tells of refusals (see :class:`PublishedApi`)."""

    def __init__(
        self,
        *,
        tls: bool = False,
        state: Path | None = None,
        specs: Path | None = None,
        port: int = 0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.now = now
        self.lock = threading.RLock()
        self.faults = FaultPlan()
        self.requests: list[Recorded] = []
        self.violations: list[str] = []
        self.state = state
        self._apis: dict[str, PublishedApi] = {}
        if specs is not None:
            self._apis = {
                prefix: PublishedApi(specs / name, prefix=prefix, drifts=self.drifts, refusals=self.refusals)
                for prefix, name in self.published.items()
            }
        self._routes = _routes(type(self))
        self._released = threading.Event()
        self._own: Path | None = None
        self._sockets: set[socket.socket] = set()
        self._http = _Listener(("127.0.0.1", port), _make_handler(self))
        self.port = int(self._http.server_address[1])
        self.scheme = "http"
        if tls:
            self._with_tls()
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address of the server, without a slash at the end. Under TLS its certificate is for localhost and 127.0.0.1."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> Path | None:
        """The authority's certificate (PEM) under TLS."""
        return self._own / "ca.pem" if self._own is not None else None

    def start(self) -> Self:
        """Answers from now on."""
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Stops, lets go of whatever hangs and cuts every connection."""
        self._released.set()
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join(_PATIENCE_S)
            self._thread = None
        self._http.server_close()
        self.cut()
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def cut(self) -> None:
        """Cuts every open connection."""
        with self.lock:
            sockets = list(self._sockets)
        for each in sockets:
            try:
                # Only that: the thread that uses the socket closes it.
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def let_go(self) -> None:
        """Requests that hang or stall, now and later, go on."""
        self._released.set()

    def recorded(self, method: str = "", path: str = "") -> list[Recorded]:
        """Requests so far with that method whose path holds the regular expression ``path``."""
        with self.lock:
            return [
                each
                for each in self.requests
                if (not method or each.request.method == method) and re.search(path, each.request.path)
            ]

    def keep(self, data: object) -> None:
        """Writes ``data`` (JSON) into the state folder, whole or not at all; does nothing without one."""
        if self.state is None:
            return
        part = self.state / "server.json.part"
        with part.open("w", encoding="utf-8") as out:
            json.dump(data, out)
            out.flush()
            os.fsync(out.fileno())
        part.rename(self.state / "server.json")

    def kept(self) -> Any:
        """What :meth:`keep` wrote last; None when there is nothing."""
        path = None if self.state is None else self.state / "server.json"
        return json.loads(path.read_text(encoding="utf-8")) if path is not None and path.is_file() else None

    def answer(self, request: Request) -> Reply:
        """The reply to a request, by its route. 404 and 405 as servers give them; :class:`Stop` ends a handler early."""
        others = False
        for method, pattern, name in self._routes:
            match = pattern.fullmatch(request.path)
            if match is None:
                continue
            if method != request.method:
                others = True
                continue
            named = {key: unquote(value) for key, value in match.groupdict().items() if value is not None}
            with_names = Request(
                method=request.method,
                path=request.path,
                query=request.query,
                headers=request.headers,
                body=request.body,
                named=named,
            )
            try:
                reply: Reply = getattr(self, name)(with_names)
            except Stop as stop:
                reply = stop.reply
            return reply
        return Reply(status=405 if others else 404)

    def _answered(self, request: Request) -> Reply:
        """As :meth:`answer`, held to the published format."""
        with self.lock:
            reply = self.answer(request)
            for prefix, api in self._apis.items():
                if request.path.startswith(prefix):
                    below = request.path[len(prefix) :]
                    self.violations += api.faults_of_request(
                        request.method, below, request.query, request.headers, request.body
                    )
                    if isinstance(reply.body, bytes):
                        told = {key.lower(): value for key, value in reply.headers.items()}
                        self.violations += api.faults_of_answer(request.method, below, reply.status, told, reply.body)
            return reply

    def _record(self, request: Request, status: int, fault: Fault | None) -> None:
        with self.lock:
            self.requests.append(Recorded(request=request, status=status, fault=fault))

    def _with_tls(self) -> None:
        from connectors.testing.certificates import write_authority, write_certificate

        self._own = Path(tempfile.mkdtemp(prefix="postrobot-server-"))
        write_authority(self._own, "ca")
        write_certificate(self._own, "server", "ca", ("localhost",))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._own / "server.pem", self._own / "server.key")
        self._http.tls = context
        self.scheme = "https"

    @contextmanager
    def _connected(self, connection: socket.socket) -> Any:
        with self.lock:
            self._sockets.add(connection)
        try:
            yield
        finally:
            with self.lock:
                self._sockets.discard(connection)


class Stop(Exception):
    """Raised in a handler to answer at once."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(reply.status)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    tls: ssl.SSLContext | None = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news; a fault of the server shows as a missing answer."""


def _make_handler(server: LoopbackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _PATIENCE_S
        # Head and body go out in several writes; with Nagle's algorithm each answer would wait 40 ms for an ACK.
        disable_nagle_algorithm = True

        def setup(self) -> None:
            # The handshake belongs to this connection's thread: a client that never ends it holds up nobody.
            if server._http.tls is not None:
                self.request.settimeout(_PATIENCE_S)
                self.request = server._http.tls.wrap_socket(self.request, server_side=True)
            super().setup()

        def handle(self) -> None:
            with server._connected(self.connection):
                try:
                    super().handle()
                except OSError:
                    self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Requests are recorded, not printed."""

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(int(server.now() if timestamp is None else timestamp))

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._serve
            raise AttributeError(name)

        def _serve(self) -> None:
            request = self._read()
            fault = server.faults.next(request.method, request.path)
            kind = fault.kind if fault else None
            if fault is not None and kind in (FaultKind.DROP, FaultKind.HANG):
                server._record(request, 0, fault)
                if kind is FaultKind.HANG:
                    server._released.wait(_PATIENCE_S)
                self._gone()
                return
            if fault is not None and kind in (FaultKind.STATUS, FaultKind.REPLACE):
                reply = Reply(status=fault.status, headers=fault.headers, body=fault.body)
            else:
                reply = server._answered(request)
            if fault is not None and kind is FaultKind.STATUS_AFTER:
                reply = Reply(status=fault.status, headers=fault.headers, body=fault.body)
            if kind is FaultKind.DROP_AFTER:
                server._record(request, 0, fault)
                self._gone()
                return
            server._record(request, reply.status, fault)
            self._send(reply, fault if kind in (FaultKind.TRUNCATE, FaultKind.STALL) else None)

        def _read(self) -> Request:
            parts = urlsplit(self.path)
            length = min(int(self.headers.get("Content-Length") or 0), _BODY_LIMIT)
            return Request(
                method=self.command,
                path=parts.path,
                query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
                headers={key.lower(): value for key, value in self.headers.items()},
                body=self.rfile.read(length) if length else b"",
            )

        def _send(self, reply: Reply, fault: Fault | None) -> None:
            length = len(reply.body) if isinstance(reply.body, bytes) else reply.length
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if length is None:
                self.send_header("Transfer-Encoding", "chunked")
            elif reply.status not in (204, 304):
                self.send_header("Content-Length", str(length))
            self.end_headers()
            if self.command == "HEAD" or reply.status in (204, 304):
                return
            sent = 0
            for chunk in _chunks(reply.body):
                if fault is not None and sent + len(chunk) > fault.after_bytes:
                    self._write(chunk[: fault.after_bytes - sent], chunked=length is None)
                    if fault.kind is FaultKind.TRUNCATE:
                        self._gone()
                        return
                    server._released.wait(_PATIENCE_S)
                    chunk, fault = chunk[fault.after_bytes - sent :], None
                self._write(chunk, chunked=length is None)
                sent += len(chunk)
            if length is None:
                self.wfile.write(b"0\r\n\r\n")

        def _write(self, chunk: bytes, *, chunked: bool) -> None:
            if chunk:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunked else chunk)
                self.wfile.flush()

        def _gone(self) -> None:
            self.close_connection = True
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    return Handler


def _chunks(body: bytes | Iterator[bytes]) -> Iterable[bytes]:
    if isinstance(body, bytes):
        for start in range(0, len(body), _CHUNK):
            yield body[start : start + _CHUNK]
        return
    held: list[bytes] = []
    size = 0
    for piece in body:
        held.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _routes(kind: type) -> list[tuple[str, re.Pattern[str], str]]:
    found = []
    for name in dict.fromkeys(name for base in kind.__mro__ for name in vars(base)):
        for method, pattern in getattr(getattr(kind, name, None), "_routes", []):
            found.append((method, pattern, name))
    return found
