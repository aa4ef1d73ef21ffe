"""Which commit rule layers stand at, when they are kept in git: asked of ``git`` itself, bounded, and absent git is fine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 5.0
_MOST_CHARS = 120

# Nothing of a repository's own configuration may start a program, and no lock is taken in somebody's work tree.
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "log.showSignature=false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """The last commit that changed a layer. ``dirty``: files there differ from it."""

    layer: str
    sha: str
    author: str
    at: str
    dirty: bool


def commits_of(layers: Sequence[str | Path]) -> tuple[Commit, ...]:
    """The commits of the layers that are folders in a git work tree; the others are left out."""
    found = (_commit(Path(layer)) for layer in layers if Path(layer).is_dir())
    return tuple(commit for commit in found if commit is not None)


def origin_of(commits: Sequence[Commit]) -> dict[str, object]:
    """The same as the store and the audit keep it: ``commit`` (layer and hash), ``author``, ``dirty`` (a count)."""
    if not commits:
        return {}
    return {
        "commit": [f"{commit.layer} {commit.sha}" for commit in commits],
        "author": [commit.author for commit in commits],
        "dirty": sum(commit.dirty for commit in commits),
    }


def _commit(folder: Path) -> Commit | None:
    said = _git(folder, "log", "-1", "--format=%H%x00%an <%ae>%x00%cI", "--", ".")
    parts = said.strip().split("\0") if said else []
    if len(parts) != 3:
        return None
    sha, author, at = parts
    status = _git(folder, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    return Commit(
        layer=folder.name,
        sha=sha[:64],
        author=" ".join(author.split())[:_MOST_CHARS],
        at=at,
        dirty=status is None or bool(status.strip()),
    )


def _git(folder: Path, *words: str) -> str | None:
    """What git says; None when there is no git, no work tree, or no answer in time."""
    # The service seldom owns the folder; an administrator named it, so its owner is not to be doubted (safe.directory).
    command = ["git", *_QUIET, "-c", "safe.directory=*", "-C", str(folder), *words]
    environment = {
        "PATH": os.defpath,
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
