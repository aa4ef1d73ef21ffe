"""Faults in rule files: where, what, a guess at what was meant, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; line and column from 1, in characters; ``width`` of what is marked."""

    file: str
    line: int
    column: int
    width: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong, in the archivist's language. ``quote`` is the line as written, ``width`` how much to mark."""

    file: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    suggestion: str = ""
    quote: str = ""
    width: int = 1

    @classmethod
    def at(
        cls,
        place: Place,
        code: str,
        message: str,
        suggestion: str = "",
        quote: str = "",
        severity: Severity = "error",
    ) -> Fault:
        """A fault at a place."""
        return cls(
            file=place.file,
            line=place.line,
            column=place.column,
            code=code,
            severity=severity,
            message=message,
            suggestion=suggestion,
            quote=quote,
            width=place.width,
        )

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """The key faults are sorted by."""
        return (self.file, self.line, self.column, self.code, self.message)


def render(fault: Fault) -> str:
    """The fault as a person sees it: place, code, sentence, the line with a caret, and the suggestion."""
    word = "feil" if fault.severity == "error" else "advarsel"
    head = f"{fault.file}:{fault.line}:{fault.column}  {word} {fault.code}  {fault.message}"
    if not fault.quote.strip():
        return f"{head}\n     |  {fault.suggestion}" if fault.suggestion else head
    quote = fault.quote.replace("\t", " ")
    gutter = f"{fault.line:4d} | "
    width = max(1, min(fault.width, len(quote) - fault.column + 1))
    caret = " " * (fault.column - 1) + "^" * width
    hint = f" {fault.suggestion}" if fault.suggestion else ""
    return f"{head}\n{gutter}{quote}\n     | {caret}{hint}"


def render_all(faults: Iterable[Fault]) -> str:
    """All faults, sorted, with an empty line between."""
    return "\n\n".join(render(fault) for fault in sorted(faults, key=lambda f: f.order))


def summary(*, files: int, rules: int, examples: int, faults: Iterable[Fault]) -> str:
    """The last line: «34 filer, 211 regler, 640 eksempler: 3 feil, 1 advarsel.»"""
    listed = tuple(faults)
    errors = sum(f.severity == "error" for f in listed)
    warnings = len(listed) - errors
    whole = f"{counted(files, 'fil', 'filer')}, {counted(rules, 'regel', 'regler')}, {counted(examples, 'eksempel', 'eksempler')}"
    if not listed:
        return f"{whole}, ingen feil."
    found = f"{errors} feil, {counted(warnings, 'advarsel', 'advarsler')}"
    still = " De gamle reglene gjelder til dette er rettet." if errors else ""
    return f"{whole}: {found}.{still}"


def counted(number: int, one: str, many: str) -> str:
    """«1 regel», «2 regler»."""
    return f"{number} {one if number == 1 else many}"
