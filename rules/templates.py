"""Texts with ``{names}``: parsed and checked when loaded, filled in when a rule hits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.reasons import ReasonCode
from rules.context import Context
from rules.folding import flatten

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_TRIMMED = " \u00a0–—-\t"
_DASHES = "–—-"


class ValueProblem(Exception):
    """A value that the outcome needs was not found, or several differ."""

    def __init__(self, code: ReasonCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Captured:
    """What ``hent`` found under one name: the different values in order, with dates where they are dates.

    ``optional``: nothing found fills in nothing. ``missing`` and ``ambiguous`` hold for the demand the rule made.
    """

    values: tuple[str, ...] = ()
    dates: tuple[date | None, ...] = ()
    optional: bool = False
    many: bool = False
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """``parts`` are literal texts (str) and names (in a one-tuple), in order."""

    source: str
    parts: tuple[str | tuple[str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the braces."""
        return tuple(part[0] for part in self.parts if isinstance(part, tuple))

    @property
    def literal(self) -> str | None:
        """The text when nothing is to be filled in, else None."""
        return None if self.names else "".join(str(part) for part in self.parts)

    @property
    def single(self) -> str | None:
        """The name when the template is exactly one name, else None."""
        return self.names[0] if len(self.parts) == 1 and self.names else None


EMPTY = Template("", ())


@dataclass(frozen=True, slots=True)
class BraceFault:
    """A brace that does not add up, ``offset`` characters into the text."""

    offset: int


def parse_template(text: str) -> Template | BraceFault:
    """The template, or where its braces go wrong."""
    parts: list[str | tuple[str]] = []
    at = 0
    for match in _PIECE.finditer(text):
        if match.start() > at:
            parts.append(text[at : match.start()])
        at = match.end()
        if match[0] in ("{{", "}}"):
            parts.append(match[0][0])
        elif match[1] is not None and match[1].strip():
            parts.append((match[1].strip(),))
        else:
            return BraceFault(match.start())
    if at < len(text):
        parts.append(text[at:])
    return Template(text, tuple(parts))


class Filler:
    """Fills templates for one rule and one post."""

    def __init__(self, ctx: Context, captured: Mapping[str, Captured]) -> None:
        self._ctx = ctx
        self._captured = captured

    def text(self, template: Template) -> str:
        """The text filled in; an optional value that is not there takes the spaces and dashes around it with it.

        Raises:
            ValueProblem: an obligatory value is missing.
        """
        if not template.names:
            return template.literal or ""
        pieces: list[str | None] = []
        for part in template.parts:
            if isinstance(part, str):
                pieces.append(part)
                continue
            value = self.value(part[0])
            pieces.append(value or None)
        return " ".join(_join(pieces).split())

    def key(self, template: Template) -> str:
        """The text filled in, for finding something: each name must have exactly one value.

        Raises:
            ValueProblem: a value is missing, or several differ.
        """
        for name in template.names:
            captured = self._captured.get(name)
            if captured is not None and len(captured.values) > 1:
                raise ValueProblem(ReasonCode.VALUE_AMBIGUOUS, f"{name}: {', '.join(captured.values)}")
            if not self.value(name):
                raise ValueProblem(ReasonCode.VALUE_MISSING, name)
        return self.text(template)

    def day(self, name: str) -> date:
        """The date under a name.

        Raises:
            ValueProblem: there is none, or several differ.
        """
        captured = self._captured.get(name)
        if captured is None:
            return self._fact_day(name)
        if len(captured.values) > 1:
            raise ValueProblem(ReasonCode.VALUE_AMBIGUOUS, f"{name}: {', '.join(captured.values)}")
        if not captured.dates or captured.dates[0] is None:
            raise ValueProblem(ReasonCode.VALUE_MISSING, name)
        return captured.dates[0]

    def value(self, name: str) -> str:
        """The value of one name; empty for an optional one that is not there.

        Raises:
            ValueProblem: it is obligatory and missing, or several differ.
        """
        captured = self._captured.get(name)
        if captured is not None:
            return _captured_text(name, captured)
        if name in ("år", "måned", "dato"):
            day = self._received()
            return {"år": f"{day.year:04d}", "måned": f"{day.month:02d}", "dato": day.isoformat()}[name]
        if name == "emne":
            return post_title(self._ctx)
        items = self._ctx.view(name).items
        if not items:
            raise ValueProblem(ReasonCode.VALUE_MISSING, name)
        different = tuple(dict.fromkeys(item.folded for item in items))
        if len(different) > 1:
            raise ValueProblem(ReasonCode.VALUE_AMBIGUOUS, f"{name}: {', '.join(item.text for item in items)}")
        value = items[0].value
        return value.isoformat() if isinstance(value, date) else clean(items[0].text)

    def _received(self) -> date:
        if self._ctx.received is None:
            raise ValueProblem(ReasonCode.VALUE_MISSING, "dato.mottatt")
        return self._ctx.received

    def _fact_day(self, name: str) -> date:
        if name in ("dato", "dato.mottatt"):
            return self._received()
        items = self._ctx.view(name).items
        if not items or not isinstance(items[0].value, date):
            raise ValueProblem(ReasonCode.VALUE_MISSING, name)
        return items[0].value


def _captured_text(name: str, captured: Captured) -> str:
    if not captured.values:
        if captured.optional:
            return ""
        raise ValueProblem(ReasonCode.VALUE_MISSING, name)
    if len(captured.values) > 1 and not captured.many:
        raise ValueProblem(ReasonCode.VALUE_AMBIGUOUS, f"{name}: {', '.join(captured.values)}")
    return clean(", ".join(captured.values))


def post_title(ctx: Context) -> str:
    """``{emne}``: subject or form title, else the main file's name cleaned, else «Uten emne». Never empty."""
    for item in ctx.view("emne").items:
        title = clean(item.text)
        if title:
            return title
    for item in ctx.view("filnavn").items:
        title = clean_filename(item.text)
        if title:
            return title
    return "Uten emne"


def clean_filename(name: str) -> str:
    """The file's name without folder and ending, underscores as spaces."""
    base = re.split(r"[/\\]", flatten(name))[-1]
    stem, dot, ending = base.rpartition(".")
    if dot and stem and re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        base = stem
    return clean(base.replace("_", " ").replace("%20", " ")).strip(" .-")


def clean(text: str) -> str:
    """One line without control characters and odd spaces, as a title must be."""
    flat = flatten(text)
    printable = "".join(" " if char.isspace() else char for char in flat if not _control(char))
    return " ".join(printable.split())


def _control(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn")


def _join(pieces: list[str | None]) -> str:
    """The pieces, closing the gap where one is None."""
    text = ""
    gap = False
    for piece in pieces:
        if piece is None:
            gap = True
            continue
        if not gap:
            text += piece
            continue
        left, right = text.rstrip(_TRIMMED), piece.lstrip(_TRIMMED)
        if left.endswith("(") and right.startswith(")"):
            left, right = left[:-1].rstrip(_TRIMMED), right[1:].lstrip(_TRIMMED)
        text = left + _between(left, text[len(left) :], piece, right) + right
        gap = False
    return text.rstrip(_TRIMMED) if gap else text


def _between(left: str, before: str, piece: str, right: str) -> str:
    """What stands between two texts once the empty value between them is gone."""
    if not left or not right:
        return ""
    after = piece[: len(piece) - len(right)] if piece.endswith(right) else ""
    for gap in (before, after):
        if any(dash in gap for dash in _DASHES):
            return gap
    if right[0] in ",.;:)!?":
        return ""
    return " " if before or after else ""
