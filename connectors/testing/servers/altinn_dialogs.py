"""Dialogporten on loopback, as an end user meets it (altinn.md section 7).

The search must be given organisations (a hundred at most); a following page must be asked with the same parameters; opening
a dialog is noted in its seen-log, searching is not; the dialog's token is good for content at the issuer, and no other is.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.testing.servers.altinn_auth import ORG, AltinnBase, Caller, problem, stamp
from connectors.testing.servers.base import LoopbackServer, Reply, Request, Stop, route

_BASE = r"/dialogporten/api/v1/enduser"
_LIST = "https://platform.altinn.example/correspondence/api/v1/correspondence/"
RESOURCE = "urn:altinn:resource:"


@dataclass(slots=True, kw_only=True)
class SentDialog:
    """A dialog as the service has it. ``more`` are parts of the full dialog, as the contract has them."""

    id: str
    party: str
    resource: str
    kind: str
    org: str
    title: str
    created: datetime
    updated: datetime
    correspondence: str = ""
    label: str = "Default"
    letters: list[dict[str, Any]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    seen_by: list[str] = field(default_factory=list)


class DialogportenRoutes(AltinnBase):
    """See the module. ``page`` is the largest page; ``dialog_tokens`` maps each token given to its dialog."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.dialogs: dict[str, SentDialog] = {}
        self.dialog_tokens: dict[str, str] = {}
        self.page = 1000
        self.whole_catalogue = False
        self._searches: dict[str, str] = {}

    def add_dialog(
        self,
        *,
        party: str,
        resource: str,
        title: str = "Brev",
        kind: str = "GenericAccessResource",
        org: str = "eks",
        correspondence: str = "",
        letters: Sequence[dict[str, Any]] = (),
        label: str = "Default",
        id: str = "",
        **content: Any,
    ) -> SentDialog:
        """A dialog appears now. ``content`` are parts of its content; ``attachments`` stand beside it."""
        now = self.time()
        dialog = SentDialog(
            id=id or str(uuid.uuid4()),
            party=party,
            resource=resource,
            kind=kind,
            org=org,
            title=title,
            created=now,
            updated=now,
            correspondence=correspondence,
            label=label,
            letters=list(letters),
            more={"attachments": content.pop("attachments", [])},
            content=content,
        )
        with self.lock:
            self.dialogs[dialog.id] = dialog
        return dialog

    @route("GET", _BASE + r"/dialogs")
    def search(self, request: Request) -> Reply:
        caller = self._end_user(request)
        parties, resources = request.params("party"), request.params("serviceResource")
        if (not parties and not resources) or len(parties) > 100 or len(resources) > 20:
            raise _unprocessable("party or serviceResource must be given, at most 100 and 20")
        after, now = _when(request.param("contentUpdatedAfter")), self.time()
        limit = min(int(request.param("limit") or 100), self.page)
        asked = repr(sorted((name, value) for name, value in request.query if name != "continuationToken"))
        token = request.param("continuationToken")
        if token is not None and self._searches.get(token) != asked:
            raise _unprocessable("continuationToken belongs to another search")
        found = sorted(
            (
                dialog
                for dialog in self.dialogs.values()
                if ORG + dialog.party in parties
                and self._may(caller, dialog)
                and dialog.updated <= now
                and (after is None or dialog.updated > after)
                and (request.param("isContentSeen") != "false" or not dialog.seen_by)
            ),
            key=lambda dialog: (dialog.updated, dialog.id),
        )
        if request.param("orderBy") != "contentUpdatedAt_asc":
            found.reverse()
        start = int(token.partition("-")[0]) if token else 0
        page = found[start : start + limit]
        more = start + limit < len(found)
        following = f"{start + limit}-{secrets.token_hex(4)}" if more else None
        if following:
            self._searches[following] = asked
        items = [self._item(dialog) for dialog in page]
        body = {
            "items": items,
            "hasNextPage": more,
            "continuationToken": following,
            "orderBy": "contentupdatedat_asc,id_asc",
        }
        return Reply.json(body)

    @route("GET", _BASE + r"/dialogs/(?P<id>[0-9a-f-]{36})")
    def open_dialog(self, request: Request) -> Reply:
        caller = self._end_user(request)
        dialog = self._dialog(request, caller)
        dialog.seen_by.append(caller.orgnr)
        token = f"dialog-{secrets.token_hex(8)}"
        self.dialog_tokens[token] = dialog.id
        return Reply.json(self._whole(dialog, token))

    @route("GET", _BASE + r"/dialogs/(?P<id>[0-9a-f-]{36})/transmissions")
    def transmissions(self, request: Request) -> Reply:
        return Reply.json(self._dialog(request, self._end_user(request)).letters)

    @route("GET", _BASE + r"/parties")
    def parties(self, request: Request) -> Reply:
        self._end_user(request)
        mains = [orgnr for orgnr, (_, parent) in self.units.items() if not parent or parent not in self.units]
        below = {
            main: [_party(orgnr, name, []) for orgnr, (name, parent) in self.units.items() if parent == main]
            for main in mains
        }
        return Reply.json({"authorizedParties": [_party(main, self.units[main][0], below[main]) for main in mains]})

    @route("GET", _BASE + r"/serviceresources")
    def resources(self, request: Request) -> Reply:
        self._end_user(request)
        parties = {urn.removeprefix(ORG) for urn in request.params("party")}
        letters = getattr(self, "letters", {})
        known = {(each.party, each.resource, "CorrespondenceService") for each in letters.values()}
        known |= {(each.party, each.resource, each.kind) for each in self.dialogs.values()}
        items = [
            {"serviceResource": {"id": resource, "resourceType": kind}}
            for resource, kind in sorted({(r, k) for p, r, k in known if p in parties and self.allowed(p, r)})
        ]
        return Reply.json({"items": items, "isFullCatalogueFallback": True if self.whole_catalogue else None})

    def _end_user(self, request: Request) -> Caller:
        return self.caller(request, "digdir:dialogporten")

    def _may(self, caller: Caller, dialog: SentDialog) -> bool:
        return self.allowed(dialog.party, dialog.resource)

    def _dialog(self, request: Request, caller: Caller) -> SentDialog:
        dialog = self.dialogs.get(request.named["id"])
        if dialog is None:
            raise problem(404, 0, "Dialog not found")
        if not self._may(caller, dialog) or dialog.resource in self.level_4:
            raise problem(403, 0, "Dialog requires a higher authentication level")
        return dialog

    def _item(self, dialog: SentDialog) -> dict[str, Any]:
        return {
            "id": dialog.id,
            "org": dialog.org,
            "serviceResource": RESOURCE + dialog.resource,
            "serviceResourceType": dialog.kind,
            "party": ORG + dialog.party,
            "progress": None,
            "process": None,
            "precedingProcess": None,
            "guiAttachmentCount": 0,
            "extendedStatus": None,
            "externalReference": "2026/123-4",
            "createdAt": _z(dialog.created),
            "updatedAt": _z(dialog.updated),
            "contentUpdatedAt": _z(dialog.updated),
            "dueAt": None,
            "status": "NotApplicable",
            "hasUnopenedContent": False,
            "isApiOnly": False,
            "isContentSeen": bool(dialog.seen_by),
            "systemLabel": dialog.label,
            "fromServiceOwnerTransmissionsCount": len(dialog.letters),
            "fromPartyTransmissionsCount": 0,
            "latestActivity": None,
            "seenSinceLastUpdate": [],
            "seenSinceLastContentUpdate": [],
            "endUserContext": {"revision": str(uuid.uuid4()), "systemLabels": [dialog.label]},
            "content": {
                "title": value(dialog.title),
                "summary": value("Du har fått et brev"),
                "senderName": None,
                "extendedStatus": None,
            },
        }

    def _whole(self, dialog: SentDialog, token: str) -> dict[str, Any]:
        whole = self._item(dialog)
        for name in ("guiAttachmentCount", "latestActivity"):
            del whole[name]
        actions = []
        if dialog.correspondence:
            url = f"{_LIST}{dialog.correspondence}"
            endpoint = {
                "id": str(uuid.uuid4()), "version": None, "url": url, "httpMethod": "GET", "documentationUrl": None,
                "requestSchema": None, "responseSchema": None, "deprecated": False, "sunsetAt": None,
            }  # fmt: skip
            actions.append(
                {
                    "id": str(uuid.uuid4()), "action": "read", "authorizationAttribute": None, "isAuthorized": True,
                    "name": "getCorrespondence", "endpoints": [endpoint],
                }
            )  # fmt: skip
        content = {**whole["content"], "additionalInfo": None, "mainContentReference": None, **dialog.content}
        return {
            **whole,
            "content": content,
            "revision": str(uuid.uuid4()),
            "dialogToken": token,
            "expiresAt": None,
            "transmissions": dialog.letters,
            "guiActions": [],
            "apiActions": actions,
            "activities": [],
            **dialog.more,
        }


