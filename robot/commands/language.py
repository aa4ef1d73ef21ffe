"""``postrobot language train|measure|ner`` (no configuration needed), and ``status|import|rollback`` of the house's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import UsedWrongly
from robot.context import Context
from robot.language import command_ner
from robot.learning.commands import add as add_learning

if TYPE_CHECKING:
    from robot.language.pipeline import Pipeline


def register(app: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(help="Språk: lær av det som er journalført, og mål hva det er verdt.", no_args_is_help=True)
    group.command("train")(train)
    group.command("measure")(measure)
    group.command("ner")(command_ner.run)
    add_learning(group)
    app.add_typer(group, name="language")


def train(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Option("--from", metavar="FIL", help='en rad på hver linje: {"text", "label", "time"?}')
    ],
    to: Annotated[
        str, typer.Option("--to", metavar="MAPPE", help="hvor pipelinen legges; en som ligger der, byttes ut")
    ],
    seed: Annotated[int, typer.Option("--seed", metavar="TALL", help="samme data og tall gir samme pipeline")] = 0,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="hopp over linjer som ikke kan leses")] = False,
    route: Annotated[
        str, typer.Option("--route", metavar="VEI", help="auto (den som måler best), linear, textcat eller both")
    ] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> None:
    """Trener en språkpipeline på merket tekst, og sier hvor sikker den er på tekst den ikke har sett."""
    from robot.language.rows import read_rows
    from robot.language.screens import trained_text
    from robot.language.store import replace
    from robot.language.train import Choice
    from robot.language.train import train as learn

    context = Context.of(ctx)
    if route not in set(Choice):
        raise UsedWrongly(f"--route er auto, linear, textcat eller both, ikke «{route}».")
    rows, skipped = read_rows(Path(source), skip_bad=skip_bad)
    if skipped:
        context.talk(f"Hoppet over {len(skipped)} linjer: {'; '.join(skipped[:10])}")
    pipeline = learn(rows, seed=seed, choice=Choice(route), say=context.talk)
    digest = replace(pipeline, Path(to))
    if as_json:
        context.json({"hash": digest, "labels": len(pipeline.labels), "skipped": len(skipped), **_told(pipeline)})
    else:
        context.out(trained_text(pipeline, Path(to)))


def measure(
    ctx: typer.Context,
    place: Annotated[str, typer.Option("--pipeline", metavar="MAPPE", help="pipelinen som skal måles")],
    on: Annotated[str, typer.Option("--on", metavar="FIL", help="merket tekst den ikke er trent på")],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="hopp over linjer som ikke kan leses")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> None:
    """Måler en språkpipeline på merket tekst: treff, kalibrering og hvor mye den tør å svare på."""
    from dataclasses import asdict

    from robot.language.measure import measure as figures_of
    from robot.language.pipeline import load
    from robot.language.rows import read_rows
    from robot.language.screens import measured_text

    context = Context.of(ctx)
    pipeline = load(Path(place))
    rows, skipped = read_rows(Path(on), skip_bad=skip_bad)
    if skipped:
        context.talk(f"Hoppet over {len(skipped)} linjer: {'; '.join(skipped[:10])}")
    figures = figures_of(pipeline, rows)
    if as_json:
        context.json(asdict(figures))
    else:
        context.out(measured_text(figures))


def _told(pipeline: Pipeline) -> dict[str, object]:
    return {"route": pipeline.route.name, **pipeline.card}
