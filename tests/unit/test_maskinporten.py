"""Tokens from Maskinporten and their exchange, against a loopback server as strict as the real one."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from connectors.http import Hooks, Http, HttpSettings
from connectors.keys import BadKey, KeyPair, certificates_in, key_pair
from connectors.maskinporten import (
    AltinnTokens,
    Grant,
    GrantRefused,
    MaskinportenSettings,
    TokenProvider,
    bearer,
    grant_claims,
    token_http,
)
from connectors.maskinporten_errors import CODES
from connectors.testing.certificates import rsa_key, self_signed
from connectors.testing.servers.base import Reply
from connectors.testing.servers.faults import Fault, FaultKind
from connectors.testing.servers.maskinporten import Client, MaskinportenServer
from models.errors import OutOfReach, TryLater
from robot.log import setup_logging

OURS, THEIRS = "312345675", "310000001"
SCOPES = ("altinn:correspondence.read", "digdir:dialogporten")
GRANT = Grant(scopes=SCOPES)
SYSTEM_USER = Grant(scopes=SCOPES, system_user=THEIRS)


class Clock:
    """A clock that is moved by hand, a little at each look so that no two looks are equal."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[MaskinportenServer]:
    with MaskinportenServer(now=lambda: clock().timestamp()) as running:
        key = rsa_key("client").public_key()
        running.register(Client(client_id="postrobot", orgnr=OURS, keys={"kid-1": key}, scopes=set(SCOPES)))
        yield running


def provider(server: MaskinportenServer, clock: Clock, *, pair: KeyPair | None = None, **more: str) -> TokenProvider:
    settings = MaskinportenSettings(
        **{
            "connection": "solvik.kilde.altinn",
            "client_id": "postrobot",
            "kid": "kid-1",
            "issuer": server.issuer,
            **more,
        }
    )
    hooks = Hooks(sleep=lambda _: None)
    own = pair or KeyPair(key=rsa_key("client"))
    return TokenProvider(settings, lambda: own, token_http(settings, hooks=hooks), now=clock, hooks=hooks)


def altinn(server: MaskinportenServer, clock: Clock, tokens: TokenProvider) -> AltinnTokens:
    http = Http(HttpSettings(connection="x", what="Altinn", base_url=server.url), hooks=Hooks(sleep=lambda _: None))
    return AltinnTokens(tokens, http, connection="solvik.kilde.altinn", now=clock)


def grants(server: MaskinportenServer) -> list[dict[str, object]]:
    asked = [each.request.form()["assertion"] for each in server.recorded("POST", "/token")]
    return [jwt.decode(each, options={"verify_signature": False}) for each in asked]


def test_the_claims_of_a_plain_grant_are_exactly_these() -> None:
    told = grant_claims(GRANT, issuer="https://test.maskinporten.no/", client_id="postrobot", issued=1000, jti="j")
    assert told == {
        "aud": "https://test.maskinporten.no/",
        "iss": "postrobot",
        "scope": "altinn:correspondence.read digdir:dialogporten",
        "iat": 1000,
        "exp": 1100,
        "jti": "j",
    }


def test_the_claims_of_a_grant_with_everything_are_exactly_these() -> None:
    full = Grant(
        scopes=("b", "a", "b"),
        system_user=THEIRS,
        external_ref="ref",
        consumer_org="310000002",
        resource=("https://api",),
    )
    told = grant_claims(full, issuer="i", client_id="c", issued=1, jti="j")
    assert ("a b", ["https://api"], "310000002") == (told["scope"], told["resource"], told["consumer_org"])
    assert told["authorization_details"] == [
        {
            "type": "urn:altinn:systemuser",
            "systemuser_org": {"authority": "iso6523-actorid-upis", "ID": f"0192:{THEIRS}"},
            "externalRef": "ref",
        }
    ]


def test_a_token_is_fetched_once_and_kept(server: MaskinportenServer, clock: Clock) -> None:
    tokens = provider(server, clock)
    assert tokens.get(GRANT) == tokens.get(Grant(scopes=tuple(reversed(SCOPES))))
    assert 1 == len(server.recorded("POST", "/token"))


def test_two_who_ask_at_once_make_one_request(server: MaskinportenServer, clock: Clock) -> None:
    tokens = provider(server, clock)
    gate = threading.Barrier(4)

    def ask() -> str:
        gate.wait(60)
        return tokens.get(GRANT)

    with ThreadPoolExecutor(4) as pool:
        got = {each.result(60) for each in [pool.submit(ask) for _ in range(4)]}
    assert (1, 1) == (len(got), len(server.recorded("POST", "/token")))


