"""docs/drift.md: its configuration loads, its commands exist, its table of exit codes is the program's."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from robot import cli
from robot.load_config import load_settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "drift.md").read_text(encoding="utf-8")


def test_the_smallest_configuration_loads(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "robot.toml").write_text(block, encoding="utf-8")
    assert ["solvik"] == list(load_settings(tmp_path / "robot.toml", environ={}).organisasjon)


def test_the_commands_in_its_blocks_exist() -> None:
    known = typer.main.get_command(cli.build_app()).commands  # type: ignore[attr-defined]
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
    shown = re.findall(r"^postrobot ([a-z]+)", blocks, re.MULTILINE)
    assert shown
    assert set(shown) <= set(known)


def test_the_exit_codes_are_those_of_the_program() -> None:
    rows = [int(code) for code in re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)]
    assert [cli.OK, cli.FOUND, cli.USAGE, cli.CONFIG, cli.OUT_OF_REACH, cli.LOCKED] == rows


def test_what_it_installs_with_apt_is_what_the_setup_installs() -> None:
    (line,) = re.findall(r"^apt install (.+)$", PAGE, re.MULTILINE)
    script = (ROOT / ".ci" / "system-packages").read_text(encoding="utf-8")
    run = script.partition("run)")[2].partition(";;")[0]
    assert set(re.findall(r'need="\$need ([^"]+)"', run)) == set(line.split())
