"""The rest of docs/regler.md's topics: rules about other things than post, one rule of each row, parameters.

Each example is run by a test, with the files shown beside it.
"""

# ruff: noqa: E501 (rules as an archivist writes them)

from __future__ import annotations

from collections.abc import Mapping

from rules.docs_topic import Topic

FILES: Mapping[str, str] = {
    "samlesaker.csv": "emne,sak,enhet\nstøydispensasjon,Dispensasjoner fra støygrenser,PLAN\ngravemelding,Gravemeldinger,ARKIV\n",
    "parametre.csv": "navn,verdi,forklaring\nskjenkeenhet,ARKIV,enheten som behandler skjenkesaker\n",
}
"""Files beside the rules in the examples, by name."""

MORE_TOPICS: tuple[Topic, ...] = (
    Topic(
        "for_hver: én regel for hver rad",
        """Når mange regler bare skiller seg i noen ord, skrives én regel, og ordene står i en CSV-fil ved siden av:
`for_hver: {fil: samlesaker.csv}`. Det blir én regel av hver rad. `{rad.<kolonne>}` kan stå overalt i regelen, også i
eksemplene, som prøves for hver rad. Reglene får id-en `<id>/<første kolonne>`. I eksemplet er filen

```
emne,sak,enhet
støydispensasjon,Dispensasjoner fra støygrenser,PLAN
gravemelding,Gravemeldinger,ARKIV
```""",
        """- regel: samlesak
  navn: "{rad.sak} samles for året"
  for_hver: {fil: samlesaker.csv}
  eier: arkiv@solvik.example
  hvorfor: Mange like, én sak i året
  hvis: {emne: {ord: "{rad.emne}"}}
  så:
    sak: {samlesak: "{rad.sak} {år}", ny: {enhet: "{rad.enhet}", tilgang: åpen}}
    journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
    fordel_til: "{rad.enhet}"
  eksempler:
    treffer: [{emne: "Om {rad.emne}", gir: {sak: "{rad.sak} 2026", enhet: "{rad.enhet}"}}]
    treffer_ikke: [{emne: Noe helt annet}]
""",
    ),
    Topic(
        "Parametre",
        """Det som skiller kommunene (enheter, koder, adresser, titler), er parametre. De settes under `parametre` i oppsettet, eller
i `parametre.csv` (kolonnene `navn`, `verdi` og gjerne `forklaring`) ved siden av reglene; oppsettet går foran, så det siste
laget. `{parameter.<navn>}` kan stå overalt i en regel. En parameter uten verdi er en feil. Bare de felles reglene er unntatt:
en felles regel som mangler en parameter, sover til den er satt, og `postrobot rules arkivplan` sier hva den venter på.""",
        """- regel: skjenkebevilling
  navn: Søknad om skjenkebevilling
  eier: arkiv@solvik.example
  hvorfor: alkoholloven § 1-7
  hvis: {emne: {ord: skjenkebevilling}}
  så:
    sak: {samlesak: "Skjenkebevillinger {år}", ny: {enhet: "{parameter.skjenkeenhet}", tilgang: åpen}}
    journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
    fordel_til: "{parameter.skjenkeenhet}"
  eksempler:
    treffer: [{emne: Søknad om skjenkebevillingar, gir: {enhet: "{parameter.skjenkeenhet}"}}]
    treffer_ikke: [{emne: Søknad om serveringsbevilling}]
""",
    ),
    Topic(
        "gjelder: journalpost",
        """En regel kan også gjelde det som ligger i arkivet. Da har `hvis` andre opplysninger (se tabellene under), og `så` andre
utfall. Alle `avvik` og `frist` som treffer, gjelder; av det som skal *gjøres*, velges ett, på samme måte som for post. `alder` og
`uendret` er tid: `{minst: 30}` er minst 30 dager, `{minst: {arbeidsdager: 3}}` minst tre arbeidsdager.

For en `journalpost`: `avvik` (`alvor`, `tekst`, og gjerne `hjemmel`, `tiltak` og `felt`), `frist` (som `forfall`, med `varsle`:
hvor lenge før enheten får beskjed), `journalfør: ja`, `godkjenn: ja`, `avskriv` (TO, TE eller TLF) og `til_menneske`. En regel kan
aldri journalføre noe Noark ikke tillater: roboten kontrollerer det, uansett hva regelen sier.""",
        """- regel: ferdig-men-ikke-journalført
  navn: Ferdige brev som ikke er journalført
  gjelder: journalpost
  eier: arkiv@solvik.example
  hvorfor: arkivforskrifta § 15
  hvis: {journalstatus: [F, G, S], uendret: {minst: {dager: 21}}}
  så: {avvik: {alvor: feil, tekst: "{journalnummer} har stått som {journalstatus} i tre uker", tiltak: Journalfør eller sett til U, felt: journalstatus}}
  eksempler:
    treffer: [{journalnummer: 4412/2026, journalstatus: F, uendret: 30, gir: {utfall: avvik, alvor: feil, tekst: 4412/2026 har stått som F i tre uker}}]
    treffer_ikke: [{journalnummer: 4412/2026, journalstatus: F, uendret: 20}]
- regel: foreløpig-svar
  navn: Foreløpig svar innen en måned
  gjelder: journalpost
  eier: arkiv@solvik.example
  hvorfor: fvl. § 11 a
  hvis: {journalposttype: I, avskrevet: nei, tittel: {ord: søknad}}
  så: {frist: {måneder: 1, fra: mottatt_dato, varsle: {arbeidsdager: 5}}}
  eksempler:
    treffer: [{journalposttype: I, avskrevet: nei, tittel: Søknaden, mottatt_dato: 2026-05-20, gir: {frist: 2026-06-20}}]
    treffer_ikke: [{journalposttype: I, avskrevet: ja, tittel: Søknaden, mottatt_dato: 2026-05-20}]
- regel: orienteringer-avskrives
  navn: Det som bare er til orientering, avskrives
  gjelder: journalpost
  modus: auto
  eier: arkiv@solvik.example
  hvorfor: Ingen venter svar
  hvis: {journalposttype: I, avskrevet: nei, sak.tittel: {starter: nabovarsel}, alder: {minst: {arbeidsdager: 3}}}
  så: {avskriv: TO}
  eksempler:
    treffer: [{journalposttype: I, avskrevet: nei, sak.tittel: Nabovarsel 2026, alder: {arbeidsdager: 3}, gir: {avskriv: TO}}]
    treffer_ikke: [{journalposttype: I, avskrevet: nei, sak.tittel: Nabovarsel 2026, alder: {arbeidsdager: 2}}]
- regel: inngående-journalføres
  navn: Inngående brev som har alt, journalføres
  gjelder: journalpost
  eier: arkiv@solvik.example
  hvorfor: arkivforskrifta § 14
  hvis: {journalposttype: I, journalstatus: [M, S], mangler: {finnes: nei}}
  så: {journalfør: ja}
  eksempler:
    treffer: [{journalposttype: I, journalstatus: S, gir: {utfall: journalfør}}]
    treffer_ikke: [{journalposttype: I, journalstatus: S, mangler: [tilgang]}]
- regel: ferdigstilte-godkjennes
  navn: Kvalitetssikrede brev arkiveres etter fem arbeidsdager
  gjelder: journalpost
  eier: arkiv@solvik.example
  hvorfor: Rutine for kvalitetssikring
  hvis: {journalstatus: J, uendret: {minst: {arbeidsdager: 5}}, mangler: {finnes: nei}}
  så: {godkjenn: ja}
  eksempler:
    treffer: [{journalstatus: J, uendret: 14, gir: {utfall: godkjenn}}]
    treffer_ikke: [{journalstatus: J, uendret: 2}]
""",
    ),
    Topic(
        "gjelder: sak",
        """For en `sak`: `avslutt: ja`, `la_stå` (husets egne hindre: en setning om hvorfor saken skal stå), `avvik`, `frist` og
`til_menneske`. `la_stå` og `til_menneske` går foran `avslutt`, hvis ikke deres egen prioritet er under 0. Er et hinder *ukjent*,
står saken. En sak blir aldri avsluttet mens noe mangler, uansett hva regelen sier.""",
        """- regel: avslutt-ferdige
  navn: Saker uten aktivitet i 90 dager avsluttes
  gjelder: sak
  eier: arkiv@solvik.example
  hvorfor: Rutine for avslutning
  hvis: {saksstatus: [B, F, S], mangler: {finnes: nei}, uendret: {minst: 90}}
  så: {avslutt: ja}
  eksempler:
    treffer: [{saksstatus: F, uendret: 90, gir: {utfall: avslutt}}]
    treffer_ikke: [{saksstatus: F, uendret: 90, mangler: restanse}]
- regel: klagefristen-løper
  navn: Saken står til klagefristen er ute
  gjelder: sak
  eier: arkiv@solvik.example
  hvorfor: fvl. § 29
  hvis: {siste_ut: {høyst: {uker: 3}}}
  så: {la_stå: "Klagefristen fra {siste_ut} løper"}
  eksempler:
    treffer: [{siste_ut: 2026-06-01, gir: {utfall: la_stå, tekst: Klagefristen fra 2026-06-01 løper}}]
    treffer_ikke: [{siste_ut: 2026-05-01}]
""",
    ),
    Topic(
        "gjelder: publisert",
        """`publisert` er en oppføring i den offentlige journalen, slik alle ser den: `avvik`, `skjerm` (skjermes i arkivet med en gang;
samme nøkler som `skjerming`) og `til_menneske`. `alvor` er `kritisk` (følsomme opplysninger ligger ute nå), `feil`, `advarsel` eller
`info`. Teksten i et avvik bør aldri gjenta det som ikke skulle vært der.""",
        """- regel: barnevern-i-tittel
  navn: Barnevern i en offentlig tittel
  gjelder: publisert
  eier: arkiv@solvik.example
  hvorfor: offl. § 13
  hvis:
    alt: {ord: [barnevern, bekymringsmelding, fosterhjem]}
    ikke: [{alt: {ord: [barnevernleder, stilling]}}]
  så: {avvik: {alvor: kritisk, tekst: Ord om barnevern i den offentlige journalen, hjemmel: "offl. § 13 jf. bvl. § 13-1", felt: offentlig_tittel}}
  eksempler:
    treffer: [{alt: Bekymringsmeldingen, gir: {alvor: kritisk, hjemmel: "offl. § 13 jf. bvl. § 13-1"}}]
    treffer_ikke: [{alt: Stilling i barnevernet}]
- regel: fødselsnummer-ute
  navn: Fødselsnummer ute skjermes med en gang
  gjelder: publisert
  modus: auto
  eier: arkiv@solvik.example
  hvorfor: offl. § 26 femte ledd
  hvis: {funn: [FNR, DNR]}
  så: {skjerm: {kode: "13", hjemmel: "offl. § 26 femte ledd", skjul: [TRO]}}
  eksempler:
    treffer: [{funn: [FNR], gir: {utfall: skjerm, skjerming: "13"}}]
    treffer_ikke: [{funn: [KONTO]}]
""",
    ),
)
