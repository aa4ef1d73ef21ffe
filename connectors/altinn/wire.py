"""What Altinn answers → dataclasses. Lenient: unknown words and extra fields pass, what is missing is empty or None.

Field names by the Correspondence and Dialogporten contracts as of August 2026.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

ORG = "urn:altinn:organization:identifier-no:"
RESOURCE = "urn:altinn:resource:"
UNAUTHORIZED = "urn:dialogporten:unauthorized"

_FRACTION = re.compile(r"(\.\d{6})\d+")
_ORGNR = re.compile(r"(?:\A|[:\s])(\d{9})\Z")


def time_of(value: object) -> datetime | None:
    """An instant in UTC. Up to seven digits of fraction are sent; the year 1 stands for «none» in some environments."""
    if not isinstance(value, str) or not value:
        return None
    try:
        found = datetime.fromisoformat(_FRACTION.sub(r"\1", value).replace("Z", "+00:00"))
    except ValueError:
        return None
    if found.year <= 1:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def iso(at: datetime) -> str:
    """An instant as the services take it, with zone; always of one length, so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def orgnr_of(value: object) -> str:
    """The organisation number of ``0192:…``, a URN or a bare number; empty when there is none."""
    found = _ORGNR.search(value.strip()) if isinstance(value, str) else None
    return found[1] if found else ""


def one_line(value: object, limit: int = 2000) -> str:
    """A text on one line without control characters (they are spaces)."""
    if not isinstance(value, str):
        return ""
    cleaned = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") else char for char in value)
    return " ".join(cleaned.split())[:limit]


def text(value: object) -> str:
    """A text as it is, or empty."""
    return value if isinstance(value, str) else ""


