"""The facts of rules that are not about post: a journalpost, a sak, and an entry of the published journal.

Names are those of Noark 5 (metadata catalogue) in Norwegian ASCII snake_case. The table is for the loader, for
docs/regler.md and for whoever gathers the facts: caretaking and the journal check give exactly these names, with the kind
said here. ``alder`` and ``uendret`` are given as the date they count from; «today» is ``dato.i_dag``. ``mangler`` holds
codes: those of noark5.md section 4 (journalpost) and 6 (sak), listed in :data:`LACKS`.
"""

# ruff: noqa: E501 (tables: one word a line reads best)

from __future__ import annotations

from collections.abc import Mapping

from models.noark import Avskrivningsmaate, Journalposttype, Journalstatus, Saksstatus
from rules.format import FACTS, Fact, Kind, Subject

LACKS: Mapping[Subject, Mapping[str, str]] = {
    Subject.JOURNALPOST: {
        "sak_åpen": "saken eller arkivdelen er avsluttet",
        "type": "journalposttypen passer ikke til partene",
        "datoer": "mottatt dato eller sendt dato mangler",
        "avsender": "avsender mangler",
        "mottaker": "mottaker mangler",
        "enhet": "intern mottaker med enhet mangler",
        "tittel": "tittel eller offentlig tittel mangler",
        "hoveddokument": "det er ikke akkurat ett hoveddokument med fil",
        "dokumentstatus": "et dokument er ikke ferdigstilt",
        "tilgang": "tilgang er ikke vurdert, eller hjemmel eller skjulte felt mangler",
        "duplikat": "samme brev er registrert før",
        "ikke_ekspedert": "et utgående brev er ikke ekspedert",
    },
    Subject.SAK: {
        "klasse": "primær klasse mangler (CL1)",
        "journalstatus": "en journalpost er verken arkivert eller utgått (CL2)",
        "arkivformat": "et dokument er ikke i godkjent arkivformat (CL3)",
        "restanse": "en inngående post eller et notat er ikke avskrevet (CL4)",
        "ansvarlig": "saksansvarlig eller enhet mangler (CL5)",
        "dokumentstatus": "et dokument er ikke ferdigstilt (CL6)",
    },
}
"""The codes of ``mangler``, with what each means."""

NAME_FIELDS = (
    "offentlig_tittel",
    "offentlig_tittel_navn",
    "sak.tittel",
    "sak.tittel_navn",
    "korrespondansepart",
    "korrespondansepart_navn",
    "dokument.navn",
    "dokument.navn_navn",
)
"""Fields of a published entry in which a person's name may stand; ``_navn``: the text that is searchable for one year."""

_STATUS = tuple(Journalstatus)
_TYPE = tuple(Journalposttype)
_AGE = "{minst: {arbeidsdager: 21}}"

_SHARED: dict[str, Fact] = {
    "saksnummer": Fact(Kind.TEXT, "saksnummeret", "{saksnummer: 2026/118}", "{saksnummer: 2026/118}"),
    "arkivdel": Fact(Kind.TEXT, "arkivdelen saken ligger i", "{arkivdel: BYGG}", "{arkivdel: BYGG}"),
    "klasse": Fact(Kind.TEXT, "primær klasse", "{klasse: {starter: L}}", "{klasse: L42}"),
    "enhet": Fact(Kind.TEXT, "administrativ enhet", "{enhet: [PLAN, BYGG]}", "{enhet: PLAN}"),
    "tittel": Fact(Kind.TEXT, "tittelen", "{tittel: {ord: klage}}", "{tittel: Klagen på vedtaket}"),
    "offentlig_tittel": Fact(Kind.TEXT, "tittelen slik alle ser den", "{offentlig_tittel: {inneholder: klage}}", "{offentlig_tittel: Klage *****}"),
    "tilgangsrestriksjon": Fact(Kind.TEXT, "tilgangskoden; XX er midlertidig sperret", "{tilgangsrestriksjon: XX}", "{tilgangsrestriksjon: XX}"),
    "skjermingshjemmel": Fact(Kind.TEXT, "hjemmelen for skjermingen", "{skjermingshjemmel: {starter: offl. § 13}}", "{skjermingshjemmel: offl. § 13 jf. fvl. § 13}"),
    "alder": Fact(Kind.AGE, "hvor lenge siden den kom (sak: ble opprettet), i dager eller arbeidsdager", f"{{alder: {_AGE}}}", "{alder: {arbeidsdager: 21}}", template=False),
    "uendret": Fact(Kind.AGE, "hvor lenge siden noe ble endret", "{uendret: {minst: 90}}", "{uendret: {dager: 120}}", template=False),
}  # fmt: skip

