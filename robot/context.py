"""What every command is handed: where the configuration is, and how to speak. Imports nothing heavy."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    import typer

    from robot.config import Settings

DEFAULT_CONFIG = Path("/etc/postrobot/robot.toml")
"""Where the service's configuration is, unless ``--config`` or ``POSTROBOT_CONFIG`` says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Made once, in :func:`robot.cli.main`: the only place that reads the process's environment.

    ``configured``: somebody said which configuration (option or environment), so it is meant.
    """

    config: Path
    configured: bool = False
    debug: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)

    @classmethod
    def of(cls, ctx: typer.Context) -> Context:
        """The context of a command that is running."""
        return cast(Context, ctx.find_root().obj)

    def settings(self, *, need_secrets: bool = False) -> Settings:
        """Loads the configuration. ``need_secrets`` for commands that talk to the outside (``run``).

        Raises:
            ConfigError: every fault found.
        """
        from robot.load_config import load_settings

        return load_settings(self.config, environ=self.environ, need_secrets=need_secrets)

    def now(self) -> datetime:
        """The time, UTC: the one clock that is handed on to everything a command starts."""
        return datetime.now(UTC)

    def out(self, text: str = "") -> None:
        """A result, to stdout."""
        print(text, file=self.stdout)

    def talk(self, text: str = "") -> None:
        """What is said on the way, to stderr."""
        print(text, file=self.stderr)

    def json(self, value: object, *, indent: int | None = None) -> None:
        """A result for machines: one JSON value on stdout. æøå as they are."""
        self.out(json.dumps(value, ensure_ascii=False, indent=indent, default=str))

    @property
    def coloured(self) -> bool:
        """Whether stderr is a terminal that wants colour (no-color.org)."""
        return self.stderr.isatty() and not self.environ.get("NO_COLOR")

    @property
    def bars(self) -> bool:
        """Whether progress bars are wanted: only in a terminal."""
        return self.stderr.isatty() and self.environ.get("TERM") != "dumb"


def from_process(*, config: str | None, debug: bool) -> Context:
    """The context of this process: ``--config``, else ``POSTROBOT_CONFIG``, else :data:`DEFAULT_CONFIG`."""
    environ = dict(os.environ)
    where = config or environ.get("POSTROBOT_CONFIG")
    return Context(config=Path(where or DEFAULT_CONFIG), configured=bool(where), debug=debug, environ=environ)
