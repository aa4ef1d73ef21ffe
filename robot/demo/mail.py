"""Mails made by code. Boundaries and ids are counted, so the same call gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

POSTMOTTAK = "post@solvik.example"

File = tuple[str, str, bytes]
"""An attachment: name, media type, content."""


class MailMaker:
    """Makes the mails of one day, each some minutes after the one before."""

    def __init__(self, today: date) -> None:
        self._time = datetime.combine(today, time(5, 0), tzinfo=UTC)
        self._count = 0

    def mail(
        self,
        sender: str,
        subject: str,
        text: str,
        *,
        files: Sequence[File] = (),
        html: str = "",
        headers: Sequence[tuple[str, str]] = (),
        inner: Sequence[EmailMessage] = (),
    ) -> EmailMessage:
        """A whole mail to the mailroom. ``inner`` are messages attached as they are (message/rfc822)."""
        self._count += 1
        self._time += timedelta(minutes=3)
        message = EmailMessage(policy=SMTP)
        message["From"] = sender
        message["To"] = POSTMOTTAK
        message["Subject"] = subject
        message["Date"] = format_datetime(self._time)
        message["Message-ID"] = f"<demo-{self._time:%Y%m%d}-{self._count}@{sender.rpartition('@')[2].rstrip('>')}>"
        for name, value in headers:
            message[name] = value
        message.set_content(text.strip() + "\n", cte="quoted-printable")
        if html:
            message.add_alternative(html, subtype="html", cte="quoted-printable")
        for name, kind, content in files:
            main, _, sub = kind.partition("/")
            message.add_attachment(content, maintype=main, subtype=sub, filename=name)
        for one in inner:
            message.add_attachment(one)
        self._name_boundaries(message)
        return message

    def report(self, sender: str, subject: str, kind: str, text: str, told: str) -> bytes:
        """A multipart/report: ``kind`` is ``delivery-status`` (RFC 3464) or ``disposition-notification`` (RFC 8098)."""
        self._count += 1
        self._time += timedelta(minutes=3)
        empty = "Return-Path: <>\r\n" if kind == "delivery-status" else ""
        return (
            f"{empty}From: {sender}\r\nTo: {POSTMOTTAK}\r\nSubject: {subject}\r\nDate: {format_datetime(self._time)}\r\n"
            f"Message-ID: <demo-{self._time:%Y%m%d}-{self._count}@mx.borger.example>\r\nAuto-Submitted: auto-replied\r\n"
            f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary="r{self._count}"\r\n\r\n'
            f"--r{self._count}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
            f"--r{self._count}\r\nContent-Type: message/{kind}\r\n\r\n{told}\r\n--r{self._count}--\r\n"
        ).encode()

    def _name_boundaries(self, message: EmailMessage) -> None:
        for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
            if part.get_content_maintype() == "multipart":
                part.set_boundary(f"demo-{self._count}-{number}")


def through_another_relay(message: bytes) -> bytes:
    """The same message as another server handed it on: only the trace in front differs."""
    trace = (
        b"Return-Path: <avsender@borger.example>\r\n"
        b"Received: from reserve.borger.example (reserve.borger.example [192.0.2.25]) by mx2.solvik.example with ESMTPS\r\n"
    )
    return trace + message
