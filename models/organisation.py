"""What judging and deciding need to know of an organisation: its words, units, codes and calendar. Frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Enhet:
    """A row of the unit register ``enheter.csv`` (orgnr,kode,navn,arkivdel,klasse,saksansvarlig)."""

    kode: str
    navn: str
    orgnr: str = ""
    arkivdel: str = ""
    klasse: str = ""
    saksansvarlig: str = ""
    epost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tilgangskode:
    """An access code of the organisation; ``kun_deler`` whether only parts of a document may be withheld by it."""

    kode: str
    navn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The parameters of one organisation.

    ``zone`` is an IANA name. ``own_domains`` are mail domains whose senders are internal. ``forward_channels`` are those
    set up (``epost`` …). ``arkivdeler`` maps code → status letter where known; empty means it cannot be checked.
    ``klasser`` likewise empty when not known. ``trusted_authserv`` are the authserv-ids whose Authentication-Results
    count. ``channels`` are those its sources bring post by; empty: not known. ``own_numbers`` are account and phone numbers
    of its own that no detector shall report.
    """

    orgnr: str
    name: str
    zone: str = "Europe/Oslo"
    own_domains: tuple[str, ...] = ()
    own_numbers: tuple[str, ...] = ()
    enheter: Mapping[str, Enhet] = field(default_factory=dict)
    arkivdeler: tuple[str, ...] = ()
    klasser: tuple[str, ...] = ()
    tilgangskoder: Mapping[str, Tilgangskode] = field(default_factory=dict)
    forward_channels: tuple[str, ...] = ()
    forward_domains: tuple[str, ...] = ()
    trusted_authserv: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
