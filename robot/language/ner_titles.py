"""Titles and lines as they stand in a municipality's post, made up: newspapers, which the training part is of, have few.

Our own words and common names of Norway; no person is meant. ``{P}`` is a person, ``{F}`` a person with the surname first,
``{G}`` a given name alone, ``{O}`` a body, ``{L}`` a place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from robot.language.ner_data import Sentence
from rules.extract.names import GIVEN_NAMES

TEMPLATES = tuple(
    line.strip()
    for line in """
    Søknad om barnehageplass fra {P}
    Søknad om barnehageplass for {P} i {L}
    Søknad frå {P} om skuleskyss
    Søknad om byggetillatelse - garasje - {P}
    Søknad om dispensasjon fra reguleringsplan for {L} - {P}
    Søknad om skjenkebevilling for {O}
    Søknad om løyve til frådeling av tomt i {L}
    Søknad om parkeringsbevis for forflyttningshemmede
    Søknad om startlån
    Søknad om permisjon
    Søknad på stilling som lærer - {P}
    Søknad på stilling som sykepleier ved sykehjemmet fra {F}
    Søknad om tilskudd til kulturtiltak - {O}
    Søknad om støtte til sommerleir - {O} avdeling {L}
    Klage på vedtak fra {P}
    Klage på vedtak om spesialundervisning
    Klage på vedtak - {F}
    Klage over støy fra {O}
    Klage på gebyr for vann og avløp fra {P} og {P}
    Nabovarsel fra {P}
    Nabovarsel - tilbygg - {P} og {P}
    Merknad til nabovarsel fra {P}
    Merknader til reguleringsplan for {L} fra {O}
    Vedtak om byggetillatelse for garasje
    Vedtak om hjemmetjenester
    Vedtak om skolebytte for {P}
    Vedtak om redusert foreldrebetaling - {F}
    Arbeidskontrakt - {P}
    Arbeidsavtale {F}
    Arbeidsattest for {P}
    Oppsigelse av stilling - {P}
    Oppseiing av stilling frå {P}
    Referat fra møte med {P} og {P}
    Referat fra ansvarsgruppemøte {P}
    Referat frå møte i {L} mellom {O} og {O}
    Innkalling til møte med {O}
    Innkalling til samarbeidsmøte - {P}
    Henvendelse fra {P} om kommunale veier i {L}
    Spørsmål om innsyn fra {P}, {O}
    Innsynskrav - {O}
    Begjæring om innsyn i personalmappe
    Bekymringsmelding
    Uttalelse fra {O} til kommuneplan
    Uttale til høyring frå {O}
    Høring - endringer i forskrift om skolekretser
    Høyringssvar frå {P}
    Tilbud på konsulenttjenester fra {O}
    Avtale mellom {O} og kommunen om renovasjon
    Faktura for vann og avløp
    Faktura frå {O}
    Kjøpekontrakt mellom {P} og {P}
    Skjøte - {P} til {P}
    Oppmålingsforretning hos {P}, {L}
    Fullmakt fra {P} til {P}
    Takk for hjelpen fra {P} og familien
    Hilsen {P}
    Hilsen {G}
    Med vennlig hilsen {P}
    Med venleg helsing {P}, rådgjevar
    Mvh {P}
    Mvh {G}
    Hei {G}, viser til samtale i går.
    Hei, jeg heter {P} og bor i {L}.
    Eg heiter {P} og bur i {L}.
    Saksbehandler: {P}
    Saksbehandlar: {P}, telefon oppgjeve i brevet
    Til: {P}
    Fra: {P}
    Kopi: {O}
    Vår ref.: {P}
    Deres ref.: {P}
    Kontaktperson: {P}
    Søker: {P}
    Søkjar: {F}
    Foresatt: {P}
    Elev: {P}
    Barnets navn: {P}
    Ansvarlig søker: {O}
    Tiltakshaver: {P}
    Rektor {P} ved skolen i {L}
    Ordfører {P} åpnet møtet.
    Rådmann {P} møtte for administrasjonen.
    Kommunedirektøren innstiller på at søknaden fra {P} avslås.
    Vi viser til brev fra {P} av 3. mars.
    Vi viser til søknad frå {P} om stønad til bustad.
    {P} klager på vedtaket.
    {P} søkjer om løyve til å halde hund.
    {P} har fått tilbud om plass.
    {P} og {P} eier hver sin halvdel.
    {F} - personalmappe
    {F} - elevmappe
    {P} - legeerklæring
    {P} - foreløpig svar
    {O} - årsmelding
    {O} - søknad om utvida opningstid
    Tilsyn ved {O}
    Midlertidig brukstillatelse
    Ferdigattest for tilbygg
    Foreløpig svar på henvendelse
    Orientering om endring av gebyrer
    Melding om vedtak
    Ettersending av dokumentasjon
    Kvittering for mottatt post
    Varsel om tilsyn med brann og feiing
    Rapport frå tilsyn i barnehagen
    Rapport fra befaring i {L}
    Spørsmål om brøyting
    Tomtekjøp i {L} - {P}
    Utleie av lokaler i {L} til {O}
    Gravferd - festeavgift - {P}
    Taushetserklæring {P}
    Politiattest
    Protokoll fra forhandlinger mellom {O} og {O}
    """.splitlines()
    if line.strip()
)
"""In bokmål and nynorsk, some without names: those words are not names either."""

FAMILY_NAMES = tuple(
    """
    Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen Berg
    Haugen Hagen Johannessen Andreassen Jacobsen Dahl Jørgensen Halvorsen Henriksen Lund Sørensen Jakobsen Moen
    Gundersen Iversen Strand Solberg Svendsen Eide Knutsen Martinsen Paulsen Bakken Kristoffersen Mathisen Lie
    Amundsen Nguyen Rasmussen Lunde Solheim Berge Moe Nygård Bakke Kristensen Fredriksen Holm Lien Hauge Christensen
    Andresen Nielsen Knudsen Evensen Sæther Aas Hanssen Myhre Haugland Thomassen Sivertsen Simonsen Danielsen Berntsen
    Sandvik Rønning Arnesen Næss Antonsen Vik Haug Ellingsen Edvardsen Thorsen Isaksen Gulbrandsen Ruud Birkeland
    Aasen Strøm Myklebust Tangen Ødegård Eliassen Bøe Jenssen Helland Tveit Mikkelsen Aune Brekke Wold Engen Gjerde
    Løken Ali Ahmed Mohamed Hassan Khan Singh Kowalski Nowak Ivanova Petrov Schmidt Müller Garcia Nordmann Skogli
    Fjellheim Åsheim Øverland Tveitan Nordli Vestby Sørli Austad Sletten Kvam Flaten Rustad Hovland Grønli Bergström
    Nesse Vågen Skjelbred Røed Hjelmeland Utne Fossum Tønnessen Bjørnstad Ytrehus Sande Opdal Kvalheim
    """.split()
)

PLACES = tuple(
    """
    Bergen Oslo Trondheim Stavanger Tromsø Bodø Hamar Molde Ålesund Førde Voss Stord Narvik Alta Kristiansand Arendal
    Skien Drammen Fredrikstad Lillehammer Gjøvik Elverum Røros Levanger Steinkjer Namsos Harstad Sortland Vadsø
    Kirkenes Haugesund Egersund Sandnes Lillevik Solvik Storneset Nordbygda Sørdalen Vestmarka Austvika Fjelldal
    Haugalandet Nordland Vestland Innlandet Telemark Agder Sunnmøre Hardanger Jæren Lofoten Helgeland Romerike Toten
    Hallingdal
    """.split()
)

BODIES = (
    "Statsforvalteren i {L}", "Statsforvaltaren i {L}", "{L} kommune", "{L} fylkeskommune", "{L} idrettslag", "{L} skolekorps",
    "{L} velforening", "{L} Bygg AS", "{f} Entreprenør AS", "{f} Eiendom AS", "Advokatfirmaet {f} DA", "{f} & {f} AS", "NAV {L}",
    "Utdanningsforbundet", "Fagforbundet",
    "Norges vassdrags- og energidirektorat", "Mattilsynet", "Arbeidstilsynet", "Skatteetaten",
    "Statens vegvesen", "Husbanken", "Helsetilsynet", "{L} sparebank", "Kartverket", "Riksarkivet", "{L} Kro og Catering AS",
    "Lillevik barneskole", "{L} videregående skole", "{L} sykehjem", "KS", "Datatilsynet", "Bufetat", "Rambøll Norge AS",
)  # fmt: skip

_SLOT = re.compile(r"\{(\w)\}")
_GIVEN = tuple(sorted(name for name in GIVEN_NAMES if "-" not in name))
_LABELS = {"P": "PER", "F": "PER", "G": "PER", "O": "ORG", "L": "LOC"}


def titles(chance: random.Random, count: int) -> Iterator[Sentence]:
    """So many made-up sentences."""
    for _ in range(count):
        yield _filled(chance.choice(TEMPLATES), chance)


def _filled(template: str, chance: random.Random) -> Sentence:
    parts: list[str] = []
    names: list[tuple[int, int, str]] = []
    at = length = 0
    for slot in _SLOT.finditer(template):
        parts.append(template[at : slot.start()])
        length += slot.start() - at
        name = _name(slot[1], chance)
        parts.append(name)
        names.append((length, length + len(name), _LABELS[slot[1]]))
        length += len(name)
        at = slot.end()
    return Sentence(text="".join([*parts, template[at:]]), names=tuple(names))


def _name(kind: str, chance: random.Random) -> str:
    match kind:
        case "G":
            return _given(chance)
        case "F":
            return f"{_family(chance)}, {_given(chance)}"
        case "P":
            name = " ".join([_given(chance), *([_family(chance)] if chance.random() < 0.2 else []), _family(chance)])
            return name.upper() if chance.random() < 0.1 else name
        case "L":
            return chance.choice(PLACES)
        case _:
            body = chance.choice(BODIES)
            return body.replace("{L}", chance.choice(PLACES)).replace("{f}", _family(chance))


def _given(chance: random.Random) -> str:
    name = chance.choice(_GIVEN).capitalize()
    return f"{name}-{chance.choice(_GIVEN).capitalize()}" if chance.random() < 0.05 else name


def _family(chance: random.Random) -> str:
    name = chance.choice(FAMILY_NAMES)
    return f"{name}-{chance.choice(FAMILY_NAMES)}" if chance.random() < 0.03 else name
