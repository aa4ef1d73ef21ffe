"""Which letter a post is: a mail, a file, or the letter inside that a colleague forwarded to the mailroom. Pure.

rule-language.md, «hvis»: «When a colleague forwards a letter, the inner letter is what counts as emne, brødtekst and
vedlegg».
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from models.reading import MailSummary, PartKind, ReadPart, ReadPost

_SIGNATURES = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
    }
)
_NOTHING_KNOWN = frozenset({"application/octet-stream", "text/plain"})
_LARGEST_SIGNATURE = 100_000

_FORWARDED = re.compile(r"\s*(?:vs|fw|fwd|vb|tr|wg|videresend(?:t|er)?|vidaresend(?:t)?)\s?:", re.IGNORECASE)
_PREFIX = re.compile(r"\s*(?:vs|fw|fwd|vb|tr|wg|sv|re|aw|videresendt?|vidaresendt?)\s?:\s*", re.IGNORECASE)
_MAX_DEPTH = 5
_LOOKED_AT = 500_000
"""Characters in which two texts of a mail are compared; a longer one counts as saying more."""
_MAX_PREFIXES = 10
_SHORT_NOTE = 1_500
"""Characters of a colleague's own text that still make an attached mail a forward, and not an answer with a mail beside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """What is known of the inner letter. ``retning`` is «inn» or «ut», empty when its sender's address is not told.

    ``attached`` when it lay there as a mail of its own, so that its date can be believed.
    """

    name: str
    address: str
    day: date | None
    retning: str
    attached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The letter that counts.

    ``attachments`` are its parts in tree order, files inside files too; ``beside`` are images within the text and texts
    that say more than the body (they count as text, not as attachments). ``body_read`` is False when its own text could
    not be read. ``outside`` is what a forwarding colleague wrote around it. ``is_file``: the post is no mail, so its main
    document is the letter, and also the first attachment.
    """

    emne: str
    body: str
    quoted: str
    attachments: tuple[ReadPart, ...]
    beside: tuple[ReadPart, ...] = ()
    body_read: bool = True
    outside: str = ""
    forwarded: Forwarded | None = None
    summary: MailSummary | None = None
    is_file: bool = False


def find_letter(read: ReadPost, *, subject: str, from_colleague: bool, own_domains: tuple[str, ...]) -> Letter:
    """The letter of a post. ``subject`` is the channel's; ``from_colleague`` whether the sender is one of our own."""
    message = read.message
    if message is None:
        return _file(read, subject)
    if from_colleague:
        inner = _inner_mail(read, message, own_domains) or _inner_text(read, message, own_domains)
        if inner is not None:
            return inner
    return _mail(read, message, subject=message.subject or subject)


def is_signature(part: ReadPart) -> bool:
    """A signature of a mail: no text for anyone, so not having read it loses nothing.

    What a part is called counts only where its content tells nothing else and it is small.
    """
    named = part.declared_type in _SIGNATURES and part.media_type in _NOTHING_KNOWN
    return part.media_type in _SIGNATURES or (named and part.size_bytes <= _LARGEST_SIGNATURE)


def _file(read: ReadPost, subject: str) -> Letter:
    main = read.main
    rest = tuple(part for part in read.parts if part is not main)
    return Letter(
        emne=subject,
        body=main.text,
        quoted="",
        attachments=tuple(part for part in (main, *rest) if _is_attachment(part)),
        beside=tuple(part for part in rest if _says_more(read, part)),
        body_read=main.whole,
        is_file=True,
    )


def _mail(read: ReadPost, message: MailSummary, *, subject: str) -> Letter:
    """A mail with all that lies below it; the other documents of the post when it is the main one."""
    part = next(p for p in read.parts if p.ref == message.ref)
    below = [p for p in read.parts if p.ref.startswith(f"{message.ref}.")]
    if part is read.main:
        below += [p for p in read.parts if p.ref != part.ref and not p.ref.startswith(f"{part.ref}.")]
    body = "\n\n".join([message.body, *_richer(read, message)]).strip("\n")
    return Letter(
        emne=subject,
        body=body,
        quoted=message.quoted,
        attachments=tuple(p for p in below if _is_attachment(p)),
        beside=tuple(p for p in below if p.parent != message.ref and _says_more(read, p)) + _beside(read, message),
        body_read=part.whole,
        summary=message,
    )


def _is_attachment(part: ReadPart) -> bool:
    return part.kind not in (PartKind.BODY, PartKind.INLINE)


def _says_more(read: ReadPost, part: ReadPart) -> bool:
    """Whether a part that is no attachment holds text that its mail's summary does not: images, richer HTML."""
    if part.kind is not PartKind.BODY:
        return part.kind is PartKind.INLINE
    summary = next((m for m in read.messages if m.ref == part.parent), None)
    if summary is None or len(part.text) > _LOOKED_AT:
        return True
    return bool(_words(part.text) - _words(summary.body + " " + summary.quoted))


def _richer(read: ReadPost, message: MailSummary) -> list[str]:
    """The sender's own words in an HTML text that says more than the plain one: people see that one."""
    from robot.reading.mailtext import split

    known = _words(message.body + " " + message.quoted)
    found = []
    for part in read.children(message.ref):
        if part.kind is PartKind.BODY and part.media_type == "text/html":
            own = split(part.text)[0]
            if len(own) > _LOOKED_AT or _words(own) - known:
                found.append(own)
    return found


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]{3,}", text[:_LOOKED_AT].lower()))


