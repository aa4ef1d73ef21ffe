"""The list of chores, and what they make of one case. A chore is added by adding it to :data:`CHORES`."""

from __future__ import annotations

from robot.caretaking.answering import deadlines, write_offs
from robot.caretaking.closing import closing
from robot.caretaking.entries import entries
from robot.caretaking.frister import Restanse
from robot.caretaking.model import CarePlan, CarePoint, Chore, Ground

CHORES: tuple[Chore, ...] = (entries, write_offs, deadlines, closing)
"""In the order their steps are to be asked for."""


def plan_case(ground: Ground, chores: tuple[Chore, ...] = CHORES) -> CarePlan:
    """What should be done with a case, and what people should know of it."""
    steps, points, waits = [], [], []
    for chore in chores:
        for one in chore(ground):
            if isinstance(one, CarePoint):
                points.append(one)
            elif isinstance(one, Restanse):
                waits.append(one)
            else:
                steps.append(one)
    return CarePlan(
        sak=ground.sak,
        steps=tuple(steps),
        points=tuple(points),
        waits=tuple(waits),
        look_again_on=ground.turns_on,
    )
