"""A pipeline's folder: written beside and put in place whole, so that nobody ever reads half of one."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from models.errors import UsedWrongly
from robot.language.pipeline import CARD, Pipeline


def replace(pipeline: Pipeline, folder: Path) -> str:
    """Saves a pipeline as ``folder``, in place of one that is there; returns its hash.

    Raises:
        UsedWrongly: the folder holds something that is not a pipeline, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsedWrongly(f"{folder} er en fil; oppgi en mappe.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / CARD).is_file():
        raise UsedWrongly(f"{folder} har noe annet enn en språkpipeline i seg. Velg en tom mappe, eller en ny.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as problem:
        raise UsedWrongly(f"Kan ikke skrive i {folder.parent}: {problem.strerror}.") from problem
    try:
        digest = pipeline.save(new)
        new.chmod(0o755)
        old = folder.parent / f"{new.name}.old"
        if folder.exists():
            folder.replace(old)
        new.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return digest
