"""The way of a write: key first, then the handler for its kind, then key and trace in the same unit."""

from __future__ import annotations

from connectors.arkiv import changing, closing, moving, opening
from connectors.arkiv.unit import Counter, refuse
from models.archive import (
    ArchiveWrite,
    Avslutning,
    Done,
    Endring,
    Ferdigstill,
    Flytting,
    Kryssreferanse,
    Merknad,
    NyAvskrivning,
    NyJournalpost,
    NySaksmappe,
    NyttDokument,
    OurKey,
    SettSakskjerming,
    SettSkjerming,
    Statusendring,
)
from models.errors import AlreadyDone

KINDS = frozenset(
    {
        "ny_saksmappe",
        "ny_journalpost",
        "nytt_dokument",
        "ferdigstill",
        "statusendring",
        "endring",
        "skjerming",
        "sakskjerming",
        "avskrivning",
        "flytting",
        "merknad",
        "kryssreferanse",
        "avslutning",
    }
)
FINDS_BY = frozenset({"our_key", "saksnummer", "part", "ekstern_noekkel", "nasjonal_identifikator"})


def perform(at: Counter, write: ArchiveWrite, key: OurKey, format_: str) -> Done:
    """Does what is asked, or refuses; ``format_`` is the PRONOM code of a document's file, else empty."""
    match write:
        case NySaksmappe():
            return opening.ny_saksmappe(at, write, key)
        case NyJournalpost():
            return opening.ny_journalpost(at, write, key)
        case NyttDokument():
            return opening.nytt_dokument(at, write, key, format_)
        case Ferdigstill():
            return changing.ferdigstill(at, write, key)
        case Statusendring():
            return changing.statusendring(at, write, key)
        case Endring():
            return changing.endring(at, write, key)
        case SettSkjerming():
            return changing.sett_skjerming(at, write, key)
        case SettSakskjerming():
            return changing.sett_sakskjerming(at, write, key)
        case Merknad():
            return changing.merknad(at, write, key)
        case Kryssreferanse():
            return changing.kryssreferanse(at, write, key)
        case NyAvskrivning():
            return moving.avskrivning(at, write, key)
        case Flytting():
            return moving.flytting(at, write, key)
        case Avslutning():
            return closing.avslutning(at, write, key)


def already(key: OurKey, kind: str, known: tuple[str, Done]) -> AlreadyDone:
    """The answer to a repeated key. A key used for another kind of write is a mix-up, and refused."""
    known_kind, done = known
    if known_kind != kind:
        refuse(f"nøkkelen {key} er brukt til {known_kind}, ikke {kind}")
    return AlreadyDone(f"{kind} er alt gjort under nøkkelen {key}", reference=done)


def trace_of(write: ArchiveWrite) -> str:
    """What the trace of changes says beside the kind: the new state, no more."""
    match write:
        case Statusendring():
            return write.til.value
        case SettSkjerming() | SettSakskjerming():
            return write.skjerming.kode if write.skjerming else "opphevet"
        case NyAvskrivning():
            return write.maate.value
        case Endring():
            names = ("tittel", "offentlig_tittel", "enhet", "forfall", "avsender")
            return ", ".join(n for n in names if getattr(write, n) is not None)
        case _:
            return ""
