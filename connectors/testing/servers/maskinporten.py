"""Maskinporten and Altinn's token exchange on loopback, as strict and with the same words as the real ones.

Digdir's documentation, November 2026: the order of the checks is that of ``/token``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.testing.certificates import rsa_key
from connectors.testing.servers.base import LoopbackServer, Reply, Request, Stop, route

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ALGORITHMS = ["RS256", "RS384", "RS512"]


@dataclass(slots=True, kw_only=True)
class Client:
    """A client as it is registered: public keys by ``kid``, enterprise certificates it may sign with, scopes."""

    client_id: str
    orgnr: str
    keys: dict[str, rsa.RSAPublicKey] = field(default_factory=dict)
    certificates: list[x509.Certificate] = field(default_factory=list)
    scopes: set[str] = field(default_factory=set)
    delegated: dict[str, set[str]] = field(default_factory=dict)
    """Consumer organisation → scopes it has delegated to us."""
    expired_kids: set[str] = field(default_factory=set)


class MaskinportenServer(LoopbackServer):
    """``/token``, its metadata, and ``/authentication/api/v1/exchange/maskinporten`` as Altinn has it.

    :attr:`system_users` maps an organisation to the external refs of
    its approved system users (``""`` for one without). ``expires_in`` is the life of tokens, ``quoted`` whether the
    exchange quotes the token as JSON.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.clients: dict[str, Client] = {}
        self.system_users: dict[str, set[str]] = {}
        self.expires_in = 119
        self.altinn_s = 1800
        self.quoted = True
        self.seen: set[str] = set()
        self._issuer_key = rsa_key("maskinporten")
        self._altinn_key = rsa_key("altinn")

    @property
    def issuer(self) -> str:
        """The audience that grants must have."""
        return f"{self.url}/"

    def register(self, client: Client) -> Client:
        """Makes a client known."""
        self.clients[client.client_id] = client
        return client

    def approve_system_user(self, orgnr: str, external_ref: str = "") -> None:
        """The organisation approves our system user."""
        with self.lock:
            self.system_users.setdefault(orgnr, set()).add(external_ref)

    def revoke_system_user(self, orgnr: str) -> None:
        """The organisation withdraws it."""
        with self.lock:
            self.system_users.pop(orgnr, None)

    @route("POST", r"/token")
    def token(self, request: Request) -> Reply:
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise _refuse("invalid_request", "Wrong content type")
        form = request.form()
        if form.get("grant_type") != _GRANT:
            raise _refuse("unsupported_grant_type", "Unknown grant type")
        claims, client = self._verified(form.get("assertion", ""))
        self._check(claims, client)
        token = self._token(claims, client)
        return Reply.json(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": self.expires_in,
                "scope": claims["scope"],
            },
            headers={"Cache-Control": "no-store"},
        )

    @route("GET", r"/\.well-known/oauth-authorization-server")
    def metadata(self, request: Request) -> Reply:
        return Reply.json(
            {"issuer": self.issuer, "token_endpoint": f"{self.url}/token", "grant_types_supported": [_GRANT]}
        )

    @route("GET", r"/authentication/api/v1/exchange/maskinporten")
    def exchange(self, request: Request) -> Reply:
        if "x-altinn-enterpriseuser-authentication" in request.headers:
            return Reply.json({"title": "Gone", "status": 410}, status=410)
        claims = self._bearer(request, self._issuer_key, self.issuer)
        if claims is None:
            return Reply(status=401)
        now = int(self.now())
        orgnr = claims["consumer"]["ID"].partition(":")[2]
        more: dict[str, Any] = {"iss": f"{self.url}/authentication/api/v1/openid/", "iat": now, "nbf": now}
        more |= {"exp": now + self.altinn_s, "urn:altinn:orgNumber": orgnr, "urn:altinn:authlevel": 3}
        token = jwt.encode({**claims, **more}, self._altinn_key, algorithm="RS256")
        return Reply(
            headers={"Content-Type": "application/json; charset=utf-8"},
            body=f'"{token}"'.encode() if self.quoted else token.encode(),
        )

    def altinn_claims(self, request: Request) -> Mapping[str, Any] | None:
        """What the Altinn token of a request says; None when it has none that is good now. For Altinn's other services."""
        return self._bearer(request, self._altinn_key, f"{self.url}/authentication/api/v1/openid/")

    def claims(self, request: Request) -> Mapping[str, Any] | None:
        """What the Maskinporten token of a request says; None when it has none that is good now."""
        return self._bearer(request, self._issuer_key, self.issuer)

    def _bearer(self, request: Request, key: rsa.RSAPrivateKey, issuer: str) -> dict[str, Any] | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public_key(),
                algorithms=["RS256"],
                issuer=issuer,
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False},
            )
        except jwt.InvalidTokenError:
            return None
        return claims if claims["exp"] > self.now() else None

    def _verified(self, assertion: str) -> tuple[dict[str, Any], Client]:
        try:
            header = jwt.get_unverified_header(assertion)
            claimed = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise _refuse("invalid_request", "The assertion is no JWT") from None
        if claimed.get("aud") != self.issuer:
            raise _refuse(
                "invalid_grant", "Invalid assertion. Client authentication failed. Invalid JWT claim aud (MP-110)"
            )
        client = self.clients.get(str(claimed.get("iss")))
        if client is None:
            raise _refuse("invalid_grant", "Invalid assertion. Unknown client (MP-100)")
        key = self._key_of(header, client)
        try:
            jwt.decode(
                assertion,
                key,
                algorithms=_ALGORITHMS,
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False},
            )
        except jwt.InvalidTokenError:
            raise _refuse("invalid_grant", "Invalid assertion. Signature does not verify (MP-122)") from None
        return claimed, client

    def _key_of(self, header: Mapping[str, Any], client: Client) -> rsa.RSAPublicKey:
        if ("kid" in header) == ("x5c" in header):
            raise _refuse("invalid_grant", "Exactly one of kid and x5c (MP-120)")
        if "kid" in header:
            if header["kid"] in client.expired_kids:
                raise _refuse("invalid_grant", "Invalid assertion. Key has expired (MP-121)")
            if header["kid"] not in client.keys:
                raise _refuse("invalid_grant", "Invalid assertion. Unknown key (MP-120)")
            return client.keys[header["kid"]]
        if not isinstance(header["x5c"], list) or not header["x5c"]:
            raise _refuse("invalid_grant", "x5c must be an array (MP-124)")
        import base64

        own = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
        prints = {each.fingerprint(hashes.SHA256()) for each in client.certificates}
        if own.fingerprint(hashes.SHA256()) not in prints:
            raise _refuse("invalid_grant", "Certificate belongs to another organisation (MP-123)")
        key = own.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        return key

    def _check(self, claims: Mapping[str, Any], client: Client) -> None:
        now = self.now()
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int) or not isinstance(expires, int) or abs(issued - now) > 10:
            raise _refuse("invalid_grant", "Invalid assertion. Issue time is after now (MP-130)")
        if expires - issued > 120 or expires <= now:
            raise _refuse("invalid_grant", "Invalid assertion. Expires too late (MP-130)")
        jti = str(claims.get("jti"))
        if not claims.get("jti") or jti in self.seen:
            raise _refuse("invalid_grant", "Invalid assertion. Grant already used (MP-012)")
        self.seen.add(jti)
        scopes = set(str(claims.get("scope", "")).split())
        consumer = claims.get("consumer_org")
        if consumer is not None and not scopes <= client.delegated.get(str(consumer), set()):
            raise _refuse("invalid_grant", "Consumer has not delegated the scope (MP-251)")
        if consumer is None and (not scopes or not scopes <= client.scopes):
            raise _refuse("invalid_scope", "Scope not granted to the client (MP-200)")
        details = claims.get("authorization_details")
        if details is not None:
            self._check_details(details)

    def _check_details(self, details: Any) -> None:
        if not isinstance(details, list) or len(details) != 1 or details[0].get("type") != "urn:altinn:systemuser":
            raise _refuse("invalid_authorization_details", "Unknown type (MP-301)")
        asked = details[0]
        if not set(asked) <= {"type", "systemuser_org", "externalRef"}:
            raise _refuse("invalid_authorization_details", "Unknown field (MP-302)")
        org = asked.get("systemuser_org", {})
        if set(org) != {"authority", "ID"} or org["authority"] != "iso6523-actorid-upis":
            raise _refuse("invalid_authorization_details", "Unknown field (MP-302)")
        approved = self.system_users.get(str(org["ID"]).removeprefix("0192:"), set())
        if not str(org["ID"]).startswith("0192:") or asked.get("externalRef", "") not in approved:
            raise _refuse("invalid_grant", "System user not found (MP-303)")

    def _token(self, claims: Mapping[str, Any], client: Client) -> str:
        now = int(self.now())
        consumer = claims.get("consumer_org") or client.orgnr
        issued: dict[str, Any] = {
            "iss": self.issuer,
            "scope": claims["scope"],
            "client_id": client.client_id,
            "client_amr": "private_key_jwt",
            "token_type": "Bearer",
            "consumer": {"authority": "iso6523-actorid-upis", "ID": f"0192:{consumer}"},
            "iat": now,
            "exp": now + self.expires_in,
            "jti": str(uuid.uuid4()),
        }
        if "resource" in claims:
            issued["aud"] = claims["resource"]
        if "authorization_details" in claims:
            org = claims["authorization_details"][0]["systemuser_org"]
            known = f"{org['ID']}/{claims['authorization_details'][0].get('externalRef', '')}"
            issued["authorization_details"] = [
                {
                    "type": "urn:altinn:systemuser",
                    "systemuser_id": [str(uuid.uuid5(uuid.NAMESPACE_URL, known))],
                    "systemuser_org": org,
                    "system_id": f"{client.orgnr}_postrobot",
                }
            ]
        return jwt.encode(issued, self._issuer_key, algorithm="RS256")


def _refuse(error: str, description: str) -> Stop:
    uri = "https://docs.digdir.no/docs/Maskinporten/maskinporten_guide_apikonsument"
    return Stop(Reply.json({"error": error, "error_description": description, "error_uri": uri}, status=400))
