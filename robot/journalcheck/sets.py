"""Checks over the whole journal: gaps, doubles, empty days, what is usual. SQL does the counting, so memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING

from robot.journalcheck.look import Noted
from robot.journalcheck.setup import CheckSetup
from robot.journalcheck.workdays import is_work_day

if TYPE_CHECKING:
    from models.store.store import Reads

MOST = 1000
"""Findings of one check after which the rest says nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """What a finding over the whole is about: an entry, a number in the journal, a day, a unit or a post."""

    entry: str
    number: str = ""
    enhet: str = ""


Found = Iterator[tuple[Concerned, Noted]]
FIELDS = {
    "PJ-D09": "tilgangsrestriksjon",
    "PJ-E06": "journalnummer",
    "PJ-E07": "journalnummer",
    "PJ-E08": "forsvunnet",
    "PJ-E09": "publisert_dato",
    "PJ-E11": "journalpost",
    "PJ-E12": "sak.tittel",
    "PJ-E13": "post",
    "PJ-F09": "restanser",
}
"""Which field each of them speaks of: by it the whole's findings are told from an entry's under the same check."""


def d09_usually_shielded(reads: Reads, view: str, setup: CheckSetup, today: date) -> Found:
    """Nearly all of a class in twelve months is shielded, and this one is open."""
    since = (today - timedelta(days=365)).isoformat()
    classes = reads.usually_shielded(view, since=since, least=setup.usual_least, share=setup.usual_share)
    for entry, number, unit in reads.open_in(view, classes, since=since) if classes else ():
        yield (
            Concerned(entry=entry, number=number, enhet=unit),
            Noted(check="PJ-D09", field=FIELDS["PJ-D09"], value="åpen"),
        )


def e06_gaps(reads: Reads, view: str, setup: CheckSetup, today: date) -> Found:
    """Numbers of the year that are nowhere. What the archive itself reports as U, R, M or internal is taken away later."""
    count = 0
    for year, rows in groupby(reads.sequence(view), key=lambda row: row[0]):
        last = None
        for _, number, *_ in rows:
            missing = range(last + 1, number) if last is not None else range(0)
            for one in missing[:MOST]:
                if count >= MOST:
                    return
                count += 1
                yield (
                    Concerned(entry=f"{one}/{year}", number=f"{one}/{year}"),
                    Noted(check="PJ-E06", field=FIELDS["PJ-E06"], value=str(one)),
                )
            last = number


def e07_doubled_or_wrong(reads: Reads, view: str, setup: CheckSetup, today: date) -> Found:
    """The same number twice, 0, a year that is not the journal date's, or a date that falls while numbers rise."""
    before: tuple[int, int, str] | None = None
    latest = ("", 0)
    count = 0
    for year, number, entry, shown, unit, day in reads.sequence(view):
        why = ""
        if before is not None and before[:2] == (year, number) and before[2] != entry:
            why = "samme nummer to ganger"
        elif number == 0:
            why = "nummer 0"
        elif day and day[:4] != str(year):
            why = "journalår er ikke journaldatoens år"
        elif (
            latest[1] == year
            and day
            and latest[0]
            and (date.fromisoformat(latest[0]) - date.fromisoformat(day)).days > 7
        ):
            why = "nummeret stiger, datoen faller"
        if why and count < MOST:
            count += 1
            yield (
                Concerned(entry=entry, number=shown, enhet=unit),
                Noted(check="PJ-E07", field=FIELDS["PJ-E07"], note=why, value=why),
            )
        before = (year, number, entry)
        if day and (latest[1] != year or day > latest[0]):
            latest = (day, year)


def e09_empty_day(reads: Reads, view: str, setup: CheckSetup, today: date) -> Found:
    """A working day of the last week with far fewer entries than that weekday's median over twelve weeks."""
    counts = reads.days(view, since=(today - timedelta(weeks=13)).isoformat())
    if not counts:
        return
    first = min(date.fromisoformat(day) for day in counts if day)
    for back in range(1, 8):
        day = today - timedelta(days=back)
        if not is_work_day(day) or day < first + timedelta(weeks=4):
            continue
        same = [day - timedelta(weeks=week) for week in range(1, 13)]
        usual = [counts.get(one.isoformat(), 0) for one in same if one >= first and is_work_day(one)]
        normal = median(usual) if len(usual) >= 3 else 0
        got = counts.get(day.isoformat(), 0)
        if normal >= 4 and got < setup.empty_share * normal:
            yield (
                Concerned(entry=f"dag:{day}", number=f"{day:%d.%m.%Y}"),
                Noted(
                    check="PJ-E09",
                    field=FIELDS["PJ-E09"],
                    note=f"{got} oppføringer, vanlig {normal:.0f}",
                    value=day.isoformat(),
                ),
            )


def e11_doubles(reads: Reads, view: str, setup: CheckSetup, today: date) -> Found:
    """Sender, title and document date are the same as an earlier entry's."""
    earlier: tuple[str, str] | None = None
    for entry, number, unit, twin in reads.published_twins(view):
        if earlier is not None and earlier[0] == twin:
            yield (
                Concerned(entry=entry, number=number, enhet=unit),
                Noted(check="PJ-E11", field=FIELDS["PJ-E11"], note=f"som {earlier[1]}", value=twin),
            )
        else:
            earlier = (twin, number)


def e12_two_titles(reads: Reads, view: str, setup: CheckSetup, today: date) -> Found:
    """One case under two titles on the same day."""
    for entry, saksnummer, unit in reads.two_titles(view):
        yield (
            Concerned(entry=entry, number=saksnummer, enhet=unit),
            Noted(check="PJ-E12", field=FIELDS["PJ-E12"], note="to titler samme dag", value=saksnummer),
        )


def e13_received_not_registered(reads: Reads, view: str, setup: CheckSetup, today: date) -> Found:
    """Post the robot has had for some hours without any entry."""
    before = reads.now - setup.post_hours * 3600
    for post, reason, _ in reads.post_not_registered(before=before, since=before - 90 * 86_400):
        yield (
            Concerned(entry=f"post:{post}", number=post),
            Noted(check="PJ-E13", field=FIELDS["PJ-E13"], note=reason, value=post),
        )


def f09_backlog(reads: Reads, view: str, setup: CheckSetup, today: date) -> Found:
    """Letters that wait too long, by unit."""
    for unit, count, _ in reads.backlog(least=setup.backlog_least):
        yield (
            Concerned(entry=f"enhet:{unit}", number=unit, enhet=unit),
            Noted(check="PJ-F09", field=FIELDS["PJ-F09"], note=f"antall: {count}", value=unit),
        )


SETS = (
    ("PJ-D09", d09_usually_shielded),
    ("PJ-E06", e06_gaps),
    ("PJ-E07", e07_doubled_or_wrong),
    ("PJ-E09", e09_empty_day),
    ("PJ-E11", e11_doubles),
    ("PJ-E12", e12_two_titles),
    ("PJ-E13", e13_received_not_registered),
    ("PJ-F09", f09_backlog),
)
"""With the check each is."""
