"""Detectors of sensitive data: what stands in a text, where, and how grave. Used on post and on the public journal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.finding import Finding
from rules.detectors import account, credentials, identity
from rules.detectors.gate import prepare

__all__ = ["scan"]


def scan(text: str, *, sted: str, own_numbers: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Everything the detectors see in ``text``, in text order; at most one finding for a span.

    ``sted`` says where the text stands and is copied to each finding. ``own_numbers`` are the organisation's own accounts
    (written in any way), never reported. Identity numbers are looked for first: every fødselsnummer has the shape of an
    account too. Linear in the text; two thousand findings at most are given.
    """
    prepared = prepare(text)
    own = frozenset(re.sub(r"[^0-9]", "", number) for number in own_numbers)
    found = identity.find(prepared, sted)
    found += account.find(prepared, sted, own=own, taken=[(f.start, f.end) for f in found])
    found += credentials.find(prepared, sted, taken=[(f.start, f.end) for f in found])
    return tuple(sorted(found, key=lambda f: f.start)[: identity.MOST])
