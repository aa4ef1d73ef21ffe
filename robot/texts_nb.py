"""Bokmål: the complete catalogue."""

# ruff: noqa: E501 (a table: one text a line reads best)

from __future__ import annotations

from collections.abc import Mapping

from models.reasons import ReasonCode as R

_LOOK = "Se originalen med «postrobot review show POST»"

REASONS: Mapping[R, tuple[str, str]] = {
    R.INFECTED: ("Virus eller annen skadelig kode", "Ikke åpne den. Avvis den med «postrobot review dismiss POST --grunn spam». Er funnet feil, få IT til å rette skanneren, og kjør «postrobot review release POST»."),
    R.NOT_SCANNED: ("Ikke skannet for virus", "Få IT til å se på virusskanneren («postrobot check --nett»), og kjør «postrobot retry POST»."),
    R.EMPTY: ("Tomt dokument", f"{_LOOK}. Be avsender sende på nytt, eller avvis posten."),
    R.NOT_A_MESSAGE: ("Ikke en lesbar e-post", f"{_LOOK}, og registrer den for hånd, eller avvis den."),
    R.DAMAGED: ("Dokumentet er skadet", f"{_LOOK}. Be avsender sende på nytt, eller registrer originalen som den er."),
    R.ENCRYPTED: ("Dokumentet er passordlåst eller kryptert", "Be avsender sende uten passord, eller registrer originalen som den er."),
    R.UNSUPPORTED_TYPE: ("Formatet kan ikke leses av roboten", f"{_LOOK}, og registrer den for hånd."),
    R.DOCTYPE_REFUSED: ("XML med DOCTYPE blir ikke lest", f"{_LOOK}. Slike filer kan være laget for å skade; spør IT når avsender er ukjent."),
    R.TOO_LARGE: ("Større enn grensen", "Registrer originalen for hånd, eller be IT heve grensen i [robot.grenser]."),
    R.TOO_DEEP: ("For mange nivåer inne i hverandre", f"{_LOOK}, og registrer den for hånd."),
    R.TOO_MANY_PARTS: ("For mange deler eller vedlegg", f"{_LOOK}, og registrer den for hånd."),
    R.TIMEOUT: ("Lesingen tok for lang tid", "Prøv igjen med «postrobot retry POST», eller registrer den for hånd."),
    R.MEMORY: ("Lesingen krevde for mye minne", "Registrer den for hånd, eller be IT heve minnegrensen i [robot.grenser]."),
    R.CRASH: ("Leseprogrammet stanset", "Prøv igjen med «postrobot retry POST». Skjer det på nytt, registrer den for hånd og meld fra til IT."),
    R.OUTPUT_LIMIT: ("Dokumentet gir mer tekst enn grensen", "Registrer den for hånd, eller be IT heve grensen i [robot.grenser]."),
    R.NO_RULE: ("Ingen regel traff", "Registrer med «postrobot review correct POST», og vurder en ny regel."),
    R.RULES_DISAGREE: ("To regler er uenige", "Velg utfall med «postrobot review correct POST», og gi den ene regelen høyere prioritet."),
    R.RULE_UNKNOWN: ("En regel kunne ikke avgjøres", "Noe den bygger på, kunne ikke leses. Se hva med «postrobot explain POST», og avgjør selv."),
    R.RULE_TO_HUMAN: ("Regelen ber om et menneske", f"{_LOOK}, og avgjør."),
    R.PROPOSAL: ("Forslag som venter på svar", "Godta med «postrobot review approve POST», eller rett med «postrobot review correct POST»."),
    R.VALUE_MISSING: ("En opplysning regelen trenger, ble ikke funnet", "Fyll den ut med «postrobot review correct POST»."),
    R.VALUE_AMBIGUOUS: ("Flere ulike verdier ble funnet", "Velg den rette med «postrobot review correct POST»."),
    R.CASE_MISSING: ("Saken finnes ikke", "Oppgi riktig sak med «postrobot review correct POST», eller opprett den i arkivet først."),
    R.CASE_AMBIGUOUS: ("Flere åpne saker passer", "Velg saken med «postrobot review correct POST»."),
    R.CASE_CLOSED: ("Saken er avsluttet", "Åpne saken i arkivet og kjør «postrobot retry POST», eller velg en annen sak."),
    R.SENDER_NOT_IN_CASE: ("Avsenderen er ikke kjent i saken", "Kontroller at saken er rett, og godta eller rett forslaget."),
    R.FIELDS_MISSING: ("Obligatoriske felt mangler", "Fyll ut det som mangler, med «postrobot review correct POST»."),
    R.PART_UNREAD: ("Et vedlegg kunne ikke leses", f"{_LOOK}, kontroller vedlegget, og godta eller rett forslaget."),
    R.FORWARD_BLOCKED: ("Kan ikke videresendes på vanlig e-post", "Posten har opplysninger som krever sikker kanal. Send den på annen måte, eller journalfør den."),
    R.ARCHIVE_REFUSED: ("Arkivet avviste registreringen", "Rett det arkivet peker på, og kjør «postrobot retry POST»."),
    R.ARCHIVE_SILENT: ("Arkivet svarer ikke", "Kontroller forbindelsen med «postrobot check --nett», og kjør «postrobot retry POST»."),
    R.AMBIGUOUS_WRITE: ("Uvisst om arkivet fikk registreringen", "Søk i arkivet etter posten før den prøves igjen med «postrobot retry POST»."),
    R.FORWARD_FAILED: ("Videresendingen ble avvist", "Kontroller adressen, og kjør «postrobot retry POST» eller «postrobot review forward POST»."),
    R.SETTLE_FAILED: ("Kilden kunne ikke ryddes etter journalføring", "Posten er journalført. Kontroller rettighetene i kilden, og kjør «postrobot retry POST»."),
    R.BUG: ("Feil i roboten", "Originalen er trygg. Meld fra til IT, og kjør «postrobot retry POST» etter oppdatering."),
    R.REKLAME: ("Reklame", "Ingenting; posten er avvist. Var det feil, journalfør den med «postrobot review correct POST»."),
    R.SPAM: ("Søppelpost", "Ingenting; posten er avvist. Var det feil, journalfør den med «postrobot review correct POST»."),
    R.PRIVAT: ("Privat post", "Ingenting; posten er avvist. Lever den til den det gjelder."),
    R.FEILSENDT: ("Feilsendt", "Ingenting; posten er avvist. Varsle avsender når det er grunn til det."),
    R.AUTOMATISK_SVAR: ("Automatisk svar", "Ingenting; posten er avvist."),
    R.RETURMELDING: ("Returmelding", "Ingenting; posten er avvist. Kontroller adressen brevet ble sendt til."),
    R.LESEKVITTERING: ("Lesekvittering", "Ingenting; posten er avvist."),
    R.KALENDER: ("Kalenderinnkalling", "Ingenting; posten er avvist."),
    R.TOM: ("Tom melding", "Ingenting; posten er avvist."),
    R.DUPLIKAT: ("Sikkert duplikat", "Ingenting; den første er behandlet."),
    R.ARKIVAVGRENSNING: ("Arkivavgrenset", "Ingenting; posten skal ikke arkiveres."),
}  # fmt: skip

TEXTS: Mapping[str, str] = {
    "state.received": "mottatt",
    "state.decided": "avgjort",
    "state.archived": "i arkivet",
    "state.done": "ferdig",
    "state.set_aside": "lagt til side",
    "outcome.archived": "journalført",
    "outcome.forwarded": "videresendt",
    "outcome.dismissed": "avvist",
    "outcome.duplicate": "duplikat",
    "tilgang.open": "åpen",
    "tilgang.shielded": "skjermet",
    "tilgang.temporary": "midlertidig skjermet",
    "mode.utkast": "utkast",
    "mode.forslag": "forslag",
    "mode.auto": "auto",
    "check.ok": "ok",
    "check.warning": "ADV.",
    "check.fault": "FEIL",
}  # fmt: skip
