"""A journal file by itself, without any configuration: the shared rules, no archive, a store that is gone afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.errors import UsedWrongly
from models.store import StoreAddress, open_store
from robot.journalcheck.judging import Judge
from robot.journalcheck.nightly import pipeline_finder
from robot.journalcheck.pool import Pool
from robot.journalcheck.setup import DEFAULT, CheckSetup
from robot.journalcheck.sweep import Sweep

if TYPE_CHECKING:
    from models.store.journal_tx import StoredFinding

NOBODY = "000000000"
SPREAD_FROM_BYTES = 2_000_000
"""A file of this size is judged on every core."""


def check_file(
    path: Path,
    *,
    now: Callable[[], datetime],
    only: frozenset[str] = frozenset(),
    show: Callable[[int, int], None] = lambda done, of: None,
    setup: CheckSetup = DEFAULT,
    name_pipeline: bool = True,
    workers: int | None = None,
) -> tuple[int, list[StoredFinding]]:
    """How many entries it has, and what was found in it. ``workers`` None: as many as cores for a large file, else none.

    Raises:
        UsedWrongly: there is no such file.
        OutOfReach: it cannot be read.
    """
    from connectors.journalxml.view import JournalXmlView
    from rules.load import load

    if not path.exists():
        raise UsedWrongly(f"Filen {path} finnes ikke.")
    ruleset = load(["felles"], None, check=False).ruleset
    view = JournalXmlView(path)
    judge = Judge(
        setup=setup,
        today=now().astimezone(ZoneInfo(setup.zone)).date(),
        told=view.capabilities,
        ruleset=ruleset,
        finder=pipeline_finder() if name_pipeline else None,
    )
    if workers is None:
        workers = (os.cpu_count() or 1) if path.is_dir() or path.stat().st_size >= SPREAD_FROM_BYTES else 1
    pool = Pool(judge, workers) if workers > 1 else None
    with tempfile.TemporaryDirectory(prefix="postrobot-") as folder:
        store = open_store(
            StoreAddress.sqlite(Path(folder) / "robot.db"),
            orgnr=NOBODY,
            folder=Path(folder),
            version="",
            now=lambda: now().timestamp(),
        )
        try:
            sweep = Sweep(
                store=store,
                view=view,
                name="fil",
                judge=judge,
                whole=True,
                only=only,
                show=show,
                judge_pages=pool.judge_pages if pool is not None else None,
            )
            sweep.run()
            with store.read() as reads:
                return sweep.checked, reads.findings()
        finally:
            if pool is not None:
                pool.close()
            store.close()
            view.close()
