"""Altinn as labs of the source suite: letters that stand in Correspondence, and letters that are dialogs alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.altinn.forms import AltinnFormSource
from connectors.altinn.index import Index, Place
from connectors.altinn.platform import FixedTokens
from connectors.altinn.settings import FORM_SCOPES, READ_SCOPES, AltinnSettings, FormSettings, PlatformSettings
from connectors.altinn.source import AltinnSource
from connectors.contract import Source
from connectors.http import Hooks
from connectors.testing.servers.altinn import AltinnServer
from connectors.testing.servers.altinn_dialogs import IssuerServer, attachment
from connectors.testing.servers.altinn_letters import SentFile
from connectors.testing.servers.altinn_storage import FormFile
from connectors.testing.source import INBOX, TAKEN
from models.post import Spool

OWN = "310000001"
RESOURCE = "eksempel-oversendelse"
QUICK = Hooks(sleep=lambda _: None, share=lambda: 0.0)
"""Nothing is waited for."""

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class AltinnLab:
    """Letters in Correspondence. Altinn cannot tell what we have taken over: that stands in the source's index."""

    def __init__(self, server: AltinnServer, folder: Path, spool: Spool) -> None:
        self.server = server
        self.server.clock = START
        self.server.units = {OWN: ("SOLVIK KOMMUNE", "")}
        self.settings = AltinnSettings(
            platform=PlatformSettings(connection="solvik.altinn", platform=server.url, per_second=0),
            orgnr=OWN,
            index=folder / "altinn.db",
        )
        self._spool = spool
        self._letters: dict[str, bytes] = {}

    def source(self, **more: object) -> AltinnSource:
        """A new source on the same place; ``more`` changes its settings."""
        from dataclasses import replace

        settings = replace(self.settings, **more)  # type: ignore[arg-type]
        token = self.server.give_token(OWN, *READ_SCOPES, life_s=1e9)
        return AltinnSource(settings, FixedTokens(lambda: token), now=self.server.time, hooks=QUICK)

    def connect(self) -> Source:
        """A new source on the same place."""
        return self.source()

    def tick(self, by: timedelta = timedelta(seconds=1)) -> None:
        """Time passes at the service."""
        self.server.clock = self.server.time() + by

    def deliver(self, name: str, content: bytes, at: datetime) -> None:
        """Somebody sends a letter with one file. It becomes visible now, whenever it was asked for."""
        self.tick()
        file = SentFile(name=name, content=content, media_type="message/rfc822")
        letter = self.server.deliver(
            party=OWN, resource=RESOURCE, title="Brev", files=[file], requested=at, published=at
        )
        self._letters[letter.id] = content

    def served(self, content: bytes) -> bytes:
        """Bytes stay as they are."""
        return content

    def contents(self, place: str) -> Sequence[bytes]:
        """By the index; what it does not know lies in the inbox."""
        index = Index(self.settings.index)
        try:
            with index.look() as asked:
                taken = {self._id(each.key) for each in asked.at_place(Place.TAKEN)}
                settled = {self._id(each.key): each.outcome for each in asked.at_place(Place.SETTLED)}
        finally:
            index.close()
        where = {id: TAKEN if id in taken else settled.get(id, INBOX) for id in self._there()}
        return [self._letters[id] for id, at in where.items() if at == place]

    def marks(self) -> object:
        """Read, confirmed, purged. That files were downloaded is noted by Altinn itself, and cannot be had otherwise."""
        return {
            id: [each for each in letter.history if each[0] != "AttachmentsDownloaded"]
            for id, letter in self.server.letters.items()
        }

    def vanish(self) -> None:
        """Somebody purges everything that is there."""
        for letter in self.server.letters.values():
            letter.history.append(("PurgedByRecipient", self.server.time()))

    def spool(self) -> Spool:
        """The one spool of this lab."""
        return self._spool

    def _id(self, key: str) -> str:
        return key.removeprefix("c:")

    def _there(self) -> list[str]:
        now = self.server.time()
        return [id for id in self._letters if not self.server.letters[id].purged(now)]


class DialogLab(AltinnLab):
    """Letters that are dialogs alone; their one file lies at the issuer. Opening a dialog is noted in its seen-log: that is
    Dialogporten's doing and cannot be had otherwise, so it does not count as a mark."""

    def __init__(self, server: AltinnServer, issuer: IssuerServer, folder: Path, spool: Spool) -> None:
        super().__init__(server, folder, spool)
        from dataclasses import replace

        self.issuer = issuer
        self.settings = replace(self.settings, hosts=("127.0.0.1",))

    def deliver(self, name: str, content: bytes, at: datetime) -> None:
        """Somebody makes a dialog with one file."""
        self.tick()
        path = f"dok/{len(self._letters)}"
        self.issuer.content[path] = ("message/rfc822", content)
        file = attachment(name, ("Gui", "urn:dialogporten:unauthorized"), ("Api", f"{self.issuer.url}/{path}"))
        dialog = self.server.add_dialog(
            party=OWN, resource="skd-eksempel-brev", title="Brev", attachments=[file], summary=None
        )
        dialog.created = at
        self._letters[dialog.id] = content

    def marks(self) -> object:
        """Labels and content."""
        return {id: (dialog.label, dialog.updated) for id, dialog in self.server.dialogs.items()}

    def vanish(self) -> None:
        """The service owner deletes everything."""
        self.server.dialogs.clear()

    def _id(self, key: str) -> str:
        return key.removeprefix("d:").partition("@")[0]

    def _there(self) -> list[str]:
        return [id for id in self._letters if id in self.server.dialogs]


class FormLab(AltinnLab):
    """Forms with nothing but their receipt."""

    def connect(self) -> Source:
        """A new source on the same place."""
        return self.forms()

    def forms(self, **more: object) -> AltinnFormSource:
        """A new source on the same place; ``more`` changes its settings."""
        settings = FormSettings(
            platform=self.settings.platform,
            own_code="eks",
            index=self.settings.index,
            **more,  # type: ignore[arg-type]
        )
        self.server.codes[OWN] = "eks"
        token = self.server.give_token(OWN, *FORM_SCOPES, life_s=1e9)
        return AltinnFormSource(settings, FixedTokens(lambda: token), orgnr=OWN, now=self.server.time, hooks=QUICK)

    def deliver(self, name: str, content: bytes, at: datetime) -> None:
        """Somebody sends in a form."""
        self.tick()
        receipt = FormFile(kind="ref-data-as-pdf", content=content, name=name)
        form = self.server.add_form(app="eks/melding", files=[receipt], ended=at, orgnr="310000009")
        self._letters[form.id] = content

    def marks(self) -> object:
        """Confirmations."""
        return {id: list(form.confirmed) for id, form in self.server.forms.items()}

    def vanish(self) -> None:
        """Everything is deleted."""
        for form in self.server.forms.values():
            form.hard_deleted = True

    def _id(self, key: str) -> str:
        return key.removeprefix("f:")

    def _there(self) -> list[str]:
        return [id for id in self._letters if not self.server.forms[id].hard_deleted]
