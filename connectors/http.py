"""HTTP for every connector that speaks it. With ``http_transport`` the one place that meets httpx2.

Deadlines on everything; TLS always verified (1.2 at least); no redirect is followed and nothing is read from the
environment, so that credentials go only where the settings say; what can be repeated is repeated a few times with
back-off and Retry-After; answers are bounded; every failure becomes an error of ours. Neither addresses, headers nor
bodies are logged.
"""

from __future__ import annotations

import ipaddress
import json
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx2
import structlog

from connectors.http_transport import DeadlineTransport, until
from models.errors import MaybeDone, NeedsHuman, OutOfReach, TryLater
from models.post import Spool, SpooledDocument, SpoolLimit
from models.reasons import ReasonCode

log = structlog.get_logger()

Headers = Mapping[str, str]
_SAFE = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that a repeat may get past."""

_DOWN = frozenset({502, 503, 504})
_CHUNK = 256 * 1024
_AFTER_REFUSAL_S = 300.0
_AFTER_TROUBLE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """How one service is reached.

    ``connection`` names it for breakers, ``what`` for people («SvarInn»). ``base_url`` is https; http only on loopback.
    ``ca_file`` stands in for the system's authorities. ``call_s`` bounds a whole small call with all its parts,
    ``download_s`` a whole download, ``idle_s`` any single wait. ``patience_s`` is the longest pause asked for by the
    service that is waited out on the spot. ``answer_bytes`` bounds an answer that is held in memory.
    """

    connection: str
    what: str
    base_url: str
    ca_file: Path | None = None
    proxy: str = ""
    connect_s: float = 10.0
    idle_s: float = 30.0
    call_s: float = 90.0
    download_s: float = 3600.0
    tries: int = 3
    patience_s: float = 10.0
    answer_bytes: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service answered. Names of ``headers`` are in lower case."""

    status: int
    headers: Headers
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether it is 2xx."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text, whatever it is. May hold personal data: never to the log."""
        return self.body.decode("utf-8", "replace")

    def ahead_s(self, now: datetime) -> float | None:
        """How far the service's clock is ahead of ``now`` by its Date header, in seconds; None when it tells none."""
        try:
            at = parsedate_to_datetime(self.headers.get("date", ""))
        except (ValueError, TypeError):
            return None
        return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            TryLater: it is something else (a maintenance page with status 200, say).
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            text = "Tjenesten svarte med noe annet enn JSON; prøves igjen."
            raise TryLater(text, after_s=_AFTER_TROUBLE_S) from error


@dataclass(slots=True)
class Body:
    """An answer on its way: ``chunks`` gives the bytes once, and raises as :class:`Http` says when they end too early."""

    status: int
    headers: Headers
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What passes time, for tests. ``now`` is aware UTC, for a Retry-After that is a date."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    share: Callable[[], float] = field(default=random.random)
    """0.0–1.0: how much of a back-off is waited (full jitter)."""


