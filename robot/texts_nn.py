"""Nynorsk. What is missing here is shown in bokmål."""

# ruff: noqa: E501 (a table: one text a line reads best)

from __future__ import annotations

from collections.abc import Mapping

from models.reasons import ReasonCode as R

_LOOK = "Sjå originalen med «postrobot review show POST»"
_NOTHING = "Ingenting; posten er avvist."

REASONS: Mapping[R, tuple[str, str]] = {
    R.INFECTED: ("Virus eller annan skadeleg kode", "Ikkje opne han. Avvis han med «postrobot review dismiss POST --grunn spam». Er funnet feil, få IT til å rette skannaren, og køyr «postrobot review release POST»."),
    R.NOT_SCANNED: ("Ikkje skanna for virus", "Få IT til å sjå på virusskannaren («postrobot check --nett»), og køyr «postrobot retry POST»."),
    R.EMPTY: ("Tomt dokument", f"{_LOOK}. Be avsendaren sende på nytt, eller avvis posten."),
    R.NOT_A_MESSAGE: ("Ikkje ein leseleg e-post", f"{_LOOK}, og registrer han for hand, eller avvis han."),
    R.DAMAGED: ("Dokumentet er skadd", f"{_LOOK}. Be avsendaren sende på nytt, eller registrer originalen som han er."),
    R.ENCRYPTED: ("Dokumentet er passordlåst eller kryptert", "Be avsendaren sende utan passord, eller registrer originalen som han er."),
    R.UNSUPPORTED_TYPE: ("Formatet kan ikkje lesast av roboten", f"{_LOOK}, og registrer han for hand."),
    R.DOCTYPE_REFUSED: ("XML med DOCTYPE blir ikkje lesen", f"{_LOOK}. Slike filer kan vere laga for å skade; spør IT når avsendaren er ukjend."),
    R.TOO_LARGE: ("Større enn grensa", "Registrer originalen for hand, eller be IT heve grensa i [robot.grenser]."),
    R.TOO_DEEP: ("For mange nivå inni kvarandre", f"{_LOOK}, og registrer han for hand."),
    R.TOO_MANY_PARTS: ("For mange delar eller vedlegg", f"{_LOOK}, og registrer han for hand."),
    R.TIMEOUT: ("Lesinga tok for lang tid", "Prøv igjen med «postrobot retry POST», eller registrer han for hand."),
    R.MEMORY: ("Lesinga kravde for mykje minne", "Registrer han for hand, eller be IT heve minnegrensa i [robot.grenser]."),
    R.CRASH: ("Leseprogrammet stansa", "Prøv igjen med «postrobot retry POST». Skjer det på nytt, registrer han for hand og meld frå til IT."),
    R.OUTPUT_LIMIT: ("Dokumentet gir meir tekst enn grensa", "Registrer han for hand, eller be IT heve grensa i [robot.grenser]."),
    R.NO_RULE: ("Ingen regel trefte", "Registrer med «postrobot review correct POST», og vurder ein ny regel."),
    R.RULES_DISAGREE: ("To reglar er usamde", "Vel utfall med «postrobot review correct POST», og gi den eine regelen høgare prioritet."),
    R.RULE_UNKNOWN: ("Ein regel kunne ikkje avgjerast", "Noko han byggjer på, kunne ikkje lesast. Sjå kva med «postrobot explain POST», og avgjer sjølv."),
    R.RULE_TO_HUMAN: ("Regelen ber om eit menneske", f"{_LOOK}, og avgjer."),
    R.PROPOSAL: ("Framlegg som ventar på svar", "Godta med «postrobot review approve POST», eller rett med «postrobot review correct POST»."),
    R.VALUE_MISSING: ("Ei opplysning regelen treng, vart ikkje funnen", "Fyll ho ut med «postrobot review correct POST»."),
    R.VALUE_AMBIGUOUS: ("Fleire ulike verdiar vart funne", "Vel den rette med «postrobot review correct POST»."),
    R.CASE_MISSING: ("Saka finst ikkje", "Oppgi rett sak med «postrobot review correct POST», eller opprett ho i arkivet først."),
    R.CASE_AMBIGUOUS: ("Fleire opne saker passar", "Vel saka med «postrobot review correct POST»."),
    R.CASE_CLOSED: ("Saka er avslutta", "Opne saka i arkivet og køyr «postrobot retry POST», eller vel ei anna sak."),
    R.SENDER_NOT_IN_CASE: ("Avsendaren er ikkje kjend i saka", "Kontroller at saka er rett, og godta eller rett framlegget."),
    R.FIELDS_MISSING: ("Obligatoriske felt manglar", "Fyll ut det som manglar, med «postrobot review correct POST»."),
    R.PART_UNREAD: ("Eit vedlegg kunne ikkje lesast", f"{_LOOK}, kontroller vedlegget, og godta eller rett framlegget."),
    R.FORWARD_BLOCKED: ("Kan ikkje vidaresendast på vanleg e-post", "Posten har opplysningar som krev trygg kanal. Send han på annan måte, eller journalfør han."),
    R.ARCHIVE_REFUSED: ("Arkivet avviste registreringa", "Rett det arkivet peikar på, og køyr «postrobot retry POST»."),
    R.ARCHIVE_SILENT: ("Arkivet svarar ikkje", "Kontroller sambandet med «postrobot check --nett», og køyr «postrobot retry POST»."),
    R.AMBIGUOUS_WRITE: ("Uvisst om arkivet fekk registreringa", "Søk i arkivet etter posten før han blir prøvd igjen med «postrobot retry POST»."),
    R.FORWARD_FAILED: ("Vidaresendinga vart avvist", "Kontroller adressa, og køyr «postrobot retry POST» eller «postrobot review forward POST»."),
    R.SETTLE_FAILED: ("Kjelda kunne ikkje ryddast etter journalføring", "Posten er journalført. Kontroller rettane i kjelda, og køyr «postrobot retry POST»."),
    R.BUG: ("Feil i roboten", "Originalen er trygg. Meld frå til IT, og køyr «postrobot retry POST» etter oppdatering."),
    R.REKLAME: ("Reklame", _NOTHING),
    R.SPAM: ("Søppelpost", _NOTHING),
    R.PRIVAT: ("Privat post", f"{_NOTHING} Lever han til den det gjeld."),
    R.FEILSENDT: ("Feilsend", f"{_NOTHING} Varsle avsendaren når det er grunn til det."),
    R.AUTOMATISK_SVAR: ("Automatisk svar", _NOTHING),
    R.RETURMELDING: ("Returmelding", f"{_NOTHING} Kontroller adressa brevet vart sendt til."),
    R.LESEKVITTERING: ("Lesekvittering", _NOTHING),
    R.KALENDER: ("Kalenderinnkalling", _NOTHING),
    R.TOM: ("Tom melding", _NOTHING),
    R.DUPLIKAT: ("Sikkert duplikat", "Ingenting; den første er behandla."),
    R.ARKIVAVGRENSNING: ("Arkivavgrensa", "Ingenting; posten skal ikkje arkiverast."),
}  # fmt: skip

TEXTS: Mapping[str, str] = {
    "state.received": "motteken",
    "state.decided": "avgjord",
    "state.done": "ferdig",
    "state.set_aside": "lagd til side",
    "outcome.archived": "journalført",
    "outcome.forwarded": "vidaresend",
    "outcome.dismissed": "avvist",
    "tilgang.open": "open",
    "tilgang.shielded": "skjerma",
    "tilgang.temporary": "mellombels skjerma",
}  # fmt: skip
