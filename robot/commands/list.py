"""``postrobot list``."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.context import Context


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("list")(run)


def run(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option("--tilstand", help="bare poster i denne tilstanden")] = None,
    only: Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="ett objekt per linje")] = False,
) -> None:
    """Viser postene, eldste først."""
    from models.errors import UsedWrongly
    from models.post import State
    from models.store import tables as t
    from robot import build
    from robot.listing import listed

    context = Context.of(ctx)
    settings = context.settings()
    if state is not None and state not in set(State):
        raise UsedWrongly(f"Ukjent tilstand «{state}». Kjente: {', '.join(State)}.")
    for name in build.chosen_organisations(settings, only):
        store = build.store(settings, name, now=context.now)
        with store.read() as reads:
            for row in reads.rows(*([t.post.c.state == state] if state else [])):
                if as_json:
                    context.json(listed(row, settings.organisasjon[name].orgnr))
                else:
                    what = row["journalpost"] or row["reason"] or row["outcome"] or ""
                    context.out(f"{row['id']}  {row['state']:<9} {what:<18.18} {row['tittel'] or row['subject']:.70}")
        store.close()
