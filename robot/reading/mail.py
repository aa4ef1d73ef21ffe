"""Mail (message/rfc822) → its text, its summary and its parts. Links are never followed."""

from __future__ import annotations

import hashlib
import mmap
from pathlib import Path

from models.reading import Flag, MailSummary, PartKind
from models.reasons import ReasonCode
from robot.reading import cms
from robot.reading.contract import Collector, PartResult, Unreadable
from robot.reading.mailbody import Role, Sorted, filename, sort_parts
from robot.reading.mailheaders import (
    FAMILIAR,
    MAX_VALUE,
    HeaderBlock,
    addresses,
    believable_date,
    one_line,
    value_text,
)
from robot.reading.mailtext import split
from robot.reading.mime import Buffer, MimePart, parse, transfer_decoded

_MAX_SUBJECT = 2_000
_MAX_HEADERS = 500
_KINDS = {Role.ATTACHMENT: PartKind.ATTACHMENT, Role.INLINE: PartKind.INLINE, Role.MESSAGE: PartKind.MESSAGE}
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


def read_mail(path: Path, ref: str, collector: Collector) -> PartResult:
    """Reads a mail: texts as BODY children, attachments, inline images and nested mail with bytes of their own.

    Raises:
        Unreadable: EMPTY, NOT_A_MESSAGE, ENCRYPTED, TOO_DEEP, TOO_MANY_PARTS, TOO_LARGE.
    """
    if path.stat().st_size == 0:
        raise Unreadable(ReasonCode.EMPTY, "E-posten er tom (0 byte).")
    # Mapped rather than read: a message may be 150 MB, and its parts are copied out one by one.
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _read(data, ref, collector)


def _read(data: Buffer, ref: str, collector: Collector) -> PartResult:
    root = parse(data, collector.limits)
    _refuse_what_is_no_mail(data, root)
    flags: set[Flag] = set()
    if root.media_type in _SMIME:
        content = _opened(data, root)
        flags.add(Flag.SIGNED)
        inner = parse(content, collector.limits)
        found = sort_parts(content, inner)
        source: Buffer = content
    else:
        found, source = sort_parts(data, root), data
    body_text = "\n\n".join(text.text.strip("\n") for text in found.texts)
    if body_text.lstrip().startswith("-----BEGIN PGP MESSAGE-----"):
        raise Unreadable(ReasonCode.ENCRYPTED, "E-posten er kryptert med PGP og må åpnes av et menneske.")
    if not root.headers.fields:
        flags.add(Flag.BROKEN_MIME)
    summary, bad_date = _summary(ref, root.headers, body_text, content_key(data, root))
    flags |= found.flags
    flags |= {Flag.BAD_DATE} if bad_date else set()
    if any(len(value) > MAX_VALUE * 4 for _, value in root.headers.fields):
        flags.add(Flag.HEADER_CUT)
    collector.message(summary)
    _children(source, ref, collector, found, flags)
    return PartResult(flags=frozenset(flags))


def _refuse_what_is_no_mail(data: Buffer, root: MimePart) -> None:
    names = {name for name, _ in root.headers.fields}
    familiar = any(name.encode("ascii") in FAMILIAR or name.startswith(("x-", "list-", "content-")) for name in names)
    if familiar:
        return
    sample = data[root.start : root.start + 4096]
    if (len(sample) - len(sample.translate(None, _strange(sample)))) * 20 > len(sample):
        raise Unreadable(ReasonCode.NOT_A_MESSAGE, "Innholdet er ikke en e-post: det har ikke noe meldingshode.")


_CONTROLS = bytes(set(range(32)) - set(b"\t\r\n\f\x1b"))
_NO_LETTERS = bytes((0x7F, 0x80, 0x81, 0x8D, 0x8F, 0x90, 0x9D))


def _strange(sample: bytes) -> bytes:
    """Bytes that no text has many of.

    Where it is not UTF-8, those that windows-1252 has no letter for count too: IMAP servers give 0x80 for NUL.
    """
    try:
        sample.rstrip(bytes(range(0x80, 0x100))).decode()
    except UnicodeDecodeError:
        return _CONTROLS + _NO_LETTERS
    return _CONTROLS


