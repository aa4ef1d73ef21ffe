"""What the crash harness plays on: installations with some of everything that can arrive, and their far sides."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from connectors.testing.dovecot import PASSWORD, Dovecot
from connectors.testing.far import FarProcess
from connectors.testing.far_server import Fault, Manners
from connectors.testing.servers.faults import Fault as SvarInnFault
from connectors.testing.servers.faults import FaultKind
from connectors.testing.servers.svarinn import Sent, Status, SvarInnServer
from robot.build import store
from robot.load_config import load_settings
from tests.support.crash_harness import Place
from tests.support.crash_robot import DAY
from tests.support.house import CATCH_ALL, mail, rules_text
from tests.support.stores import ORGNR, Clock
from tests.support.svarinn import configure, mottak
from tests.support.town import INVOICE, MORE, NAME, lay_out

REPORT = """
[organisasjon.kommune.rapport]
mottakere = ["arkiv@solvik.example"]
"""
PROPOSAL = """\
  - regel: forslag
    navn: Bare et forslag
    prioritet: 5
    modus: forslag
    hvis: {emne: {inneholder: forslag}}
    så:
      sak: {samlesak: "Post {år}", ny: {tilgang: åpen}}
      journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
      fordel_til: ARKIV
"""
RULES = rules_text(INVOICE, PROPOSAL, CATCH_ALL)

CASES = rules_text(
    INVOICE,
    """\
  - regel: saker
    navn: En sak for hvert emne
    modus: auto
    så:
      sak: {samlesak: "{emne}", ny: {tilgang: åpen}}
      journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
      fordel_til: ARKIV
""",
)
"""Rules for heaps of post: many cases, so that many posts can be on their way at once."""

WITH_ATTACHMENT = b"""\
From: Kari Eksempel <kari@avsender.example>
To: post@solvik.example
Subject: =?utf-8?q?S=C3=B8knad?=
Date: Mon, 23 Nov 2026 10:00:00 +0100
Message-ID: <2@avsender.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8

Se vedlegget.
--x
Content-Type: text/plain; charset=utf-8; name=vedlegg.txt
Content-Disposition: attachment; filename=vedlegg.txt

