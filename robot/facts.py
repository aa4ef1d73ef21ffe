"""A read post → the facts that rules ask for (rule-language.md, «hvis»). Pure: what is known, known absent, or *ukjent*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from models.facts import Facts, FactValue, Unknown, Vedlegg
from models.finding import Finding
from models.organisation import Organisation
from models.post import Envelope
from models.reading import MailSummary, PartKind, ReadPart, ReadPost
from robot.letter import Letter, find_letter, is_own, is_signature, mail_day
from robot.letterhead import document_date, references
from robot.meldingstype import kind_of
from robot.sender import dmarc
from rules import detectors

_GROUPS = frozenset({"text", "findings"})
_LATER = frozenset({"language"})

_MAX_SCANNED = 10_000_000
"""Characters of one post that the detectors see (about three seconds); what lies beyond counts as not scanned."""


def gather(
    *,
    envelope: Envelope,
    channel: str,
    inbox: str,
    source_label: str,
    read: ReadPost,
    org: Organisation,
    needs: frozenset[str],
    duplicate: str | None,
    answers_to: str | None,
) -> Facts:
    """The facts of one post.

    ``channel`` and ``inbox`` are «kanal» and «innboks»; ``source_label`` is the source's own label, whose last part gives
    the file name where the main document has none. ``duplicate`` is «sikker», «mulig» or None; ``answers_to`` what this
    post answers. ``needs`` names the groups the rules ask for; text and findings are always gathered, since deciding leaves
    nothing open that a detector marks, whatever the rules are about.

    Raises:
        ValueError: the rules need a group that is not gathered here (a bug in the caller).
    """
    if needs - _GROUPS - _LATER:
        raise ValueError(f"facts not gathered: {', '.join(sorted(needs - _GROUPS - _LATER))}")
    message = read.message
    sender = _sender(envelope, message, org)
    letter = find_letter(
        read,
        subject=envelope.subject,
        from_colleague=sender.get("avsender.intern") is True and kind_of(read) == "vanlig",
        own_domains=org.own_domains,
    )
    values: dict[str, FactValue | None] = {
        "kanal": channel,
        "innboks": inbox,
        "tjeneste": envelope.service,
        **sender,
        **_recipient(envelope, message, org),
        **_headers(message),
        **_forms(envelope, read),
        **_text(letter, read),
        **_forwarded(letter),
        "meldingstype": kind_of(read),
        "duplikat": duplicate,
        "svar_på": answers_to,
        "dato.mottatt": envelope.received_at,
        "dato.frist": envelope.due,
        "språk": envelope.language,
        "referanser": _one_or_all(envelope.references),
        "taushetsbelagt": envelope.confidential,
        "nivå": envelope.level,
        "filnavn": read.main.name or source_label.rpartition("/")[2],
    }
    values |= _letterhead(letter, envelope, org, answers_to)
    values["funn"] = _findings(letter, read, envelope, org)
    if "language" in needs:
        # Said by the pipeline at work (robot/language/desk.py); where there is none a rule that rests on it does not decide.
        values["kategori"] = values["kategori.sikkerhet"] = Unknown()
    known = {name: value for name, value in values.items() if value is not None and value != "" and value != ()}
    return Facts(values=known, groups=_GROUPS | (needs & _LATER))


def _sender(envelope: Envelope, message: MailSummary | None, org: Organisation) -> dict[str, FactValue | None]:
    name = (message.from_name if message else "") or envelope.sender_name
    address = ((message.from_address if message else "") or envelope.sender_address).lower()
    verdict = dmarc(message, org.trusted_authserv) if message else None
    mail_like = "@" in address
    return {
        "avsender.navn": name,
        "avsender.adresse": address,
        "avsender.domene": address.rpartition("@")[2] if mail_like else None,
        "avsender.orgnr": envelope.sender_orgnr,
        "avsender.fnr": envelope.sender_fnr,
        # A mail that failed DMARC only says that it comes from one of ours.
        "avsender.intern": (is_own(address, org.own_domains) and verdict != "feilet") if mail_like else None,
        "avsender.bekreftet": envelope.sender_verified or verdict == "bestått",
        "avsender.dmarc": verdict,
    }


def _recipient(envelope: Envelope, message: MailSummary | None, org: Organisation) -> dict[str, FactValue | None]:
    addresses = [envelope.recipient_address, *((*message.to, *message.cc) if message else ())]
    told = tuple(dict.fromkeys(address.lower() for address in addresses if address))
    units = [
        unit.kode
        for unit in org.enheter.values()
        if (unit.orgnr and unit.orgnr == envelope.recipient_orgnr) or (unit.epost and unit.epost.lower() in told)
    ]
    return {
        "mottaker.adresse": _one_or_all(told),
        "mottaker.orgnr": envelope.recipient_orgnr,
        "mottaker.enhet": _one_or_all(units),
    }


def _headers(message: MailSummary | None) -> dict[str, FactValue | None]:
    headers: dict[str, list[str]] = {}
    for name, value in message.headers if message else ():
        headers.setdefault(f"hode.{name.lower()}", []).append(value)
    return {name: _one_or_all(values) for name, values in headers.items()}


def _forms(envelope: Envelope, read: ReadPost) -> dict[str, FactValue | None]:
    """The fields by name; those of one form without its outermost element too, which only says that it is a form."""
    fields: dict[str, list[str]] = {}
    for source in (envelope.form, _without_root(read.forms), read.forms):
        for name, value in source.items():
            fields.setdefault(f"skjema.{name.lower()}", []).append(value)
    return {name: _one_or_all(values) for name, values in fields.items()}


def _without_root(forms: Mapping[str, str]) -> dict[str, str]:
    parts = [(name.partition("."), value) for name, value in forms.items()]
    if len({root for (root, _, _), _ in parts}) != 1:
        return {}
    return {rest: value for (_, _, rest), value in parts if rest}


def _one_or_all(values: Iterable[str]) -> FactValue | None:
    different = tuple(dict.fromkeys(value for value in values if value))
    return different[0] if len(different) == 1 else different or None


def _text(letter: Letter, read: ReadPost) -> dict[str, FactValue | None]:
    vedlegg = tuple(
        Vedlegg(navn=part.name, type=part.media_type, tekst=_whole_or_part(_own_text(part, read), whole=_read(part)))
        for part in letter.attachments
        if not is_signature(part)
    )
    unread_inner = not letter.body_read and letter.forwarded is not None and letter.summary is None
    return {
        "emne": Unknown() if unread_inner else letter.emne,
        "brødtekst": _whole_or_part(letter.body, whole=letter.body_read),
        "sitert": Unknown() if unread_inner else letter.quoted,
        "tekst": _whole_or_part(_all_text(letter, read), whole=_all_read(letter)),
        "vedlegg": vedlegg,
    }


def _own_text(part: ReadPart, read: ReadPost) -> str:
    """A part's text; of a mail within, its subject and its texts (they are parts of their own in the tree)."""
    summary = next((m for m in read.messages if m.ref == part.ref), None)
    if summary is None:
        return part.text
    return "\n\n".join(text for text in (summary.subject, summary.body, summary.quoted) if text)


