"""The help texts, in Norwegian. Written by us and not by typer, which has only English and loads pydantic on the way."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

HELP_FLAGS = ("--help", "-h")


def wants_help(args: Sequence[str]) -> bool:
    """Whether ``args`` ask for help, before any ``--``."""
    before = args[: args.index("--")] if "--" in args else args
    return not args or any(flag in before for flag in HELP_FLAGS)


def names_only_a_group(root: Any, args: Sequence[str]) -> bool:
    """Whether ``args`` stop at a group (``postrobot review``): then its commands are what is asked for."""
    command, path = _named(root, args)
    return bool(getattr(command, "commands", {})) and list(args) == path[1:]


def help_text(root: Any, args: Sequence[str], *, width: int | None = None) -> str:
    """The help of the command that ``args`` name (as far as they name one). ``root`` is typer's command object."""
    command, path = _named(root, args)
    width = min(width or shutil.get_terminal_size((100, 24)).columns, 110)
    return "\n".join(_lines(command, path, width))


def _named(root: Any, args: Sequence[str]) -> tuple[Any, list[str]]:
    command, path = root, ["postrobot"]
    for word in args:
        commands = getattr(command, "commands", {})
        if word in commands:
            command = commands[word]
            path.append(word)
        elif not word.startswith("-"):
            break
    return command, path


def _lines(command: Any, path: list[str], width: int) -> Iterable[str]:
    params = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    arguments = [p for p in params if p.param_type_name == "argument"]
    options = [p for p in params if p.param_type_name == "option"]
    commands = {name: c for name, c in getattr(command, "commands", {}).items() if not c.hidden}
    usage = [" ".join(path), "[VALG]", *(_argument(p) for p in arguments), *(["KOMMANDO …"] if commands else [])]
    yield f"Bruk: {' '.join(usage)}"
    yield ""
    for paragraph in (command.help or "").strip().split("\n\n"):
        yield from textwrap.wrap(" ".join(paragraph.split()), width, initial_indent="  ", subsequent_indent="  ")
        yield ""
    yield from _table("Argumenter", [(_argument(p), p.help or "") for p in arguments], width)
    yield from _table("Kommandoer", [(name, _first(c.help or "")) for name, c in commands.items()], width)
    yield from _table(
        "Valg", [*((_option(p), p.help or "") for p in options), ("--help", "viser denne hjelpen")], width
    )
    if commands:
        yield f"Mer om en kommando: {' '.join(path)} KOMMANDO --help"


def _first(text: str) -> str:
    return " ".join(text.strip().split("\n\n")[0].split())


def _argument(param: Any) -> str:
    name = (param.metavar or param.name or "").upper()
    name = f"{name} …" if param.nargs == -1 else name
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    names = ", ".join(param.opts)
    return names if param.is_flag else f"{names} {(param.metavar or 'VERDI').upper()}"


def _table(title: str, rows: list[tuple[str, str]], width: int) -> Iterable[str]:
    if not rows:
        return
    yield f"{title}:"
    column = min(max(len(left) for left, _ in rows), 28) + 4
    for left, right in rows:
        wrapped = textwrap.wrap(right, max(width - column, 30)) or [""]
        if len(left) + 3 > column:
            yield f"  {left}"
        else:
            yield f"  {left}".ljust(column) + wrapped.pop(0)
        for line in wrapped:
            yield " " * column + line
    yield ""
