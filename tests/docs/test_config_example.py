"""config.example.toml loads, names every setting with a comment, and shows the defaults that hold."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from connectors.clamav.config import VirusSettings
from connectors.registry import BUILT_IN, Role, settings_class
from robot.config import (
    BevaringSettings,
    DatabaseSettings,
    Grenser,
    LaeringSettings,
    OmsorgSettings,
    OrganisasjonSettings,
    Plan,
    RapportSettings,
    RobotSettings,
    VarslingSettings,
    VideresendingSettings,
)
from robot.config_journal import JournalkontrollSettings
from robot.load_config import load_settings

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))


def _tables(document: dict[str, Any]) -> Iterator[tuple[type[BaseModel], list[dict[str, Any]]]]:
    """Every settings model with the tables of the example that are of it."""
    organisations = list(document["organisasjon"].values())
    yield RobotSettings, [document["robot"]]
    yield Grenser, [document["robot"]["grenser"]]
    yield Plan, [document["robot"]["plan"]]
    yield VirusSettings, [document["robot"]["virusskanner"]]
    yield OrganisasjonSettings, organisations
    yield DatabaseSettings, [o["database"] for o in organisations if "database" in o]
    yield RapportSettings, [o["rapport"] for o in organisations if "rapport" in o]
    yield JournalkontrollSettings, [o["journalkontroll"] for o in organisations if "journalkontroll" in o]
    yield VarslingSettings, [o["varsling"] for o in organisations if "varsling" in o]
    yield VideresendingSettings, [o["videresending"] for o in organisations if "videresending" in o]
    yield OmsorgSettings, [o["omsorg"] for o in organisations if "omsorg" in o]
    yield LaeringSettings, [o["laering"] for o in organisations if "laering" in o]
    yield BevaringSettings, [o["bevaring"] for o in organisations if "bevaring" in o]
    for role, key in ((Role.SOURCE, "kilde"), (Role.ARCHIVE, "arkiv"), (Role.MAILER, "epost")):
        there = [t for o in organisations for t in (o["kilde"].values() if key == "kilde" else [o[key]])]
        for name in BUILT_IN[role]:
            yield settings_class(role, name), [table for table in there if table["type"] == name]
    views = [view for o in organisations for view in o.get("offentlig_journal", {}).values()]
    for name in BUILT_IN[Role.VIEW]:
        yield settings_class(Role.VIEW, name), [view for view in views if view["type"] == name]


def test_example_loads(tmp_path: Path) -> None:
    settings = load_settings(EXAMPLE, environ={"SMTP_PASSORD": "x"}, need_secrets=False)
    assert set(settings.organisasjon) == {"solvik", "vik"}


def test_example_names_every_setting(document: dict[str, Any]) -> None:
    lacking = [
        f"{model.__name__}.{name}"
        for model, tables in _tables(document)
        for name in model.model_fields
        if not any(name in table for table in tables)
    ]
    assert lacking == []


def test_every_setting_has_a_comment_the_first_time_it_stands() -> None:
    seen: set[tuple[str, str]] = set()
    bare, section, before = [], "", ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]").split(".")[-1] if ".kilde." in line else line.rpartition(".")[2]
        elif "=" in line and not line.startswith("#"):
            key = line.partition("=")[0].strip()
            first = not any(key == other for _, other in seen)
            if first and key not in ("type", "UO", "P", "KL", "skolerute") and not before.startswith("#"):
                bare.append(f"{section}.{key}")
            seen.add((section, key))
        before = line
    assert bare == []


def test_example_shows_the_defaults(document: dict[str, Any]) -> None:
    shown = {**document["robot"]["grenser"]}
    assert Grenser().model_dump() == shown
    virus = document["robot"]["virusskanner"]
    assert {**VirusSettings(bruk=False).model_dump(), "bruk": True, "sokkel": virus["sokkel"]} == virus
    assert {k: v.isoformat("minutes") if hasattr(v, "isoformat") else v for k, v in Plan().model_dump().items()} == (
        document["robot"]["plan"]
    )


def test_every_setting_says_what_it_is(document: dict[str, Any]) -> None:
    silent = [
        f"{model.__name__}.{name}"
        for model, _ in _tables(document)
        for name, field in model.model_fields.items()
        if not field.description
    ]
    assert silent == []