def _all_text(letter: Letter, read: ReadPost) -> str:
    """The body and everything attached to it or shown in it."""
    attached = [part for part in letter.attachments if not (letter.is_file and part is read.main)]
    texts = [letter.body, *(_own_text(part, read) for part in attached), *(part.text for part in letter.beside)]
    return "\n\n".join(text for text in texts if text.strip())


def _all_read(letter: Letter) -> bool:
    return letter.body_read and all(_read(part) for part in (*letter.attachments, *letter.beside))


def _read(part: ReadPart) -> bool:
    return part.whole or is_signature(part)


def _whole_or_part(text: str, *, whole: bool) -> str | Unknown:
    return text if whole else Unknown(known=text if text.strip() else None)


def _forwarded(letter: Letter) -> dict[str, FactValue | None]:
    inner = letter.forwarded
    if inner is None:
        return {}
    return {
        "videresendt.avsender": _one_or_all((inner.name, inner.address)),
        "videresendt.dato": inner.day,
        "videresendt.retning": inner.retning,
    }


def _letterhead(
    letter: Letter, envelope: Envelope, org: Organisation, answers_to: str | None
) -> Mapping[str, FactValue | None]:
    """References as the channel gives them, else from the letter; and the date on the letter.

    A reference that might stand in the letter itself where that could not be read is *ukjent*. An attachment that could
    not be read does not make it so: such post goes on, with status M at most (design.md section 4, stage 3); else one
    broken picture would hold every rule below the one for replies.
    """
    ours: list[str] = []
    theirs: list[str] = []
    documents = [part.text for part in letter.attachments if part.text.strip()]
    told = _one_or_all((envelope.our_ref, answers_to or ""))
    for text in (letter.emne, letter.body, *documents):
        our, their = references(text)
        ours += our
        theirs += their
    return {
        "vår_ref": told or _found_or_unknown(ours, letter.body_read),
        "avsenders_ref": envelope.sender_ref or _found_or_unknown(theirs, letter.body_read),
        "dato.dokument": _document_date(letter, documents, envelope, org),
    }


