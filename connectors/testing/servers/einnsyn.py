"""eInnsyn on loopback: search with windows and paging, single entries, and the files behind them.

The API stands under ``/api``, so that its requests and answers are held to the published format, the files under ``/fil``. Its
odd ways, as read in the backend: entries with ``accessibleAfter`` in the future are shown to nobody without a key, and their
``publisertDato`` and ``oppdatertDato`` stay those of when they were sent in; ``next`` is [sort value, id]; an unknown unit or
cursor is a 400.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from connectors.testing.servers.base import LoopbackServer, Reply, Request, Stop, route
from models.noark import Journalposttype
from models.published import PublishedEntry

_TYPES = {
    Journalposttype.INNGAAENDE: "inngaaende_dokument",
    Journalposttype.UTGAAENDE: "utgaaende_dokument",
    Journalposttype.ORGANINTERNT_OPPFOELGING: "organinternt_dokument_for_oppfoelging",
    Journalposttype.ORGANINTERNT: "organinternt_dokument_uten_oppfoelging",
    Journalposttype.SAKSFRAMLEGG: "saksframlegg",
}
_ROLES = {"EA": "avsender", "EM": "mottaker", "EK": "kopimottaker", "IA": "intern_avsender", "IM": "intern_mottaker"}
_EXPANDABLE = ("saksmappe", "skjerming", "korrespondansepart", "dokumentbeskrivelse")


@dataclass(slots=True)
class PostedFile:
    """A file behind an entry; ``moved_to`` answers with a redirect, ``content`` None with 404."""

    content: bytes | None
    media_type: str = "application/pdf"
    moved_to: str = ""


@dataclass(slots=True)
class Posted:
    """An entry as eInnsyn has it: ``told`` is the whole object, everything expanded."""

    told: dict[str, Any]
    published: datetime
    updated: datetime
    accessible: datetime | None = None
    deleted: bool = False


@dataclass(slots=True)
class EInnsynShelf:
    """What the server has."""

    posts: dict[str, Posted] = field(default_factory=dict)
    files: dict[str, PostedFile] = field(default_factory=dict)


class EInnsynServer(LoopbackServer):
    """See the module. ``units`` are known; a request with ``key`` as API-KEY sees what is not public yet."""

    published: ClassVar[Mapping[str, str]] = {"/api": "einnsyn/einnsyn.openapi.yml"}
    refusals: ClassVar[bool] = False

    def __init__(self, *, units: tuple[str, ...] = ("310000009",), key: str = "secret_test", **more: Any) -> None:
        super().__init__(**more)
        self.units = units
        self.key = key
        self.shelf = EInnsynShelf()

    @property
    def api(self) -> str:
        """The base address of the API."""
        return f"{self.url}/api"

    def post(
        self,
        entry: PublishedEntry,
        at: datetime,
        *,
        files: tuple[PostedFile, ...] = (),
        accessible: datetime | None = None,
    ) -> Posted:
        """The owner publishes an entry at that moment."""
        posted = Posted(self._object(entry, files), published=at, updated=at, accessible=accessible)
        with self.lock:
            self.shelf.posts[entry.id] = posted
        return posted

    def edit(self, id: str, at: datetime, **fields: Any) -> None:
        """The owner changes an entry."""
        with self.lock:
            posted = self.shelf.posts[id]
            posted.told |= fields
            posted.updated = at

    def delete(self, id: str) -> None:
        """The owner takes an entry away."""
        with self.lock:
            del self.shelf.posts[id]

    @route("GET", r"/api/search")
    def search(self, request: Request) -> Reply:
        units = (request.param("administrativEnhet") or "").split(",")
        if any(each not in self.units for each in units):
            raise Stop(Reply.json({"type": "badRequest", "message": "Enhet not found"}, status=400))
        field_name = request.param("sortBy") or "score"
        if field_name not in ("publisertDato", "oppdatertDato"):
            raise Stop(Reply.json({"type": "badRequest", "message": "sortBy"}, status=400))
        found = [each for each in self.shelf.posts.values() if self._shown(each, request) and _in_window(each, request)]
        found.sort(key=lambda each: _place(each, field_name))
        start = request.param("startingAfter")
        if start is not None:
            parts = start.split(",")
            if len(parts) != 2 or not parts[0].lstrip("-").isdigit():
                raise Stop(Reply.json({"type": "badRequest", "message": "startingAfter"}, status=400))
            after = (int(parts[0]), parts[1])
            found = [each for each in found if _place(each, field_name) > after]
        limit = int(request.param("limit") or 25)
        page, more = found[:limit], len(found) > limit
        answer: dict[str, Any] = {"items": [self._view(each, request) for each in page]}
        if more:
            stamp, id_ = _place(page[-1], field_name)
            kept = [(name, value) for name, value in request.query if name != "startingAfter"]
            answer["next"] = f"/api/search?{urlencode([*kept, ('startingAfter', f'{stamp},{id_}')])}"
        return Reply.json(answer)

    @route("GET", r"/api/journalpost/(?P<id>[^/]+)")
    def one(self, request: Request) -> Reply:
        key = request.named["id"]
        found = next((p for p in self.shelf.posts.values() if key in (p.told["id"], p.told["systemId"])), None)
        if found is None or not self._shown(found, request):
            raise Stop(Reply.json({"type": "notFound", "message": "No object found"}, status=404))
        return Reply.json(self._view(found, request))

    @route("GET", r"/fil/(?P<id>[^/]+)")
    def file(self, request: Request) -> Reply:
        found = self.shelf.files.get(request.named["id"])
        if found is not None and found.moved_to:
            return Reply(status=302, headers={"Location": found.moved_to})
        if found is None or found.content is None:
            return Reply.text("ikke funnet", status=404)
        return Reply(headers={"Content-Type": found.media_type}, body=found.content)

    def _shown(self, posted: Posted, request: Request) -> bool:
        waits = posted.accessible is not None and posted.accessible.timestamp() > self.now()
        return not waits or request.headers.get("api-key") == self.key

    def _view(self, posted: Posted, request: Request) -> dict[str, Any]:
        """As told, with what is not asked for as ids."""
        expand = (request.param("expand") or "").split(",")
        told = dict(posted.told)
        told["publisertDato"], told["oppdatertDato"] = _stamp(posted.published), _stamp(posted.updated)
        if posted.accessible is not None:
            told["accessibleAfter"] = _stamp(posted.accessible)
        for name in _EXPANDABLE:
            if name in told and name not in expand:
                told[name] = _ids(told[name])
        if "dokumentbeskrivelse" in expand and "dokumentbeskrivelse.dokumentobjekt" not in expand:
            told["dokumentbeskrivelse"] = [
                {**each, "dokumentobjekt": _ids(each["dokumentobjekt"])} for each in told["dokumentbeskrivelse"]
            ]
        return told

    def _object(self, entry: PublishedEntry, files: tuple[PostedFile, ...]) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": entry.id,
            "systemId": entry.system_id,
            "deleted": False,
            "entity": "Journalpost",
            "offentligTittel": entry.offentlig_tittel,
            "offentligTittelSensitiv": entry.offentlig_tittel_sensitiv or entry.offentlig_tittel,
            "journalaar": entry.journalaar,
            "journalsekvensnummer": entry.journalsekvensnummer,
            "journalpostnummer": entry.journalpostnummer,
            "journalposttype": _TYPES[entry.type] if entry.type is not None else "ukjent",
            "journaldato": entry.journaldato.isoformat() if entry.journaldato is not None else None,
            "administrativEnhet": entry.enhet or "PLAN",
            "korrespondansepart": [
                {
                    "id": f"{entry.id}-kp{number}",
                    "deleted": False,
                    "entity": "Korrespondansepart",
                    "korrespondansepartNavn": part.navn,
                    "korrespondansepartNavnSensitiv": part.navn_sensitiv or part.navn,
                    "korrespondanseparttype": _ROLES[part.type.value] if part.type is not None else "ukjent",
                }
                for number, part in enumerate(entry.parter)
            ],
            "dokumentbeskrivelse": [self._document(entry.id, n, file) for n, file in enumerate(files, start=1)],
        }
        if entry.dokumentets_dato is not None:
            told["dokumentetsDato"] = entry.dokumentets_dato.isoformat()
        if entry.skjerming is not None:
            told["skjerming"] = {
                "id": f"{entry.id}-skj",
                "deleted": False,
                "entity": "Skjerming",
                "tilgangsrestriksjon": entry.skjerming.kode,
                "skjermingshjemmel": entry.skjerming.hjemmel,
            }
        case = entry.case
        if case is not None:
            told["saksmappe"] = {
                "id": f"sm_{case.saksaar}_{case.sakssekvensnummer}",
                "deleted": False,
                "entity": "Saksmappe",
                "offentligTittel": case.tittel,
                "offentligTittelSensitiv": case.tittel_sensitiv or case.tittel,
                "saksaar": case.saksaar,
                "sakssekvensnummer": case.sakssekvensnummer,
                "saksnummer": case.saksnummer,
                "administrativEnhetObjekt": "enh_1",
            }
        return told

    def _document(self, entry: str, number: int, file: PostedFile) -> dict[str, Any]:
        id_ = f"{entry}-do{number}"
        self.shelf.files[id_] = file
        return {
            "id": f"{entry}-db{number}",
            "deleted": False,
            "entity": "Dokumentbeskrivelse",
            "tittel": f"Dokument {number}",
            "tittelSensitiv": f"Dokument {number}",
            "dokumentnummer": number,
            "tilknyttetRegistreringSom": "hoveddokument" if number == 1 else "vedlegg",
            "dokumentobjekt": [
                {
                    "id": id_,
                    "deleted": False,
                    "entity": "Dokumentobjekt",
                    "format": "application/pdf",
                    "referanseDokumentfil": f"{self.url}/fil/{id_}",
                    "url": f"{self.url}/fil/{id_}",
                }
            ],
        }


def _in_window(posted: Posted, request: Request) -> bool:
    for name, at in (("publisertDato", posted.published), ("oppdatertDato", posted.updated)):
        since, until = request.param(f"{name}From"), request.param(f"{name}To")
        if (since and at < _when(since)) or (until and at > _when(until)):
            return False
    return True


def _when(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Stop(Reply.json({"type": "badRequest", "message": "date"}, status=400)) from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _place(posted: Posted, name: str) -> tuple[int, str]:
    at = posted.published if name == "publisertDato" else posted.updated
    return int(at.timestamp() * 1000), str(posted.told["id"])


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _ids(told: Any) -> Any:
    return [each["id"] for each in told] if isinstance(told, list) else json.loads(json.dumps(told))["id"]
