"""``postrobot demo``: the whole main job on the example municipality's post, told as it goes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import UsedWrongly

if TYPE_CHECKING:
    from connectors.testing.dovecot import Dovecot
    from robot.context import Context
    from robot.demo.post import DemoPost

SEED = 2026
MARK = ".postrobot-demo"
USER = "post"
ANSWERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the demonstration plays. ``program`` runs a command of ours on its configuration, and returns its exit code."""

    folder: Path
    config: Path
    mailbox: bool

    @property
    def command(self) -> str:
        """How a reader types a command on this configuration."""
        return f"postrobot --config {self.config}"


def show(context: Context, folder: Path) -> int:
    """Plays the demonstration in ``folder`` (made anew each time) and says where the report is. Returns the exit code."""
    from robot.demo.altinn import add_sources, platform
    from robot.demo.post import make_post
    from robot.demo.svarut import add_source, mottakersystem
    from robot.init import init

    _make_room(folder)
    made = init(folder, example=True, now=context.now)
    (folder / MARK).touch()
    post = make_post(made.inbox, seed=SEED, today=context.now().date(), now=context.now())
    context.out(
        f"Solvik kommune er oppdiktet. {len(post.mails)} e-poster, {len(post.files)} skannede filer, "
        f"{len(post.letters)} forsendelser i SvarInn, og {len(post.altinn)} brev og skjemaer i Altinn venter.\n"
    )
    with (
        _mailbox(context, post, made.inbox) as server,
        mottakersystem(post.letters) as svarinn,
        platform(post.altinn) as altinn,
    ):
        stage = Stage(folder=folder, config=made.config, mailbox=server is not None)
        organisation = _configure(context, stage, server)
        add_source(stage.config, svarinn, organisation=organisation)
        add_sources(stage.config, altinn, organisation=organisation)
        return _play(context, stage, post)


def _make_room(folder: Path) -> None:
    if not folder.exists():
        return
    if not (folder / MARK).exists() and any(folder.iterdir()):
        raise UsedWrongly(f"Mappen {folder} er ikke laget av demoen, og den røres ikke. Velg en annen med --mappe.")
    shutil.rmtree(folder)


@contextmanager
def _mailbox(context: Context, post: DemoPost, inbox: Path) -> Iterator[Dovecot | None]:
    """A real mail server on loopback with the mails in it; where none is installed they are laid in the folder."""
    from connectors.testing import dovecot

    if not dovecot.installed():
        context.talk("Dovecot (pakken dovecot-imapd) er ikke installert; e-postene legges i mappen i stedet.")
        (inbox / "epost").mkdir()
        for name, content in post.mails:
            (inbox / "epost" / name).write_bytes(content)
        yield None
        return
    server = dovecot.Dovecot.create()
    try:
        for _, content in post.mails:
            server.deliver(USER, content, datetime.now(UTC))
        yield server
    finally:
        server.remove()


def _configure(context: Context, stage: Stage, server: Dovecot | None) -> str:
    """Quiets the log, and adds the mailbox as an operator would: secret in a file of its own, TLS verified by its own CA.

    Returns the organisation's short name.
    """
    from connectors.testing.dovecot import PASSWORD
    from robot.load_config import load_settings

    text = stage.config.read_text(encoding="utf-8")
    stage.config.write_text(text.replace("\n[robot]\n", '\n[robot]\nloggnivaa = "error"\n', 1), encoding="utf-8")
    (name,) = load_settings(stage.config, environ=context.environ, need_secrets=False).organisasjon
    if server is None:
        return name
    secret = stage.folder / "postkasse.passord"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o600)
    with stage.config.open("a", encoding="utf-8") as file:
        file.write(
            f"""
[organisasjon.{name}.kilde.epost]
type = "imap"
vert = "localhost"
port = {server.imaps_port}
ca_fil = "{server.ca_file}"
bruker = "{USER}"
passord = {{ fil = "postkasse.passord" }}
"""
        )
    return name


def _play(context: Context, stage: Stage, post: DemoPost) -> int:
    cases = stage.folder / "saker.jsonl"
    cases.write_text("\n".join(post.cases) + "\n", encoding="utf-8")
    steps: Sequence[tuple[str, Sequence[str]]] = (
        ("Saker som finnes fra før, tas inn i arkivet", ("archive", "import", str(cases))),
        ("Posten hentes, leses, avgjøres og journalføres", ("run", "--once")),
        ("Arkivformat (PDF/A) lages ved siden av originalene", ("run", "--job", "arkivformat")),
        ("Innboksene i Altinn holdes mot det som er hentet", ("run", "--job", "avstemming")),
        ("Det roboten lover, kontrolleres", ("verify",)),
        ("Avviksrapporten lages, og e-posten om den sendes", ("run", "--job", "rapport")),
    )
    for title, arguments in steps:
        if _command(context, stage, title, arguments):
            return 1
    for post_id in _answerable(context, stage):
        _command(context, stage, "Et menneske svarer på et punkt", ("review", "approve", post_id, "--som", "kari"))
    _command(context, stage, "Rapporten etterpå", ("report",))
    context.out(
        f"\nFerdig. Åpne rapporten i en nettleser (stien står over), og svar på punktene:\n"
        f"  {stage.command} review list\n"
        f"  {stage.command} explain POST\n"
        f"  {stage.command} audit verify\n"
        + (
            "Postkassen, SvarInn og Altinn i demoen er stengt nå; svar som skal si fra der, venter.\n"
            if stage.mailbox
            else ""
        )
    )
    return 0


def _command(context: Context, stage: Stage, title: str, arguments: Sequence[str]) -> int:
    """Runs one of our own commands as a reader would, and shows it."""
    from robot.cli import main

    context.out(f"── {title}\n$ postrobot {' '.join(arguments)}")
    context.stdout.flush()
    code = main(["--config", str(stage.config), *arguments])
    context.out()
    return code


def _answerable(context: Context, stage: Stage) -> list[str]:
    """Two points a person would approve as they stand: registered with M, open, with nothing missing but the nod."""
    from robot.load_config import load_settings
    from robot.review_screens import AWAITS_APPROVAL, waiting

    settings = load_settings(stage.config, environ=context.environ, need_secrets=False)
    points = waiting(settings, only=None, now=context.now)
    ready = [p["id"] for p in points if p["group"] == AWAITS_APPROVAL and p["lacks"] == ["mode"]]
    return ready[:ANSWERS]