_JOURNALPOST: dict[str, Fact] = _SHARED | {
    "journalposttype": Fact(Kind.CHOICE, "I, U, N, X eller S", "{journalposttype: [I, N]}", "{journalposttype: I}", choices=_TYPE),
    "journalstatus": Fact(Kind.CHOICE, "J, E, A, U, M, S, R, F eller G", "{journalstatus: [F, G]}", "{journalstatus: F}", choices=_STATUS),
    "journalnummer": Fact(Kind.TEXT, "journalsekvensnummer/år", "{journalnummer: 4412/2026}", "{journalnummer: 4412/2026}"),
    "journaldato": Fact(Kind.DATE, "da den ble journalført", "{journaldato: {høyst: 2026-01-31}}", "{journaldato: 2026-01-10}"),
    "mottatt_dato": Fact(Kind.DATE, "da brevet nådde kommunen", "{mottatt_dato: {finnes: nei}}", "{tittel: Brev}"),
    "sendt_dato": Fact(Kind.DATE, "da brevet ble sendt", "{sendt_dato: {finnes: ja}}", "{sendt_dato: 2026-06-01}"),
    "dokumentets_dato": Fact(Kind.DATE, "datoen på dokumentet", "{dokumentets_dato: {finnes: nei}}", "{journalnummer: 4412/2026}"),
    "forfallsdato": Fact(Kind.DATE, "fristen for svar", "{forfallsdato: {minst: {dager: 1}}}", "{forfallsdato: 2026-06-10}"),
    "offentlighetsvurdert_dato": Fact(Kind.DATE, "da tilgangen ble vurdert", "{offentlighetsvurdert_dato: {finnes: nei}}", "{tittel: Brev}"),
    "avsender": Fact(Kind.TEXT, "avsenderen (EA)", "{avsender: {inneholder: statsforvalteren}}", "{avsender: Statsforvalteren i Nord}"),
    "mottaker": Fact(Kind.TEXT, "mottakeren (EM)", "{mottaker: {finnes: nei}}", "{tittel: Brev}"),
    "ekstern_part": Fact(Kind.BOOL, "om noen utenfor kommunen er avsender eller mottaker", "{ekstern_part: ja, journalposttype: X}", "{ekstern_part: ja, journalposttype: X}"),
    "saksbehandler": Fact(Kind.TEXT, "saksbehandleren", "{saksbehandler: {finnes: nei}}", "{tittel: Brev}"),
    "skjul": Fact(Kind.TEXT, "hva skjermingen skjuler (TRO, NA …)", "{skjul: NA}", "{skjul: [TRO, NA]}"),
    "avskrevet": Fact(Kind.BOOL, "om den er avskrevet", "{avskrevet: nei}", "{avskrevet: nei}"),
    "tilbakemeldt": Fact(Kind.BOOL, "om den som skrev, har fått et brev i saken siden, også et foreløpig svar", "{tilbakemeldt: nei}", "{tilbakemeldt: nei}"),
    "avskrivningsmåte": Fact(Kind.CHOICE, "BU, BE, TLF, TE, TO, BN eller SA", "{avskrivningsmåte: [TE, TO]}", "{avskrivningsmåte: TO}", choices=tuple(Avskrivningsmaate)),
    "svar.journalstatus": Fact(Kind.CHOICE, "statusen på brevet som svarer på den", "{svar.journalstatus: [E, J, A]}", "{svar.journalstatus: E}", choices=_STATUS),
    "sak.tittel": Fact(Kind.TEXT, "tittelen på saken den ligger i", "{sak.tittel: {ord: byggesak}}", "{sak.tittel: Byggesaker på Nes}"),
    "sak.status": Fact(Kind.CHOICE, "statusen til saken den ligger i", "{sak.status: B}", "{sak.status: B}", choices=tuple(Saksstatus)),
    "dokument.navn": Fact(Kind.TEXT, "titlene på dokumentene", "{dokument.navn: {ord: vedtak}}", "{dokument.navn: [Følgebrev, Vedtaket]}"),
    "dokument.antall": Fact(Kind.NUMBER, "hvor mange dokumenter den har", "{dokument.antall: {høyst: 0}}", "{dokument.antall: 0}"),
    "mangler": Fact(Kind.CHOICE, f"det som mangler for at den kan journalføres: {', '.join(LACKS[Subject.JOURNALPOST])}", "{mangler: {finnes: nei}}", "{tittel: Alt er der}", choices=tuple(LACKS[Subject.JOURNALPOST])),
}  # fmt: skip

