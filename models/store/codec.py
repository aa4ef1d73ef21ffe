"""JSON of our frozen dataclasses, both ways, and compressed for the larger ones."""

from __future__ import annotations

import functools
import json
import zlib
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


@functools.cache
def _built(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def adapter(kind: Any) -> TypeAdapter[Any]:
    """The (cached) validator of a dataclass or union; building one costs milliseconds."""
    return _built(kind)


def pack(value: Any, kind: Any) -> bytes:
    """Compressed JSON of ``value``."""
    return zlib.compress(adapter(kind).dump_json(value), 1)


def unpack(raw: bytes, kind: type[T]) -> T:
    """What :func:`pack` made.

    Raises:
        pydantic.ValidationError: it is not of that kind.
    """
    result: T = adapter(kind).validate_json(zlib.decompress(raw))
    return result


def to_text(value: Any, kind: Any) -> str:
    """JSON text of ``value``."""
    return adapter(kind).dump_json(value).decode()


def from_text(raw: str, kind: Any) -> Any:
    """What :func:`to_text` made."""
    return adapter(kind).validate_json(raw)


def plain(value: object) -> str:
    """Canonical JSON of plain data: UTF-8, sorted keys, no spaces (the subset of RFC 8785 that we use)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