def _beside(read: ReadPost, message: MailSummary) -> tuple[ReadPart, ...]:
    """Inline images, and what mail systems wrote about a delivery (``message/…``)."""
    return tuple(
        part
        for part in read.children(message.ref)
        if part.kind is PartKind.INLINE or (part.kind is PartKind.BODY and part.media_type.startswith("message/"))
    )


def _inner_mail(read: ReadPost, outer: MailSummary, own_domains: tuple[str, ...]) -> Letter | None:
    """The one mail that lies in a colleague's forward as an attachment, through several hands if need be."""
    inner_part: ReadPart | None = None
    message = outer
    outside: list[str] = []
    for _ in range(_MAX_DEPTH):
        found = _only_mail(read, message)
        if found is None or (inner_part is not None and not _is_colleague(message, own_domains)):
            break
        outside.append(message.subject + "\n" + message.body + "\n" + message.quoted)
        inner_part = found
        inner = next((m for m in read.messages if m.ref == found.ref), None)
        if inner is None:
            break
        message = inner
    if inner_part is None:
        return None
    if message.ref != inner_part.ref:
        return _unread_inner(read, inner_part, outside)
    letter = _mail(read, message, subject=message.subject)
    return Letter(
        emne=letter.emne,
        body=letter.body,
        quoted=letter.quoted,
        attachments=letter.attachments,
        beside=letter.beside,
        body_read=letter.body_read,
        outside="\n".join(outside),
        forwarded=Forwarded(
            name=message.from_name,
            address=message.from_address.lower(),
            day=mail_day(message),
            retning=_direction(message.from_address, own_domains),
            attached=True,
        ),
        summary=message,
    )


def _unread_inner(read: ReadPost, part: ReadPart, outside: list[str]) -> Letter:
    """The inner mail could not be read: nothing is known of what it says, and the colleague's words are not its own."""
    below = tuple(p for p in read.parts if p.ref == part.ref or p.ref.startswith(f"{part.ref}."))
    return Letter(
        emne="",
        body="",
        quoted="",
        attachments=below,
        body_read=False,
        outside="\n".join(outside),
        forwarded=Forwarded(name="", address="", day=None, retning="", attached=True),
    )


def _only_mail(read: ReadPost, message: MailSummary) -> ReadPart | None:
    """The mail that this mail passes on: the only thing attached, under a subject or a note that says no more."""
    children = read.children(message.ref)
    mails = [part for part in children if _is_mail(part)]
    others = [part for part in children if _is_attachment(part) and not _is_mail(part) and not is_signature(part)]
    if len(mails) != 1 or others:
        return None
    says_so = bool(_FORWARDED.match(message.subject)) or not message.subject.strip()
    return mails[0] if says_so or len(message.body) <= _SHORT_NOTE else None


def _is_mail(part: ReadPart) -> bool:
    return _is_attachment(part) and (
        part.kind is PartKind.MESSAGE or part.media_type in ("message/rfc822", "application/vnd.ms-outlook")
    )


def _inner_text(read: ReadPost, outer: MailSummary, own_domains: tuple[str, ...]) -> Letter | None:
    """The letter in the text of a colleague's forward, under the header block the mail program put there."""
    from robot.reading.mailtext import forwarded

    texts = [
        p.text for p in read.children(outer.ref) if p.kind is PartKind.BODY and not p.media_type.startswith("message/")
    ]
    found = forwarded("\n\n".join(texts) or outer.body + "\n\n" + outer.quoted, outer.subject)
    if found is None:
        return None
    whole = _mail(read, outer, subject=outer.subject)
    return Letter(
        emne=found.subject or without_prefixes(outer.subject),
        body=found.body,
        quoted="",
        attachments=whole.attachments,
        beside=whole.beside,
        body_read=whole.body_read,
        outside="\n".join((outer.subject, outer.body, outer.quoted)),
        forwarded=Forwarded(
            name=found.from_name,
            address=found.from_address.lower(),
            day=_written_day(found.date),
            retning=_direction(found.from_address, own_domains),
            attached=False,
        ),
        summary=outer,
    )


def without_prefixes(subject: str) -> str:
    """A subject without «VS:», «SV:», «Fwd:» and their kin in front."""
    for _ in range(_MAX_PREFIXES):
        match = _PREFIX.match(subject)
        if not match:
            break
        subject = subject[match.end() :]
    return subject.strip()


def mail_day(message: MailSummary) -> date | None:
    """The day of the mail as its sender saw it, None when the date is not to be believed."""
    return datetime.fromisoformat(message.date).date() if message.date else None


def is_own(address: str, own_domains: tuple[str, ...]) -> bool:
    """Whether an address lies in one of our domains or below one."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    return (
        bool(domain)
        and "@" in address
        and any(domain == own or domain.endswith(f".{own}") for own in (d.lower().lstrip("@") for d in own_domains))
    )


def _is_colleague(message: MailSummary, own_domains: tuple[str, ...]) -> bool:
    return is_own(message.from_address, own_domains)


def _direction(address: str, own_domains: tuple[str, ...]) -> str:
    if "@" not in address:
        return ""
    return "ut" if is_own(address, own_domains) else "inn"


def _written_day(text: str) -> date | None:
    """The day in a header block as a mail program wrote it («tirsdag 3. mars 2026 14:02»); None when unclear."""
    from robot.reading.mailheaders import believable_date
    from rules.extract import EXTRACTORS

    found = {extracted.date for extracted in EXTRACTORS["dato"](text[:200])}
    if len(found) == 1:
        return found.pop()
    iso = believable_date(text)
    return datetime.fromisoformat(iso).date() if iso else None
