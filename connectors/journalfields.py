"""Values of public journals as ours, shared by the views: days, moments, numbers, roles and journalposttyper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from models.noark import Journalposttype
from models.noark import Korrespondanseparttype as Parttype

ROLES: Mapping[str, Parttype] = {
    "avsender": Parttype.AVSENDER,
    "medavsender": Parttype.AVSENDER,
    "mottaker": Parttype.MOTTAKER,
    "gruppemottaker": Parttype.MOTTAKER,
    "kopimottaker": Parttype.KOPIMOTTAKER,
    "intern avsender": Parttype.INTERN_AVSENDER,
    "intern mottaker": Parttype.INTERN_MOTTAKER,
    "intern kopimottaker": Parttype.INTERN_KOPIMOTTAKER,
} | {each.value.lower(): each for each in Parttype}
"""M087, texts (Noark 5 4.0 enumerates them) and codes, in lower case."""

TYPES: Mapping[str, Journalposttype] = {each.value: each for each in Journalposttype}


def day(text: str) -> date | None:
    """An ISO date, a date-time (its day) or yyyymmdd; None when it is none of them."""
    text = text.strip()
    if len(text) == 8 and text.isascii() and text.isdigit():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def number(text: str) -> int | None:
    """A whole number of at most 12 digits."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def moment(text: str) -> datetime | None:
    """An ISO date-time with zone; without one it is UTC. None when it is none."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def role(text: str) -> Parttype | None:
    """What a role as written means; older feeds write it as an address whose last part says it."""
    word = text.rpartition("/")[2].rpartition("#")[2]
    return ROLES.get(" ".join(word.lower().replace("_", " ").split()))
