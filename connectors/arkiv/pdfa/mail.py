"""A mail → PDF/A: its headers, its text, a list of what was attached; forwarded mails after it in the same way."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from connectors.arkiv.pdfa.pages import page_of, pages_to_pdfa, preformatted
from connectors.arkiv.pdfa.result import CannotConvert, Conversion, Fault
from connectors.arkiv.pdfa.text import decoded

_SHOWN = (
    ("Fra", "from"),
    ("Til", "to"),
    ("Kopi", "cc"),
    ("Dato", "date"),
    ("Emne", "subject"),
    ("Svar til", "reply-to"),
)
_MOST_BYTES = 60_000_000
_MOST_TEXT = 2_000_000
_MOST_HEADER = 5000
_MOST_MAILS, _MOST_PARTS = 20, 1000


@dataclass(slots=True)
class Letter:
    """What is shown of one mail: headers by Norwegian label, its text, HTML if any, and its attachments."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    markup: str = ""
    attached: list[tuple[str, str, int]] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)


def mail_to_pdfa(source: Path, target: Path, *, plain: bool = False) -> Conversion:
    """An RFC 5322 message. ``plain`` leaves HTML out where it proved too much to lay out.

    Raises:
        CannotConvert: empty, over 60 MB, or what came out is not PDF/A.
    """
    if source.stat().st_size > _MOST_BYTES:
        raise CannotConvert(Fault.TOO_LARGE)
    content = source.read_bytes()
    if not content.strip():
        raise CannotConvert(Fault.EMPTY)
    # compat32 headers never raise on junk; policy.default does on some (seen in Python 3.11).
    message = BytesParser(policy=policy.compat32).parsebytes(content)
    letters: list[Letter] = []
    _gather(message, letters)
    return letters_to_pdfa(letters, target, plain=plain)


def letters_to_pdfa(letters: list[Letter], target: Path, *, plain: bool) -> Conversion:
    """Each letter begins on a page of its own; an HTML letter follows its headers."""
    documents, images = [], {}
    for letter in letters:
        images.update(letter.images)
        use_markup = bool(letter.markup) and not plain
        documents.append(_cover(letter, with_text=not use_markup))
        if use_markup:
            documents.append(letter.markup)
    notes = ("HTML-delen er vist som ren tekst",) if plain and any(letter.markup for letter in letters) else ()
    return pages_to_pdfa(documents, target, parts=images, notes=notes)


def _cover(letter: Letter, *, with_text: bool) -> str:
    rows = "".join(
        f"<tr><th>{label}</th><td>{html.escape(_bounded(value))}</td></tr>"
        for label, value in letter.headers
        if value.strip()
    )
    listed = "".join(
        f"<li>{html.escape(name)} ({html.escape(kind)}, {size} byte)</li>" for name, kind, size in letter.attached
    )
    subject = next((value for label, value in letter.headers if label == "Emne" and value.strip()), "Uten emne")
    body = f"<h1>{html.escape(subject[:300])}</h1><table>{rows}</table>"
    if with_text:
        body += preformatted(letter.text[:_MOST_TEXT] if letter.text.strip() else "(meldingen har ingen tekst)")
    if listed:
        body += f"<h2>Vedlegg</h2><ul>{listed}</ul>"
    return page_of(subject[:300], body)


def _bounded(value: str) -> str:
    """A header of thousands of recipients takes minutes to lay out; what is left out is said, and the original has it."""
    if len(value) <= _MOST_HEADER:
        return value
    return f"{value[:_MOST_HEADER]} … (feltet er på {len(value)} tegn; resten står i den mottatte filen)"


def _gather(message: Message, letters: list[Letter]) -> None:
    letter = Letter(headers=[(label, _header(message, name)) for label, name in _SHOWN])
    letters.append(letter)
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/rfc822" and isinstance(part.get_payload(), list):
            letter.attached.append((_name(part, "videresendt melding"), kind, len(part.as_bytes())))
            inner = part.get_payload()
            if len(letters) < _MOST_MAILS and isinstance(inner, list) and inner and isinstance(inner[0], Message):
                _gather(inner[0], letters)
            continue
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        _place(letter, part, kind, content)


def _place(letter: Letter, part: Message, kind: str, content: bytes) -> None:
    inline = part.get_content_disposition() != "attachment" and not part.get_filename()
    cid = str(part.get("content-id", "")).strip().strip("<>")
    if inline and kind == "text/plain":
        letter.text += decoded(content, _charset(part)) + "\n"
    elif inline and kind == "text/html" and not letter.markup:
        letter.markup = decoded(content, _charset(part))
    elif cid and kind.startswith("image/"):
        letter.images[cid] = content
        letter.attached.append((_name(part, cid), kind, len(content)))
    else:
        letter.attached.append((_name(part, "uten navn"), kind, len(content)))


def _parts(message: Message) -> Iterator[Message]:
    """The leaves of this mail in order, without going into mails inside it."""
    waiting, seen = [message], 0
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting = [one for one in payload if isinstance(one, Message)] + waiting
        else:
            yield part


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset() or "")
    except (LookupError, UnicodeError, ValueError):
        return ""


def _name(part: Message, otherwise: str) -> str:
    try:
        return _unfolded(part.get_filename() or otherwise)
    except (LookupError, UnicodeError, ValueError, TypeError):
        return otherwise


def _header(message: Message, name: str) -> str:
    return ", ".join(_unfolded(str(value)) for value in message.get_all(name, []))


def _unfolded(raw: str) -> str:
    """One line of readable text: encoded words decoded, raw bytes taken as UTF-8, else windows-1252."""
    raw = " ".join(raw.split())
    try:
        raw = str(make_header(decode_header(raw)))
    except (LookupError, UnicodeError, ValueError):
        pass
    octets = raw.encode("utf-8", "surrogateescape")
    return " ".join(decoded(octets).split())
