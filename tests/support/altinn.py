"""A client as one would write it at first, and helpers for tests of the Altinn sources."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from connectors.altinn.source import AltinnSource
from connectors.altinn.wire import iso
from connectors.testing.altinn_lab import OWN, RESOURCE, AltinnLab
from models.post import Fetched, Locator, Outcome

LETTERS = "/correspondence/api/v1/correspondence"
DIALOGS = "/dialogporten/api/v1/enduser/dialogs"


class Naive:
    """Does what the documentation seems to say, and nothing more."""

    def __init__(self, lab: AltinnLab, *scopes: str) -> None:
        self._base = lab.server.url
        self._token = lab.server.give_token(OWN, *(scopes or ("altinn:correspondence.read", "digdir:dialogporten")))

    def get(self, path: str, **asked: str) -> Any:
        status, body = self.ask("GET", f"{path}?{urlencode(asked)}" if asked else path)
        assert status == 200, body
        return json.loads(body)

    def ask(self, method: str, path: str, *, accept: str = "application/json") -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept}
        request = urllib.request.Request(self._base + path, method=method, headers=headers)  # noqa: S310 (loopback)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (loopback)
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def listed(self, **asked: str) -> list[str]:
        ids: list[str] = self.get(LETTERS, **{"resourceId": RESOURCE, "role": "Recipient", **asked})["ids"]
        return ids


def take_all(lab: AltinnLab, source: AltinnSource, *, limit: int = 5000) -> list[Fetched]:
    """Everything that can be fetched, in the order it is offered; what cannot is left out."""
    from models.errors import TryLater

    taken: list[Fetched] = []
    while True:
        before = len(taken)
        for offer in list(source.offers(limit)):
            try:
                fetched = source.download(offer, lab.spool())
            except TryLater:
                continue
            source.take_over(fetched.locator)
            taken.append(fetched)
        if len(taken) == before:
            return taken


def settle_all(source: AltinnSource, taken: Iterable[Fetched], outcome: Outcome = Outcome.ARCHIVED) -> list[Locator]:
    """As when the archive has them."""
    return [source.settle(each.locator, outcome) for each in taken]


def keys(taken: Iterable[Fetched]) -> list[str]:
    """Their keys."""
    return [each.source_key for each in taken]


__all__ = ["DIALOGS", "LETTERS", "Naive", "iso", "keys", "settle_all", "take_all"]
