"""A letter (correspondence) → a post: the message itself, its files, and what Altinn says about it (altinn.md section 5)."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from connectors.altinn.correspondence import LOST_ATTACHMENT, Correspondence, properties_as_form
from connectors.altinn.parcel import Parcel
from connectors.altinn.platform import Refused
from connectors.altinn.settings import AltinnSettings
from connectors.altinn.wire import Attachment, Overview, orgnr_of
from models.errors import TryLater
from models.post import Envelope, Spool, SpooledDocument

_SCAN_S = 300.0
BODY_NAME = "melding.md"
_WAITING = frozenset({"Initialized", "UploadProcessing"})
"""The file is not scanned for viruses yet."""

_REFUSED = {
    "Failed": "ble stoppet av Altinns viruskontroll",
    "Purged": "er slettet hos Altinn",
    "Expired": "er utløpt hos Altinn",
}


def fetch(letter: Overview, into: Spool, api: Correspondence) -> tuple[tuple[SpooledDocument, ...], tuple[str, ...]]:
    """The documents, the main one first, and what of it could not be had (sentences; no names of files).

    A file that is lost leaves a note in its place, so that the reader of the archive sees that there was one.

    Raises:
        TryLater: a file is not scanned yet, or did not come whole.
        NeedsHuman: over the size limit.
    """
    lost: list[str] = []
    with Parcel(into) as parcel:
        if letter.body.strip() or not letter.attachments:
            parcel.write(BODY_NAME, "text/markdown", message_text(letter).encode())
        for number, attachment in enumerate(letter.attachments, start=1):
            why = _why_not(attachment)
            if not why:
                why = _file(letter, attachment, parcel, api)
            if why:
                lost.append(f"vedlegg {number} {why}")
                parcel.write(f"Vedlegg {number} mangler.txt", "text/plain", _note(number, attachment, why).encode())
        return tuple(parcel.documents), tuple(lost)


def message_text(letter: Overview) -> str:
    """The message as it was written (Markdown), unchanged; of one without text what its head says."""
    if letter.body.strip():
        return letter.body
    return "\n\n".join(part for part in (letter.title, letter.summary) if part) + "\n"


def _why_not(attachment: Attachment) -> str:
    if attachment.status in _WAITING:
        raise TryLater(
            "Et vedlegg hos Altinn er ikke viruskontrollert ennå; meldingen tas når det er gjort.", after_s=_SCAN_S
        )
    if attachment.elsewhere:
        return "ligger hos avsenderen og må hentes der"
    return _REFUSED.get(attachment.status, "")


def _file(letter: Overview, attachment: Attachment, parcel: Parcel, api: Correspondence) -> str:
    """Fetches one file; what keeps it from us for good, or empty."""
    try:
        with api.attachment(letter.id, attachment.id) as body:
            parcel.fetch(file_name(attachment), attachment.media_type, body, md5=attachment.checksum)
    except Refused as refused:
        if refused.code in LOST_ATTACHMENT or (refused.missing and refused.code != 1001):
            return "finnes ikke lenger hos Altinn"
        raise
    return ""


def file_name(attachment: Attachment) -> str:
    """The display name with the file's own ending, else the file's name."""
    title, ending = attachment.title, _ending(attachment.name)
    if not title:
        return attachment.name or "vedlegg"
    if not ending:
        ending = mimetypes.guess_extension(attachment.media_type) or ""
    return title if title.lower().endswith(ending.lower()) else f"{title}{ending}"


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f".{ending}" if dot and stem and 0 < len(ending) <= 5 and ending.isalnum() else ""


def _note(number: int, attachment: Attachment, why: str) -> str:
    return f"Vedlegg {number}, «{attachment.title or 'uten navn'}», {why}. Notatet er laget av Postrobot.\n"


def envelope(letter: Overview, settings: AltinnSettings, zone: str) -> Envelope:
    """What Altinn says of the letter.

    The real writer of a letter through eFormidling or KS stands in a list that any sender may fill in: it counts as
    vouched for only when the owner of the service is one of the intermediaries.
    """
    writer = orgnr_of(letter.properties.get("senderOrgNumber", ""))
    trusted = letter.owner in settings.intermediaries
    return Envelope(
        received_at=letter.received,
        sender_name=letter.sender_name,
        sender_orgnr=writer or letter.owner,
        recipient_orgnr=letter.recipient,
        subject=letter.title,
        service=letter.resource,
        sender_ref=letter.reference,
        confidential=letter.confidential or letter.resource in settings.confidential_resources,
        sender_verified=bool(letter.owner) and (trusted or writer in ("", letter.owner)),
        form=dict(_form(letter)),
        due=local_day(letter.due, zone),
        language=letter.language,
        references=tuple(value for kind, value in letter.references if not kind.startswith("Dialogporten")),
    )


def _form(letter: Overview) -> Iterator[tuple[str, str]]:
    yield from properties_as_form(letter.properties).items()
    if letter.summary:
        yield "altinn.sammendrag", letter.summary
    for number, (told, link) in enumerate(letter.replies, start=1):
        yield f"altinn.svar.{number}", f"{told} {link}".strip()


def local_day(at: datetime | None, zone: str) -> date | None:
    """The date of an instant where we are."""
    return at.astimezone(ZoneInfo(zone)).date() if at is not None else None
