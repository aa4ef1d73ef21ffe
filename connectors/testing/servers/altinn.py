"""Altinn 3's platform on loopback: Maskinporten, token exchange, Dialogporten, Correspondence and Storage at one address.

For tests and for ``postrobot demo``. With the folder of published formats the requests and answers of Dialogporten and
Correspondence are held to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from connectors.testing.servers.altinn_dialogs import DialogportenRoutes
from connectors.testing.servers.altinn_letters import CorrespondenceRoutes, Letter
from connectors.testing.servers.altinn_storage import StorageRoutes


class AltinnServer(CorrespondenceRoutes, DialogportenRoutes, StorageRoutes):
    """See the module and its parts."""

    published: ClassVar[Mapping[str, str]] = {
        "/dialogporten": "altinn/dialogporten-enduser-v1.openapi.json",
        "/correspondence": "altinn/altinn-correspondence-v1.openapi.json",
    }

    drifts: ClassVar[bool] = True

    def deliver(
        self, *, party: str, resource: str, title: str = "Brev", dialog: bool = True, named: bool = True, **letter: Any
    ) -> Letter:
        """A letter is sent, and its dialog appears when it is published; ``dialog`` False: it never does.

        ``named`` False: the letter does not say which dialog it stands in.
        """
        sent = self.add_letter(party=party, resource=resource, title=title, **letter)
        if dialog:
            made = self.add_dialog(
                party=party, resource=resource, title=title, kind="CorrespondenceService", correspondence=sent.id
            )
            published = next(at for status, at in sent.history if status == "Published")
            self._appears(made.id, max(published, made.updated))
            sent.dialog = made.id if named else ""
        return sent

    def _appears(self, dialog: str, at: datetime) -> None:
        with self.lock:
            self.dialogs[dialog].updated = at
