"""``postrobot verify``."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.context import Context

TEXTS = {
    "I1": "Ingenting tapt: alle originaler er her, uendret",
    "I2": "All post ender: ingen ligger urørt",
    "I3": "Ingenting dobbelt: én journalpost for hver nøkkel",
    "I9": "Revisjonen er hel: én hendelse for hver endring, og kjeden holder",
}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("verify")(run)


def run(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False) -> int:
    """Kontrollerer det roboten lover, mot databasen, filene og arkivet slik de er nå."""
    from robot import build
    from robot.verify import Invariant, verify

    context = Context.of(ctx)
    settings = context.settings(need_secrets=True)
    total: dict[str, Invariant] = {}
    for name in settings.organisasjon:
        store = build.store(settings, name, now=context.now)
        archive = build.archive(settings, name, now=context.now)
        for found in verify(store, archive):
            sum_up = total.setdefault(found.name, Invariant(found.name))
            sum_up.checked += found.checked
            sum_up.broken += found.broken
            sum_up.examples += found.examples
        archive.close()
        store.close()
    ok = all(found.ok for found in total.values())
    if as_json:
        context.json(
            {
                "ok": ok,
                "invariants": {
                    name: {"ok": f.ok, "checked": f.checked, "broken": f.broken, "examples": f.examples}
                    for name, f in total.items()
                },
            }
        )
        return 0 if ok else 1
    for name, f in total.items():
        context.out(f"{'ok  ' if f.ok else 'FEIL'}  {name}  {TEXTS[name]}: {f.checked} kontrollert, {f.broken} brudd")
        for example in f.examples:
            context.out(f"            {example}")
    return 0 if ok else 1
