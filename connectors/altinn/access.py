"""Tokens for Altinn's platform: Maskinporten, then the exchange; kept for everything built from the same configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from connectors.altinn.platform import FixedTokens
from connectors.altinn.settings import PlatformSettings
from connectors.http import Http, HttpSettings
from connectors.keys import BadKey, KeyPair, key_pair
from connectors.maskinporten import AltinnTokens, Grant, MaskinportenSettings, TokenProvider, token_http
from models.errors import ConfigError, ConfigFault


@dataclass(slots=True, kw_only=True)
class Access:
    """A client of ours in Maskinporten, and the platform its tokens are exchanged at. ``key`` gives PEM or JWK, and is asked
    at each grant, so that a rotated key is picked up."""

    maskinporten: MaskinportenSettings
    platform: PlatformSettings
    key: Callable[[], str]
    now: Callable[[], datetime]
    key_password: Callable[[], str] = lambda: ""
    way: Http = field(init=False)
    direct: TokenProvider = field(init=False)
    exchanged: AltinnTokens = field(init=False)

    def __post_init__(self) -> None:
        platform = self.platform
        self.way = token_http(self.maskinporten, ca_file=platform.ca_file, proxy=platform.proxy)
        self.direct = TokenProvider(self.maskinporten, self._key, self.way, now=self.now)
        exchange = HttpSettings(
            connection=platform.connection,
            what="Altinn",
            base_url=platform.platform,
            ca_file=platform.ca_file,
            proxy=platform.proxy,
        )
        self.exchanged = AltinnTokens(self.direct, Http(exchange), connection=platform.connection, now=self.now)

    def tokens(self, grant: Grant) -> FixedTokens:
        """Altinn tokens of one grant."""
        return FixedTokens(lambda: self.exchanged.get(grant), lambda: self.exchanged.drop(grant))

    def _key(self) -> KeyPair:
        try:
            return key_pair(self.key().encode(), self.key_password())
        except BadKey as problem:
            raise ConfigError((ConfigFault(key="nokkel", expected=str(problem)),)) from problem
