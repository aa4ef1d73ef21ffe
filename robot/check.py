"""``postrobot check``: is everything there that a run needs? Reads and looks; writes nothing, and no network unless asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import metadata
from pathlib import Path

from connectors.checkup import Level
from connectors.settings import JournalViewSettings, MailerSettings, SourceSettings, Surroundings
from models.errors import ConfigError, NeedsHuman, OutOfReach, PostrobotError, TryLater
from robot.build import surroundings, view_part
from robot.config import OrganisasjonSettings, Settings

_FOREIGN_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing looked at: ``area`` is a heading, ``name`` what, ``text`` how it is, ``next_step`` empty when fine."""

    area: str
    name: str
    level: Level
    text: str
    next_step: str = ""


def look(
    settings: Settings, *, now: Callable[[], datetime], environ: Mapping[str, str], network: bool
) -> Iterator[Line]:
    """Everything that is looked at, in the order it is shown."""
    from robot.check_virus import virus_lines

    yield from _ground(settings, environ)
    for name, organisation in settings.organisasjon.items():
        yield from _sources(name, organisation)
        yield from ask_archive(settings, name, organisation, now=now, network=network)
        yield from view_lines(settings, name, now=now, network=network)
        yield from virus_lines(settings, name, now=now, network=network)
        yield from _rules(settings, name)
        if network:
            yield from _network(settings, name, organisation, now)


# --- the ground --------------------------------------------------------------------------------------------------


def _ground(settings: Settings, environ: Mapping[str, str]) -> Iterator[Line]:
    area = "Grunnlag"
    count = len(settings.organisasjon)
    text = f"{settings.file}, {count} organisasjon{'er' if count > 1 else ''}"
    yield Line(area=area, name="Oppsett", level=Level.OK, text=text)
    yield _state(area, settings.robot.tilstand, settings.robot.grenser.disk_reserve_bytes)
    yield _tesseract(area, settings.robot.grenser.ocr_spraak, environ)
    if _installed("robotframework"):
        yield Line(
            area=area,
            name="Pakker",
            level=Level.WARNING,
            text="Robot Framework er installert i samme miljø og bruker samme pakkenavn («robot»)",
            next_step="installer Postrobot i et eget virtuelt miljø",
        )


def _state(area: str, folder: Path, reserve_bytes: int) -> Line:
    name = "Tilstand"
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        text = f"{folder} kan ikke skrives"
        return Line(
            area=area, name=name, level=Level.FAULT, text=text, next_step=f"gi tjenesten skriverett til {nearest}"
        )
    free = shutil.disk_usage(nearest).free
    text = f"{folder}, {free / 1e9:.0f} GB ledig"
    if free < reserve_bytes:
        step = "rydd på disken: henting stanser under robot.grenser.diskreserve_mb"
        return Line(area=area, name=name, level=Level.FAULT, text=text, next_step=step)
    if folder.exists() and folder.stat().st_mode & 0o007:
        step = f"chmod o= {folder}"
        text = f"{folder} er åpen for alle på maskinen"
        return Line(area=area, name=name, level=Level.WARNING, text=text, next_step=step)
    return Line(area=area, name=name, level=Level.OK, text=text)


