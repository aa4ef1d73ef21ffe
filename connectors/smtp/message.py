"""A :class:`~connectors.contract.Mail` as RFC 5322 bytes. Line breaks in header values are refused, never cleaned."""

from __future__ import annotations

import re
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from connectors.contract import Attachment, Mail
from models.errors import NeedsHuman
from models.reasons import ReasonCode

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}>")
_ADDRESS = re.compile(r"[^\s<>@,;:\"\\()\[\]]+@[^\s<>@,;:\"\\()\[\]]+")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")


def refuse_unsafe(mail: Mail, sender: str) -> None:
    """Checks everything that becomes a header, before anything is sent.

    Raises:
        NeedsHuman: a control character (CR, LF, NUL …) in a header value, an address that is none, no recipient, or a
            Message-ID that is none.
    """
    if not mail.to:
        raise _refused("E-posten har ingen mottaker.")
    names = [a.name for a in mail.attachments] + [a.media_type for a in mail.attachments]
    for value in (sender, *mail.to, mail.subject, mail.message_id, mail.auto_submitted, *names):
        if any(ord(char) < 32 or ord(char) == 127 for char in value):
            raise _refused("Et felt i meldingshodet inneholder linjeskift eller styretegn; e-posten er ikke sendt.")
    for address in (sender, *mail.to):
        if not _ADDRESS.fullmatch(address):
            raise _refused("En adresse i e-posten er ikke en gyldig e-postadresse; rett adressen og prøv igjen.")
    if not _MESSAGE_ID.fullmatch(mail.message_id):
        raise _refused("Meldings-ID-en har ikke formen <id@domene>; e-posten er ikke sendt.")


class _Exact(EmailPolicy):
    """Folds two headers itself, since Python 3.11 changes them: it makes a Message-ID over 66 characters into encoded
    words, which is another id, and moves a space in a subject that mixes plain and encoded words."""

    def fold(self, name: str, value: Any) -> str:
        if name == "Message-ID":
            return f"{name}: {value}{self.linesep}"
        if name == "Subject" and not (self.utf8 or str(value).isascii()):
            encoded = Header(str(value), "utf-8", maxlinelen=75, header_name=name).encode(linesep=self.linesep)
            return f"{name}: {encoded}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name in {"Message-ID", "Subject"}:
            return self.fold(name, value).encode()
        return bytes(super().fold_binary(name, value))


def to_bytes(mail: Mail, *, sender: str, now: datetime, utf8: bool = False) -> bytes:
    """The message with CRLF line ends. ``now`` is aware and becomes Date; ``utf8`` keeps headers raw (SMTPUTF8).

    Raises:
        NeedsHuman: see :func:`refuse_unsafe`.
    """
    refuse_unsafe(mail, sender)
    message = EmailMessage(policy=_Exact(linesep="\r\n", utf8=utf8))
    message["From"] = sender
    message["To"] = ", ".join(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = mail.auto_submitted
    # Exchange does not honour Auto-Submitted for its out-of-office replies; this header stops those too.
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for attachment in mail.attachments:
        _attach(message, attachment)
    return message.as_bytes()


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    media_type = attachment.media_type if _MEDIA_TYPE.fullmatch(attachment.media_type) else "application/octet-stream"
    # A message/* or multipart/* part may not be base64 (RFC 2046): as a file it travels untouched.
    if media_type.startswith(("message/", "multipart/")):
        media_type = "application/octet-stream"
    main, _, sub = media_type.partition("/")
    message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)


def _refused(sentence: str) -> NeedsHuman:
    return NeedsHuman(ReasonCode.FORWARD_FAILED, sentence)
