"""A published OpenAPI document, to hold requests and answers to. Needs the development package jsonschema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any


class PublishedApi:
    """One OpenAPI 3 document (JSON, or YAML by its name). Faults are sentences: what was wrong, and where.

    ``prefix`` is what is cut off a path before it is looked up; a document whose own paths begin with it is read without.
    ``drifts``: the service is known to get new fields, and to say null, before its document does; neither is then a fault
    of an answer. ``refusals`` False: the document says nothing of refusals (4xx), and any is taken.
    """

    def __init__(self, path: Path, *, prefix: str = "", drifts: bool = False, refusals: bool = True) -> None:
        self._drifts = drifts
        self._refusals = refusals
        self._document: dict[str, Any] = _loaded(path)
        _with_null_types(self._document)
        paths = self._document["paths"]
        if prefix and all(each.startswith(f"{prefix}/") for each in paths):
            self._document["paths"] = {each.removeprefix(prefix): told for each, told in paths.items()}
        self._name = path.name
        # The longer of two templates that fit is the one without a parameter where the other has one.
        self._paths = sorted(
            ((re.compile(_template(path)), path) for path in self._document["paths"]),
            key=lambda each: each[1].count("{"),
        )
        self._validators: dict[str, Any] = {}

    def faults_of_request(
        self,
        method: str,
        path: str,
        query: Iterable[tuple[str, str]],
        headers: Mapping[str, str],
        body: bytes,
    ) -> list[str]:
        """What is wrong with a request: no such operation, parameters unknown, lacking or of a wrong kind, a wrong body."""
        found = self._operation(method, path)
        if found is None:
            return [f"{self._name}: {method} {path} is not published"]
        operation, shared, template, in_path = found
        where = f"{method} {template}"
        faults = self._faults_of_parameters(where, [*shared, *operation.get("parameters", [])], in_path, query, headers)
        wanted = self._resolved(operation.get("requestBody", {}))
        content = wanted.get("content", {})
        if not body:
            return [*faults, *([f"{where}: the body is required"] if wanted.get("required") else [])]
        if not content:
            return [*faults, f"{where}: a body is not published"]
        return faults + self._faults_of_body(where, content, headers.get("content-type", ""), body)

    def faults_of_answer(
        self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> list[str]:
        """What is wrong with an answer. Statuses from 500 on are never published, and pass."""
        found = self._operation(method, path)
        if found is None or status >= 500:
            return []
        operation, _, template, _ = found
        answers = operation.get("responses", {})
        wanted = answers.get(str(status)) or answers.get(f"{status // 100}XX") or answers.get("default")
        where = f"{method} {template} → {status}"
        if wanted is None and status >= 400 and not self._refusals:
            return []
        if wanted is None:
            return [f"{where}: the status is not published"]
        content = self._resolved(wanted).get("content", {})
        if not content or not body:
            return []
        return self._faults_of_body(where, content, headers.get("content-type", ""), body, lenient=self._drifts)

    def _operation(self, method: str, path: str) -> tuple[dict[str, Any], list[Any], str, dict[str, str]] | None:
        for pattern, template in self._paths:
            match = pattern.fullmatch(path)
            item = self._document["paths"][template]
            if match is not None and method.lower() in item:
                names = re.findall(r"\{([^}]+)\}", template)
                return (
                    item[method.lower()],
                    item.get("parameters", []),
                    template,
                    dict(zip(names, match.groups(), strict=True)),
                )
        return None

    def _faults_of_parameters(
        self,
        where: str,
        parameters: list[Any],
        in_path: Mapping[str, str],
        query: Iterable[tuple[str, str]],
        headers: Mapping[str, str],
    ) -> list[str]:
        faults: list[str] = []
        known = {(each["in"], each["name"].lower()): each for each in map(self._resolved, parameters)}
        given: dict[tuple[str, str], list[str]] = {("path", name.lower()): [value] for name, value in in_path.items()}
        for name, value in query:
            given.setdefault(("query", name.lower()), []).append(value)
        for name, value in headers.items():
            if ("header", name.lower()) in known:
                given[("header", name.lower())] = [value]
        faults += [
            f"{where}: unknown query parameter {name}"
            for kind, name in given
            if kind == "query" and (kind, name) not in known
        ]
        for at, parameter in known.items():
            values = given.get(at, [])
            if not values and parameter.get("required") and at[0] != "header":
                faults.append(f"{where}: the parameter {parameter['name']} lacks")
            schema = self._resolved(parameter.get("schema", {}))
            if values and "array" in _types(schema) and parameter.get("explode") is False:
                listed = [_as_kind(each, self._item(schema)) for value in values for each in value.split(",")]
                faults += self._faults_of(f"{where} {parameter['name']}", schema, listed)
                continue
            for value in values:
                faults += self._faults_of(f"{where} {parameter['name']}", schema, _as_kind(value, self._item(schema)))
        return faults

    def _item(self, schema: dict[str, Any]) -> dict[str, Any]:
        return self._resolved(schema.get("items", {})) if "array" in _types(schema) else schema

    def _faults_of_body(
        self, where: str, content: Mapping[str, Any], declared: str, body: bytes, *, lenient: bool = False
    ) -> list[str]:
        kind = declared.partition(";")[0].strip().lower()
        if lenient and kind == "application/problem+json" and kind not in content:
            kind = "application/json"
        if kind not in content and not any(_covers(each, kind) for each in content):
            # A download has the type of the file, whatever the document says.
            return (
                []
                if lenient and "json" not in kind
                else [f"{where}: the content type {kind or '(none)'} is not published"]
            )
        if "json" not in kind:
            return []
        schema = content[kind] if kind in content else content[next(each for each in content if _covers(each, kind))]
        try:
            data = json.loads(body)
        except ValueError:
            return [f"{where}: the body is no JSON"]
        return self._faults_of(where, schema.get("schema", {}), data, lenient=lenient)

    def _faults_of(self, where: str, schema: dict[str, Any], data: object, *, lenient: bool = False) -> list[str]:
        if "array" in _types(schema) and not isinstance(data, list):
            data = [data]
        text = json.dumps(schema, sort_keys=True)
        if text not in self._validators:
            from jsonschema import Draft202012Validator, FormatChecker

            # The references of a part point into the whole document.
            whole = {**self._document, "$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [schema]}
            self._validators[text] = Draft202012Validator(whole, format_checker=FormatChecker())
        problems = sorted(self._validators[text].iter_errors(data), key=lambda each: list(map(str, each.absolute_path)))
        if lenient:
            problems = [
                each for each in problems if each.validator != "additionalProperties" and each.instance is not None
            ]
        return [f"{where} {'/'.join(map(str, each.absolute_path))}: {each.message[:200]}" for each in problems]

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in part:
            here: Any = self._document
            for step in part["$ref"].removeprefix("#/").split("/"):
                here = here[step.replace("~1", "/").replace("~0", "~")]
            part = here
        return part


def _loaded(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    if path.suffix not in (".yml", ".yaml"):
        loaded: dict[str, Any] = json.loads(text)
        return loaded
    import yaml

    # Bare dates in a YAML document are meant as text.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    again: dict[str, Any] = json.loads(json.dumps(yaml.load(text, Loader=loader), default=str))  # noqa: S506 - a safe loader
    return again


def _template(path: str) -> str:
    return "([^/]+)".join(re.escape(each) for each in re.split(r"\{[^}]+\}", path))


def _types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    told = schema.get("type", ())
    return (told,) if isinstance(told, str) else tuple(told)


def _as_kind(value: str, schema: Mapping[str, Any]) -> object:
    """A parameter's text as the kind its schema asks for, where it can be one."""
    types = _types(schema)
    try:
        if "integer" in types:
            return int(value)
        if "number" in types:
            return float(value)
    except ValueError:
        return value
    if "boolean" in types and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return value


@cache
def _covers(published: str, kind: str) -> bool:
    """``*/*`` and ``application/*`` cover kinds; ``application/json`` covers ``text/json`` nowhere."""
    left, _, right = published.partition("/")
    one, _, other = kind.partition("/")
    return left in ("*", one) and right in ("*", other)


def _with_null_types(part: Any) -> None:
    """OpenAPI 3.0 says ``nullable: true`` where JSON Schema says ``type: [..., "null"]``."""
    if isinstance(part, list):
        for each in part:
            _with_null_types(each)
    elif isinstance(part, dict):
        if part.get("nullable") is True:
            if "type" in part:
                part["type"] = [*_types(part), "null"]
            if isinstance(part.get("oneOf"), list):
                part["oneOf"] = [*part["oneOf"], {"type": "null"}]
            if isinstance(part.get("enum"), list) and None not in part["enum"]:
                part["enum"] = [*part["enum"], None]
        for each in part.values():
            _with_null_types(each)
