"""The summary of an Outlook message, as of a mail: internet headers first, Outlook's own properties where they lack."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from models.reading import MailSummary
from robot.reading.mailheaders import HeaderBlock, addresses, believable_date, one_line, parse_block, value_text
from robot.reading.mailtext import split
from robot.reading.msgprops import PART_HEADER, Properties, properties

if TYPE_CHECKING:
    from oxmsg.storage import Storage

# MS-OXPROPS property numbers.
_SUBJECT, _HEADERS = 0x0037, 0x007D
_FROM_NAME, _SENDER_NAME = 0x0042, 0x0C1A
_FROM_SMTP, _SENDER_SMTP, _FROM_ADDRESS, _SENDER_ADDRESS = 0x5D02, 0x5D01, 0x0065, 0x0C1F
_DISPLAY_TO, _DISPLAY_CC, _MESSAGE_ID, _REPLY_TO_ID, _REFERENCES = 0x0E04, 0x0E03, 0x1035, 0x1042, 0x1039
_SENT, _DELIVERED = 0x0039, 0x0E06
_NAME, _SMTP, _ADDRESS, _RECIPIENT_TYPE = 0x3001, 0x39FE, 0x3003, 0x0C15
_MAX_RECIPIENTS = 5_000
_TO, _CC = 1, 2


def summarise(ref: str, storage: Storage, found: Properties, text: str) -> tuple[MailSummary, bool]:
    """The summary, and whether there was a date that is not to be believed."""
    own, quoted = split(text)
    block = _headers(found)
    to, cc = _recipients(storage, found, block)
    name, address = _sender(found, block)
    subject = one_line(found.string(_SUBJECT))[:2000] or block.text("subject", 2000)
    date_text = block.text("date", 200)
    date = believable_date(date_text) or found.time(_SENT) or found.time(_DELIVERED)
    message_id = one_line(found.string(_MESSAGE_ID))[:1000] or block.text("message-id", 1000)
    return MailSummary(
        ref=ref,
        from_name=name,
        from_address=address,
        to=to,
        cc=cc,
        subject=subject,
        date=date,
        date_text=date_text,
        message_id=message_id,
        in_reply_to=one_line(found.string(_REPLY_TO_ID))[:1000] or block.text("in-reply-to", 1000),
        references=tuple((one_line(found.string(_REFERENCES)) or block.text("references")).split()[:100]),
        headers=tuple((key[:200], value_text(value)) for key, value in block.fields[:500]),
        body=own,
        quoted=quoted,
        content_key=_key(block, (name, address, ";".join(to), date, message_id, subject), text),
    ), bool(date_text) and not believable_date(date_text)


def _headers(found: Properties) -> HeaderBlock:
    """The headers the message had on the internet; none when it never left the building."""
    raw = found.string(_HEADERS)[: 1024 * 1024]
    if ":" not in raw:
        return HeaderBlock()
    return parse_block(raw.encode("utf-8", "replace").splitlines(keepends=True), cut=False)


def _sender(found: Properties, block: HeaderBlock) -> tuple[str, str]:
    for name, address in addresses(block.raw("from"))[:1]:
        if address:
            return name, address
    name = one_line(found.string(_FROM_NAME) or found.string(_SENDER_NAME))[:500]
    for pid in (_FROM_SMTP, _SENDER_SMTP, _FROM_ADDRESS, _SENDER_ADDRESS):
        address = one_line(found.string(pid))[:320]
        if "@" in address:
            return name, address
    # An Exchange address («/o=…/cn=…») is no address to anyone outside.
    return name, ""


def _recipients(storage: Storage, found: Properties, block: HeaderBlock) -> tuple[tuple[str, ...], tuple[str, ...]]:
    listed: dict[int, list[str]] = {_TO: [], _CC: []}
    for number, one in enumerate(storage.iter_recipient_storages()):
        if number >= _MAX_RECIPIENTS:
            break
        person = properties(one, PART_HEADER, found)
        address = next((value for pid in (_SMTP, _ADDRESS) if "@" in (value := person.string(pid))), "")
        shown = one_line(address or person.string(_NAME))[:320]
        kind = person.number(_RECIPIENT_TYPE) or _TO
        if shown and kind in listed:
            listed[kind].append(shown)
    if not listed[_TO] and not listed[_CC]:
        listed = {_TO: _addressed(block, "to"), _CC: _addressed(block, "cc")}
    to = listed[_TO] or _displayed(found, _DISPLAY_TO)
    cc = listed[_CC] or _displayed(found, _DISPLAY_CC)
    return tuple(to[:500]), tuple(cc[:500])


def _addressed(block: HeaderBlock, name: str) -> list[str]:
    return [address or person for person, address in addresses(block.raw(name))]


def _displayed(found: Properties, pid: int) -> list[str]:
    return [one_line(part)[:320] for part in found.string(pid).split(";") if part.strip()]


def _key(block: HeaderBlock, said: tuple[str, ...], text: str) -> str:
    """The canonical message of reliability.md section 4, as far as an Outlook message keeps it."""
    digest = hashlib.sha256()
    if block.raw("message-id"):
        for name in ("from", "to", "date", "message-id", "subject"):
            for value in block.raw(name):
                digest.update(name.encode() + b":" + b" ".join(value.split()) + b"\r\n")
    else:
        for one in said:
            digest.update(one.encode("utf-8", "replace") + b"\r\n")
    digest.update(b"\r\n" + text.rstrip("\n").replace("\n", "\r\n").encode("utf-8", "replace"))
    return digest.hexdigest()
