"""What the check of the public journal found, for the report: the critical ones by id, the rest as counts. Never a value."""

from __future__ import annotations

from collections import Counter

from models.store.store import Reads
from robot.journalcheck.catalogue import Level
from robot.journalcheck.demotion import demoted
from robot.journalcheck.telling import title_of
from robot.report.model import Journal, JournalGroup
from robot.texts import text

SHOWN = 40
DAY_S = 86_400.0


def gather_journal(reads: Reads, language: str, *, lifted: frozenset[str]) -> Journal:
    """The gravest first. ``lifted`` are the checks that keep their severity whatever people have answered."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    by_unit: dict[tuple[str, str], Counter[str]] = {}
    statuses: Counter[str] = Counter()
    for check, level, unit, status, number in reads.finding_counts():
        statuses[status] += number
        if status == "accepted":
            continue
        counts.setdefault((check, level), Counter())[status] += number
        by_unit.setdefault((check, level), Counter())[unit] += number
    statuses["fixed"] = reads.fixed_since(reads.now - DAY_S)
    precision = reads.precision()
    ordered = sorted(counts, key=lambda one: (-Level(one[1]).rank, one[0]))
    critical = reads.findings(severity=Level.CRITICAL, limit=SHOWN)
    return Journal(
        total=sum(sum(one.values()) for one in counts.values()),
        statuses=text("journal.statuses", language, **{s: statuses[s] for s in ("new", "known", "accepted", "fixed")}),
        critical=tuple(
            f"{one.name} {title_of(one.check_id, language)}: {one.number or one.entry}, {one.field}" for one in critical
        ),
        critical_more=max(0, reads.critical_open() - len(critical)),
        groups=tuple(_group(key, counts[key], by_unit[key], language) for key in ordered[:SHOWN]),
        demoted=tuple(demoted_text(check, precision[check], language) for check in sorted(demoted(precision, lifted))),
    )


def _group(key: tuple[str, str], statuses: Counter[str], units: Counter[str], language: str) -> JournalGroup:
    check, level = key
    return JournalGroup(
        check=check,
        title=title_of(check, language),
        level=text(f"journal.level.{level}", language),
        number=sum(statuses.values()),
        new=statuses["new"],
        units=tuple(f"{unit or '–'} {number}" for unit, number in sorted(units.items())),
    )


def demoted_text(check: str, precision: tuple[int, int], language: str) -> str:
    """That a check has gone to info, and how that is lifted."""
    right, of = precision
    percent = round(100 * right / of)
    return text("journal.demoted", language, check=check, title=title_of(check, language), percent=percent, of=of)
