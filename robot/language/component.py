"""A trained pipeline as a component of spaCy: ``doc.cats``, ``doc._.postrobot`` with the whole suggestion, saved and loaded
with the rest of a spaCy pipeline. So a better one, or the house's own, can take its place."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

from spacy import blank
from spacy.language import Language
from spacy.tokens import Doc

from robot.language.pipeline import Pipeline, load

NAME = "postrobot_category"
_AT_ONCE = 128


class Category:
    """Puts a pipeline's answer on each doc. ``error`` is the share of its answers that may be wrong."""

    def __init__(self, name: str, error: float) -> None:
        self.name = name
        self.error = error
        self.pipeline: Pipeline | None = None

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = _AT_ONCE) -> Iterator[Doc]:
        """Many at once: a third of the time."""
        docs = iter(stream)
        while batch := list(itertools.islice(docs, batch_size)):
            self._tell(batch)
            yield from batch

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """As :meth:`Pipeline.save`."""
        self._own().save(Path(path))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Category:
        """As :func:`robot.language.pipeline.load`."""
        self.pipeline = load(Path(path))
        return self

    def _tell(self, docs: list[Doc]) -> None:
        pipeline = self._own()
        texts = [doc.text for doc in docs]
        told, _ = pipeline.probabilities(texts)
        for doc, row, said in zip(docs, told, pipeline.classify(texts, error=self.error), strict=True):
            doc.cats = {label: float(share) for label, share in zip(pipeline.labels, row, strict=True)}
            doc._.postrobot = said

    def _own(self) -> Pipeline:
        if self.pipeline is None:
            raise ValueError("the component has no pipeline yet: load one, or use as_spacy")
        return self.pipeline


@Language.factory(NAME, assigns=["doc.cats", "doc._.postrobot"], default_config={"error": 0.01})
def make_category(nlp: Language, name: str, error: float) -> Category:
    """The component, empty."""
    if not Doc.has_extension("postrobot"):
        Doc.set_extension("postrobot", default=None)
    return Category(name, error)


def as_spacy(pipeline: Pipeline, *, language: str = "nb") -> Language:
    """A spaCy pipeline on a blank base (``nb`` or ``nn``; nothing is downloaded) with ours as its only component."""
    nlp = blank(language)
    component = nlp.add_pipe(NAME)
    if not isinstance(component, Category):
        raise TypeError(type(component))
    component.pipeline = pipeline
    return nlp
