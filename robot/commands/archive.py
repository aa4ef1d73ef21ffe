"""``postrobot archive import|export|reopen``: cases in and out of the embedded archive, and a closed one opened again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import NeedsHuman, UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from connectors.arkiv.archive import EmbeddedArchive
    from robot.config import Settings

ORG = Annotated[str | None, typer.Option("--org", metavar="NAVN", help="organisasjonen, når det er flere")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(
        help="Saker inn i og ut av det innebygde arkivet, og journalen det gir ut.", no_args_is_help=True
    )
    group.command("import")(import_cases)
    group.command("export")(export_cases)
    group.command("reopen")(reopen)
    group.command("journal")(write_journal)
    app.add_typer(group, name="archive")


def import_cases(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FIL", help="en sak per linje, som JSON")],
    files: Annotated[
        str | None, typer.Option("--filer", metavar="MAPPE", help="der filene til oppføringene ligger")
    ] = None,
    org: ORG = None,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> int:
    """Tar inn saker som finnes fra før; de beholder saksnumrene sine."""
    context = Context.of(ctx)
    path = Path(file)
    if not path.is_file():
        raise UsedWrongly(f"Finner ikke {file}.")
    folder = Path(files) if files is not None else None
    if folder is not None and not folder.is_dir():
        raise UsedWrongly(f"Finner ikke mappen {files}.")
    archive = _embedded(context, context.settings(), org)
    with path.open(encoding="utf-8-sig") as lines:
        report = archive.import_cases(lines, folder)
    archive.close()
    if as_json:
        faults = [{"line": f.line, "message": f.message} for f in report.faults]
        context.json({"imported": report.imported, "entries": report.entries, "faults": faults})
    else:
        for fault in report.faults:
            context.out(f"{file}:{fault.line}  {fault.message}")
        entries = f" og {report.entries} oppføringer" if report.entries else ""
        context.out(f"{report.imported} saker{entries} tatt inn, {len(report.faults)} linjer med feil.")
    return 1 if report.faults else 0


def reopen(
    ctx: typer.Context,
    saksnummer: Annotated[str, typer.Argument(metavar="SAKSNUMMER", help="for eksempel 2026/117")],
    by: Annotated[str, typer.Option("--av", metavar="NAVN", help="hvem som åpner den igjen")],
    reason: Annotated[str, typer.Option("--hvorfor", metavar="GRUNN", help="hvorfor; står i endringsloggen")],
    org: ORG = None,
) -> None:
    """Åpner en avsluttet sak igjen; roboten lar den være i fred en stund."""
    context = Context.of(ctx)
    archive = _embedded(context, context.settings(), org)
    try:
        archive.reopen(saksnummer, by=by, reason=reason)
    except NeedsHuman as no:
        raise UsedWrongly(no.detail) from no
    finally:
        archive.close()
    context.out(f"{saksnummer} er åpnet igjen.")


def export_cases(ctx: typer.Context, org: ORG = None) -> None:
    """Skriver alle saker som JSON-linjer."""
    context = Context.of(ctx)
    archive = _embedded(context, context.settings(), org)
    for line in archive.export_cases():
        context.out(line)
    archive.close()


def write_journal(
    ctx: typer.Context,
    since: Annotated[str, typer.Option("--fra", metavar="DATO", help="første journaldato, ÅÅÅÅ-MM-DD")],
    until: Annotated[str, typer.Option("--til", metavar="DATO", help="siste journaldato")],
    file: Annotated[
        str | None, typer.Option("--fil", metavar="FIL", help="dit den skrives; ellers til skjermen")
    ] = None,
    org: ORG = None,
) -> None:
    """Skriver den offentlige journalen for en periode (Noark 5, offentligJournal.xml)."""
    from connectors.arkiv.journalfil import Arkivskaper, offentlig_journal_xml

    context = Context.of(ctx)
    settings = context.settings()
    fra, til = _day(since, "--fra"), _day(until, "--til")
    if fra > til:
        raise UsedWrongly("--fra kan ikke være etter --til.")
    archive = _embedded(context, settings, org)
    name = org or next(iter(settings.organisasjon))
    chosen = settings.organisasjon[name]
    entries = list(archive.offentlig_journal(fra, til))
    archive.close()
    pieces = offentlig_journal_xml(
        entries, fra=fra, til=til, arkivskaper=Arkivskaper(id=chosen.orgnr, navn=chosen.navn)
    )
    if not entries:
        context.talk("Ingen offentlige journalposter i perioden, og standarden har ikke rom for en tom journal.")
    elif file is None:
        context.out("".join(pieces).rstrip("\n"))
    else:
        _write(Path(file), pieces)
        context.talk(f"{len(entries)} journalposter skrevet til {file}.")


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsedWrongly(f"{option} er en dato som 2026-11-30.") from None


def _write(path: Path, pieces: Iterable[str]) -> None:
    """Whole or not at all: a half-written journal must never be published."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(pieces)
        part.replace(path)
    except OSError as problem:
        part.unlink(missing_ok=True)
        raise UsedWrongly(f"Kan ikke skrive {path} ({problem.strerror}).") from problem


def _embedded(context: Context, settings: Settings, org: str | None) -> EmbeddedArchive:
    from connectors.arkiv.archive import EmbeddedArchive
    from robot import build

    names = build.chosen_organisations(settings, org)
    if len(names) > 1:
        raise UsedWrongly(f"Si hvilken organisasjon: --org {' eller --org '.join(names)}.")
    archive = build.archive(settings, names[0], now=context.now)
    if not isinstance(archive, EmbeddedArchive):
        raise UsedWrongly("Dette gjelder bare det innebygde arkivet; organisasjonen har et annet.")
    return archive
