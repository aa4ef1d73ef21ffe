"""The first screen of the README shows the two commands; what it links to exists; the commands it shows run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from robot.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks() -> list[list[str]]:
    fenced = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    return [[line.partition("#")[0].strip() for line in block.splitlines() if line.strip()] for block in fenced]


def test_the_two_commands_stand_on_the_first_screen() -> None:
    first = "\n".join(README.splitlines()[:15])
    assert "make demo" in first
    assert "make test" in first


def test_every_link_goes_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_make_knows_the_commands() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"setup", "demo", "test", "lint", "bench", "torture"} <= targets
    shown = {line.split()[1] for block in _blocks() for line in block if line.startswith("make ")}
    assert shown <= targets


def test_the_commands_shown_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POSTROBOT_CONFIG", raising=False)
    (block,) = [block for block in _blocks() if any("init" in line for line in block)]
    for line in block:
        words = line.split()
        if words[0] == "cp":
            (tmp_path / words[2] / "brev.txt").write_text(
                "Klage på vedtak\n\nJeg klager på vedtaket.\n", encoding="utf-8"
            )
            continue
        assert words[0].endswith("postrobot")
        assert 0 == main(words[1:]), line
