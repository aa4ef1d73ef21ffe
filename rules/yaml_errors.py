"""libyaml's English complaints, said to an archivist: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

# (part of the problem, part of the context or "", whether the place is where the thing was opened, message, suggestion)
_KNOWN: tuple[tuple[str, str, bool, str, str], ...] = (
    (
        "unexpected end of stream",
        "quoted scalar",
        True,
        "Anførselstegnet som åpnes her, lukkes aldri",
        "Sett inn det andre anførselstegnet; er filen halvskrevet, lagre den på nytt.",
    ),
    (
        "unexpected document indicator",
        "quoted scalar",
        True,
        "Anførselstegnet som åpnes her, lukkes aldri",
        "Sett inn det andre anførselstegnet.",
    ),
    (
        "expected ',' or ']'",
        "",
        True,
        "Listen som åpnes her, mangler komma eller ]",
        "Skill verdiene med komma og lukk med ].",
    ),
    (
        "expected ',' or '}'",
        "",
        True,
        "Krøllparentesen som åpnes her, mangler komma eller }",
        "Skill parene med komma og lukk med }.",
    ),
    (
        "mapping values are not allowed",
        "",
        False,
        "Her står et kolon der det ikke kan stå",
        "Sett teksten i anførselstegn, eller rett innrykket på linjen.",
    ),
    (
        "could not find expected ':'",
        "",
        True,
        "Her mangler et kolon etter nøkkelen",
        "Skriv «nøkkel: verdi», med mellomrom etter kolonet.",
    ),
    (
        "did not find expected key",
        "",
        False,
        "Innrykket stemmer ikke, eller en nøkkel mangler",
        "Nøkler som hører sammen, må begynne i samme kolonne.",
    ),
    (
        "did not find expected '-' indicator",
        "",
        False,
        "Innrykket stemmer ikke: her skulle et nytt punkt («- ») begynt",
        "La alle punktene i listen begynne i samme kolonne.",
    ),
    (
        "unknown escape character",
        "",
        False,
        "I doble anførselstegn er \\ et spesialtegn, og dette kjennes ikke",
        "Bruk enkle anførselstegn: '...'.",
    ),
    (
        "undefined tag handle",
        "",
        False,
        "En verdi kan ikke begynne med utropstegn",
        "Sett teksten i anførselstegn.",
    ),
    (
        "alphabetic or numeric character",
        "",
        False,
        "En verdi kan ikke begynne med & eller *",
        "Sett teksten i anførselstegn.",
    ),
    (
        "did not find expected node content",
        "",
        False,
        "Her mangler en verdi",
        "Skriv verdien, eller fjern kommaet.",
    ),
    (
        "block sequence entries are not allowed",
        "",
        False,
        "Et punkt («- ») kan ikke begynne her",
        "Sett listen på en ny linje under nøkkelen.",
    ),
)


def explain_yaml_error(error: Exception, lines: Sequence[str]) -> tuple[str, int, int, str, str]:
    """Code, line, column, message and suggestion for an error that libyaml raised over these lines."""
    problem = str(getattr(error, "problem", "") or "")
    context = str(getattr(error, "context", "") or "")
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None) or mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    char = lines[line][column : column + 1] if line < len(lines) else ""
    tabbed = line < len(lines) and "\t" in lines[line][: column + 1]
    if char == "\t" or (tabbed and not lines[line][:column].strip()):
        column = lines[line].index("\t")
        return "R006", line + 1, column + 1, "Innrykket har en tabulator", "Bruk mellomrom: to for hvert nivå."
    if "cannot start any token" in problem:
        return "R005", line + 1, column + 1, f"En verdi kan ikke begynne med «{char}»", "Sett teksten i anførselstegn."
    for part, within, at_start, message, suggestion in _KNOWN:
        if part in problem and within in context:
            if at_start and opened is not None:
                line, column = opened.line, opened.column
            line, column = _inside(line, column, lines)
            return "R005", line + 1, column + 1, message, suggestion
    line, column = _inside(line, column, lines)
    return "R005", line + 1, column + 1, "Linjen er ikke gyldig YAML", "Se etter innrykk, kolon og anførselstegn."


def _inside(line: int, column: int, lines: Sequence[str]) -> tuple[int, int]:
    """The place, moved up to the last line with text when libyaml points past the end of the file."""
    while line > 0 and (line >= len(lines) or not lines[line].strip()):
        line -= 1
        column = len(lines[line].rstrip())
    return line, column
