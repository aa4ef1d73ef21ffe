"""One thing a file gives away. Its text is for the detectors only: never shown, logged or kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class LeakKind(StrEnum):
    """What it is. The values go to findings, so they never change.

    Of pages: COVERED, text under something opaque; ANNOTATION, the same under an annotation, which anybody can move;
    REDACTION_PENDING, marked for redaction and still there; OCR_UNDER_BOX, the text layer of a scan under a painted-over place;
    SAME_COLOUR, text in the colour of its ground; INVISIBLE, text drawn without ink; HIDDEN_LAYER, text in a layer that is off;
    OUTSIDE, text outside the page or its clip; CROPPED_IMAGE, a picture with more than is shown.

    Of the file: METADATA, COMMENT, HIDDEN_FIELD, EMBEDDED (a file within), EARLIER_REVISION (what an earlier version said and
    this one does not), TRACKED_CHANGE, HIDDEN_TEXT, HIDDEN_SHEET.
    """

    COVERED = "dekket_tekst"
    ANNOTATION = "merknad_over_tekst"
    REDACTION_PENDING = "sladding_ikke_utfoert"
    OCR_UNDER_BOX = "tekstlag_under_sladd"
    SAME_COLOUR = "tekst_i_bunnfargen"
    INVISIBLE = "usynlig_tekst"
    HIDDEN_LAYER = "skjult_lag"
    OUTSIDE = "utenfor_siden"
    CROPPED_IMAGE = "beskaaret_bilde"
    METADATA = "metadata"
    COMMENT = "kommentar"
    HIDDEN_FIELD = "skjult_felt"
    EMBEDDED = "innebygd_fil"
    EARLIER_REVISION = "tidligere_utgave"
    TRACKED_CHANGE = "sporet_endring"
    HIDDEN_TEXT = "skjult_tekst"
    HIDDEN_SHEET = "skjult_ark"


FAKE_REDACTIONS = frozenset(
    {
        LeakKind.COVERED,
        LeakKind.ANNOTATION,
        LeakKind.REDACTION_PENDING,
        LeakKind.OCR_UNDER_BOX,
        LeakKind.SAME_COLOUR,
        LeakKind.INVISIBLE,
        LeakKind.HIDDEN_LAYER,
        LeakKind.OUTSIDE,
        LeakKind.CROPPED_IMAGE,
        LeakKind.EARLIER_REVISION,
        LeakKind.TRACKED_CHANGE,
        LeakKind.HIDDEN_TEXT,
        LeakKind.HIDDEN_SHEET,
    }
)
"""Somebody hid something, and it is still there (PJ-H02). The rest is there for everybody to read (PJ-H01)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """``page`` counts from 1, 0 for the file as a whole; ``box`` is (left, bottom, right, top) in points on the page.

    ``place`` says where without content: the name of a metadata field, of a part. ``text`` is what lies there, bounded, for the
    detectors only. ``sure``: it looks like somebody hid it on purpose (a dark box), not like a by-product of a program.
    ``within`` is how deep in embedded files, 0 for the file itself.
    """

    kind: LeakKind
    page: int = 0
    box: tuple[float, float, float, float] | None = None
    place: str = ""
    text: str = field(default="", repr=False)
    sure: bool = False
    within: int = 0

    @property
    def fake_redaction(self) -> bool:
        """Whether it is something hidden that is still there (PJ-H02)."""
        return self.kind in FAKE_REDACTIONS


MOST_TEXT = 20_000
MOST_LEAKS = 2_000


def as_json(leak: Leak) -> dict[str, Any]:
    """For the sandbox's answer."""
    return {
        "kind": leak.kind.value,
        "page": leak.page,
        "box": list(leak.box) if leak.box is not None else None,
        "place": leak.place,
        "text": leak.text,
        "sure": leak.sure,
        "within": leak.within,
    }


def from_json(told: Mapping[str, Any]) -> Leak:
    """What a child said, checked: a subverted one can say nothing else.

    Raises:
        ValueError, TypeError, KeyError: it is no leak.
    """
    box = told["box"]
    return Leak(
        kind=LeakKind(told["kind"]),
        page=int(told["page"]),
        box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box is not None else None,
        place=str(told["place"])[:200],
        text=str(told["text"])[:MOST_TEXT],
        sure=bool(told["sure"]),
        within=int(told["within"]),
    )
