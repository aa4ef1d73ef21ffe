"""Outlook messages (.msg) → the same summary and parts as mail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from models.reading import Flag, PartKind
from models.reasons import ReasonCode
from robot.reading.contract import Collector, PartResult, Unreadable
from robot.reading.mailheaders import one_line
from robot.reading.msgmail import as_mail
from robot.reading.msgprops import (
    DATA,
    PART_HEADER,
    ROOT_HEADER,
    Properties,
    attachment_name,
    message_text,
    nested_message,
    open_storage,
    properties,
)
from robot.reading.msgsummary import summarise

if TYPE_CHECKING:
    from oxmsg.storage import Storage

# MS-OXPROPS property numbers.
_CLASS, _MIME, _CONTENT_ID, _FLAGS, _HIDDEN = 0x001A, 0x370E, 0x3712, 0x3714, 0x7FFE
_RENDERED_IN_BODY = 4
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".bmp")


def read_msg(path: Path, ref: str, collector: Collector) -> PartResult:
    """Reads an Outlook message of any class. A message inside it becomes a MESSAGE child in the form of a mail (.eml),
    since it has no bytes of its own.

    Raises:
        Unreadable: DAMAGED, ENCRYPTED, TOO_MANY_PARTS, TOO_DEEP, TOO_LARGE.
    """
    root = open_storage(path)
    found = properties(root, ROOT_HEADER)
    message_class = found.string(_CLASS).lower()
    if message_class.endswith(".smime"):
        raise Unreadable(ReasonCode.ENCRYPTED, "Outlook-meldingen er kryptert med S/MIME.")
    text = message_text(found)
    summary, bad_date = summarise(ref, root, found, text)
    collector.message(summary)
    flags = {Flag.BAD_DATE} if bad_date else set()
    if message_class.endswith(".multipartsigned"):
        flags.add(Flag.SIGNED)
    if text.strip():
        collector.body(ref, text, declared_type="text/plain")
    attached = list(root.iter_attachment_storages())
    limit = collector.limits.attachments
    if len(attached) > limit:
        raise Unreadable(ReasonCode.TOO_MANY_PARTS, f"Outlook-meldingen har over {limit} vedlegg ({len(attached)}).")
    for one in attached:
        _attachment(one, ref, collector)
    return PartResult(flags=frozenset(flags))


def _attachment(storage: Storage, ref: str, collector: Collector) -> None:
    found = properties(storage, PART_HEADER)
    name = attachment_name(found)
    declared = one_line(found.string(_MIME))
    nested = nested_message(storage)
    data = found.binary(DATA)
    if nested is not None:
        shown = f"{name.removesuffix('.msg') or 'melding'}.eml"
        content = as_mail(nested, collector.limits.mime_depth)
        collector.add(ref, PartKind.MESSAGE, content, name=shown, declared_type="message/rfc822")
    elif data is not None:
        kind = PartKind.INLINE if _inline(found, declared, name) else PartKind.ATTACHMENT
        collector.add(ref, kind, data, name=name, declared_type=declared)
    else:
        detail = "Vedlegget ligger ikke i meldingen (en lenke eller et innebygd objekt)."
        reason = ReasonCode.UNSUPPORTED_TYPE
        collector.failed(ref, PartKind.ATTACHMENT, name=name, declared_type=declared, reason=reason, detail=detail)


def _inline(found: Properties, declared: str, name: str) -> bool:
    """An image shown in the text: Outlook hides it from the list of attachments."""
    image = declared.startswith("image/") or name.lower().endswith(_IMAGES)
    hidden = bool(found.number(_FLAGS) & _RENDERED_IN_BODY) or bool(found.number(_HIDDEN) & 0xFF)
    return image and hidden and bool(found.string(_CONTENT_ID))
