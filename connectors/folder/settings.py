"""Settings of a folder source, the robot's places beside it, and the names that are never post."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from models.errors import ConfigFault
from models.post import Outcome

INBOX = "inn"
"""The name of the watched folder in a locator; on disk it is called whatever the settings say."""

TAKEN = "mottatt"
OUTCOME_PLACES = {
    Outcome.ARCHIVED: "journalført",
    Outcome.FORWARDED: "videresendt",
    Outcome.DISMISSED: "avvist",
    # A duplicate is put aside like anything else that is not journaled; the audit tells what it doubles.
    Outcome.DUPLICATE: "avvist",
}
PLACES = (TAKEN, "journalført", "videresendt", "avvist")
"""The robot's own folders, in the order post passes through them."""

SYSTEM_NAMES = frozenset(
    {
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "lost+found",
        "system volume information",
        "$recycle.bin",
        "@eadir",
    }
)
"""Files and folders that operating systems and file servers leave behind. Compared in lower case."""

TEMPORARY_NAMES = ("~$*", "*.part", "*.tmp", "*.temp", "*.partial", "*.filepart", "*.crdownload", "*.swp")
"""Names of files that a program has not finished with. Compared in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """Where post is dropped and how long to wait for it.

    ``name`` is the source's name in messages. ``places`` is the folder that holds the robot's own folders; None means
    beside the watched one. ``quiet_s`` is the time without change after which a file counts as whole;
    ``wait_limit_s`` bounds the waiting for files that are still being written, per round.
    """

    inbox: Path
    name: str = "mappe"
    places: Path | None = None
    quiet_s: float = 1.0
    wait_limit_s: float = 10.0

    def place(self, name: str) -> Path:
        """The folder of a place: the watched one for ``inn``, else one of :data:`PLACES`."""
        if name == INBOX:
            return self.inbox
        return (self.inbox.parent if self.places is None else self.places) / name


def folder_faults(settings: FolderSettings, key: str) -> tuple[ConfigFault, ...]:
    """What is wrong with the settings as the disk is now. ``key`` is the dotted TOML key of the source.

    A place inside the watched folder would offer the robot its own post again, so it is refused; links are resolved.
    """
    faults: list[ConfigFault] = []
    if not settings.inbox.is_dir():
        faults.append(
            ConfigFault(key=f"{key}.mappe", expected=f"en mappe som finnes; «{settings.inbox}» gjør ikke det")
        )
    elif not os.access(settings.inbox, os.R_OK | os.W_OK | os.X_OK):
        expected = f"en mappe roboten kan lese og flytte filer fra; «{settings.inbox}» er det ikke"
        faults.append(ConfigFault(key=f"{key}.mappe", expected=expected))
    inbox = settings.inbox.resolve()
    for name in PLACES:
        place = settings.place(name).resolve()
        if place == inbox or place.is_relative_to(inbox):
            expected = f"robotens mappe «{name}» utenfor den overvåkede mappen «{settings.inbox}»"
            faults.append(ConfigFault(key=f"{key}.mappe", expected=expected, suggestion=str(inbox.parent)))
        elif inbox.is_relative_to(place):
            expected = f"en overvåket mappe som ikke ligger inne i robotens egen mappe «{name}»"
            faults.append(ConfigFault(key=f"{key}.mappe", expected=expected))
    if settings.quiet_s < 0 or settings.wait_limit_s < settings.quiet_s:
        faults.append(ConfigFault(key=f"{key}.stille_s", expected="0 ≤ stilletid ≤ lengste ventetid, i sekunder"))
    return tuple(faults)


def ignored(name: str) -> bool:
    """Whether a file or folder name is never post: hidden, left by the system, or a program's unfinished file."""
    lower = name.lower()
    return lower.startswith(".") or lower in SYSTEM_NAMES or unfinished(lower)


def unfinished(name: str) -> bool:
    """Whether the name says that a program has not finished with the file."""
    lower = name.lower()
    return any(fnmatchcase(lower, pattern) for pattern in TEMPORARY_NAMES)
