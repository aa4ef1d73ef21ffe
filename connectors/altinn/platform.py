"""Calls to Altinn's platform: token, pace, and what its refusals mean (altinn.md section 4.6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

from connectors.altinn.pace import Pace, shared_pace
from connectors.altinn.settings import PlatformSettings
from connectors.altinn.wire import Trouble, trouble
from connectors.http import Answer, Body, Hooks, Http, HttpSettings
from models.errors import OutOfReach, TryLater

JSON = {"Accept": "application/json"}
ANYTHING = {"Accept": "*/*"}
"""Correspondence answers 406 to any other Accept; downloads have types of their own."""

_REFUSALS = frozenset({400, 401, 403, 404, 406, 409, 410, 412, 422})
_SOON_S = 60.0
_CHECK_S = 900.0

NO_RIGHT = frozenset({4001})
_NO_CALLER = frozenset({4006, 4007})


class Tokens(Protocol):
    """Gives a token for one purpose, and forgets one that was refused before its time."""

    def get(self) -> str: ...
    def drop(self) -> None: ...


class Refused(Exception):
    """Altinn said no, with a reason that the caller knows what to do with. Never leaves this package."""

    def __init__(self, said: Trouble) -> None:
        self.said = said
        self.status, self.code = said.status, said.code
        super().__init__(f"{said.status}/{said.code}")

    @property
    def no_right(self) -> bool:
        """No right to the resource for that organisation, or a security level too low."""
        return self.code in NO_RIGHT or self.status == 403

    @property
    def missing(self) -> bool:
        """There is no such thing, or not for us, or not yet."""
        return self.status in (404, 410)


class Platform:
    """One connection to Altinn; used from several threads at once."""

    def __init__(
        self, settings: PlatformSettings, tokens: Tokens, *, pace: Pace | None = None, hooks: Hooks | None = None
    ) -> None:
        """Opens nothing."""
        self.settings = settings
        self._tokens = tokens
        self._hooks = hooks
        self._pace = pace or shared_pace(settings.platform, parallel=settings.parallel, per_second=settings.per_second)
        self._http = Http(self._to(settings.platform, "Altinn"), credentials=self._credentials, hooks=hooks)
        self._others: dict[str, Http] = {}

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        """JSON from a GET.

        Raises:
            Refused: see there.
            OutOfReach, TryLater: as ``connectors.http``.
        """
        return self._sent("GET", path, params=params).json()

    def post(self, path: str, *, repeatable: bool = True) -> Answer:
        """A POST without body. ``repeatable``: a repeat at once is harmless.

        Raises:
            MaybeDone: not repeatable, and it may have been done.
            Refused, OutOfReach, TryLater: as :meth:`get`.
        """
        return self._sent("POST", path, repeatable=repeatable)

    @contextmanager
    def stream(self, path: str) -> Iterator[Body]:
        """A file, bit by bit.

        Raises:
            Refused, OutOfReach, TryLater: as :meth:`get`; ``TryLater`` too when it breaks off.
        """
        renewed = False
        while True:
            with self._pace.one(), self._http.stream(path, headers=ANYTHING, expect=_REFUSALS) as body:
                if body.status not in _REFUSALS:
                    yield body
                    return
                said = self._said(Answer(status=body.status, headers=body.headers, body=b"".join(body.chunks)))
            if not self._renewed(said, again=renewed):
                raise self._meaning(said)
            renewed = True

    @contextmanager
    def elsewhere(self, url: str, *, token: str) -> Iterator[Body]:
        """A file at an issuer's own host, with the token of its dialog and never with ours.

        Raises:
            Refused: the status alone.
            OutOfReach, TryLater: as ``connectors.http``.
            ValueError: no address that may be called.
        """
        http = self._other(url)
        headers = {**ANYTHING, **({"Authorization": f"Bearer {token}"} if token else {})}
        with self._pace.one():
            self._pace.turn()
            with http.stream(url, headers=headers, expect=_REFUSALS) as body:
                if body.status in _REFUSALS:
                    raise Refused(Trouble(status=body.status))
                yield body

    def is_ours(self, url: str) -> bool:
        """Whether an address is on the platform itself."""
        return self._http.is_ours(url)

    def token_for(self, url: str) -> str:
        """Our token for an address within Altinn; empty for every other: it never leaves altinn.no."""
        parts = urlsplit(url)
        altinn = parts.scheme == "https" and (parts.hostname or "").endswith(".altinn.no")
        return self._tokens.get() if altinn or self.is_ours(url) else ""

    @property
    def clock_ahead_s(self) -> float | None:
        """How far Altinn's clock was ahead of ours at the last answer; None when it has told none."""
        return self._http.clock_ahead_s

    def close(self) -> None:
        """Closes the connections."""
        for http in (self._http, *self._others.values()):
            http.close()

    def _sent(
        self, method: str, path: str, params: Mapping[str, str | int] | None = None, *, repeatable: bool = True
    ) -> Answer:
        renewed = False
        while True:
            with self._pace.one():
                answer = self._http.call(
                    method, path, params=params, headers=JSON, expect=_REFUSALS, repeatable=repeatable, one_item=True
                )
            if answer.ok:
                return answer
            said = self._said(answer)
            if not self._renewed(said, again=renewed):
                raise self._meaning(said)
            renewed = True

    def _said(self, answer: Answer) -> Trouble:
        try:
            data = json.loads(answer.body) if answer.body else None
        except (ValueError, RecursionError):
            data = None
        return trouble(answer.status, data)

    def _renewed(self, said: Trouble, *, again: bool) -> bool:
        """A bare 401 is about the token: it is renewed once. A 401 with a number is about rights, and no token helps."""
        if said.status != 401 or said.code or again:
            return False
        self._tokens.drop()
        return True

    def _meaning(self, said: Trouble) -> Exception:
        connection = self.settings.connection
        if said.status == 401 and said.code in _NO_CALLER:
            text = f"Altinn vet ikke hvem vi er (kode {said.code}). Kontroller systembruker og scope i Maskinporten."
            return OutOfReach(text, connection=connection)
        if said.status == 401 and not said.code:
            text = (
                "Altinn godtar ikke tokenet vårt (401). Kontroller klokken, og at adresse og Maskinporten hører sammen."
            )
            return OutOfReach(text, connection=connection)
        if said.status == 403 and not said.code and not said.detail:
            text = "Tokenet mangler et scope (403 fra Altinn). Be Altinn om scopene i docs/tilkobling/altinn.md."
            return OutOfReach(text, connection=connection)
        if said.status == 406:
            return AssertionError("Accept header that Altinn refuses")
        if said.code == 4002:
            return TryLater("Altinn finner ikke organisasjonen i registeret (4002); prøves igjen.", after_s=_CHECK_S)
        if said.code == 1031:
            return TryLater("Vedlegget er ikke klart hos Altinn (1031); prøves igjen.", after_s=_SOON_S)
        return Refused(said)

    def _credentials(self) -> Mapping[str, str]:
        self._pace.turn()
        headers = {"Authorization": f"Bearer {self._tokens.get()}"}
        if self.settings.subscription_key is not None:
            headers["Ocp-Apim-Subscription-Key"] = self.settings.subscription_key()
        return headers

    def _to(self, base: str, what: str) -> HttpSettings:
        settings = self.settings
        return HttpSettings(
            connection=settings.connection,
            what=what,
            base_url=base,
            ca_file=settings.ca_file,
            proxy=settings.proxy,
            call_s=settings.timeout_s,
        )

    def _other(self, url: str) -> Http:
        origin = origin_of(url)
        if origin not in self._others:
            self._others[origin] = Http(self._to(origin, "Avsenderens tjeneste"), hooks=self._hooks)
        return self._others[origin]


def origin_of(url: str) -> str:
    """Scheme, host and port of an address.

    Raises:
        ValueError: it has none.
    """
    parts = urlsplit(url)
    if not parts.scheme or not parts.hostname:
        raise ValueError("adressen kan ikke leses")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


SingleToken = Callable[[], str]


class FixedTokens:
    """A token that somebody else keeps fresh: ``fetch`` gives it, ``forget`` is told when it was refused."""

    def __init__(self, fetch: SingleToken, forget: Callable[[], None] = lambda: None) -> None:
        self._fetch, self._forget = fetch, forget

    def get(self) -> str:
        """The token."""
        return self._fetch()

    def drop(self) -> None:
        """It was refused."""
        self._forget()