def mapping(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a letter. ``checksum`` is MD5 in hex, empty when the sender gave none."""

    id: str
    name: str
    title: str
    media_type: str
    checksum: str
    status: str
    elsewhere: bool
    expires: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A letter (correspondence). ``properties`` is the sender's free list; ``references`` are (type, value)."""

    id: str
    resource: str
    recipient: str
    owner: str
    sender_name: str
    reference: str
    title: str
    summary: str
    body: str
    language: str
    received: datetime
    due: datetime | None
    read: bool
    needs_confirmation: bool
    confidential: bool
    migrated: bool
    attachments: tuple[Attachment, ...]
    references: tuple[tuple[str, str], ...]
    properties: Mapping[str, str]
    replies: tuple[tuple[str, str], ...]


def overview(data: Mapping[str, Any], *, now: datetime) -> Overview:
    """``GET /correspondence/{id}``. ``now`` stands in when no time is told at all."""
    content = mapping(data.get("content"))
    times = (time_of(data.get(name)) for name in ("published", "requestedPublishTime", "created"))
    return Overview(
        id=text(data.get("correspondenceId")),
        resource=text(data.get("resourceId")).removeprefix(RESOURCE),
        recipient=orgnr_of(data.get("recipient")),
        owner=orgnr_of(data.get("sender")),
        sender_name=one_line(data.get("messageSender"), 255),
        reference=one_line(data.get("sendersReference"), 4096),
        title=one_line(content.get("messageTitle")),
        summary=one_line(content.get("messageSummary")),
        body=text(content.get("messageBody")),
        language=text(content.get("language")).lower(),
        received=next((at for at in times if at is not None), now),
        due=time_of(data.get("dueDateTime")),
        read=time_of(data.get("read")) is not None,
        needs_confirmation=data.get("isConfirmationNeeded") is True,
        confidential=data.get("isConfidential") is True,
        migrated=data.get("altinn2CorrespondenceId") is not None,
        attachments=tuple(_attachment(each) for each in sequence(content.get("attachments")) if isinstance(each, dict)),
        references=tuple(
            (text(each.get("referenceType")), text(each.get("referenceValue")))
            for each in map(mapping, sequence(data.get("externalReferences")))
            if text(each.get("referenceValue"))
        ),
        properties={text(k): text(v) for k, v in mapping(data.get("propertyList")).items() if text(v)},
        replies=tuple(
            (one_line(each.get("linkText")), text(each.get("linkURL")))
            for each in map(mapping, sequence(data.get("replyOptions")))
            if text(each.get("linkURL"))
        ),
    )


def _attachment(data: Mapping[str, Any]) -> Attachment:
    name = text(data.get("fileName"))
    return Attachment(
        id=text(data.get("id")),
        name=name,
        title=one_line(data.get("displayName")) or one_line(name),
        media_type=text(data.get("dataType")),
        checksum=text(data.get("checksum")).lower(),
        status=text(data.get("status")),
        elsewhere=text(data.get("dataLocationType")) == "ExternalStorage",
        expires=time_of(data.get("expirationTime")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogItem:
    """A dialog as the search lists it."""

    id: str
    org: str
    resource: str
    kind: str
    party: str
    created: datetime
    content_updated: datetime
    seen: bool
    label: str
    letters: int


def dialog_item(data: Mapping[str, Any], *, now: datetime) -> DialogItem:
    """One of ``items`` of ``GET /dialogs``."""
    created = time_of(data.get("createdAt")) or now
    count = data.get("fromServiceOwnerTransmissionsCount")
    return DialogItem(
        id=text(data.get("id")),
        org=text(data.get("org")),
        resource=text(data.get("serviceResource")).removeprefix(RESOURCE),
        kind=text(data.get("serviceResourceType")),
        party=orgnr_of(data.get("party")),
        created=created,
        content_updated=time_of(data.get("contentUpdatedAt")) or time_of(data.get("updatedAt")) or created,
        seen=data.get("isContentSeen") is True,
        label=text(data.get("systemLabel")),
        letters=count if isinstance(count, int) else 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Content that lies at its issuer. ``authorized`` False: we lack the right to it."""

    url: str
    media_type: str
    authorized: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogFile:
    """A file of a dialog; the addresses for programs before those for people."""

    id: str
    title: str
    media_type: str
    urls: tuple[str, ...]
    unauthorized: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogLetter:
    """One letter in a dialog: the dialog's own content (``id`` empty), or one transmission."""

    id: str
    kind: str
    at: datetime
    title: str
    summary: str
    additional: str
    sender_name: str
    reference: str
    content: Reference | None
    files: tuple[DialogFile, ...]
    authorized: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """A whole dialog. ``token`` opens content at its issuer for ten minutes. ``correspondence`` is the letter behind it."""

    id: str
    org: str
    resource: str
    party: str
    due: datetime | None
    language: str
    token: str
    correspondence: str
    main: DialogLetter
    letters: tuple[DialogLetter, ...]


_INCOMING = frozenset({"Information", "Acceptance", "Rejection", "Request", "Alert", "Decision", "Correction"})
"""Types of transmissions that are letters to us (altinn.md section 7)."""

_LAST_PART = re.compile(r"/correspondence/([0-9a-fA-F-]{36})/?\Z")


def dialog(data: Mapping[str, Any], *, now: datetime) -> Dialog:
    """``GET /dialogs/{id}``."""
    content = mapping(data.get("content"))
    title, language = localized(content.get("title"))
    sender = localized(content.get("senderName"))[0]
    reference = one_line(data.get("externalReference"), 4096)
    main = DialogLetter(
        id="",
        kind="Information",
        at=time_of(data.get("createdAt")) or now,
        title=title,
        summary=localized(content.get("summary"))[0],
        additional=_raw(content.get("additionalInfo")),
        sender_name=sender,
        reference=reference,
        content=_reference(content.get("mainContentReference")),
        files=_files(data.get("attachments")),
        authorized=True,
    )
    return Dialog(
        id=text(data.get("id")),
        org=text(data.get("org")),
        resource=text(data.get("serviceResource")).removeprefix(RESOURCE),
        party=orgnr_of(data.get("party")),
        due=time_of(data.get("dueAt")),
        language=language,
        token=text(data.get("dialogToken")),
        correspondence=_correspondence(data),
        main=main,
        letters=tuple(transmissions(data.get("transmissions"), sender=sender, reference=reference, now=now)),
    )


def transmissions(data: object, *, sender: str, reference: str, now: datetime) -> Iterator[DialogLetter]:
    """Those transmissions that are letters to us."""
    for each in map(mapping, sequence(data)):
        actor = mapping(each.get("sender"))
        kind = text(each.get("type"))
        if kind not in _INCOMING or text(actor.get("actorType")) not in ("ServiceOwner", ""):
            continue
        content = mapping(each.get("content"))
        yield DialogLetter(
            id=text(each.get("id")),
            kind=kind,
            at=time_of(each.get("createdAt")) or now,
            title=localized(content.get("title"))[0],
            summary=localized(content.get("summary"))[0],
            additional="",
            sender_name=one_line(actor.get("actorName"), 255) or sender,
            reference=one_line(each.get("externalReference"), 4096) or reference,
            content=_reference(content.get("contentReference")),
            files=_files(each.get("attachments")),
            authorized=each.get("isAuthorized") is not False,
        )


def _correspondence(data: Mapping[str, Any]) -> str:
    for action in map(mapping, sequence(data.get("apiActions"))):
        if text(action.get("name")) == "getCorrespondence":
            for endpoint in map(mapping, sequence(action.get("endpoints"))):
                found = _LAST_PART.search(text(endpoint.get("url")).partition("?")[0])
                if found:
                    return found[1].lower()
    return ""


_LANGUAGES = ("nb", "no", "nn", "en")


def localized(value: object) -> tuple[str, str]:
    """(text on one line, language) of a content value: bokmål before nynorsk before English before the first."""
    values = [v for v in map(mapping, _values(value)) if text(v.get("value"))]
    values.sort(key=lambda v: _LANGUAGES.index(c) if (c := text(v.get("languageCode"))) in _LANGUAGES else 9)
    if not values:
        return "", ""
    return one_line(values[0].get("value")), text(values[0].get("languageCode")).lower()


def _raw(value: object) -> str:
    """The text with its lines."""
    return next((text(v.get("value")) for v in map(mapping, _values(value)) if text(v.get("value"))), "")


def _values(value: object) -> list[Any]:
    return value if isinstance(value, list) else sequence(mapping(value).get("value"))


def _reference(value: object) -> Reference | None:
    told = mapping(value)
    url = next((text(v.get("value")) for v in map(mapping, _values(value)) if text(v.get("value"))), "")
    if not url:
        return None
    authorized = told.get("isAuthorized") is not False and url != UNAUTHORIZED
    return Reference(url=url, media_type=text(told.get("mediaType")), authorized=authorized)


def _files(value: object) -> tuple[DialogFile, ...]:
    found = []
    for each in map(mapping, sequence(value)):
        urls = list(map(mapping, sequence(each.get("urls"))))
        urls.sort(
            key=lambda url: ("Api", "Gui").index(c) if (c := text(url.get("consumerType"))) in ("Api", "Gui") else 2
        )
        usable = [url for url in urls if text(url.get("url")) not in ("", UNAUTHORIZED)]
        title = localized(each.get("displayName"))[0] or one_line(each.get("name"))
        found.append(
            DialogFile(
                id=text(each.get("id")),
                title=title or "vedlegg",
                media_type=text(usable[0].get("mediaType")) if usable else "",
                urls=tuple(text(url.get("url")) for url in usable),
                unauthorized=bool(urls) and not usable,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation we may act for. ``parent`` is the main unit's number, empty for a main unit."""

    orgnr: str
    name: str
    parent: str = ""


def parties(data: object) -> Iterator[Party]:
    """``GET /parties``: organisations, sub-units after their main unit; deleted ones and persons left out."""
    for each in map(mapping, sequence(mapping(data).get("authorizedParties"))):
        yield from _party(each, "")


def _party(data: Mapping[str, Any], parent: str) -> Iterator[Party]:
    urn = text(data.get("party"))
    orgnr = orgnr_of(urn) if urn.startswith(ORG) else ""
    if orgnr and data.get("isDeleted") is not True and data.get("hasOnlyAccessToSubParties") is not True:
        yield Party(orgnr=orgnr, name=one_line(data.get("name"), 255), parent=parent)
    for each in map(mapping, sequence(data.get("subParties"))):
        yield from _party(each, orgnr)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What a refusal says. ``code`` is Altinn's own number (``errorCode``), 0 when none is told."""

    status: int
    code: int = 0
    detail: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


_CODE = re.compile(r"(?:CORR|DP|BRO)\w*-0*(\d+)\Z")


def trouble(status: int, data: object) -> Trouble:
    """A problem body; an empty or foreign one gives the status alone."""
    told = mapping(data)
    code = told.get("errorCode")
    if not isinstance(code, int) or isinstance(code, bool):
        found = _CODE.match(text(told.get("code")))
        code = int(found[1]) if found else 0
    wrong = {
        ", ".join(map(str, sequence(each.get("paths")))): text(each.get("detail"))
        for each in map(mapping, sequence(told.get("validationErrors")))
    }
    return Trouble(status=status, code=code, detail=one_line(told.get("detail"), 300), fields=wrong)
