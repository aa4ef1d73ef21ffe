"""What write-offs, deadlines and double registrations say, one text a line in bokmål, nynorsk and English."""

# ruff: noqa: E501 (a table: one text a line reads best)

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str, str]] = {
    # key: (bokmål, nynorsk, English)
    "care.kind.unsure": ("et menneske må velge: {codes}", "eit menneske må velje: {codes}", "a person must choose: {codes}"),
    "care.kind.told.codes": ("bør ses på: {codes}", "bør sjåast på: {codes}", "should be looked at: {codes}"),
    "care.do.unsure": ("Se forslagene med postrobot cases proposals, og godta ett: postrobot cases signoff NUMMER --svar NUMMER", "Sjå framlegga med postrobot cases proposals, og godta eitt: postrobot cases signoff NUMMER --svar NUMMER", "See the proposals with postrobot cases proposals, and accept one: postrobot cases signoff NUMBER --svar NUMBER"),
    "care.rule.flere_svar": ("flere brev kan være svaret", "fleire brev kan vere svaret", "several letters may be the answer"),
    "care.rule.flere_brev": ("avsenderen har flere åpne brev i saken", "avsendaren har fleire opne brev i saka", "the sender has several open letters in the case"),
    "care.rule.annen_mottaker": ("et brev om det samme gikk til en annen", "eit brev om det same gjekk til ein annan", "a letter about the same went to another"),
    "care.rule.rekkefølge": ("svaret er nyere bare etter nummer eller bare etter dato", "svaret er nyare berre etter nummer eller berre etter dato", "the answer is later only by number or only by date"),
    "care.rule.svarer_på_annet": ("brevet svarer alt på noe annet", "brevet svarer alt på noko anna", "the letter already answers another"),
    "care.rule.eldre_svar": ("avskrevet av et eldre brev", "avskrive av eit eldre brev", "signed off by an older letter"),
    "care.rule.mangler_referanse": ("avskrevet uten henvisning til svaret", "avskrive utan tilvising til svaret", "signed off without a reference to the answer"),
    "care.rule.krever_svar": ("tatt til orientering eller etterretning, men ber om svar", "teke til orientering eller etterretning, men ber om svar", "noted only, but asks for an answer"),
    "care.rule.utgått_svar": ("avskrevet av et brev som er utgått", "avskrive av eit brev som er utgått", "signed off by an entry that is void"),
    "care.rule.feil_type": ("avskrevet av en journalpost av feil type", "avskrive av ein journalpost av feil type", "signed off by an entry of the wrong type"),
    "care.rule.kopimottaker": ("avskrevet på en kopimottaker", "avskrive på ein kopimottakar", "signed off on a copy recipient"),
    "care.rule.nær": ("fristen er nær", "fristen er nær", "the deadline is near"),
    "care.rule.over": ("fristen er ute", "fristen er ute", "the deadline has passed"),
    "waits.heading": ("Restanser", "Restansar", "Waiting for an answer"),
    "waits.lead": ("Inngående brev og notater som ikke er avskrevet, etter enhet. Hele listen: postrobot cases restanser --liste", "Inngåande brev og notat som ikkje er avskrivne, etter eining. Heile lista: postrobot cases restanser --liste", "Incoming letters and notes that are not signed off, by unit. The whole list: postrobot cases restanser --liste"),
    "waits.unit": ("Enhet", "Eining", "Unit"),
    "waits.total": ("I alt", "I alt", "In all"),
    "waits.over": ("Over fristen", "Over fristen", "Past the deadline"),
    "waits.near": ("Nær fristen", "Nær fristen", "Near the deadline"),
    "waits.in_time": ("I tide", "I tide", "In time"),
    "waits.without": ("Uten frist", "Utan frist", "No deadline"),
    "waits.oldest": ("Eldste", "Eldste", "Oldest"),
    "waits.nobody": ("uten enhet", "utan eining", "no unit"),
    "waits.late": ("Lengst over fristen: {numbers}", "Lengst over fristen: {numbers}", "Longest past the deadline: {numbers}"),
    "waits.follow_ups": ("{number} videresendte poster er ikke kvittert ut; {late} av dem er over fristen.", "{number} vidaresende postar er ikkje kvitterte ut; {late} av dei er over fristen.", "{number} forwarded posts are not acknowledged; {late} of them are past the deadline."),
    "waits.twins": ("{number} par ser ut som samme brev, registrert to ganger: postrobot cases duplicates", "{number} par ser ut som same brev, registrert to gonger: postrobot cases duplicates", "{number} pairs look like one letter registered twice: postrobot cases duplicates"),
    "waits.none": ("Ingenting venter på svar.", "Ingenting ventar på svar.", "Nothing waits for an answer."),
    "warn.subject": ("Postrobot {organisation}: {number} brev nær svarfristen ({unit})", "Postrobot {organisation}: {number} brev nær svarfristen ({unit})", "Postrobot {organisation}: {number} letters near their deadline ({unit})"),
    "warn.lead": ("Disse journalpostene er ikke avskrevet, og fristen nærmer seg:", "Desse journalpostane er ikkje avskrivne, og fristen nærmar seg:", "These entries are not signed off, and the deadline is near:"),
    "warn.line": ("{number}  {due}  {name}{ground}", "{number}  {due}  {name}{ground}", "{number}  {due}  {name}{ground}"),
    "warn.more": ("… og {number} til. Se hele listen: postrobot cases restanser --liste", "… og {number} til. Sjå heile lista: postrobot cases restanser --liste", "… and {number} more. The whole list: postrobot cases restanser --liste"),
    "warn.how": ("Er brevet besvart, avskriv det i arkivet. Hver frist varsles én gang; det som går over fristen, står i rapporten.", "Er brevet svart på, avskriv det i arkivet. Kvar frist blir varsla éin gong; det som går over fristen, står i rapporten.", "If the letter is answered, sign it off in the archive. Each deadline is told of once; what passes it stands in the report."),
    "warn.follow_subject": ("Postrobot {organisation}: videresendt post {post} er ikke kvittert ut", "Postrobot {organisation}: vidaresend post {post} er ikkje kvittert ut", "Postrobot {organisation}: forwarded post {post} is not acknowledged"),
    "warn.follow_text": ("Posten {post} ble videresendt og skulle vært fulgt opp innen {due}. Kvitter den ut når den er tatt hånd om: postrobot review approve {post}", "Posten {post} vart vidaresend og skulle vore følgt opp innan {due}. Kvitter han ut når han er teken hand om: postrobot review approve {post}", "Post {post} was forwarded and was to be followed up by {due}. Acknowledge it when it is taken care of: postrobot review approve {post}"),
    "twin.fil": ("samme fil", "same fil", "the same file"),
    "twin.brev": ("samme avsender, tittel og dato", "same avsendar, tittel og dato", "the same sender, title and date"),
    "twin.tekst": ("nesten samme tekst", "nesten same tekst", "nearly the same text"),
    "move.samme_sak": ("journalposten ligger alt i saken {what}", "journalposten ligg alt i saka {what}", "the entry is in case {what} already"),
    "move.fra_avsluttet": ("saken den ligger i, {what}, er avsluttet", "saka han ligg i, {what}, er avslutta", "the case it is in, {what}, is closed"),
    "move.til_avsluttet": ("saken den skal til, {what}, er avsluttet", "saka han skal til, {what}, er avslutta", "the case it is to go to, {what}, is closed"),
    "move.utgått": ("journalposten {what} er utgått (U)", "journalposten {what} er utgått (U)", "entry {what} is void (U)"),
    "move.arkivert": ("journalposten {what} er arkivert (A)", "journalposten {what} er arkivert (A)", "entry {what} is archived (A)"),
    "move.avskrivning": ("den er knyttet ved avskrivning til {what}, som blir igjen (krav 3.2.39)", "han er knytt ved avskriving til {what}, som blir att (krav 3.2.39)", "a sign-off ties it to {what}, which stays behind (krav 3.2.39)"),
    "merge.utgaar": ("Registrert to ganger: samme brev som {number} ({why})", "Registrert to gonger: same brev som {number} ({why})", "Registered twice: the same letter as {number} ({why})"),
    "merge.kept": ("Samme brev kom også som {number}, som er satt til utgår", "Same brev kom òg som {number}, som er sett til utgår", "The same letter also came as {number}, which is set to void"),
}  # fmt: skip


def column(number: int) -> dict[str, str]:
    """The texts of one language: 0 bokmål, 1 nynorsk, 2 English."""
    return {key: texts[number] for key, texts in TEXTS.items()}