Dette er vedlegget.
--x--
"""
PAPER: Mapping[str, bytes] = {
    "brev.txt": "Til kommunen\n\nVi klager på vedtaket.\n".encode(),
    "søknad.eml": WITH_ATTACHMENT,
    "kopi/søknad.eml": WITH_ATTACHMENT,  # surely the same
    "faktura.eml": mail("faktura", message_id="<3@avsender.example>"),
    "forslag.eml": mail("forslag til plan", message_id="<4@avsender.example>"),
    "ødelagt.pdf": b"%PDF-1.7\nnot much of a PDF",
}
"""A letter, an application with an attachment and its copy, one to forward, one only proposed, one nobody can open."""

FOLDER = 'type = "mappe"\nmappe = "inn"\nstille_sekunder = 0\nvent_sekunder = 0\n'
"""How the folder source stands in the configuration."""

MAILS: tuple[bytes, ...] = (
    WITH_ATTACHMENT,
    WITH_ATTACHMENT,
    mail("faktura", message_id="<3@avsender.example>"),
    mail("forslag til plan", message_id="<4@avsender.example>"),
    mail("klage", message_id="<5@avsender.example>"),
)
AT = DAY - timedelta(hours=1)
LONG_AGO = (AT - timedelta(days=3)).timestamp()


def lay_paper(inbox: Path, paper: Mapping[str, bytes]) -> None:
    """Files that came an hour ago, in this order."""
    for number, (name, content) in enumerate(paper.items()):
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (AT.timestamp() + number, AT.timestamp() + number))


class OnDisk:
    """The installation most have: a folder, the embedded archive, mail laid in a folder.

    A file that no row names lies there too, as a crash would have left it, old enough to be swept. ``started``: its store
    has been made; otherwise its first start is part of every run.
    """

    def __init__(
        self,
        template: Path,
        *,
        name: str = "innebygd",
        paper: Mapping[str, bytes] = PAPER,
        started: bool = True,
        variants: bool = False,
        rules: str = RULES,
    ) -> None:
        self.name, self.variants = name, variants
        self._template = template
        lay_out(template, Clock(), rules=rules, more=MORE + REPORT)
        lay_paper(template / "inn", paper)
        lay_stray(template)
        if started:
            start(template)

    def set(self, folder: Path) -> Place:
        """A copy of the template."""
        shutil.copytree(self._template, folder)
        return Place(folder=folder)


def lay_stray(installation: Path) -> None:
    """A file that no row names."""
    stray = installation / "state" / ORGNR / "files" / "ab" / ("0" * 62)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"")
    os.utime(stray, (LONG_AGO, LONG_AGO))


def start(installation: Path) -> None:
    """Makes the store, as a first start does."""
    store(load_settings(installation / "config.toml", environ={}), NAME, now=lambda: AT).close()


TROUBLES = Manners(
    faults={
        "ny_saksmappe": (Fault.CREATE_THEN_RESET,),
        "ny_journalpost": (Fault.CREATE_THEN_RESET, Fault.ERROR_AFTER, Fault.ANSWER_TWICE),
        "nytt_dokument": (Fault.EMPTY_ANSWER, Fault.RESET_BEFORE),
        "statusendring": (Fault.CREATE_THEN_RESET, Fault.DOWN),
        "take_over": (Fault.CREATE_THEN_RESET, Fault.RESET_BEFORE),
        "settle": (None, Fault.EMPTY_ANSWER),
    }
)
"""The first of each kind goes wrong in one way or another."""


class FarAway:
    """Source and archive in a process of their own, with troubles; what they recorded is compared with what we believe."""

    variants = False

    def __init__(
        self,
        template: Path,
        far: FarProcess,
        *,
        name: str,
        manners: Manners = TROUBLES,
        mails: Sequence[bytes] = MAILS,
        rules: str = RULES,
        patience_s: float = 60.0,
        more: str = "",
    ) -> None:
        self.name = name
        self._template, self._far, self._manners, self._mails = template, far, manners, mails
        self._patience_s = patience_s
        lay_out(template, Clock(), rules=rules, more=MORE + REPORT + more)
        start(template)
        self._config = (template / "config.toml").read_text(encoding="utf-8")

    def set(self, folder: Path) -> Place:
        """A copy of the template, wired to a new room."""
        shutil.copytree(self._template, folder)
        room = folder.name
        text = self._config.replace('type = "innebygd"', self._section("FarArchiveConfig", room))
        text = text.replace(FOLDER, self._section("FarSourceConfig", room))
        (folder / "config.toml").write_text(text, encoding="utf-8")
        line = self._far.open(room, self._manners)
        line.ask("deliver", [(f"{n}.eml", content, AT) for n, content in enumerate(self._mails, start=1)])

        def done() -> None:
            line.ask("shut")
            line.hang_up()
            self._far.record(room).unlink(missing_ok=True)

        return Place(folder=folder, told=lambda: doubled(self._far, room, posts=len(self._mails)), done=done)

    def _section(self, kind: str, room: str) -> str:
        """The lines of the configuration for one far side."""
        return (
            f'type = "connectors.testing.far.{kind}"\nsokkel = "{self._far.socket}"\nrom = "{room}"\n'
            f"taalmodighet_sekunder = {self._patience_s}\n"
        )


def doubled(far: FarProcess, room: str, *, posts: int) -> Mapping[str, Any]:
    """What is wrong by the far side's own record: a key that made two things, a post never told or told twice as settled."""
    lines = far.lines(room)
    made = Counter((line["key"], line["kind"]) for line in lines if line["what"] == "made")
    outcomes: dict[int, set[str]] = {}
    for line in lines:
        if line["what"] == "settle":
            outcomes.setdefault(line["number"], set()).add(line["outcome"])
    wrong: dict[str, Any] = {}
    twice = [key for key, times in made.items() if times > 1]
    if twice:
        wrong["made twice (I3)"] = twice
    if len(outcomes) != posts or any(len(told) != 1 for told in outcomes.values()):
        wrong["settled (I1)"] = {number: sorted(told) for number, told in outcomes.items()}
    return wrong