@pytest.mark.parametrize(("life", "kept_s", "renewed_s"), [(119, 58, 60), (3600, 2879, 2881), (30, 14, 16)])
def test_a_token_is_renewed_well_before_its_end(
    server: MaskinportenServer, clock: Clock, life: int, kept_s: float, renewed_s: float
) -> None:
    server.expires_in = life
    tokens = provider(server, clock)
    first = tokens.get(GRANT)
    clock.forward(kept_s)
    assert first == tokens.get(GRANT)
    clock.forward(renewed_s - kept_s)
    assert first != tokens.get(GRANT)


def test_a_life_told_longer_than_the_tokens_own_is_not_believed(server: MaskinportenServer, clock: Clock) -> None:
    tokens = provider(server, clock)
    short = jwt.encode({"iat": 0, "exp": 100}, rsa_key("x"), algorithm="RS256")
    body = json.dumps({"access_token": short, "expires_in": 3600, "token_type": "Bearer"}).encode()
    server.faults.add(Fault(kind=FaultKind.REPLACE, status=200, body=body))
    assert short == tokens.get(GRANT)
    clock.forward(45)
    assert short != tokens.get(GRANT)


def test_each_party_has_a_token_of_its_own(server: MaskinportenServer, clock: Clock) -> None:
    server.approve_system_user(THEIRS)
    server.approve_system_user("310000002", "ref")
    tokens = provider(server, clock)
    other = Grant(scopes=SCOPES, system_user="310000002", external_ref="ref")
    got = [jwt.decode(tokens.get(each), options={"verify_signature": False}) for each in (SYSTEM_USER, other)]
    assert [f"0192:{THEIRS}", "0192:310000002"] == [
        each["authorization_details"][0]["systemuser_org"]["ID"] for each in got
    ]


def test_a_supplier_gets_a_token_for_a_scope_delegated_to_it(server: MaskinportenServer, clock: Clock) -> None:
    server.clients["postrobot"].delegated["310000002"] = {"ks:svarinn"}
    token = provider(server, clock).get(Grant(scopes=("ks:svarinn",), consumer_org="310000002"))
    assert "0192:310000002" == jwt.decode(token, options={"verify_signature": False})["consumer"]["ID"]


def test_an_enterprise_certificate_signs_instead_of_a_registered_key(server: MaskinportenServer, clock: Clock) -> None:
    own = self_signed("SOLVIK KOMMUNE", rsa_key("enterprise"))
    data = pkcs12.serialize_key_and_certificates(
        b"x", rsa_key("enterprise"), own, None, serialization.BestAvailableEncryption(b"hemmelig")
    )
    server.clients["postrobot"].certificates.append(own)
    pair = key_pair(data, "hemmelig")
    assert provider(server, clock, pair=pair, kid="").get(GRANT)
    asked = server.recorded("POST", "/token")[0].request.form()["assertion"]
    header = jwt.get_unverified_header(asked)
    assert isinstance(header["x5c"], list)
    assert "kid" not in header


def test_without_kid_and_certificate_a_human_is_told_what_lacks(server: MaskinportenServer, clock: Clock) -> None:
    with pytest.raises(GrantRefused, match="kid"):
        provider(server, clock, kid="").get(GRANT)


@pytest.mark.parametrize("code", CODES)
def test_every_documented_code_becomes_a_sentence_with_the_next_step(
    server: MaskinportenServer, clock: Clock, code: str
) -> None:
    body = json.dumps({"error": "invalid_grant", "error_description": f"Invalid assertion ({code})"}).encode()
    server.faults.add(Fault(kind=FaultKind.REPLACE, status=400, body=body, times=9))
    with pytest.raises(GrantRefused) as refused:
        provider(server, clock).get(GRANT)
    assert code == refused.value.code
    said = str(refused.value)
    assert said.endswith(f"({code})")
    assert any(
        word in said
        for word in ("spør", "Spør", "Be ", "Kontroller", "Slå på", "Oppgrader", "Bruk", "Prøves", "skal være")
    )
    assert "{" not in said
    assert (2 if code in ("MP-012", "MP-130") else 1) == len(server.recorded("POST", "/token"))


