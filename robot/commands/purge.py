"""``postrobot purge``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from robot.context import Context

if TYPE_CHECKING:
    from robot.config import Settings
    from robot.purge import Purged

OUTCOMES = {
    "archived": "journalført",
    "forwarded": "videresendt",
    "dismissed": "avvist",
    "duplicate": "duplikater",
}
KEPT = {
    "owes": "har noe som ikke er sendt eller skrevet ennå",
    "awaits_approval": "står med status M og venter på godkjenning",
    "follow_up": "venter på at en oppfølging kvitteres ut",
    "deadline": "har en frist som ikke er avskrevet",
    "not_in_archive": "arkivet bekrefter ikke at det har dem",
}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("purge")(run)


def run(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="vis hva som ville gått, og slett ingenting")] = False,
    only: Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> int:
    """Sletter innholdet i post som har vært ferdig lenge nok etter [organisasjon.….bevaring]. Arkivet berøres ikke."""
    from robot import build

    context = Context.of(ctx)
    settings = context.settings(need_secrets=True)
    found = {name: _one(context, settings, name, dry_run) for name in build.chosen_organisations(settings, only)}
    if as_json:
        context.json({"dry_run": dry_run, "organisations": {name: _plain(one) for name, one in found.items()}})
        return 0
    for name, one in found.items():
        context.out(_text(name, one, dry_run, bool(settings.organisasjon[name].bevaring.days())))
    return 0


def _one(context: Context, settings: Settings, name: str, dry_run: bool) -> Purged:
    from robot import build
    from robot.progress import CountBar
    from robot.purge import purge

    store = build.store(settings, name, now=context.now)
    archive = build.archive(settings, name, now=context.now)
    try:
        with CountBar(context, f"Sletter, {name}") as bar:
            days = settings.organisasjon[name].bevaring.days()
            return purge(store, archive, days, dry_run=dry_run, on_post=bar.show)
    finally:
        archive.close()
        store.close()


def _plain(found: Purged) -> dict[str, Any]:
    return {
        "posts": dict(found.posts),
        "files": found.files,
        "size_bytes": found.size_bytes,
        "kept": dict(found.kept),
    }


def _text(name: str, found: Purged, dry_run: bool, has_rules: bool) -> str:
    if not has_rules:
        return f"{name}: ingen bevaringsregler; alt beholdes. Se [organisasjon.{name}.bevaring] i oppsettet."
    verb = "ville mistet innholdet" if dry_run else "er tømt for innhold"
    by = ", ".join(f"{number} {OUTCOMES[outcome]}" for outcome, number in sorted(found.posts.items()))
    lines = [
        f"{name}: {found.posts.total()} poster {verb}{f' ({by})' if by else ''}, {_size(found)} i {found.files} filer."
    ]
    lines += [f"  beholdt: {number} {KEPT[why]}" for why, number in sorted(found.kept.items())]
    return "\n".join(lines)


def _size(found: Purged) -> str:
    return f"{found.size_bytes / 2**20:.1f} MB".replace(".", ",")
