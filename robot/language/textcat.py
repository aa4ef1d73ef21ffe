"""The other route: spaCy's own text categorizer on ``blank("nb")``, for houses where it measures better than the linear one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.language.linear import Linear, Look
from robot.language.zones import split

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.language import Language

MODEL, LABELS = "textcat.msgpack", "textcat.txt"
MOST_WORDS = 400_000
"""Words of examples that it is tried on; above, trying alone would take longer than the whole training may."""
_READ = 1_000_000
"""Words read over all passes: a measure of time that is the same on every machine."""
_BATCH = 64
_LONGEST = 2_000


@dataclass(slots=True, kw_only=True)
class Textcat:
    """spaCy's scores, with the linear route beside it for familiarity and for the words that spoke.

    ``share``: 1 is spaCy's categorizer alone, 0.5 the two together.
    """

    nlp: Language
    linear: Linear
    amount: int
    share: float = 1.0

    @property
    def name(self) -> str:
        """``textcat`` or ``both``."""
        return "textcat" if self.share >= 1 else "both"

    def look(self, texts: Sequence[str]) -> Look:
        """Scores and familiarity."""
        own = self.linear.look(texts)
        return mixed(own, tell(self.nlp, texts, self.amount), self.share)

    def spoke(self, text: str, cls: int, most: int = 5) -> tuple[str, ...]:
        """As the linear route tells it."""
        return self.linear.spoke(text, cls, most)

    def save(self, folder: Path) -> list[str]:
        """Writes both routes' files; returns their names. spaCy's weights are msgpack, not pickles."""
        (folder / MODEL).write_bytes(_weights(self.nlp).to_bytes())
        (folder / LABELS).write_text(f"{self.amount} {self.share}\n", "utf-8", newline="\n")
        return [*self.linear.save(folder), MODEL, LABELS]

    @classmethod
    def load(cls, folder: Path) -> Textcat:
        """What :meth:`save` wrote."""
        amount, share = (folder / LABELS).read_text("utf-8").split()
        nlp = _blank(int(amount))
        _weights(nlp).from_bytes((folder / MODEL).read_bytes())
        return cls(nlp=nlp, linear=Linear.load(folder), amount=int(amount), share=float(share))


def teach(texts: Sequence[str], classes: NDArray[Any], amount: int, *, seed: int) -> Language:
    """A categorizer taught by texts; the same examples and seed give the same weights."""
    from spacy.training import Example
    from thinc.api import fix_random_seed

    fix_random_seed(seed)
    nlp = _blank(amount)
    docs = [nlp.make_doc(_shown(text)) for text in texts]
    examples = [
        Example.from_dict(doc, {"cats": {str(c): float(c == own) for c in range(amount)}})
        for doc, own in zip(docs, classes, strict=True)
    ]
    words = max(sum(len(doc) for doc in docs), 1)
    optimizer = nlp.resume_training()
    optimizer.learn_rate = 0.005
    order = random.Random(seed)  # noqa: S311 (the order of examples, no secret)
    for _ in range(max(2, min(20, _READ // words))):
        order.shuffle(examples)
        for start in range(0, len(examples), _BATCH):
            nlp.update(examples[start : start + _BATCH], sgd=optimizer, losses={})
    return nlp


def tell(nlp: Language, texts: Sequence[str], amount: int) -> NDArray[Any]:
    """Texts × classes: log-probabilities."""
    import numpy as np

    rows = [[doc.cats[str(c)] for c in range(amount)] for doc in nlp.pipe([_shown(t) for t in texts], batch_size=128)]
    return np.log(np.clip(np.array(rows, np.float64).reshape(len(rows), amount), 1e-9, 1.0))


def mixed(linear: Look, own: NDArray[Any], share: float) -> Look:
    """The two routes' scores as one. Margins of the linear route lie within a few units; log-probabilities do not."""
    return Look(scores=share * own + (1 - share) * 4 * linear.scores, familiar=linear.familiar)


def words_in(texts: Sequence[str]) -> int:
    """About how many words it would read in one pass."""
    return sum(text.count(" ", 0, _LONGEST) + 1 for text in texts)


def _blank(amount: int) -> Language:
    from spacy import blank
    from spacy.training import Example

    nlp = blank("nb")
    model = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 2,
        "length": 65_536,
        "no_output_layer": False,
    }
    categorizer: Any = nlp.add_pipe("textcat", config={"model": model})
    for number in range(amount):
        categorizer.add_label(str(number))
    example = Example.from_dict(nlp.make_doc("post"), {"cats": {str(c): float(c == 0) for c in range(amount)}})
    nlp.initialize(lambda: [example])
    return nlp


def _weights(nlp: Language) -> Any:
    categorizer: Any = nlp.get_pipe("textcat")
    return categorizer.model


def _shown(text: str) -> str:
    zones = split(text)
    return f"{zones.subject}\n{zones.body}\n{zones.older}"[:_LONGEST].lower()
