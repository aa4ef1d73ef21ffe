"""``postrobot backup`` and ``postrobot restore``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from robot.backup.check import Checked
    from robot.backup.restore import Restored
    from robot.backup.take import Copied
    from robot.config import Settings
    from robot.differences import Differences


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    ctx: typer.Context,
    folder: Annotated[str, typer.Argument(metavar="MAPPE", help="mappen kopiene ligger i, på en annen disk")],
    verify: Annotated[bool, typer.Option("--verify", help="kontroller en kopi, og ta ingen ny")] = False,
    chosen: Annotated[str | None, typer.Option("--set", metavar="NAVN", help="kopien; ellers den nyeste")] = None,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, metavar="ANTALL", help="behold bare de nyeste kopiene")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> int:
    """Tar en sikkerhetskopi mens tjenesten går: databaser, dokumenter, arkivet, oppsett, regler og revisjonsfiler."""
    context = Context.of(ctx)
    if verify:
        return _verify(context, Path(folder).absolute(), chosen, as_json)
    if chosen is not None:
        raise UsedWrongly("--set hører sammen med --verify; en ny kopi får navn av tiden.")
    from robot.progress import CountBar

    settings = context.settings(need_secrets=True)
    with CountBar(context, "Kopierer") as bar:
        copied = _take(context, settings, Path(folder).absolute(), keep, bar.show)
    manifest = copied.manifest
    if manifest is None:
        raise LookupError("no manifest")
    missing = [sha256 for note in manifest.organisations for sha256 in note.missing]
    if as_json:
        context.json({**_plain(copied), "ok": not missing, "missing": missing})
        return 1 if missing else 0
    for note in manifest.organisations:
        context.out(
            f"{note.name}: {sum(note.posts.values())} poster, {note.blobs} dokumenter, revisjon til og med {note.audit_seq}"
        )
    context.out(
        f"Kopien {manifest.name} er tatt: {copied.new} filer kopiert ({_size(copied.new_bytes)}), {copied.kept} var der."
    )
    for removed in copied.removed_sets:
        context.out(f"Fjernet den gamle kopien {removed}.")
    for sha256 in missing:
        context.out(f"FEIL  dokumentet {sha256} er ikke helt. Se: postrobot verify")
    return 1 if missing else 0


def _take(context: Context, settings: Settings, folder: Path, keep: int | None, show: Any) -> Copied:
    from contextlib import ExitStack

    from robot import build
    from robot.backup.take import Part, take_backup

    with ExitStack() as stack:
        parts = []
        for name in settings.organisasjon:
            store = build.store(settings, name, now=context.now)
            stack.callback(store.close)
            archive = build.archive(settings, name, now=context.now)
            stack.callback(archive.close)
            parts.append(Part(name=name, store=store, archive=archive, address=build.store_address(settings, name)))
        return take_backup(
            settings, parts, folder, now=context.now(), software=build.software_version(), keep=keep, on_file=show
        )


def _plain(copied: Copied) -> dict[str, Any]:
    manifest = copied.manifest
    if manifest is None:
        raise LookupError("no manifest")
    return {
        "set": manifest.name,
        "manifest": manifest.digest,
        "new_files": copied.new,
        "new_bytes": copied.new_bytes,
        "kept_files": copied.kept,
        "removed": copied.removed_sets,
        "organisations": {note.orgnr: asdict(note) for note in manifest.organisations},
    }


def _verify(context: Context, folder: Path, name: str | None, as_json: bool) -> int:
    from robot.backup import layout
    from robot.backup.check import check_set
    from robot.progress import CountBar

    chosen = layout.choose(folder, name)
    with CountBar(context, "Kontrollerer") as bar:
        found = check_set(chosen, on_file=bar.show)
    if as_json:
        context.json(
            {
                "ok": found.ok,
                "set": found.manifest.name,
                "manifest": found.manifest.digest,
                "files": found.files,
                "documents": found.documents,
                "faults": found.faults,
            }
        )
    else:
        _tell(context, found)
    return 0 if found.ok else 1


def _tell(context: Context, found: Checked) -> None:
    for fault in found.faults:
        context.out(f"FEIL  {fault}")
    word = "er hel" if found.ok else f"har {len(found.faults)} feil"
    context.out(
        f"Kopien {found.manifest.name} {word}: {found.files} filer og {found.documents} dokumenter kontrollert. "
        f"Innholdsfortegnelsen har sjekksum {found.manifest.digest[:16]}…"
    )


def restore(
    ctx: typer.Context,
    folder: Annotated[str | None, typer.Argument(metavar="[MAPPE]", help="mappen kopiene ligger i")] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="TILSTAND", help="tilstandsmappen, som skal være tom")
    ] = None,
    chosen: Annotated[str | None, typer.Option("--set", metavar="NAVN", help="kopien; ellers den nyeste")] = None,
    keep_archive: Annotated[
        bool, typer.Option("--keep-archive", help="det innebygde arkivet er berget, og ligger i tilstandsmappen alt")
    ] = False,
    differences: Annotated[
        bool, typer.Option("--differences", help="vis hva arkivet og roboten er uenige om, og gjenopprett ingenting")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> int:
    """Legger en sikkerhetskopi tilbake på en ren maskin. Det som kom etter kopien, finnes igjen når roboten kjører."""
    context = Context.of(ctx)
    if differences:
        return _differences(context, as_json)
    if folder is None or to is None:
        raise UsedWrongly("Si hvor kopien er, og hvor den skal: postrobot restore MAPPE --to TILSTAND")
    from robot import build
    from robot.backup import layout
    from robot.backup.restore import restore as put_back
    from robot.progress import CountBar

    settings = context.settings(need_secrets=True) if context.configured else None
    state = Path(to).absolute()
    with CountBar(context, "Legger tilbake") as bar:
        done = put_back(
            layout.choose(Path(folder).absolute(), chosen),
            state,
            now=lambda: context.now().timestamp(),
            software=build.software_version(),
            settings=settings,
            keep_archive=keep_archive,
            on_file=bar.show,
        )
    if as_json:
        context.json(
            {
                "set": done.manifest.name,
                "state": str(done.state),
                "documents": done.documents,
                "posts": done.posts,
                "in_doubt": done.in_doubt,
            }
        )
    else:
        context.out(_restored_text(done))
    return 0


def _restored_text(done: Restored) -> str:
    lines = [f"Kopien {done.manifest.name} er lagt tilbake i {done.state}."]
    for orgnr, posts in done.posts.items():
        lines.append(f"  {orgnr}: {posts} poster; {done.in_doubt[orgnr]} skrivinger slås opp i arkivet før noe sendes")
    lines += [
        f"Oppsettet og reglene slik de var, ligger i {done.state / 'oppsett'}. Hemmelighetene er ikke i kopien.",
        "Videre: legg oppsettet på plass, kjør «postrobot check --nett», og start tjenesten. Den finner igjen det som kom etter",
        "kopien. Når den er ferdig: postrobot restore --differences",
    ]
    return "\n".join(lines)


def _differences(context: Context, as_json: bool) -> int:
    from robot.differences import differences_text

    settings = context.settings(need_secrets=True)
    found = {name: _of(context, settings, name) for name in settings.organisasjon}
    if as_json:
        context.json({"organisations": {name: one.as_plain() for name, one in found.items()}})
        return 0
    for name, one in found.items():
        context.out(f"{name}: {differences_text(one)}")
    return 0


def _of(context: Context, settings: Settings, name: str) -> Differences:
    from robot import build
    from robot.differences import find_differences

    store = build.store(settings, name, now=context.now)
    archive = build.archive(settings, name, now=context.now)
    try:
        return find_differences(store, archive)
    finally:
        archive.close()
        store.close()


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:.1f} MB".replace(".", ",")