def _tesseract(area: str, languages: str, environ: Mapping[str, str]) -> Line:
    name = "OCR"
    program = shutil.which("tesseract", path=environ.get("PATH"))
    if program is None:
        step = "apt install tesseract-ocr tesseract-ocr-nor tesseract-ocr-eng"
        return Line(area=area, name=name, level=Level.FAULT, text="tesseract finnes ikke", next_step=step)
    try:
        told = subprocess.run(
            [program, "--list-langs"], capture_output=True, text=True, timeout=_FOREIGN_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        step = "kjør «tesseract --list-langs» for å se hvorfor"
        return Line(area=area, name=name, level=Level.FAULT, text="tesseract svarer ikke", next_step=step)
    have = set(told.stdout.split("\n")[1:])
    lacking = [language for language in languages.split("+") if language not in have]
    if lacking:
        step = f"apt install {' '.join(f'tesseract-ocr-{language}' for language in lacking)}"
        text = f"tesseract mangler språk: {', '.join(lacking)}"
        return Line(area=area, name=name, level=Level.FAULT, text=text, next_step=step)
    return Line(area=area, name=name, level=Level.OK, text=f"tesseract med {languages}")


def _installed(distribution: str) -> bool:
    try:
        metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


# --- one organisation --------------------------------------------------------------------------------------------


def _sources(name: str, organisation: OrganisasjonSettings) -> Iterator[Line]:
    for source_name, source in organisation.kilde.items():
        key = f"organisasjon.{name}.kilde.{source_name}"
        faults = source.faults_on_disk(key)
        for fault in faults:
            yield Line(
                area=f"Kilder ({name})",
                name=source_name,
                level=Level.FAULT,
                text=f"{fault.key}: ventet {fault.expected}",
                next_step=f"for eksempel {fault.suggestion}"
                if fault.suggestion
                else "rett oppsettet, eller lag mappen",
            )
        if not faults:
            text = ", ".join((source.type, *(str(folder) for folder in source.watched())))
            yield Line(area=f"Kilder ({name})", name=source_name, level=Level.OK, text=text)


def ask_archive(
    settings: Settings, name: str, organisation: OrganisasjonSettings, *, now: Callable[[], datetime], network: bool
) -> Iterator[Line]:
    """Whether the archive opens and answers."""
    from models.archive import JournalQuery

    area, kind = f"Arkiv ({name})", organisation.arkiv.type
    if not organisation.arkiv.local and not network:
        yield Line(area=area, name=kind, level=Level.OK, text="ikke spurt (spør med --nett)")
        return
    if organisation.arkiv.local and not settings.state(name).is_dir():
        yield Line(area=area, name=kind, level=Level.OK, text="lages ved første kjøring")
        return
    try:
        archive = organisation.arkiv.build(surroundings(settings, name, "arkiv", now))
        try:
            archive.journalposter(JournalQuery(), None)
        finally:
            archive.close()
    except (PostrobotError, OSError) as problem:
        yield Line(area=area, name=kind, level=Level.FAULT, text=f"åpner ikke: {problem}", next_step="se meldingen")
        return
    yield Line(area=area, name=kind, level=Level.OK, text="åpner og svarer")


def view_lines(settings: Settings, name: str, *, now: Callable[[], datetime], network: bool) -> Iterator[Line]:
    """Where the public journal is read: what is wrong on this machine, and, where it may be asked, whether it answers."""
    area = f"Offentlig journal ({name})"
    for view_name, view in settings.organisasjon[name].offentlig_journal.items():
        faults = view.faults_on_disk(f"organisasjon.{name}.offentlig_journal.{view_name}")
        for fault in faults:
            text = f"{fault.key}: ventet {fault.expected}"
            yield Line(
                area=area, name=view_name, level=Level.FAULT, text=text, next_step="rett oppsettet, eller lag den"
            )
        if faults:
            continue
        if view.local and view.type == "innebygd" and not settings.state(name).is_dir():
            yield Line(area=area, name=view_name, level=Level.OK, text="arkivet lages ved første kjøring")
        elif not view.local and not network:
            yield Line(area=area, name=view_name, level=Level.OK, text=f"{view.type}, ikke spurt (spør med --nett)")
        else:
            around = surroundings(settings, name, view_part(view_name), now)
            yield from _asked_view(area, view_name, view, around)


def _asked_view(area: str, name: str, view: JournalViewSettings, around: Surroundings) -> Iterator[Line]:
    own = [
        Line(area=area, name=each.name, level=each.level, text=each.text, next_step=each.next_step)
        for each in view.checkups(around)
    ]
    yield from own or [asked(area, name, partial(ask_view, view, around))]


def ask_view(settings: JournalViewSettings, around: Surroundings) -> str:
    """Whether a journal view answers."""
    from models.published import SWEEP

    view = settings.build(around)
    try:
        page = view.published(SWEEP, None)
    finally:
        view.close()
    if page.remarks:
        return f"svarer, med {len(page.remarks)} merknader: {page.remarks[0].text}"
    return "svarer" if page.entries else "svarer, har ingen journalposter"


def _rules(settings: Settings, name: str) -> Iterator[Line]:
    from robot.rulesets import lint_organisation

    area = f"Regler ({name})"
    found = lint_organisation(settings, name)
    errors, warnings = found.errors, found.warnings
    text = f"{found.files} filer, {found.rules} regler, {found.examples} eksempler"
    if errors or warnings:
        level = Level.FAULT if errors else Level.WARNING
        text += f": {errors} feil, {warnings} advarsler"
        folders = " ".join(found.layers)
        yield Line(area=area, name="Regelsett", level=level, text=text, next_step=f"postrobot rules lint {folders}")
    else:
        yield Line(area=area, name="Regelsett", level=Level.OK, text=text)


# --- only with --nett --------------------------------------------------------------------------------------------


def _network(
    settings: Settings, name: str, organisation: OrganisasjonSettings, now: Callable[[], datetime]
) -> Iterator[Line]:
    for source_name, source in organisation.kilde.items():
        around = surroundings(settings, name, source_name, now)
        yield asked(f"Kilder ({name})", source_name, partial(ask_source, source, around))
    if organisation.epost is not None:
        around = surroundings(settings, name, "epost", now)
        yield asked(f"E-post ({name})", organisation.epost.type, partial(ask_mailer, organisation.epost, around))


def asked(area: str, name: str, ask: Callable[[], str]) -> Line:
    """A line for something over the network; what cannot be reached is a fault."""
    try:
        return Line(area=area, name=name, level=Level.OK, text=ask())
    except (ConfigError, OutOfReach, TryLater, NeedsHuman) as problem:
        step = "rett oppsettet, eller prøv igjen når forbindelsen er oppe"
        return Line(area=area, name=name, level=Level.FAULT, text=str(problem), next_step=step)


def ask_source(settings: SourceSettings, around: Surroundings) -> str:
    """Whether a source answers, and has post; marks nothing there."""
    source = settings.build(around)
    try:
        waiting = next(iter(source.offers(1)), None)
    finally:
        source.close()
    return "svarer, post venter" if waiting else "svarer, ingen post venter"


def ask_mailer(settings: MailerSettings, around: Surroundings) -> str:
    """Whether the mail server lets us in; sends nothing."""
    mailer = settings.build(around)
    probe = getattr(mailer, "probe", None)
    try:
        if probe is not None:
            probe()
    finally:
        mailer.close()
    return "svarer" if probe is not None else "klar"


def worst(lines: Iterable[Line]) -> Level:
    """The most serious level among the lines."""
    levels = {line.level for line in lines}
    return next((level for level in (Level.FAULT, Level.WARNING) if level in levels), Level.OK)
