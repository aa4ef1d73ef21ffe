"""The report as HTML (self-contained, accessible), JSON and CSV, and the cover page over several organisations."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from robot.report.gather import Group, Point, Report
from robot.texts import text

_WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
_MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"
)  # fmt: skip

CSV_HEAD = ("del", "grunn", "post", "mottatt", "hva", "avsender", "forslag", "detalj", "frist", "svar")


def norwegian_date(day: date) -> str:
    """``fredag 20. november 2026``."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day}. {_MONTHS[day.month - 1]} {day.year}"


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("robot.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["dato"] = norwegian_date
    environment.filters["kort"] = lambda stamp: (
        f"{stamp[8:10]}.{stamp[5:7]}. {stamp[11:16]}" if len(stamp) > 10 else stamp
    )
    environment.globals["tekst"] = text
    return environment


def as_html(report: Report, language: str) -> str:
    """One page; no script, nothing from the net."""
    rendered: str = _environment().get_template("report.html").render(report=report, language=language)
    return rendered


def cover_html(reports: Sequence[tuple[Report, str]], language: str) -> str:
    """The cover page over several organisations; each with the link to its own page."""
    rendered: str = _environment().get_template("cover.html").render(reports=reports, language=language)
    return rendered


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data, with its counts."""
    data = asdict(report)
    return {**data, "counts": report.counts}


def as_json(report: Report) -> str:
    """The same as a JSON text."""
    return json.dumps(as_data(report), ensure_ascii=False, indent=1, default=str) + "\n"


def as_csv(report: Report) -> str:
    """Every point as a line, for spreadsheets: semicolons, and no cell that a spreadsheet would take for a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(CSV_HEAD)
    for row in _csv_rows(report):
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def _csv_rows(report: Report) -> Iterator[tuple[str, ...]]:
    def row(part: str, reason: str, point: Point) -> tuple[str, ...]:
        return (
            part,
            reason,
            point.id,
            point.received,
            point.what,
            point.sender,
            point.proposal,
            point.detail,
            point.due,
            point.command,
        )

    def groups(part: str, found: Sequence[Group]) -> Iterator[tuple[str, ...]]:
        for group in found:
            for point in group.points:
                yield row(part, group.title, point)

    for point in report.deadlines:
        yield row("frist", "", point)
    for sentence in report.troubles:
        yield ("stoppet", sentence, *([""] * (len(CSV_HEAD) - 2)))
    yield from groups("stoppet", report.stopped)
    yield from groups("gjennomsyn", report.review)
    for point in report.unapproved:
        yield row("i M", "", point)
    for point in report.late:
        yield row("sen", "", point)


def harmless(cell: str) -> str:
    """A cell no spreadsheet takes for a formula (reliability.md section 8): an apostrophe before ``= + - @``, tab, CR."""
    return f"'{cell}" if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) else cell
