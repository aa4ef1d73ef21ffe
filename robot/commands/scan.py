"""``postrobot scan``: sensitive data in files of every readable type, or in lines. Needs no configuration; writes nothing."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from robot.scanning.files import Scanned
    from rules.detectors.kinds import Own

_FOUND = 1


class _Place(StrEnum):
    TITLE = "title"
    TEXT = "text"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("scan")(run)


def run(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FIL…", help="filer av alle typer roboten kan lese, eller mapper")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="én tekst på hver linje på standard inn, ett JSON-objekt på hver linje ut")
    ] = False,
    place: Annotated[
        _Place, typer.Option("--place", metavar="STED", help="døm som title (offentlig tittel) eller text (dokument)")
    ] = _Place.TEXT,
) -> int:
    """Finner fødselsnumre, kontoer, passord, navn og sensitive temaer. Verdiene vises aldri.

    Koden er 1 når noe bør skjermes eller ses på (warning eller mer), eller noe ikke kunne leses; med --lines alltid 0.
    """
    from robot.texts import text

    context = Context.of(ctx)
    if lines:
        if files:
            raise UsedWrongly(text("scan.lines_alone", what=files[0]))
        _lines(place)
        return 0
    if not files:
        raise UsedWrongly(text("scan.what"))
    for file in files:
        if not file.exists():
            raise UsedWrongly(text("scan.missing", what=file))
        if file.is_dir() and not os.access(file, os.R_OK | os.X_OK):
            raise UsedWrongly(text("scan.closed", what=file, why="Permission denied"))
    return _files(context, files, place, as_json)


def _lines(place: _Place) -> None:
    from robot.scanning.lines import scan_lines
    from robot.scanning.people import find
    from rules.detectors.kinds import Place

    out, source = sys.stdout, cast(BufferedReader, sys.stdin.buffer)

    def write(answer: str) -> None:
        out.write(answer)
        out.flush()

    scan_lines(source, write, place=Place(place.value), names=find)


def _files(context: Context, given: list[Path], place: _Place, as_json: bool) -> int:
    from robot.texts import reason_text, text

    scanned = []
    for one in _scanned(context, given, place):
        scanned.append(one)
        if not as_json:
            for line in _shown(one):
                context.out(line)
            for part, why in one.unread:
                what = f"{one.file}: {part}" if part else str(one.file)
                context.talk(text("scan.unread", what=what, why=reason_text(why).title if why else "?"))
    if not scanned:
        raise UsedWrongly(text("scan.empty", what=given[0]))
    grave = [one for one in scanned if _grave(one)]
    if as_json:
        context.json({"files": [_json(one) for one in scanned]})
    else:
        count = sum(_grave(one) for one in scanned)
        key = "scan.some" if grave else "scan.none"
        context.talk(text(key, findings=count, hit=len(grave), files=len(scanned)))
    return _FOUND if grave or any(one.unread for one in scanned) else 0


def _scanned(context: Context, given: list[Path], place: _Place) -> Iterator[Scanned]:
    from robot.reading.dispatch import ReadingRoom
    from robot.scanning.files import every_file, scan_file
    from robot.scanning.people import find
    from robot.texts import text
    from rules.detectors.kinds import Place

    own = _own(context)
    with ReadingRoom() as room:
        for file in every_file(given):
            try:
                yield scan_file(room, file, place=Place(place.value), names=find, own=own)
            except OSError as problem:
                raise UsedWrongly(text("scan.closed", what=file, why=problem.strerror or "")) from problem


def _own(context: Context) -> Own:
    """What the organisations of the configuration own, when one is named; else nothing."""
    from rules.detectors.kinds import Own

    if not context.configured:
        return Own()
    from robot.build import organisation

    settings = context.settings()
    known = [organisation(settings, name) for name in settings.organisasjon]
    return Own.of(
        numbers=[number for org in known for number in org.own_numbers],
        domains=[domain for org in known for domain in org.own_domains],
    )


def _grave(one: Scanned) -> int:
    from rules.detectors.kinds import Level

    return sum(found.detected.level.rank >= Level.WARNING.rank for found in one.found)


def _shown(one: Scanned) -> Iterator[str]:
    """A line a finding worth a person's eye, and how many everyday ones there are beside."""
    from rules.detectors.kinds import Level

    minor: Counter[str] = Counter()
    for found in one.found:
        it = found.detected
        if it.level.rank < Level.WARNING.rank:
            minor[it.label.value] += 1
            continue
        where = ", ".join(
            word
            for word in (found.part, found.where, f"side {found.page}" if found.page else "", f"tegn {it.start}")
            if word
        )
        yield f"{it.level.value.upper():8}  {it.label.value:14}  {it.masked:20}  {one.file} ({where}): {it.reason}"
    if minor:
        counted = ", ".join(f"{label} {count}" for label, count in sorted(minor.items()))
        yield f"{'INFO':8}  {one.file}: {counted}"


def _json(one: Scanned) -> dict[str, Any]:
    from robot.scanning.lines import as_json

    return {
        "file": str(one.file),
        "findings": [
            {**as_json(found.detected), "part": found.part, "where": found.where, "page": found.page}
            for found in one.found
        ],
        "unread": [{"part": part, "reason": why} for part, why in one.unread],
    }