class Http:
    """Calls to one service; used from several threads at once.

    ``credentials`` is asked for headers at each try; they are sent to the service's own host only. On 401 it is told
    through ``refused`` (if given), and the call is made once more: a token may have been withdrawn before its time.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        credentials: Callable[[], Headers] | None = None,
        refused: Callable[[], None] | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        """Opens nothing.

        Raises:
            ValueError: ``base_url`` is not https (nor http on loopback).
        """
        self.settings = settings
        self._credentials = credentials
        self._refused = refused
        self._hooks = hooks or Hooks()
        self._base = checked_url(settings.base_url)
        self._client: httpx2.Client | None = None
        self._opening = threading.Lock()
        self.clock_ahead_s: float | None = None
        """How far the service's clock was ahead of ours at the last answer that had a Date, in seconds."""

    def url(self, path: str) -> str:
        """The whole address of a path under ``base_url``; an absolute address is given back as it is."""
        if path.startswith(("http://", "https://")):
            return path
        return f"{str(self._base).rstrip('/')}/{path.lstrip('/')}"

    def is_ours(self, url: str) -> bool:
        """Whether an absolute address leads to the service's own host, scheme and port, so that it may be trusted."""
        try:
            other = httpx2.URL(url)
        except (httpx2.InvalidURL, ValueError):
            return False
        return _origin(other) == _origin(self._base) and not other.userinfo

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Headers | None = None,
        json_body: object = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        expect: frozenset[int] = frozenset(),
        repeatable: bool | None = None,
        one_item: bool = False,
        key: str = "",
    ) -> Answer:
        """One small call. Gives an answer that is 2xx or whose status is in ``expect``.

        ``repeatable`` tells whether doing it twice is harmless; unless said, as the method promises (RFC 9110). With
        ``one_item`` trouble is taken to be about that item, so that the connection is not paused for it: only no
        connection and no access are.

        Raises:
            OutOfReach: no connection, no access (401, 403), the service is down (502, 503, 504).
            TryLater: any other refusal; ``after_s`` is what the service asks for.
            MaybeDone: sent, and no answer came, where a repeat is not harmless; with ``key``.
        """
        request = _Call(
            method=method,
            url=self.url(path),
            headers=dict(headers or {}),
            body={"params": params, "json": json_body, "data": form, "content": content},
            expect=expect,
            repeatable=(method in _SAFE) if repeatable is None else repeatable,
            one_item=one_item,
            key=key,
            deadline_s=self.settings.call_s,
        )
        deadline = time.monotonic() + request.deadline_s
        number = 0
        while True:
            number += 1
            try:
                with self._sent(request, deadline) as body:
                    answer = Answer(status=body.status, headers=body.headers, body=self._whole(body))
                    ahead = answer.ahead_s(self._hooks.now())
                    self.clock_ahead_s = ahead if ahead is not None else self.clock_ahead_s
                    return answer
            except BrokeOff as error:
                if not request.repeatable:
                    raise MaybeDone(str(error), key=key) from error
                if number >= self.settings.tries or self._late(deadline):
                    raise
                self._pause(number, None, deadline)

    @contextmanager
    def stream(
        self,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Headers | None = None,
        expect: frozenset[int] = frozenset(),
        one_item: bool = True,
    ) -> Iterator[Body]:
        """A GET whose body is read bit by bit. Only getting an answer at all is repeated.

        Raises:
            As :meth:`call`; while reading ``TryLater`` when the body breaks off or the time is out.
        """
        request = _Call(
            method="GET",
            url=self.url(path),
            headers={"Accept-Encoding": "identity", **(headers or {})},
            body={"params": params},
            expect=expect,
            repeatable=True,
            one_item=one_item,
            key="",
            deadline_s=self.settings.download_s,
        )
        with self._sent(request, time.monotonic() + request.deadline_s) as body:
            yield body

    def download(
        self,
        path: str,
        into: Spool,
        *,
        name: str,
        media_type: str = "",
        params: Mapping[str, str | int] | None = None,
        headers: Headers | None = None,
        one_item: bool = True,
    ) -> SpooledDocument:
        """Streams a file into the spool. ``media_type`` is what the service says it is, unless given.

        A body that breaks off is fetched once more from the start.

        Raises:
            NeedsHuman: over the size limit.
            OutOfReach, TryLater: as :meth:`call`.
            OSError: our disk is full and the like.
        """
        try:
            return self._download(path, into, name, media_type, params, headers, one_item)
        except BrokeOff:
            return self._download(path, into, name, media_type, params, headers, one_item)

    def _download(
        self,
        path: str,
        into: Spool,
        name: str,
        media_type: str,
        params: Mapping[str, str | int] | None,
        headers: Headers | None,
        one_item: bool,
    ) -> SpooledDocument:
        with self.stream(path, params=params, headers=headers, one_item=one_item) as body:
            told = body.headers.get("content-type", "").partition(";")[0].strip() or "application/octet-stream"
            try:
                with into.new(name, media_type or told) as writer:
                    for chunk in body.chunks:
                        writer.write(chunk)
            except SpoolLimit:
                raise too_large(into.limit_bytes) from None
        return writer.document

    def close(self) -> None:
        """Closes the connections; the next call opens them anew."""
        with self._opening:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextmanager
    def _sent(self, call: _Call, deadline: float) -> Iterator[Body]:
        """The answer to a call after all its tries, open for reading."""
        renewed = False
        for number in range(1, self.settings.tries + 2):
            last = number >= self.settings.tries
            try:
                response = self._once(call, deadline)
            except httpx2.TransportError as error:
                if not (_never_sent(error) or call.repeatable) or last or self._late(deadline):
                    raise self._no_answer(call, error) from error
                self._pause(number, None, deadline)
                continue
            try:
                if response.status_code == 401 and self._refused is not None and not renewed:
                    renewed = True
                    self._refused()
                    continue
                wait = self._retry_after(response)
                if self._worth_a_repeat(call, response.status_code, wait) and not last and not self._late(deadline):
                    self._pause(number, wait, deadline, status=response.status_code)
                    continue
                if not 200 <= response.status_code < 300 and response.status_code not in call.expect:
                    raise self._refusal(call, response.status_code, wait)
                names = {name.lower(): value for name, value in response.headers.items()}
                yield Body(response.status_code, names, self._chunks(response, deadline))
                return
            finally:
                response.close()

    def _once(self, call: _Call, deadline: float) -> httpx2.Response:
        client = self._opened()
        headers = dict(call.headers)
        if self._credentials is not None and self.is_ours(call.url):
            headers |= self._credentials()
        request = client.build_request(call.method, call.url, headers=headers, **call.body)
        with until(deadline):
            return client.send(request, stream=True)

    def _opened(self) -> httpx2.Client:
        with self._opening:
            if self._client is None:
                settings = self.settings
                try:
                    context = tls_context(settings.ca_file)
                except OSError as error:
                    text = f"ca_fil for {settings.what} kan ikke leses. Den skal være sertifikater i PEM-form."
                    raise OutOfReach(text, connection=settings.connection) from error
                self._client = httpx2.Client(
                    transport=DeadlineTransport(context, proxy=settings.proxy),
                    timeout=httpx2.Timeout(settings.idle_s, connect=settings.connect_s),
                    follow_redirects=False,
                    trust_env=False,
                    headers={"User-Agent": "Postrobot"},
                )
            return self._client

    def _chunks(self, response: httpx2.Response, deadline: float) -> Iterator[bytes]:
        chunks = response.iter_bytes(_CHUNK)
        while True:
            try:
                with until(deadline):
                    chunk = next(chunks, None)
            except (httpx2.TransportError, httpx2.DecodingError, httpx2.StreamError) as error:
                self._note(error=type(error).__name__)
                text = f"Svaret fra {self.settings.what} kom ikke helt frem; prøves igjen."
                raise BrokeOff(text, after_s=_AFTER_TROUBLE_S) from error
            if chunk is None:
                return
            yield chunk

    def _whole(self, body: Body) -> bytes:
        parts: list[bytes] = []
        room = self.settings.answer_bytes
        for chunk in body.chunks:
            room -= len(chunk)
            if room < 0:
                text = f"{self.settings.what} svarte med mer enn {self.settings.answer_bytes // 2**20} MB."
                raise TryLater(text, after_s=_AFTER_REFUSAL_S)
            parts.append(chunk)
        return b"".join(parts)

    def _worth_a_repeat(self, call: _Call, status: int, wait: float | None) -> bool:
        if status in call.expect or status not in _PASSING or (wait or 0) > self.settings.patience_s:
            return False
        # 429 and 503 say that nothing was done; of the others one cannot know.
        return call.repeatable or status in (429, 503)

    def _refusal(self, call: _Call, status: int, wait: float | None) -> Exception:
        settings = self.settings
        self._note(status=status)
        if status in (401, 403):
            text = (
                f"{settings.what} slipper oss ikke inn (HTTP {status}). Kontroller brukernavn, nøkler og rettigheter."
            )
            return OutOfReach(text, connection=settings.connection)
        if status == 429:
            text = f"{settings.what} ber oss vente (HTTP 429)."
            return TryLater(text, after_s=_AFTER_TROUBLE_S if wait is None else wait)
        if status >= 500 and status != 503 and not call.repeatable:
            return MaybeDone(f"{settings.what} svarte med HTTP {status}; uvisst om det ble gjort.", key=call.key)
        if status in _DOWN and not call.one_item:
            text = f"{settings.what} er nede (HTTP {status}). Prøves igjen av seg selv."
            return OutOfReach(text, connection=settings.connection)
        if status >= 500 or status in _PASSING:
            text = f"{settings.what} fikk det ikke til (HTTP {status}); prøves igjen."
            return TryLater(text, after_s=_AFTER_TROUBLE_S if wait is None else wait)
        text = f"{settings.what} sa nei (HTTP {status}). Kontroller adressen i oppsettet."
        return TryLater(text, after_s=_AFTER_REFUSAL_S)

    def _no_answer(self, call: _Call, error: httpx2.TransportError) -> Exception:
        settings = self.settings
        self._note(error=type(error).__name__)
        if _never_sent(error):
            return OutOfReach(_why_no_connection(settings, error), connection=settings.connection)
        if not call.repeatable:
            return MaybeDone(f"{settings.what} svarte ikke; uvisst om det ble gjort.", key=call.key)
        if call.one_item:
            text = f"{settings.what} svarte ikke på denne forespørselen; prøves igjen."
            return TryLater(text, after_s=_AFTER_TROUBLE_S)
        return OutOfReach(f"{settings.what} svarer ikke. Prøves igjen av seg selv.", connection=settings.connection)

    def _retry_after(self, response: httpx2.Response) -> float | None:
        """Seconds asked for, by number or date (RFC 9110, section 10.2.3); None when nothing sensible is said."""
        said = response.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            return float(min(int(said), 24 * 3600)) if len(said) < 9 else 24 * 3600.0
        try:
            at = parsedate_to_datetime(said)
        except (ValueError, TypeError):
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return min(max(0.0, (at - self._hooks.now()).total_seconds()), 24 * 3600.0)

    def _pause(self, number: int, asked: float | None, deadline: float, *, status: int = 0) -> None:
        backoff = min(8.0, 0.5 * 2.0 ** (number - 1)) * self._hooks.share()
        wait = max(asked or 0.0, backoff)
        self._note(status=status, tries=number, wait_s=round(wait, 2))
        self._hooks.sleep(max(0.0, min(wait, deadline - time.monotonic())))

    def _late(self, deadline: float) -> bool:
        return time.monotonic() >= deadline

    def _note(self, **facts: object) -> None:
        log.info("http_trouble", connection=self.settings.connection, **{k: v for k, v in facts.items() if v})


