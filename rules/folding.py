"""The one folding of text: Unicode NFC, case, spacing. Every comparison in the rule language goes through it."""

from __future__ import annotations

import unicodedata
from itertools import groupby

# Invisible characters that mail programs and PDF producers strew in words: soft hyphen, zero-width space and joiners,
# word joiner, byte order mark.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


def _visible(text: str) -> str:
    """Without the invisible ones; looked for one by one, which costs next to nothing when there are none."""
    for char in _INVISIBLE:
        if char in text:
            text = text.replace(char, "")
    return text


def fold(text: str) -> str:
    """The text as it is compared: NFC, case folded, every run of white space one space, none at the ends."""
    if text.isascii():
        return " ".join(text.lower().split())
    composed = _visible(unicodedata.normalize("NFC", text))
    return " ".join(unicodedata.normalize("NFC", composed.casefold()).split())


def flatten(text: str) -> str:
    """The text as regular expressions and extraction see it: NFC, every odd space an ordinary one, line breaks kept.

    RE2's ``\\s`` is ASCII only, so a non-breaking space would otherwise hide a value.
    """
    if text.isascii():
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    composed = _visible(unicodedata.normalize("NFC", text)).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(" " if char != "\n" and char.isspace() else char for char in composed)


def is_word_char(char: str) -> bool:
    """Whether the character belongs to a word: a letter, a digit, ``_`` or a combining mark."""
    return char.isalnum() or char == "_" or unicodedata.category(char).startswith("M")


def find_words(folded: str, phrase: str) -> int:
    """Where the folded phrase stands as whole words in the folded text, or -1."""
    if not phrase:
        return -1
    check_start, check_end = is_word_char(phrase[0]), is_word_char(phrase[-1])
    at = folded.find(phrase)
    while at >= 0:
        end = at + len(phrase)
        starts = not check_start or at == 0 or not is_word_char(folded[at - 1])
        if starts and (not check_end or end == len(folded) or not is_word_char(folded[end])):
            return at
        at = folded.find(phrase, at + 1)
    return -1


def words_of(folded: str) -> list[str]:
    """The words of a folded text, as :func:`find_words` bounds them: a phrase stands in a text only if all its words do."""
    return ["".join(letters) for word, letters in groupby(folded, is_word_char) if word]
