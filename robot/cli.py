"""``postrobot``: finds the commands, hands them their context, and turns every error into one sentence and an exit code.

Exit codes: 0 fine, 1 found something, 2 used wrongly, 3 configuration, 4 source or archive out of reach, 5 locked.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from functools import partial
from io import TextIOWrapper
from types import TracebackType
from typing import Annotated, Any

import typer

from models.errors import ConfigError, Locked, MaybeDone, NeedsHuman, OutOfReach, TryLater, UsedWrongly
from robot.context import Context, from_process
from robot.help import help_text, names_only_a_group, wants_help
from robot.usage import usage_sentence

OK, FOUND, USAGE, CONFIG, OUT_OF_REACH, LOCKED = range(6)
INTERRUPTED = 130

_ORDER = (
    "init check doctor run pause resume status list explain retry verify rules review journal scan cases report"
    " backup restore purge"
).split()
_PROGRAM = "postrobot"


def main(args: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code. Talk and errors go to stderr, results to stdout."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show a letter shows a question mark; it is never a reason to stop.
            stream.reconfigure(errors="replace")
    try:
        code = _run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough (``| head``); Python must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    return code


def _run(args: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if args is None else args)
    hoisted, words = _hoist(words)
    app = build_app()
    root = typer.main.get_command(app)
    if wants_help(words) or names_only_a_group(root, words):
        hoisted.out(help_text(root, words))
        return OK
    if not hoisted.debug:
        sys.excepthook = partial(_unexpected, hoisted)
    return _guarded(app, words, hoisted)


def build_app() -> typer.Typer:
    """The app with every command group in ``robot/commands``. A group is added by adding its module."""
    app = typer.Typer(
        add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=False
    )
    app.callback()(_globals)
    import robot.commands

    names = [module.name for module in pkgutil.iter_modules(robot.commands.__path__)]
    for name in sorted(names, key=lambda n: (_ORDER.index(n) if n in _ORDER else len(_ORDER), n)):
        importlib.import_module(f"robot.commands.{name}").register(app)
    return app


def _globals(
    config: Annotated[
        str | None,
        typer.Option(
            "--config", metavar="FIL", help="oppsettfilen; ellers $POSTROBOT_CONFIG, ellers /etc/postrobot/robot.toml"
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="vis hele feilsporet når noe går galt")] = False,
    version: Annotated[bool, typer.Option("--version", help="vis versjonen")] = False,
) -> None:
    """Postrobot henter kommunens post, leser den, avgjør med arkivets regler, journalfører og rapporterer avvik."""


def _hoist(words: list[str]) -> tuple[Context, list[str]]:
    """Takes the global options out, wherever they stand: ``postrobot check --config FIL`` means what it says."""
    config, debug, rest = None, False, []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if word == "--":
            rest += [word, *queue]
            break
        if word == "--config" and queue:
            config = queue.pop(0)
        elif word.startswith("--config="):
            config = word.partition("=")[2]
        elif word == "--debug":
            debug = True
        else:
            rest.append(word)
    return from_process(config=config, debug=debug), rest


def _guarded(app: typer.Typer, words: list[str], context: Context) -> int:
    if words == ["--version"]:
        from importlib.metadata import version

        context.out(f"Postrobot {version(_PROGRAM)}")
        return OK
    try:
        # Not app(…): that would put typer's own traceback printer in place of ours.
        command = typer.main.get_command(app)
        result: Any = command.main(args=words, standalone_mode=False, obj=context, prog_name=_PROGRAM)
    except typer.exceptions.TyperException as problem:
        return _say(context, usage_sentence(problem), USAGE)
    except ConfigError as problem:
        if context.debug:
            raise
        return _say(context, config_text(problem), CONFIG)
    except UsedWrongly as problem:
        return _say(context, str(problem), USAGE)
    except (OutOfReach, TryLater, MaybeDone) as problem:
        if context.debug:
            raise
        return _say(context, f"{problem} Se oppsettet med «postrobot check --nett», og prøv igjen.", OUT_OF_REACH)
    except NeedsHuman as problem:
        return _say(context, problem.detail, USAGE)
    except Locked as problem:
        return _say(context, str(problem), LOCKED)
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    if result == INTERRUPTED:
        return _say(context, "Avbrutt. Det som var i gang, tas opp igjen neste gang.", INTERRUPTED)
    return result if isinstance(result, int) else OK


def config_text(problem: ConfigError) -> str:
    """All faults of a configuration, one paragraph each, and the next step."""
    lines = []
    for fault in problem.faults:
        lines.append(f"FEIL  {fault.key}")
        lines.append(
            f"      Ventet {fault.expected}."
            if not fault.expected.startswith("må ")
            else f"      {fault.expected}.".replace("må ", "Må ", 1)
        )
        if fault.suggestion:
            lines.append(f"      Mente du «{fault.suggestion}»?")
    count = len(problem.faults)
    lines.append(f"\n{count} feil i oppsettet. Rett {'den' if count == 1 else 'dem'}, og kjør: postrobot check")
    return "\n".join(lines)


def _say(context: Context, text: str, code: int) -> int:
    context.talk(text)
    return code


def _unexpected(
    context: Context, kind: type[BaseException], problem: BaseException, _trace: TracebackType | None
) -> None:
    """A bug outside the journey: one sentence. The message itself may quote post, so only its kind is shown."""
    where = f" ({problem.strerror}: {problem.filename})" if isinstance(problem, OSError) and problem.filename else ""
    context.talk(f"Uventet feil: {kind.__name__}{where}. Kjør igjen med --debug for å se hvor, og meld fra.")
