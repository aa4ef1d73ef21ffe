"""Words that do not follow the rules of :mod:`rules.inflection`, and pairs that bokmål and nynorsk spell differently.

Made by hand for what a municipality's post is about; no word list of others stands here. One word a line, all its forms.
"""

from __future__ import annotations

_NOUNS = """
mann mannen menn mennene mennar
mor mora moren mødre mødrene mødrer
far faren fedre fedrene fedrar fedrane
bror broren brødre brødrene brør brørne
søster søsteren søstera søstre søstrene syster systera systrer systrene
datter datteren dattera døtre døtrene dotter dottera døtrer
barn barnet barna barnene born borna
bok boka boken bøker bøkene
bot bota boten bøter bøtene
fot foten føtter føttene føter føtene
rot rota roten røtter røttene røter røtene
hånd hånda hånden hender hendene hand handa handen
natt natta natten netter nettene
tann tanna tannen tenner tennene
kraft krafta kraften krefter kreftene
stang stanga stangen stenger stengene
sted stedet steder stedene stad staden stader stadene
bonde bonden bønder bøndene
tre treet trær trærne trea
kne kneet knær knærne knea
øye øyet øyne øynene auge auget auga augo
sko skoen skoene skor skorne
ku kua kuer kyr kyrne
vann vannet vannene vanna vatn vatnet vatna
medlem medlemmet medlemmer medlemmene medlemet medlemer medlemene
geit geita geiten geiter geitene
gås gåsa gjess gjessene
and anda ender endene
klo kloa klør klørne
frø frøet frøene frøa
ski skia skiene skiene
helse helsa helsen
nevø nevøen nevøer nevøene
forelder forelderen foreldre foreldrene foreldra forelder
museum museet museer museene musea
"""

_OTHERS = """
liten lita lite små lille vesle mindre minst
gammel gammelt gamle gamal gamalt eldre eldst eldste
god godt gode bedre best beste betre
stor stort store større størst største
ny nytt nye nyere nyest nyeste nyare nyast
ung ungt unge yngre yngst yngste
lang langt lange lengre lengst lengste
egen eget egne egne eigen eiga eige eigne
åpen åpent åpne open opent opne
grønn grønt grønne grøn grøne
blå blått blåe
rød rødt røde raud raudt raude
fri fritt frie
privat private
mange flere flest fleire
be ber ba bad bedt bedd bed bede bedne
si sier sa sagt seie seier sei
gi gir ga gav gitt gje gjev gjeve
få får fikk fått fekk
ta tar tok tatt tek teke
motta mottar mottok mottatt mottek motteke
vedta vedtar vedtok vedtatt vedtek vedteke vedtatte vedtekne
overta overtar overtok overtatt overtek overteke
gjøre gjør gjorde gjort gjere gjer
komme kommer kom kommet kjem kome
skrive skriver skrev skrevet skriv skreiv skrive skrivne
finne finner fant funnet finn fann funne
kreve krever krevde krevd krevje krev kravde kravd
selge selger solgte solgt selje sel selde selt
velge velger valgte valgt velje vel valde valt
spørre spør spurte spurt spør spurde
bygge bygger bygde bygd byggje byggjer bygt
søke søker søkte søkt søkje søkjer
legge legger la lagt leggje legg
sette setter satte satt set sette
rive river rev revet riv reiv rive
drive driver drev drevet driv dreiv
grave graver gravde gravd grov grave grev
forstå forstår forsto forstod forstått
hjelpe hjelper hjalp hjulpet hjelp hjelpt
være er var vært vere vore
vite vet visste visst veit
kjøre kjører kjørte kjørt køyre køyrer køyrde køyrt
leie leier leide leid leige leiger leigde leigd
eie eier eide eid eige eig åtte ått
dø dør døde død døydde døydd døy
bo bor bodde bodd bur budde budd bu
se ser så sett sjå sjår
anmelde anmelder anmeldte anmeldt melde melder meldte meldt
"""

PAIRS: tuple[tuple[str, str], ...] = (
    ("høring", "høyring"),
    ("vei", "veg"),
    ("uke", "veke"),
    ("skole", "skule"),
    ("syke", "sjuke"),
    ("syk", "sjuk"),
    ("hjem", "heim"),
    ("navn", "namn"),
    ("åpning", "opning"),
    ("eiendom", "eigedom"),
    ("eier", "eigar"),
    ("leie", "leige"),
    ("gård", "gard"),
    ("lønn", "løn"),
    ("vann", "vatn"),
    ("avløp", "avlaup"),
    ("oppsigelse", "oppseiing"),
    ("opplysning", "opplysing"),
    ("tilskudd", "tilskot"),
    ("fravær", "fråvær"),
    ("verge", "verje"),
    ("bygge", "byggje"),
    ("søke", "søkje"),
    ("innbygger", "innbyggjar"),
    ("kjøre", "køyre"),
    ("høy", "høg"),
    ("bevegelse", "rørsle"),
    ("virksomhet", "verksemd"),
    ("forening", "foreining"),
    ("utleie", "utleige"),
    ("salg", "sal"),
    ("ordfører", "ordførar"),
    ("lærer", "lærar"),
    ("leder", "leiar"),
    ("foresatt", "føresett"),
    ("begrunnelse", "grunngjeving"),
    ("avgjørelse", "avgjerd"),
    ("mulighet", "moglegheit"),
    ("ulykke", "ulukke"),
    ("sykehjem", "sjukeheim"),
)
"""Bokmål and nynorsk spellings of one word; taken at the beginning and at the end of a compound too."""


def lexemes(*, compound: bool) -> tuple[tuple[str, ...], ...]:
    """The forms of each irregular word; ``compound``: those that may be the last part of a longer word."""
    return tuple(tuple(line.split()) for line in (_NOUNS if compound else _OTHERS).split("\n") if line)