class BrokeOff(TryLater):
    """A body that ended too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A call as asked for, for all its tries."""

    method: str
    url: str
    headers: Headers
    body: Mapping[str, Any]
    expect: frozenset[int]
    repeatable: bool
    one_item: bool
    key: str
    deadline_s: float


def checked_url(text: str) -> httpx2.URL:
    """An address that may be called.

    Raises:
        ValueError: not https, nor http on loopback; or it holds user name or password. One Norwegian sentence.
    """
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError) as error:
        raise ValueError("adressen kan ikke leses; den begynner med https://") from error
    if url.userinfo:
        raise ValueError("brukernavn og passord skal ikke stå i adressen")
    if not url.host or not (url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host))):
        raise ValueError("adressen må begynne med https:// (http bare til denne maskinen)")
    return url


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verification always on, TLS 1.2 at least; ``ca_file`` (PEM) instead of the system's authorities."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def too_large(limit_bytes: int) -> NeedsHuman:
    """Post over the limit: for a human."""
    return NeedsHuman(ReasonCode.TOO_LARGE, f"Forsendelsen er over grensen på {limit_bytes} byte og er ikke hentet.")


def _never_sent(error: httpx2.TransportError) -> bool:
    kinds = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
    return isinstance(error, (*kinds, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError))


def _why_no_connection(settings: HttpSettings, error: httpx2.TransportError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return f"{settings.what} viser et sertifikat som ikke godtas. Stemmer adressen, eller trengs egen ca_fil?"
        cause = cause.__cause__ or cause.__context__
    return f"Får ikke forbindelse med {settings.what}. Kontroller adresse, nett og brannmur."


def _origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, url.host.lower(), url.port or (443 if url.scheme == "https" else 80)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