def _opened(data: Buffer, root: MimePart) -> bytes:
    """The signed message inside an S/MIME envelope that is only signed."""
    raw, _ = transfer_decoded(data[root.start : root.end], root.headers.plain("content-transfer-encoding"))
    kind = cms.kind(raw)
    said = root.headers.plain("content-type").lower()
    if kind is cms.Kind.SIGNED or (kind is None and "signed-data" in said):
        content = cms.signed_content(raw)
        if content is not None:
            return content
        raise Unreadable(ReasonCode.DAMAGED, "Den signerte e-posten kan ikke åpnes.")
    if kind is cms.Kind.COMPRESSED:
        raise Unreadable(ReasonCode.UNSUPPORTED_TYPE, "E-posten er komprimert med S/MIME og kan ikke leses.")
    raise Unreadable(ReasonCode.ENCRYPTED, "E-posten er kryptert med S/MIME og må åpnes av et menneske.")


def _summary(ref: str, headers: HeaderBlock, text: str, key: str) -> tuple[MailSummary, bool]:
    """The summary, and whether there was a date that is not to be believed."""
    own, quoted = split(text)
    sender = next(iter(addresses(headers.raw("from") or headers.raw("sender"))), ("", ""))
    date_text = headers.text("date", 200)
    date = believable_date(date_text)
    return MailSummary(
        ref=ref,
        from_name=sender[0],
        from_address=sender[1],
        to=_listed(headers.raw("to")),
        cc=_listed(headers.raw("cc")),
        subject=headers.text("subject", _MAX_SUBJECT),
        date=date,
        date_text=date_text,
        message_id=headers.text("message-id", 1000),
        in_reply_to=headers.text("in-reply-to", 1000),
        references=tuple(headers.text("references").split()[:100]),
        headers=tuple((name[:200], value_text(value)) for name, value in headers.fields[:_MAX_HEADERS]),
        body=own,
        quoted=quoted,
        content_key=key,
    ), bool(date_text) and not date


def _listed(values: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(address or name for name, address in addresses(values)[:500])


def _children(data: Buffer, ref: str, collector: Collector, found: Sorted, flags: set[Flag]) -> None:
    limit = collector.limits.attachments
    for text in found.texts + found.extra:
        collector.body(ref, text.text, declared_type=text.media_type)
    if len(found.others) > limit:
        raise Unreadable(ReasonCode.TOO_MANY_PARTS, f"E-posten har over {limit} vedlegg ({len(found.others)}).")
    for role, part in found.others:
        name = filename(part)
        declared = one_line(part.media_type)
        if role is Role.ENCRYPTED:
            collector.failed(ref, PartKind.ATTACHMENT, name=name, declared_type=declared, reason=ReasonCode.ENCRYPTED)
            continue
        raw, good = transfer_decoded(data[part.start : part.end], part.headers.plain("content-transfer-encoding"))
        if not good:
            flags.add(Flag.BROKEN_MIME)
        collector.add(ref, _KINDS[role], raw, name=name, declared_type=declared)


_KEY_HEADERS = ("from", "to", "date", "message-id", "subject")


def content_key(data: Buffer, root: MimePart) -> str:
    """SHA-256 of the canonical message (reliability.md section 4): five headers unfolded, and the body with CRLF.

    Trace headers are left out, so that the same message through two relays has one key.
    """
    digest = hashlib.sha256()
    for name in _KEY_HEADERS:
        for value in root.headers.raw(name):
            digest.update(name.encode() + b":" + b" ".join(value.split()) + b"\r\n")
    digest.update(b"\r\n")
    update_canonical(digest, data, root.start, root.end)
    return digest.hexdigest()


_CHUNK = 1024 * 1024


def update_canonical(digest: hashlib._Hash, data: Buffer, start: int, end: int) -> None:
    """Feeds ``data[start:end]`` with every line end as CRLF and without empty lines at the end."""
    while end > start and data[end - 1] in b"\r\n":
        end -= 1
    at = start
    while at < end:
        to = min(end, at + _CHUNK)
        # A CR LF pair must not be split between two chunks.
        if to < end and data[to - 1 : to] == b"\r":
            to -= 1 if to - 1 > at else -1
        digest.update(data[at:to].replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n"))
        at = to
