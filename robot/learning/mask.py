"""Takes out of a text what points to a person, before anything is kept to learn from: names, numbers, addresses, secrets.

What is left is what a letter is about. Names are those the name pipeline finds, those the post itself names as its sender,
and any of their parts met again; every digit becomes 0, whatever it is part of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules import detectors

NAME, ADDRESS, SECRET = "NAVN", "ADRESSE", "TALL"

_LONGEST = 8_000
"""Characters of a text that are kept: subject, letter and the beginning of what is attached."""
_MAIL_OR_LINK = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SHORTEST_PART = 3


def masked(texts: Sequence[str], names: Sequence[Sequence[str]] = ()) -> list[str]:
    """The texts, masked. ``names``: for each text, names it is known to hold (its sender's)."""
    from robot.language.names import Label, find

    cut = [text[:_LONGEST] for text in texts]
    given = list(names) or [()] * len(cut)
    found = find(cut)
    return [
        _masked(text, [(s.start, s.end) for s in spans if s.label is Label.PER], known)
        for text, spans, known in zip(cut, found, given, strict=True)
    ]


def _masked(text: str, persons: Sequence[tuple[int, int]], known: Sequence[str]) -> str:
    parts = {
        word
        for name in [*(text[start:end] for start, end in persons), *known]
        for word in _WORD.findall(name)
        if len(word) >= _SHORTEST_PART and word[:1].isupper()
    }
    hidden = [(start, end, NAME) for start, end in persons]
    hidden += [(f.start, f.end, SECRET) for f in detectors.scan(text, sted="")]
    hidden += [(m.start(), m.end(), ADDRESS) for m in _MAIL_OR_LINK.finditer(text)]
    hidden += [(m.start(), m.end(), NAME) for m in _WORD.finditer(text) if _is_part(m.group(), parts)]
    pieces, at = [], 0
    for start, end, word in sorted(hidden):
        if end <= at:
            continue
        pieces += [text[at : max(start, at)], word] if start >= at else []
        at = end
    return _DIGIT.sub("0", "".join([*pieces, text[at:]]))


def _is_part(word: str, parts: set[str]) -> bool:
    """A known part of a name, as it is, in the genitive or in capitals; never a small-lettered word that is spelt the same."""
    if not word[0].isupper():
        return False
    forms = {word, word.removesuffix("s"), word.capitalize(), word.removesuffix("S").capitalize()}
    return bool(forms & parts)
