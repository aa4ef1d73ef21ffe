"""Settings of one mottakersystem in SvarInn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FULL = 200
"""Letters that SvarInn lists at most; there are no pages."""

WARNS_AFTER_S = 7200.0
"""After two hours SvarInn mails the contacts of the mottakersystem, three times a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SvarInnSettings:
    """One mottakersystem: one user, one service password, one certificate (with older keys while it is rotated).

    ``connection`` names it for breakers. ``alarm_after_s`` is how long a letter may wait before somebody is told, well
    before the service does it itself. ``release_at``: when there are so many letters that cannot be opened, the oldest half
    are acknowledged, since they are stored with us and would fill the list; 0: never. ``reject_for_good``: a letter
    that could not be opened and is dismissed by a person is sent on to Altinn or paper (irreversible).
    """

    connection: str
    base_url: str
    user: str
    api_version: int = 2
    ca_file: Path | None = None
    proxy: str = ""
    idle_s: float = 30.0
    download_s: float = 3600.0
    alarm_after_s: float = 5400.0
    release_at: int = 150
    reject_for_good: bool = False