class Mailbox:
    """A mailbox on a real IMAP server, the embedded archive, and what the server holds in the end."""

    variants = False

    def __init__(self, template: Path, server: Dovecot, *, name: str) -> None:
        self.name = name
        self._template, self._server = template, server
        lay_out(template, Clock(), rules=RULES, more=MORE + REPORT)
        start(template)
        secret = template / "passord"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o600)
        self._config = (template / "config.toml").read_text(encoding="utf-8")

    def set(self, folder: Path) -> Place:
        """A copy of the template, wired to a mailbox of its own."""
        shutil.copytree(self._template, folder)
        user = f"{folder.name}-{uuid4().hex[:8]}"
        section = (
            f'type = "imap"\nvert = "localhost"\nport = {self._server.imaps_port}\nca_fil = "{self._server.ca_file}"\n'
            f'bruker = "{user}"\npassord = {{ fil = "{folder / "passord"}" }}\n'
        )
        (folder / "config.toml").write_text(self._config.replace(FOLDER, section), encoding="utf-8")
        for content in MAILS:
            self._server.deliver(user, content, AT)
        return Place(folder=folder, told=lambda: self._held(user))

    def _held(self, user: str) -> Mapping[str, Any]:
        """What is wrong in the mailbox: every mail lies in one place, and none is left or doubled."""
        held: Counter[str] = Counter()
        with self._server.client(user) as client:
            for flags, _, name in client.list_folders():
                if rb"\Noselect" in flags:
                    continue
                client.select_folder(name, readonly=True)
                held[name.replace("INBOX.", "")] += len(client.search("UNDELETED"))
        places = {place.replace("/", "."): count for place, count in held.items() if count}
        meant = {"Robot.Journalført": 3, "Robot.Videresendt": 1, "Robot.Avvist": 1}
        return {} if places == meant else {"mailbox (I1, I3)": places}


def database(port: int, schema: str) -> str:
    """The section of a configuration for a PostgreSQL on this machine."""
    address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    return f'\n[organisasjon.kommune.database]\npostgres = "{address}"\nskjema = "{schema}"\n'


class SvarInnBox:
    """A mottakersystem that drops the first answers to receipts, the embedded archive, and what SvarInn holds in the end.

    One of its letters cannot be opened: it is stored and set aside, and its sender told at least once, never for good.
    """

    variants = False

    def __init__(self, template: Path, *, name: str) -> None:
        self.name = name
        self._template = template
        lay_out(template, Clock(), rules=RULES, more=MORE + REPORT)
        start(template)
        self._config = (template / "config.toml").read_text(encoding="utf-8")

    def set(self, folder: Path) -> Place:
        """A copy of the template, wired to a mottakersystem of its own."""
        shutil.copytree(self._template, folder)
        server = mottak().start()
        without = self._config.replace(f"[organisasjon.{NAME}.kilde.inn]\n{FOLDER}", "")
        (folder / "config.toml").write_text(without, encoding="utf-8")
        configure(folder / "config.toml", server, organisation=NAME)
        for number, title in enumerate(("søknad", "faktura", "klage", "uåpnelig")):
            damaged = {"hashes": ["0" * 64]} if title == "uåpnelig" else {}
            text = f"Dette er en {title}.".encode()
            server.send(
                Sent(
                    id=str(uuid5(NAMESPACE_URL, title)),
                    title=title,
                    files=[("brev.txt", "text/plain", text)],
                    at=AT + timedelta(minutes=number),
                    **damaged,
                )
            )
        server.faults.add(SvarInnFault(kind=FaultKind.DROP_AFTER, method="PATCH", times=1))
        return Place(folder=folder, told=lambda: self._held(server), done=server.close)

    def _held(self, server: SvarInnServer) -> Mapping[str, Any]:
        """What is wrong at SvarInn."""
        wrong: dict[str, Any] = {}
        for held in server.held.values():
            closed = held.sent.title == "uåpnelig"
            meant = (Status.WAITING, 0) if closed else (Status.READ, 1)
            if (held.status, held.receipts) != meant or bool(held.messages) != closed:
                wrong[f"{held.sent.title} (I1, I3)"] = (held.status, held.receipts, held.messages)
        return wrong
