"""A municipality's client in Maskinporten and its sources in a configuration, against Altinn's platform on loopback."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import serialization

from connectors.altinn.settings import FORM_SCOPES, READ_SCOPES
from connectors.testing.certificates import rsa_key
from connectors.testing.servers.altinn import AltinnServer
from connectors.testing.servers.maskinporten import Client

CLIENT, KID = "postrobot-prøveklient", "prøve-1"


def register(server: AltinnServer, orgnr: str, *, code: str) -> None:
    """The client is registered with its scopes, its system user approved, and the organisation is a service owner."""
    public = rsa_key("client").public_key()
    scopes = {*READ_SCOPES, *FORM_SCOPES}
    server.register(Client(client_id=CLIENT, orgnr=orgnr, keys={KID: public}, scopes=scopes))
    server.approve_system_user(orgnr)
    server.codes[orgnr] = code


def write_key(path: Path) -> None:
    """The client's private key, for nobody else to read."""
    pem = rsa_key("client").private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(pem)
    path.chmod(0o600)


def as_toml(server: AltinnServer, organisation: str, *, key: str, code: str, more: str = "") -> str:
    """Both sources as an operator writes them; ``key`` is the file of the key. ``more`` are further lines of each."""
    common = (
        f'miljoe = "test"\nplattform = "{server.url}"\nmaskinporten = "{server.issuer}"\nklient_id = "{CLIENT}"\n'
        f'nokkel = {{ fil = "{key}" }}\nnokkel_id = "{KID}"\ntjenesteeier = "{code}"\n{more}'
    )
    return (
        f'\n[organisasjon.{organisation}.kilde.altinn]\ntype = "altinn"\nverter = ["127.0.0.1"]\n{common}'
        f'\n[organisasjon.{organisation}.kilde.skjema]\ntype = "altinn_skjema"\n{common}'
        'titler = { melding-om-tiltak = "Melding om ferdig tiltak" }\n'
    )
