"""Who calls Altinn's platform on loopback: tokens with scopes, organisations, and what they have the right to."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.testing.servers.base import Reply, Request, Stop
from connectors.testing.servers.maskinporten import MaskinportenServer

ORG = "urn:altinn:organization:identifier-no:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who a token stands for. ``code`` is the service owner's code, where it has one."""

    orgnr: str
    scope: str
    code: str = ""

    def may(self, scope: str) -> bool:
        """Whether the token has the scope."""
        return scope in self.scope.split()


class AltinnBase(MaskinportenServer):
    """Tokens and rights. ``units`` maps an organisation to (name, main unit's number) for those a caller may act for.

    ``denied`` are (organisation, resource) that the system user lacks; ``level_4`` resources that ask for more than a
    system user has. ``codes`` maps an organisation number to its service owner code.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.units: dict[str, tuple[str, str]] = {}
        self.denied: set[tuple[str, str]] = set()
        self.level_4: set[str] = set()
        self.codes: dict[str, str] = {}
        self.subscription_key = ""
        self.clock: datetime | None = None
        self._given: dict[str, tuple[Caller, float]] = {}
        real = self.now
        self.now = lambda: self.clock.timestamp() if self.clock is not None else real()

    def time(self) -> datetime:
        """The server's clock: ``clock`` where a test has set it."""
        return datetime.fromtimestamp(self.now(), UTC)

    def give_token(self, orgnr: str, *scopes: str, life_s: float = 1800.0) -> str:
        """A token without the way round Maskinporten, for tests that are about something else."""
        token = f"gitt-{secrets.token_hex(8)}"
        caller = Caller(orgnr=orgnr, scope=" ".join(scopes), code=self.codes.get(orgnr, ""))
        self._given[token] = (caller, self.time().timestamp() + life_s)
        return token

    def revoke_tokens(self) -> None:
        """Every token given by hand is worthless from now on."""
        self._given.clear()

    def caller(self, request: Request, scope: str) -> Caller:
        """Who calls, or a bare 401 (no token, or one a second past its time) or 403 (it lacks the scope)."""
        if self.subscription_key and request.headers.get("ocp-apim-subscription-key") != self.subscription_key:
            raise Stop(Reply(status=401))
        found = self._by_hand(request) or self._by_claims(self.altinn_claims(request))
        if found is None:
            raise Stop(Reply(status=401))
        if not found.may(scope):
            raise Stop(Reply(status=403))
        return found

    def allowed(self, party: str, resource: str) -> bool:
        """Whether the system user may read post of a resource to an organisation."""
        return party in self.units and (party, resource) not in self.denied

    def _by_hand(self, request: Request) -> Caller | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        caller, expires = self._given.get(token, (None, 0.0))
        return caller if expires > self.time().timestamp() else None

    def _by_claims(self, claims: Mapping[str, Any] | None) -> Caller | None:
        if claims is None:
            return None
        details = claims.get("authorization_details") or [{}]
        told = details[0].get("systemuser_org", {}).get("ID") or claims["consumer"]["ID"]
        orgnr = str(told).rpartition(":")[2]
        return Caller(orgnr=orgnr, scope=str(claims["scope"]), code=self.codes.get(orgnr, ""))


def problem(status: int, code: int, detail: str) -> Stop:
    """A refusal as Altinn words it."""
    titles = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
    body = {
        "type": "https://tools.ietf.org/html/rfc9110",
        "title": titles.get(status, ""),
        "status": status,
        "detail": detail,
        "code": f"CORR-{code:05d}",
        "errorCode": code,
        "traceId": "00-3755bd55cf6d4e1ebdf7ed49b6f3d3be-154ebd2ad01de860-00",
    }
    return Stop(Reply.json(body, status=status, headers={"Content-Type": "application/problem+json"}))


def stamp(at: datetime) -> str:
    """A time as Altinn writes it: with seven digits of fraction."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0+00:00"
