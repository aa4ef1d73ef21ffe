"""The text and the examples of docs/regler.md: each example is a whole rule with examples of its own, run by a test.

Together they use every word a rule file may say; a test counts.
"""

# ruff: noqa: E501 (rules as an archivist writes them)

from __future__ import annotations

from rules.docs_topic import Topic

VALUE_EXAMPLES: dict[str, tuple[str, str, str]] = {
    "matrikkel": ("gårds- og bruksnummer", "Gjelder gnr. 12 bnr. 345", "12/345"),
    "saksnummer": ("nummeret på en sak", "Vår sak 2026/118", "2026/118"),
    "journalnummer": ("nummeret i journalen", "Journalnr. 4412/2026", "4412/2026"),
    "orgnr": ("organisasjonsnummer", "Org.nr. 974 760 673", "974760673"),
    "fnr": ("fødselsnummer og D-nummer; kan finne en sak, men ikke stå i en tittel", "Fødselsnummer 018590 40140", "01859040140"),
    "dato": ("en dato", "Møte 3. mars 2026", "2026-03-03"),
    "frist": ("en dato som er en frist", "Svarfrist: 1. september 2026", "2026-09-01"),
    "beløp": ("et beløp i kroner", "Å betale: kr 4 200,50", "4200,50"),
    "kid": ("betalings-id", "KID: 2345676", "2345676"),
    "kontonummer": ("bankkonto", "Konto 1234.56.78903", "1234.56.78903"),
    "adresse": ("gateadresse", "Vi bor i Storgata 12 B, 8600 Solvik", "Storgata 12B"),
    "epost": ("e-postadresse", "Skriv til kari@borger.example", "kari@borger.example"),
    "telefon": ("telefonnummer", "Tlf. 22 22 55 55", "22225555"),
    "stillings_id": ("id-en til en utlyst stilling", "Stillings-ID: 4412345", "4412345"),
    "planid": ("id-en til en reguleringsplan", "PlanID: 18240123", "18240123"),
    "navn": ("navnet på en person", "Søker: Kari Nordmann", "Kari Nordmann"),
}  # fmt: skip
"""Type → (help, a text, the value found in it)."""

