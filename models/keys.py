"""The keys that stop doubles. Short, stable, made from identity and never from time or chance."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from itertools import count

from models.archive import OurKey


def _digest(*parts: str) -> str:
    """26 base32 characters (130 bits) of the SHA-256 over the length-prefixed parts, so that no two lists collide."""
    raw = b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)
    return base64.b32encode(hashlib.sha256(raw).digest()).decode("ascii").lower()[:26]


def post_key(*, organisation: str, source: str, source_key: str) -> str:
    """The base key of a post: ``pr-`` + 26 characters. Roles are appended by :func:`with_role`."""
    return f"pr-{_digest('post', organisation, source, source_key)}"


def post_keys(*, organisation: str, source: str, identity: str) -> Iterator[str]:
    """The base keys of posts that are alike in all that tells posts apart, in turn: the first is :func:`post_key`."""
    yield post_key(organisation=organisation, source=source, source_key=identity)
    for number in count(2):
        yield post_key(organisation=organisation, source=source, source_key=f"{identity}#{number}")


def case_key(*, organisation: str, arkivdel: str, identity: str) -> OurKey:
    """The key of a case from the case's own identity (samlesak text or object), never from the post that opens it."""
    return OurKey(f"pr-{_digest('case', organisation, arkivdel, identity)}-sak")


def care_key(*, organisation: str, system_id: str, task: str, state: str) -> OurKey:
    """The key of a step of caretaking, from the thing's own identity and the state it moves from, never from the night."""
    return OurKey(f"pr-{_digest('care', organisation, system_id, task, state)}-om")


def point_key(*, organisation: str, parts: tuple[str, ...]) -> str:
    """What a point of caretaking is known by from night to night; ``parts`` say what it is about, never when."""
    return f"om-{_digest('point', organisation, *parts)}"


def with_role(base: str, role: str) -> OurKey:
    """``base`` + ``-`` + role: ``jp``, ``d1`` … ``dN``, ``f`` (ferdigstill), ``j`` (to J), ``ta``, ``se``, ``fw`` …

    Raises:
        ValueError: the key would be 50 characters or more (archives cut longer ones).
    """
    key = f"{base}-{role}"
    if len(key) >= 50:
        raise ValueError(f"key too long: {key}")
    return OurKey(key)
