"""What SvarInn tells of a letter → the envelope that facts are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from connectors.svarinn.letter import Letter, Numbers
from models.post import Envelope

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_MAX_KEY = 80


def envelope(letter: Letter, *, now: datetime) -> Envelope:
    """The envelope. ``now`` stands in for a time that SvarInn does not tell.

    The sender's own case number is his reference, never ours; the numbers meant for us («metadataForImport») are our
    reference, which counts only if that case is there and open. His journalposttype is never ours.
    """
    who = letter.who
    return Envelope(
        received_at=letter.at or now,
        sender_name=who.name,
        sender_orgnr=who.orgnr or ("" if who.fnr or who.name != letter.sender.name else letter.sender.orgnr),
        sender_fnr=who.fnr,
        recipient_orgnr=letter.recipient.orgnr,
        subject=_line(letter.ours.tittel or letter.theirs.tittel or letter.title),
        service=letter.kind,
        sender_ref=letter.theirs.dokumentnummer or letter.external_ref,
        our_ref=letter.ours.saksnummer,
        answers=letter.answers,
        confidential=letter.confidential,
        level=letter.level,
        # SvarUt lets in only organisations it knows, and they identify whom they send for.
        sender_verified=bool(who.orgnr or who.fnr),
        dated=letter.ours.dokumentets_dato or letter.theirs.dokumentets_dato,
        form=dict(_fields(letter)),
    )


def _fields(letter: Letter) -> Iterator[tuple[str, str]]:
    """Everything else a rule may ask for, as ``skjema.svarinn.<navn>``. Free keys are data, never names of anything."""
    told: dict[str, object] = {
        "tittel": letter.title,
        "type": letter.kind,
        "eksternref": letter.external_ref,
        "avgivendesystem": letter.system,
        "avsender.navn": letter.sender.name,
        "avsender.adresse": letter.sender.text,
        "svarsendestil.adresse": letter.reply_to.text,
        "mottaker.navn": letter.recipient.name,
        "mottaker.adresse": letter.recipient.text,
        **dict(_numbers("avleverende", letter.theirs)),
        **dict(_numbers("import", letter.ours)),
    }
    for number, file in enumerate(letter.files, start=1):
        told[f"fil.{number}.dokumenttype"] = file.kind
        told |= {f"fil.{number}.ekstra.{_key(key)}": value for key, value in file.extra}
    for name, value in told.items():
        text = value.isoformat() if isinstance(value, date) else str(value) if value else ""
        if text:
            yield f"svarinn.{name}", _line(text)


def _numbers(prefix: str, numbers: Numbers) -> Iterator[tuple[str, object]]:
    yield f"{prefix}.saksnummer", numbers.saksnummer
    yield f"{prefix}.dokumentnummer", numbers.dokumentnummer
    if numbers.journalaar and numbers.journalsekvensnummer:
        yield f"{prefix}.journalnummer", f"{numbers.journalsekvensnummer}/{numbers.journalaar}"
    for name in ("journalposttype", "journalstatus", "journaldato", "tittel", "saksbehandler"):
        yield f"{prefix}.{name}", getattr(numbers, name)
    yield f"{prefix}.dokumentetsdato", numbers.dokumentets_dato
    yield f"{prefix}.mappe", numbers.mappe_system_id
    yield f"{prefix}.registrering", numbers.registrering_system_id
    for key, value in numbers.extra:
        yield f"{prefix}.ekstra.{_key(key)}", value


def _key(key: str) -> str:
    return re.sub(r"[^\w-]+", "_", key.lower()).strip("_")[:_MAX_KEY] or "uten_navn"


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()
