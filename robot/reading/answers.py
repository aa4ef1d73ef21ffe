"""Checks a reading child's answer: the shape by pydantic, then what the shape cannot say. Nothing else is believed."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import TYPE_CHECKING

from models.reading import PartKind, ReadPart
from robot.reading import wire
from robot.reading.tasks import Answer

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class Refused(Exception):
    """The answer is not one that an honest child gives; it counts as a crash."""


def check(raw: bytes, documents: Collection[str]) -> Answer:
    """The answer about ``documents`` (refs).

    Raises:
        Refused: not of the right shape, or a tree that cannot be.
    """
    from pydantic import ValidationError

    try:
        answer = _adapter().validate_json(raw)
    except ValidationError as fault:
        # The error's text would quote the answer, which is content of the post.
        raise Refused(f"{fault.error_count()} faults in the answer") from None
    _check_tree(answer.post.parts, documents)
    known = {part.ref for part in answer.post.parts}
    if not known.issuperset(ref for ref, _ in answer.stumbles):
        raise Refused("a stumble without a part")
    if any(message.ref not in known for message in answer.post.messages):
        raise Refused("a message without a part")
    pages = {(part.ref, page.number) for part in answer.post.parts for page in part.pages}
    if len(set(answer.scans)) != len(answer.scans) or not pages.issuperset(answer.scans):
        raise Refused("a scan without a page")
    return answer


def _check_tree(parts: tuple[ReadPart, ...], documents: Collection[str]) -> None:
    seen: set[str] = set()
    for part in parts:
        if wire.REF.match(part.ref) is None or part.ref in seen:
            raise Refused("a ref that cannot be")
        given = part.ref in documents
        if given != (part.kind is PartKind.DOCUMENT):
            raise Refused("a document that we did not give")
        if not given and part.parent not in seen:
            raise Refused("a child before its parent")
        if [page.number for page in part.pages] != sorted({page.number for page in part.pages}):
            raise Refused("pages out of order")
        seen.add(part.ref)
    if not seen.issuperset(documents):
        raise Refused("a document is missing")


@functools.cache
def _adapter() -> TypeAdapter[Answer]:
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)
