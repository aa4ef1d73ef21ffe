"""The pipelines on disk: ``sprak/<target>/<hash>/`` in the organisation's folder. A folder is whole before a row names it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import UsedWrongly
from models.learning import Learnt, Standing, Target
from models.store import Store

if TYPE_CHECKING:
    from robot.language.pipeline import Pipeline

FOLDER = "sprak"
KEPT = 5
"""As many older pipelines of a target are kept for roll-back."""
_NAME = 24


def put(store: Store, target: Target, pipeline: Pipeline) -> str:
    """Lays a pipeline on the shelf and returns its hash. The row that names it is written after, by the caller."""
    from robot.language.store import replace

    folder = store.folder / FOLDER / target.value
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".ny.", dir=folder) as made:
        digest = pipeline.save(Path(made))
    replace(pipeline, place(store, target, digest))
    return digest


def place(store: Store, target: Target, sha256: str) -> Path:
    """Where a pipeline lies."""
    return store.folder / FOLDER / target.value / sha256[:_NAME]


def take(store: Store, learnt: Learnt) -> Pipeline | None:
    """A pipeline from the shelf; None when it is not there whole (after a restore, a lost disk page): then it is as if
    nothing had been learnt, until the next training."""
    from robot.language.pipeline import load

    try:
        pipeline = load(place(store, learnt.target, learnt.sha256))
    except UsedWrongly:
        return None
    return pipeline if pipeline.hash == learnt.sha256 else None


def live(store: Store, target: Target) -> tuple[Learnt, Pipeline] | None:
    """The pipeline at work; None when there is none that can be used."""
    with store.read() as reads:
        learnt = reads.live_pipeline(target)
    pipeline = take(store, learnt) if learnt is not None else None
    return (learnt, pipeline) if learnt is not None and pipeline is not None else None


def clear(store: Store, target: Target, *, older_than_s: float = 86_400.0) -> int:
    """Removes pipelines beyond those kept, and folders that no row names (a crash between folder and row)."""
    with store.read() as reads:
        rows = reads.pipelines(target)
    old = [row for row in rows if row.standing is Standing.OLD][KEPT:]
    refused = [row for row in rows if row.standing is Standing.REFUSED][KEPT:]
    with store.write() as tx:
        tx.forget_pipelines([row.no for row in (*old, *refused)])
    gone = {row.no for row in old}
    named = {row.sha256[:_NAME] for row in rows if row.standing is not Standing.REFUSED and row.no not in gone}
    count = 0
    for folder in sorted((store.folder / FOLDER / target.value).glob("*")):
        aged = folder.name in {row.sha256[:_NAME] for row in old} or _age_s(store, folder) >= older_than_s
        if folder.name not in named and aged:
            shutil.rmtree(folder, ignore_errors=True)
            count += 1
    return count


def _age_s(store: Store, folder: Path) -> float:
    return store.now() - folder.stat().st_mtime
