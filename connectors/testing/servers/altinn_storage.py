"""Altinn Storage on loopback: forms as a service owner fetches them (altinn.md section 9).

Infected files are given out all the same; the PDF comes some time after the form has ended; a query may leave out a form that
nobody has confirmed (``hidden``); completing is idempotent, and shows in ``excludeConfirmedBy`` at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from connectors.testing.servers.altinn_auth import AltinnBase, Caller, stamp
from connectors.testing.servers.base import Reply, Request, Stop, route

_BASE = r"/storage/api/v1/instances"
_ONE = _BASE + r"/(?P<party>\d+)/(?P<guid>[0-9a-f-]{36})"


@dataclass(slots=True, kw_only=True)
class FormFile:
    """A data element. ``scan`` as Storage tells it; one with ``after`` is not there before."""

    kind: str
    content: bytes
    media_type: str = "application/pdf"
    name: str | None = None
    scan: str = "NotApplicable"
    deleted: bool = False
    after: datetime | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(slots=True, kw_only=True)
class SentForm:
    """A form as Storage has it."""

    party: str
    guid: str
    app: str
    orgnr: str
    person: str
    ended: datetime | None
    files: list[FormFile]
    texts: dict[str, str]
    values: dict[str, str]
    confirmed: list[str] = field(default_factory=list)
    hidden: bool = False
    hard_deleted: bool = False
    completes: int = 0

    @property
    def id(self) -> str:
        """As Storage writes it."""
        return f"{self.party}/{self.guid}"


class StorageRoutes(AltinnBase):
    """See the module. ``form_page`` is the largest page."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.forms: dict[str, SentForm] = {}
        self.form_page = 100

    def add_form(
        self,
        *,
        app: str,
        files: Sequence[FormFile],
        ended: datetime | None = None,
        orgnr: str = "",
        person: str = "",
        texts: dict[str, str] | None = None,
        values: dict[str, str] | None = None,
        guid: str = "",
    ) -> SentForm:
        """Somebody sends in a form."""
        form = SentForm(
            party="50019855",
            guid=guid or str(uuid.uuid4()),
            app=app,
            orgnr=orgnr,
            person=person,
            ended=ended or self.time(),
            files=list(files),
            texts=texts or {},
            values=values or {},
        )
        with self.lock:
            self.forms[form.id] = form
        return form

    @route("GET", _BASE)
    def find(self, request: Request) -> Reply:
        caller = self._owner(request, "read")
        app, org = request.param("appId"), request.param("org")
        if not app and not org:
            raise Stop(Reply.json({"title": "org or appId must be defined"}, status=400))
        if (app or org or "").partition("/")[0] != caller.code:
            raise Stop(Reply(status=403))
        excluded = request.param("excludeConfirmedBy")
        since = _since(request.param("process.ended"))
        found = sorted(
            (
                form
                for form in self.forms.values()
                if (not app or form.app == app)
                and form.app.startswith(f"{caller.code}/")
                and (request.param("process.isComplete") != "true" or form.ended is not None)
                and (request.param("status.isHardDeleted") != "false" or not form.hard_deleted)
                and not (excluded and (excluded in form.confirmed or form.hidden))
                and (since is None or (form.ended is not None and form.ended >= since))
            ),
            key=lambda form: form.ended or self.time(),
            reverse=True,
        )
        size = min(int(request.param("size") or 100), self.form_page)
        start = int(request.param("continuationToken") or 0)
        page = found[start : start + size]
        following = None
        if start + size < len(found):
            query = [(name, value) for name, value in request.query if name != "continuationToken"]
            following = f"{self.url}{request.path}?{urlencode([*query, ('continuationToken', start + size)])}"
        body = {"count": len(page), "self": f"{self.url}{request.path}", "next": following}
        return Reply.json({**body, "instances": [self._form_json(form) for form in page]})

    @route("GET", _ONE)
    def instance(self, request: Request) -> Reply:
        return Reply.json(self._form_json(self._form(request, self._owner(request, "read"))))

    @route("GET", _ONE + r"/data/(?P<file>[0-9a-f-]{36})")
    def data(self, request: Request) -> Reply:
        form = self._form(request, self._owner(request, "read"))
        file = next((each for each in self._there(form) if each.id == request.named["file"]), None)
        if file is None or file.deleted:
            return Reply(status=404)
        return Reply(headers={"Content-Type": file.media_type}, body=file.content)

    @route("POST", _ONE + r"/complete")
    def complete(self, request: Request) -> Reply:
        form = self._form(request, self._owner(request, "write"))
        form.completes += 1
        code = form.app.partition("/")[0]
        if code not in form.confirmed:
            form.confirmed.append(code)
        return Reply.json(self._form_json(form))

    def _owner(self, request: Request, right: str) -> Caller:
        caller = self.caller(request, f"altinn:serviceowner/instances.{right}")
        if not caller.code:
            raise Stop(Reply(status=403))
        return caller

    def _form(self, request: Request, caller: Caller) -> SentForm:
        form = self.forms.get(f"{request.named['party']}/{request.named['guid']}")
        if form is None or form.hard_deleted:
            raise Stop(Reply(status=404))
        if form.app.partition("/")[0] != caller.code:
            raise Stop(Reply(status=403))
        return form

    def _there(self, form: SentForm) -> list[FormFile]:
        now = self.time()
        return [file for file in form.files if file.after is None or file.after <= now]

    def _form_json(self, form: SentForm) -> dict[str, Any]:
        ended = stamp(form.ended) if form.ended else None
        here = f"{self.url}/storage/api/v1/instances/{form.id}"
        return {
            "id": form.id,
            "instanceOwner": {
                "partyId": form.party,
                "personNumber": form.person or None,
                "organisationNumber": form.orgnr or None,
                "username": None,
            },
            "appId": form.app,
            "org": form.app.partition("/")[0],
            "selfLinks": {"platform": here},
            "dueBefore": None,
            "process": {"started": ended, "currentTask": None, "ended": ended, "endEvent": "EndEvent_1"},
            "status": {"isArchived": bool(ended), "archived": ended, "isSoftDeleted": False, "isHardDeleted": form.hard_deleted},
            "completeConfirmations": [
                {"stakeholderId": code, "confirmedOn": stamp(self.time())} for code in form.confirmed
            ] or None,
            "data": [
                {
                    "id": file.id,
                    "instanceGuid": form.guid,
                    "dataType": file.kind,
                    "filename": file.name,
                    "contentType": file.media_type,
                    "selfLinks": {"platform": f"{here}/data/{file.id}"},
                    "size": len(file.content),
                    "locked": False,
                    "refs": [],
                    "isRead": True,
                    "tags": [],
                    "deleteStatus": {"isHardDeleted": True} if file.deleted else None,
                    "fileScanResult": file.scan,
                }
                for file in self._there(form)
            ],
            "presentationTexts": form.texts,
            "dataValues": form.values,
            "created": ended,
            "lastChanged": ended,
        }  # fmt: skip


def _since(text: str | None) -> datetime | None:
    if not text:
        return None
    operator, _, at = text.partition(":")
    if operator not in ("gte", "gt"):
        raise Stop(Reply.json({"title": f"Unknown operator {operator}"}, status=400))
    return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(UTC)
