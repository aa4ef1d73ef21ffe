"""What the settings of every connector have in common. Imported only when a configuration is loaded (pydantic).

A connector keeps its settings model in ``connectors/<name>/config.py``; ``connectors/registry.py`` names it. Field
names are the TOML keys (Norwegian, ASCII); every field has a Norwegian ``description``, which error messages and
``config.example.toml`` rest on. Validators raise ``ValueError`` with one Norwegian sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from connectors.checkup import Checkup
from connectors.contract import Archive, JournalView, Mailer, Source
from models.errors import ConfigFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a connector is built with beside its settings.

    ``name`` is the source's name in the configuration, ``connection`` a name for messages and breakers
    (``solvik.kilde.epost``). ``state`` is the organisation's own folder. ``now`` gives aware UTC time. ``tilgangskoder``
    maps access code to name; ``post_bytes`` bounds one post.
    """

    name: str
    connection: str
    orgnr: str
    zone: str
    state: Path
    now: Callable[[], datetime]
    tilgangskoder: Mapping[str, str] = field(default_factory=dict)
    post_bytes: int = 150 * 1024 * 1024


class ConnectorSettings(BaseModel):
    """Base of the settings of all connectors: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    type: str = Field(description="hva slags kobling dette er")


class SourceSettings(ConnectorSettings):
    """Settings of a source. ``claims`` are names of what nobody else may use (a mailbox, a folder)."""

    def claims(self) -> tuple[str, ...]:
        """Strings that are equal exactly when two sources would take the same post."""
        return ()

    def watched(self) -> tuple[Path, ...]:
        """Folders on this machine that post is taken from, sub-folders included."""
        return ()

    def places(self) -> tuple[Path, ...]:
        """Folders on this machine that post is moved to; none may lie in a watched folder."""
        return ()

    def look_s(self) -> float | None:
        """How often the source wants to be looked into, in seconds; None: as often as the plan says."""
        return None

    def faults_on_disk(self, key: str) -> tuple[ConfigFault, ...]:
        """What is wrong on this machine now (folders that lack, rights), for ``check``. ``key`` is the source's own."""
        return ()

    def checkups(self, around: Surroundings) -> Iterator[Checkup]:
        """What ``doctor`` looks at beside asking the source: keys, rights, expiry, clock, queue. Changes nothing outside."""
        return iter(())

    def build(self, around: Surroundings) -> Source:
        """Makes the source; opens no connection."""
        raise TypeError(f"{type(self).__name__} lacks build()")


class ArchiveSettings(ConnectorSettings):
    """Settings of an archive. ``local``: it lies on this machine, so ``check`` opens it without ``--nett``."""

    local: ClassVar[bool] = False

    def build(self, around: Surroundings) -> Archive:
        """Makes the archive."""
        raise TypeError(f"{type(self).__name__} lacks build()")


class MailerSettings(ConnectorSettings):
    """Settings of a mailer."""

    def build(self, around: Surroundings) -> Mailer:
        """Makes the mailer; opens no connection."""
        raise TypeError(f"{type(self).__name__} lacks build()")


class JournalViewSettings(ConnectorSettings):
    """Settings of a journal view. ``local``: it lies on this machine, so ``check`` opens it without ``--nett``."""

    local: ClassVar[bool] = False

    def faults_on_disk(self, key: str) -> tuple[ConfigFault, ...]:
        """What is wrong on this machine now, for ``check``. ``key`` is the view's own."""
        return ()

    def checkups(self, around: Surroundings) -> Iterator[Checkup]:
        """What ``doctor`` looks at beside asking the view for a page. Changes nothing outside."""
        return iter(())

    def build(self, around: Surroundings) -> JournalView:
        """Makes the view; opens no connection."""
        raise TypeError(f"{type(self).__name__} lacks build()")
