"""The configuration of journal files. Imported only when a configuration is loaded (pydantic)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from connectors.contract import JournalView
from connectors.settings import JournalViewSettings, Surroundings
from models.errors import ConfigFault


class JournalXmlConfig(JournalViewSettings):
    """``type = "journalfil"``: offentligJournal.xml, loependeJournal.xml or Noark 4 OFFJOURNAL."""

    local: ClassVar[bool] = True

    type: Literal["journalfil"] = Field(default="journalfil", description="journalen som XML-filer (Noark 5 eller 4)")
    sti: Path = Field(description="journalfilen, eller mappen leveransene legges i")
    moenster: str = Field(default="*.xml", min_length=1, description="hvilke filer i mappen som er journaler")

    def faults_on_disk(self, key: str) -> tuple[ConfigFault, ...]:
        """A file or folder that is not there, or that the robot may not read."""
        if not self.sti.exists():
            return (ConfigFault(key=f"{key}.sti", expected="en fil eller mappe som finnes"),)
        if not os.access(self.sti, os.R_OK):
            return (ConfigFault(key=f"{key}.sti", expected="en fil eller mappe tjenesten kan lese"),)
        return ()

    def build(self, around: Surroundings) -> JournalView:
        """See :class:`connectors.settings.JournalViewSettings`."""
        from connectors.journalxml.view import JournalXmlView

        return JournalXmlView(self.sti, pattern=self.moenster, connection=around.connection)
