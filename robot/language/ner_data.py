"""Labelled names in CoNLL form (NorNE) → sentences with their spans. Reads both forms of the data set: CoNLL-U with ``# text``,
and the treebank's own ten columns, where the text is put together again from the tokens.

Labels: PER and ORG as they are; LOC, GPE_LOC and GPE_ORG are LOC (a title's «Bergen» is a place to us, whoever acts);
PROD, EVT and MISC are OTHER, learnt so that they are not taken for persons and never shown; DRV («norsk») is no name.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LABELS = {
    "PER": "PER",
    "ORG": "ORG",
    "LOC": "LOC",
    "GPE_LOC": "LOC",
    "GPE_ORG": "LOC",
    "PROD": "OTHER",
    "EVT": "OTHER",
    "MISC": "OTHER",
}
"""From the data set's labels to ours."""

_NO_SPACE_BEFORE = frozenset(".,:;!?)]»…%")
_NO_SPACE_AFTER = frozenset("([«")
_HEADLINE_END = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence and the names in it: (start, end, label), in characters, end exclusive."""

    text: str
    names: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    form: str
    tag: str
    space_after: bool


def read(path: Path) -> list[Sentence]:
    """The sentences of one file, in order; ``.gz`` is unpacked.

    Raises:
        OSError: the file cannot be read.
        ValueError: a line is not in the form.
    """
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as lines:
        return list(sentences(lines))


def sentences(lines: Iterable[str]) -> Iterator[Sentence]:
    """Sentences of lines in CoNLL form, separated by empty lines.

    Raises:
        ValueError: a line has fewer than ten columns.
    """
    text: str | None = None
    tokens: list[_Token] = []
    for number, line in enumerate(lines, start=1):
        line = line.rstrip("\n")
        if line.startswith("# text = "):
            text = line.removeprefix("# text = ")
        elif line and not line.startswith("#"):
            token = _token(line, number)
            if token is not None:
                tokens.append(token)
        elif not line:
            if tokens:
                yield _sentence(tokens, text)
            text, tokens = None, []
    if tokens:
        yield _sentence(tokens, text)


def _token(line: str, number: int) -> _Token | None:
    columns = line.split("\t")
    if len(columns) != 10:
        raise ValueError(f"linje {number}: ti kolonner ventet, {len(columns)} funnet")
    if not columns[0].isdigit():
        return None
    notes = dict(part.partition("=")[::2] for part in columns[9].split("|"))
    if columns[1] == _HEADLINE_END and "<overskrift>" in columns[5]:
        return None
    return _Token(form=columns[1], tag=notes.get("name", "O"), space_after=notes.get("SpaceAfter") != "No")


def _sentence(tokens: list[_Token], text: str | None) -> Sentence:
    placed = _placed(tokens, text)
    if placed is None:
        text, placed = _joined(tokens)
    names: list[tuple[int, int, str]] = []
    begun: tuple[int, int, str] | None = None
    for token, (start, end) in zip(tokens, placed, strict=True):
        kind, _, label = token.tag.partition("-")
        if kind == "I" and begun is not None and begun[2] == label:
            begun = (begun[0], end, label)
            continue
        if begun is not None:
            names.append(begun)
        begun = (start, end, label) if kind in ("B", "I") else None
    if begun is not None:
        names.append(begun)
    return Sentence(text=text or "", names=tuple((s, e, LABELS[label]) for s, e, label in names if label in LABELS))


def _placed(tokens: list[_Token], text: str | None) -> list[tuple[int, int]] | None:
    """Where each token stands in the given text; None when they do not follow one another there."""
    if text is None:
        return None
    placed, at = [], 0
    for token in tokens:
        start = text.find(token.form, at)
        if start < 0 or text[at:start].strip():
            return None
        at = start + len(token.form)
        placed.append((start, at))
    return placed


def _joined(tokens: list[_Token]) -> tuple[str, list[tuple[int, int]]]:
    """The text put together by the rules of Norwegian typography, and where each token stands in it."""
    parts: list[str] = []
    placed: list[tuple[int, int]] = []
    at, glued, quoted = 0, True, False
    for token in tokens:
        closes = token.form in _NO_SPACE_BEFORE or (token.form == '"' and quoted)
        if not glued and not closes:
            parts.append(" ")
            at += 1
        parts.append(token.form)
        placed.append((at, at + len(token.form)))
        at += len(token.form)
        opens = token.form in _NO_SPACE_AFTER
        if token.form == '"':
            opens, quoted = not quoted, not quoted
        glued = opens or not token.space_after
    return "".join(parts), placed
