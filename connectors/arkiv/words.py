"""Finding and hiding words in a text, Norwegian letters and all."""

from __future__ import annotations

import re
import unicodedata

MASK = "*****"


def fold(text: str) -> str:
    """Case and spacing folded, NFC: how names and words are compared."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _pattern(word: str) -> re.Pattern[str]:
    # The genitive s is taken along («Nordmanns», «Nordmann's»): a shielded name must not slip through in it.
    inner = r"\s+".join(re.escape(part) for part in unicodedata.normalize("NFC", word).split())
    return re.compile(rf"(?<!\w){inner}(?:['’]?s)?(?!\w)", re.IGNORECASE)


def standing_in(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the words that stand in the text as whole words."""
    nfc = unicodedata.normalize("NFC", text)
    return tuple(w for w in words if w.strip() and _pattern(w).search(nfc))


def mask(text: str, words: tuple[str, ...]) -> str:
    """The text with the words replaced by stars (longest first, so that a full name goes before its parts)."""
    masked = unicodedata.normalize("NFC", text)
    for word in sorted((w for w in words if w.strip()), key=len, reverse=True):
        masked = _pattern(word).sub(MASK, masked)
    return masked
