"""The robot's side of the archive variants: the conversion runs in the same sandbox as reading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.arkiv.variants import Runner
from models.reasons import ReasonCode
from robot.reading.sandbox import Sandbox, TaskLimits

VARIANT_LIMITS = TaskLimits(
    wall_s=120, cpu_s=120, address_space_bytes=2 * 1024**3, may_start_programs=True, answer_bytes=64 * 1024, nice=10
)
"""Laying out a long letter takes longer than reading it; LibreOffice, where it is installed, must be started."""


def sandbox_runner(sandbox: Sandbox, limits: TaskLimits = VARIANT_LIMITS) -> Runner:
    """A :class:`~connectors.arkiv.variants.Runner` on ``sandbox``."""

    def run(task: str, document: Path, arguments: Mapping[str, Any], *, folder: Path) -> Mapping[str, Any]:
        outcome = sandbox.run(task, [document], arguments, folder=folder, limits=limits)
        if outcome.answer is None:
            known = outcome.reason in (ReasonCode.TIMEOUT, ReasonCode.MEMORY)
            return {"fault": outcome.reason.value if known and outcome.reason else "crash", "detail": outcome.where}
        try:
            answer = json.loads(outcome.answer)
        except ValueError:
            return {"fault": "crash"}
        return answer if isinstance(answer, dict) else {"fault": "crash"}

    return run
