"""What an invariant's answer is."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_NAMED = 20
"""How many broken things are named; the count is always whole."""


@dataclass(slots=True)
class Invariant:
    """One invariant's answer: how many things were looked at, how many are broken, and which (at most 20, post ids first).

    ``unasked``: why it could not be evaluated now (an archive that does not answer); then it does not count as kept.
    """

    name: str
    checked: int = 0
    broken: int = 0
    examples: list[str] = field(default_factory=list)
    unasked: str = ""

    def fail(self, what: str) -> None:
        """Notes one broken thing."""
        self.broken += 1
        if len(self.examples) < MOST_NAMED:
            self.examples.append(what)

    def add(self, other: Invariant) -> None:
        """Adds another organisation's answer to this one."""
        self.checked += other.checked
        self.broken += other.broken
        self.examples = (self.examples + other.examples)[:MOST_NAMED]
        self.unasked = self.unasked or other.unasked

    @property
    def ok(self) -> bool:
        """Whether it was evaluated and nothing is broken."""
        return self.broken == 0 and not self.unasked