_SAK: dict[str, Fact] = _SHARED | {
    "saksstatus": Fact(Kind.CHOICE, "B, A, U, R, S, P eller F", "{saksstatus: [S, F]}", "{saksstatus: F}", choices=tuple(Saksstatus)),
    "saksdato": Fact(Kind.DATE, "da saken ble opprettet", "{saksdato: {høyst: 2025-12-31}}", "{saksdato: 2025-03-01}"),
    "sakstype": Fact(Kind.TEXT, "personalmappe, elevmappe …", "{sakstype: personalmappe}", "{sakstype: personalmappe}"),
    "saksansvarlig": Fact(Kind.TEXT, "den saksansvarlige", "{saksansvarlig: {finnes: nei}}", "{tittel: Sak}"),
    "part": Fact(Kind.TEXT, "partene i saken", "{part: {finnes: ja}}", "{part: Nes båtforening}"),
    "journalposter.antall": Fact(Kind.NUMBER, "hvor mange journalposter saken har", "{journalposter.antall: {minst: 1}}", "{journalposter.antall: 4}"),
    "journalposter.åpne": Fact(Kind.NUMBER, "hvor mange som verken er J, A eller U", "{journalposter.åpne: 0}", "{journalposter.åpne: 0}"),
    "restanser": Fact(Kind.NUMBER, "hvor mange I og N som ikke er avskrevet", "{restanser: 0}", "{restanser: 0}"),
    "reserverte": Fact(Kind.NUMBER, "hvor mange reserverte dokumenter (R)", "{reserverte: {minst: 1}}", "{reserverte: 2}"),
    "midlertidig_skjermet": Fact(Kind.NUMBER, "hvor mange journalposter som er midlertidig sperret", "{midlertidig_skjermet: {minst: 1}}", "{midlertidig_skjermet: 1}"),
    "forfallsdato": Fact(Kind.DATE, "den nærmeste fristen som ikke er brukt opp", "{forfallsdato: {finnes: ja}}", "{forfallsdato: 2026-09-01}"),
    "siste_inn": Fact(Kind.DATE, "da det siste brevet kom", "{siste_inn: {minst: {uker: 3}}}", "{siste_inn: 2026-05-01}"),
    "siste_ut": Fact(Kind.DATE, "da det siste brevet ble sendt; klagefristen går fra den", "{siste_ut: {minst: {uker: 3}}}", "{siste_ut: 2026-05-01}"),
    "siste_ut_status": Fact(Kind.CHOICE, "statusen på det siste utgående brevet", "{siste_ut_status: [E, J, A]}", "{siste_ut_status: E}", choices=_STATUS),
    "gjenåpnet": Fact(Kind.DATE, "da saken ble gjenåpnet", "{gjenåpnet: {finnes: ja}}", "{gjenåpnet: 2026-06-01}"),
    "kryssreferanse": Fact(Kind.TEXT, "saker den viser til", "{kryssreferanse: {finnes: ja}}", "{kryssreferanse: 2025/12}"),
    "mangler": Fact(Kind.CHOICE, f"det som mangler for at den kan avsluttes: {', '.join(LACKS[Subject.SAK])}", "{mangler: restanse}", "{mangler: [restanse, klasse]}", choices=tuple(LACKS[Subject.SAK])),
}  # fmt: skip

