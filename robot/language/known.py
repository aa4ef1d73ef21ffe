"""What pipelines said → the facts «kategori» and «kategori.sikkerhet», failing closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.facts import Facts, FactValue, Unknown
from models.learning import Target
from models.proposal import Told
from robot.decide import marks

CATEGORY, CERTAINTY = "kategori", "kategori.sikkerhet"


def with_told(facts: Facts, told: Sequence[Told]) -> Facts:
    """The facts with what was told. Nothing told: as they were.

    «kategori» is known only where the pipeline answers above its class's threshold. «Vet ikke» leaves it *ukjent*, with how
    sure it was. Post that a detector marks, or that was not read whole, has neither: no rule decides such post on language.
    """
    if not told:
        return facts
    values: dict[str, FactValue] = dict(facts.values)
    said = next((one for one in told if one.target == Target.KATEGORI), None)
    if said is not None:
        values |= _category(facts, said)
        return Facts(values=values, groups=facts.groups | {"language"}, language=tuple(told))
    return replace(facts, language=tuple(told))


def _category(facts: Facts, said: Told) -> dict[str, FactValue]:
    unread = any(isinstance(facts.get(name), Unknown) for name in ("emne", "brødtekst", "funn"))
    if unread or marks(facts) or said.silence == "strange":
        return {CATEGORY: Unknown(), CERTAINTY: Unknown()}
    return {CATEGORY: said.label if said.label is not None else Unknown(), CERTAINTY: said.best[0][1]}
