"""``postrobot language ner``: marks the names of persons, organisations and places in text from standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from robot.language.names import Span

BATCH = 256
"""Texts handled at a time; each batch's answers are written before the next is read."""


def run(
    ctx: typer.Context,
    lines: Annotated[
        bool, typer.Option("--lines", "--linjer", help="én tekst på hver linje, ett svar på hver")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="for maskiner: entities med label (PER, ORG, LOC), start, end og text")
    ] = False,
    pipeline: Annotated[
        str, typer.Option("--pipeline", metavar="NAVN", help="en installert spaCy-pipeline i stedet for vår egen")
    ] = "",
) -> None:
    """Merker navn i tekst fra standard inn: personer (PER), virksomheter (ORG) og steder (LOC)."""
    from robot.language.names import find

    context = Context.of(ctx)
    if sys.stdin.isatty():
        raise UsedWrongly("Gi teksten på standard inn: postrobot language ner --lines < titler.txt")
    texts = _lines(sys.stdin.buffer) if lines else iter([_decoded(sys.stdin.buffer.read())])
    while batch := list(islice(texts, BATCH)):
        for text, spans in zip(batch, find(batch, pipeline=pipeline), strict=True):
            if as_json:
                context.json({"entities": [_entity(text, span) for span in spans]})
            else:
                context.out("  ".join(f"{span.label} «{text[span.start : span.end]}»" for span in spans))


def _entity(text: str, span: Span) -> dict[str, Any]:
    return {"label": span.label.value, "start": span.start, "end": span.end, "text": text[span.start : span.end]}


def _lines(stream: Iterable[bytes]) -> Iterator[str]:
    """A line ends at \\n only; what else breaks lines is part of the text."""
    return (_decoded(line.removesuffix(b"\n")) for line in stream)


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
