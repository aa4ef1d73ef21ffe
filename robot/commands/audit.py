"""``postrobot audit verify|export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.errors import UsedWrongly
from robot.context import Context


def register(app: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(help="Revisjonsloggen: kontroller den, eller skriv den til filer.", no_args_is_help=True)
    group.command("verify")(verify)
    group.command("export")(export)
    app.add_typer(group, name="audit")


def verify(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FIL...]", help="eksporterte filer; ellers tabell og filer")
    ] = None,
    anchors: Annotated[
        list[str] | None,
        typer.Option(
            "--anchors", metavar="FIL", help="ankere fra rapport-e-postene: fil, e-post eller mappe med e-poster"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> int:
    """Kontrollerer at ingen hendelse er endret, fjernet, lagt til eller flyttet på, og at ikke hele kjeden er byttet ut."""
    from models.audit_check import read_anchors, told
    from robot.audit import Verified, verify_files, verify_store

    context = Context.of(ctx)
    try:
        known = read_anchors(Path(place) for place in anchors or ())
    except ValueError as fault:
        raise UsedWrongly(str(fault)) from fault
    if files:
        paths = [Path(file) for file in files]
        missing = [str(path) for path in paths if not path.is_file()]
        if missing:
            raise UsedWrongly(f"Finner ikke {', '.join(missing)}.")
        found = verify_files(paths, known)
    else:
        from robot import build

        settings = context.settings()
        found = Verified.against(known)
        for name in settings.organisasjon:
            store = build.store(settings, name, now=context.now)
            verify_store(store, found)
            store.close()
        found.end()
    if as_json:
        chains = {
            orgnr: {
                "first_seq": chain.first_seq,
                "last_seq": chain.last_seq,
                "last_hash": chain.last_hash,
                "first_bad_seq": chain.first_bad_seq,
                "problem": chain.problem,
                "anchors": chain.anchored,
            }
            for orgnr, chain in found.organisations.items()
        }
        context.json({"ok": found.ok, "events": found.events, "organisations": chains})
    else:
        for line in told(found):
            context.out(line)
    return 0 if found.ok else 1


def export(ctx: typer.Context) -> None:
    """Skriver det som ikke alt er skrevet, til filer i tilstandsmappen (revisjon/)."""
    from robot import build
    from robot.audit import audit_folder
    from robot.audit import export as write

    context = Context.of(ctx)
    settings = context.settings()
    for name in settings.organisasjon:
        store = build.store(settings, name, now=context.now)
        count = write(store)
        context.out(f"{name}: {count} hendelser skrevet til {audit_folder(store)}")
        store.close()
