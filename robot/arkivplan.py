"""``postrobot rules arkivplan``: the page that the law asks for, made from the rules in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robot.context import Context

if TYPE_CHECKING:
    from models.organisation import Organisation
    from rules.model import RuleSet


def run(
    ctx: typer.Context,
    folders: Annotated[
        list[str] | None, typer.Argument(metavar="MAPPE", help="mappe med regelfiler; ellers lagene i oppsettet")
    ] = None,
    only: Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")] = None,
) -> None:
    """Skriver arkivplanen: hva som fanges opp hvor, av hvilken regel, med hvilken hjemmel (Markdown)."""
    from dataclasses import replace

    from rules.arkivplan import render

    context = Context.of(ctx)
    for ruleset, org in _sets(context, [Path(folder) for folder in folders or ()], only):
        own = replace(org, enheter=ruleset.enheter) if org is not None else None
        context.out(render(ruleset, own, context.now().date()))


def _sets(context: Context, folders: list[Path], only: str | None) -> list[tuple[RuleSet, Organisation | None]]:
    """The sets to tell of, each with its organisation; folders without a configuration stand alone."""
    if folders and not context.configured:
        return [(_loaded([*folders], None), None)]
    from robot.build import chosen_organisations, organisation

    settings = context.settings()
    names = chosen_organisations(settings, only)
    orgs = [organisation(settings, name) for name in (names[:1] if folders else names)]
    layers = [folders or settings.organisasjon[name].regler for name in names]
    return [(_loaded([*chosen], org), org) for chosen, org in zip(layers, orgs, strict=False)]


def _loaded(layers: list[Path | str], org: Organisation | None) -> RuleSet:
    from models.errors import UsedWrongly
    from rules.load import load

    for layer in layers:
        if isinstance(layer, Path) and not layer.exists():
            raise UsedWrongly(f"{layer} finnes ikke. Oppgi mappen der regelfilene ligger.")
    result = load(layers, org, check=False)
    if result.ruleset is None:
        raise UsedWrongly(f"Reglene har {len(result.errors)} feil og kan ikke lastes. Se: postrobot rules lint")
    return result.ruleset
