"""``type`` in the configuration → the settings class of a connector, which also builds it. Nothing is imported early.

A name with a dot is a third party's: ``type = "min_pakke.modul.Klasse"`` loads that class, which must be a
:class:`connectors.settings.ConnectorSettings` of the right role. Installing such a package is what trusts it.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.settings import ConnectorSettings


class Role(StrEnum):
    """What a connector is for; the value is the word in the configuration."""

    SOURCE = "kilde"
    ARCHIVE = "arkiv"
    MAILER = "epost"
    VIEW = "offentlig_journal"


BUILT_IN: Mapping[Role, Mapping[str, str]] = MappingProxyType(
    {
        Role.SOURCE: MappingProxyType(
            {
                "mappe": "connectors.folder.config.FolderConfig",
                "imap": "connectors.imap.config.ImapConfig",
                "altinn": "connectors.altinn.config.AltinnConfig",
                "altinn_skjema": "connectors.altinn.config.AltinnFormConfig",
                "svarinn": "connectors.svarinn.config.SvarInnConfig",
            }
        ),
        Role.ARCHIVE: MappingProxyType({"innebygd": "connectors.arkiv.config.ArkivConfig"}),
        Role.MAILER: MappingProxyType(
            {
                "smtp": "connectors.smtp.config.SmtpConfig",
                "mappe": "connectors.smtp.config.MailFolderConfig",
            }
        ),
        Role.VIEW: MappingProxyType(
            {
                "einnsyn": "connectors.einnsyn.config.EInnsynConfig",
                "journalfil": "connectors.journalxml.config.JournalXmlConfig",
                "innebygd": "connectors.arkiv.config.ArkivJournalConfig",
            }
        ),
    }
)
"""Role → ``type`` → dotted name of the settings class."""


class UnknownType(ValueError):
    """No such connector. The message is a Norwegian sentence; ``suggestion`` the nearest ``type``, or empty."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        self.suggestion = suggestion
        super().__init__(message)


def settings_class(role: Role, type_name: str) -> type[ConnectorSettings]:
    """The settings class for ``type_name`` in this role.

    Raises:
        UnknownType: not one of ours, or the third party's class cannot be loaded or has another role.
    """
    known = BUILT_IN[role]
    if type_name in known:
        return _load(role, known[type_name])
    if "." in type_name:
        return _load(role, type_name)
    near = difflib.get_close_matches(type_name.lower(), known, n=1, cutoff=0.5)
    listed = ", ".join(f'"{name}"' for name in known)
    raise UnknownType(f"en av {listed}, eller punktnavnet på en egen klasse", near[0] if near else "")


def _load(role: Role, dotted: str) -> type[ConnectorSettings]:
    from connectors.settings import ArchiveSettings, JournalViewSettings, MailerSettings, SourceSettings

    module_name, _, class_name = dotted.rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as problem:
        raise UnknownType(f"klassen {dotted} kan ikke lastes; er pakken installert i Postrobots miljø?") from problem
    base: type[ConnectorSettings] = {
        Role.SOURCE: SourceSettings,
        Role.ARCHIVE: ArchiveSettings,
        Role.MAILER: MailerSettings,
        Role.VIEW: JournalViewSettings,
    }[role]
    if not (isinstance(found, type) and issubclass(found, base)):
        raise UnknownType(f"klassen {dotted} er ikke innstillinger for «{role.value}» (den må arve {base.__name__})")
    return found
