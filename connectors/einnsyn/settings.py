"""Settings of the eInnsyn view, as the view itself takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

PRODUCTION = "https://api.einnsyn.no"


@dataclass(frozen=True, slots=True, kw_only=True)
class EInnsynSettings:
    """How eInnsyn is read.

    ``units`` are ids or organisation numbers, sub-units included. ``key`` gives the API key, which also shows our own entries
    before they are public; None reads as the public does. ``late`` is how long publication may be put off
    (``accessibleAfter``): an entry's own times say when it was sent in, so a window looks that much further back.
    ``file_hosts`` are hosts beside eInnsyn's own that published files may be fetched from. ``page`` is at most 100.
    """

    connection: str
    units: tuple[str, ...]
    base_url: str = PRODUCTION
    key: Callable[[], str] | None = None
    ca_file: Path | None = None
    proxy: str = ""
    call_s: float = 90.0
    late: timedelta = timedelta(days=3)
    file_hosts: tuple[str, ...] = ()
    page: int = 100
    patience_s: float = 60.0