@pytest.mark.parametrize(
    ("error", "description", "code"),
    [
        ("invalid_scope", "", "MP-200"),
        ("invalid_grant", "Invalid assertion. Issue time is after now", "MP-130"),
        ("invalid_client", "", "MP-100"),
        ("invalid_grant", "Invalid audience", "MP-110"),
        ("server_says_no", "", ""),
    ],
)
def test_a_refusal_without_a_code_is_told_all_the_same(
    server: MaskinportenServer, clock: Clock, error: str, description: str, code: str
) -> None:
    body = json.dumps({"error": error, "error_description": description}).encode()
    server.faults.add(Fault(kind=FaultKind.REPLACE, status=400, body=body, times=9))
    with pytest.raises(GrantRefused) as refused:
        provider(server, clock).get(GRANT)
    assert code == refused.value.code


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"issuer_of": "https://maskinporten.no/"}, "MP-110"),
        ({"client_id": "en-annen"}, "MP-100"),
        ({"kid": "kid-2"}, "MP-120"),
    ],
)
def test_wrong_settings_are_named_by_the_setting_to_mend(
    server: MaskinportenServer, clock: Clock, wrong: dict[str, str], code: str
) -> None:
    settings = {"client_id": "postrobot", "kid": "kid-1", "connection": "x"} | {
        name: value for name, value in wrong.items() if name != "issuer_of"
    }
    real = MaskinportenSettings(**settings, issuer=server.issuer)
    told = MaskinportenSettings(**settings, issuer=wrong.get("issuer_of", server.issuer))
    tokens = TokenProvider(told, lambda: KeyPair(key=rsa_key("client")), token_http(real), now=clock)
    with pytest.raises(GrantRefused) as refused:
        tokens.get(GRANT)
    assert code == refused.value.code
    assert {"MP-110": "utsteder", "MP-100": "klient_id", "MP-120": "kid"}[code] in str(refused.value)


def test_a_key_that_is_not_the_registered_one_is_told(server: MaskinportenServer, clock: Clock) -> None:
    with pytest.raises(GrantRefused, match="MP-122"):
        provider(server, clock, pair=KeyPair(key=rsa_key("en annen"))).get(GRANT)


def test_a_system_user_that_is_not_approved_or_lacks_its_ref_is_told(server: MaskinportenServer, clock: Clock) -> None:
    tokens = provider(server, clock)
    server.approve_system_user(THEIRS, "ref")
    with pytest.raises(GrantRefused, match="systembruker"):
        tokens.get(SYSTEM_USER)
    assert tokens.get(Grant(scopes=SCOPES, system_user=THEIRS, external_ref="ref"))
    server.revoke_system_user(THEIRS)
    with pytest.raises(GrantRefused):
        tokens.get(Grant(scopes=SCOPES[:1], system_user=THEIRS, external_ref="ref"))


@pytest.mark.parametrize("seconds", [-300, 11, 300])
def test_a_clock_that_is_wrong_is_set_right_once_by_the_services_date(
    server: MaskinportenServer, clock: Clock, seconds: float
) -> None:
    right = clock.at
    server.now = right.timestamp
    clock.forward(seconds)
    assert provider(server, clock).get(GRANT)
    assert 2 == len(server.recorded("POST", "/token"))


def test_a_clock_that_cannot_be_set_right_is_told_in_seconds(server: MaskinportenServer, clock: Clock) -> None:
    body = json.dumps({"error": "invalid_grant", "error_description": "(MP-130)"}).encode()
    server.faults.add(Fault(kind=FaultKind.REPLACE, status=400, body=body, times=9))
    server.now = (clock.at + timedelta(seconds=300)).timestamp
    with pytest.raises(GrantRefused, match=r"(299|300) sekunder etter Maskinporten"):
        provider(server, clock).get(GRANT)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.DROP, times=2),
        Fault(kind=FaultKind.DROP_AFTER, times=2),
        Fault(kind=FaultKind.STATUS_AFTER, status=500, times=2),
        Fault(kind=FaultKind.STATUS_AFTER, status=503, times=2),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_trouble_is_got_past_with_a_new_grant_each_time(server: MaskinportenServer, clock: Clock, fault: Fault) -> None:
    server.faults.add(fault)
    assert provider(server, clock).get(GRANT)
    used = [claims["jti"] for claims in grants(server)]
    assert 3 == len(used) == len(set(used))


def test_trouble_that_lasts_is_out_of_reach(server: MaskinportenServer, clock: Clock) -> None:
    server.faults.add(Fault(kind=FaultKind.DROP, times=99))
    with pytest.raises(OutOfReach) as down:
        provider(server, clock).get(GRANT)
    assert not isinstance(down.value, GrantRefused)


def test_an_answer_that_is_no_token_is_for_later(server: MaskinportenServer, clock: Clock) -> None:
    for body in (b"<html>", b"[]", b'{"access_token": "x"}', b'{"access_token": 3, "expires_in": 3}'):
        server.faults.add(Fault(kind=FaultKind.REPLACE, status=200, body=body))
        with pytest.raises(TryLater):
            provider(server, clock).get(GRANT)


