"""Which kill points an effect passes (:mod:`models.steps`): before it is sent, after, and when its outcome is noted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from models.steps import Point
from models.store.effect_tx import Effect, EffectKind


class Points(NamedTuple):
    """The three points of one kind of effect."""

    before: Point
    after: Point
    noted: Point


_FINISH = Points(Point.S17_FINISH, Point.S17_FINISHED, Point.S17_FINISH_NOTED)
_MAIL = Points(Point.S20_MAIL, Point.S20_MAILED, Point.S21_MAIL_NOTED)
_ARCHIVE: Mapping[str, Points] = {
    "ny_saksmappe": Points(Point.S11_CASE, Point.S11_CASE_MADE, Point.S12_CASE_NOTED),
    "ny_journalpost": Points(Point.S13_ENTRY, Point.S13_ENTRY_MADE, Point.S14_ENTRY_NOTED),
    "nytt_dokument": Points(Point.S15_DOCUMENT, Point.S15_DOCUMENT_MADE, Point.S16_DOCUMENT_NOTED),
}
_OTHER: Mapping[EffectKind, Points] = {
    EffectKind.TAKE_OVER: Points(Point.S5_TAKE_OVER, Point.S5_TAKEN_OVER, Point.S6_TAKE_OVER_NOTED),
    EffectKind.SETTLE: Points(Point.S5_SETTLE, Point.S5_SETTLED, Point.S6_SETTLE_NOTED),
    EffectKind.CARE: Points(Point.C1_CARE, Point.C1_CARED, Point.C2_CARE_NOTED),
    EffectKind.FORWARD: _MAIL,
    EffectKind.MAIL: _MAIL,
}


def points_of(effect: Effect) -> Points:
    """The points of this effect."""
    if effect.kind is EffectKind.ARCHIVE:
        return _ARCHIVE.get(str(effect.request.get("kind")), _FINISH)
    return _OTHER[effect.kind]
