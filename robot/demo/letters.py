"""The mails of the demonstration: one municipality's morning."""

# ruff: noqa: E501 (letters are written as they are read)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage

from robot.demo import paper
from robot.demo.mail import MailMaker, through_another_relay
from robot.demo.people import People, account_number, synthetic_fnr

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KAFE_ORGNR = "999999999"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of post with what is expected of it.

    ``outcome`` is ``archived``, ``forwarded``, ``dismissed``, ``duplicate`` or ``set_aside``; ``rule`` the rule that
    decides, empty when none does; ``why`` says in Norwegian what the piece shows.
    """

    name: str
    content: bytes
    outcome: str
    rule: str
    why: str


class Morning:
    """Makes the mails, in the order they came."""

    def __init__(self, *, seed: int, today: date) -> None:
        self.seed, self.today = seed, today
        self.people = People(seed)
        self.mails = MailMaker(today)
        self.year = today.year

    def pieces(self) -> Iterator[Piece]:
        """All mails."""
        for part in (
            self._building(),
            self._growing_up(),
            self._private(),
            self._business(),
            self._law(),
            self._machines(),
        ):
            yield from part

    def _piece(self, name: str, mail: EmailMessage | bytes, outcome: str, rule: str, why: str) -> Piece:
        content = mail if isinstance(mail, bytes) else mail.as_bytes()
        return Piece(name=f"{name}.eml", content=content, outcome=outcome, rule=rule, why=why)

    def _building(self) -> Iterator[Piece]:
        for name, place, road in (
            ("nabovarsel_1", "gnr. 12 bnr. 345", "Elveveien 4"),
            ("nabovarsel_2", "gnr. 14 bnr. 21", "Lia 9"),
        ):
            who = self.people.draw()
            letter = f"# Nabovarsel\nEiendom: {place}, {road}\nTiltaket gjelder oppføring av garasje.\nMerknader sendes ansvarlig søker innen to uker.\nMed hilsen\n{who.name}"
            files = [("nabovarsel.pdf", PDF, paper.pdf(letter, title=f"Nabovarsel {road}"))]
            mail = self.mails.mail(
                who.mailbox,
                f"Nabovarsel, {place}",
                f"Hei.\n\nVedlagt følger nabovarsel for {road}.\n\nHilsen {who.name}",
                files=files,
            )
            yield self._piece(name, mail, "archived", "nabovarsel", "to nabovarsel, én samlesak")
        who = self.people.draw()
        tegning = paper.pdf("# Situasjonsplan\nMålestokk 1:500\nGarasje 48 m2", title="Situasjonsplan")
        søknad = paper.docx(
            f"Søknad om tillatelse til tiltak\nEiendom: gnr. 12 bnr. 40\nTiltakshaver: {who.name}\nBeskrivelse: tilbygg på 32 m2."
        )
        mail = self.mails.mail(
            who.mailbox,
            "Rammesøknad gnr. 12 bnr. 40",
            "Hei.\n\nVedlagt er rammesøknad med situasjonsplan.\n",
            files=[("søknad.docx", DOCX, søknad), ("situasjonsplan.pdf", PDF, tegning)],
        )
        yield self._piece(
            "byggesøknad", mail, "archived", "byggesøknad", "Word og PDF i samme søknad; saken finnes fra før"
        )
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Merknad til nabovarsel, gnr. 12 bnr. 40",
            "Hei.\n\nTilbygget vil ta kveldssolen vår. Vi ber om at det trekkes en meter inn.\n",
        )
        yield self._piece("nabomerknad", mail, "archived", "nabomerknad", "legges i byggesaken på eiendommen")
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Søknad om ferdigattest, gnr. 3 bnr. 14",
            "Hei.\n\nByggearbeidet er ferdig, og vi søker om ferdigattest.\n",
        )
        yield self._piece("ferdigattest", mail, "set_aside", "ferdigattest", "ingen åpen byggesak på eiendommen")
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Egenerklæring om konsesjonsfrihet gnr. 40 bnr. 2",
            "Hei.\n\nVi har overtatt eiendommen og erklærer konsesjonsfrihet.\n",
        )
        yield self._piece("konsesjon", mail, "archived", "egenerklæring-konsesjon", "avskrives til etterretning")
        frist = (self.today + timedelta(days=60)).strftime("%d.%m.%Y")
        mail = self.mails.mail(
            "Fylkeskommunen <plan@fylket.example>",
            "Høring – regional plan for vannforvaltning",
            f"Til kommunene.\n\nPlanen sendes på høring. Frist for uttalelse er {frist}.\n",
            files=[("høringsbrev.pdf", PDF, paper.pdf(f"# Høring\nFrist for uttalelse er {frist}.", title="Høring"))],
        )
        yield self._piece("høring", mail, "archived", "høring", "fristen leses i brevet")

    def _growing_up(self) -> Iterator[Piece]:
        for name, subject, text, rule in (
            (
                "barnehageplass",
                "Søknad om barnehageplass fra august",
                "Hei.\n\nVi søker barnehageplass for yngstemann fra august. Vi ønsker Solkroken.\n",
                "barnehageplass",
            ),
            (
                "barnehageplass_nynorsk",
                "Barnehageplass",
                "Hei.\n\nEg søkjer om barnehageplass for dottera mi frå hausten. Me bur rett ved Skogen barnehage.\n\nVenleg helsing\n",
                "barnehageplass",
            ),
            ("sfo", "Søknad om SFO", "Hei.\n\nVi ønsker full plass i SFO ved Solvik skole fra høsten.\n", "sfo"),
            (
                "permisjon",
                "Søknad om permisjon fra skolen",
                "Hei.\n\nVi skal besøke bestemor og ber om fri torsdag og fredag for eleven i 4B.\n",
                "permisjon-elev",
            ),
        ):
            who = self.people.draw()
            yield self._piece(
                name,
                self.mails.mail(who.mailbox, subject, f"{text}\n{who.name}"),
                "archived",
                rule,
                "alt om barn er skjermet",
            )
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Bekymringsmelding",
            "Jeg er bekymret for et barn i nabolaget og vil at noen ringer meg i dag.\n",
        )
        yield self._piece(
            "bekymringsmelding", mail, "set_aside", "bekymringsmelding", "haster, og går rett til et menneske"
        )

    def _private(self) -> Iterator[Piece]:
        fnr, ansatt = synthetic_fnr(self.seed), self.people.draw()
        plan = f"# Oppfølgingsplan ved sykefravær\nArbeidstaker: {ansatt.name}\nFødselsnummer: {fnr}\nTilrettelegging: kortere dager i fire uker."
        mail = self.mails.mail(
            "Legekontoret <post@legekontoret.example>",
            "Oppfølgingsplan",
            "Vedlagt oppfølgingsplan.\n",
            files=[("plan.pdf", PDF, paper.pdf(plan, title="Oppfølgingsplan"))],
        )
        yield self._piece(
            "oppfølgingsplan",
            mail,
            "archived",
            "oppfølgingsplan",
            "fødselsnummer: egen skjermet personalmappe, ingen navn utad",
        )
        cv = paper.docx(f"CV\n{ansatt.name}\nVernepleier siden 2014.")
        søker = self.people.draw()
        mail = self.mails.mail(
            søker.mailbox,
            "Søknad på stilling",
            f"Hei.\n\nJeg søker på stillingen som vernepleier.\nStillings-ID: 4412345\n\n{søker.name}",
            files=[("cv.docx", DOCX, cv)],
        )
        yield self._piece("stillingssøknad", mail, "archived", "stillingssøknad", "i tilsettingssaken, offl. § 25")
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Søknad om TT-kort",
            "Hei.\n\nEtter et slag kan jeg ikke lenger ta buss, og søker om TT-kort.\n",
        )
        yield self._piece("tt_kort", mail, "archived", "tt-kort", "helseopplysninger")
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Søknad om parkeringstillatelse",
            "Hei.\n\nJeg søker om parkeringstillatelse for forflytningshemmede.\n",
        )
        yield self._piece("parkering", mail, "archived", "parkeringstillatelse", "helseopplysninger")
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Tilgang til bookingsystemet",
            "Hei.\n\nHer er innloggingen til idrettshallen, så dere får sett:\nBrukernavn: hallvakt\nPassord: Vinterdekk2031!\n",
        )
        yield self._piece("passord", mail, "set_aside", "passord-i-post", "passord i klartekst")

    def _business(self) -> Iterator[Piece]:
        mail = self.mails.mail(
            "Kafé Brygga <post@kafebrygga.example>",
            "Søknad om skjenkebevilling",
            f"Hei.\n\nKafé Brygga søker om skjenkebevilling for øl og vin.\nOrg.nr. {KAFE_ORGNR}\n",
            files=[("skisse.pdf", PDF, paper.pdf("# Skisse av lokalet\n42 sitteplasser", title="Skisse"))],
        )
        raw = mail.as_bytes()
        yield self._piece("skjenkebevilling", raw, "archived", "skjenkebevilling", "forfall om fire måneder")
        yield self._piece(
            "skjenkebevilling_igjen",
            through_another_relay(raw),
            "duplicate",
            "sikkert-duplikat",
            "samme melding gjennom en annen tjener",
        )
        mail = self.mails.mail(
            "Solvik seilforening <leder@seil.example>",
            "Søknad om enkeltbevilling, regattafest",
            "Hei.\n\nVi søker om enkeltbevilling lørdag 22. august.\n",
        )
        yield self._piece("enkeltbevilling", mail, "archived", "enkeltbevilling", "kort frist")
        budsjett = paper.xlsx([["Post", "Kroner"], ["Noter", "12000"], ["Dirigent", "45000"]], sheet="Budsjett")
        mail = self.mails.mail(
            "Solvik skulekorps <styret@korps.example>",
            "Søknad om tilskot",
            "Hei.\n\nKorpset søkjer om tilskot til nye notar. Budsjettet ligg ved.\n\nVenleg helsing\nstyret\n",
            files=[("budsjett.xlsx", XLSX, budsjett)],
        )
        yield self._piece("tilskudd_nynorsk", mail, "archived", "tilskudd", "nynorsk, med regneark")
        mail = self.mails.mail(
            "Fjellkoret <kasserer@kor.example>",
            "Søknad om tilskudd til konsert",
            f"Hei.\n\nVi søker om tilskudd til julekonserten. Tilskuddet kan betales til konto {account_number(self.seed)}.\n",
        )
        yield self._piece(
            "tilskudd_konto", mail, "archived", "tilskudd", "kontonummer: midlertidig sperret til noen har sett på det"
        )
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Leie av areal til julemarked",
            "Hei.\n\nVi ønsker å leie torget 5.–6. desember.\n",
        )
        yield self._piece("leie_av_areal", mail, "archived", "leie-av-areal", "")
        broken = self.mails.mail(
            self.people.draw().mailbox,
            "Leie av areal til loppemarked",
            "Hei.\n\nVi ønsker å leie plassen ved brygga.\n",
            html="<p>Vi ønsker å leie plassen ved brygga.</p>",
        ).as_bytes()
        yield self._piece(
            "ødelagt_mime",
            broken.rpartition(b"--demo")[0],
            "archived",
            "leie-av-areal",
            "avsluttende grense mangler; leses likevel",
        )
        mail = self.mails.mail(
            "Brygga entreprenør <drift@entreprenor.example>",
            "Gravemelding Elveveien 4–10",
            "Vi skal grave for fiber i uke 40.\n",
        )
        yield self._piece("gravemelding", mail, "archived", "gravemelding", "")
        mail = self.mails.mail(
            "Kontorvarer AS <faktura@kontorvarer.example>",
            "Faktura 10881",
            "Hei.\n\nFakturaen er også sendt som EHF.\n",
            files=[
                (
                    "faktura_10881.pdf",
                    PDF,
                    paper.pdf("# Faktura 10881\n4 kontorstoler\nForfall om 30 dager", title="Faktura"),
                )
            ],
        )
        yield self._piece("faktura", mail, "forwarded", "faktura", "sendes regnskap, følges opp")
        mail = self.mails.mail(
            "Vann og rør <post@vannogror.example>",
            "Endring av kontonummer",
            "Hei.\n\nVi har byttet bank og ber dere bruke vårt nye kontonummer fra i dag. Ring gjerne nummeret nederst i denne e-posten.\n",
        )
        yield self._piece("nytt_kontonummer", mail, "set_aside", "nytt-kontonummer", "vanlig svindel")
        mail = self.mails.mail(
            self.people.draw().mailbox, "Hull i veien ved Elveveien 4", "Hei.\n\nDet er et stort hull i veien her.\n"
        )
        yield self._piece("hull_i_veien", mail, "forwarded", "feil-på-veg", "driftsmelding")
        inner = self.mails.mail(
            self.people.draw().mailbox,
            "Søknad om støydispensasjon, spunting på Brygga",
            "Hei.\n\nVi søker om dispensasjon fra støygrensene i uke 38 og 39.\n",
        )
        mail = self.mails.mail(
            "Kari Lunde <kari.lunde@solvik.example>",
            "VS: Søknad om støydispensasjon, spunting på Brygga",
            "Denne kom til meg. Kan dere journalføre?\n\nKari\n",
            inner=[inner],
        )
        yield self._piece(
            "videresendt_av_kollega", mail, "archived", "støydispensasjon", "det indre brevet er det som teller"
        )

    def _law(self) -> Iterator[Piece]:
        mail = self.mails.mail(
            "Berit Myhre <berit.myhre@borger.example>",
            "Klage på vedtak",
            f"Hei.\n\nJeg klager på vedtaket om avslag på støtte.\nDeres ref.: {self.year}/118\nJeg ber om at klagen går videre til Statsforvalteren.\n\nBerit Myhre",
        )
        yield self._piece("klage", mail, "archived", "klage", "frist tre uker, i saken vedtaket står i")
        mail = self.mails.mail(
            "Berit Myhre <berit.myhre@borger.example>",
            "Flere opplysninger",
            f"Hei.\n\nHer er kvitteringene dere ba om.\nDeres ref.: {self.year}/118\n\nBerit Myhre",
            files=[
                (
                    "kvitteringer.pdf",
                    PDF,
                    paper.pdf("# Kvitteringer\nTre kvitteringer, til sammen 1 240 kroner", title="Kvitteringer"),
                )
            ],
        )
        yield self._piece(
            "svar_til_sak", mail, "archived", "svar-paa-vaart-brev", "svar på vårt brev, avsenderen er kjent i saken"
        )
        mail = self.mails.mail(
            "En fremmed <noen@fremmed.example>", "Mer i saken", f"Se saken.\nDeres ref.: {self.year}/118\n"
        )
        yield self._piece(
            "svar_fra_fremmed", mail, "set_aside", "svar-paa-vaart-brev", "avsenderen er ikke kjent i saken"
        )
        mail = self.mails.mail(
            "Lokalavisa <redaksjonen@lokalavisa.example>",
            "Innsynskrav",
            "Hei.\n\nVi krever innsyn i avtalen om ny svømmehall, jf. offentleglova § 3.\n",
        )
        yield self._piece("innsynskrav", mail, "archived", "innsyn-journalføres", "haster; forfall om tre arbeidsdager")
        mail = self.mails.mail(
            self.people.draw().mailbox, "Klage på eiendomsskatt", "Hei.\n\nTaksten på hytta vår er satt altfor høyt.\n"
        )
        yield self._piece("eiendomsskatt", mail, "archived", "klage-eiendomsskatt", "")
        mail = self.mails.mail(
            "Tilsynet <post@tilsynet.example>", "Varsel om tilsyn", "Vi varsler tilsyn med internkontrollen i uke 41.\n"
        )
        yield self._piece("tilsyn", mail, "archived", "tilsyn", "")
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Et spørsmål om elgen",
            "Hei.\n\nDet går en elg i hagen vår og spiser epler. Hvem er det som eier den?\n",
        )
        yield self._piece("ingen_regel", mail, "set_aside", "", "ingen regel passer")
        tnef = paper.winmail(
            subject="Leige av areal",
            body="Hei.\r\nVi vil leige areal ved kaia i september.\r\n",
            attachments={"kart.txt": b"Kart over kaia"},
        )
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Leige av areal ved kaia",
            "Sjå vedlegg.\n",
            files=[("winmail.dat", "application/ms-tnef", tnef)],
        )
        yield self._piece("winmail", mail, "archived", "leie-av-areal", "Outlooks eget format")
        bunt = paper.package(
            {"referat.txt": "Referat fra møtet om strandryddedagen.".encode(), "bilag/liste.txt": b"Tolv sekker"}
        )
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Papirer fra strandryddedagen",
            "Her er alt samlet.\n",
            files=[("papirer.zip", "application/zip", bunt)],
        )
        yield self._piece("zip", mail, "set_aside", "", "en pakke med flere filer, og ingen regel")

    def _machines(self) -> Iterator[Piece]:
        told = "Reporting-MTA: dns; mx.borger.example\r\n\r\nFinal-Recipient: rfc822; borte@borger.example\r\nAction: failed\r\nStatus: 5.1.1"
        bounce = self.mails.report(
            "MAILER-DAEMON@mx.borger.example",
            "Undelivered Mail Returned to Sender",
            "delivery-status",
            "Meldingen kom ikke fram.",
            told,
        )
        yield self._piece("returmelding", bounce, "dismissed", "returmelding", "e-post som ikke kom fram")
        told = "Reporting-UA: leser\r\nFinal-Recipient: rfc822; leser@borger.example\r\nDisposition: manual-action/MDN-sent-manually; displayed"
        receipt = self.mails.report(
            "Leser <leser@borger.example>", "Lest: Vedtak", "disposition-notification", "Meldingen er lest.", told
        )
        yield self._piece("lesekvittering", receipt, "dismissed", "lesekvittering", "")
        mail = self.mails.mail(
            self.people.draw().mailbox,
            "Automatisk svar: Vedtak",
            "Jeg har ferie til mandag.\n",
            headers=[("Auto-Submitted", "auto-replied")],
        )
        yield self._piece("fravær", mail, "dismissed", "automatisk-svar", "fraværsmelding")
        mail = self.mails.mail(
            "Kursfabrikken <nyhet@kursfabrikken.example>",
            "Nyhetsbrev uke 25",
            "Nye kurs i regneark!\n",
            html="<h1>Nye kurs</h1><p>Meld deg på.</p>",
            headers=[("List-Unsubscribe", "<mailto:av@kursfabrikken.example>"), ("Precedence", "bulk")],
        )
        yield self._piece("nyhetsbrev", mail, "dismissed", "nyhetsbrev", "masseutsendt")
        mail = self.mails.mail(self.people.draw().mailbox, "", "\n")
        yield self._piece("tom", mail, "dismissed", "tom-melding", "uten emne, tekst og vedlegg")
