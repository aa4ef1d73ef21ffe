"""Every fault code with an explanation and an example, for ``explain R101`` and docs/regler.md."""

# ruff: noqa: E501 (a table: one code a line reads best)

from __future__ import annotations

from dataclasses import dataclass

from rules.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Code:
    """``title`` in one line, ``why`` and what to do, ``example`` of what gives it (YAML or a sentence)."""

    title: str
    why: str
    example: str


CODES: dict[str, Code] = {
    # Files and YAML
    "R001": Code("Filen eller mappen kan ikke leses", "Den finnes ikke, eller roboten har ikke lov.", "regler = [«/feil/sti»]"),
    "R002": Code("Feil tegnsett", "Regelfiler lagres som UTF-8.", "En fil lagret som «Windows-1252»."),
    "R003": Code("Tom fil", "En tom fil er oftest halvskrevet. Slett den, eller begynn med «språk: 1».", "(en fil uten innhold)"),
    "R004": Code("For stor fil", "En regelfil kan være på høyst 1 MB. Lange lister hører hjemme i en CSV («i_liste»).", "(en fil på 100 MB)"),
    "R005": Code("Ikke gyldig YAML", "Oftest et anførselstegn som mangler, feil innrykk, eller et kolon midt i en tekst.", "navn: Klage: nabo"),
    "R006": Code("Tabulator i innrykket", "YAML tillater bare mellomrom som innrykk.", "(en linje som begynner med tabulator)"),
    "R007": Code("Anker eller alias", "& og * gjør filen vanskelig å lese og kan få en liten fil til å vokse til gigabyte.", "hvis: &felles {kanal: epost}"),
    "R008": Code("YAML-merkelapp", "Verdier som begynner med ! kan få programmet til å kjøre kode, og er ikke tillatt.", "navn: !!python/name x"),
    "R009": Code("Samme nøkkel to ganger", "Bare den siste ville gjelde. Slå dem sammen, eller bruk «alle».", "hvis: {emne: a, emne: b}"),
    "R010": Code("For dypt nøstet", "Høyst 32 nivåer inni hverandre.", "[[[[[[…]]]]]]"),
    "R011": Code("Flere dokumenter i filen", "«---» midt i filen begynner et nytt YAML-dokument.", "språk: 1 --- språk: 1"),
    "R012": Code("Ulovlig tegn", "Filen har et usynlig styretegn; den er trolig skadet eller halvskrevet.", "(NUL i filen)"),
    "R013": Code("Feil form på filen eller nøkkelen", "En regelfil er «språk: 1» og «regler: [...]».", "- regel: a"),
    "R014": Code("språk mangler eller er ukjent", "Første linje sier hvilken utgave av regelspråket filen er skrevet i: språk: 1.", "språk: 2"),
    "R015": Code("regler mangler", "Reglene står i en liste under «regler:».", "språk: 1"),
    "R016": Code("Ingen regelfiler", "Mappen har ingen filer som slutter på .yaml.", "(en tom mappe)"),
    # Words and forms
    "R101": Code("Ukjent nøkkel", "Ordet finnes ikke i regelspråket på dette stedet. Feilskrevne nøkler blir aldri hoppet over.", "emen: {inneholder: nabomerknad}"),
    "R102": Code("Feil slags verdi", "Her ventes noe annet: en liste, en tekst, nøkler med verdier …", "hvis: nabovarsel"),
    "R103": Code("Noe obligatorisk mangler", "Nøkkelen må være med.", "- navn: En regel uten id"),
    "R104": Code("Verdien er ikke blant de tillatte", "Nøkkelen tar bare bestemte verdier.", "modus: kanskje"),
    "R106": Code("Regelens id har feil form", "Små bokstaver, tall, - og _, høyst 64 tegn. Den står i hver avgjørelse og skal ikke endres.", "regel: Min Regel"),
    "R107": Code("Id brukt to ganger", "Hver regel har sin egen id i hele regelsettet.", "(to regler med id «klage»)"),
    "R108": Code("Ikke akkurat ett utfall", "En regel har enten «så» med ett utfall, eller «legg_til».", "så: {avvis: {…}, til_menneske: …}"),
    "R109": Code("Ikke et helt tall", "Her ventes et helt tall.", "prioritet: høy"),
    "R110": Code("Ikke ja eller nei", "Her ventes ja eller nei.", "stopp: kanskje"),
    "R111": Code("Ikke en dato", "Datoer skrives ÅÅÅÅ-MM-DD.", "dato.mottatt: {minst: i går}"),
    "R112": Code("Tom verdi", "Her mangler en verdi.", "emne:"),
    # Conditions
    "R120": Code("Ukjent opplysning", "Opplysningen finnes ikke; se listen i regler.md.", "avsender.epost: a@b.no"),
    "R121": Code("Ukjent vilkår", "Ordet er ikke et vilkår.", "emne: {inneholdr: klage}"),
    "R122": Code("Vilkåret passer ikke til opplysningen", "For eksempel kan et ja/nei-felt ikke «inneholde» noe.", "avsender.intern: {inneholder: ja}"),
    "R123": Code("Ugyldig regulært uttrykk", "Uttrykket kan ikke leses.", "emne: {regex: '('}"),
    "R124": Code("Regulært uttrykk som ikke kan kjøres trygt", "Blikk fram og tilbake og tilbakevisninger finnes ikke, for de kan bruke ubegrenset tid.", "emne: {regex: 'a(?=b)'}"),
    "R125": Code("\\b og \\w gjelder ikke æøå", "«bygg\\b» ville truffet i «byggård». Bruk «inneholder» for hele ord, eller [\\pL\\pN].", "emne: {regex: 'bygg\\b'}"),
    "R126": Code("Filen i «i_liste» kan ikke leses", "CSV-filen skal ligge ved siden av regelfilen.", "i_liste: {fil: mangler.csv, kolonne: adresse}"),
    "R127": Code("Kolonnen finnes ikke", "Første linje i CSV-filen er navnene på kolonnene.", "i_liste: {fil: faste.csv, kolonne: epst}"),
    "R128": Code("Tomt vilkår", "Et vilkår uten innhold ville truffet alt eller ingenting.", "hvis: {}"),
    # hent
    "R130": Code("Ukjent type i «hent»", "Typene står i regler.md.", "hent: {eiendom: matrikel}"),
    "R131": Code("Ukjent kilde i «fra»", "«fra» er en liste av opplysninger med tekst.", "fra: [emnet]"),
    "R132": Code("Navnet kan ikke brukes", "Navnet er opptatt av en opplysning eller av {år}, {måned}, {dato}.", "hent: {år: dato}"),
    # Templates
    "R140": Code("Ukjent navn i teksten", "I en tekst kan {…} være navn fra «hent», opplysninger med én verdi, og {år}, {måned}, {dato}.", "tittel: \"Klage fra {avsenderen}\""),
    "R141": Code("Krøllparentes som ikke går opp", "Skriv {navn}; en vanlig krøllparentes skrives {{ eller }}.", "tittel: \"Klage {\""),
    "R142": Code("Fødselsnummer i en tittel", "Et fødselsnummer kan finne en sak, men aldri stå i en tittel.", "tittel: \"Søknad {fnr}\""),
    "R143": Code("Navn i offentlig tittel", "Offentlig tittel vises for alle.", "offentlig_tittel: \"Søknad fra {navn}\""),
    "R144": Code("Ikke en dato", "Her må det stå en dato: et navn fra «hent» av typen dato eller frist.", "dokumentdato: \"{tittel}\""),
    "R145": Code("Parameter uten verdi", "Parametre settes under «parametre» i oppsettet, eller i parametre.csv ved siden av reglene. En felles regel som mangler en, sover til den er satt.", "fordel_til: \"{parameter.enhet_skjenkng}\""),
    # Outcomes
    "R150": Code("Saken skal finnes på akkurat én måte", "Velg én: samlesak, saksnummer, part, ekstern_nøkkel eller åpen_sak_med.", "sak: {samlesak: a, saksnummer: b}"),
    "R151": Code("Både åpen og skjermet", "Si enten «tilgang: åpen» eller «skjerming:».", "{tilgang: åpen, skjerming: {…}}"),
    "R152": Code("Parten kan ikke finnes slik", "Et navn alene finner ingen: bruk fnr, orgnr, ansattnr, eller navn og født.", "part: {navn: \"{navn}\"}"),
    "R153": Code("Ny sak uten tittel", "Bare en samlesak gir tittelen til den nye saken.", "sak: {saksnummer: \"{nr}\", ny: {arkivdel: SAK}}"),
    "R154": Code("Avskriving der svar ventes", "Det som er en søknad eller klage, eller har forfall, avskrives ikke av roboten.", "{avskriv: TO, forfall: {uker: 3}}"),
    "R155": Code("auto på en avsender ingen går god for", "En avsenderadresse kan forfalskes. Sett «avsender.bekreftet: ja» ved siden av, eller bruk modus: forslag.", "modus: auto + avsender.domene: nav.no"),
    "R156": Code("Forfall eller frist har feil form", "For eksempel {uker: 3, fra: dato.mottatt}.", "forfall: {uker: 3, dager: 2}"),
    "R157": Code("Adressen kan ikke brukes", "En e-postadresse, innenfor domenene som er tillatt.", "til: regnskap"),
    "R158": Code("mangler: opprett uten ny", "Det må stå hva den nye saken skal være.", "sak: {saksnummer: \"{nr}\", mangler: opprett}"),
    # Configuration
    "R201": Code("Ukjent arkivdel", "Arkivdelen står ikke i oppsettet.", "arkivdel: BYG"),
    "R202": Code("Ukjent klasse", "Klassen står ikke i oppsettet.", "klasse: \"L99\""),
    "R203": Code("Ukjent tilgangskode", "Koden er ikke blant organisasjonens tilgangskoder.", "skjerming: {kode: 99}"),
    "R204": Code("Ukjent enhet", "Enheten står ikke i enheter.csv.", "fordel_til: BYG"),
    "R205": Code("Kanalen er ikke satt opp", "Videresending krever at kanalen er satt opp.", "videresend: {kanal: sikker}"),
    "R206": Code("Ukjent hjemmel", "Hjemmelen står ikke i listen over hjemler. Se etter skrivefeil.", "hjemmel: offl. § 131"),
    "R207": Code("Kan ikke kontrolleres uten oppsett", "Uten oppsett vet ikke kontrollen hvilke enheter, arkivdeler, klasser og koder som finnes.", "(lint uten --config)"),
    "R208": Code("Feil i en CSV-fil", "Enhetsregisteret har kolonnene orgnr,kode,navn,arkivdel,klasse,saksansvarlig.", "(en rad uten kode)"),
    "R209": Code("Den nye saken får ikke alt den trenger", "Arkivdel, klasse, enhet og saksansvarlig kommer fra regelen eller fra enhetens rad i enheter.csv.", "ny: {tittel: x}"),
    # Examples
    "R301": Code("Eksemplet skulle truffet", "Regelen treffer ikke eksemplet under «treffer».", "treffer: [{emne: noe annet}]"),
    "R302": Code("Eksemplet skulle ikke truffet", "Regelen treffer eksemplet under «treffer_ikke».", "treffer_ikke: [{emne: Nabovarsel}]"),
    "R303": Code("Eksemplet gir noe annet", "Regelen treffer, men verdien er ikke den som står under «gir».", "gir: {sak: Nabovarsel 2025}"),
    "R304": Code("To likestilte regler er uenige om eksemplet", "Begge treffer, med samme prioritet og ulikt utfall. Gi én av dem høyere prioritet.", "(to regler for «klage»)"),
    "R305": Code("Eksempelfilen kan ikke leses", "Filen under «fil:» skal ligge ved siden av regelfilen.", "treffer: [{fil: mangler.eml}]"),
    # Layers
    "R350": Code("Regelen som skulle bort, finnes ikke", "slå_av og erstatt viser til en regel i et tidligere lag.", "- slå_av: finnes-ikke"),
    "R352": Code("hvorfor mangler", "Den som slår av eller erstatter en felles regel, må si hvorfor.", "- slå_av: felles-retur"),
    "R353": Code("En skjerming kan ikke fjernes", "Et senere lag kan legge til skjerming, aldri ta den bort.", "- slå_av: felles-helse"),
    # Warnings
    "R401": Code("eier mangler", "Hvem spør en om regelen?", "(en regel uten eier)"),
    "R402": Code("Regelen kan aldri vinne", "En annen regel tar alt den kunne tatt.", "(to regler med samme vilkår og ulik prioritet)"),
    "R403": Code("hvorfor mangler", "Si hvorfor regelen finnes, gjerne med hjemmel.", "(en regel uten hvorfor)"),
    "R404": Code("treffer_ikke mangler", "Et eksempel regelen ikke skal treffe, viser at vilkårene virker.", "(en regel uten treffer_ikke)"),
    "R405": Code("Tilgang er ikke sagt", "Uten «tilgang: åpen» eller «skjerming:» blir posten midlertidig sperret og aldri J.", "journalpost: {type: I, tittel: x}"),
    "R406": Code("Eksemplet beviser ingenting", "Et treffer_ikke-eksempel skal skille seg fra et treff i én ting: den det viser.", "treffer_ikke: [{emne: noe helt annet}]"),
    "R407": Code("Ingenting viser at to likestilte regler utelukker hverandre", "Treffer begge, går posten til et menneske. Gi én høyere prioritet, eller et «ikke».", "(to regler med samme prioritet)"),
    "R408": Code("Kort deltekst", "En deltekst under seks bokstaver treffer midt i andre ord. Bruk «inneholder».", "emne: {deltekst: sfo}"),
    "R409": Code("Eksempelfilen er ikke prøvd", "Filen må leses av roboten; kjør «postrobot rules test».", "treffer: [{fil: brev.eml}]"),
    "R410": Code("treffer mangler", "Uten et eksempel vet ingen om regelen virker.", "(en regel uten eksempler)"),
    "R411": Code("Ufullstendig skjerming", "Uten hjemmel og «skjul» kan posten ikke bli J (Noark 5).", "skjerming: {kode: \"13\"}"),
    "R412": Code("En annen regel vinner", "Regelen treffer eksemplet, men en annen regel går foran.", "(et eksempel to regler treffer)"),
    "R413": Code("En kjent mangel er rettet", "Eksemplet under «burde_truffet» treffer nå. Flytt det til «treffer».", "burde_truffet: [{emne: Nabovarsel}]"),
    "R415": Code("Helse- eller personalpost i en samlesak", "Slik post hører til personens egen, skjermede sak, aldri en samlesak flere kan åpne.", "emne: {inneholder: oppfølgingsplan} + sak: {samlesak: …}"),
    "R420": Code("Hjemmel som ingen har sjekket", "Listen over hjemler følger med programmet og er ikke holdt mot Lovdata. Gjør det, og legg en hjemler.csv (kolonnene hjemmel, gjelder, sjekket) ved siden av reglene, med «ja» under sjekket.", "hjemmel: offl. § 14"),
    "R414": Code("Prioriteten gjør ingenting", "Regler som bare legger til, blir alltid brukt; prioritet og stopp gjelder dem ikke.", "{legg_til: {…}, prioritet: 5}"),
    "R416": Code("Regelen åpner det en annen skjermer", "En foretrukket regel sier «åpen» om post som en annen regel ville skjermet.", "(en åpen regel med høyere prioritet enn en som skjermer det samme)"),
    "R417": Code("Vilkårene utelukker hverandre", "Regelen kan aldri treffe: to av vilkårene kan ikke holde samtidig.", "hvis: {alle: [{kanal: epost}, {kanal: altinn}]}"),
    "R418": Code("Regelen kan ikke nås", "Ingen kilde i oppsettet gir kanalen, eller kanalen har aldri det regelen spør om.", "hvis: {kanal: svarinn} uten en slik kilde"),
    "R419": Code("Ikke truffet på lenge", "Regelen har ikke truffet noe på 90 dager, selv om den har vært i drift så lenge. Trengs den?", "(en regel for et skjema som ikke finnes mer)"),
}  # fmt: skip


def explain_code(code: str) -> str | None:
    """What ``explain R101`` prints, or None for a code there is none of."""
    known = CODES.get(code.upper())
    if known is None:
        return None
    return (
        f"{code.upper()}: {known.title}\n\n{known.why}\n\nEksempel på det som gir denne meldingen:\n  {known.example}\n"
    )


def nearest_code(code: str) -> str:
    """«Mente du «R101»?» or an empty string."""
    return did_you_mean(code.upper(), CODES)
