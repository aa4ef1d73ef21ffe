"""The pipelines at work in one organisation, asked of each post as it is judged."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from models.learning import Target
from models.proposal import Told
from robot.learning.gather import post_text
from robot.learning.mask import masked

if TYPE_CHECKING:
    from models.facts import Facts
    from models.store import Store
    from robot.language.pipeline import Pipeline, Suggestion

LOOK_EVERY_S = 60.0
"""How often it is looked whether another pipeline has been taken into use."""


class LanguageDesk:
    """Holds what is in use. Nothing heavy is imported, and nothing is read of a post, before there is a pipeline."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._looked_at: float | None = None
        self._at_work: dict[Target, tuple[str, Pipeline]] = {}

    @property
    def idle(self) -> bool:
        """Whether there is no pipeline to ask."""
        return not self._pipelines()

    def ask(self, facts: Facts) -> tuple[Told, ...]:
        """What each pipeline says of a post; empty when there is none, or nothing to read.

        They read the text as they learnt it: masked (:mod:`robot.learning.mask`).
        """
        at_work = self._pipelines()
        if not at_work or not (text := post_text(facts)).strip():
            return ()
        sender = facts.get("avsender.navn")
        shown = masked([text], [[sender] if isinstance(sender, str) else []])
        return tuple(told_of(target, pipeline.classify(shown)[0]) for target, (_, pipeline) in at_work.items())

    def _pipelines(self) -> dict[Target, tuple[str, Pipeline]]:
        with self._lock:
            now = self._store.now()
            if self._looked_at is None or not 0 <= now - self._looked_at < LOOK_EVERY_S:
                self._at_work = self._look()
                self._looked_at = now
            return self._at_work

    def _look(self) -> dict[Target, tuple[str, Pipeline]]:
        with self._store.read() as reads:
            rows = [row for target in Target if (row := reads.live_pipeline(target)) is not None]
        found: dict[Target, tuple[str, Pipeline]] = {}
        for row in rows:
            held = self._at_work.get(row.target)
            if held is not None and held[0] == row.sha256:
                found[row.target] = held
                continue
            from robot.learning import shelf

            pipeline = shelf.take(self._store, row)
            if pipeline is not None:
                found[row.target] = (row.sha256, pipeline)
        return found


def told_of(target: Target, said: Suggestion) -> Told:
    """A suggestion as it is kept."""
    return Told(
        target=target.value,
        label=said.label,
        best=tuple((proposal.label, round(proposal.probability, 4)) for proposal in said.proposals),
        words=said.words,
        silence=said.silence.value if said.silence is not None else "",
        pipeline=said.pipeline,
    )
