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
    title = _SPACE.sub(" ", raw).strip(" -–")
    for finding in sorted(scan(title), key=lambda f: f.start, reverse=True):
        if finding.alvor is not Severity.NOTE:
            title = f"{title[: finding.start]}*****{title[finding.end :]}"
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1].rstrip() + "…"


def public_title(tittel: str, given: str, skjerming: Skjerming | None, scan: Scan) -> str:
    """The title the public may see.

    What the rule or a person gave wins; an open entry shows its title; one shielded by words shows stars for them
    (noark5.md section 5); anything else shows nothing of the title.
    """
    if given:
        return clean_title(given, scan)
    if skjerming is None:
        return tittel
    if skjerming.temporary:
        return PUBLIC_WHEN_TEMPORARY
    if skjerming.ord:
        return clean_title(_starred(tittel, skjerming.ord), scan)
    hides_title = {
        SkjermingMetadata.TITTEL_REGISTRERING_ORD,
        SkjermingMetadata.TITTEL_REGISTRERING_UNNTATT_FOERSTE_LINJE,
        SkjermingMetadata.TITTEL_MAPPE_ORD,
        SkjermingMetadata.TITTEL_MAPPE_UNNTATT_FOERSTE_LINJE,
    }
    return PUBLIC_WHEN_SHIELDED if hides_title & set(skjerming.skjul) else tittel


def _starred(title: str, words: Sequence[str]) -> str:
    for word in words:
        if word:
            title = re.sub(re.escape(word), "*" * 5, title, flags=re.IGNORECASE)
    return title
