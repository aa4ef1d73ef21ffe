"""One transaction on the archive's database, as the writes see it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

from connectors.arkiv import codec
from connectors.arkiv import statements as q
from connectors.arkiv.documents import DocumentFolder
from connectors.arkiv.records import (
    EXTERNAL_PARTS,
    Arkivdel,
    Avskrivning,
    Dokumentbeskrivelse,
    Journalpost,
    Sak,
    SakExtras,
)
from connectors.arkiv.shown import known_of
from connectors.arkiv.words import fold
from models.archive import Done, Part
from models.noark import (
    Arkivdelstatus,
    Dokumentstatus,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Saksstatus,
    Skjerming,
)
from models.sql import Link, Row


class SqlUnit:
    """See :class:`connectors.arkiv.unit.Unit`."""

    def __init__(self, connection: Link, files: DocumentFolder) -> None:
        self._db = connection
        self._files = files

    def _one(self, statement: Any, **values: Any) -> Row | None:
        return self._db.execute(statement, values).mappings().first()

    def arkivdel(self, kode: str) -> Arkivdel | None:
        """See Unit."""
        row = self._one(q.ARKIVDEL, kode=kode)
        if row is None:
            return None
        return Arkivdel(
            kode=row["kode"],
            tittel=row["tittel"],
            status=Arkivdelstatus(row["status"]),
            klassifikasjonssystem=row["klassifikasjonssystem"],
        )

    def klasse_open(self, klassifikasjonssystem: str, klasse: str) -> bool | None:
        """See Unit."""
        row = self._one(q.KLASSE, system=klassifikasjonssystem, klasse=klasse)
        return None if row is None else row["avsluttet_dato"] is None

    def sak(self, system_id: str) -> Sak | None:
        """See Unit."""
        row = self._one(q.SAK_BY_ID, sid=system_id)
        return None if row is None else codec.sak_of(row)

    def journalpost(self, system_id: str) -> Journalpost | None:
        """See Unit."""
        row = self._one(q.JOURNALPOST_BY_ID, sid=system_id)
        if row is None:
            return None
        parts = self._db.execute(q.PARTER_OF, {"sid": system_id}).mappings()
        return codec.journalpost_of(row, tuple(codec.part_of(part) for part in parts))

    def journalposter_in(self, sak: str) -> tuple[Journalpost, ...]:
        """See Unit."""
        return self.with_parts(self._db.execute(q.JOURNALPOSTER_IN, {"sid": sak}).mappings().all())

    def with_parts(self, rows: Iterable[Row]) -> tuple[Journalpost, ...]:
        """The rows as records, their parts fetched in one go."""
        wanted = list(rows)
        if not wanted:
            return ()
        found = self._db.execute(q.PARTER, {"sids": [r["system_id"] for r in wanted]}).mappings()
        parts: dict[str, tuple[Korrespondansepart, ...]] = {
            sid: tuple(codec.part_of(r) for r in group)
            for sid, group in groupby(found, key=lambda r: str(r["journalpost"]))
        }
        return tuple(codec.journalpost_of(r, parts.get(r["system_id"], ())) for r in wanted)

    def dokumenter(self, journalpost: str) -> tuple[Dokumentbeskrivelse, ...]:
        """See Unit. Asks the file system whether each file lies in place."""
        files: dict[str, list[Row]] = {}
        for row in self._db.execute(q.OBJEKTER, {"sid": journalpost}).mappings():
            files.setdefault(row["dokumentbeskrivelse"], []).append(row)
        return tuple(
            codec.dokument_of(
                row,
                tuple(
                    codec.objekt_of(f, present=self._files.has(f["sjekksum"], f["filstoerrelse"]))
                    for f in files.get(row["system_id"], ())
                ),
            )
            for row in self._db.execute(q.DOKUMENTER, {"sid": journalpost}).mappings().all()
        )

    def avskrivninger(self, journalpost: str) -> tuple[Avskrivning, ...]:
        """See Unit."""
        return tuple(
            codec.avskrivning_of(r) for r in self._db.execute(q.AVSKRIVNINGER, {"sid": journalpost}).mappings()
        )

    def twins(self, journalpost: Journalpost) -> tuple[str, ...]:
        """See Unit."""
        values = {
            "sid": journalpost.system_id,
            "mottatt": codec.day(journalpost.mottatt_dato),
            "datert": codec.day(journalpost.dokumentets_dato),
        }
        candidates = self._db.execute(q.TWIN_CANDIDATES, values).scalars().all()
        mine = _senders(journalpost)
        others = (self.journalpost(sid) for sid in candidates)
        return tuple(o.registrerings_id for o in others if o is not None and _senders(o) == mine)

    def next_in_series(self, serie: str, aar: int) -> int:
        """See Unit."""
        return int(self._db.execute(q.NEXT_IN_SERIES, {"serie": serie, "aar": aar}).scalar_one())

    def raise_series(self, serie: str, aar: int, to: int) -> None:
        """Moves a series on to at least ``to`` (import of numbers given elsewhere)."""
        self._db.execute(q.RAISE_SERIES, {"serie": serie, "aar": aar, "siste": to})

    def next_journalpostnummer(self, sak: str) -> int:
        """See Unit."""
        return int(self._db.execute(q.NEXT_JOURNALPOSTNUMMER, {"sid": sak}).scalar_one())

    def add_sak(self, sak: Sak, extras: SakExtras) -> None:
        """See Unit."""
        self._db.execute(q.ADD_SAK, codec.sak_values(sak))
        if extras.parter:
            self._db.execute(q.ADD_PART, [_party(sak.system_id, p) for p in extras.parter])
            self._know(sak.system_id, (i for p in extras.parter for i in (p.navn, p.orgnr, p.epostadresse)))
        if extras.nasjonale_identifikatorer:
            rows = [
                {"saksmappe": sak.system_id, "type": kind.strip(), "verdi": value.strip()}
                for kind, value in extras.nasjonale_identifikatorer
            ]
            self._db.execute(q.ADD_IDENTIFIKATOR, rows)

    def add_journalpost(self, journalpost: Journalpost) -> None:
        """See Unit."""
        self._db.execute(q.ADD_JOURNALPOST, codec.journalpost_values(journalpost))
        self._add_parts(journalpost)
        outside = (p for p in journalpost.parter if p.type in EXTERNAL_PARTS)
        self._know(journalpost.sak, (i for p in outside for i in (p.navn, p.organisasjons_id, p.epostadresse)))

    def _know(self, sak: str, identities: Iterable[str]) -> None:
        rows = [{"saksmappe": sak, "identitet": i} for i in known_of(identities)]
        if rows:
            self._db.execute(q.ADD_KNOWN, rows)

    def _know_again(self, sak: str) -> None:
        """Somebody may be known no longer: worked out from the start."""
        self._db.execute(q.FORGET_KNOWN, {"sid": sak})
        for statement in (q.PARTIES, q.CORRESPONDENTS):
            self._know(sak, (i for row in self._db.execute(statement, {"sid": sak}) for i in row))

    def _add_parts(self, post: Journalpost) -> None:
        rows = [codec.part_values(post.system_id, n, p) for n, p in enumerate(post.parter, start=1)]
        self._db.execute(q.ADD_KORRESPONDANSEPART, rows)

    def add_dokument(self, journalpost: str, dokument: Dokumentbeskrivelse, at: datetime, key: str) -> None:
        """See Unit."""
        self._db.execute(
            q.ADD_DOKUMENT,
            {
                "system_id": dokument.system_id,
                "journalpost": journalpost,
                "dokumentnummer": dokument.dokumentnummer,
                "tilknyttet_som": dokument.tilknyttet_som.value,
                "dokumentstatus": dokument.status.value,
                "tittel": dokument.tittel,
                "dokumenttype": dokument.dokumenttype,
                "skjerming": codec.skjerming_text(dokument.skjerming),
                "tilknyttet_dato": codec.moment(at),
                "our_key": key,
            },
        )
        for objekt in dokument.objekter:
            self._db.execute(q.ADD_OBJEKT, codec.objekt_values(dokument.system_id, objekt, at))

    def set_dokumentstatus(self, journalpost: str, status: Dokumentstatus) -> None:
        """See Unit."""
        self._db.execute(q.SET_DOKUMENTSTATUS, {"sid": journalpost, "status": status.value})

    def set_journalstatus(self, journalpost: str, status: Journalstatus, assessed_on: date | None) -> None:
        """See Unit."""
        values = {"sid": journalpost, "status": status.value, "vurdert": codec.day(assessed_on)}
        self._db.execute(q.SET_JOURNALSTATUS, values)
        if status is Journalstatus.UTGAAR:
            post = self.journalpost(journalpost)
            self._know_again(post.sak if post else "")

    def set_arkivert(self, journalpost: str, at: datetime, actor: str) -> None:
        """See Unit."""
        self._db.execute(q.SET_ARKIVERT, {"sid": journalpost, "dato": codec.moment(at), "av": actor})

    def set_texts(self, before: Journalpost, after: Journalpost) -> None:
        """See Unit."""
        values = {
            "sid": after.system_id,
            "ny_tittel": after.tittel,
            "ny_offentlig": after.offentlig_tittel,
            "ny_forfall": codec.day(after.forfall),
        }
        self._db.execute(q.SET_TEXTS, values)
        if before.parter != after.parter:
            self._db.execute(q.RETIRE_PARTER, {"sid": after.system_id})
            self._add_parts(after)
            self._know_again(after.sak)

    def set_skjerming(
        self, journalpost: Journalpost, skjerming: Skjerming | None, *, arvet: bool, at: datetime, key: str
    ) -> None:
        """See Unit."""
        self._db.execute(
            q.ADD_HISTORY,
            {
                "journalpost": journalpost.system_id,
                "skjerming": codec.skjerming_text(journalpost.skjerming),
                "skjerming_arvet": int(journalpost.arvet),
                "avloest_dato": codec.moment(at),
                "our_key": key,
            },
        )
        values = {"sid": journalpost.system_id, "ny": codec.skjerming_text(skjerming), "arvet": int(arvet)}
        self._db.execute(q.SET_SKJERMING, values)

    def saksparter(self, sak: str) -> tuple[Part, ...]:
        """See Unit."""
        rows = self._db.execute(q.PARTIES, {"sid": sak})
        return tuple(Part(navn=row[0] or "", orgnr=row[1] or "", epostadresse=row[2] or "") for row in rows)

    def set_sakskjerming(self, before: Sak, after: Sak, *, at: datetime, key: str) -> None:
        """See Unit."""
        self._db.execute(
            q.ADD_CASE_HISTORY,
            {
                "saksmappe": before.system_id,
                "skjerming": codec.skjerming_text(before.skjerming),
                "offentlig_tittel": before.offentlig_tittel,
                "avloest_dato": codec.moment(at),
                "our_key": key,
            },
        )
        values = {
            "sid": after.system_id,
            "ny": codec.skjerming_text(after.skjerming),
            "ny_tittel": after.offentlig_tittel,
        }
        self._db.execute(q.SET_SAKSKJERMING, values)

    def set_place(self, before: Journalpost, after: Journalpost) -> None:
        """See Unit."""
        values = {"sid": after.system_id, "sak": after.sak, "nummer": after.journalpostnummer}
        self._db.execute(q.SET_PLACE, values)
        for sak in (before.sak, after.sak):
            self._know_again(sak)

    def set_saksstatus(self, sak: str, status: Saksstatus, at: datetime, actor: str) -> None:
        """See Unit."""
        values = {"sid": sak, "status": status.value, "dato": codec.moment(at), "av": actor}
        self._db.execute(q.SET_SAKSSTATUS, values)

    def add_avskrivning(self, avskrivning: Avskrivning, actor: str) -> None:
        """See Unit."""
        self._db.execute(
            q.ADD_AVSKRIVNING,
            {
                "system_id": avskrivning.system_id,
                "journalpost": avskrivning.journalpost,
                "avskrivningsdato": avskrivning.dato.isoformat(),
                "avskrevet_av": actor,
                "avskrivningsmaate": avskrivning.maate.value,
                "avskrives_av": avskrivning.avskrives_av,
                "korrespondansepart": avskrivning.korrespondansepart,
            },
        )

    def add_merknad(self, journalpost: str, tekst: str, at: datetime, actor: str) -> None:
        """See Unit."""
        values = {
            "journalpost": journalpost,
            "merknadstekst": tekst,
            "merknadsdato": codec.moment(at),
            "merknad_registrert_av": actor,
        }
        self._db.execute(q.ADD_MERKNAD, values)

    def add_kryssreferanse(self, fra: str, til: str, at: datetime) -> None:
        """See Unit."""
        self._db.execute(q.ADD_KRYSSREFERANSE, {"fra": fra, "til": til, "opprettet_dato": codec.moment(at)})

    def log(self, *, at: datetime, event: str, objekt: str, key: str, text: str) -> None:
        """See Unit."""
        values = {"dato": codec.moment(at), "hendelse": event, "objekt": objekt, "our_key": key, "tekst": text}
        self._db.execute(q.ADD_LOG, values)

    # --- beside the Unit ---

    def used(self, key: str) -> tuple[str, Done] | None:
        """What a key was used for, and what it answered."""
        row = self._one(q.KEY, key=key)
        return None if row is None else codec.done_of(row)

    def use(self, key: str, kind: str, done: Done, at: datetime) -> None:
        """Remembers a key."""
        self._db.execute(q.ADD_KEY, codec.done_values(key, kind, done, at))

    def knows_file(self, sha256: str) -> bool:
        """Whether a committed document has this checksum: then its file is durable."""
        return self._one(q.FILE_KNOWN, sha=sha256) is not None


def _senders(post: Journalpost) -> frozenset[str]:
    return frozenset(fold(n) for n in post.named(Korrespondanseparttype.AVSENDER))


def _party(sak: str, part: Part) -> dict[str, Any]:
    return {
        "saksmappe": sak,
        "navn": part.navn.strip(),
        "navn_foldet": fold(part.navn),
        "fnr": part.fnr,
        "orgnr": part.orgnr,
        "ansattnr": part.ansattnr,
        "foedt": codec.day(part.foedt),
        "epostadresse": part.epostadresse.strip(),
    }
