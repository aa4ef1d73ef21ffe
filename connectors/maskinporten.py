"""Access tokens from Maskinporten (JWT grant, RFC 7523), and their exchange into Altinn tokens.

Digdir's documentation of Maskinporten and Altinn's of system users, as of November 2026. Neither grant, token nor key is
ever logged; a token fetched is told by its ``jti``.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import structlog

from connectors.http import Answer, Hooks, Http, HttpSettings
from connectors.keys import BadKey, KeyPair, x5c
from connectors.maskinporten_errors import sentence_for
from models.errors import MaybeDone, OutOfReach, TryLater

log = structlog.get_logger()

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EXCHANGE_PATH = "authentication/api/v1/exchange/maskinporten"
_GRANT_S = 100
"""A grant may live 120 s at most."""

_TRIES = 3
_CLOCK = frozenset({"MP-130"})
_USED_BEFORE = frozenset({"MP-012"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token is asked for. Equal grants share one token.

    ``system_user`` is the organisation number of the party whose system user is used; ``external_ref`` is needed exactly
    when that system user was made with one. ``consumer_org`` is for scopes delegated to us as a supplier; the two solve
    different cases. ``resource`` only where the API asks for an audience.
    """

    scopes: tuple[str, ...]
    system_user: str = ""
    external_ref: str = ""
    consumer_org: str = ""
    resource: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "scopes", tuple(sorted(set(self.scopes))))


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskinportenSettings:
    """A client of ours in Maskinporten.

    ``issuer`` names the environment and is the audience of grants: with the final slash. ``kid`` is the id of a key
    registered on the client; empty: the certificates beside the key are sent instead (``x5c``, enterprise certificate).
    """

    connection: str
    client_id: str
    kid: str = ""
    issuer: str = "https://maskinporten.no/"
    algorithm: Literal["RS256", "RS384", "RS512"] = "RS256"


class GrantRefused(OutOfReach):
    """No token, and asking again does not help; the message says whom to ask. ``code`` is «MP-303» and the like, or empty."""

    def __init__(self, message: str, *, connection: str, code: str = "") -> None:
        self.code = code
        super().__init__(message, connection=connection)


class Tokens(Protocol):
    """Something that gives bearer tokens."""

    def get(self, grant: Grant) -> str:
        """A token that is good for a while yet.

        Raises:
            GrantRefused: not without a human.
            OutOfReach, TryLater: not now.
        """
        ...

    def drop(self, grant: Grant) -> None:
        """Forgets a token that an API refused, so that the next one is new."""
        ...


def bearer(tokens: Tokens, grant: Grant) -> tuple[Callable[[], Mapping[str, str]], Callable[[], None]]:
    """``credentials`` and ``refused`` as :class:`connectors.http.Http` takes them."""
    return (lambda: {"Authorization": f"Bearer {tokens.get(grant)}"}), (lambda: tokens.drop(grant))


