"""A letter's parts by what they are worth: subject, the letter itself, and the older thread below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST = 6_000
"""Characters that are looked at: subject and first pages say what a letter is about."""
_LONGEST_SUBJECT = 200
_SHORT_BODY = 160
"""Characters of a covering note: below this, what counts is what it forwards."""

_PREFIX = re.compile(r"^(?:(?:re|sv|vs|fw|fwd|videresend|vidaresend|ad|aw|wg)\s*(?:\[\d+\])?\s*:\s*)+", re.I)
_FORWARDS = re.compile(r"^(?:(?:re|sv)\s*:\s*)*(?:vs|fw|fwd|videresend|vidaresend)\s*:", re.I)
_MARK = re.compile(
    r"^[\s>*_]*-{2,}\s*(?:opprinnelig|opphavleg|opprinneleg|original|videresendt|vidaresendt|forwarded)[^\n]*$"
    r"|^[\s>*_]*(?:begin|start)\s+(?:forwarded|videresendt)[^\n]*$"
    r"|^[\s>]*(?:den|på|on)\s[^\n]{6,80}\s(?:skrev|skreiv|wrote)[^\n]{0,80}:\s*$",
    re.I | re.M,
)
_HEADER = re.compile(
    r"^[\s>*_]*(fra|frå|til|kopi|cc|sendt|dato|emne|from|to|sent|date|subject)[*_]*\s*:[ \t]*([^\n]*)$", re.I | re.M
)
_SUBJECT_WORDS = ("emne", "subject")
_LABEL = re.compile(r"^(?:emne|subject|tittel|gjelder|gjeld|vedr\.?|vedrørende|vedrørande|ang\.?)\s*:\s*", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """``subject`` has every subject line found, also those inside; ``forwards``: the older part is what was sent on."""

    subject: str
    body: str
    older: str
    forwards: bool


def split(text: str) -> Zones:
    """Never loses a word but names of senders and recipients in an older thread's heading."""
    text = text[:_LONGEST]
    mark = _MARK.search(text)
    start = mark.start() if mark else _header_block(text)
    own, older = (text, "") if start is None else (text[:start], text[mark.end() if mark else start :])
    lines = [line.strip() for line in own.splitlines() if line.strip()]
    quoted = [line.lstrip("> ") for line in lines if line.startswith(">")]
    lines = [line for line in lines if not line.startswith(">")]
    first = lines[0] if lines else ""
    has_subject = len(first) <= _LONGEST_SUBJECT and (len(lines) > 1 or bool(older))
    subjects = [_bare(first)] if has_subject else []
    body = "\n".join(lines[1:] if has_subject else lines)
    inner = [value for name, value in _HEADER.findall(older) if name.lower() in _SUBJECT_WORDS]
    subjects += [bare for bare in map(_bare, inner) if bare and bare not in subjects]
    older = _HEADER.sub(" ", older) + "\n".join(quoted)
    forwards = bool(older) and (bool(_FORWARDS.match(first)) or len(body) < _SHORT_BODY)
    return Zones(subject="\n".join(subjects), body=body, older=older, forwards=forwards)


def _bare(subject: str) -> str:
    return _PREFIX.sub("", _LABEL.sub("", subject.strip())).strip()


def _header_block(text: str) -> int | None:
    """Where a mail program's heading begins in the middle: three heading lines in a row, not at the top."""
    found = list(_HEADER.finditer(text))
    for a, _, c in zip(found, found[1:], found[2:], strict=False):
        if a.start() > 0 and text[a.start() : c.start()].count("\n") <= 4:
            return a.start()
    return None
