"""A dialog that no correspondence stands behind → a post (altinn.md section 7). Its content lies at whoever issued it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from connectors.altinn.letters import local_day
from connectors.altinn.parcel import Parcel
from connectors.altinn.platform import Platform, Refused
from connectors.altinn.settings import AltinnSettings
from connectors.altinn.wire import Dialog, DialogFile, DialogLetter
from models.errors import OutOfReach, TryLater
from models.post import Envelope, Spool, SpooledDocument

FRONT_CHANNEL = "application/vnd.dialogporten.frontchannelembed"
"""Media types of content that is meant to be fetched with the dialog's own token, in several spellings."""

NO_RIGHT = "mangler tilgang (deleger tjenesten til systembrukeren)"
NOT_ALLOWED = "ligger hos en tjener som ikke står i oppsettet (verter)"
BY_HAND = "må hentes for hånd i Altinn"

_ISSUERS = ("altinn.no",)


class Content:
    """Fetches what lies behind a dialog's addresses, from allowed hosts only, and our own token never leaves Altinn."""

    def __init__(self, platform: Platform, settings: AltinnSettings) -> None:
        self._platform = platform
        self._hosts = tuple(host.lower() for host in settings.hosts)

    def main_text(self, letter: DialogLetter, token: str, into: Parcel) -> str:
        """The letter's own text into the parcel; what keeps it from us, or empty."""
        content = letter.content
        if content is None:
            return ""
        if not content.authorized:
            return NO_RIGHT
        if not content.media_type.startswith(FRONT_CHANNEL):
            return BY_HAND
        return self._one(content.url, "melding.md", "text/markdown", (token,), into)

    def file(self, file: DialogFile, token: str, into: Parcel) -> str:
        """One attachment into the parcel; what keeps it from us, or empty."""
        if file.unauthorized:
            return NO_RIGHT
        why = BY_HAND
        for url in file.urls:
            tokens = (self._platform.token_for(url), token)
            why = self._one(url, _file_name(file), file.media_type, tokens, into)
            if not why:
                return ""
        return why

    def _one(self, url: str, name: str, media_type: str, tokens: tuple[str, ...], into: Parcel) -> str:
        if not self._platform.is_ours(url) and not self._allowed(url):
            return NOT_ALLOWED
        for token in filter(None, tokens):
            try:
                with self._platform.elsewhere(url, token=token) as body:
                    into.fetch(name, media_type, body)
                return ""
            except Refused:
                continue
            except ValueError:
                return BY_HAND
            except OutOfReach as down:
                # An issuer that is down is no news about Altinn: this letter alone waits.
                raise TryLater(str(down), after_s=900) from down
        return BY_HAND

    def _allowed(self, url: str) -> bool:
        host = (urlsplit(url).hostname or "").lower()
        return any(host == allowed or host.endswith(f".{allowed}") for allowed in (*_ISSUERS, *self._hosts))


def fetch(
    dialog: Dialog, letter: DialogLetter, into: Spool, content: Content
) -> tuple[tuple[SpooledDocument, ...], tuple[str, ...]]:
    """The documents, the main one first, and what of it could not be had (sentences; no names of files).

    Raises:
        TryLater: it did not come whole.
        NeedsHuman: over the size limit.
    """
    lost: list[str] = []
    with Parcel(into) as parcel:
        why = content.main_text(letter, dialog.token, parcel)
        if why:
            lost.append(f"teksten {why}")
        own = own_text(letter, why)
        if not parcel.documents and (own or not letter.files):
            parcel.write("melding.md", "text/markdown", (own or f"{letter.title}\n").encode())
        for number, file in enumerate(letter.files, start=1):
            why = content.file(file, dialog.token, parcel)
            if why:
                lost.append(f"vedlegg {number} {why}")
                note = f"Vedlegg {number}, «{file.title}», {why}. Notatet er laget av Postrobot.\n"
                parcel.write(f"Vedlegg {number} mangler.txt", "text/plain", note.encode())
        return tuple(parcel.documents), tuple(lost)


def own_text(letter: DialogLetter, why: str) -> str:
    """What the dialog itself says, where its text lies nowhere else or cannot be had."""
    parts = [letter.summary, letter.additional]
    if why:
        parts.append(f"Teksten i denne meldingen {why}.")
    told = "\n\n".join(part for part in parts if part.strip())
    return f"# {letter.title}\n\n{told}\n" if told else ""


def is_shell(dialog: Dialog) -> bool:
    """Whether the dialog itself says nothing beside the letters within it."""
    main = dialog.main
    return bool(dialog.letters) and main.content is None and not main.files and not main.additional.strip()


def fingerprint(letter: DialogLetter) -> str:
    """Tells one content of a dialog from its next: a letter more within the dialog does not change it."""
    parts = [letter.title, letter.summary, letter.additional, letter.content.url if letter.content else ""]
    parts += [file.id for file in letter.files]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def envelope(dialog: Dialog, letter: DialogLetter, settings: AltinnSettings, zone: str) -> Envelope:
    """What Dialogporten says of the letter. Only the service owner can make a dialog, so the sender is vouched for."""
    return Envelope(
        received_at=letter.at,
        sender_name=letter.sender_name or dialog.main.sender_name or dialog.org.upper(),
        recipient_orgnr=dialog.party,
        subject=letter.title or dialog.main.title,
        service=dialog.resource,
        sender_ref=letter.reference,
        confidential=dialog.resource in settings.confidential_resources,
        sender_verified=True,
        form=dict(_form(letter)),
        due=local_day(dialog.due, zone),
        language=dialog.language,
        references=(),
    )


def _form(letter: DialogLetter) -> Iterator[tuple[str, str]]:
    if letter.summary:
        yield "altinn.sammendrag", letter.summary
    if letter.id:
        yield "altinn.type", letter.kind


def _file_name(file: DialogFile) -> str:
    import mimetypes

    ending = mimetypes.guess_extension(file.media_type) or ""
    return file.title if not ending or file.title.lower().endswith(ending) else f"{file.title}{ending}"
