"""What municipal post is about: forty kinds, with the words each is written in. All made up.

A word is «bokmål|nynorsk» where they differ. ``own`` words tell the kind; ``near`` are those it shares with kinds that are
easily taken for it; ``later`` came into use late in the period (a new form, a new act, a new name).
"""

# ruff: noqa: E501 (a table: one kind a line reads best)

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of post; ``weight`` is how often it comes against the others."""

    name: str
    weight: float
    own: tuple[str, ...]
    near: tuple[str, ...]
    later: tuple[str, ...]


def _topic(name: str, weight: float, own: str, near: str, later: str = "") -> Topic:
    return Topic(
        name, weight, *(tuple(w.strip() for w in words.split(",") if w.strip()) for words in (own, near, later))
    )


TOPICS: tuple[Topic, ...] = (
    _topic("byggesøknad", 9, "søknad om tillatelse til tiltak|søknad om løyve til tiltak, rammetillatelse|rammeløyve, ett-trinns søknad|eitt-trinns søknad, tilbygg til bolig|tilbygg til bustad, garasje, oppføring av bolig|oppføring av bustad, ansvarlig søker|ansvarleg søkjar, fasadeendring", "situasjonsplan, tegninger|teikningar, nabovarsel, gnr og bnr, plan- og bygningsloven|plan- og bygningslova, tiltakshaver|tiltakshavar", "eByggesøk, digital søknadspakke|digital søknadspakke"),
    _topic("nabovarsel", 7, "varsel til nabo|varsel til nabo, nabovarsel, varsel om byggearbeid, naboeiendom|naboeigedom, gjenpart av nabovarsel", "situasjonsplan, tegninger|teikningar, garasje, tilbygg, gnr og bnr, tiltakshaver|tiltakshavar"),
    _topic("nabomerknad", 4, "merknad til nabovarsel, merknader til varsel|merknader til varsel, tap av utsikt, sol og lys, innsyn til vår eiendom|innsyn til eigedomen vår", "nabovarsel, garasje, høyde|høgde, avstand til grense, naboeiendom|naboeigedom"),
    _topic("ferdigattest", 5, "ferdigattest, midlertidig brukstillatelse|mellombels bruksløyve, tiltaket er ferdigstilt|tiltaket er ferdig, samsvarserklæring, gjennomføringsplan", "ansvarlig søker|ansvarleg søkjar, tiltakshaver|tiltakshavar, gnr og bnr, kontrollerklæring", "sluttrapport for avfall"),
    _topic("klage byggesak", 3, "klage på byggetillatelse|klage på byggeløyve, klage på vedtak i byggesak, klage over dispensasjon, utsatt iverksetting|utsett iverksetjing", "vedtak, plan- og bygningsloven|plan- og bygningslova, naboeiendom|naboeigedom, statsforvalteren|statsforvaltaren, tilbygg"),
    _topic("reguleringsplan", 5, "detaljregulering, oppstart av planarbeid, planinitiativ, offentlig ettersyn|offentleg ettersyn, planforslag|planframlegg, planbestemmelser|planføresegner", "høring|høyring, merknad, planområdet, utbygging, kart", "planprogram for områdeplan"),
    _topic("dispensasjon", 4, "søknad om dispensasjon, dispensasjon fra kommuneplanen|dispensasjon frå kommuneplanen, byggegrense mot sjø, LNF-område", "tiltak, gnr og bnr, plan- og bygningsloven|plan- og bygningslova, planbestemmelser|planføresegner, hytte"),
    _topic("seksjonering", 1.2, "seksjonering, reseksjonering, eierseksjonsloven|eigarseksjonslova, sameie, seksjonsbegjæring|krav om seksjonering", "gnr og bnr, plantegninger|planteikningar, tinglysing"),
    _topic("deling av eiendom", 2.5, "fradeling, rekvisisjon av oppmålingsforretning, deling av grunneiendom|deling av grunneigedom, arealoverføring, grensejustering", "gnr og bnr, tomt, kart, tinglysing, oppmåling", "digital rekvisisjon"),
    _topic("skjenkebevilling", 3, "skjenkebevilling|skjenkeløyve, skjenkebevilling for enkeltanledning|skjenkeløyve for eitt høve, styrer og stedfortreder|styrar og stedfortredar, alkoholloven|alkohollova, kunnskapsprøve, omsetningsoppgave|omsetningsoppgåve", "serveringsbevilling|serveringsløyve, arrangement, lokaler|lokale, politiet"),
    _topic("serveringsbevilling", 1.2, "serveringsbevilling|serveringsløyve, etablererprøven|etablerarprøva, serveringsloven|serveringslova, daglig leder|dagleg leiar, nytt spisested|ny serveringsstad", "lokaler|lokale, skatteattest, politiet, restaurant"),
    _topic("barnehageplass", 6, "søknad om barnehageplass, hovedopptak|hovudopptak, bytte av barnehage, plass fra august|plass frå august, oppsigelse av barnehageplass|oppseiing av barnehageplass", "barnet vårt, søsken|sysken, foresatte|føresette, avdeling, oppholdstid|opphaldstid", "Foresattportalen|Føresettportalen"),
    _topic("spesialundervisning", 3, "spesialundervisning, sakkyndig vurdering|sakkunnig vurdering, individuell opplæringsplan, enkeltvedtak om opplæring, pedagogisk-psykologisk tjeneste|pedagogisk-psykologisk teneste", "eleven, skolen|skulen, foresatte|føresette, lærer|lærar, timer|timar", "individuelt tilrettelagt opplæring"),
    _topic("skoleskyss", 2.5, "skoleskyss|skuleskyss, farlig skolevei|farleg skuleveg, delt bosted og skyss|delt bustad og skyss, drosje til skolen|drosje til skulen, buss til skolen|buss til skulen", "eleven, skolen|skulen, foresatte|føresette, gangavstand"),
    _topic("skolebytte", 2, "bytte av skole|byte av skule, flytting og ny skole|flytting og ny skule, overføring til annen skole|overføring til annan skule, skolekrets|skulekrins", "eleven, foresatte|føresette, skolestart|skulestart, klasse"),
    _topic("skolefritid", 2, "SFO-plass, skolefritidsordning|skulefritidsordning, oppsigelse av SFO|oppseiing av SFO, redusert foreldrebetaling", "foresatte|føresette, skolen|skulen, inntekt, søsken|sysken"),
    _topic("kulturskole", 1, "kulturskolen|kulturskulen, elevplass på piano, dans og teater, instrumentleie|instrumentleige, semesteravgift", "undervisning, foresatte|føresette, konsert"),
    _topic("hjemmetjeneste", 5, "hjemmesykepleie|heimesjukepleie, praktisk bistand, trygghetsalarm|tryggleiksalarm, hjelp i hjemmet|hjelp i heimen, matombringing", "mor, sykehuset|sjukehuset, utskrivning, pårørende|pårørande, behov for hjelp", "velferdsteknologi, medisindispenser"),
    _topic("sykehjemsplass", 3, "langtidsplass på sykehjem|langtidsplass på sjukeheim, korttidsopphold|korttidsopphald, omsorgsbolig|omsorgsbustad, avlastning|avlasting, rehabiliteringsopphold|rehabiliteringsopphald", "mor, sykehuset|sjukehuset, utskrivning, pårørende|pårørande, legeerklæring"),
    _topic("brukerstyrt assistanse", 1.5, "brukerstyrt personlig assistanse|brukarstyrt personleg assistanse, BPA, assistenttimer|assistenttimar, arbeidsleder|arbeidsleiar", "behov for hjelp, vedtak, timer|timar, pårørende|pårørande"),
    _topic("parkeringskort", 2.5, "parkeringstillatelse for forflytningshemmede|parkeringsløyve for forflyttingshemma, parkeringskort, HC-kort, fornyelse av parkeringskort|fornying av parkeringskort", "legeerklæring, gangfunksjon, bil"),
    _topic("startlån", 2.5, "startlån, tilskudd til tilpasning|tilskot til tilpassing, finansieringsbevis, boligkjøp og lån|bustadkjøp og lån, Husbanken", "inntekt, gjeld, bank, bolig|bustad"),
    _topic("kommunal bolig", 2.5, "kommunal bolig|kommunal bustad, søknad om utleiebolig|søknad om utleigebustad, forlengelse av leiekontrakt|forlenging av leigekontrakt, bytte av kommunal leilighet|byte av kommunal leilegheit", "bolig|bustad, inntekt, husleie|husleige, familie"),
    _topic("økonomisk sosialhjelp", 3, "økonomisk sosialhjelp, nødhjelp til mat, søknad om stønad, livsopphold|livsopphald, strømregning|straumrekning", "inntekt, husleie|husleige, NAV, familie, gjeld"),
    _topic("bekymringsmelding", 2.5, "bekymringsmelding|uromelding, bekymring for et barn|uro for eit barn, meldeplikt til barnevernet, omsorgssituasjonen|omsorgssituasjonen", "barnet, foresatte|føresette, skolen|skulen, samtale", "digital bekymringsmelding|digital uromelding"),
    _topic("renovasjon", 3.5, "renovasjonsgebyr, avfallsdunk, hytterenovasjon, fritak for renovasjon, tømming av dunk, kompostering", "gebyr, abonnement, eiendommen|eigedomen, faktura"),
    _topic("vann og avløp", 4, "vannavgift|vassavgift, tilknytning til vann og avløp|tilknyting til vatn og avlaup, vannmåler|vassmålar, utslippstillatelse|utsleppsløyve, septiktank, rørlegger|røyrleggjar", "gebyr, abonnement, eiendommen|eigedomen, ledning|leidning", "vannmåler med fjernavlesning|vassmålar med fjernavlesing"),
    _topic("feiing og tilsyn", 1.5, "feiing av pipe, ildsted og pipe|eldstad og pipe, tilsyn med fyringsanlegg, fritak for feieavgift, montering av vedovn|montering av vedomn", "brannvesenet, gebyr, eiendommen|eigedomen"),
    _topic("eiendomsskatt", 3, "eiendomsskatt|eigedomsskatt, klage på takst, fritak for eiendomsskatt|fritak for eigedomsskatt, skattetakst, skatteseddel|skattesetel", "eiendommen|eigedomen, vedtak, faktura, gebyr"),
    _topic("vei og trafikk", 4, "kommunal vei|kommunal veg, hull i veien|hol i vegen, fartsdempere|fartsdemparar, snøbrøyting, gatelys, avkjørsel|avkøyrsle, graving i vei|graving i veg", "skilt, trafikk, skolevei|skuleveg, parkering"),
    _topic("park og idrett", 1.5, "leie av idrettshall|leige av idrettshall, kunstgress|kunstgras, lysløype, treningstider, lekeplass|leikeplass", "arrangement, lokaler|lokale, lag og foreninger|lag og foreiningar"),
    _topic("kulturtilskudd", 2, "kulturmidler|kulturmidlar, tilskudd til lag og foreninger|tilskot til lag og foreiningar, driftsstøtte, prosjektstøtte til festival", "arrangement, regnskap|rekneskap, årsmelding, konsert"),
    _topic("landbruk", 2.5, "produksjonstilskudd|produksjonstilskot, konsesjon på landbrukseiendom|konsesjon på landbrukseigedom, driveplikt, nydyrking, gjødselplan, SMIL-tilskudd|SMIL-tilskot", "gnr og bnr, areal, jord, statsforvalteren|statsforvaltaren"),
    _topic("skog og vilt", 1.2, "fellingstillatelse|fellingsløyve, hjorteviltforvaltning, bestandsplan for elg|bestandsplan for elg, skogsbilvei|skogsbilveg, viltfond", "areal, grunneiere|grunneigarar, jakt"),
    _topic("innsynskrav", 3.5, "krav om innsyn, innsyn i dokumenter|innsyn i dokument, offentleglova|offentleglova, postliste og dokumentnummer, kopi av saksdokumenter|kopi av saksdokument", "journalist, sak, dokument, svar innen|svar innan"),
    _topic("jobbsøknad", 4, "søknad på stilling, ledig stilling som|ledig stilling som, CV og attester|CV og attestar, åpen søknad|open søknad, vikariat", "erfaring, referanser|referansar, utdanning, sykepleier|sjukepleiar, lærer|lærar"),
    _topic("personal", 2.5, "permisjon uten lønn|permisjon utan løn, oppsigelse av stilling|oppseiing av stilling, lønnskrav|lønskrav, oppfølgingsplan, arbeidsavtale, foreldrepermisjon", "leder|leiar, stilling, sykemelding|sjukmelding, fagforening|fagforeining"),
    _topic("faktura", 4, "faktura nummer, betalingspåminnelse|betalingspåminning, kreditnota, purring, EHF, forfallsdato", "beløp, konto, regnskap|rekneskap, leveranse", "Peppol-ID"),
    _topic("høringsuttalelse", 3, "høringsbrev|høyringsbrev, høringsuttalelse|høyringsfråsegn, forslag til forskrift|framlegg til forskrift, lovforslag på høring|lovframlegg på høyring", "departementet, frist for uttale|frist for fråsegn, høring|høyring, statsforvalteren|statsforvaltaren"),
    _topic("tilsyn", 2, "varsel om tilsyn, tilsynsrapport, avvik og pålegg, lukking av avvik, Arbeidstilsynet, dokumentasjon før tilsyn", "statsforvalteren|statsforvaltaren, frist, virksomhet|verksemd"),
    _topic("støttekontakt", 1, "støttekontakt, oppdragsavtale, fritidskontakt, timelister for oppdrag|timelister for oppdrag", "timer|timar, vedtak, behov for hjelp, familie"),
    _topic("navneendring på vei", 0.5, "adressenavn|adressenamn, vegadresse, nytt gatenavn|nytt gatenamn, stedsnavn|stadnamn, adressetildeling", "kart, grunneiere|grunneigarar, høring|høyring, skilt"),
)  # fmt: skip

LATE_TOPICS: tuple[Topic, ...] = (
    _topic("solceller og energi", 1.5, "solceller på tak|solceller på tak, energimerking, bergvarme, støtte til energitiltak|stønad til energitiltak", "bolig|bustad, tilskudd|tilskot, eiendommen|eigedomen"),
)  # fmt: skip
"""Kinds that did not come at all before the last part of the period."""
