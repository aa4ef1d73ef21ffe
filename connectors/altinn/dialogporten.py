"""Dialogporten, as an end user: one search over every sender and resource (altinn.md section 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from connectors.altinn.platform import Platform
from connectors.altinn.wire import (
    ORG,
    RESOURCE,
    Dialog,
    DialogItem,
    DialogLetter,
    Party,
    dialog,
    dialog_item,
    iso,
    mapping,
    parties,
    sequence,
    text,
    transmissions,
)

BASE = "/dialogporten/api/v1/enduser"
PARTIES_AT_ONCE = 100
"""As many as one search takes."""

PAGE = 1000


class Dialogporten:
    """Questions to Dialogporten. Raises as :class:`connectors.altinn.platform.Platform`."""

    def __init__(self, platform: Platform) -> None:
        """Opens nothing."""
        self._platform = platform

    def search(
        self, orgnrs: Sequence[str], *, after: datetime, now: datetime, unseen_only: bool = False
    ) -> Iterator[list[DialogItem]]:
        """Dialogs of these organisations with content from ``after`` on, oldest change first, a page at a time."""
        for start in range(0, len(orgnrs), PARTIES_AT_ONCE):
            batch = orgnrs[start : start + PARTIES_AT_ONCE]
            asked: list[tuple[str, str]] = [("party", ORG + orgnr) for orgnr in batch]
            asked += [("contentUpdatedAfter", iso(after)), ("orderBy", "contentUpdatedAt_asc"), ("limit", str(PAGE))]
            if unseen_only:
                asked.append(("isContentSeen", "false"))
            token = ""
            while True:
                # Everything but the token stays as it was, or the next page is of another search.
                page = self._platform.get(
                    _path("dialogs", [*asked, *([("continuationToken", token)] if token else [])])
                )
                yield [dialog_item(mapping(each), now=now) for each in sequence(mapping(page).get("items"))]
                following = text(mapping(page).get("continuationToken"))
                if mapping(page).get("hasNextPage") is not True or not following or following == token:
                    break
                token = following

    def dialog(self, id: str, *, now: datetime) -> Dialog:
        """A whole dialog. Altinn notes in its seen-log that the system user opened it; the search does not."""
        return dialog(mapping(self._platform.get(f"{BASE}/dialogs/{id}")), now=now)

    def letters(self, id: str, *, now: datetime) -> list[DialogLetter]:
        """The letters within a dialog, without opening it."""
        return list(transmissions(self._list(f"dialogs/{id}/transmissions"), sender="", reference="", now=now))

    def parties(self) -> list[Party]:
        """The organisations that the system user may act for."""
        return list(parties(self._platform.get(f"{BASE}/parties")))

    def resources(self, orgnr: str) -> tuple[set[str], bool]:
        """Resources that the system user may use for an organisation; False when Altinn gave the whole catalogue instead."""
        told = mapping(self._platform.get(_path("serviceresources", [("party", ORG + orgnr)])))
        ids = {
            text(mapping(mapping(each).get("serviceResource")).get("id")).removeprefix(RESOURCE)
            for each in sequence(told.get("items"))
        }
        return ids - {""}, told.get("isFullCatalogueFallback") is not True

    def _list(self, path: str) -> list[Any]:
        told = self._platform.get(f"{BASE}/{path}")
        return told if isinstance(told, list) else sequence(mapping(told).get("items"))


def _path(name: str, asked: Sequence[tuple[str, str]]) -> str:
    """With the query: a parameter may stand several times, which a mapping cannot say."""
    from urllib.parse import urlencode

    return f"{BASE}/{name}?{urlencode(asked)}"
