"""What was learnt of names, made into a spaCy pipeline: a component that sets the names of documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from robot.language.ner_crf import Crf, names_of
from robot.language.ner_features import Features

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

FACTORY = "postrobot_names"
_BATCH = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """All that is needed to mark names."""

    features: Features
    crf: Crf


class NameMarker:
    """The spaCy component."""

    def __init__(self, marks: Marks | None = None) -> None:
        self.marks = marks

    def __call__(self, doc: Doc) -> Doc:
        """Marks one document."""
        return self._mark([doc])[0]

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = _BATCH) -> Iterator[Doc]:
        """Marks many; what spaCy's ``nlp.pipe`` calls. ``batch_size``: documents handled at a time."""
        docs = iter(stream)
        while batch := list(islice(docs, min(batch_size, _BATCH))):
            yield from self._mark(batch)

    def _mark(self, docs: list[Doc]) -> list[Doc]:
        from spacy.tokens import Span

        if self.marks is None:
            return docs
        tokens = [words(doc) for doc in docs]
        rows = self.marks.features.of([[token.text for token in its] for its in tokens])
        tags = self.marks.crf.tags(rows, [len(its) for its in tokens])
        for doc, its, said in zip(docs, tokens, tags, strict=True):
            doc.ents = tuple(Span(doc, its[a].i, its[b - 1].i + 1, label) for a, b, label in names_of(said))
        return docs


def words(doc: Doc) -> list[Token]:
    """The tokens that are not blanks: how a text is laid out says nothing here."""
    return [token for token in doc if not token.is_space]


def as_pipeline(marks: Marks) -> Language:
    """``spacy.blank("nb")`` with the component in it. The tokens are bokmål's; they serve both forms."""
    import spacy
    from spacy.language import Language

    Language.factory(FACTORY, func=_empty)
    nlp = spacy.blank("nb")
    component: Any = nlp.add_pipe(FACTORY)
    component.marks = marks
    return nlp


def _empty(nlp: Language, name: str) -> NameMarker:
    return NameMarker()
