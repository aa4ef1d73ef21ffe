"""The words a rule may use in ``hvis``, ``hent`` and texts, by what it is about (``gjelder``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.format import GROUPS, OPEN_PREFIXES, Fact, Subject
from rules.subject_facts import SUBJECT_FACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """``groups`` are facts that may be written nested, ``open`` the families with names of their own, ``sources`` where
    ``hent`` looks when ``fra`` is not said."""

    subject: Subject
    facts: Mapping[str, Fact]
    groups: Mapping[str, tuple[str, ...]]
    open: Mapping[str, Fact] = field(default_factory=dict)
    sources: tuple[str, ...]

    def fact(self, name: str) -> Fact | None:
        """The fact by its dotted name, open families included."""
        known = self.facts.get(name)
        if known is None:
            prefix, _, rest = name.partition(".")
            return self.open.get(prefix) if rest else None
        return known


def _of(subject: Subject) -> Vocabulary:
    facts = SUBJECT_FACTS[subject]
    if subject is Subject.POST:
        return Vocabulary(subject=subject, facts=facts, groups=GROUPS, open=OPEN_PREFIXES, sources=("emne", "tekst"))
    prefixes = dict.fromkeys(name.partition(".")[0] for name in facts if "." in name)
    groups = {
        prefix: tuple(name.partition(".")[2] for name in facts if name.startswith(f"{prefix}.")) for prefix in prefixes
    }
    return Vocabulary(
        subject=subject,
        facts=facts,
        groups=groups,
        sources=("offentlig_tittel",) if subject is Subject.PUBLISERT else ("tittel",),
    )


VOCABULARIES: Mapping[Subject, Vocabulary] = {subject: _of(subject) for subject in Subject}
