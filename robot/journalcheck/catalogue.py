"""THE catalogue of checks: what each is, how grave, on which provision, and where it is written.

Ids and severities are those of public-journal.md section 3. Titles stand in ``robot/texts_journal.py`` under the id, proposed
actions there under ``journal.do.<action>``. A test holds every row to an example that hits and one that does not.
"""

# ruff: noqa: E501 (a table: one check a line reads best)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave a finding is, as machines are told it; CRITICAL: sensitive data are public now."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """3 for critical down to 0 for info."""
        return 3 - list(Level).index(self)


class Where(StrEnum):
    """RULE: a rule file in ``rules/felles/journal_*.yaml``; CODE: ``robot/journalcheck/checks_*.py``; FILES: the look into
    published files (``checks_h.py``)."""

    RULE = "rule"
    CODE = "code"
    FILES = "files"


class Needs(StrEnum):
    """PUBLIC: the published entry alone. STATISTICS: what is known of all of them. ARCHIVE: the archive too (or alone).
    STORE: the robot's own database."""

    PUBLIC = "public"
    STATISTICS = "statistics"
    ARCHIVE = "archive"
    STORE = "store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check. ``basis`` is a row of rules/hjemler.csv, or empty; ``labels`` the detectors it stands on; ``names``: it stands
    on names of persons."""

    id: str
    level: Level
    basis: str
    action: str
    where: Where
    needs: Needs = Needs.PUBLIC
    labels: tuple[str, ...] = ()
    names: bool = False

    @property
    def family(self) -> str:
        """A to H."""
        return self.id[3]


_C, _E, _W, _I = Level.CRITICAL, Level.ERROR, Level.WARNING, Level.INFO
_R, _K, _F = Where.RULE, Where.CODE, Where.FILES
_P, _S, _A, _T = Needs.PUBLIC, Needs.STATISTICS, Needs.ARCHIVE, Needs.STORE
_13 = "offl. § 13 jf. fvl. § 13 første ledd nr. 1"
_26 = "offl. § 26 femte ledd"
_WEB = "offentlegforskrifta § 7"
_YEAR = "offentlegforskrifta § 6"
_J14, _J15 = "arkivforskrifta § 14", "arkivforskrifta § 15"
_JOURNAL = "offl. § 10"


def _check(
    name: str,
    level: Level,
    basis: str,
    action: str,
    where: Where,
    needs: Needs = _P,
    labels: str = "",
    *,
    names: bool = False,
) -> Check:
    return Check(
        id=f"PJ-{name}", level=level, basis=basis, action=action, where=where, needs=needs, labels=tuple(labels.split()), names=names
    )  # fmt: skip


_ALL = (
    _check("A01", _C, _26, "unpublish", _R, _P, "FNR FNR_RELAXED FNR_TYPO"),
    _check("A02", _C, _26, "unpublish", _R, _P, "DNR HNR FHNR"),
    _check("A03", _E, _26, "unpublish", _R, _P, "PERSONNR5"),
    _check("A04", _C, _26, "unpublish", _R, _P, "DUF"),
    _check("A05", _E, "offl. § 13", "mask", _R, _P, "ACCOUNT KONTO"),
    _check("A06", _C, "offl. § 13", "unpublish", _R, _P, "IBAN CARD"),
    _check("A07", _E, _26, "mask", _R, _P, "PASSPORT"),
    _check("A08", _C, "offl. § 24 tredje ledd", "credential", _R, _P, "CREDENTIAL PASSORD"),
    _check("A09", _W, _WEB, "mask", _R, _P, "PHONE EMAIL ADDRESS"),
    _check("A10", _E, _WEB, "mask", _R, _P, "BIRTHDATE"),
    _check("A11", _C, _26, "class", _K),
    _check("B01", _C, "offl. § 13 jf. bvl. § 13-1", "unpublish", _R, _P, "CHILD_WELFARE"),
    _check("B02", _C, _13, "unpublish", _R, _P, "HEALTH SPECIAL_ED"),
    _check("B03", _C, "offl. § 13 jf. sosialtjenesteloven § 44", "unpublish", _R, _P, "SOCIAL"),
    _check("B04", _C, _13, "unpublish", _R, _P, "CRIMINAL CUSTODY PROTECTED_ADDR"),
    _check("B05", _E, _13, "mask", _R),
    _check("B06", _E, "offl. § 13 jf. opplæringslova § 24-1", "mask", _R),
    _check("B07", _W, _WEB, "mask", _R, _P, "UNION RELIGION ETHNICITY SEXUAL"),
    _check("C01", _C, _13, "mask", _R, names=True),
    _check("C02", _C, _13, "mask", _R, names=True),
    _check("C03", _C, _13, "mask_everywhere", _K),
    _check("C04", _E, _13, "mask_everywhere", _K),
    _check("C05", _W, _YEAR, "pair", _K, names=True),
    _check("C06", _W, _YEAR, "pair", _K, names=True),
    _check("C07", _C, "offl. § 25", "mask", _R, names=True),
    _check("C08", _C, "offl. § 24 andre ledd", "mask", _R, names=True),
    _check("C09", _W, "offl. § 3", "open", _K),
    _check("D01", _E, "offl. § 13", "basis", _K),
    _check("D02", _E, "offl. § 13", "basis", _K),
    _check("D03", _E, "offl. § 13", "basis", _K),
    _check("D04", _W, "offl. § 14", "basis", _K),
    _check("D05", _W, "offl. § 13", "basis", _K),
    _check("D06", _E, "offl. § 3", "assess", _K, _A),
    _check("D07", _I, "offl. § 3", "open", _K, _A),
    _check("D08", _C, "offl. § 13", "unpublish", _K, _A),
    _check("D09", _W, "offl. § 13", "look", _K, _S),
    _check("E01", _W, _J15, "routine", _K, _A),
    _check("E02", _W, _J15, "dates", _K),
    _check("E03", _W, _J15, "dates", _K),
    _check("E04", _E, _J15, "complete", _K),
    _check("E05", _E, _J15, "journal", _K, _A),
    _check("E06", _W, _JOURNAL, "look", _K, _S),
    _check("E07", _E, _J15, "number", _K, _S),
    _check("E08", _E, _JOURNAL, "publish", _K, _A),
    _check("E09", _E, _JOURNAL, "publish", _K, _S),
    _check("E10", _E, _J14, "type", _K, _A),
    _check("E11", _W, "", "duplicate", _K, _S),
    _check("E12", _W, "", "look", _K, _S),
    _check("E13", _E, _J14, "journal", _K, _T),
    _check("F01", _E, "fvl. § 11 a", "answer", _K, _A),
    _check("F02", _E, "offl. § 29", "answer", _K, _A),
    _check("F03", _E, "miljøinformasjonsloven § 13", "answer", _K, _A),
    _check("F04", _E, "personvernforordningen art. 12 nr. 3", "answer", _K, _A),
    _check("F05", _W, "", "answer", _K, _A),
    _check("F06", _E, "", "assign", _K, _A),
    _check("F07", _W, "", "signoff", _K, _A),
    _check("F08", _W, "pbl. § 21-7", "answer", _K, _A),
    _check("F09", _I, "", "answer", _K, _A),
    _check("G01", _W, "", "rename", _R),
    _check("G02", _W, "", "rename", _R),
    _check("G03", _W, _J15, "rename", _R),
    _check("G04", _I, "", "rename", _K),
    _check("G05", _I, "", "rename", _K),
    _check("G06", _I, "", "rename", _K),
    _check("G07", _W, "", "rename", _K),
    _check("G08", _I, "", "rename", _K),
    _check("G09", _W, "", "rename", _K),
    _check("G10", _I, "", "rename", _K),
    _check("G11", _W, _J15, "rename", _K, _A),
    _check("G12", _I, "", "rename", _K),
    _check("H01", _C, _WEB, "unpublish_file", _F),
    _check("H02", _C, _WEB, "unpublish_file", _F),
    _check("H03", _C, _WEB, "unpublish_file", _K),
    _check("H04", _C, "offl. § 13", "unpublish_file", _K),
    _check("H05", _E, _WEB, "unpublish_file", _K),
    _check("H06", _W, "", "file", _F),
    _check("H07", _E, _WEB, "unpublish_file", _F),
)  # fmt: skip

CHECKS: Mapping[str, Check] = {check.id: check for check in _ALL}
"""By id, in order."""

FAMILIES = "ABCDEFGH"


def check_of_rule(rule_id: str) -> str:
    """``pj-b01-skole`` → ``PJ-B01``; a rule of the house's own is its own check."""
    wanted = rule_id[:6].upper()
    return wanted if wanted in CHECKS else rule_id


def level_of(check: str) -> Level:
    """The severity the catalogue gives; WARNING for a rule of the house's own."""
    known = CHECKS.get(check)
    return known.level if known is not None else Level.WARNING
