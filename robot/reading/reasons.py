"""One Norwegian sentence for each way that reading can end: what happened, and what a person can do."""

from __future__ import annotations

from models.reasons import ReasonCode

_SENTENCES = {
    ReasonCode.EMPTY: "Filen er tom (0 byte).",
    ReasonCode.DAMAGED: "Filen er skadet og lar seg ikke åpne.",
    ReasonCode.ENCRYPTED: "Filen er kryptert eller krever passord.",
    ReasonCode.UNSUPPORTED_TYPE: "Roboten leser ikke denne filtypen.",
    ReasonCode.TOO_LARGE: "Innholdet er større enn grensen for hva roboten leser.",
    ReasonCode.TOO_DEEP: "Innholdet ligger i flere lag enn roboten pakker ut.",
    ReasonCode.TOO_MANY_PARTS: "Forsendelsen har flere deler enn roboten leser.",
    ReasonCode.TIMEOUT: "Lesingen tok for lang tid og ble stanset.",
    ReasonCode.MEMORY: "Lesingen krevde for mye minne og ble stanset.",
    ReasonCode.CRASH: "Leseprogrammet stanset på denne filen.",
    ReasonCode.OUTPUT_LIMIT: "Innholdet fyller mer enn grensen for hva roboten tar imot fra én forsendelse.",
}


def sentence(reason: ReasonCode) -> str:
    """The sentence of a reason; empty for reasons that reading does not give."""
    return _SENTENCES.get(reason, "")