TOPICS: tuple[Topic, ...] = (
    Topic(
        "En regel",
        """En regel har en id (`regel`), et `navn`, vilkår (`hvis`) og enten ett utfall (`så`) eller noe den legger til
(`legg_til`). `eier` og `hvorfor` er til den neste som skal forstå regelen. `prioritet` er et helt tall (0 om ikke
annet er sagt); høyere går foran. `gjelder` er `post` om ikke annet er sagt; se lenger nede. `modus` sier hvor mye regelen får gjøre alene. `stopp: ja` gjør at
regler med lavere prioritet ikke blir sett på.""",
        """- regel: nabovarsel
  navn: Nabovarsel legges i årets samlesak
  gjelder: post
  prioritet: 50
  modus: forslag
  stopp: ja
  eier: arkiv@solvik.example
  hvorfor: pbl. § 21-3
  hvis:
    kanal: altinn
    emne: {inneholder: [nabovarsel, varsel om byggearbeid]}
    ikke:
      - emne: {inneholder: klage}
  hent: {gnr_bnr: {type: matrikkel, fra: [emne, vedlegg], krav: én}}
  så:
    sak: {samlesak: "Nabovarsel {år}", ny: {arkivdel: BYGG, klasse: L42, tilgang: åpen}}
    journalpost: {type: I, tittel: "Nabovarsel – {gnr_bnr}", tilgang: åpen, avskriv: TO}
    fordel_til: PLAN
  eksempler:
    treffer:
      - emne: Nabovarsel, gnr 12 bnr 345
        kanal: altinn
        gir: {sak: Nabovarsel 2026, tittel: Nabovarsel – 12/345, type: I, tilgang: åpen, enhet: PLAN, avskriv: TO}
    treffer_ikke:
      - {emne: Klage på nabovarsel, kanal: altinn}
    burde_truffet:
      - {emne: Vi skal bygge garasje, kanal: altinn}
""",
    ),
    Topic(
        "Flere vilkår sammen",
        """Nøkler ved siden av hverandre må alle holde. En liste av verdier: det holder at én passer. `alle`, `minst_en` og
`ikke` kan settes inni hverandre; under `ikke` får ingen av punktene holde.

Det som ikke kunne leses, er *ukjent*: verken ja eller nei. En regel der svaret henger på noe ukjent, avgjør aldri, og
ville den gått foran vinneren, går posten til et menneske. Er en tekst bare delvis lest, er et treff i det som er lest et
treff. Det kanalen ikke har, eller som er tomt, finnes ikke: da holder bare `finnes: nei`.""",
        """- regel: byggesak-post
  navn: Post om bygging som ikke er reklame
  eier: arkiv@solvik.example
  hvorfor: Samles for fordeling
  hvis:
    minst_en:
      - emne: {inneholder: [byggesak, byggesøknad]}
      - alle:
          - vedlegg: {type: pdf, tekst: {inneholder: byggetegning}}
          - emne: {finnes: ja}
    ikke:
      - avsender.domene: reklame.example
      - meldingstype: automatisk_svar
  så: {til_menneske: "Byggesak: se om det er en søknad"}
  eksempler:
    treffer:
      - {emne: Min byggesak, gir: {utfall: til_menneske}}
      - {emne: Hei, vedlegg: [{navn: a.pdf, type: pdf, tekst: Byggetegning 1}]}
    treffer_ikke:
      - {emne: Min byggesak, avsender.domene: reklame.example}
      - {emne: Hei, vedlegg: [{navn: a.pdf, type: pdf, tekst: {ukjent: ja}}]}
""",
    ),
    Topic(
        "hent: verdier fra posten",
        """`navn: type` er kortformen. Ellers `type`, `fra` (hvor det letes; `[emne, tekst]` om ikke annet er sagt; `vedlegg` er
teksten i vedleggene), `krav` (`én`: akkurat én verdi, ellers et menneske; `minst_én`; `valgfri`), `ellers` (verdien når
ingenting finnes) og `nær` (en merkelapp verdien står ved siden av eller under). En type kan også være et mønster
(`regex` med `gruppe`) eller et felt i skjemaet (`skjema.<felt>`). En valgfri verdi som mangler, tar med seg mellomrom og
tankestreker rundt seg.""",
        """- regel: leie-av-lokale
  navn: Leie av lokale
  eier: kultur@solvik.example
  hvorfor: Samles for året
  hvis: {emne: {inneholder: leie av}}
  hent:
    sted: {type: adresse, krav: valgfri}
    lokale: {type: skjema.lokale, ellers: ukjent lokale}
    løpenr: {type: {regex: 'nr\\.? ([0-9]+)', gruppe: 1}, fra: [emne], krav: minst_én}
    leier: {type: navn, fra: [tekst], nær: "leietaker:", krav: valgfri}
  så:
    sak: {samlesak: "Leie av kommunale lokaler {år}", ny: {arkivdel: SAK, klasse: "000", enhet: ARKIV, tilgang: åpen}}
    journalpost: {type: I, tittel: "Leie av {lokale} nr. {løpenr} – {sted}", avsender: "{leier}", tilgang: åpen}
  eksempler:
    treffer:
      - emne: Leie av sal nr. 4
        brødtekst: "Leietaker: Kari Nordmann"
        skjema: {lokale: Storsalen}
        gir: {tittel: Leie av Storsalen nr. 4}
      - emne: Leie av sal nr. 4
        brødtekst: Til Storgata 12
        gir: {tittel: Leie av ukjent lokale nr. 4 – Storgata 12}
    treffer_ikke: [{emne: Utleie av sal nr. 4}]
""",
    ),
    Topic(
        "så: journalføre",
        """`sak` finner saken på én måte: `samlesak` (vår egen, etter teksten), `saksnummer`, `part` (med `fnr`, `orgnr` eller
`ansattnr`, eller `navn` sammen med `født`; gjerne med `sakstype`), `ekstern_nøkkel` (`system` og `nøkkel`) eller
`åpen_sak_med` (`nøkkel` og `arkivdel`). `mangler` er `opprett` eller `til_menneske`, `flere` er `til_menneske`,
`avsluttet` er `til_menneske` eller `ny_med_kryssreferanse`. `ny` er saken som opprettes: `tittel` (samlesakens tekst om
ikke annet er sagt), `offentlig_tittel`, `arkivdel`, `klasse`, `enhet`, `saksansvarlig` og tilgang; det regelen ikke sier,
kommer fra enhetens rad i `enheter.csv`.

`journalpost` har `type` (I, U, N, X, S eller `fra_post`), `tittel`, `offentlig_tittel`, `avsender`, `mottaker` (for U og N),
`dokumentdato`, tilgang, `forfall`, `avskriv` (TO eller TE; aldri på søknader, klager eller det som har forfall),
`hoveddokument` og `ta_med`. `fordel_til` er en enhet, eller et oppslag: `register` (en CSV) og `nøkkel`.

Tilgang må alltid sies: `tilgang: åpen` eller `skjerming`. Ellers sperres posten midlertidig og blir aldri J.""",
        """- regel: svar-på-brev
  navn: Svar på brev fra oss
  prioritet: 60
  eier: arkiv@solvik.example
  hvorfor: Svaret hører til saken
  hvis: {vår_ref: {finnes: ja}}
  hent: {saksnr: {type: saksnummer, fra: [vår_ref]}, brevdato: {type: dato, krav: valgfri, fra: [brødtekst], ellers: 2026-06-01}}
  så:
    sak: {saksnummer: "{saksnr}", mangler: til_menneske, flere: til_menneske, avsluttet: ny_med_kryssreferanse, ny: {tittel: "Svar i {saksnr}", tilgang: åpen, enhet: ARKIV, arkivdel: SAK, klasse: "000", saksansvarlig: ufordelt}}
    journalpost: {type: fra_post, tittel: "{emne}", dokumentdato: "{brevdato}", hoveddokument: "*.pdf", ta_med: ["*.pdf", "*.docx"], tilgang: åpen}
    fordel_til: {register: enheter.csv, nøkkel: "{mottaker.orgnr}"}
  eksempler:
    treffer:
      - {vår_ref: Sak 2026/118, emne: Svar, mottaker.orgnr: "974000001", gir: {sak: 2026/118, type: fra_post, enhet: SKOLE}}
    treffer_ikke: [{emne: Svar}]
- regel: oppfølgingsplan
  navn: Oppfølgingsplan i personalmappen
  prioritet: 80
  eier: hr@solvik.example
  hvorfor: aml. § 4-6
  hvis: {emne: {inneholder: oppfølgingsplan}}
  hent: {ansatt: {type: navn, fra: [tekst], nær: "arbeidstaker:"}, født: {type: dato, fra: [tekst], nær: "født:"}}
  så:
    sak:
      part: {navn: "{ansatt}", født: "{født}"}
      sakstype: personalmappe
      ny: {tittel: "Personalmappe – {ansatt}", offentlig_tittel: Personalmappe, enhet: ARKIV, skjerming: {kode: "13", hjemmel: "offl. § 13 jf. fvl. § 13 første ledd nr. 1", skjul: [TMO, NPS], ord: ["{ansatt}"]}}
    journalpost:
      type: N
      mottaker: Personalavdelingen
      tittel: "Oppfølgingsplan – {ansatt}"
      offentlig_tittel: Oppfølgingsplan
      skjerming: {kode: "13", hjemmel: "offl. § 13 jf. fvl. § 13 første ledd nr. 1", skjul: [TRO, NA], ord: ["{ansatt}"], dokument: H, år: 60}
  eksempler:
    treffer:
      - emne: Oppfølgingsplan
        brødtekst: "Arbeidstaker: Kari Nordmann\\nFødt: 1. mai 1980"
        gir: {sak: Kari Nordmann, offentlig_tittel: Oppfølgingsplan, tilgang: skjermet, skjerming: "13", enhet: ARKIV}
    treffer_ikke: [{emne: Plan for oppfølging}]
- regel: stillingssøknad
  navn: Søknad på stilling
  prioritet: 40
  eier: hr@solvik.example
  hvorfor: offl. § 25
  hvis: {tekst: {inneholder: stillings-id}}
  hent: {stilling: stillings_id}
  så:
    sak: {ekstern_nøkkel: {system: webcruiter, nøkkel: "{stilling}"}}
    journalpost: {type: I, tittel: "Søknad på stilling {stilling}", skjerming: {kode: "25", hjemmel: offl. § 25 første ledd, skjul: [NA]}}
  eksempler:
    treffer: [{brødtekst: "Stillings-ID: 4412345", gir: {sak: "4412345", tilgang: skjermet}}]
    treffer_ikke: [{brødtekst: Jeg søker jobb}]
- regel: nabomerknad
  navn: Nabomerknad til den åpne byggesaken
  prioritet: 30
  eier: arkiv@solvik.example
  hvorfor: pbl. § 21-3
  hvis: {emne: {inneholder: nabomerknad}}
  hent: {gnr_bnr: matrikkel}
  så:
    sak: {åpen_sak_med: {nøkkel: gnr_bnr, arkivdel: BYGG}}
    journalpost: {type: I, tittel: "Nabomerknad – {gnr_bnr}", tilgang: åpen}
  eksempler:
    treffer: [{emne: "Nabomerknad, gnr. 12 bnr. 40", gir: {sak: 12/40}}]
    treffer_ikke: [{emne: "Merknad, gnr. 12 bnr. 40"}]
- regel: bedriftspost
  navn: Post i saken til en bedrift
  prioritet: 20
  eier: arkiv@solvik.example
  hvorfor: Skjenkesaker følger virksomheten
  hvis: {emne: {inneholder: skjenking}, avsender.orgnr: {finnes: ja}}
  så:
    sak: {part: {orgnr: "{avsender.orgnr}"}, sakstype: skjenking}
    journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
  eksempler:
    treffer: [{emne: Om skjenking, avsender.orgnr: "910000004", gir: {sak: "910000004"}}]
    treffer_ikke: [{emne: Om skjenking}]
""",
    ),
    Topic(
        "forfall",
        """`forfall` er en tid fra en dato: `dager`, `arbeidsdager` (helger og helligdager teller ikke), `uker` eller `måneder`, `fra`
`dato.mottatt` (om ikke annet er sagt) eller `dato.dokument`. Eller en dato fra `hent`, med `ellers` når den ikke finnes.""",
        """- regel: klage
  navn: Klage får forfall om tre uker
  eier: arkiv@solvik.example
  hvorfor: fvl. § 29
  hvis: {emne: {inneholder: klage}}
  så:
    sak: {samlesak: "Klager til fordeling {år}", ny: {enhet: ARKIV, tilgang: åpen}}
    journalpost: {type: I, tittel: "{emne}", tilgang: åpen, forfall: {uker: 3, fra: dato.mottatt}}
  eksempler:
    treffer: [{emne: Klage, dato.mottatt: 2026-06-15, gir: {forfall: 2026-07-06}}]
    treffer_ikke: [{emne: Jeg beklager}]
- regel: høring
  navn: Høring får fristen i brevet
  prioritet: 5
  eier: arkiv@solvik.example
  hvorfor: Høringsfristen gjelder
  hvis: {emne: {inneholder: høring}}
  hent: {frist: frist}
  så:
    sak: {samlesak: "Høringer {år}", ny: {enhet: ARKIV, tilgang: åpen}}
    journalpost: {type: I, tittel: "{emne}", tilgang: åpen, forfall: {dato: "{frist}", ellers: {måneder: 3}}}
  eksempler:
    treffer:
      - {emne: Høring, brødtekst: "Høringsfrist: 1. september 2026", gir: {forfall: 2026-09-01}}
      - {emne: Høring, brødtekst: Si gjerne noe, gir: {forfall: 2026-09-15}}
    treffer_ikke: [{emne: Høringssvar}]
""",
    ),
    Topic(
        "så: videresende, avvise, til et menneske",
        """`videresend` har `til`, `kanal` (`epost`, `sikker` eller `fagsystem:<navn>`; den må være satt opp), `grunn` og `følg_opp`: posten
blir stående i rapporten til noen har kvittert. `avvis` har `grunn` (se listen nederst) og `hjemmel`. `til_menneske` er en
setning til den som skal se på posten.""",
        """- regel: faktura
  navn: Faktura sendes regnskap
  prioritet: 30
  eier: regnskap@solvik.example
  hvorfor: Regnskapsbilag arkiveres i økonomisystemet
  hvis: {emne: {inneholder: faktura}}
  så: {videresend: {til: regnskap@solvik.example, kanal: epost, grunn: "faktura, egen kanal", følg_opp: {arbeidsdager: 1}}}
  eksempler:
    treffer: [{emne: Faktura 881, gir: {utfall: videresend}}]
    treffer_ikke: [{emne: Fakturaadresse}]
- regel: reklame
  navn: Reklame journalføres ikke
  prioritet: 10
  modus: auto
  eier: arkiv@solvik.example
  hvorfor: Arkivavgrensning
  hvis: {avsender.domene: reklame.example, avsender.bekreftet: ja}
  så: {avvis: {grunn: reklame, hjemmel: arkivavgrensning}}
  eksempler:
    treffer: [{avsender: {domene: reklame.example, bekreftet: ja}, gir: {utfall: avvis}}]
    treffer_ikke: [{avsender: {domene: reklame.example, bekreftet: nei}}]
- regel: kontaktskjema
  navn: Kontaktskjema ses alltid av et menneske
  eier: arkiv@solvik.example
  hvorfor: Det kan gjelde hva som helst
  hvis: {tjeneste: kontaktskjema}
  så: {til_menneske: "Alltid et menneske: kontaktskjema"}
  eksempler:
    treffer: [{tjeneste: kontaktskjema, gir: {utfall: til_menneske}}]
    treffer_ikke: [{tjeneste: nabovarsel}]
""",
    ),
    Topic(
        "legg_til: regler som bare legger til",
        """`legg_til` står i stedet for `så`: `skjerming`, `forfall`, `varsel` (hvem som får beskjed), `kopi_til` og `haster` (først i
køen, og alarm med en gang). Alle som treffer, blir brukt; det tidligste forfallet vinner, og den strengeste skjermingen.
Er vilkåret *ukjent*, sperres posten midlertidig der regelen ville skjermet, `haster` gjelder, og resten blir nevnt i rapporten.""",
        """- regel: innsynskrav-haster
  navn: Innsynskrav haster alltid
  eier: arkiv@solvik.example
  hvorfor: offl. § 29
  hvis: {emne: {inneholder: innsynskrav}}
  legg_til: {haster: ja, varsel: [arkiv@solvik.example], kopi_til: [innsyn@solvik.example], forfall: {arbeidsdager: 3}}
  eksempler:
    treffer: [{emne: Innsynskrav, gir: {forfall: 2026-06-18}}]
    treffer_ikke: [{emne: Innsyn}]
- regel: helse-skjermes
  navn: Helseopplysninger skjermes
  eier: arkiv@solvik.example
  hvorfor: offl. § 13
  hvis: {tekst: {inneholder: [diagnose, legeerklæring]}}
  legg_til: {skjerming: {kode: "13", hjemmel: "offl. § 13 jf. fvl. § 13 første ledd nr. 1", skjul: [TRO, NA]}}
  eksempler:
    treffer: [{brødtekst: Legeerklæring følger, gir: {skjerming: "13", tilgang: skjermet}}]
    treffer_ikke: [{brødtekst: Erklæring følger}]
""",
    ),
)

LAYERS = """`regler` i oppsettet er en liste av mapper, for eksempel `["felles", "/etc/postrobot/regler/vefsn"]`. Et senere lag kan slå
av en regel fra et tidligere (`- slå_av: <id>` med `hvorfor`), eller erstatte den (`- regel: <id>` med `erstatt: <id>` og
`hvorfor`). Ingen kan fjerne en skjerming. Alt lastes eller ingenting: er det én feil, gjelder de gamle reglene."""

LAYER_EXAMPLE = """- slå_av: kontaktskjema
  hvorfor: Hos oss går kontaktskjemaet til servicetorget
- regel: faktura-hos-oss
  navn: Faktura går til fellestjenesten
  erstatt: faktura
  prioritet: 30
  eier: regnskap@solvik.example
  hvorfor: Vi har felles regnskap med naboen
  hvis: {emne: {inneholder: faktura}}
  så: {videresend: {til: felles@solvik.example, kanal: epost, grunn: faktura}}
  eksempler:
    treffer: [{emne: Faktura 12}]
    treffer_ikke: [{emne: Fakturaadresse}]
"""
