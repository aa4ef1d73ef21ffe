"""Reads the configuration file: every fault at once, or frozen settings. The environment is passed in, never read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from connectors.registry import BUILT_IN, Role, UnknownType, settings_class
from models.errors import ConfigError, ConfigFault
from models.secret import RESOLVER
from robot.config import SHORT_NAME, OrganisasjonSettings, RobotSettings, Settings
from robot.config_checks import across
from robot.config_faults import from_pydantic, from_toml, join, nearest
from robot.secrets import SecretResolver

FELLES, EXAMPLE = "felles", "eksempelkommune"
"""Rule layers that come with Postrobot and are named without a path; the loader knows the first one by its name."""

M = TypeVar("M", bound=BaseModel)


def load_settings(path: Path, *, environ: Mapping[str, str], need_secrets: bool = True) -> Settings:
    """Reads and checks one configuration file. Touches no network, and no file but this one and those of secrets.

    Relative paths count from the file's own folder. With ``need_secrets`` False a secret that is not available here is
    a fault only when it is used.

    Raises:
        ConfigError: every fault found, each with its dotted key.
    """
    path = path.absolute()
    document = _parse(path)
    resolver = SecretResolver(environ=environ, base=path.parent, required=need_secrets)
    return _Loader(path, {RESOLVER: resolver}).load(document)


def _parse(path: Path) -> dict[str, Any]:
    def fault(expected: str) -> ConfigError:
        return ConfigError((ConfigFault(key=str(path), expected=expected),))

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise fault("en oppsettfil som finnes; lag en med «postrobot init MAPPE», eller pek med --config") from None
    except UnicodeDecodeError as problem:
        raise fault(f"tekst i UTF-8; byte {problem.start + 1} er ikke det") from None
    except OSError as problem:
        raise fault(f"en fil som kan leses ({problem.strerror})") from None
    try:
        # Windows line ends are fine in TOML, a lone CR is not.
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError((from_toml(problem, text, path),)) from None


class _Loader:
    """Gathers faults on the way; nothing is given out while there is one."""

    def __init__(self, path: Path, context: dict[str, object]) -> None:
        self._path = path
        self._context = context
        self._faults: list[ConfigFault] = []

    def load(self, document: dict[str, Any]) -> Settings:
        for key in document:
            if key not in ("robot", "organisasjon"):
                self._fault(key, "en kjent nøkkel; denne finnes ikke her", nearest(key, ("robot", "organisasjon")))
        robot = self._model(RobotSettings, document.get("robot", {}), "robot")
        organisations = self._organisations(document.get("organisasjon"))
        if robot is not None:
            robot = anchored(robot, self._path.parent)
        self._faults.extend(across(robot, organisations))
        if self._faults or robot is None:
            raise ConfigError(tuple(self._faults))
        return Settings(file=self._path, robot=robot, organisasjon=organisations)

    def _organisations(self, raw: object) -> dict[str, OrganisasjonSettings]:
        if not isinstance(raw, dict) or not raw:
            self._fault("organisasjon", "minst én organisasjon: [organisasjon.kortnavn]")
            return {}
        found = {}
        for name, table in raw.items():
            key = join("organisasjon", name)
            if not self._named(name, key) or not self._table(table, key):
                continue
            organisation = self._organisation(table, key)
            if organisation is not None:
                found[name] = anchored(organisation, self._path.parent)
        return found

    def _organisation(self, table: dict[str, Any], key: str) -> OrganisasjonSettings | None:
        values = dict(table)
        broken = set()
        sources = values.get("kilde")
        if isinstance(sources, dict) and sources:
            made = {name: self._source(name, raw, join(key, "kilde", name)) for name, raw in sources.items()}
            values["kilde"] = {name: source for name, source in made.items() if source is not None}
            if len(values["kilde"]) < len(sources):
                broken.add("kilde")
        elif sources is not None or "kilde" not in values:
            self._fault(join(key, "kilde"), f"minst én kilde: [{key}.kilde.navn] med type {_types(Role.SOURCE)}")
            broken.add("kilde")
        if "arkiv" not in values:
            self._fault(join(key, "arkiv"), f'må være satt, for eksempel [{key}.arkiv] med type = "innebygd"')
            broken.add("arkiv")
        if "offentlig_journal" in values and not self._views(values, join(key, "offentlig_journal")):
            broken.add("offentlig_journal")
        for field, role in (("arkiv", Role.ARCHIVE), ("epost", Role.MAILER)):
            if field in values:
                values[field] = self._connector(role, values[field], join(key, field))
                if values[field] is None:
                    broken.add(field)
        return self._model(OrganisasjonSettings, values, key, ignore=broken)

    def _views(self, values: dict[str, Any], key: str) -> bool:
        """Puts the journal views in the place of their tables; whether all of them could be made."""
        raw = values["offentlig_journal"]
        if not self._table(raw, key):
            return False
        made = {
            name: self._connector(Role.VIEW, table, join(key, name))
            for name, table in raw.items()
            if self._named(name, join(key, name))
        }
        values["offentlig_journal"] = {name: view for name, view in made.items() if view is not None}
        return len(values["offentlig_journal"]) == len(raw)

    def _source(self, name: str, raw: object, key: str) -> BaseModel | None:
        return self._connector(Role.SOURCE, raw, key) if self._named(name, key) else None

    def _connector(self, role: Role, raw: object, key: str) -> BaseModel | None:
        if not self._table(raw, key):
            return None
        assert isinstance(raw, dict)  # noqa: S101  (told by _table; for the type checker)
        type_name = raw.get("type")
        if not isinstance(type_name, str):
            self._fault(join(key, "type"), f"må være satt: en av {_types(role)}")
            return None
        try:
            model = settings_class(role, type_name)
        except UnknownType as problem:
            self._fault(join(key, "type"), str(problem), problem.suggestion)
            return None
        if type_name not in BUILT_IN[role]:
            # A third party's class need not know by which dotted name it was loaded.
            raw = {name: value for name, value in raw.items() if name != "type"}
            field = model.model_fields["type"]
            raw |= {"type": type_name if field.is_required() else field.get_default()}
        return self._model(model, raw, key)

    def _model(self, model: type[M], raw: object, key: str, *, ignore: set[str] | None = None) -> M | None:
        if not self._table(raw, key):
            return None
        try:
            made = model.model_validate(raw, context=self._context)
        except ValidationError as problem:
            skip = tuple(join(key, name) for name in ignore or ())
            self._faults.extend(f for f in from_pydantic(problem, model, key) if not f.key.startswith(skip or "\0"))
            return None
        return None if ignore else made

    def _named(self, name: str, key: str) -> bool:
        if re.fullmatch(SHORT_NAME, name):
            return True
        self._fault(key, "et kortnavn med små bokstaver a–z, sifre, «-» og «_», høyst 31 tegn")
        return False

    def _table(self, raw: object, key: str) -> bool:
        if isinstance(raw, dict):
            return True
        self._fault(key, f"en tabell: [{key}]")
        return False

    def _fault(self, key: str, expected: str, suggestion: str = "") -> None:
        self._faults.append(ConfigFault(key=key, expected=expected, suggestion=suggestion))


def _types(role: Role) -> str:
    return ", ".join(f'"{name}"' for name in BUILT_IN[role])


def anchored(model: M, base: Path) -> M:
    """The same settings with every relative path, and every rule layer that is a path, counted from ``base``."""
    changes: dict[str, object] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, Path):
            changes[name] = base / value.expanduser()
        elif isinstance(value, BaseModel):
            changes[name] = anchored(value, base)
        elif isinstance(value, dict) and any(isinstance(v, BaseModel) for v in value.values()):
            changes[name] = {k: anchored(v, base) if isinstance(v, BaseModel) else v for k, v in value.items()}
        elif name == "regler" and isinstance(model, OrganisasjonSettings):
            changes[name] = tuple(_layer(layer, base) for layer in value)
    return model.model_copy(update=changes)


def _layer(name: str, base: Path) -> str:
    if name == FELLES:
        return name
    if name == EXAMPLE:
        import rules

        return str(Path(rules.__file__).parent / EXAMPLE)
    return str(base / Path(name).expanduser())
