"""Which parts of a mail are its text, and which are attachments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto

from models.reading import Flag
from models.reasons import ReasonCode
from robot.reading.charset import decode
from robot.reading.contract import Unreadable
from robot.reading.html import decode_html, html_text
from robot.reading.mailheaders import decode_words, one_line
from robot.reading.mime import Buffer, MimePart, transfer_decoded
from robot.reading.text import tidied


class Role(Enum):
    """What a part that is not text of the mail is to it."""

    ATTACHMENT = auto()
    INLINE = auto()
    MESSAGE = auto()
    ENCRYPTED = auto()


@dataclass(slots=True, kw_only=True)
class Text:
    """One text of the mail: ``html`` when it was made from HTML."""

    text: str
    media_type: str


@dataclass(slots=True)
class Sorted:
    """The parts of a mail by what they are to it. ``notes`` are texts that the mail system wrote (delivery status)."""

    texts: list[Text] = field(default_factory=list)
    extra: list[Text] = field(default_factory=list)
    others: list[tuple[Role, MimePart]] = field(default_factory=list)
    flags: set[Flag] = field(default_factory=set)


_NOTES = frozenset({"message/delivery-status", "message/disposition-notification", "message/global-delivery-status",
                    "text/rfc822-headers", "message/feedback-report"})  # fmt: skip
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_BODY_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/x-amp-html", "text/markdown",
                         "text/watch-html", "text"})  # fmt: skip
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})


def sort_parts(data: Buffer, root: MimePart) -> Sorted:
    """Sorts the parts of a mail.

    Raises:
        Unreadable: ENCRYPTED when the message as a whole is.
    """
    found = Sorted()
    if root.media_type == "multipart/encrypted":
        raise Unreadable(ReasonCode.ENCRYPTED, "E-posten er kryptert og må åpnes av et menneske.")
    if any(part.broken for part in root.walk()):
        found.flags.add(Flag.BROKEN_MIME)
    if any(part.headers.cut for part in root.walk()):
        found.flags.add(Flag.HEADER_CUT)
    _sort(data, root, found, related=False, root=root)
    return found


def _sort(data: Buffer, part: MimePart, found: Sorted, *, related: bool, root: MimePart) -> None:
    kind = part.media_type
    if part.multipart:
        if kind == "multipart/signed":
            found.flags.add(Flag.SIGNED)
        if kind == "multipart/encrypted":
            found.others.append((Role.ENCRYPTED, part))
        elif kind == "multipart/alternative":
            _alternative(data, part, found, root)
        else:
            for number, child in enumerate(part.children):
                _sort(data, child, found, related=kind == "multipart/related" and number > 0, root=root)
        return
    attached = _disposition(part) == "attachment"
    if kind in _MESSAGES and part is not root:
        found.others.append((Role.MESSAGE, part))
    elif kind in _NOTES and not attached:
        text = read_part_text(data, part, found)
        if text.text:
            found.extra.append(text)
    elif kind.startswith("multipart/") and not attached:
        _text(data, part, found)
    elif kind in _BODY_TYPES and not attached and (part is root or not filename(part)):
        _text(data, part, found)
    else:
        role = Role.INLINE if _inline(part, related=related) and not attached else Role.ATTACHMENT
        found.others.append((role, part))


def _text(data: Buffer, part: MimePart, found: Sorted) -> None:
    text = read_part_text(data, part, found)
    if text.text.strip():
        found.texts.append(text)


def _alternative(data: Buffer, part: MimePart, found: Sorted, root: MimePart) -> None:
    """Plain text is preferred; HTML that says more than it is kept beside it, so that no rule misses what a person sees."""
    branches: list[Sorted] = []
    for child in part.children:
        branch = Sorted()
        _sort(data, child, branch, related=False, root=root)
        branches.append(branch)
    for branch in branches:
        found.others += branch.others
        found.extra += branch.extra
        found.flags |= branch.flags
    texts = [branch.texts for branch in branches if branch.texts]
    plain = next((some for some in texts if all(text.media_type != "text/html" for text in some)), None)
    rich = next((some for some in reversed(texts) if any(text.media_type == "text/html" for text in some)), None)
    if plain is None or rich is None:
        found.texts += plain or rich or []
        return
    plain_words = _words("\n".join(text.text for text in plain))
    rich_words = _words("\n".join(text.text for text in rich))
    missing = rich_words - plain_words
    if len(plain_words) * 4 < len(rich_words):
        found.texts += rich
        return
    found.texts += plain
    if len(missing) * 10 > len(rich_words) or any(re.search(r"\d{4}", word) for word in missing):
        found.extra += rich


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]{3,}", text.lower()))


def read_part_text(data: Buffer, part: MimePart, found: Sorted) -> Text:
    """The text of a part, decoded and tidied; notes in ``found`` what did not go well."""
    raw, good = transfer_decoded(data[part.start : part.end], part.headers.plain("content-transfer-encoding"))
    if not good:
        found.flags.add(Flag.BROKEN_MIME)
    charset = charset_of(part)
    if part.media_type == "text/html":
        if charset and not decode(raw[:1] if raw.isascii() else raw, charset)[1]:
            found.flags.add(Flag.UNKNOWN_CHARSET)
        return Text(text=tidied(html_text(decode_html(raw, charset))), media_type="text/html")
    text, sure = decode(raw, charset)
    if not sure:
        found.flags.add(Flag.UNKNOWN_CHARSET)
    if part.media_type in ("text/enriched", "text/richtext"):
        text = re.sub(r"<[^<>]{0,200}>", "", text.replace("<<", "<\x01")).replace("\x01", "")
    if part.headers.parameters("content-type").get_param("format") == "flowed":
        text = _unflowed(text)
    return Text(text=tidied(text), media_type=part.media_type)


def _unflowed(text: str) -> str:
    """RFC 3676: a line that ends in a space goes on in the next of the same quote depth."""
    out: list[str] = []
    flowing, depth = False, 0
    for line in text.replace("\r\n", "\n").split("\n"):
        bare = line.lstrip(">")
        level = len(line) - len(bare)
        bare = bare[1:] if bare.startswith(" ") else bare
        if flowing and level == depth and bare != "-- ":
            out[-1] += bare
        else:
            out.append((">" * level + " " if level else "") + bare)
        flowing, depth = bare.endswith(" ") and bare != "-- ", level
    return "\n".join(out)


def charset_of(part: MimePart) -> str:
    """The charset the part says it is in; empty when it says nothing."""
    try:
        said = part.headers.parameters("content-type").get_param("charset")
    except (ValueError, LookupError, TypeError):
        return ""
    if isinstance(said, tuple):
        said = said[2]
    charset = str(said or "").strip()
    # «3Dutf-8»: quoted-printable was applied to the header itself.
    return re.sub(r"^3d(?=[a-z])", "", charset, flags=re.IGNORECASE).strip("\"'<> =")[:60]


def filename(part: MimePart) -> str:
    """The file name the sender gave, decoded and on one line; empty when none."""
    for field_name, key in (("content-disposition", "filename"), ("content-type", "name")):
        try:
            said = part.headers.parameters(field_name).get_param(key, header=field_name)
        except (ValueError, LookupError, TypeError):
            continue
        if isinstance(said, tuple):
            charset, _, value = said
            said = decode(value.encode("latin-1", "replace"), charset or "utf-8")[0]
        if said:
            return one_line(decode_words(str(said)))[:4000]
    return (
        one_line(decode_words(part.headers.plain("content-description")))[:200] if part.media_type in _MESSAGES else ""
    )


def _disposition(part: MimePart) -> str:
    return part.headers.plain("content-disposition").partition(";")[0].strip().lower()


def _inline(part: MimePart, *, related: bool) -> bool:
    return part.media_type.startswith("image/") and (
        related or _disposition(part) == "inline" or bool(part.headers.plain("content-id"))
    )
