"""Titles fit for a journal: one line, bounded, no identity number or secret, and a public form of a shielded one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from models.finding import Finding, Severity
from models.noark import Skjerming, SkjermingMetadata

MAX_TITLE = 400
"""Characters. Longer titles are cut with «…»; the original stands in the document."""

PUBLIC_WHEN_TEMPORARY = "Ikke vurdert – midlertidig unntatt"
PUBLIC_WHEN_SHIELDED = "Unntatt offentlighet"

Scan = Callable[[str], Sequence[Finding]]

_SPACE = re.compile(r"\s+")


def clean_title(raw: str, scan: Scan) -> str:
    """``raw`` on one line, every finding in it replaced by stars, cut to :data:`MAX_TITLE`."""
    return cut(whole_title(raw, scan))


def whole_title(raw: str, scan: Scan) -> str:
    """The same before it is cut: words to be hidden are sought in this, so that none stands half at the cut."""
    title = _SPACE.sub(" ", raw).strip(" -–")
    for finding in sorted(scan(title), key=lambda f: f.start, reverse=True):
        if finding.alvor is not Severity.NOTE:
            title = f"{title[: finding.start]}*****{title[finding.end :]}"
    return title


def cut(title: str) -> str:
    """At most :data:`MAX_TITLE` characters, with «…» where it was longer."""
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1].rstrip() + "…"


HIDES_TITLE = frozenset(
    {
        SkjermingMetadata.TITTEL_REGISTRERING_ORD,
        SkjermingMetadata.TITTEL_REGISTRERING_UNNTATT_FOERSTE_LINJE,
        SkjermingMetadata.TITTEL_MAPPE_ORD,
        SkjermingMetadata.TITTEL_MAPPE_UNNTATT_FOERSTE_LINJE,
    }
)


def public_title(tittel: str, given: str, skjerming: Skjerming | None, scan: Scan) -> str:
    """The title the public may see; ``tittel`` is the whole one, not yet cut.

    What the rule or a person gave wins, with what is shielded by words starred in it too; an open entry shows its
    title; one shielded by words shows stars for them (noark5.md section 5), or nothing when none of them is found in
    it; anything else shows nothing of the title.
    """
    if given:
        whole = whole_title(given, scan)
        return cut(whole if skjerming is None else _starred(whole, skjerming.ord))
    if skjerming is None:
        return cut(tittel)
    if skjerming.temporary:
        return PUBLIC_WHEN_TEMPORARY
    starred = _starred(tittel, skjerming.ord)
    if starred != tittel:
        return cut(starred)
    return PUBLIC_WHEN_SHIELDED if HIDES_TITLE & set(skjerming.skjul) or skjerming.ord else cut(tittel)


def _starred(title: str, words: Sequence[str]) -> str:
    for word in words:
        pattern = r"\s+".join(re.escape(piece) for piece in word.split())
        if pattern:
            title = re.sub(pattern, "*" * 5, title, flags=re.IGNORECASE)
    return title
