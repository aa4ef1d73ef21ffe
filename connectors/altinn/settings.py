"""Settings of the Altinn sources, as the sources themselves take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

PRODUCTION = "https://platform.altinn.no"
TEST = "https://platform.tt02.altinn.no"

READ_SCOPES = ("altinn:correspondence.read", "digdir:dialogporten")
"""What a recipient needs. Never ``altinn:correspondence.write``: with it Altinn takes us for a sender, registers no fetch,
and refuses markasread and confirm (1024, 1025)."""

FORM_SCOPES = ("altinn:serviceowner/instances.read", "altinn:serviceowner/instances.write")

INTERMEDIARIES = ("991825827", "971032146")
"""Digdir (eFormidling) and KS: they send on behalf of others, whose number stands in ``propertyList.senderOrgNumber``."""


class Confirm(StrEnum):
    """When a letter that asks for it is confirmed. It is a legal act, so only the archive's receipt does it unasked."""

    ARCHIVED = "arkivert"
    ALWAYS = "alltid"
    NEVER = "aldri"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSettings:
    """How Altinn is reached. At most ``parallel`` calls at once and ``per_second`` a second (0: no limit), over all
    sources on the same platform in this process."""

    connection: str
    platform: str = PRODUCTION
    ca_file: Path | None = None
    proxy: str = ""
    subscription_key: Callable[[], str] | None = None
    timeout_s: float = 90.0
    parallel: int = 4
    per_second: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AltinnSettings:
    """One organisation's inbox in Altinn 3.

    ``orgnr`` is the organisation of the system user. ``parties`` limits it to these organisation numbers; empty: all that
    the system user has rights for when ``sub_units``, else ``orgnr`` alone. ``own_code`` is the organisation's own code as
    a service owner (what it sends itself is not fetched). ``migrated`` also takes what was moved from Altinn 2.
    ``hosts`` are issuers' hosts that content of dialogs may be fetched from. ``first_days``: how far back the very first
    look goes; ``overlap_h`` how far back each look overlaps the one before; ``window_days`` and ``night_days`` how far back
    lists of letters are asked for by day and by night. ``index`` is the file of what is known.
    """

    platform: PlatformSettings
    orgnr: str
    index: Path
    name: str = "altinn"
    parties: tuple[str, ...] = ()
    sub_units: bool = True
    own_code: str = ""
    skip_resources: tuple[str, ...] = ()
    confidential_resources: tuple[str, ...] = ()
    migrated: bool = False
    confirm: Confirm = Confirm.ARCHIVED
    intermediaries: tuple[str, ...] = INTERMEDIARIES
    hosts: tuple[str, ...] = ()
    first_days: int = 30
    overlap_h: int = 24
    window_days: int = 14
    night_days: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSettings:
    """Forms made in Altinn Studio that the organisation receives as service owner.

    ``own_code`` is its code in Altinn (``eks``). ``apps`` limits it to these app names; empty: all. ``titles`` are what
    people call an app. ``pdf_wait_s``: how long the receipt (PDF) is waited for after the form was sent in.
    ``identity_numbers``: whether the fødselsnummer of whoever sent it in goes along as a field of the form. ``first_days``:
    how far back the nightly reconciliation goes. ``index`` is the file of what is known.
    """

    platform: PlatformSettings
    own_code: str
    index: Path
    name: str = "skjema"
    apps: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    pdf_wait_s: float = 900.0
    identity_numbers: bool = False
    first_days: int = 60