@pytest.mark.parametrize("quoted", [True, False])
def test_the_exchange_gives_an_altinn_token_quoted_or_bare(
    server: MaskinportenServer, clock: Clock, quoted: bool
) -> None:
    server.quoted = quoted
    server.approve_system_user(THEIRS)
    token = altinn(server, clock, provider(server, clock)).get(SYSTEM_USER)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (OURS, 3) == (claims["urn:altinn:orgNumber"], claims["urn:altinn:authlevel"])
    assert f"0192:{THEIRS}" == claims["authorization_details"][0]["systemuser_org"]["ID"]


def test_an_exchanged_token_is_kept_by_its_own_life(server: MaskinportenServer, clock: Clock) -> None:
    tokens = altinn(server, clock, provider(server, clock))
    first = tokens.get(GRANT)
    clock.forward(1400)
    assert first == tokens.get(GRANT)
    clock.forward(50)
    assert first != tokens.get(GRANT)
    tokens.drop(GRANT)
    tokens.get(GRANT)
    assert (3, 3) == (len(server.recorded("GET", "/exchange")), len(server.recorded("POST", "/token")))


def test_a_refused_exchange_asks_for_a_new_token_once_and_then_a_human(
    server: MaskinportenServer, clock: Clock
) -> None:
    server.faults.add(Fault(kind=FaultKind.STATUS, path="exchange", status=401))
    assert altinn(server, clock, provider(server, clock)).get(GRANT)
    server.faults.add(Fault(kind=FaultKind.STATUS, path="exchange", status=401, times=2))
    with pytest.raises(GrantRefused, match="samme miljø"):
        altinn(server, clock, provider(server, clock)).get(GRANT)


def test_an_api_that_refuses_a_token_gets_a_new_one_once(server: MaskinportenServer, clock: Clock) -> None:
    tokens = provider(server, clock)
    credentials, refused = bearer(tokens, GRANT)
    first = credentials()
    http = Http(
        HttpSettings(connection="x", what="Altinn", base_url=server.url),
        credentials=credentials,
        refused=refused,
        hooks=Hooks(sleep=lambda _: None),
    )
    server.faults.add(Fault(kind=FaultKind.STATUS, path="well-known", status=401))
    assert http.call("GET", ".well-known/oauth-authorization-server").ok
    assert first != credentials()


def test_no_grant_token_or_key_is_ever_logged_or_shown(server: MaskinportenServer, clock: Clock) -> None:
    out = io.StringIO()
    setup_logging(form="json", level="debug", stream=out)
    tokens = provider(server, clock)
    exchanged = altinn(server, clock, tokens)
    secrets = [tokens.get(GRANT), exchanged.get(GRANT)]
    secrets += [each.request.form()["assertion"] for each in server.recorded("POST", "/token")]
    server.faults.add(Fault(kind=FaultKind.STATUS, status=400, times=9))
    with pytest.raises(GrantRefused) as refused:
        provider(server, clock).get(GRANT)
    said = out.getvalue() + str(refused.value) + repr(tokens._cache._tokens) + repr(KeyPair(key=rsa_key("client")))
    assert "token_fetched" in said
    assert "kid-1" in said
    assert not [secret for secret in secrets if secret in said or secret.split(".")[2] in said]


def test_keys_are_read_in_the_forms_people_have_them(tmp_path: Path) -> None:
    key = rsa_key("client")
    none = serialization.NoEncryption()
    forms = [
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, none),
        jwt.algorithms.RSAAlgorithm.to_jwk(key).encode(),
        pkcs12.serialize_key_and_certificates(b"x", key, self_signed("SOLVIK KOMMUNE", key), None, none),
    ]
    assert {key.private_numbers()} == {key_pair(form).key.private_numbers() for form in forms}
    locked = serialization.BestAvailableEncryption(b"abc")
    for form in (
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked),
        pkcs12.serialize_key_and_certificates(b"x", key, None, None, locked),
    ):
        assert key_pair(form, "abc").key.private_numbers() == key.private_numbers()
        for password in ("", "feil"):
            with pytest.raises(BadKey, match="passord"):
                key_pair(form, password)
    for bad in (
        b"",
        b"-----BEGIN",
        b"{}",
        b'{"kty":"RSA"}',
        jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()).encode(),
    ):
        with pytest.raises(BadKey):
            key_pair(bad)
    (tmp_path / "c.pem").write_bytes(self_signed("SOLVIK KOMMUNE", key).public_bytes(serialization.Encoding.PEM))
    assert KeyPair(key=key).fits(certificates_in(tmp_path / "c.pem")[0])
    with pytest.raises(BadKey):
        certificates_in(tmp_path / "none.pem")


def test_the_metadata_tells_the_issuer(server: MaskinportenServer) -> None:
    http = Http(HttpSettings(connection="x", what="Maskinporten", base_url=server.url))
    told = http.call("GET", ".well-known/oauth-authorization-server").json()
    assert server.issuer == told["issuer"]
    assert Reply().status == 200
