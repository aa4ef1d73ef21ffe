"""A trained pipeline: text → the best class with its probability, the words that spoke for it, or «vet ikke»."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from models.errors import UsedWrongly
from robot.language.calibration import Calibration
from robot.language.linear import Linear, Look
from robot.language.thresholds import NEVER, USUAL_ERROR

if TYPE_CHECKING:
    from numpy.typing import NDArray

CARD = "pipeline.json"
FORMAT = 1
PROPOSALS = 3
"""How many classes are proposed to a person."""


class Route(Protocol):
    """A way from text to scores. Others may be put in the place of :class:`robot.language.linear.Linear`."""

    @property
    def name(self) -> str:
        """``linear`` or ``textcat``, as the card tells."""

    def look(self, texts: Sequence[str]) -> Look:
        """Scores and familiarity."""

    def spoke(self, text: str, cls: int, most: int = 5) -> tuple[str, ...]:
        """The words that spoke for a class."""

    def save(self, folder: Path) -> list[str]:
        """Writes the route's files; returns their names."""


class Silence(StrEnum):
    """Why a pipeline does not answer."""

    UNSURE = "unsure"
    FEW_EXAMPLES = "few_examples"
    STRANGE = "strange"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A class with its calibrated probability (0–1)."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a pipeline says of one text. ``label`` is None for «vet ikke», then ``silence`` tells why.

    ``proposals`` are the three best, best first. ``words`` spoke for the best. ``pipeline`` is the hash of who said it.
    """

    label: str | None
    proposals: tuple[Proposal, ...]
    words: tuple[str, ...]
    silence: Silence | None
    pipeline: str


@dataclass(slots=True, kw_only=True)
class Pipeline:
    """``thresholds`` a class by demanded error («0.01»); ``unfamiliar``: a text less familiar than this is of a new kind.

    ``card`` tells people what it was trained on and how it measured; it is data only, and nothing rests on it.
    """

    labels: tuple[str, ...]
    route: Route
    calibration: Calibration
    thresholds: Mapping[str, tuple[float, ...]]
    unfamiliar: float
    examples: tuple[int, ...]
    card: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""

    def probabilities(self, texts: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Texts × classes, and which texts are of a kind that was not among the examples."""
        import numpy as np

        if not texts:
            return np.zeros((0, len(self.labels))), np.zeros(0, bool)
        look = self.route.look(texts)
        return self.calibration.probabilities(look.scores), look.familiar < self.unfamiliar

    def acts(self, told: NDArray[Any], strange: NDArray[Any], *, error: float = USUAL_ERROR) -> NDArray[Any]:
        """For each row of ``told``, whether it is sure enough to act on at this error rate."""
        import numpy as np

        limits = np.asarray(self.thresholds[error_key(error)])
        return np.asarray((told.max(axis=1) >= limits[told.argmax(axis=1)]) & ~strange) if len(told) else strange

    def classify(self, texts: Sequence[str], *, error: float = USUAL_ERROR, words: bool = True) -> list[Suggestion]:
        """What it says of each text. ``words`` False leaves out those that spoke, and saves their time."""
        told, strange = self.probabilities(texts)
        acts = self.acts(told, strange, error=error)
        limits = self.thresholds[error_key(error)]
        found = []
        for i, text in enumerate(texts):
            order = sorted(range(len(self.labels)), key=lambda c: (-told[i, c], c))[:PROPOSALS]
            best = order[0]
            silence = None
            if not acts[i]:
                few = limits[best] >= NEVER
                silence = Silence.STRANGE if strange[i] else Silence.FEW_EXAMPLES if few else Silence.UNSURE
            found.append(
                Suggestion(
                    label=self.labels[best] if acts[i] else None,
                    proposals=tuple(Proposal(label=self.labels[c], probability=float(told[i, c])) for c in order),
                    words=self.route.spoke(text, best) if words else (),
                    silence=silence,
                    pipeline=self.hash,
                )
            )
        return found

    def save(self, folder: Path) -> str:
        """Writes it into a folder (made when it is not there) and returns its hash. The same pipeline, the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        names = self.route.save(folder)
        card = {
            "format": FORMAT,
            "route": self.route.name,
            "labels": list(self.labels),
            "examples": list(self.examples),
            "calibration": asdict(self.calibration),
            "thresholds": {error: list(limits) for error, limits in self.thresholds.items()},
            "unfamiliar": self.unfamiliar,
            "card": dict(self.card),
            "files": {name: _digest((folder / name).read_bytes()) for name in sorted(names)},
        }
        data = (json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
        (folder / CARD).write_bytes(data)
        self.hash = _digest(data)
        return self.hash


def load(folder: Path) -> Pipeline:
    """A saved pipeline; every file is held to the hash that the card tells.

    Raises:
        UsedWrongly: there is none, a file is missing or changed, or a later version of the robot wrote it.
    """
    try:
        data = (folder / CARD).read_bytes()
    except OSError:
        raise UsedWrongly(f"Det ligger ingen språkpipeline i {folder}. Lag en med: postrobot language train") from None
    try:
        card = json.loads(data)
        if card["format"] != FORMAT:
            raise UsedWrongly(f"Pipelinen i {folder} er laget av en annen utgave av Postrobot. Tren den på nytt.")
        for name, digest in card["files"].items():
            if _digest((folder / name).read_bytes()) != digest:
                raise UsedWrongly(f"Filen {folder / name} er endret siden pipelinen ble trent. Tren den på nytt.")
        return Pipeline(
            labels=tuple(card["labels"]),
            route=_route(card["route"], folder),
            calibration=_calibration(**card["calibration"]),
            thresholds={error: tuple(limits) for error, limits in card["thresholds"].items()},
            unfamiliar=card["unfamiliar"],
            examples=tuple(card["examples"]),
            card=card["card"],
            hash=_digest(data),
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UsedWrongly(f"Pipelinen i {folder} er skadet ({type(problem).__name__}). Tren den på nytt.") from problem


def error_key(error: float) -> str:
    """How an error rate is named in cards and figures: «0.01»."""
    return f"{error:g}"


def _calibration(*, offsets: list[float], curve: list[list[float]], **line: float) -> Calibration:
    return Calibration(offsets=tuple(offsets), curve=tuple((x, y) for x, y in curve), **line)


def _route(name: str, folder: Path) -> Route:
    if name == "linear":
        return Linear.load(folder)
    if name in ("textcat", "both"):
        from robot.language.textcat import Textcat

        return Textcat.load(folder)
    raise ValueError(name)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
