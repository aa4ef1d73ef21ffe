"""What the pipeline at work says of a post, as the facts that rules ask for: `kategori` and how sure it is.

It speaks only when it is sure enough for its class (1 % wrong of those it answers), and never of post that a detector marks or
whose text could not be read whole: then the fact is *ukjent*, a rule that rests on it does not decide, and a person does.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.facts import Facts, FactValue, Unknown
from models.learning import Target
from models.store import Store
from robot.learning import shelf
from robot.learning.gather import post_text
from robot.learning.mask import masked

if TYPE_CHECKING:
    from robot.language.pipeline import Pipeline

CATEGORY, CERTAINTY, PROPOSALS, PIPELINE = "kategori", "kategori.sikkerhet", "kategori.forslag", "kategori.pipeline"


@dataclass(slots=True)
class Speaker:
    """Holds the pipeline at work between posts; a new one is taken up with the next post. Thread-safe."""

    store: Store
    _held: tuple[str, Pipeline | None] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def with_language(self, facts: Facts) -> Facts:
        """The facts with what is said of them. They carry the hash of who said it, so that the decision keeps it."""
        said = self._said(facts)
        return Facts(values={**facts.values, **said}, groups=facts.groups)

    def _said(self, facts: Facts) -> dict[str, FactValue]:
        unknown: dict[str, FactValue] = {CATEGORY: Unknown(), CERTAINTY: Unknown()}
        pipeline = self._pipeline()
        if pipeline is None or not _may_be_judged(facts):
            return unknown
        names = [value for name in ("avsender.navn",) if isinstance(value := facts.get(name), str)]
        (suggestion,) = pipeline.classify(masked([post_text(facts)], [names]), words=False)
        told = tuple(f"{p.label} {100 * p.probability:.0f} %" for p in suggestion.proposals)
        told_by: dict[str, FactValue] = {PROPOSALS: told, PIPELINE: pipeline.hash}
        if suggestion.label is None:
            return unknown | told_by
        return told_by | {CATEGORY: suggestion.label, CERTAINTY: round(suggestion.proposals[0].probability, 4)}

    def _pipeline(self) -> Pipeline | None:
        with self.store.read() as reads:
            learnt = reads.live_pipeline(Target.KATEGORI)
        if learnt is None:
            return None
        with self._lock:
            if self._held is None or self._held[0] != learnt.sha256:
                self._held = (learnt.sha256, shelf.take(self.store, learnt))
            return self._held[1]


def _may_be_judged(facts: Facts) -> bool:
    """Whether nothing sensitive was seen, and everything the judgement would rest on was read."""
    whole = not any(isinstance(facts.get(name), Unknown) for name in ("emne", "brødtekst", "funn"))
    return whole and not facts.get("funn") and bool(post_text(facts).strip())
