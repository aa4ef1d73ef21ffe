"""``postrobot init``: a folder that works at once, with everything in it that an installation needs."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path

from models.errors import UsedWrongly

SYNTHETIC_ORGNR = "311223348"
"""Valid check digits in the series that Skatteetaten keeps for synthetic test organisations (31…)."""

ARKIVDELER = {"SAK": "Saksarkiv", "BYGG": "Byggesaksarkiv", "PERS": "Personalarkiv", "ELEV": "Elevarkiv"}
"""The arkivdeler a new archive begins with, each with the class «000»."""

KLASSE = ("000", "Ikke klassifisert")
EXAMPLE = "eksempelkommune"

_UNITS_HEAD = ("orgnr", "kode", "navn", "arkivdel", "klasse", "saksansvarlig")
_MADE = ("config.toml", "state", "regler", "inn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What ``init`` made. ``folder`` is absolute."""

    folder: Path
    config: Path
    inbox: Path
    example: bool


def init(folder: Path, *, example: bool, now: Callable[[], datetime]) -> Made:
    """Makes ``config.toml``, ``state/``, ``regler/`` and ``inn/`` in ``folder``; all of them, or nothing.

    Raises:
        UsedWrongly: something of the kind is there already, or the folder cannot be written.
    """
    folder = folder.absolute()
    _refuse_to_overwrite(folder)
    try:
        with _workshop(folder) as work:
            _lay_rules(work / "regler", example=example)
            (work / "inn").mkdir()
            (work / "state").mkdir(mode=0o700)
            orgnr, name = _identity(work / "regler", example=example)
            _make_archive(work, orgnr=orgnr, now=now)
            config = work / "config.toml"
            config.write_text(_config(orgnr=orgnr, name=name, example=example), encoding="utf-8")
            config.chmod(0o640)
            # The configuration last: where it stands, everything it names stands too.
            for made in reversed(_MADE):
                (work / made).rename(folder / made)
    except OSError as problem:
        where = problem.filename or folder
        raise UsedWrongly(f"Kan ikke skrive {where}: {problem.strerror}. Velg en annen mappe.") from problem
    return Made(folder=folder, config=folder / "config.toml", inbox=folder / "inn", example=example)


def _refuse_to_overwrite(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsedWrongly(f"{folder} er en fil. Velg en mappe.")
    there = [name for name in reversed(_MADE) if (folder / name).exists()]
    if there:
        raise UsedWrongly(
            f"{folder / there[-1]} finnes fra før, og init skriver ikke over noe. Velg en annen mappe, eller flytt den."
        )


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A folder to build in, on the same file system; gone afterwards, and with it what was half made."""
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    work = folder / ".init"
    work.mkdir()
    try:
        yield work
    except BaseException:
        shutil.rmtree(work if not new else folder, ignore_errors=True)
        raise
    work.rmdir()


def _lay_rules(rules: Path, *, example: bool) -> None:
    if example:
        packaged = resources.files("rules") / EXAMPLE
        with resources.as_file(packaged) as source:
            shutil.copytree(source, rules, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
        return
    rules.mkdir()
    with (rules / "enheter.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(_UNITS_HEAD)
        rows.writerow((SYNTHETIC_ORGNR, "ARKIV", "Arkivet", "SAK", KLASSE[0], "ufordelt"))


def _identity(rules: Path, *, example: bool) -> tuple[str, str]:
    """Orgnr and name of the organisation: in the example, those of the register's first row."""
    if not example:
        return SYNTHETIC_ORGNR, "Eksempel kommune"
    with (rules / "enheter.csv").open(encoding="utf-8-sig", newline="") as file:
        first = next(csv.DictReader(file))
    return first["orgnr"] or SYNTHETIC_ORGNR, "Solvik kommune"


def _make_archive(work: Path, *, orgnr: str, now: Callable[[], datetime]) -> None:
    from connectors.arkiv.archive import EmbeddedArchive

    archive = EmbeddedArchive(work / "state" / orgnr, now=now)
    try:
        for code, title in ARKIVDELER.items():
            archive.ensure_arkivdel(code, title, klassifikasjonssystem=code)
            archive.ensure_klasse(code, *KLASSE)
        for code, klasse in sorted(_classes(work / "regler")):
            archive.ensure_arkivdel(code, ARKIVDELER.get(code, code), klassifikasjonssystem=code)
            archive.ensure_klasse(code, klasse, "")
    finally:
        archive.close()


def _classes(rules: Path) -> set[tuple[str, str]]:
    """(arkivdel, klasse) of every unit in the register."""
    with (rules / "enheter.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row.get("arkivdel") or "", row.get("klasse") or "") for row in csv.DictReader(file)]
    return {(arkivdel, klasse) for arkivdel, klasse in rows if arkivdel and klasse}


def _config(*, orgnr: str, name: str, example: bool) -> str:
    short = "solvik" if example else "kommune"
    return f"""\
# Oppsett for Postrobot, laget av «postrobot init». Alle innstillinger: config.example.toml.
# Stier regnes fra mappen denne filen ligger i. Kontroller med: postrobot --config config.toml check

[robot]
tilstand = "state"
logg = "konsoll"

[organisasjon.{short}]
# Et gyldig, men oppdiktet nummer: bytt til kommunens eget her og i regler/enheter.csv.
orgnr = "{orgnr}"
navn = "{name}"
regler = ["felles", "regler"]
{_EXAMPLE_DOMAINS if example else ""}
[organisasjon.{short}.kilde.inn]
type = "mappe"
mappe = "inn"

[organisasjon.{short}.arkiv]
type = "innebygd"
{_EXAMPLE_MAIL if example else ""}"""


_EXAMPLE_DOMAINS = """\
egne_domener = ["solvik.example"]
"""

_EXAMPLE_MAIL = """
# E-post legges som filer i ut/. Bytt til type = "smtp" for å sende.
[organisasjon.solvik.epost]
type = "mappe"
mappe = "ut"
avsender = "postrobot@solvik.example"

[organisasjon.solvik.rapport]
mottakere = ["arkiv@solvik.example"]

[organisasjon.solvik.videresending]
kanaler = ["epost"]
"""