class TokenProvider:
    """Tokens from Maskinporten, kept for as long as they are good; see :class:`Tokens`. For several threads."""

    def __init__(
        self,
        settings: MaskinportenSettings,
        key: Callable[[], KeyPair],
        http: Http,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        hooks: Hooks | None = None,
    ) -> None:
        """Opens nothing. ``key`` is asked at each grant, so that a rotated key is picked up; ``http`` leads to the token
        service and must not repeat by itself (:func:`token_http`), since each grant may be used once only."""
        self.settings = settings
        self._key = key
        self._http = http
        self._now = now
        self._hooks = hooks or Hooks()
        self._cache = _Cache(now)
        self._skew_s = 0.0

    def get(self, grant: Grant) -> str:
        """See :class:`Tokens`."""
        return self._cache.get(grant, lambda: self._fetch(grant))

    def drop(self, grant: Grant) -> None:
        """See :class:`Tokens`."""
        self._cache.drop(grant)

    def _fetch(self, grant: Grant) -> _Token:
        asked: set[str] = set()
        for number in range(1, _TRIES + 1):
            asked_at = self._now()
            jti = str(uuid.uuid4())
            assertion = self._signed(grant, jti)
            try:
                answer = self._http.call(
                    "POST",
                    "token",
                    form={"grant_type": GRANT_TYPE, "assertion": assertion},
                    expect=frozenset({400, 401, 403, 404}),
                )
            except (MaybeDone, OutOfReach, TryLater) as trouble:
                if number == _TRIES or (isinstance(trouble, TryLater) and trouble.after_s > 10):
                    raise _no_token_now(trouble, self.settings.connection) from trouble
                self._hooks.sleep(0.5 * 2.0 ** (number - 1) * self._hooks.share())
                continue
            if answer.ok:
                token = _token_of(answer, asked_at)
                log.info(
                    "token_fetched",
                    connection=self.settings.connection,
                    jti=jti,
                    kid=self.settings.kid or "x5c",
                    scopes=" ".join(grant.scopes),
                    seconds=int(token.life_s),
                )
                return token
            refused = self._refused(answer, grant)
            # Each of these once: by a new grant with a new jti, and with the time as the service has it.
            if refused.code not in _CLOCK | _USED_BEFORE or refused.code in asked:
                raise refused
            asked.add(refused.code)
            if refused.code in _CLOCK:
                self._skew_s = answer.ahead_s(self._now()) or 0.0
        raise refused

    def _signed(self, grant: Grant, jti: str) -> str:
        import jwt

        settings = self.settings
        try:
            pair = self._key()
            if not settings.kid and not pair.certificates:
                raise BadKey("det trengs «kid», eller en .p12-fil med virksomhetssertifikatet")
        except BadKey as problem:
            raise GrantRefused(f"Nøkkelen til Maskinporten: {problem}.", connection=settings.connection) from problem
        headers: dict[str, Any] = {"kid": settings.kid} if settings.kid else {"x5c": x5c(pair.certificates)}
        issued = int(self._now().timestamp() + self._skew_s)
        claims = grant_claims(grant, issuer=settings.issuer, client_id=settings.client_id, issued=issued, jti=jti)
        return jwt.encode(claims, pair.key, algorithm=settings.algorithm, headers=headers)

    def _refused(self, answer: Answer, grant: Grant) -> GrantRefused:
        try:
            told = json.loads(answer.body)
            error, description = str(told.get("error", "")), str(told.get("error_description", ""))
        except (ValueError, AttributeError, RecursionError):
            error, description = "", ""
        code, sentence = sentence_for(
            error,
            description,
            status=answer.status,
            scopes=grant.scopes,
            issuer=self.settings.issuer,
            skew_s=answer.ahead_s(self._now()) or 0.0,
        )
        log.warning("token_refused", connection=self.settings.connection, code=code or error, status=answer.status)
        return GrantRefused(sentence, connection=self.settings.connection, code=code)


