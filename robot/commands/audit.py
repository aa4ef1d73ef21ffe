"""``postrobot audit verify|export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from robot.audit import Verified


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
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> int:
    """Kontrollerer at ingen hendelse er endret, fjernet, lagt til eller flyttet på."""
    from robot.audit import Verified, verify_files, verify_store

    context = Context.of(ctx)
    if files:
        paths = [Path(file) for file in files]
        missing = [str(path) for path in paths if not path.is_file()]
        if missing:
            raise UsedWrongly(f"Finner ikke {', '.join(missing)}.")
        found = verify_files(paths)
    else:
        from robot import build

        settings = context.settings()
        found = Verified()
        for name in settings.organisasjon:
            store = build.store(settings, name, now=context.now)
            verify_store(store, found)
            store.close()
    if as_json:
        chains = {
            orgnr: {
                "first_seq": chain.first_seq,
                "last_seq": chain.last_seq,
                "last_hash": chain.last_hash,
                "first_bad_seq": chain.first_bad_seq,
                "problem": chain.problem,
            }
            for orgnr, chain in found.organisations.items()
        }
        context.json({"ok": found.ok, "events": found.events, "organisations": chains})
    else:
        _tell(context, found)
    return 0 if found.ok else 1


def _tell(context: Context, found: Verified) -> None:
    for orgnr, chain in found.organisations.items():
        if chain.first_bad_seq is None:
            context.out(
                f"ok    {orgnr}: hendelse {chain.first_seq}–{chain.last_seq}, siste hash {chain.last_hash[:16]}…"
            )
        else:
            context.out(f"FEIL  {orgnr}: hendelse {chain.first_bad_seq}: {chain.problem}.")
    context.out(f"{found.events} hendelser kontrollert.")


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