class IssuerServer(LoopbackServer):
    """Where an issuer keeps the content of its dialogs. ``tokens`` are those it lets in; what it was sent is kept."""

    def __init__(self, altinn: DialogportenRoutes, **more: Any) -> None:
        super().__init__(**more)
        self._altinn = altinn
        self.content: dict[str, tuple[str, bytes]] = {}
        self.open_to_all = False

    @route("GET", r"/(?P<name>[\w/.-]+)")
    def give(self, request: Request) -> Reply:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self.open_to_all and token not in self._altinn.dialog_tokens:
            raise Stop(Reply(status=401))
        media_type, body = self.content.get(request.named["name"], ("", b""))
        return Reply(headers={"Content-Type": media_type}, body=body) if media_type else Reply(status=404)


def value(text: str, media_type: str = "text/plain", *, authorized: bool = True) -> dict[str, Any]:
    """A content value in bokmål."""
    return {"value": [{"value": text, "languageCode": "nb"}], "mediaType": media_type, "isAuthorized": authorized}


def transmission(
    title: str, *, kind: str = "Decision", at: datetime, attachments: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """A letter within a dialog."""
    return {
        "id": str(uuid.uuid4()),
        "createdAt": _z(at),
        "authorizationAttribute": None,
        "isAuthorized": True,
        "isOpened": False,
        "extendedType": None,
        "externalReference": "SKD-77-1",
        "relatedTransmissionId": None,
        "type": kind,
        "sender": {"actorType": "ServiceOwner", "actorName": None, "actorId": None},
        "content": {"title": value(title), "summary": value("Vedtak i saken"), "contentReference": None},
        "attachments": list(attachments),
        "navigationalActions": [],
    }


def attachment(title: str, *urls: tuple[str, str], media_type: str = "application/pdf") -> dict[str, Any]:
    """A file of a dialog: (consumer, address) each."""
    return {
        "id": str(uuid.uuid4()),
        "displayName": [{"value": title, "languageCode": "nb"}],
        "name": None,
        "expiresAt": None,
        "urls": [
            {"id": str(uuid.uuid4()), "url": url, "mediaType": media_type, "consumerType": consumer}
            for consumer, url in urls
        ],
    }


def _party(orgnr: str, name: str, below: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "party": ORG + orgnr,
        "partyUuid": str(uuid.uuid5(uuid.NAMESPACE_OID, orgnr)),
        "partyId": int(orgnr[:8]),
        "name": name,
        "partyType": "Organization",
        "dateOfBirth": None,
        "isDeleted": False,
        "hasKeyRole": False,
        "isCurrentEndUser": False,
        "isMainAdministrator": False,
        "isAccessManager": False,
        "hasOnlyAccessToSubParties": False,
        "subParties": below or None,
    }


def _z(at: datetime) -> str:
    return stamp(at).replace("0+00:00", "0Z")


def _when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _unprocessable(why: str) -> Stop:
    return Stop(
        Reply.json({"title": why, "status": 422}, status=422, headers={"Content-Type": "application/problem+json"})
    )
