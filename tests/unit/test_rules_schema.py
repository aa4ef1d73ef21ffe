"""The JSON schema for editors: every rule file shipped is valid by it, and it refuses what the loader refuses of words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from robot.cli import main
from rules.format import FACTS, OPERATORS, RULE_KEYS
from rules.schema import schema

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = [
    *sorted((ROOT / "rules" / "felles").rglob("*.yaml")),
    *sorted((ROOT / "rules" / "eksempelkommune").rglob("*.yaml")),
    *sorted((ROOT / "tests" / "data" / "rules" / "acceptance").rglob("*.yaml")),
]


class _Core(yaml.CSafeLoader):
    """YAML 1.2's truth values and no dates, as rule files are read and as editors with a schema read them."""


_Core.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if not tag.endswith((":bool", ":timestamp"))]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str) -> Any:
    return yaml.load(text, Loader=_Core)  # noqa: S506 (a SafeLoader)


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_rule_file_shipped_is_valid(path: Path, validator: Draft202012Validator) -> None:
    errors = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator.iter_errors(read(path.read_text("utf-8")))
    ]
    assert [] == errors


def test_there_are_rule_files_to_try() -> None:
    assert len(SHIPPED) >= 9


@pytest.mark.parametrize("name", FACTS)
def test_the_example_of_every_fact_is_valid(name: str, validator: Draft202012Validator) -> None:
    assert validator.is_valid(rule_file(f"hvis: {FACTS[name].example}"))


@pytest.mark.parametrize("name", OPERATORS)
def test_the_example_of_every_operator_is_valid(name: str, validator: Draft202012Validator) -> None:
    assert validator.is_valid(rule_file(f"hvis: {OPERATORS[name].example}"))


def rule_file(body: str, outcome: str = "så: {til_menneske: x}") -> Any:
    return read(f"språk: 1\nregler:\n- {{regel: a, {body}, {outcome}}}\n")


@pytest.mark.parametrize(
    "text",
    [
        "regler: []",
        "språk: 2\nregler: [{regel: a, så: {til_menneske: x}}]",
        "språk: 1\nregler: [{regel: a, hvs: {emne: x}, så: {til_menneske: x}}]",
        "språk: 1\nregler: [{regel: a, hvis: {emen: x}, så: {til_menneske: x}}]",
        "språk: 1\nregler: [{regel: a, hvis: {emne: {inneholdr: x}}, så: {til_menneske: x}}]",
        "språk: 1\nregler: [{regel: a, hvis: {avsender: {epost: x}}, så: {til_menneske: x}}]",
        "språk: 1\nregler: [{regel: a, hvis: {avsender.intern: {inneholder: x}}, så: {til_menneske: x}}]",
        "språk: 1\nregler: [{regel: a, hvis: {meldingstype: brev}, så: {til_menneske: x}}]",
        "språk: 1\nregler: [{regel: a, modus: kanskje, så: {til_menneske: x}}]",
        "språk: 1\nregler: [{regel: a, så: {til_menneske: x, avvis: {grunn: spam}}}]",
        "språk: 1\nregler: [{regel: a, så: {avvis: {grunn: reklamme}}}]",
        "språk: 1\nregler: [{regel: a, så: {sak: {samlesak: S}}}]",
        "språk: 1\nregler: [{regel: a, så: {til_menneske: x}, legg_til: {haster: ja}}]",
        "språk: 1\nregler: [{regel: a, hent: {x: matrikel}, så: {til_menneske: x}}]",
        "språk: 1\nregler: [{slå_av: a}]",
        "språk: 1\nregler: [{regel: a, så: {til_menneske: x}, eksempler: {treffer: [{emne: x, gir: {titel: T}}]}}]",
    ],
)
def test_words_and_shapes_the_loader_refuses_are_refused(text: str, validator: Draft202012Validator) -> None:
    assert not validator.is_valid(read(text))


def test_every_key_of_a_rule_is_explained_to_the_editor() -> None:
    properties = schema()["properties"]["regler"]["items"]["else"]["properties"]
    assert set(RULE_KEYS) == set(properties)
    assert [] == [key for key, value in properties.items() if not value["description"]]


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["rules", "schema"])
    assert schema() == json.loads(capsys.readouterr().out)
