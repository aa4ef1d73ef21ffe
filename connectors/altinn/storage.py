"""Altinn Storage as a service owner: forms that somebody has sent in (altinn.md section 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from connectors.altinn.platform import Platform
from connectors.altinn.wire import iso, mapping, one_line, sequence, text, time_of
from connectors.http import Body
from models.errors import TryLater
from models.steps import Point, step

BASE = "/storage/api/v1/instances"
PDF = "ref-data-as-pdf"
"""Data type of the receipt that Altinn makes of a form."""

_PAGE = 100
_MOST_PAGES = 1000
_MODELS = ("application/xml", "text/xml", "application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A file of a form. ``scan`` as Storage tells it: NotApplicable, Pending, Clean, Infected, or a word unknown to us."""

    id: str
    kind: str
    name: str
    media_type: str
    scan: str

    @property
    def is_pdf(self) -> bool:
        """Whether it is the receipt."""
        return self.kind == PDF

    @property
    def is_model(self) -> bool:
        """Whether it is the form's own data, and not something attached: it has no file name."""
        return self.media_type.partition(";")[0].strip().lower() in _MODELS and not self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A form. ``id`` is ``<party>/<guid>``; ``ended`` None: not sent in yet."""

    id: str
    app: str
    orgnr: str
    person: str
    ended: datetime | None
    due: datetime | None
    hard_deleted: bool
    confirmed_by: frozenset[str]
    elements: tuple[Element, ...]
    texts: Mapping[str, str]
    values: Mapping[str, str]

    @property
    def reference(self) -> str:
        """What people know it by: the last group of its id (``A3Ref``)."""
        return self.id.rpartition("-")[2]


class Storage:
    """Raises as :class:`connectors.altinn.platform.Platform`."""

    def __init__(self, platform: Platform) -> None:
        """Opens nothing."""
        self._platform = platform

    def ended(
        self, *, code: str, app: str, unconfirmed_only: bool, since: datetime | None = None
    ) -> Iterator[list[Instance]]:
        """Forms sent in, newest change first, a page at a time; ``app`` empty: of all apps."""
        asked = {"appId": f"{code}/{app}"} if app else {"org": code}
        asked |= {"process.isComplete": "true", "status.isHardDeleted": "false", "size": str(_PAGE)}
        if unconfirmed_only:
            asked["excludeConfirmedBy"] = code
        if since is not None:
            asked["process.ended"] = f"gte:{iso(since)}"
        path = f"{BASE}?{urlencode(asked)}"
        for _ in range(_MOST_PAGES):
            page = mapping(self._platform.get(path))
            yield [instance(mapping(each)) for each in sequence(page.get("instances"))]
            following = text(page.get("next"))
            if not following:
                return
            if not self._platform.is_ours(following):
                raise TryLater("Altinn Storage viser videre til en fremmed adresse; prøves igjen.", after_s=3600)
            path = following  # verbatim: its token is not ours to understand

    def instance(self, id: str) -> Instance:
        """One form as it is now."""
        return instance(mapping(self._platform.get(f"{BASE}/{id}")))

    @contextmanager
    def data(self, id: str, element: str) -> Iterator[Body]:
        """A file of a form, bit by bit."""
        with self._platform.stream(f"{BASE}/{id}/data/{element}") as body:
            yield body

    def complete(self, id: str) -> None:
        """Tells Altinn that the service owner has the form. Done before is done."""
        self._platform.post(f"{BASE}/{id}/complete")
        step(Point.U4_COMPLETED)


def instance(data: Mapping[str, Any]) -> Instance:
    """An instance as Storage gives it."""
    owner, process, status = (mapping(data.get(name)) for name in ("instanceOwner", "process", "status"))
    return Instance(
        id=text(data.get("id")),
        app=text(data.get("appId")).partition("/")[2] or text(data.get("appId")),
        orgnr=text(owner.get("organisationNumber")),
        person=text(owner.get("personNumber")),
        ended=time_of(process.get("ended")),
        due=time_of(data.get("dueBefore")),
        hard_deleted=status.get("isHardDeleted") is True,
        confirmed_by=frozenset(
            text(each.get("stakeholderId")).lower()
            for each in map(mapping, sequence(data.get("completeConfirmations")))
        ),
        elements=tuple(_element(each) for each in map(mapping, sequence(data.get("data"))) if not _deleted(each)),
        texts=_texts(data.get("presentationTexts")),
        values=_texts(data.get("dataValues")),
    )


def _element(data: Mapping[str, Any]) -> Element:
    return Element(
        id=text(data.get("id")),
        kind=text(data.get("dataType")),
        name=one_line(data.get("filename"), 255),
        media_type=text(data.get("contentType")),
        scan=text(data.get("fileScanResult")),
    )


def _deleted(data: Mapping[str, Any]) -> bool:
    return mapping(data.get("deleteStatus")).get("isHardDeleted") is True


def _texts(value: object) -> dict[str, str]:
    return {str(name): one_line(each) for name, each in mapping(value).items() if one_line(each)}
