"""An Outlook .msg → PDF/A, shown as mails are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connectors.arkiv.pdfa.mail import Letter, letters_to_pdfa
from connectors.arkiv.pdfa.result import CannotConvert, Conversion, Fault
from connectors.arkiv.pdfa.text import decoded

_PR_CLIENT_SUBMIT_TIME, _PR_DISPLAY_TO, _PR_DISPLAY_CC = 0x0039, 0x0E04, 0x0E03


def msg_to_pdfa(source: Path, target: Path, *, plain: bool = False) -> Conversion:
    """Raises ``CannotConvert`` when the file is no message or damaged."""
    import oxmsg

    try:
        letter = _letter(oxmsg.Message.load(str(source)))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RuntimeError) as bad:
        # python-oxmsg and the olefile below it have no common error for damaged files.
        raise CannotConvert(Fault.DAMAGED, type(bad).__name__) from bad
    return letters_to_pdfa([letter], target, plain=plain)


def _letter(message: Any) -> Letter:
    headers = {name.lower(): value for name, value in (message.message_headers or {}).items()}
    properties = message.properties
    to = headers.get("to") or properties.str_prop_value(_PR_DISPLAY_TO) or ""
    cc = headers.get("cc") or properties.str_prop_value(_PR_DISPLAY_CC) or ""
    date = headers.get("date") or str(properties.date_prop_value(_PR_CLIENT_SUBMIT_TIME) or "")
    markup, text = _readable(message, "html_body"), _readable(message, "body")
    if markup is None and text is None:
        raise CannotConvert(Fault.DAMAGED, "body")
    letter = Letter(
        headers=[
            ("Fra", str(message.sender or "")),
            ("Til", str(to)),
            ("Kopi", str(cc)),
            ("Dato", str(date)),
            ("Emne", str(message.subject or "")),
        ],
        text=str(text or ""),
        markup=decoded(markup) if isinstance(markup, bytes) else str(markup or ""),
    )
    for attachment in message.attachments:
        letter.attached.append(
            (
                str(attachment.file_name or "uten navn"),
                str(attachment.mime_type or "ukjent type"),
                int(attachment.size or 0),
            )
        )
    return letter


def _readable(message: Any, name: str) -> str | bytes | None:
    """The body in one form; empty when there is none, None when it is in an encoding that the file does not tell."""
    try:
        value = getattr(message, name)
    except (UnicodeDecodeError, LookupError):
        return None
    return value if isinstance(value, (str, bytes)) else ""
