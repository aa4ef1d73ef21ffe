"""A mottakersystem on loopback, and how it is configured."""

from __future__ import annotations

from pathlib import Path

from connectors.testing.certificates import rsa_key, self_signed
from connectors.testing.servers.svarinn import SvarInnServer
from robot.demo.svarut import add_source


def configure(config: Path, server: SvarInnServer, *, organisation: str, key: str = "mottak", more: str = "") -> None:
    """Adds the source «svarinn» to a configuration file."""
    add_source(config, server, organisation=organisation, key=key, more=more)


def mottak(*, key: str = "mottak", days: int = 365) -> SvarInnServer:
    """A server whose certificate is for the key of that name."""
    return SvarInnServer(self_signed("mottak", rsa_key(key), serial=0xABC, days=days))
