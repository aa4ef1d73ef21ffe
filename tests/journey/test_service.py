"""The service as a process of its own, on the folder ``init --example`` makes: what an operator can rely on."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from robot.init import init

LONGEST_S = 30.0
"""The most that is waited for anything; a machine at rest needs about two seconds."""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The folder of an example municipality."""
    folder = tmp_path / "solvik"
    init(folder, example=True, now=lambda: datetime.now(UTC))
    return folder


def environment() -> dict[str, str]:
    """This process's, without what would point the robot at another configuration or at systemd."""
    return {k: v for k, v in os.environ.items() if k not in {"POSTROBOT_CONFIG", "NOTIFY_SOCKET"}}


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "robot", "--config", str(folder / "config.toml"), *words]


def postrobot(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *words), capture_output=True, text=True, timeout=2 * LONGEST_S, env=environment(), check=False
    )


def listed(folder: Path) -> list[dict[str, Any]]:
    done = postrobot(folder, "list", "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def collected(folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
    done = postrobot(folder, "run", "--once", "--json", *words)
    assert done.returncode == code, done.stderr
    tally: dict[str, Any] = json.loads(done.stdout)
    return tally


def drop(folder: Path, name: str, *, subject: str = "Innsyn", text: str = "Jeg ber om innsyn i journalen.") -> Path:
    """A mail that comes as a file. Named ``.eml`` only when whole, as a careful sender does it."""
    mail = EmailMessage()
    mail["From"] = "Kari Prøve <kari.prove@example.org>"
    mail["To"] = "postmottak@solvik.example"
    mail["Subject"] = subject
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0100"
    mail["Message-ID"] = f"<{name}@example.org>"
    mail.set_content(text)
    half, whole = folder / f"{name}.half", folder / "inn" / f"{name}.eml"
    half.write_bytes(mail.as_bytes())
    half.rename(whole)
    return whole


class Service:
    """A running ``postrobot run`` and the lines it has logged."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            command(folder, "run"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment()
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)

    @property
    def ready(self) -> bool:
        """Whether the log says so: with ``logg = "konsoll"``, time, level, event."""
        return any(line.split()[2:3] == ["ready"] for line in list(self.lines))

    @property
    def log(self) -> str:
        return "".join(self.lines)

    def ended(self) -> int:
        """The exit code, and everything it logged is read."""
        code = self.process.wait(timeout=LONGEST_S)
        self._reader.join(timeout=LONGEST_S)
        return code


@contextmanager
def service(folder: Path) -> Iterator[Service]:
    running = Service(folder)
    try:
        until(lambda: running.ready or running.process.poll() is not None, "the service gets ready")
        assert running.ready, running.log
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait()


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + LONGEST_S
    while not holds():
        assert time.monotonic() < end, f"not within {LONGEST_S:.0f} s: {what}"
        time.sleep(0.1)


def has_ended(folder: Path, source_id: str) -> bool:
    return any(post["source_id"] == source_id and post["state"] in {"done", "set_aside"} for post in listed(folder))


def audit_events(folder: Path) -> list[str]:
    exported = postrobot(folder, "audit", "export")
    assert exported.returncode == 0, exported.stderr
    files = sorted((folder / "state").glob("*/revisjon/*.jsonl"))
    return [json.loads(line)["event"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("stopped_by", [signal.SIGTERM, signal.SIGINT])
def test_the_service_takes_post_as_it_comes_and_ends_in_order_when_told(
    installed: Path, stopped_by: signal.Signals
) -> None:
    # Collected as often as is allowed, so that post that comes after the first collection is waited for, not for a minute.
    config = installed / "config.toml"
    plan = "\n[robot.plan]\nhent_sekunder = 5\n\n[organisasjon.solvik]\n"
    config.write_text(config.read_text(encoding="utf-8").replace("\n[organisasjon.solvik]\n", plan), encoding="utf-8")
    drop(installed, "tidlig")
    with service(installed) as running:
        until(lambda: has_ended(installed, "tidlig.eml"), "post that lay there is taken")
        drop(installed, "sent", text="Dette kom mens tjenesten gikk.")
        until(lambda: has_ended(installed, "sent.eml"), "post that comes is taken")
        running.process.send_signal(stopped_by)
        assert running.ended() == 0, running.log
    assert "Traceback" not in running.log
    events = audit_events(installed)
    assert events.count("daemon_started") == events.count("daemon_stopped") == 1
    assert events.index("daemon_started") < events.index("daemon_stopped")
    assert postrobot(installed, "verify").returncode == 0
    assert postrobot(installed, "audit", "verify").returncode == 0


def test_a_second_run_beside_the_service_is_told_in_one_sentence_and_touches_nothing(installed: Path) -> None:
    with service(installed) as running:
        for words in (["run", "--once"], ["run"]):
            second = postrobot(installed, *words)
            assert second.returncode == 5, second.stderr
            assert second.stdout == ""
            assert len(second.stderr.splitlines()) == 1, second.stderr
            assert str(running.process.pid) in second.stderr
            assert "Traceback" not in second.stderr
        assert running.process.poll() is None


def test_a_service_that_was_killed_leaves_no_lock_behind(installed: Path) -> None:
    with service(installed) as running:
        running.process.kill()
        running.process.wait()
    drop(installed, "sent")
    assert collected(installed)["collected"] == 1


def test_a_second_run_once_collects_nothing_again(installed: Path) -> None:
    drop(installed, "brev")
    first = collected(installed)
    posts = listed(installed)
    assert (first["collected"], first["waiting"], first["failed"]) == (1, 0, 0)
    second = collected(installed)
    ends = ("collected", "archived", "set_aside", "forwarded", "dismissed", "duplicates", "failed", "waiting")
    assert {name: second[name] for name in ends} == dict.fromkeys(ends, 0)
    assert listed(installed) == posts


def test_a_dry_run_tells_what_would_happen_and_changes_nothing(installed: Path) -> None:
    mail = drop(installed, "brev")
    before = mail.read_bytes()
    looked = postrobot(installed, "run", "--once", "--dry-run", "--json")
    assert looked.returncode == 0, looked.stderr
    (found,) = [json.loads(line) for line in looked.stdout.splitlines()]
    assert found["source_id"] == "brev.eml"
    assert listed(installed) == []
    assert mail.read_bytes() == before
    assert [path.name for path in (installed / "inn").rglob("*")] == ["brev.eml"]
    assert not (installed / "mottatt").exists()
    assert not (installed / "ut").exists()
    # And the run that follows does what was told.
    collected(installed)
    (post,) = listed(installed)
    ways = {"archive": "archived", "forward": "forwarded", "dismiss": "dismissed", "set_aside": None}
    assert (post["outcome"], post["reason"]) == (ways[found["way"]], found["reason"])


def test_dry_run_without_once_is_refused(installed: Path) -> None:
    refused = postrobot(installed, "run", "--dry-run")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--once --dry-run" in refused.stderr


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine where nobody listens, kept from everybody else for the length of the test."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def add_unreachable_mailbox(folder: Path, port: int) -> None:
    secret = folder / "passord"
    secret.write_text("prøve", encoding="utf-8")
    secret.chmod(0o600)
    config = folder / "config.toml"
    mailbox = f"""
[organisasjon.solvik.kilde.postmottak]
type = "imap"
vert = "127.0.0.1"
port = {port}
bruker = "postmottak"
passord = {{ fil = "passord" }}
"""
    config.write_text(config.read_text(encoding="utf-8") + mailbox, encoding="utf-8")


def test_a_mailbox_out_of_reach_does_not_hold_up_the_other_source(installed: Path, closed_port: int) -> None:
    add_unreachable_mailbox(installed, closed_port)
    drop(installed, "brev")
    done = postrobot(installed, "run", "--once", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["collected"] == 1
    assert "postmottak" in done.stderr
    assert "Traceback" not in done.stderr
    assert has_ended(installed, "brev.eml")


def test_a_run_that_reached_no_mailbox_and_found_nothing_else_says_so_with_its_exit_code(
    installed: Path, closed_port: int
) -> None:
    add_unreachable_mailbox(installed, closed_port)
    assert collected(installed, code=4)["collected"] == 0


def test_the_service_works_on_while_a_mailbox_is_out_of_reach(installed: Path, closed_port: int) -> None:
    add_unreachable_mailbox(installed, closed_port)
    drop(installed, "brev")
    with service(installed) as running:
        until(lambda: has_ended(installed, "brev.eml"), "the other source's post is taken")
        assert running.process.poll() is None
        running.process.send_signal(signal.SIGTERM)
        assert running.ended() == 0, running.log
    assert "Traceback" not in running.log
