"""The Correspondence API as a recipient (altinn.md section 4).

What is never called: ``/content`` (marks the letter as read), ``/details`` (slow, and registers a fetch each time),
``/purge`` (the letter would be gone for everybody, and that may breach the duty to archive) and ``/forward``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from connectors.altinn.platform import Platform, Refused
from connectors.altinn.wire import ORG, Overview, iso, mapping, overview, sequence, text
from connectors.http import Body
from models.errors import MaybeDone, TryLater
from models.steps import Point, step

BASE = "/correspondence/api/v1/correspondence"
MOST = 1000
"""As many as a list holds, the newest; there is no next page."""

SHORTEST = timedelta(minutes=1)
"""A window shorter than this is not halved again."""

SHOWN_AFTER_S = 15.0
"""A confirmation shows after about four seconds."""

ALREADY = frozenset({1040, 1041, 1014})
NOT_FETCHED = frozenset({1024, 1025})
LOST_ATTACHMENT = frozenset({2001, 2018, 2019, 2020})


class Correspondence:
    """Letters. Raises as :class:`connectors.altinn.platform.Platform`."""

    def __init__(self, platform: Platform, *, own: str) -> None:
        """``own`` is the organisation of the system user: for it, and it alone, nobody is named as the one acted for."""
        self._platform = platform
        self._own = own

    def ids(self, resource: str, party: str, *, since: datetime, until: datetime) -> list[str]:
        """Every letter of a resource to an organisation whose publishing was asked for within the window, newest first.

        Asked with «has been published»: without, purged ones come along, and with «fetched» nothing does. A full answer
        may be cut, so its window is halved and asked again.
        """
        found = self._window(resource, party, since, until)
        return list(dict.fromkeys(found))

    def _window(self, resource: str, party: str, since: datetime, until: datetime) -> list[str]:
        asked: dict[str, str | int] = {
            "resourceId": resource,
            "role": "Recipient",
            "status": "Published",
            "from": iso(since),
            "to": iso(until),
        }
        if party != self._own:
            asked["onBehalfOf"] = ORG + party
        ids = [text(each).lower() for each in sequence(mapping(self._platform.get(BASE, asked)).get("ids"))]
        if len(ids) < MOST or until - since <= SHORTEST:
            return ids
        middle = since + (until - since) / 2
        # Both ends are excluded, so the halves overlap by a little.
        edge = timedelta(milliseconds=1)
        newer = self._window(resource, party, middle - edge, until)
        return newer + self._window(resource, party, since, middle + edge)

    def overview(self, id: str, *, now: datetime) -> Overview:
        """The letter. Registers it as fetched, which is internal to Altinn: it is not read, and nobody is told."""
        return overview(mapping(self._platform.get(f"{BASE}/{id}")), now=now)

    @contextmanager
    def attachment(self, id: str, attachment: str) -> Iterator[Body]:
        """A file of a letter, bit by bit."""
        with self._platform.stream(f"{BASE}/{id}/attachment/{attachment}/download") as body:
            yield body

    def mark_read(self, id: str) -> None:
        """Tells Altinn that the letter is read. Done before is done."""
        self._tell(id, "markasread")
        step(Point.U3_MARKED_READ)

    def confirm(self, id: str) -> None:
        """Confirms the letter: a legal act. Done before is done.

        Altinn shows it some seconds later, and until then takes a second one too: so it is not repeated before that.

        Raises:
            TryLater: also when it may have been done; asked again after a while, Altinn tells.
        """
        try:
            self._tell(id, "confirm")
        except MaybeDone as maybe:
            raise TryLater(str(maybe), after_s=SHOWN_AFTER_S) from maybe
        step(Point.U2_CONFIRMED)

    def _tell(self, id: str, what: str) -> None:
        try:
            self._post(id, what)
        except Refused as refused:
            if refused.code not in NOT_FETCHED:
                raise
            # The fetch was never registered (a token with the wrong scope did it, or it is too long ago).
            self._platform.get(f"{BASE}/{id}")
            self._post(id, what)

    def _post(self, id: str, what: str) -> None:
        try:
            self._platform.post(f"{BASE}/{id}/{what}", repeatable=what != "confirm")
        except Refused as refused:
            if refused.code not in ALREADY:
                raise


def properties_as_form(properties: Mapping[str, str]) -> dict[str, str]:
    """The sender's free list as fields that rules can ask for: ``skjema.altinn.<navn>``."""
    return {f"altinn.{name}": value for name, value in properties.items()}