_PUBLISERT: dict[str, Fact] = {name: fact for name, fact in _SHARED.items() if name not in ("tittel", "uendret")} | {
    "offentlig_tittel_navn": Fact(Kind.TEXT, "den offentlige tittelen med personnavn (eInnsyns «Sensitiv»), som bare er søkbar i ett år", "{offentlig_tittel_navn: {finnes: ja}}", "{offentlig_tittel_navn: Klage fra Kari}"),
    "journalposttype": _JOURNALPOST["journalposttype"],
    "journalnummer": _JOURNALPOST["journalnummer"],
    "journaldato": _JOURNALPOST["journaldato"],
    "dokumentets_dato": _JOURNALPOST["dokumentets_dato"],
    "publisert_dato": Fact(Kind.DATE, "da den ble publisert", "{publisert_dato: {minst: {måneder: 12}}}", "{publisert_dato: 2025-01-10}"),
    "korrespondansepart": Fact(Kind.TEXT, "avsendere og mottakere slik alle ser dem", "{korrespondansepart: {inneholder: nordmann}}", "{korrespondansepart: Kari Nordmann}"),
    "sak.tittel": _JOURNALPOST["sak.tittel"],
    "dokument.navn": _JOURNALPOST["dokument.navn"],
    "fil.navn": Fact(Kind.TEXT, "navnene på filene som er lagt ut", "{fil.navn: {slutter: .docx}}", "{fil.navn: vedtak.docx}"),
    "fil.tekst": Fact(Kind.TEXT, "teksten i filene som er lagt ut", "{fil.tekst: {ord: diagnose}}", "{fil.tekst: Diagnosen er stilt}", group="text", template=False),
    "fulltekst": Fact(Kind.BOOL, "om noe er lagt ut i fulltekst", "{fulltekst: ja}", "{fulltekst: ja}"),
    "alt": Fact(Kind.TEXT, "alt alle kan se på oppføringen, unntatt filene", "{alt: {ord: barnevern}}", "{alt: Om barnevernet}", template=False),
    "personnavn": Fact(Kind.CHOICE, f"feltene det står et personnavn i: {', '.join(NAME_FIELDS)}", "{personnavn: [offentlig_tittel, sak.tittel]}", "{personnavn: offentlig_tittel}", choices=NAME_FIELDS, template=False),
    "personsak": Fact(Kind.BOOL, "om saken er en personsak etter arkivdel eller klasse (journalkontroll.personsaker …)", "{personsak: ja}", "{personsak: ja}"),
    "hjemmel": Fact(Kind.TEXT, "hjemmelen i én skrivemåte, uansett hvordan den er skrevet", "{hjemmel: {starter: offl § 13}}", "{hjemmel: offl § 13 jf fvl § 13 nr 1}"),
    "arkiv.tilgangsrestriksjon": Fact(Kind.TEXT, "tilgangskoden arkivet har nå", "{arkiv.tilgangsrestriksjon: {finnes: ja}}", "{arkiv.tilgangsrestriksjon: UO}"),
    "arkiv.journalstatus": Fact(Kind.CHOICE, "statusen arkivet har nå", "{arkiv.journalstatus: U}", "{arkiv.journalstatus: U}", choices=_STATUS),
}  # fmt: skip

SUBJECT_FACTS: Mapping[Subject, Mapping[str, Fact]] = {
    Subject.POST: FACTS,
    Subject.JOURNALPOST: _JOURNALPOST,
    Subject.SAK: _SAK,
    Subject.PUBLISERT: _PUBLISERT,
}
"""By what the rule is about; ``funn`` may be asked of all of them, in the form it has for post."""

TODAY = "dato.i_dag"
"""The day of the evaluation, given as a fact; ages are counted to it. For post it is dato.mottatt."""
