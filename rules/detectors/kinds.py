"""What the detectors answer with: label, level, where, how sure, and which explanation took a number away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Label(StrEnum):
    """Categories of sensitive data; the names that ``postrobot scan`` prints."""

    FNR = "FNR"
    DNR = "DNR"
    FNR_TYPO = "FNR_TYPO"
    FNR_RELAXED = "FNR_RELAXED"
    PERSONNR5 = "PERSONNR5"
    DUF = "DUF"
    ACCOUNT = "ACCOUNT"
    IBAN = "IBAN"
    CARD = "CARD"
    PASSPORT = "PASSPORT"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    ADDRESS = "ADDRESS"
    BIRTHDATE = "BIRTHDATE"
    PLATE = "PLATE"
    CREDENTIAL = "CREDENTIAL"
    NAME = "NAME"
    HEALTH = "HEALTH"
    CHILD_WELFARE = "CHILD_WELFARE"
    SOCIAL = "SOCIAL"
    CRIMINAL = "CRIMINAL"
    CUSTODY = "CUSTODY"
    SPECIAL_ED = "SPECIAL_ED"
    UNION = "UNION"
    RELIGION = "RELIGION"
    ETHNICITY = "ETHNICITY"
    SEXUAL = "SEXUAL"
    PROTECTED_ADDR = "PROTECTED_ADDR"


class Level(StrEnum):
    """How grave. BLOCK of sensitive-data.md is CRITICAL (exposes a person wherever it stands) or ERROR, REVIEW is WARNING,
    NOTE is INFO."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for INFO to 3 for CRITICAL."""
        return ("info", "warning", "error", "critical").index(self.value)


class Place(StrEnum):
    """Where a text stands: a title or a party of a journal entry, or the text of a document. Titles are judged harder."""

    TITLE = "title"
    TEXT = "text"


class Explanation(StrEnum):
    """Why digits (or an address) that look like something are not it. The values are for people."""

    KID = "KID"
    INVOICE = "faktura-, ordre- eller kundenummer"
    REFERENCE = "referanse"
    CASE = "saksnummer eller journalnummer"
    PROPERTY = "gårds-, bruks-, feste- eller seksjonsnummer"
    PLAN = "plan-ID"
    ORGNR = "organisasjonsnummer"
    ISBN = "ISBN eller ISSN"
    EAN = "strekkode (EAN)"
    IMEI = "IMEI"
    GUID = "GUID eller annen lang teknisk id"
    METER = "målepunkt"
    WATER_METER = "vannmåler"
    COORDINATE = "koordinat"
    AMOUNT = "beløp"
    CPV = "CPV-kode"
    STANDARD = "standard, lov eller forskrift"
    LEDGER = "kontostreng eller KOSTRA"
    DATES = "dato eller datoperiode"
    TRACKING = "sporingsnummer"
    OWN = "organisasjonens eget"
    ORGANISATION = "tilhører en virksomhet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """One thing found. ``start`` and ``end``: characters of the text as it was given, end exclusive.

    ``confidence`` is 0.0–1.0, by the rule that hit: what share of its hits we expect to be right. ``masked`` shows at most
    the first two and last two characters of a value, never a whole one. ``rule`` is the detector's id and version.
    ``reason`` is one sentence in Norwegian for people, without the value. ``synthetic``: a number of the test population.
    ``ocr``: letters were read as the digits they look like.
    """

    label: Label
    level: Level
    start: int
    end: int
    confidence: float
    masked: str
    rule: str
    reason: str
    synthetic: bool = False
    ocr: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Something that looks sensitive and is not, with why."""

    start: int
    end: int
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is the organisation's own and never a finding: accounts and phones (written in any way), e-mail domains (and all
    below them), whole e-mail addresses, street addresses as written."""

    numbers: frozenset[str] = field(default_factory=frozenset)
    domains: frozenset[str] = field(default_factory=frozenset)
    addresses: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, numbers: Sequence[str] = (), domains: Sequence[str] = (), addresses: Sequence[str] = ()) -> Own:
        """From what people write in a configuration."""
        return cls(
            numbers=frozenset("".join(c for c in number if c.isdigit()) for number in numbers),
            domains=frozenset(domain.lower().lstrip("@") for domain in domains),
            addresses=frozenset(address.casefold().strip() for address in addresses),
        )


class Names(Protocol):
    """Finds names of persons. The robot hands its language pipeline in; the rules know only this."""

    def __call__(self, texts: Sequence[str]) -> Sequence[Sequence[tuple[int, int]]]:
        """Spans (start, end exclusive) of persons' names in each text, in order, without overlap."""
        ...
