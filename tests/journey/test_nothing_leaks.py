"""One run over realistic post, with secrets planted everywhere a secret may stand: none of them, and nothing of what the post
says, is found in any log, report, database, audit or answer for machines where it has no business."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from connectors.arkiv.archive import EmbeddedArchive
from connectors.testing.dovecot import PASSWORD, Dovecot, installed
from models.audit_check import verify_files
from robot.demo.post import DemoPost, make_post
from rules.detectors import scan

# On a busy machine the run takes minutes.
pytestmark = [pytest.mark.server, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore:Requiring AUTH")]

ROOT = Path(__file__).resolve().parents[2]
ORGNR = "315000106"
IN_ENVIRONMENT, IN_FILE, IN_CREDENTIAL = "kanari-miljø-7f3a91", "kanari-fil-b20c55", "kanari-legitim-4e88d0"
NEVER_USED = "kanari-annet-91ffab"
SECRETS = (IN_ENVIRONMENT, IN_FILE, IN_CREDENTIAL, NEVER_USED, PASSWORD)
COMMANDS = (
    "check --nett", "run --once --json", "run --job rapport", "run --job ærend", "report --json", "status --json", "list --json",
    "verify --json", "audit verify --json", "--debug run --once --json",
)  # fmt: skip
IN_ONE_PROCESS = """
import contextlib, io, json, sys
from robot.cli import main
said = {}
for words in json.loads(sys.argv[2]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main(["--config", sys.argv[1], *words.split()])
    said[words + " (stdout)"], said[words + " (stderr)"] = out.getvalue(), err.getvalue()
print(json.dumps(said))
"""
"""The commands one after the other in a process of their own: the libraries are loaded once."""


@dataclass(slots=True)
class Ran:
    """What one run left: what was said on stdout and stderr by each command, and the folder."""

    folder: Path
    post: DemoPost
    said: dict[str, str] = field(default_factory=dict)

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """(where, bytes) of all that was said and written, but the secrets' own files and the post itself."""
        for name, text in self.said.items():
            yield name, text.encode()
        for path in sorted(self.folder.rglob("*")):
            given = {"hemmelig", "inn", "journalført", "videresendt", "avvist", "mottatt"} & set(path.parts)
            if path.is_file() and not given:
                yield str(path.relative_to(self.folder)), path.read_bytes()


def forms(secret: str) -> Iterator[bytes]:
    """A secret as it may be written: plain, as a URL, hex, JSON, UTF-16, and base64 at each of the three alignments."""
    raw = secret.encode()
    yield raw
    yield quote(secret).encode()
    yield raw.hex().encode()
    yield json.dumps(secret)[1:-1].encode()
    yield secret.encode("utf-16-le")
    for shift in range(3):
        inside = base64.b64encode(b"\0" * shift + raw)
        yield inside[4 : len(inside) - 4] if shift else inside[: len(inside) - 4]


class Echoes:
    """A mail server that lets nobody in and says why at length: with what it was sent."""

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(
            success=False, handled=False, message=f"535 5.7.8 nei til {data.login!r} {data.password.decode()}"
        )

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "554 5.7.1 nei"


@pytest.fixture(scope="module")
def mail_server() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    echoes = Echoes()
    controller = Controller(
        echoes, hostname="127.0.0.1", port=port, authenticator=echoes, auth_required=True, auth_require_tls=False
    )
    controller.start()
    yield port
    controller.stop()


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    if not installed():
        message = "needs the Debian package dovecot-imapd"
        if os.environ.get("POSTROBOT_NEED_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    server = Dovecot.create()
    yield server
    server.remove()


def configure(folder: Path, dovecot: Dovecot, mail_port: int) -> dict[str, str]:
    """Secrets by each of the three ways; the environment the commands get."""
    secrets = folder / "hemmelig"
    secrets.mkdir(mode=0o700)
    for name, secret in (("smtp", IN_FILE), ("rett", PASSWORD), ("imap", IN_CREDENTIAL), ("annet", NEVER_USED)):
        (secrets / name).write_text(secret, encoding="utf-8")
        (secrets / name).chmod(0o600)
    config = folder / "config.toml"
    text = config.read_text(encoding="utf-8").replace('logg = "konsoll"', 'logg = "json"\nloggnivaa = "debug"')
    before, _, after = text.partition("[organisasjon.solvik.epost]\n")
    mailer = (
        f'[organisasjon.solvik.epost]\ntype = "smtp"\nvert = "127.0.0.1"\nport = {mail_port}\nkryptering = "ingen"\n'
        f'brukernavn = "robot"\npassord = {{ fil = "hemmelig/smtp" }}\n'
    )
    after = after.replace('type = "mappe"\nmappe = "ut"\n', "", 1)
    sources = "".join(
        f'\n[organisasjon.solvik.kilde.{name}]\ntype = "imap"\nvert = "localhost"\nport = {dovecot.imaps_port}\n'
        f'ca_fil = "{dovecot.ca_file}"\nbruker = "{user}"\npassord = {{ {way} }}\n'
        for name, user, way in (
            ("rett", "rett", 'fil = "hemmelig/rett"'),
            ("variabel", "a", 'variabel = "IMAP_PASSORD"'),
            ("legitim", "b", 'credential = "imap"'),
        )
    )
    config.write_text(before + mailer + after + sources, encoding="utf-8")
    return {
        **os.environ,
        "IMAP_PASSORD": IN_ENVIRONMENT,
        "CREDENTIALS_DIRECTORY": str(secrets),
        "ANNEN_HEMMELIGHET": NEVER_USED,
    }


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot, mail_server: int) -> Ran:
    """The example municipality's post in a folder and a mailbox, through everything that prints, logs or writes."""
    folder = tmp_path_factory.mktemp("solvik") / "hus"
    subprocess.run([sys.executable, "-m", "robot", "init", "--example", str(folder)], cwd=ROOT, check=True)
    post = make_post(folder / "inn", seed=7, today=datetime.now(UTC).date())
    for number, (name, content) in enumerate(post.mails):
        if number % 2:
            dovecot.deliver("rett", content, datetime.now(UTC))
        else:
            (folder / "inn" / name).write_bytes(content)
    environ = configure(folder, dovecot, mail_server)
    archive = EmbeddedArchive(folder / "state" / ORGNR, now=lambda: datetime.now(UTC))
    try:
        assert not archive.import_cases(post.cases).faults
    finally:
        archive.close()
    made = Ran(folder=folder, post=post)
    command = [sys.executable, "-c", IN_ONE_PROCESS, str(folder / "config.toml"), json.dumps(COMMANDS)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, env=environ, timeout=600)
    assert 0 == done.returncode, done.stderr
    made.said = {**json.loads(done.stdout.splitlines()[-1]), "process (stderr)": done.stderr}
    return made


def test_the_run_did_what_it_should_and_the_servers_said_no_to_what_they_should(ran: Ran) -> None:
    counts = json.loads(ran.said["run --once --json (stdout)"])
    assert counts["archived"] > 20 and not counts["failed"]
    said = "".join(text for name, text in ran.said.items() if name.endswith("(stderr)"))
    assert "source_out_of_reach" in said or "source_says_later" in said
    status = ran.said["status --json (stdout)"]
    assert "variabel" in status and "legitim" in status
    assert json.loads(ran.said["verify --json (stdout)"])["ok"]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_planted_secret_is_nowhere(ran: Ran, secret: str) -> None:
    looked = list(ran.everything())
    assert {"state", "config.toml"} <= {name.partition("/")[0] for name, _ in looked}
    assert len(looked) > 30
    found = [(name, form[:6]) for name, content in looked for form in forms(secret) if form in content]
    assert [] == found


def test_a_secret_is_found_however_it_is_written() -> None:
    """The search itself: in the forms in which programs let secrets out."""
    for secret in SECRETS:
        for written in (
            secret.encode(), f"smtp://robot:{quote(secret)}@vert".encode(), base64.b64encode(f"\0robot\0{secret}".encode()),
            base64.b64encode(f"\0robotene\0{secret}".encode()), base64.b64encode(f"\0robote\0{secret}".encode()),
            json.dumps({"passord": secret}).encode(), repr(secret).encode(),
        ):  # fmt: skip
            assert any(form in written for form in forms(secret)), written


def audit_files(ran: Ran) -> list[Path]:
    return sorted((ran.folder / "state" / ORGNR / "revisjon").glob("*.jsonl"))


def test_the_detectors_find_nothing_in_the_whole_audit(ran: Ran) -> None:
    (path, *_) = audit_files(ran)
    assert verify_files([path]).events > 300
    found = scan(path.read_text(encoding="utf-8"), sted="revisjon")
    assert [] == [(one.etikett, one.start) for one in found]


def test_no_name_address_subject_or_file_name_of_the_post_stands_in_the_audit_or_the_log(ran: Ran) -> None:
    audit = "".join(path.read_text(encoding="utf-8") for path in audit_files(ran))
    log = "".join(text for name, text in ran.said.items() if name.endswith("(stderr)"))
    rows = [json.loads(line) for line in ran.said["list --json (stdout)"].splitlines()]
    words = {str(row[name]) for row in rows for name in ("subject", "tittel", "source_id", "sender") if row.get(name)}
    words |= {"borger.example", "Fjelltun", "Bakkeli", "Dalsgård", "Kvernberg"}
    words = {word for word in words if len(word) > 5 and not word.startswith("INBOX")}
    assert len(words) > 50
    assert [] == [word for word in sorted(words) if word in audit]
    assert [] == [word for word in sorted(words) if word in log]
