"""The report as HTML (self-contained, accessible), JSON and CSV, and the cover page over several organisations."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any

from robot.report.model import Group, Point, Points, Report
from robot.texts import text

_WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "nb": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "nn": ("måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "søndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

CSV_HEAD = ("del", "grunn", "post", "mottatt", "hva", "avsender", "forslag", "grunnlag", "detalj", "frist", "svar")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverRow:
    """One organisation on the cover page. ``counts`` None: its report of that day is missing."""

    organisation: str
    link: str
    counts: Mapping[str, int] | None


def long_date(day: date, language: str) -> str:
    """``fredag 20. november 2026``."""
    if language == "en":
        return f"{_WEEKDAYS['en'][day.weekday()]} {day.day} {_MONTHS_EN[day.month - 1]} {day.year}"
    return f"{_WEEKDAYS[language][day.weekday()]} {day.day}. {_MONTHS[day.month - 1]} {day.year}"


def short_date(stamp: str) -> str:
    """``20.11.2026``, with the time when the ISO stamp has one."""
    day = f"{stamp[8:10]}.{stamp[5:7]}.{stamp[:4]}"
    return f"{day} {stamp[11:16]}" if len(stamp) > 10 else day


def hours_text(hours: float, language: str) -> str:
    """One decimal, with the decimal comma where that is the custom."""
    if hours < 0.1:
        return text("units.under", language)
    return f"{hours:.1f}" if language == "en" else f"{hours:.1f}".replace(".", ",")


def _page(name: str, language: str, **values: object) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("robot.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["long"] = lambda day: long_date(day, language)
    environment.filters["short"] = short_date
    environment.filters["hours"] = lambda hours: hours_text(hours, language)
    say: Any = partial(_say, language)
    rendered: str = environment.get_template(name).render(t=say, language=language, **values)
    return rendered


def _say(language: str, key: str, **values: object) -> str:
    return text(key, language, **values)


def as_html(report: Report, language: str) -> str:
    """One page; no script, nothing from the net."""
    return _page("report.html", language, report=report)


def cover_html(day: date, rows: Sequence[CoverRow], language: str) -> str:
    """The cover page over several organisations; each with the link to its own page."""
    return _page("cover.html", language, day=day, rows=rows)


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data, with its counts. Groups of points are ``{"shown": […], "total": n}``."""
    plain = asdict(report)
    plain["day"] = report.day.isoformat()
    plain["made_at"] = report.made_at.isoformat(timespec="seconds")
    return {"counts": report.counts, **plain}


def as_json(report: Report) -> str:
    """The same as JSON text."""
    return json.dumps(as_data(report), ensure_ascii=False, indent=2) + "\n"


def as_csv(report: Report) -> str:
    """For spreadsheets: semicolons, and no cell that a spreadsheet would take for a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(CSV_HEAD)
    for row in _csv_rows(report):
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def _csv_rows(report: Report) -> Iterator[tuple[str, ...]]:
    yield from _csv_points("frist", "", report.deadlines)
    for sentence in report.troubles:
        yield ("stoppet", sentence, *([""] * (len(CSV_HEAD) - 2)))
    yield from _csv_groups("stoppet", report.stopped)
    yield from _csv_groups("gjennomsyn", report.review)
    yield from _csv_points("i M", "", report.unapproved)
    yield from _csv_points("over et døgn", "", report.late)
    for unit in report.unread:
        told = f"{unit.orgnr}: {unit.unread} av {unit.received} uåpnet, {unit.waiting} venter i Altinn"
        yield ("uleste underenheter", unit.unit, told, *([""] * (len(CSV_HEAD) - 3)))
    for cause in report.unconverted:
        for document in cause.documents:
            yield ("uten arkivformat", cause.next_step, document, *([""] * (len(CSV_HEAD) - 3)))
    for group in report.care.groups:
        told = f"{group.number}: {', '.join(group.examples)}"
        yield ("saksomsorg", f"{group.task}: {group.what}", told, *([""] * (len(CSV_HEAD) - 3)))
    for wait in report.waits.units:
        told = f"{wait.total} i alt, {wait.over} over fristen, {wait.near} nær, {wait.in_time} i tide, {wait.without} uten frist"
        yield ("restanser", wait.unit, told, *([""] * (len(CSV_HEAD) - 3)))
    for line in report.journal.critical:
        yield ("offentlig journal", line, *([""] * (len(CSV_HEAD) - 2)))
    for found in report.journal.groups:
        told = f"{found.number}, nye {found.new}: {', '.join(found.units)}"
        yield ("offentlig journal", f"{found.level}: {found.check} {found.title}", told, *([""] * (len(CSV_HEAD) - 3)))
    yield from _csv_advice(report)


def _csv_advice(report: Report) -> Iterator[tuple[str, ...]]:
    for one in report.advice:
        share = f"{one.agreed} av {one.of} ({one.low}–{one.high} %)"
        yield (
            "regel",
            f"{one.mode} → {one.proposed}",
            one.rule,
            "",
            one.navn,
            "",
            share,
            *([""] * (len(CSV_HEAD) - 7)),
        )


def _csv_groups(part: str, groups: Sequence[Group]) -> Iterator[tuple[str, ...]]:
    for group in groups:
        yield from _csv_points(part, group.title, group.points)


def _csv_points(part: str, reason: str, points: Points) -> Iterator[tuple[str, ...]]:
    for point in points.shown:
        yield _csv_point(part, reason, point)


def _csv_point(part: str, reason: str, point: Point) -> tuple[str, ...]:
    return (
        part,
        reason,
        point.id,
        short_date(point.received),
        point.what,
        point.sender,
        point.proposal,
        " | ".join(point.evidence),
        point.detail,
        short_date(point.due) if point.due else "",
        point.command,
    )


def harmless(cell: str) -> str:
    """A cell no spreadsheet takes for a formula (reliability.md section 8): an apostrophe before ``= + - @``, tab, CR."""
    return f"'{cell}" if cell.startswith(("\t", "\r")) or cell.lstrip().startswith(("=", "+", "-", "@")) else cell
