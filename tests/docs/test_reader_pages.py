"""docs/arkivar.md and docs/gjennomsyn.md: the commands and options exist, the rule loads and its examples hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from robot import cli

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = (
    "arkivar.md",
    "gjennomsyn.md",
    "drift.md",
    "omsorg.md",
    "sprak.md",
    "tilkobling/svarinn.md",
    "tilkobling/altinn.md",
    "tilkobling/einnsyn.md",
)


def _shown(page: str) -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line.partition("#")[0].split() for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if words and words[0] == "postrobot"]


@pytest.mark.parametrize(("page", "words"), [(page, words) for page in PAGES for words in _shown(page)])
def test_a_command_shown_exists_with_its_options(page: str, words: list[str]) -> None:
    command: Any = typer.main.get_command(cli.build_app())
    while words and getattr(command, "commands", None):
        assert words[0] in command.commands
        command, words = command.commands[words[0]], words[1:]
    known = {option for param in command.params for option in param.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("page", PAGES)
def test_every_link_goes_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (DOCS / page).read_text(encoding="utf-8"))
    folder = (DOCS / page).parent
    assert not [link for link in links if "://" not in link and not (folder / link).exists()]


@pytest.mark.parametrize("page", ["arkivar.md", "omsorg.md"])
def test_the_rule_shown_is_a_good_one(page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.M | re.S)
    assert 0 == cli.main(["init", str(tmp_path / "mappe")])
    (tmp_path / "mappe" / "regler" / "bevilling.yaml").write_text(block, encoding="utf-8")
    capsys.readouterr()
    code = cli.main(["--config", str(tmp_path / "mappe" / "config.toml"), "rules", "test"])
    shown = capsys.readouterr().out
    assert 0 == code, shown
    assert cli.main(["--config", str(tmp_path / "mappe" / "config.toml"), "rules", "lint"]) == 0
    assert "bevilling.yaml" not in capsys.readouterr().out
