"""Common given names in Norway, and capitalised words that are no part of a name. For the pattern in ``contact.navn``."""

from __future__ import annotations

GIVEN_NAMES = frozenset(
    """
    aase abdi abdul ada adam adele adrian agnes agnete ahmed aida aisha aksel aleksander alexander alf alfred ali
    alice alma alva amalie amanda amina amir amund anders andre andrea andreas andré ane anette angelica anita anja
    ann anna anne annette annika anniken anny ansgar ante anton are aria ariana arild arne arnfinn arnhild arnold arnt
    aron arthur arve arvid asbjørn asgeir ask aslak aslaug asle asta astri astrid atle aud audhild audun august aurora
    ava axel barbro benedicte benedikte benjamin bent bente berit bernt bertil birger birgit birgitte birte bjarne
    bjørg bjørn bjørnar bo borghild brage brede brit britt bård børge børre camilla carina carl carmen caroline casper
    cato cecilia cecilie celine charlotte christer christian christin christina christine christoffer christopher
    conrad dag dagfinn dagny dan daniel daniela david dennis diana didrik dina dordi dorthe ebba edel edgar edith
    edvard edvin egil eilert eilif eilin einar eirik eirin eivind eldar eldbjørg eli elias elin elinor elisa elisabeth
    elise ella ellen ellinor elsa else elvira embla emil emilia emilie emily emma endre erik erika erlend erling ernst
    espen ester esther eva evelyn even evy fabian fatima felix filip finn fred freddy fredrik frida fride frode
    frøydis gabriel gard geir georg gerd gerda gina gisle gitte gjermund gjertrud grete grethe gro gudrun gunhild gunn
    gunnar gunvor guri guro gustav gøran haakon haavard hakon hallgeir halvard halvor hanna hannah hanne hans harald
    harry hassan hauk hedda hedvig heidi helen helena helene helga helge hella helle henny henriette henrik henry
    herman hermine hilda hilde hildegunn hjalmar hjørdis hogne hugo hussein håkon håvard ibrahim ida idar idun inga
    inge ingeborg inger ingri ingrid ingunn ingvald ingvar ingvild irene iris isabel isabella isak iselin ivar iver
    jacob jakob jan jane janne jarl jarle jasmin jeanette jenny jens jens-petter jesper jo joachim joakim joar johan
    johanna johanne johannes john johnny jon jonas jonathan jorunn josef josefine jostein julia julian julie jørgen
    jørn jørund kai kaia kaja kamilla karen kari karianne karin karina karl karoline karsten kasper katarina katharina
    kathrine katrine kennet kenneth kent ketil kim kine kirsten kirsti kjell kjersti kjetil klara klaus knut konrad
    kristen kristian kristin kristina kristine kristofer kristoffer kåre laila lars lasse laura lea leah leander leif
    leila lena leo leon leonora linda line linn linnea lisa lisbet lisbeth lise liv liva live lone lotte louise lovise
    lucas ludvig lukas luna lydia lykke mads magne magnhild magni magnus mahmoud maia maja malene malin marcus maren
    margaret margareth margit margot margrete margrethe margunn mari maria mariam marianne marie marit marita marius
    mark markus marte martha marthe martin martine mathea matheo mathias mathilde matilde mats matteo maud may merete
    mette mia michael mikael mikal mikkel milla milo mina mira miriam mohamed mohammad mohammed mona monica monika
    morten mustafa nadia natalie nathalie nicolai nikolai nils nina noah noor nora norunn oda odd oddbjørn oddny
    oddvar odin ola olaf olai olaug olav ole olga oliver olivia omar oscar oskar osvald ottar otto patrick paul paula
    paulina peder per pernille peter petra petter philip piotr pål ragna ragnar ragnhild rakel ramona randi rannveig
    rasmus rebecca rebekka regine reidar reidun renate richard rigmor rikke rita roald robert robin roger rolf ronja
    ronny rosa roy ruben rudolf runa runar rune rut ruth sadia samira samuel sander sandra sanna sara sarah sebastian
    selma serine severin sigbjørn sigmund signe sigrid sigrun sigurd sigve silje silvia simen simon sindre siri sissel
    siv sivert snorre sofia sofie solbjørg solfrid solveig sondre sonja sophie stein steinar stella stian stig
    stig-arne stina stine sture sturla sune sunniva susann susanna susanne svein sveinung sven sverre sylvi sylvia
    synne synnøve sølvi søren tage tale tanja tarjei terese terje thea theo theodor therese thomas thor thora
    thorbjørn tina tine tiril tobias tom tomas tommy tone tonje tor tora torbjørn tord tore torfinn torgeir torgunn
    torhild toril torill torkel tormod torstein torunn trine trond trude truls trygve turid tuva tyra ulf ulla ulrik
    una unn unni vanja vebjørn vegard vera veronica veronika vetle victor victoria vidar vigdis viktor viktoria vilde
    vilhelm vilja villy wenche wilhelm william willy xander yasmin ylva yngvar yngve yusuf yvonne zahra åge åsa åse
    åshild åslaug åsmund åsne øistein ørjan øystein øyvind
    """.split()
)

NOT_A_NAME = frozenset(
    """
    og i på til fra for med av om as asa da sa kf iks hf nav norge norsk norske kommune fylkeskommune skole skule barnehage
    barneskole ungdomsskole legekontor sykehus avdeling avdelingen enhet seksjon tjeneste tjenesten kontor kontoret
    saksbehandler rådgiver konsulent rektor styrer leder ordfører advokat kommunedirektør prosjektleder daglig avdelingsleder
    emne dato sendt fra til kopi vedlegg telefon mobil adresse epost e-post tlf org sak saksnr vedrørende søknad klage vedtak
    gate gata veien vegen vei veg postboks januar februar mars april mai juni juli august september oktober november desember
    mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tysdag laurdag sundag bygg plan kultur helse oppvekst eiendom
    """.split()
)
