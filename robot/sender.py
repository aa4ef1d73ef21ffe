"""Who vouches for the sender of a mail: DMARC, as told by the servers the configuration trusts. RFC 8601, RFC 7489. Pure."""

from __future__ import annotations

import re

from models.reading import MailSummary

_ID = re.compile(r"\s*\"?([^\s;\"]{1,255})\"?\s*(?:\d+\s*)?(?:;|\Z)")
_METHOD = re.compile(r"(?:\A|;)\s*dmarc\s*=\s*([a-z]{1,20})([^;]{0,2000})", re.IGNORECASE)
_FROM = re.compile(r"header\.from\s*=\s*\"?(?:[^\s\";@]{0,64}@)?([^\s\";]{1,255})", re.IGNORECASE)
_VERDICTS = {"pass": "bestått", "fail": "feilet"}


def dmarc(message: MailSummary, trusted_authserv: tuple[str, ...]) -> str:
    """«bestått», «feilet» or «mangler».

    Only the topmost header of a trusted server counts: whoever sent the mail can have written others below it. A mail with
    several senders passes for none of them (RFC 7489 6.6.1).
    """
    trusted = {name.lower() for name in trusted_authserv}
    for value in message.header("authentication-results"):
        plain = _without_comments(value)
        server = _ID.match(plain)
        if server is None or server[1].lower() not in trusted:
            continue
        method = _METHOD.search(plain)
        if method is None:
            return "mangler"
        verdict = _VERDICTS.get(method[1].lower(), "mangler")
        return "feilet" if verdict == "bestått" and not _aligned(message, method[2]) else verdict
    return "mangler"


def _aligned(message: MailSummary, properties: str) -> bool:
    if len(message.header("from")) > 1 or message.header("from")[:1] == ("",):
        return False
    domain = message.from_address.rpartition("@")[2].lower().rstrip(".")
    told = _FROM.search(properties)
    return bool(domain) and (told is None or told[1].lower().rstrip(".") == domain)


def _without_comments(value: str) -> str:
    """RFC 5322 comments out, nested ones too; text in quotation marks loses what could make it look like a result."""
    out: list[str] = []
    depth = 0
    quoted = escaped = False
    for char in value[:10_000]:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
        elif char == ")" and not quoted and depth:
            depth -= 1
            continue
        if not depth:
            # Text in quotation marks cannot name a method.
            out.append("_" if quoted and char in ";=" else char)
    return "".join(out)
