"""The text of a mail → what the sender wrote now, and the older thread with the signature. Pure; linear on any input.

Knows the thread marks of Outlook, Gmail, Apple Mail and Thunderbird in bokmål, nynorsk, Danish, Swedish and English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAX_LINE = 1_000
_FIELDS = {
    "fra": "from", "frå": "from", "från": "from", "from": "from", "avsender": "from",
    "sendt": "date", "sent": "date", "skickat": "date", "dato": "date", "date": "date", "datum": "date",
    "til": "to", "to": "to", "till": "to", "mottaker": "to",
    "kopi": "cc", "kopi til": "cc", "cc": "cc", "kopia": "cc",
    "emne": "subject", "subject": "subject", "ämne": "subject",
    "viktighet": "", "prioritet": "", "importance": "", "vedlegg": "", "attachments": "", "svar til": "", "reply-to": "",
}  # fmt: skip
_FIELD = re.compile(r"[>*_\s]{0,20}([A-Za-zÅÆØåæøäÄ-]{2,12}(?: til)?)\s?:[*_\s]{0,5}(.*)\Z")
_SEPARATOR = re.compile(
    r"[>\s]{0,20}[-_]{2,40}\s{0,3}(?:opprinnelig(?:e)?\s(?:melding|e-post)|original(?:\smessage)?|opphavleg\smelding|"
    r"ursprungligt\smeddelande|oprindelig\smeddelelse)\s{0,3}[-_]{2,40}\s*\Z",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"[>\s]{0,20}(?:[-_]{2,40}\s{0,3}(?:videresendt\s(?:melding|e-post)|vidaresend(?:t)?\s(?:melding|e-post)|"
    r"forwarded\smessage)\s{0,3}[-_]{2,40}|begin\sforwarded\smessage:|start\spå\svideresendt\s(?:melding|e-post):|"
    r"videresendt\smelding:)\s*\Z",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_\u2014\u2500]{8,200}\s*\Z")
_WROTE_START = re.compile(
    r"\s{0,10}(?:den\b|på\b|on\b|kl\.?\s|(?:man|tir|tys|ons|tor|fre|lør|laur|søn|sun|mon|tue|wed|thu|fri|sat)[a-zø]{0,6}\.?,?\s"
    r"|\d{1,4}[./-]\s?\d|\d{1,2}\.\s?[a-z]{3})",
    re.IGNORECASE,
)
_WROTE_WHO = re.compile(r".{0,300}(?:@|<|\d{4}).{0,300}\Z", re.DOTALL)
_SIGN_OFF = re.compile(
    r"\s{0,10}(?:(?:med\s)?(?:venn?lige?|venleg|beste?|hjertelig|hjerteleg|høflig|mange|gode?)\s(?:hilsen(?:er)?|helsing(?:ar)?)|"
    r"(?:med\s)?hilsen|helsing|m\.?v\.?h\.?|mvh|vh|vennlegast|"
    r"(?:kind|best|warm|many)?\s?regards|sincerely|yours\s(?:sincerely|faithfully)|med\svänliga?\shälsning(?:ar)?)"
    r"[\s,.!:]{0,10}([^\n]{0,60})\Z",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"\s{0,10}(?:sendt fra (?:min |min\s)?(?:iphone|ipad|samsung|android|mobil|telefon|outlook|e-post|yahoo|huawei)"
    r"|sent from (?:my |mail |outlook|yahoo)|sendt frå |få outlook for |hent outlook for |get outlook for )",
    re.IGNORECASE,
)
_MAX_SIGNATURE_LINES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardedHeader:
    """What stood over the message that was passed on; ``date`` as written; fields are empty when missing.

    ``intro`` is what the forwarder wrote above it.
    """

    from_name: str
    from_address: str
    date: str
    subject: str
    body: str
    intro: str


def split(text: str) -> tuple[str, str]:
    """``(own text, older thread and signature)``; both stripped of empty lines at the ends, together all of the text.

    The thread begins at the first mark that a mail program puts over an older message. Answers written between «>»
    lines belong to the sender: such a mail is not cut before its last own paragraph.
    """
    lines = text.split("\n")
    cut = _thread_start(lines)
    own = lines[:cut]
    signature = _signature_start(own)
    return _joined(own[:signature]), _joined(own[signature:] + lines[cut:])


def forwarded(text: str, subject: str = "") -> ForwardedHeader | None:
    """The inner message when the text is a forward, else None.

    A forward has a mark of its own («Videresendt melding»), or a subject that says so («VS:», «Vs:», «Fwd:», «FW:») and
    an Outlook header block in the text.
    """
    lines = text.split("\n")
    says_so = bool(re.match(r"\s*(?:vs|fw|fwd|videresend(?:t|er)?|vidaresend(?:t)?|vb)\s?:", subject, re.IGNORECASE))
    for number, line in enumerate(lines):
        marked = bool(_FORWARD.match(line[:_MAX_LINE]))
        at = number
        while marked and at < min(number + 5, len(lines) - 1) and (at == number or not lines[at].strip()):
            at += 1
        block = _header_block(lines, at)
        if block is None and not marked:
            continue
        if not marked and not says_so:
            return None
        if block is None:
            continue
        fields, end = block
        name, address = _person(fields.get("from", ""))
        return ForwardedHeader(
            from_name=name,
            from_address=address,
            date=fields.get("date", ""),
            subject=fields.get("subject", ""),
            body=split(_unquoted(lines[end:]))[0],
            intro=_joined(lines[:number]),
        )
    return None


def _unquoted(lines: list[str]) -> str:
    filled = [line for line in lines[:200] if line.strip()]
    if filled and all(line.startswith(">") for line in filled):
        return "\n".join(re.sub(r"\A> ?", "", line) for line in lines)
    return "\n".join(lines)


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n \t")


def _thread_start(lines: list[str]) -> int:
    """The number of the first line of the older thread; the number of lines when there is none."""
    for number, line in enumerate(lines):
        short = line[:_MAX_LINE]
        if not short.strip():
            continue
        if _SEPARATOR.match(short) or _FORWARD.match(short):
            return number
        if _wrote(lines, number):
            return number if _only_quotes_after(lines, number) else _last_quote_run(lines)
        if _header_block(lines, number) is not None:
            above = number - 1
            while above >= 0 and not lines[above].strip():
                above -= 1
            return above if above >= 0 and _RULE.match(lines[above][:_MAX_LINE]) else number
    return _last_quote_run(lines)


def _wrote(lines: list[str], number: int) -> bool:
    """Whether «Den 3. mars 2026 skrev Kari <…>:» stands here, in one line or broken over three."""
    if not _WROTE_START.match(lines[number][:_MAX_LINE]) and "@" not in lines[number][:_MAX_LINE]:
        return False
    joined = ""
    for line in lines[number : number + 3]:
        if not line.strip():
            return False
        joined = f"{joined} {line.strip()}"[: _MAX_LINE + 1]
        if len(joined) > _MAX_LINE:
            return False
        found = _wrote_end(joined)
        if found:
            return bool(_WROTE_WHO.match(joined))
    return False


def _wrote_end(joined: str) -> bool:
    if not joined.rstrip().endswith(":"):
        return False
    return bool(re.search(r"\b(?:skrev|skreiv|wrote|schrieb)\b", joined, re.IGNORECASE))


def _only_quotes_after(lines: list[str], number: int) -> bool:
    """Whether the sender wrote nothing between or below «>» lines. Without «>» lines all below is the thread."""
    rest = lines[number + 1 :]
    quoted = [at for at, line in enumerate(rest) if line.startswith(">")]
    if not quoted:
        return True
    # The head line may be broken over three lines; its end is no answer.
    head = next((at for at in range(-1, 2) if lines[number + 1 + at].rstrip().endswith(":")), -1)
    own = [line for line in rest[head + 1 :] if line.strip() and not line.startswith(">")]
    return not own or _all_signature(own)


def _all_signature(own: list[str]) -> bool:
    return (
        own[0].rstrip() == "--"
        or bool(_SIGN_OFF.match(own[0][:_MAX_LINE]))
        or bool(_SENT_FROM.match(own[0][:_MAX_LINE]))
    )


def _last_quote_run(lines: list[str]) -> int:
    """The start of the «>» lines that end the text, when nothing but white space follows them."""
    at = len(lines)
    seen = False
    while at > 0:
        line = lines[at - 1]
        if line.startswith(">"):
            seen = True
        elif line.strip():
            break
        at -= 1
    return at if seen else len(lines)


def _header_block(lines: list[str], number: int) -> tuple[dict[str, str], int] | None:
    """The fields of an Outlook header block at this line and where it ends: a sender, and two more of date, to, subject."""
    fields: dict[str, str] = {}
    at = number
    last = ""
    while at < len(lines) and at < number + 12:
        line = lines[at][:_MAX_LINE]
        found = _FIELD.match(line)
        key = _FIELDS.get(found.group(1).lower()) if found else None
        if found and key is not None:
            if key == "from" and "from" in fields:
                break
            if key and key not in fields:
                fields[key] = found.group(2).strip(" *_")
            last = key
        elif not line.strip("> \t*"):
            # Some programs put an empty line between the fields.
            if len(fields) >= 3 or not fields:
                break
        elif last in ("to", "cc", "subject") and fields:
            fields[last] = f"{fields[last]} {line.strip()}"[:_MAX_LINE]
        else:
            break
        if not fields:
            return None
        if at == number and "from" not in fields and key is None:
            return None
        at += 1
    if len({"from", "date", "to", "subject"} & fields.keys()) < 3 or "from" not in fields:
        return None
    return fields, at


def _person(value: str) -> tuple[str, str]:
    found = re.search(r"[<\[(]?(?:mailto:)?([^\s<>\[\]();,\"]{1,100}@[^\s<>\[\]();,\"]{1,200})[>\])]?", value)
    name = (value[: found.start()] if found else value).strip(" \"'<[(")
    return name, found.group(1) if found else ""


def _signature_start(lines: list[str]) -> int:
    """The first line of the signature: «-- », a sign-off near the end, or «Sendt fra min iPhone»."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number in filled[1:]:
        if lines[number] in ("-- ", "--"):
            return number
    # A sign-off counts only near the end, and never as the first thing: «Hilsen» may open a letter.
    tail = filled[-_MAX_SIGNATURE_LINES:]
    for number in tail:
        if number == filled[0]:
            continue
        if _SENT_FROM.match(lines[number][:_MAX_LINE]) or _sign_off(lines[number]):
            return number
    return len(lines)


def _sign_off(line: str) -> bool:
    found = _SIGN_OFF.match(line[:200])
    if not found:
        return False
    rest = found.group(1).strip()
    # «Med vennlig hilsen Kari Nordmann» is one; «Hilsen fra hele klassen ble lest opp i går» is a sentence.
    return len(rest.split()) <= 4 and not rest.endswith(("?", "!")) and not re.match(r"[a-zæøå]", rest)
