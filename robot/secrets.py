"""Secrets by reference: from the environment, a file, or a systemd credential. A literal one is refused.

Source: systemd.exec(5), ``LoadCredential=`` and ``$CREDENTIALS_DIRECTORY``.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import ConfigError, ConfigFault
from models.secret import Secret

FORMS = '{ variabel = "NAVN" }, { fil = "/sti" } eller { credential = "navn" }'
"""The three ways to refer to a secret, as the operator writes them."""

_MAX_BYTES = 64 * 1024


class SecretUnavailable(ValueError):
    """The reference is well formed, but there is nothing to fetch here: no such variable, file or credential."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretResolver:
    """Turns a reference from the TOML file into a :class:`~models.secret.Secret`.

    ``base`` is the folder that relative paths count from. With ``required`` False a secret that is not available here
    is a fault only when it is used, so that ``list`` and ``report`` work outside the service.
    """

    environ: Mapping[str, str]
    base: Path
    required: bool = True

    def __call__(self, reference: object) -> Secret:
        """Resolves one reference.

        Raises:
            ValueError: with a Norwegian sentence, for a literal, a malformed reference or an unsafe file.
            SecretUnavailable: nothing to fetch, and ``required``.
        """
        way, name = _parse(reference)
        fetch = {"variabel": self._variable, "fil": self._file, "credential": self._credential}[way]
        try:
            value = fetch(name)
        except SecretUnavailable as problem:
            if self.required:
                raise
            return Secret(_later(fetch, name, str(problem)))
        return Secret(value)

    def _variable(self, name: str) -> str:
        if not self.environ.get(name):
            raise SecretUnavailable(f"miljøvariabelen {name} må være satt (den er tom eller finnes ikke)")
        return self.environ[name]

    def _credential(self, name: str) -> str:
        folder = self.environ.get("CREDENTIALS_DIRECTORY", "")
        if not folder:
            raise SecretUnavailable(
                f"«{name}» hentes fra systemd, men $CREDENTIALS_DIRECTORY er ikke satt; "
                "kjør som tjeneste med LoadCredential="
            )
        if "/" in name:
            raise ValueError("navnet på en credential kan ikke inneholde «/»")
        # systemd owns the folder and makes it unreadable to others.
        return _read(Path(folder) / name)

    def _file(self, name: str) -> str:
        path = self.base / name
        try:
            mode = path.stat().st_mode
        except OSError as problem:
            raise SecretUnavailable(f"filen {path} må finnes og kunne leses ({_why(problem)})") from problem
        if not stat.S_ISREG(mode):
            raise ValueError(f"{path} må være en vanlig fil")
        if mode & (stat.S_IROTH | stat.S_IWOTH):
            raise ValueError(f"filen {path} kan leses av alle på maskinen; kjør: chmod 640 {path}")
        return _read(path)


def _parse(reference: object) -> tuple[str, str]:
    if isinstance(reference, str):
        raise ValueError(f"hemmeligheter skal ikke stå i oppsettfilen; vis til den med {FORMS}")
    if not isinstance(reference, Mapping) or len(reference) != 1:
        raise ValueError(f"nøyaktig én av {FORMS}")
    way, name = next(iter(reference.items()))
    if way == "miljø":
        way = "variabel"
    if way not in ("variabel", "fil", "credential") or not isinstance(name, str) or not name.strip():
        raise ValueError(f"nøyaktig én av {FORMS}")
    return way, name


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as problem:
        raise SecretUnavailable(f"filen {path} må finnes og kunne leses ({_why(problem)})") from problem
    if len(raw) > _MAX_BYTES:
        raise ValueError(f"filen {path} er for stor til å være en hemmelighet")
    try:
        value = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError as problem:
        raise ValueError(f"filen {path} må være tekst i UTF-8") from problem
    if not value:
        raise SecretUnavailable(f"filen {path} er tom; den skal inneholde hemmeligheten")
    return value


def _why(problem: OSError) -> str:
    if isinstance(problem, FileNotFoundError):
        return "den finnes ikke"
    return "ingen tilgang" if isinstance(problem, PermissionError) else (problem.strerror or "feil ved lesing")


def _later(fetch: Callable[[str], str], name: str, fault: str) -> Callable[[], str]:
    def value() -> str:
        try:
            return fetch(name)
        except ValueError:
            raise ConfigError((ConfigFault(key=f"hemmelighet «{name}»", expected=fault),)) from None

    return value
