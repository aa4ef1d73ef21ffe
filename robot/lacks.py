"""What keeps a journalpost at M, in words for people, with what they can do about it."""

from __future__ import annotations

from collections.abc import Mapping

from models.decision import Lack

LACK_TEXTS: Mapping[Lack, str] = {
    Lack.MODE: "regelen står i modus «forslag»",
    Lack.ADDING_RULE: "en regel som legger til, står i modus «forslag»",
    Lack.TYPE: "journalposttypen er ikke I",
    Lack.SENDER_UNKNOWN: "avsenderen er ukjent (rett med --avsender)",
    Lack.SENDER_INTERNAL: "avsenderen er intern, men regelen sier I",
    Lack.ACCESS: "tilgangen er ikke vurdert (si --tilgang åpen, eller --tilgang KODE --hjemmel «…»)",
    Lack.FINDING: "følsomme opplysninger er funnet, og ingen regel skjermer dem",
    Lack.UNREAD: "en del av posten kunne ikke leses",
    Lack.DUPLICATE: "samme innhold er mottatt før",
    Lack.CASE_ACCESS: "tilgangen til den nye saken er ikke vurdert",
    Lack.SHIELDING_INCOMPLETE: "skjermingen mangler hjemmel eller hva som skjules",
    Lack.RULE_UNKNOWN: "en skjermende regel kunne ikke prøves helt",
}


def lack_text(code: str) -> str:
    """The words for one code."""
    return LACK_TEXTS[Lack(code)]
