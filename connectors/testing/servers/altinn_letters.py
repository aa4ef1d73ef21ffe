"""Correspondence on loopback, with the odd ways of the real service (altinn.md section 4):

* lists: ``resourceId`` and ``role`` are required; strict ends; filtered on when publishing was *asked for*; newest first, a
  thousand at most without a word of more; ``status`` means «has ever been»; «Fetched» finds nothing; without it the purged
  ones come along; no right gives 401 with 4001;
* a GET registers Fetched, unless the token says that we are a sender; markasread and confirm ask for it;
* ``status`` is the highest number ever, not the latest; confirm shows only after four seconds;
* ``/content`` marks the letter as read.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.testing.servers.altinn_auth import ORG, AltinnBase, Caller, problem, stamp
from connectors.testing.servers.base import Reply, Request, Stop, route

_BASE = r"/correspondence/api/v1/correspondence"
_ONE = _BASE + r"/(?P<id>[0-9a-f-]{36})"
NUMBERS = {
    "Initialized": 0, "ReadyForPublish": 1, "Published": 2, "Fetched": 3, "Read": 4, "Replied": 5, "Confirmed": 6,
    "PurgedByRecipient": 7, "PurgedByAltinn": 8, "Archived": 9, "Reserved": 10, "Failed": 11, "AttachmentsDownloaded": 12,
    "Forwarded": 13,
}  # fmt: skip
_SEEN = frozenset(
    {"Published", "Read", "Replied", "Confirmed", "Archived", "Reserved", "AttachmentsDownloaded", "Forwarded"}
)
_INLINE = {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/bmp"}
CONFIRM_TAKES = timedelta(seconds=4)


@dataclass(slots=True, kw_only=True)
class SentFile:
    """A file that somebody sends along. ``checksum`` None: the right one; ``status`` as in the contract."""

    name: str
    content: bytes
    media_type: str = "application/pdf"
    title: str | None = None
    checksum: str | None = None
    status: str = "Published"
    elsewhere: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    code: int = 0
    """Refuses the download with this number."""


@dataclass(slots=True, kw_only=True)
class Letter:
    """A letter as the service has it. ``history`` is (status, when), in order."""

    id: str
    party: str
    resource: str
    title: str
    body: str
    owner: str
    requested: datetime
    files: list[SentFile]
    fields: dict[str, Any]
    dialog: str = ""
    history: list[tuple[str, datetime]] = field(default_factory=list)
    fetched_by: set[str] = field(default_factory=set)
    fetches: int = 0
    confirms: int = 0
    reads: int = 0

    def ever(self, status: str, now: datetime) -> bool:
        """Whether it has had a status by now."""
        return any(each == status and at <= now for each, at in self.history)

    def status(self, now: datetime) -> str:
        """The highest number, whatever came last."""
        return max(
            (each for each, at in self.history if at <= now), key=lambda each: NUMBERS[each], default="Initialized"
        )

    def purged(self, now: datetime) -> bool:
        """Whether somebody has purged it."""
        return self.ever("PurgedByRecipient", now) or self.ever("PurgedByAltinn", now)


class CorrespondenceRoutes(AltinnBase):
    """See the module. ``most`` is how many a list holds."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.letters: dict[str, Letter] = {}
        self.most = 1000

    def add_letter(
        self,
        *,
        party: str,
        resource: str,
        title: str = "Brev",
        body: str = "",
        files: Sequence[SentFile] = (),
        owner: str = "310000002",
        requested: datetime | None = None,
        published: datetime | None = None,
        id: str = "",
        **fields: Any,
    ) -> Letter:
        """A letter is sent. ``published`` may be later than it was asked for: then it is not there before."""
        now = self.time()
        letter = Letter(
            id=id or str(uuid.uuid4()),
            party=party,
            resource=resource,
            title=title,
            body=body,
            owner=owner,
            requested=requested or now,
            files=list(files),
            fields=fields,
        )
        letter.history = [("Initialized", letter.requested), ("Published", published or requested or now)]
        with self.lock:
            self.letters[letter.id] = letter
        return letter

    @route("GET", _BASE)
    def list_letters(self, request: Request) -> Reply:
        caller = self._recipient(request)
        self._accepts_json(request)
        resource, role = request.param("resourceId"), request.param("role")
        if not resource or not role:
            raise _invalid("role" if resource else "resourceId")
        party = self._party(request, caller)
        since, until = _when(request.param("from")), _when(request.param("to"))
        if since and until and since > until:
            raise problem(400, 1027, "From date cannot be after to date")
        if not self.allowed(party, resource):
            raise problem(401, 4001, "You must use an Altinn token, with access to the resource")
        now, wanted = self.time(), request.param("status")
        found = [
            letter
            for letter in self.letters.values()
            if letter.resource == resource
            and letter.party == party
            and (since is None or letter.requested > since)
            and (until is None or letter.requested < until)
            and self._listed(letter, wanted, now)
        ]
        found.sort(key=lambda letter: letter.requested, reverse=True)
        return Reply.json({"ids": [letter.id for letter in found[: self.most]]})

    def _listed(self, letter: Letter, wanted: str | None, now: datetime) -> bool:
        if wanted == "Fetched":
            return False  # kept in a table of its own
        if wanted:
            return letter.ever(wanted, now)
        return letter.status(now) not in ("Initialized", "ReadyForPublish", "Failed")

    @route("GET", _ONE)
    def overview(self, request: Request) -> Reply:
        caller = self._recipient(request)
        self._accepts_json(request)
        letter = self._letter(request, caller)
        self._register(letter, caller)
        return Reply.json(self._letter_json(letter))

    @route("GET", _ONE + r"/details")
    def details(self, request: Request) -> Reply:
        letter = self._letter(request, self._recipient(request))
        history = [{"status": s, "statusText": s, "statusChanged": stamp(at)} for s, at in letter.history]
        return Reply.json({**self._letter_json(letter), "statusHistory": history, "systemLabel": "Default"})

    @route("GET", _ONE + r"/content")
    def content(self, request: Request) -> Reply:
        letter = self._letter(request, self._recipient(request))
        letter.history.append(("Read", self.time()))
        return Reply.text(letter.body)

    @route("GET", _ONE + r"/attachment/(?P<file>[0-9a-f-]{36})/download")
    def download(self, request: Request) -> Reply:
        if request.headers.get("accept", "*/*") != "*/*":
            raise Stop(Reply.text("Not acceptable", status=406))
        letter = self._letter(request, self._recipient(request))
        file = next((each for each in letter.files if each.id == request.named["file"]), None)
        if file is None or file.code == 2001:
            raise problem(404, 2001, "The requested attachment was not found")
        if file.code or file.status in ("Purged", "Expired"):
            raise problem(400, file.code or 2019, "Attachment has been purged or expired")
        if file.status != "Published":
            raise problem(400, 1031, "Cannot download attachment in this state")
        letter.history.append(("AttachmentsDownloaded", self.time()))
        way = "inline" if file.media_type in _INLINE else "attachment"
        headers = {"Content-Type": file.media_type, "Content-Disposition": f"{way}; filename*=UTF-8''fil"}
        return Reply(headers=headers, body=file.content)

    @route("POST", _ONE + r"/markasread")
    def mark_as_read(self, request: Request) -> Reply:
        letter = self._fetched(request, 1024)
        letter.reads += 1
        if letter.ever("Read", self.time()):
            raise problem(400, 1040, "The correspondence has already been read")
        letter.history.append(("Read", self.time()))
        return Reply.json(letter.id)

    @route("POST", _ONE + r"/confirm")
    def confirm(self, request: Request) -> Reply:
        letter = self._fetched(request, 1025)
        letter.confirms += 1
        if letter.ever("Confirmed", self.time()):
            raise problem(400, 1041, "The correspondence has already been confirmed")
        letter.history.append(("Confirmed", self.time() + CONFIRM_TAKES))
        return Reply.json(letter.id)

    @route("DELETE", _ONE + r"/purge")
    def purge(self, request: Request) -> Reply:
        letter = self._letter(request, self._recipient(request))
        if letter.fields.get("isConfirmationNeeded") and not letter.ever("Confirmed", self.time()):
            raise problem(400, 1026, "Confirm the correspondence first")
        letter.history.append(("PurgedByRecipient", self.time()))
        return Reply.json(letter.id)

    # --- what they share ----------------------------------------------------------------------------------------

    def _recipient(self, request: Request) -> Caller:
        return self.caller(request, "altinn:correspondence.read")

    def _accepts_json(self, request: Request) -> None:
        if request.headers.get("accept", "*/*") not in ("application/json", "*/*"):
            raise Stop(Reply.text("Not acceptable", status=406))

    def _party(self, request: Request, caller: Caller) -> str:
        on_behalf = request.param("onBehalfOf")
        if on_behalf is None:
            return caller.orgnr
        for prefix in (ORG, "0192:"):
            if on_behalf.startswith(prefix):
                return on_behalf.removeprefix(prefix)
        raise _invalid("onBehalfOf")

    def _letter(self, request: Request, caller: Caller) -> Letter:
        letter, now = self.letters.get(request.named["id"]), self.time()
        if letter is None or letter.purged(now) or not any(letter.ever(each, now) for each in _SEEN):
            raise problem(404, 1001, "The requested correspondence was not found")
        if not self.allowed(letter.party, letter.resource):
            raise problem(401, 4001, "You must use an Altinn token, with access to the resource")
        return letter

    def _register(self, letter: Letter, caller: Caller) -> None:
        letter.fetches += 1
        if "altinn:correspondence.write" not in caller.scope:  # found anywhere in the claim
            letter.fetched_by.add(caller.orgnr)

    def _fetched(self, request: Request, code: int) -> Letter:
        caller = self._recipient(request)
        letter = self._letter(request, caller)
        if caller.orgnr not in letter.fetched_by:
            raise problem(400, code, "The correspondence has not been fetched")
        return letter

    def _letter_json(self, letter: Letter) -> dict[str, Any]:
        now = self.time()
        published = next(at for status, at in letter.history if status == "Published")
        read = next((at for status, at in letter.history if status == "Read" and at <= now), None)
        status = letter.status(now)
        shown: dict[str, Any] = {
            "recipient": ORG + letter.party,
            "correspondenceId": letter.id,
            "content": {
                "attachments": [_file(each, letter) for each in letter.files],
                "language": "nb",
                "messageTitle": letter.title,
                "messageSummary": None,
                "messageBody": letter.body,
            },
            "created": stamp(letter.requested),
            "status": status,
            "statusText": status,
            "statusChanged": stamp(published),
            "notifications": [],
            "altinn2CorrespondenceId": None,
            "published": stamp(published),
            "read": stamp(read) if read else None,
            "resourceId": letter.resource,
            "sender": ORG + letter.owner,
            "sendersReference": "2026/123-4",
            "messageSender": "Statsforvalteren i Eksempelfylket",
            "requestedPublishTime": stamp(letter.requested),
            "dueDateTime": None,
            "externalReferences": [],
            "propertyList": {},
            "replyOptions": [],
            "notification": None,
            "ignoreReservation": False,
            "isConfirmationNeeded": False,
            "isConfidential": False,
            "allowForwarding": False,
        }
        content = {"messageSummary", "language"}
        shown["content"] |= {name: value for name, value in letter.fields.items() if name in content}
        shown |= {name: value for name, value in letter.fields.items() if name not in content}
        if letter.dialog:
            known = {"referenceValue": letter.dialog, "referenceType": "DialogportenDialogId"}
            shown["externalReferences"] = [*shown["externalReferences"], known]
        return shown


def _file(file: SentFile, letter: Letter) -> dict[str, Any]:
    checksum = hashlib.md5(file.content).hexdigest() if file.checksum is None else file.checksum  # noqa: S324
    return {
        "created": stamp(letter.requested),
        "dataLocationType": "ExternalStorage" if file.elsewhere else "AltinnCorrespondenceAttachment",
        "status": file.status,
        "statusText": file.status,
        "statusChanged": stamp(letter.requested),
        "dataType": file.media_type,
        "expirationTime": "0001-01-01T00:00:00+00:00",
        "id": file.id,
        "fileName": file.name,
        "displayName": file.title,
        "isEncrypted": False,
        "checksum": checksum,
        "sendersReference": "doc",
    }


def _invalid(name: str) -> Stop:
    said = f"The {name} field is required."
    body = {
        "title": "Bad Request",
        "status": 400,
        "detail": "One or more validation errors occurred.",
        "code": "STD-00000",
        "validationErrors": [{"code": "CORR.VLD-00000", "detail": said, "paths": [name]}],
        "errors": {name: [said]},
    }
    return Stop(Reply.json(body, status=400, headers={"Content-Type": "application/problem+json"}))


def _when(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    except ValueError:
        raise _invalid("from") from None