class AltinnTokens:
    """Altinn tokens, each exchanged for one from Maskinporten; see :class:`Tokens`. For several threads."""

    def __init__(
        self,
        maskinporten: Tokens,
        platform: Http,
        *,
        connection: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``platform`` leads to Altinn's platform («https://platform.altinn.no») and has no credentials of its own."""
        self._maskinporten = maskinporten
        self._platform = platform
        self._connection = connection
        self._now = now
        self._cache = _Cache(now)

    def get(self, grant: Grant) -> str:
        """See :class:`Tokens`."""
        return self._cache.get(grant, lambda: self._exchange(grant))

    def drop(self, grant: Grant) -> None:
        """See :class:`Tokens`; Maskinporten's token is forgotten too."""
        self._cache.drop(grant)
        self._maskinporten.drop(grant)

    def _exchange(self, grant: Grant) -> _Token:
        for last in (False, True):
            asked_at = self._now()
            headers = {"Authorization": f"Bearer {self._maskinporten.get(grant)}"}
            answer = self._platform.call("GET", EXCHANGE_PATH, headers=headers, expect=frozenset({401, 403}))
            if answer.ok:
                # The body is the token, quoted as JSON or bare.
                value = answer.text.strip().strip('"')
                life = _life_by_claims(value)
                if life is None:
                    raise TryLater("Altinn svarte med noe annet enn et token; prøves igjen.", after_s=60)
                return _Token(value=value, asked_at=asked_at, life_s=life)
            self._maskinporten.drop(grant)
            if last:
                break
        text = (
            "Altinn tar ikke imot tokenet fra Maskinporten. Kontroller at begge er i samme miljø (test eller produksjon), "
            "og at klienten har de tilgangene («scopes») som trengs."
        )
        raise GrantRefused(text, connection=self._connection)


def token_http(settings: MaskinportenSettings, *, hooks: Hooks | None = None, **more: Any) -> Http:
    """The way to the token service. ``more`` are further settings of :class:`connectors.http.HttpSettings`."""
    http = HttpSettings(
        connection=settings.connection, what="Maskinporten", base_url=settings.issuer, **{"tries": 1, **more}
    )
    return Http(http, hooks=hooks)


def grant_claims(grant: Grant, *, issuer: str, client_id: str, issued: int, jti: str) -> dict[str, Any]:
    """The claims of a grant; ``issued`` is UTC epoch seconds. Claims without a value are left out: some refuse empty ones."""
    claims: dict[str, Any] = {
        "aud": issuer,
        "iss": client_id,
        "scope": " ".join(grant.scopes),
        "iat": issued,
        "exp": issued + _GRANT_S,
        "jti": jti,
    }
    if grant.resource:
        claims["resource"] = list(grant.resource)
    if grant.consumer_org:
        claims["consumer_org"] = grant.consumer_org
    if grant.system_user:
        details: dict[str, Any] = {
            "type": "urn:altinn:systemuser",
            "systemuser_org": {"authority": "iso6523-actorid-upis", "ID": f"0192:{grant.system_user}"},
        }
        if grant.external_ref:
            details["externalRef"] = grant.external_ref
        claims["authorization_details"] = [details]
    return claims


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """``asked_at`` is before the request, so that the life is never counted too long."""

    value: str
    asked_at: datetime
    life_s: float

    def good_at(self, now: datetime) -> bool:
        """Renewed at 80 % of its life, at latest 60 s before its end; one that lives shorter at half."""
        good_s = min(0.8 * self.life_s, self.life_s - 60) if self.life_s > 61 else 0.5 * self.life_s
        return 0 <= (now - self.asked_at).total_seconds() < good_s

    def __repr__(self) -> str:
        return "_Token(***)"


class _Cache:
    """One token a grant; of several who ask at once, one fetches and the others wait for it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._tokens: dict[Grant, _Token] = {}
        self._locks: dict[Grant, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, grant: Grant, fetch: Callable[[], _Token]) -> str:
        with self._lock:
            own = self._locks.setdefault(grant, threading.Lock())
        with own:
            token = self._tokens.get(grant)
            if token is None or not token.good_at(self._now()):
                token = fetch()
                self._tokens[grant] = token
            return token.value

    def drop(self, grant: Grant) -> None:
        with self._lock:
            self._tokens.pop(grant, None)


def _token_of(answer: Answer, asked_at: datetime) -> _Token:
    told = answer.json()
    value = told.get("access_token") if isinstance(told, dict) else None
    seconds = told.get("expires_in") if isinstance(told, dict) else None
    if not isinstance(value, str) or not value or not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise TryLater("Maskinporten svarte uten token; prøves igjen.", after_s=60)
    by_claims = _life_by_claims(value)
    return _Token(value=value, asked_at=asked_at, life_s=min(seconds, seconds if by_claims is None else by_claims))


def _life_by_claims(token: str) -> float | None:
    """``exp - iat`` (or ``nbf``) as the token itself has it, whatever our clock says; None when it is no such token.

    Only read, not verified: it came to us over a verified connection, and whoever gets it verifies it.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        start = claims.get("iat", claims.get("nbf"))
        return float(claims["exp"]) - float(start)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _no_token_now(trouble: MaybeDone | OutOfReach | TryLater, connection: str) -> Exception:
    if isinstance(trouble, MaybeDone):
        return OutOfReach("Maskinporten svarer ikke. Prøves igjen av seg selv.", connection=connection)
    return trouble


_ORGNR = re.compile(r"[0-9]{9}")


def is_orgnr_shaped(text: str) -> bool:
    """Nine digits, as ``systemuser_org`` and ``consumer_org`` want them."""
    return _ORGNR.fullmatch(text) is not None
