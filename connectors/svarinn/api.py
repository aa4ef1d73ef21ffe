"""The two versions of SvarInn's API behind one interface: list, download, and the two receipts.

KS' documentation and OpenAPI (2026): version 1 is deprecated without an end date, version 2 stable. Both are HTTP Basic.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar, Protocol

import structlog

from connectors.http import Answer, Body, Hooks, Http, HttpSettings
from connectors.svarinn.letter import Letter
from connectors.svarinn.parse import PARSERS, NotALetter
from connectors.svarinn.settings import SvarInnSettings
from models.errors import OutOfReach, TryLater

log = structlog.get_logger()

_SECRET = Callable[[], str]
_ODD = frozenset({400, 404, 405, 409, 410, 412, 422})
"""What a receipt for a letter that has one already (or went another way) may be answered with; it is not documented."""


class Api(Protocol):
    """What a version has to offer."""

    def letters(self) -> list[Letter]:
        """Everything that waits, at most 200, oldest first.

        Raises:
            OutOfReach, TryLater: it cannot be asked now.
        """
        ...

    def blob(self, letter_id: str, address: str) -> AbstractContextManager[Body]:
        """The encrypted letter on its way; status 404 or 410 when it is gone."""
        ...

    def received(self, letter_id: str) -> bool:
        """The receipt MOTTATT; False when the service did not take it."""
        ...

    def failed(self, letter_id: str, message: str, *, for_good: bool) -> bool:
        """The receipt FEILET. ``for_good`` sends the letter on to Altinn or paper, irreversibly; ``message`` is seen by the
        sender. False when the service did not take it."""
        ...

    def clock_ahead_s(self) -> float | None:
        """The same, by the time it was when the answer came."""
        ...

    def close(self) -> None:
        """Closes the connections."""
        ...


class HttpApi:
    """What is common to both versions."""

    version: ClassVar[int]
    list_path: ClassVar[str]
    blob_path: ClassVar[str]

    def __init__(self, settings: SvarInnSettings, password: _SECRET, *, hooks: Hooks | None = None) -> None:
        """Opens nothing. ``password`` is asked at each call, so that a rotated one is picked up."""
        self._settings = settings
        http = HttpSettings(
            connection=settings.connection,
            what="SvarInn",
            base_url=settings.base_url,
            ca_file=settings.ca_file,
            proxy=settings.proxy,
            idle_s=settings.idle_s,
            download_s=settings.download_s,
        )
        self.http = Http(http, credentials=lambda: _basic(settings.user, password()), hooks=hooks)

    def letters(self) -> list[Letter]:
        """See :class:`Api`. An entry without a usable id is logged and passed over, so that it stops none of the others."""
        told = _listed(self.http, self.list_path, self._settings).json()
        if not isinstance(told, list):
            raise TryLater("SvarInn svarte med noe annet enn en liste; prøves igjen.", after_s=300)
        found: dict[str, Letter] = {}
        for entry in told:
            try:
                letter = PARSERS[self.version](entry)
            except NotALetter:
                log.error("svarinn_entry_unusable", connection=self._settings.connection)
                continue
            found.setdefault(letter.id, letter)
        return sorted(found.values(), key=lambda each: (each.at is None, each.at and each.at.timestamp(), each.id))

    @contextmanager
    def blob(self, letter_id: str, address: str) -> Iterator[Body]:
        """See :class:`Api`. An address that leads anywhere else than to the service is not used: it would get our password."""
        path = address if address and self.http.is_ours(address) else f"{self.blob_path}/{letter_id}"
        with self.http.stream(path, expect=frozenset({404, 410})) as body:
            yield body

    def clock_ahead_s(self) -> float | None:
        """See :class:`Api`."""
        return self.http.clock_ahead_s

    def close(self) -> None:
        """Closes the connections."""
        self.http.close()


class V1(HttpApi):
    """``/tjenester/svarinn/…``."""

    version = 1
    list_path = "svarinn/mottaker/hentNyeForsendelser"
    blob_path = "svarinn/forsendelse"

    def received(self, letter_id: str) -> bool:
        """See :class:`Api`."""
        path = f"svarinn/kvitterMottak/forsendelse/{letter_id}"
        return self.http.call("POST", path, repeatable=True, expect=_ODD).ok

    def failed(self, letter_id: str, message: str, *, for_good: bool) -> bool:
        """See :class:`Api`."""
        path = f"svarinn/mottakFeilet/forsendelse/{letter_id}"
        body = {"feilmelding": message, "permanent": for_good}
        return self.http.call("POST", path, json_body=body, headers=_JSON, repeatable=True, expect=_ODD).ok


class V2(HttpApi):
    """``/api/svarinn/v2/…``."""

    version = 2
    list_path = "svarinn/v2/forsendelser"
    blob_path = list_path

    def received(self, letter_id: str) -> bool:
        """See :class:`Api`."""
        return self._status(letter_id, {"status": "MOTTATT"})

    def failed(self, letter_id: str, message: str, *, for_good: bool) -> bool:
        """See :class:`Api`."""
        return self._status(letter_id, {"status": "FEILET", "feil": {"feilmelding": message, "permanent": for_good}})

    def _status(self, letter_id: str, body: object) -> bool:
        path = f"svarinn/v2/forsendelser/{letter_id}/status"
        return self.http.call("PATCH", path, json_body=body, headers=_JSON, repeatable=True, expect=_ODD).ok


_JSON = {"Content-Type": "application/json; charset=utf-8"}


def api_of(settings: SvarInnSettings, password: _SECRET, *, hooks: Hooks | None = None) -> Api:
    """The API in the version that is set."""
    return (V1 if settings.api_version == 1 else V2)(settings, password, hooks=hooks)


def _listed(http: Http, path: str, settings: SvarInnSettings) -> Answer:
    answer = http.call("GET", path, expect=frozenset({404}))
    if answer.status == 404:
        text = (
            f"SvarInn kjenner ikke adressen (HTTP 404). Kontroller «adresse» og «api_versjon» ({settings.api_version}) "
            "i oppsettet."
        )
        raise OutOfReach(text, connection=settings.connection)
    return answer


def _basic(user: str, password: str) -> dict[str, str]:
    pair = f"{user}:{password}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}
