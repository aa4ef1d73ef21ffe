"""The wire beneath ``connectors/http.py``: every single wait on the network also ends at the deadline of the whole call.

The time-outs of HTTP libraries are per wait: a server that sends one byte now and then would hold us for ever.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore2
import httpx2

_deadline: ContextVar[float | None] = ContextVar("http_deadline", default=None)
_LEAST_S = 0.001

_SAME_NAME = (
    "ConnectError",
    "ConnectTimeout",
    "LocalProtocolError",
    "NetworkError",
    "PoolTimeout",
    "ProtocolError",
    "ProxyError",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "TimeoutException",
    "UnsupportedProtocol",
    "WriteError",
    "WriteTimeout",
)
_ERRORS: dict[type[Exception], type[httpx2.TransportError]] = {
    getattr(httpcore2, name): getattr(httpx2, name) for name in _SAME_NAME
}


@contextmanager
def until(deadline: float | None) -> Iterator[None]:
    """Within the block no wait on the network goes past ``deadline`` (``time.monotonic``)."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


def _within(timeout: float | None, out_of_time: Callable[[str], Exception]) -> float | None:
    deadline = _deadline.get()
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        raise out_of_time("the deadline of the call is passed")
    return max(_LEAST_S, left if timeout is None else min(timeout, left))


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _within(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _within(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        within = _within(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, within))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.NetworkStream:
        within = _within(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, within, local_address, socket_options))


class _Body(httpx2.SyncByteStream):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        with _errors():
            yield from self._inner

    def close(self) -> None:
        with _errors():
            self._inner.close()


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except tuple(_ERRORS) as error:
        kind = next(ours for theirs, ours in _ERRORS.items() if type(error) is theirs)
        raise kind(str(error)) from error


class DeadlineTransport(httpx2.BaseTransport):
    """HTTP/1.1 over a pool of verified connections, which keeps :func:`until`. Used from several threads at once."""

    def __init__(self, context: ssl.SSLContext, *, proxy: str = "", connections: int = 8) -> None:
        """Opens nothing. ``proxy`` is ``http://host:port``, empty: none; nothing is read from the environment."""
        pool = {
            "ssl_context": context,
            "max_connections": connections,
            "max_keepalive_connections": connections,
            # Shorter than servers wait (Kestrel 130 s, nginx 75 s, some gateways 10 s), so that we let go first.
            "keepalive_expiry": 5.0,
            "network_backend": _Backend(),
        }
        self._pool: httpcore2.ConnectionPool = (
            httpcore2.HTTPProxy(proxy, **pool) if proxy else httpcore2.ConnectionPool(**pool)  # type: ignore[arg-type]
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """See ``httpx2.BaseTransport``."""
        url = request.url
        inner = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _errors():
            answer = self._pool.handle_request(inner)
        return httpx2.Response(
            status_code=answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        """Closes the connections."""
        self._pool.close()
