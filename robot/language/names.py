"""Names of persons, organisations and places in Norwegian text, by the pipeline that ships with the package.

Trained by ``robot.language.ner_train``; its card (``ner_nb/card.json``) says on what, when and how well. Where a Norwegian
pipeline of spaCy's own (``nb_core_news_*``) is installed, it can be named instead; see :func:`load`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

OURS = Path(__file__).parent / "ner_nb"
"""The pipeline in the package."""

_PIECE_LIMIT = 20_000
_WRAPPED_FROM = 60
_ENDS = frozenset(".:;!?")
_LINE = re.compile(r"[^\n]*\n?")
_BLANKS = str.maketrans(dict.fromkeys("\t\r\f\v\n\x85\u00a0\u2007\u2028\u2029\u202f", " "))


class Label(StrEnum):
    """What a name names."""

    PER = "PER"
    ORG = "ORG"
    LOC = "LOC"


_FOREIGN = {
    "PER": Label.PER,
    "ORG": Label.ORG,
    "LOC": Label.LOC,
    "GPE_LOC": Label.LOC,
    "GPE_ORG": Label.LOC,
    "GPE": Label.LOC,
}
"""Labels of the pipelines that may be used; others are not names to us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One name: where (characters, end exclusive) and what kind."""

    start: int
    end: int
    label: Label


def find(texts: Iterable[str], *, pipeline: str = "") -> list[tuple[Span, ...]]:
    """The names of each text, in order, none within another. Capitals («SØKNAD FRA OLA NORDMANN») are handled.

    ``pipeline``: the name of an installed spaCy pipeline instead of ours. Loaded once a process, at the first call.

    Raises:
        UsedWrongly: the pipeline is not installed, or its files are not those that were packed.
    """
    nlp = load(pipeline)
    pieces = [(number, offset, text) for number, whole in enumerate(texts) for offset, text in _pieces(whole)]
    count = 0
    found: dict[int, list[Span]] = {}
    for (number, offset, _), doc in zip(pieces, nlp.pipe(text for _, _, text in pieces), strict=True):
        count = max(count, number + 1)
        for name in doc.ents:
            label = _FOREIGN.get(name.label_)
            if label is not None:
                span = Span(start=offset + name.start_char, end=offset + name.end_char, label=label)
                found.setdefault(number, []).append(span)
    return [tuple(found.get(number, ())) for number in range(count)]


@lru_cache(maxsize=2)
def load(pipeline: str = "") -> Language:
    """The spaCy pipeline: ours, or an installed one by name.

    Raises:
        UsedWrongly: it is not there, or not what it should be.
    """
    from robot.language.ner_files import load_installed, unpack
    from robot.language.ner_marks import as_pipeline

    return load_installed(pipeline) if pipeline else as_pipeline(unpack(OURS))


def _pieces(whole: str) -> Iterator[tuple[int, str]]:
    """What is looked at by itself: lines, wrapped ones together; offset and text with plain blanks, of the same length.

    A heading in capitals must not be judged by the text under it, nor a table's cells as one sentence. Always at least one.
    """
    begun, end = 0, 0
    for match in _LINE.finditer(whole):
        line = match.group()
        former = whole[begun:end].rstrip()
        last = former.rpartition("\n")[2]
        wrapped = len(last) >= _WRAPPED_FROM and last[-1] not in _ENDS and bool(line.strip())
        if end > begun and not (wrapped and end + len(line) - begun <= _PIECE_LIMIT):
            yield begun, whole[begun:end].translate(_BLANKS)
            begun = end
        end = match.end()
    for start in range(begun, max(end, begun + 1), _PIECE_LIMIT):
        yield start, whole[start : min(start + _PIECE_LIMIT, end)].translate(_BLANKS)
