"""A mailer that lays the mails as ``.eml`` files in a folder: for the demo, and for sites where another program sends."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from connectors.contract import Mail
from connectors.smtp.message import to_bytes
from models.archive import Done
from models.errors import OutOfReach
from models.steps import Point, step


class FolderMailer:
    """Writes each mail once: the file is named after the Message-ID, so a repeat replaces the same file.

    Files are 0640: a mail may quote a post.
    """

    def __init__(
        self, folder: Path, *, sender: str, now: Callable[[], datetime], connection: str = "epost-mappe"
    ) -> None:
        self.folder = folder
        self._sender = sender
        self._now = now
        self._connection = connection

    def send(self, mail: Mail) -> Done:
        """See :class:`connectors.contract.Mailer`; a folder that cannot be written is ``OutOfReach``."""
        content = to_bytes(mail, sender=self._sender, now=self._now())
        name = hashlib.sha256(mail.message_id.encode()).hexdigest()[:32]
        part = self.folder / f".{name}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as out:
                out.write(content)
            step(Point.D1_WRITTEN)
            part.replace(self.folder / f"{name}.eml")
        except OSError as bad:
            raise OutOfReach(
                f"Kan ikke skrive e-post i mappen {self.folder}: {bad.strerror or bad}.", connection=self._connection
            ) from bad
        return Done(system_id=mail.message_id)

    def close(self) -> None:
        """Nothing is kept open."""