def _found_or_unknown(found: list[str], read: bool) -> FactValue | None:
    value = _one_or_all(found)
    return Unknown() if value is None and not read else value


def _document_date(letter: Letter, documents: list[str], envelope: Envelope, org: Organisation) -> FactValue | None:
    """The date of the letter itself: that of a file's head; of a mail, the attached letter's, else its own Date."""
    received = envelope.received_at.astimezone(ZoneInfo(org.zone)).date()
    if envelope.dated is not None and envelope.dated <= received:
        return envelope.dated
    texts = [letter.body] if letter.is_file else documents
    days = {day for text in texts if (day := document_date(text, received)) is not None}
    if days:
        return days.pop() if len(days) == 1 else None
    # A date that somebody's mail program wrote over a forwarded text is a proposal only (noark5.md, M082).
    by_hand = letter.forwarded is not None and not letter.forwarded.attached
    if letter.summary is None or by_hand:
        return None
    day = mail_day(letter.summary)
    return day if day is not None and day <= received else None


def _findings(letter: Letter, read: ReadPost, envelope: Envelope, org: Organisation) -> FactValue:
    """What the detectors see anywhere in the post: the letter, what lies around it, every file and its name, the form."""
    found: list[Finding] = []
    whole = _all_read(letter) and all(_read(part) for part in read.parts)
    room = _MAX_SCANNED
    for sted, text in _places(letter, read, envelope):
        whole = whole and len(text) <= room
        found += detectors.scan(text[:room], sted=sted, own_numbers=org.own_numbers)
        room -= min(room, len(text))
    findings = tuple(found)
    return findings if whole else Unknown(known=findings)


def _places(letter: Letter, read: ReadPost, envelope: Envelope) -> Iterable[tuple[str, str]]:
    yield "emne", letter.emne
    yield "brødtekst", letter.body
    yield "sitert", letter.quoted
    yield "videresending", letter.outside
    if envelope.subject and envelope.subject != letter.emne:
        yield "kanalens emne", envelope.subject
    beside = {part.ref for part in letter.beside}
    for part in read.parts:
        yield f"filnavn:{part.ref}", part.name
        # Texts of mails are scanned as body, quoted and outside above, or as their mail's own text here.
        body = part.kind is PartKind.BODY and part.ref not in beside
        counted = letter.summary is not None and part.ref == letter.summary.ref
        if not body and not counted and part is not read.main:
            yield f"vedlegg:{part.ref}", _own_text(part, read)
    fields = [*envelope.form.items(), *read.forms.items()]
    yield "skjema", "\n".join(f"{name.rpartition('.')[2]}: {value}" for name, value in fields)
