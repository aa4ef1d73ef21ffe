"""``postrobot doctor``: each connection is asked, and what is wrong is said with the next step."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.checkup import Level, clock, expiry
from connectors.svarinn.opening import Cause
from connectors.svarinn.unopened import Note, Unopenables
from connectors.testing.certificates import rsa_key, self_signed
from connectors.testing.servers.faults import Fault, FaultKind
from connectors.testing.servers.svarinn import Sent, Status, SvarInnServer
from robot.cli import main
from tests.support.svarinn import configure, mottak

LETTER = ("brev.pdf", "application/pdf", b"%PDF-1.7 %%EOF")


@pytest.fixture
def server() -> Iterator[SvarInnServer]:
    with mottak() as running:
        yield running


@pytest.fixture
def config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert 0 == main(["init", str(tmp_path / "hus")])
    capsys.readouterr()
    return tmp_path / "hus" / "config.toml"


def doctor(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, str]]]:
    code = main(["--config", str(config), "doctor", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] == (code == 0)
    return code, {each["name"]: each for each in told["checks"] if each["area"].startswith("Kilde svarinn")}


def test_all_is_well(config: Path, server: SvarInnServer, capsys: pytest.CaptureFixture[str]) -> None:
    configure(config, server, organisation="kommune")
    server.send(Sent(title="Brev", files=[LETTER], at=datetime.now(UTC)))
    code, looks = doctor(config, capsys)
    assert (0, {"ok"}) == (code, {each["level"] for each in looks.values()})
    assert ["nøkler", "sertifikat", "utløp", "tjenesten", "klokke", "kø"] == list(looks)
    assert "1 forsendelser venter" in looks["kø"]["text"]
    assert [] == [each for each in server.requests if each.request.method != "GET"]
    assert 0 == sum(held.downloads for held in server.held.values())


def test_the_screen_shows_areas_words_and_next_steps(
    config: Path, server: SvarInnServer, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(config, server, organisation="kommune")
    server.faults.add(Fault(kind=FaultKind.STATUS, status=401))
    assert 1 == main(["--config", str(config), "doctor", "--org", "kommune"])
    out = capsys.readouterr().out
    assert "Kilde svarinn (kommune)" in out
    assert "FEIL" in out
    assert "-> se docs/tilkobling/svarinn.md" in out
    assert "Kø (kommune)" in out
    assert main(["--config", str(config), "doctor", "--org", "ukjent"]) == 2


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (Fault(kind=FaultKind.STATUS, status=401), "slipper oss ikke inn"),
        (Fault(kind=FaultKind.STATUS, status=404), "api_versjon"),
        (Fault(kind=FaultKind.STATUS, status=503, times=9), "nede"),
    ],
    ids=["401", "404", "503"],
)
def test_a_service_that_refuses_is_told_with_why(
    config: Path, server: SvarInnServer, capsys: pytest.CaptureFixture[str], fault: Fault, word: str
) -> None:
    configure(config, server, organisation="kommune")
    server.faults.add(fault)
    code, looks = doctor(config, capsys)
    assert (1, "fault") == (code, looks["tjenesten"]["level"])
    assert word in looks["tjenesten"]["text"]


def test_a_certificate_that_is_not_of_our_key_is_a_fault(
    config: Path, server: SvarInnServer, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(config, server, organisation="kommune", key="en annen")
    code, looks = doctor(config, capsys)
    assert (1, "fault") == (code, looks["sertifikat"]["level"])
    assert "abc" in looks["sertifikat"]["text"]


@pytest.mark.parametrize(("days", "level"), [(20, "warning"), (0, "fault")])
def test_a_certificate_that_runs_out_is_told_in_time(
    config: Path, capsys: pytest.CaptureFixture[str], days: int, level: str
) -> None:
    with mottak(days=days) as server:
        configure(config, server, organisation="kommune")
        _, looks = doctor(config, capsys)
    assert level == looks["utløp"]["level"]
    assert "Bytte nøkkel" in looks["utløp"]["next_step"]


def test_a_key_that_cannot_be_read_is_a_fault_without_its_content(
    config: Path, server: SvarInnServer, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(config, server, organisation="kommune")
    (config.parent / "svarinn.nokkel").write_text("-----BEGIN hemmelig-streng", encoding="utf-8")
    code, looks = doctor(config, capsys)
    assert (1, "fault") == (code, looks["nøkler"]["level"])
    assert "hemmelig-streng" not in str(looks)


def test_a_clock_that_goes_wrong_is_told(
    config: Path, server: SvarInnServer, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(config, server, organisation="kommune")
    server.now = lambda: time.time() + 3600
    code, looks = doctor(config, capsys)
    assert (1, "fault") == (code, looks["klokke"]["level"])
    assert "timedatectl" in looks["klokke"]["next_step"]


def test_a_queue_that_stands_still_or_is_stuck_is_told(
    config: Path, server: SvarInnServer, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(config, server, organisation="kommune")
    held = server.send(Sent(title="Brev", files=[LETTER], at=datetime.now(UTC) - timedelta(hours=3)))
    _, looks = doctor(config, capsys)
    assert "warning" == looks["kø"]["level"]
    assert "begynt å varsle" in looks["kø"]["next_step"]
    (state,) = (config.parent / "state").iterdir()
    note = Note(cause=Cause.NO_KEY, keys="x", since="2026-01-01T00:00:00+00:00")
    Unopenables(state / "kilder" / "svarinn.uaapnet.json").note(held.sent.id, note)
    _, looks = doctor(config, capsys)
    assert "1 av dem kan ikke åpnes" in looks["kø"]["text"]
    for _ in range(200):
        server.send(Sent(title="Brev", files=[LETTER], at=datetime.now(UTC), blob=b""))
    code, looks = doctor(config, capsys)
    assert (1, "fault") == (code, looks["kø"]["level"])
    assert {Status.WAITING} == {each.status for each in server.held.values()}


def test_expiry_and_clock_have_their_limits() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    early = timedelta(days=30)
    found = [expiry("x", now + timedelta(days=d), now, early=early, next_step="bytt").level for d in (-1, 0, 30, 31)]
    assert [Level.FAULT, Level.FAULT, Level.WARNING, Level.OK] == found
    assert [Level.OK, Level.OK, Level.FAULT] == [clock("x", s, most_s=10).level for s in (0.0, -10.0, 11.0)]


def test_a_certificate_is_made_for_the_key_it_is_named_for() -> None:
    assert self_signed("x", rsa_key("mottak")).public_key().public_numbers() == (
        rsa_key("mottak").public_key().public_numbers()
    )
