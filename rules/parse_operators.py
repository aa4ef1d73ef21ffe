"""The operators under a fact → compiled operations."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from rules.deadlines import Duration, parse_date, parse_number
from rules.folding import flatten, fold
from rules.format import DURATION_UNITS, OPERATORS, Fact, Kind
from rules.nodes import Mapping, Node, Scalar, Sequence
from rules.operators import (
    Between,
    Bound,
    Contains,
    Equals,
    EqualsBool,
    EqualsValue,
    Inflected,
    Listed,
    Operation,
    PartOf,
    Pattern,
)
from rules.patterns import compile_pattern
from rules.scope import Scope
from rules.suggest import did_you_mean

SHORT_PART = 6
"""A ``deltekst`` of fewer letters hits in the middle of other words too often."""

_UNSAFE = re.compile(r"\\(?:[\s\S])|\(\?(?:=|!|<=|<!|P=|>|\()|\[:\^?(?:alpha|alnum|word|lower|upper):\]")
_BACK_REFERENCE = re.compile(r"\\[1-9]|\\k")


def parse_operations(name: str, known: Fact, node: Node, scope: Scope) -> tuple[bool | None, tuple[Operation, ...]]:
    """(what ``finnes`` asks for or None, the other operators)."""
    if not isinstance(node, Mapping):
        if known.kind is Kind.AGE:
            hint = f"For eksempel {name}: {{minst: {{arbeidsdager: 3}}}}."
            scope.fault("R102", node, f"«{name}» sammenlignes med minst, høyst eller mellom", hint)
            return None, ()
        operation = _equals(name, known, node, scope)
        return None, (operation,) if operation is not None else ()
    if not node.pairs:
        scope.fault("R128", node, f"«{name}» mangler et vilkår", "For eksempel {inneholder: nabovarsel}.")
    exists: bool | None = None
    operations: list[Operation] = []
    for key, value in node.pairs:
        word = key.value
        if word not in OPERATORS:
            allowed = _words_for(known.kind)
            hint = did_you_mean(word, allowed) or f"Her kan stå: {', '.join(allowed)}."
            scope.fault("R121", key, f"Ukjent vilkår «{word}»", hint)
        elif known.kind not in OPERATORS[word].kinds:
            hint = f"«{name}» er {known.kind.value}: bruk {', '.join(_words_for(known.kind))}."
            scope.fault("R122", key, f"«{word}» passer ikke til «{name}»", hint)
        elif word == "finnes":
            exists = scope.boolean(value, "finnes")
        else:
            operation = _operation(word, name, known, value, scope)
            if operation is not None:
                operations.append(operation)
    return exists, tuple(operations)


def _words_for(kind: Kind) -> tuple[str, ...]:
    return tuple(word for word, operator in OPERATORS.items() if kind in operator.kinds)


def _operation(word: str, name: str, known: Fact, value: Node, scope: Scope) -> Operation | None:
    if word == "er":
        return _equals(name, known, value, scope)
    if word in ("minst", "høyst", "mellom"):
        return _between(word, known, value, scope)
    if word == "i_liste":
        return _listed(value, scope)
    if word in ("regex", "glob"):
        return _pattern(word, value, scope)
    scalars = scope.scalars(value, word)
    shown = tuple(scalar.value for scalar in scalars)
    folded = tuple(fold(text) for text in shown)
    if word == "deltekst":
        for scalar, text in zip(scalars, folded, strict=True):
            if len(text) < SHORT_PART:
                hint = "Bruk «inneholder», som bare treffer hele ord."
                scope.warn("R408", scalar, f"Deltekst «{scalar.value}» er kort og treffer midt i andre ord", hint)
    if not shown:
        return None
    if word == "ord":
        return inflected(shown, folded)
    return Contains(shown, folded) if word == "inneholder" else PartOf(word, shown, folded)


def _equals(name: str, known: Fact, node: Node, scope: Scope) -> Operation | None:
    """``er`` and the short form."""
    if known.kind is Kind.BOOL:
        wanted = scope.boolean(node, name)
        return EqualsBool(wanted) if wanted is not None else None
    scalars = scope.scalars(node, name)
    if known.kind is Kind.CHOICE:
        for scalar in scalars:
            scope.choice(scalar, name, known.choices, "")
    if known.kind in (Kind.NUMBER, Kind.DATE):
        values = tuple(value for scalar in scalars if (value := _value(scalar, known.kind, name, scope)) is not None)
        return EqualsValue(values) if values else None
    if not scalars:
        return None
    shown = tuple("".join(s.value.split()) if name.endswith(".orgnr") else s.value for s in scalars)
    return Equals(shown, frozenset(fold(text) for text in shown))


def _value(node: Node, kind: Kind, what: str, scope: Scope) -> float | date | None:
    text = node.value if isinstance(node, Scalar) else ""
    if kind is Kind.DATE:
        return scope.day(node, what)
    number = parse_number(text)
    if number is not None:
        return number
    day = parse_date(text) if kind is Kind.OPEN else None
    if day is None:
        expected = "et tall eller en dato" if kind is Kind.OPEN else "et tall"
        scope.fault("R109", node, f"«{what}» skal være {expected}", "Skriv for eksempel 4 eller 4,5.")
    return day


def _between(word: str, known: Fact, value: Node, scope: Scope) -> Operation | None:
    if word != "mellom":
        bound = _bound(word, known, value, scope)
        if bound is None:
            return None
        return Between(word, bound, None) if word == "minst" else Between(word, None, bound)
    if not isinstance(value, Sequence) or len(value.items) != 2:
        scope.fault("R102", value, "«mellom» skal ha to verdier", "For eksempel {mellom: [1, 5]}.")
        return None
    low, high = (_bound(word, known, item, scope) for item in value.items)
    return Between(word, low, high) if low is not None and high is not None else None


def _bound(word: str, known: Fact, node: Node, scope: Scope) -> Bound | None:
    if isinstance(node, Mapping):
        if known.kind is Kind.NUMBER:
            scope.fault("R122", node, f"«{word}» med {', '.join(node.keys())} gjelder bare datoer")
            return None
        return parse_duration(node, word, scope)
    if known.kind is Kind.AGE:
        days = scope.integer(node, word)
        return Duration("dager", days) if days is not None else None
    return _value(node, known.kind, word, scope)


def parse_duration(node: Node, what: str, scope: Scope, extra: tuple[str, ...] = ()) -> Duration | None:
    """``{uker: 3}``, or None after a fault; ``extra`` keys may stand beside it."""
    mapping = scope.mapping(node, f"«{what}»", f"{what}: {{arbeidsdager: 3}}")
    if mapping is None:
        return None
    scope.check_keys(mapping, (*DURATION_UNITS, *extra), what)
    units = [(key, value) for key, value in mapping.pairs if key.value in DURATION_UNITS]
    if len(units) != 1:
        scope.fault("R156", mapping, f"«{what}» skal ha akkurat én av {', '.join(DURATION_UNITS)}", "{uker: 3}")
        return None
    count = scope.integer(units[0][1], units[0][0].value)
    if count is None:
        return None
    if not 0 <= count <= 10_000:
        scope.fault("R109", units[0][1], f"«{units[0][0].value}» skal være mellom 0 og 10 000", "Skriv et mindre tall.")
        return None
    return Duration(units[0][0].value, count)


def _listed(value: Node, scope: Scope) -> Operation | None:
    mapping = scope.mapping(value, "«i_liste»", "i_liste: {fil: faste.csv, kolonne: adresse}")
    if mapping is None:
        return None
    scope.check_keys(mapping, ("fil", "kolonne"), "i_liste")
    file_node, column_node = scope.require(mapping, "fil", "i_liste"), scope.require(mapping, "kolonne", "i_liste")
    file, column = scope.text(file_node, "fil"), scope.text(column_node, "kolonne")
    if file is None or column is None or file_node is None or column_node is None:
        return None
    path = f"{scope.folder}/{file}" if scope.folder else file
    table = scope.layer.table(path)
    if isinstance(table, str):
        scope.fault("R126", file_node, table, "Legg filen ved siden av regelfilen.")
        return None
    column = next((name for name in table.columns if fold(name) == fold(column)), column)
    if column not in table.columns:
        hint = did_you_mean(column, table.columns) or f"Kolonnene er {', '.join(table.columns)}."
        scope.fault("R127", column_node, f"«{file}» har ingen kolonne «{column}»", hint)
        return None
    return Listed(file, column, table.column(column))


def _pattern(word: str, value: Node, scope: Scope) -> Operation | None:
    scalars = scope.scalars(value, word)
    needles: tuple[str, ...] = ()
    if word == "glob":
        globs = [fold(scalar.value) for scalar in scalars]
        compiled = [compile_pattern(_glob(text)) for text in globs]
        longest = tuple(max(re.split(r"[*?]", text), key=len) for text in globs)
        needles = longest if all(longest) else ()
    else:
        compiled = [pattern for scalar in scalars if (pattern := parse_regex(scalar, scope)) is not None]
    return Pattern(word, tuple(scalar.value for scalar in scalars), tuple(compiled), needles) if compiled else None


_WORD = re.compile(r"[^\W]+")
_EDGE = r"[^\pL\pM\pN_]"


def inflected(shown: tuple[str, ...], folded: tuple[str, ...]) -> Inflected:
    """The words of each phrase in all their forms; what stands between the words stands between them in the text too."""
    import re2

    from rules.inflection import forms

    patterns: list[Any] = []
    needles: dict[str, None] = {}
    for phrase in folded:
        pieces: list[str] = []
        at, longest = 0, frozenset({phrase})
        best = 0
        for match in _WORD.finditer(phrase):
            ways = forms(match[0])
            if len(match[0]) > best:
                best, longest = len(match[0]), ways
            pieces += [re2.escape(phrase[at : match.start()]), f"(?:{'|'.join(map(re2.escape, sorted(ways)))})"]
            at = match.end()
        body = "".join([*pieces, re2.escape(phrase[at:])])
        patterns.append(compile_pattern(f"(?:^|{_EDGE})({body})(?:$|{_EDGE})"))
        needles.update(dict.fromkeys(sorted(longest)))
    return Inflected(shown, folded, tuple(patterns), tuple(needles))


def parse_regex(node: Scalar, scope: Scope) -> Any | None:
    """The compiled RE2 pattern, case-insensitive, or None after a fault."""
    import re2

    for match in _UNSAFE.finditer(node.value):
        piece = match[0]
        place = scope.inside(node, match.start(), piece)
        if piece in ("\\b", "\\B", "\\w", "\\W") or piece.startswith("[:"):
            hint = "Bruk «inneholder» for hele ord, eller [\\pL\\pN] for bokstaver og tall."
            scope.fault("R125", place, f"{piece} gjelder bare a–z i regex, ikke æøå", hint)
            return None
        if _BACK_REFERENCE.match(piece) or not piece.startswith("\\"):
            kind = "Tilbakevisning" if piece.startswith("\\") or piece == "(?P=" else "Blikk fram eller tilbake"
            hint = "Bruk «inneholder» og «ikke», eller skriv uttrykket enklere."
            scope.fault("R124", place, f"{kind} ({piece}) finnes ikke i regex her", hint)
            return None
    try:
        return compile_pattern(flatten(node.value), case_sensitive=False)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        scope.fault("R123", node, f"Ugyldig regulært uttrykk ({text})", "Sett \\ foran tegn som skal stå for seg selv.")
        return None


def compile_label(label: str) -> Any:
    """The pattern that finds ``nær``'s label: any case, any spacing."""
    import re2

    words = [re2.escape(word) for word in flatten(label).split()]
    return compile_pattern(r"\s+".join(words), case_sensitive=False)


def _glob(pattern: str) -> str:
    import re2

    pieces = {"*": "(?s:.*)", "?": "(?s:.)"}
    return "".join(pieces.get(char) or re2.escape(char) for char in pattern)
