"""What sort of message a mail is: written by a person or system to be read, or a reply, bounce or receipt by a machine.

RFC 3834 (Auto-Submitted), RFC 3464 (delivery reports), RFC 8098 (receipts), RFC 5546 (calendar methods). What is taken for
anything but «vanlig» may be dismissed by a rule, so every sign here must be one that no letter carries: ``List-Id`` and
``Precedence: bulk`` are no signs, nor is ``Auto-Submitted: auto-generated`` alone (most systems that send real post set it).
"""

from __future__ import annotations

import re

from models.reading import Flag, MailSummary, PartKind, ReadPost
from robot.letter import is_signature, without_prefixes

VANLIG = "vanlig"
AUTOMATISK_SVAR = "automatisk_svar"
RETURMELDING = "returmelding"
LESEKVITTERING = "lesekvittering"
KALENDER = "kalender"
TOM = "tom"

_REPORT = re.compile(r"report-type\s*=\s*\"?([a-z-]{1,60})", re.IGNORECASE)
_AWAY = re.compile(
    r"\s*(?:automatisk (?:svar|melding)|autosvar|autoreply|auto-?reply|automatic reply|automatiskt svar|automatische antwort|"
    r"fravær(?:smelding|ssvar)?|fråvær(?:smelding)?|ikke (?:til stede|på kontoret)|ikkje til stades|out of (?:the )?office)\b",
    re.IGNORECASE,
)
_MACHINE = re.compile(r"\A(?:mailer-daemon|postmaster|mail-daemon|mdaemon)(?:[+@-]|\Z)", re.IGNORECASE)
_METHOD = re.compile(
    r"^METHOD:(?:REQUEST|REPLY|CANCEL|COUNTER|DECLINECOUNTER|REFRESH|ADD)\s*$", re.IGNORECASE | re.MULTILINE
)
_MAY_HIDE = frozenset({Flag.BROKEN_MIME, Flag.HEADER_CUT, Flag.PARTLY_READ})
_NO_SUBJECT = frozenset(
    {"", "(no subject)", "no subject", "(uten emne)", "uten emne", "(ingen emne)", "ingen emne", "(none)"}
)


def kind_of(read: ReadPost) -> str | None:
    """The sort of the main message; None when the post is no mail (or one that could not be opened)."""
    message = read.message
    if message is None:
        return None
    report = _report(read, message)
    if report is not None:
        return report
    if _is_auto_reply(message):
        return AUTOMATISK_SVAR
    if _is_calendar(read, message):
        return KALENDER
    if _is_empty(read, message):
        return TOM
    return VANLIG


def _report(read: ReadPost, message: MailSummary) -> str | None:
    content_type = _first(message, "content-type").lower()
    found = _REPORT.search(content_type) if content_type.lstrip().startswith("multipart/report") else None
    told = {found[1].lower() if found else ""} | {
        child.media_type.partition("/")[2]
        for child in read.children(message.ref)
        if child.media_type.startswith("message/")
    }
    if "disposition-notification" in told:
        return LESEKVITTERING
    if told & {"delivery-status", "global-delivery-status"}:
        return RETURMELDING
    local = message.from_address.partition("@")[0]
    by_machine = _MACHINE.match(local) is not None
    null_path = _first(message, "return-path").replace(" ", "") == "<>"
    if message.header("x-failed-recipients") and (by_machine or null_path):
        return RETURMELDING
    return RETURMELDING if by_machine and null_path else None


def _is_auto_reply(message: MailSummary) -> bool:
    submitted = re.split(r"[;(\s]", _first(message, "auto-submitted").strip().lower())[0]
    if submitted == "auto-replied":
        return True
    if _first(message, "precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return True
    if any(message.header(name) for name in ("x-autorespond", "x-autoreply-from", "x-mail-autoreply")):
        return True
    if _first(message, "x-autoreply").strip().lower() in ("yes", "true", "1"):
        return True
    # Exchange marks absence replies auto-generated like any system mail; the subject makes the difference.
    machine = submitted not in ("", "no") or bool(message.header("x-auto-response-suppress"))
    return machine and _AWAY.match(message.subject) is not None


def _is_calendar(read: ReadPost, message: MailSummary) -> bool:
    """An invitation or an answer to one; a mail that only has an event or other files attached is a mail."""
    if "calendarmessage" in _first(message, "content-class").lower():
        return True
    children = [c for c in read.children(message.ref) if not is_signature(c)]
    calendars = [c for c in children if c.media_type == "text/calendar"]
    others = [c for c in children if c.kind not in (PartKind.BODY, PartKind.INLINE) and c.media_type != "text/calendar"]
    if others:
        return False
    if _first(message, "content-type").lower().lstrip().startswith("text/calendar"):
        return True
    return any(_METHOD.search(calendar.text[:20_000]) for calendar in calendars)


def _is_empty(read: ReadPost, message: MailSummary) -> bool:
    """No text, no subject, nothing attached, and nothing that could not be read. «Ring meg» in the subject is a letter.

    A mail that came broken may have lost its text on the way, and a mail saved as a file was saved for a reason.
    """
    main = read.main
    if message.body.strip() or message.quoted.strip() or not main.whole or main.flags & _MAY_HIDE:
        return False
    if main.media_type != "message/rfc822":
        return False
    if without_prefixes(message.subject).lower() not in _NO_SUBJECT:
        return False
    rest = [part for part in read.parts if part.ref != read.main.ref and not is_signature(part)]
    return all(part.kind is PartKind.BODY and not part.text.strip() for part in rest)


def _first(message: MailSummary, name: str) -> str:
    return next(iter(message.header(name)), "")
