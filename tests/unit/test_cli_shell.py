"""The command line: Norwegian help and errors, exit codes, no traceback without --debug, nothing heavy for --help."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from models.errors import ConfigError, ConfigFault, Locked, NeedsHuman, OutOfReach, UsedWrongly
from models.reasons import ReasonCode
from robot import cli
from robot.context import DEFAULT_CONFIG, Context, from_process

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sqlalchemy", "pydantic", "spacy", "pdfplumber")


def loaded_after(*args: str) -> list[str]:
    """Runs the command in a process of its own; the heavy modules it loaded."""
    code = (
        "import sys, json, contextlib, io\n"
        "from robot.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    assert main({list(args)!r}) == 0\n"
        f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return list(json.loads(told.stdout))


def test_help_loads_nothing_heavy() -> None:
    assert [] == loaded_after("--help")


def test_help_of_every_command_loads_nothing_heavy() -> None:
    root = typer.main.get_command(cli.build_app())
    code = (
        "import sys, json, contextlib, io\n"
        "from robot.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    assert all(main([c, '--help']) == 0 for c in {list(root.commands)!r})\n"
        f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [] == json.loads(told.stdout)


def test_every_command_and_option_has_a_norwegian_help_text() -> None:
    def commands(command: object, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], object]]:
        below = getattr(command, "commands", {})
        return [(path, command)] + [x for name, sub in below.items() for x in commands(sub, (*path, name))]

    root = typer.main.get_command(cli.build_app())
    silent = [
        (path, getattr(param, "name", None))
        for path, command in commands(root)
        for param in [command, *command.params]  # type: ignore[attr-defined]
        if not (param.help or "").strip() and param.name != "help"
    ]
    assert [] == silent


@pytest.mark.parametrize(
    "args",
    [[], ["--help"], ["-h"], ["check", "--help"], ["--config", "x.toml", "--help"], ["rules"], ["rules", "--help"]],
)
def test_help_goes_to_stdout_in_norwegian(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == cli.main(args)
    said = capsys.readouterr()
    assert said.out.startswith("Bruk: postrobot")
    assert "Usage" not in said.out + said.err
    assert "Options" not in said.out


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (["chek"], "Mente du «check»?"),
        (["--finnes-ikke"], "--finnes-ikke finnes ikke"),
        (["check", "--jsn"], "Mente du «--json»?"),
        (["init"], "MAPPE mangler"),
        (["check", "for", "mye"], "For mange argumenter"),
    ],
)
def test_wrong_use_is_one_norwegian_sentence_and_2(
    args: list[str], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == cli.main(args)
    said = capsys.readouterr()
    assert part in said.err
    assert "--help" in said.err
    assert 1 == len(said.err.strip().splitlines())
    assert not said.out


def test_a_configuration_that_is_not_there_is_3(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert 3 == cli.main(["--config", str(tmp_path / "none.toml"), "check"])
    said = capsys.readouterr()
    assert "postrobot init" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("args", [["check", "--config", "X"], ["--config=X", "check"], ["--config", "X", "check"]])
def test_the_configuration_may_be_named_before_or_after_the_command(
    args: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = str(tmp_path / "none.toml")
    assert 3 == cli.main([word.replace("X", where) for word in args])
    assert where in capsys.readouterr().err


def test_the_configuration_is_option_then_environment_then_etc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTROBOT_CONFIG", raising=False)
    assert DEFAULT_CONFIG == from_process(config=None, debug=False).config
    monkeypatch.setenv("POSTROBOT_CONFIG", "/x/a.toml")
    assert Path("/x/a.toml") == from_process(config=None, debug=False).config
    assert Path("/x/b.toml") == from_process(config="/x/b.toml", debug=False).config


def _raising(problem: BaseException) -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.callback()(lambda: None)

    @app.command("run")
    def run(ctx: typer.Context) -> None:
        assert isinstance(Context.of(ctx), Context)
        raise problem

    return app


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (ConfigError((ConfigFault(key="robot.x", expected="y", suggestion="z"),)), 3),
        (UsedWrongly("Slik går det ikke. Gjør noe annet."), 2),
        (OutOfReach("Tjeneren svarer ikke.", connection="solvik.kilde.epost"), 4),
        (Locked("En annen kjører. Vent."), 5),
        (NeedsHuman(ReasonCode.DAMAGED, "Filen er skadet."), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_error_has_its_exit_code_and_no_traceback(
    problem: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "build_app", lambda: _raising(problem))
    assert code == cli.main(["run"])
    said = capsys.readouterr()
    assert said.err.strip()
    assert "Traceback" not in said.err
    assert not said.out


@pytest.mark.parametrize(("flags", "traceback"), [([], False), (["--debug"], True)])
def test_a_bug_shows_its_traceback_only_with_debug(flags: list[str], traceback: bool) -> None:
    code = (
        "import sys, typer\nfrom robot import cli\n"
        "def app():\n"
        "    made = typer.Typer(add_completion=False); made.callback()(lambda: None)\n"
        "    @made.command('run')\n"
        "    def run(): raise RuntimeError('Kari Nordmann')\n"
        "    return made\n"
        "cli.build_app = app\n"
        f"sys.exit(cli.main(['run', *{flags!r}]))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert 1 == told.returncode
    assert traceback == ("Traceback" in told.stderr)
    if not traceback:
        assert "Kari" not in told.stderr
        assert "--debug" in told.stderr


def test_python_m_robot_is_the_same_command() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "robot", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("Postrobot ")


def test_a_reader_that_goes_away_is_no_error() -> None:
    told = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{sys.executable} -m robot --help | head -c 1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "" == told.stderr


def test_a_terminal_without_norwegian_letters_is_no_reason_to_stop() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "robot", "explain", "R101"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin"},
    )
    assert 0 == told.returncode
    assert b"R101: Ukjent n?kkel" in told.stdout


def test_no_color_and_pipes_turn_colours_off(tmp_path: Path) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    def context(**environ: str) -> Context:
        return Context(config=tmp_path, environ=environ, stderr=Terminal())  # type: ignore[arg-type]

    assert context().coloured
    assert not context(NO_COLOR="1").coloured
    assert not Context(config=tmp_path).coloured
