"""Which rule layers a command speaks of, and what is found in them: for ``rules lint|test|list`` and ``check``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import OutOfReach, TryLater, UsedWrongly
from models.organisation import Organisation

if TYPE_CHECKING:
    from robot.config import Settings
    from rules.load import LoadResult
    from rules.messages import Fault
    from rules.model import Rule

_NO_SUCH_RULE = "R350"
_NO_RULE_FILES = "R016"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What loading one or several sets told; ``faults`` sorted, each once."""

    files: int
    rules: int
    examples: int
    gaps: int
    faults: tuple[Fault, ...]
    listed: tuple[Rule, ...] = ()
    layers: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        """How many faults keep the rules from being used."""
        return sum(fault.severity == "error" for fault in self.faults)

    @property
    def warnings(self) -> int:
        """How many are likely not meant."""
        return len(self.faults) - self.errors


def of_folders(folders: Sequence[Path], *, samples: bool = False) -> Looked:
    """Folders (or files) without a configuration: units, arkivdeler and codes that cannot be checked give a warning.

    The shared rules are put below only where a rule refers to one of theirs. ``samples``: sample files are read too.

    Raises:
        UsedWrongly: a folder that is not there.
    """
    for folder in folders:
        if not folder.exists():
            raise UsedWrongly(f"{folder} finnes ikke. Oppgi mappen der regelfilene ligger.")
    result = _load([*folders], None, samples=samples)
    if any(fault.code == _NO_SUCH_RULE for fault in result.faults):
        result = _load(["felles", *folders], None, samples=samples)
    return _looked(result, tuple(map(str, folders)))


def of_settings(settings: Settings, name: str, folder: Path | None = None, *, samples: bool = False) -> Looked:
    """The layers of one organisation, checked against its own words; ``folder`` as in :func:`layers_with`."""
    chosen = layers_with(settings, name, folder)
    return _looked(_load([*chosen], known_organisation(settings, name), samples=samples), chosen)


def layers_with(settings: Settings, name: str, folder: Path | None) -> tuple[str, ...]:
    """The layers of one organisation. A ``folder`` that is no layer of it (an edited copy) stands in place of the last,
    which is its own; the layers it shares with others stay below."""
    chosen = settings.organisasjon[name].regler
    if folder is None or str(folder.resolve()) in {str(Path(layer).resolve()) for layer in chosen}:
        return chosen
    if not folder.exists():
        raise UsedWrongly(f"{folder} finnes ikke. Oppgi mappen der regelfilene ligger.")
    below = chosen[:-1] if chosen[-1] != "felles" else chosen
    return (*below, str(folder.resolve()))


def edited(settings: Settings, name: str, layers: Sequence[str]) -> tuple[LoadResult, Organisation]:
    """The layers loaded with all checks, and the organisation they were checked against (without a unit register)."""
    org = known_organisation(settings, name)
    return _load([*layers], org, samples=True), org


def owners_of(settings: Settings, folder: Path) -> tuple[str, ...]:
    """The organisations that have the folder among their layers."""
    wanted = folder.resolve()
    chosen = settings.organisasjon.items()
    return tuple(name for name, org in chosen if any(Path(layer).resolve() == wanted for layer in org.regler))


def together(found: Iterable[Looked]) -> Looked:
    """The sum over several organisations; a fault or a rule they share counts once."""
    parts = tuple(found)
    rules = {(rule.place.file, rule.id): rule for part in parts for rule in part.listed}
    return Looked(
        files=sum(part.files for part in parts),
        rules=sum(part.rules for part in parts),
        examples=sum(part.examples for part in parts),
        gaps=sum(part.gaps for part in parts),
        faults=tuple(sorted({fault for part in parts for fault in part.faults}, key=lambda fault: fault.order)),
        listed=tuple(rules.values()),
        layers=tuple(dict.fromkeys(layer for part in parts for layer in part.layers)),
    )


def lint_organisation(settings: Settings, name: str) -> Looked:
    """For ``check``: as :func:`of_settings`, but a layer with only a unit register is no fault (``init`` makes one)."""
    found = of_settings(settings, name)
    kept = tuple(
        fault
        for fault in found.faults
        if not (fault.code == _NO_RULE_FILES and (Path(fault.file) / "enheter.csv").is_file())
    )
    return replace(found, faults=kept)


def known_organisation(settings: Settings, name: str) -> Organisation:
    """The parameters, with arkivdeler and classes where a local archive is there to tell them; nothing else is asked of it."""
    from robot.build import organisation, surroundings

    chosen = settings.organisasjon[name].arkiv
    if not chosen.local or not settings.state(name).is_dir():
        return organisation(settings, name)
    archive = chosen.build(surroundings(settings, name, "arkiv", lambda: datetime.now(UTC)))
    try:
        return organisation(settings, name, archive)
    except (OutOfReach, TryLater):
        return organisation(settings, name)
    finally:
        archive.close()


def _load(layers: list[Path | str], org: Organisation | None, *, samples: bool) -> LoadResult:
    from robot.samples import sample_reader
    from rules.load import load

    if not samples:
        return load(layers, org)
    with sample_reader(org) as read:
        return load(layers, org, read_sample=read)


def _looked(result: LoadResult, layers: tuple[str, ...]) -> Looked:
    counts = result.counts
    return Looked(
        files=counts.files,
        rules=counts.rules,
        examples=counts.examples,
        gaps=counts.gaps,
        faults=result.faults,
        listed=result.ruleset.rules if result.ruleset is not None else (),
        layers=layers,
    )
