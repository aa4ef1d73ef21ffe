"""What pydantic and tomllib say, in Norwegian, with key, expectation and suggestion. No value from the file is quoted."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from models.errors import ConfigFault

_FOLD = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "-": "_"})


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like ``word`` (case, æøå and hyphens folded), or an empty string."""
    folded = {name.lower().translate(_FOLD): name for name in known}
    wanted = word.lower().translate(_FOLD)
    near = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6)
    if near:
        return folded[near[0]]
    if len(wanted) >= 4:
        return next((name for key, name in folded.items() if wanted in key or (len(key) >= 4 and key in wanted)), "")
    return ""


def join(*parts: str | int) -> str:
    """A dotted TOML key; a position in a list stands in brackets and counts from 1."""
    key = ""
    for part in parts:
        key += f"[{part + 1}]" if isinstance(part, int) else (f".{part}" if key else str(part))
    return key


def from_pydantic(error: ValidationError, model: type[BaseModel], prefix: str) -> Iterator[ConfigFault]:
    """One fault for each error. ``model`` is what was validated, ``prefix`` where it stands in the file."""
    for detail in error.errors(include_url=False):
        yield _fault(detail, model, prefix)


def from_toml(error: tomllib.TOMLDecodeError, text: str, path: Path) -> ConfigFault:
    """A syntax error, with line and column."""
    message = str(error)
    place = re.search(r"\(at line (\d+), column (\d+)\)", message)
    lines = text.splitlines() or [""]
    line, column = (int(place[1]), int(place[2])) if place else (len(lines), len(lines[-1]) + 1)
    row = lines[line - 1] if line <= len(lines) else ""
    at = row[column - 1 : column]
    if at and not at.isascii() and at.isalpha():
        word = next((m.group() for m in re.finditer(r"[\w-]+", row) if m.start() < column <= m.end()), at)
        folded = {"miljø": "variabel"}.get(word, word.translate(_FOLD).replace("_", "-" if "-" in word else "_"))
        return ConfigFault(
            key=f"{path}:{line}:{column}",
            expected="bare a–z, 0–9, «_» og «-» i nøkler (TOML har ikke æ, ø og å der); tekst skal stå i anførselstegn",
            suggestion=folded,
        )
    for part, meaning in _TOML.items():
        if part in message:
            return ConfigFault(key=f"{path}:{line}:{column}", expected=meaning)
    return ConfigFault(key=f"{path}:{line}:{column}", expected="gyldig TOML; se etter en skrivefeil her")


_TOML = {
    "Invalid value": "en gyldig verdi etter «=»: tekst skal stå i anførselstegn",
    "Invalid statement": "en linje som nøkkel = verdi, eller en overskrift som [robot]",
    "Invalid initial character for a key part": "en nøkkel før «=»",
    "Unterminated string": "et anførselstegn som avslutter teksten",
    "Expected '=' after a key": "«=» mellom nøkkel og verdi",
    "Expected newline or end of document": "én innstilling per linje; noe står igjen etter verdien",
    "Cannot overwrite a value": "at nøkkelen bare står én gang",
    "Duplicate inline table key": "at nøkkelen bare står én gang",
    "Cannot declare": "at overskriften bare står én gang",
    "Cannot mutate immutable namespace": "at tabellen i krøllparenteser ikke bygges ut et annet sted",
    "Expected ']": "«]» på slutten av overskriften",
    "Unclosed array": "«]» som avslutter listen",
    "Unclosed inline table": "«}» som avslutter tabellen",
    "Invalid date or datetime": "en dato eller et klokkeslett som finnes; ellers anførselstegn rundt",
    "Unescaped '\\' in a string": "to omvendte skråstreker (\\\\) der det skal stå én",
    "Found invalid character": "vanlig tekst; her står et styretegn",
    "Illegal character": "vanlig tekst; her står et styretegn eller et linjeskift i teksten",
}


def _fault(detail: ErrorDetails, model: type[BaseModel], prefix: str) -> ConfigFault:
    loc = tuple(part for part in detail["loc"] if part != "[key]")
    key = join(prefix, *loc) if prefix else join(*loc)
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(str(loc[-1]), key, _model_at(model, loc[:-1]))
    description = _description(model, loc)
    if kind == "missing":
        return ConfigFault(key=key, expected=f"må være satt: {description}" if description else "må være satt")
    if kind == "value_error":
        return ConfigFault(key=key, expected=str(context.get("error", "")))
    if kind in ("literal_error", "enum"):
        options = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        given = detail.get("input")
        near = nearest(given, options) if isinstance(given, str) else ""
        return ConfigFault(key=key, expected=f"en av {', '.join(f'«{o}»' for o in options)}", suggestion=near)
    expected = _expected(kind, context, detail.get("input"))
    return ConfigFault(key=key, expected=f"{expected} ({description})" if description else expected)


def _expected(kind: str, context: Mapping[str, Any], given: object) -> str:
    if kind == "string_type":
        return "tekst i anførselstegn" if isinstance(given, int | float) else "tekst"
    text = _KINDS.get(kind, "en annen verdi")
    limits = {name: f"{value:g}" if isinstance(value, float) else value for name, value in context.items()}
    return text.format_map({"ge": "", "gt": "", "le": "", "lt": "", "min_length": 1, "max_length": "", **limits})


_KINDS = {
    "int_type": "et heltall",
    "int_parsing": "et heltall",
    "int_from_float": "et heltall",
    "float_type": "et tall",
    "float_parsing": "et tall",
    "bool_type": "true eller false",
    "bool_parsing": "true eller false",
    "tuple_type": 'en liste: ["…", "…"]',
    "list_type": 'en liste: ["…", "…"]',
    "dict_type": "en tabell",
    "model_type": "en tabell",
    "model_attributes_type": "en tabell",
    "path_type": "en sti i anførselstegn",
    "greater_than_equal": "minst {ge}",
    "greater_than": "mer enn {gt}",
    "less_than_equal": "høyst {le}",
    "less_than": "mindre enn {lt}",
    "string_too_short": "ikke tom tekst",
    "string_too_long": "høyst {max_length} tegn",
    "too_short": "minst {min_length} i listen",
    "too_long": "høyst {max_length} i listen",
    "string_pattern_mismatch": "en verdi på rett form",
    "finite_number": "et endelig tall",
}


def _unknown_key(name: str, key: str, model: type[BaseModel] | None) -> ConfigFault:
    known = tuple(model.model_fields) if model else ()
    return ConfigFault(key=key, expected="en kjent nøkkel; denne finnes ikke her", suggestion=nearest(name, known))


def _model_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The model of the table that stands at ``loc`` under ``model``."""
    found: type[BaseModel] | None = model
    for part in loc:
        field = found.model_fields.get(str(part)) if found else None
        if field is not None:
            found = _model_in(field.annotation)
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, dict, tuple):
        return next((m for m in map(_model_in, get_args(annotation)) if m is not None), None)
    return None


def _description(model: type[BaseModel], loc: tuple[str | int, ...]) -> str:
    names = [str(part) for part in loc if not isinstance(part, int)]
    owner = _model_at(model, tuple(names[:-1])) if names else None
    field = owner.model_fields.get(names[-1]) if owner else None
    if field is None and len(names) > 1:
        # An entry of a table with free names: its table tells what it is.
        return _description(model, tuple(names[:-1]))
    return (field.description or "") if field else ""
