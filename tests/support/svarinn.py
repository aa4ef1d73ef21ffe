"""A mottakersystem on loopback, configured as an operator would: keys and password in files of their own."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import serialization

from connectors.testing.certificates import pem, rsa_key, self_signed
from connectors.testing.servers.svarinn import SvarInnServer


def configure(config: Path, server: SvarInnServer, *, organisation: str, key: str = "mottak", more: str = "") -> None:
    """Adds the source «svarinn» to a configuration file."""
    folder = config.parent
    for name, content in (("svarinn.passord", server.password.encode()), ("svarinn.nokkel", pem(rsa_key(key)))):
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    (folder / "svarinn.pem").write_bytes(server.certificate.public_bytes(serialization.Encoding.PEM))
    with config.open("a", encoding="utf-8") as file:
        file.write(
            f"""
[organisasjon.{organisation}.kilde.svarinn]
type = "svarinn"
adresse = "{server.base_url(2)}"
bruker = "{server.user}"
passord = {{ fil = "svarinn.passord" }}
noekler = [{{ fil = "svarinn.nokkel" }}]
sertifikat = "svarinn.pem"
{more}"""
        )


def mottak(*, key: str = "mottak", days: int = 365) -> SvarInnServer:
    """A server whose certificate is for the key of that name."""
    return SvarInnServer(self_signed("mottak", rsa_key(key), serial=0xABC, days=days))
