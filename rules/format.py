"""What a rule file may say: the facts and operators of ``hvis``, with help and an example each.

The loader, the lint and docs/regler.md all read these tables; every example is run by a test.
"""

# ruff: noqa: E501 (tables: one word a line reads best)

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.reasons import DISMISSALS

LANGUAGE_VERSION = 1


class Subject(StrEnum):
    """What a rule is about (``gjelder``)."""

    POST = "post"
    JOURNALPOST = "journalpost"
    SAK = "sak"
    PUBLISERT = "publisert"


class Kind(StrEnum):
    """What sort of value a fact has, which decides the operators it takes."""

    TEXT = "tekst"
    CHOICE = "valg"
    BOOL = "ja/nei"
    NUMBER = "tall"
    DATE = "dato"
    AGE = "alder"
    OPEN = "fritt felt"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``example`` is a ``hvis``, ``hit`` the facts of a post it hits, both as YAML flow text.

    ``group`` is what must be computed before it can be asked for ("" for what the channel gives).
    """

    kind: Kind
    help: str
    example: str
    hit: str
    group: str = ""
    choices: tuple[str, ...] = ()
    template: bool = True


FACTS: dict[str, Fact] = {
    "kanal": Fact(Kind.TEXT, "kanalen posten kom i: altinn, epost, svarinn, mappe …", "{kanal: altinn}", "{kanal: altinn}"),
    "innboks": Fact(Kind.TEXT, "navnet på innboksen i oppsettet", "{innboks: postmottak}", "{innboks: Postmottak}"),
    "tjeneste": Fact(Kind.TEXT, "tjenesten eller skjemaets id", "{tjeneste: nabovarsel-v4}", "{tjeneste: nabovarsel-v4}"),
    "avsender.navn": Fact(Kind.TEXT, "avsenderens navn, slik kanalen oppgir det", "{avsender.navn: {inneholder: advokat}}", "{avsender: {navn: Advokat Li}}"),
    "avsender.adresse": Fact(Kind.TEXT, "avsenderens adresse (e-post)", "{avsender.adresse: {slutter: '@nav.example'}}", "{avsender.adresse: pleiepenger@nav.example}"),
    "avsender.domene": Fact(Kind.TEXT, "domenet i avsenderens adresse", "{avsender.domene: [nav.example, lege.example]}", "{avsender.domene: lege.example}"),
    "avsender.orgnr": Fact(Kind.TEXT, "avsenderens organisasjonsnummer", "{avsender.orgnr: '910000004'}", "{avsender.orgnr: '910000004'}"),
    "avsender.fnr": Fact(Kind.TEXT, "avsenderens fødselsnummer, når kanalen oppgir det for seg (SvarInn)", "{avsender.fnr: {finnes: ja}}", "{avsender.fnr: '01815012345'}", template=False),
    "avsender.intern": Fact(Kind.BOOL, "om avsenderen er en av våre egne", "{avsender.intern: ja}", "{avsender.intern: ja}"),
    "avsender.bekreftet": Fact(Kind.BOOL, "om kanalen går god for avsenderen (Altinn, SvarInn, DMARC bestått)", "{avsender.bekreftet: ja}", "{avsender.bekreftet: ja}"),
    "avsender.dmarc": Fact(Kind.CHOICE, "hva vår egen e-posttjener sier om avsenderen", "{avsender.dmarc: feilet}", "{avsender.dmarc: feilet}", choices=("bestått", "feilet", "mangler")),
    "mottaker.adresse": Fact(Kind.TEXT, "adressen posten var sendt til", "{mottaker.adresse: {starter: barnevern@}}", "{mottaker.adresse: barnevern@solvik.example}"),
    "mottaker.orgnr": Fact(Kind.TEXT, "organisasjonsnummeret posten var sendt til; kan være en underenhets", "{mottaker.orgnr: '974000001'}", "{mottaker.orgnr: '974000001'}"),
    "mottaker.enhet": Fact(Kind.TEXT, "enheten posten var sendt til, etter enhetsregisteret", "{mottaker.enhet: SKOLE}", "{mottaker.enhet: SKOLE}"),
    "emne": Fact(Kind.TEXT, "emnefeltet eller skjemaets tittel", "{emne: {inneholder: [nabovarsel, varsel om byggearbeid]}}", "{emne: 'Nabovarsel, Storgata 1'}"),
    "brødtekst": Fact(Kind.TEXT, "meldingens egen tekst", "{brødtekst: {inneholder: oppsigelse}}", "{brødtekst: Jeg sender min oppsigelse.}", group="text", template=False),
    "sitert": Fact(Kind.TEXT, "den eldre tråden og signaturen", "{sitert: {inneholder: med hilsen}}", "{sitert: Med hilsen Kari}", group="text", template=False),
    "tekst": Fact(Kind.TEXT, "brødtekst og alle vedlegg", "{tekst: {inneholder: dispensasjon}}", "{tekst: Vi søker dispensasjon.}", group="text", template=False),
    "vedlegg.navn": Fact(Kind.TEXT, "vedleggets filnavn", "{vedlegg: {navn: {glob: '*faktura*.pdf'}}}", "{vedlegg: [{navn: Faktura 12.pdf}]}", group="text", template=False),
    "vedlegg.type": Fact(Kind.TEXT, "vedleggets type etter innholdet: pdf, docx, jpg …", "{vedlegg: {type: pdf, tekst: {inneholder: tegning}}}", "{vedlegg: [{type: pdf, tekst: Tegning nr. 4}]}", group="text", template=False),
    "vedlegg.tekst": Fact(Kind.TEXT, "vedleggets tekst", "{vedlegg.tekst: {inneholder: legeerklæring}}", "{vedlegg: [{tekst: Legeerklæring}]}", group="text", template=False),
    "vedlegg.antall": Fact(Kind.NUMBER, "hvor mange vedlegg posten har, 0 uten", "{vedlegg.antall: {minst: 2}}", "{vedlegg: [{navn: a.pdf}, {navn: b.pdf}]}", group="text", template=False),
    "meldingstype": Fact(Kind.CHOICE, "hva slags melding det er", "{meldingstype: [returmelding, lesekvittering]}", "{meldingstype: returmelding}", choices=("vanlig", "automatisk_svar", "returmelding", "lesekvittering", "kalender", "tom")),
    "duplikat": Fact(Kind.CHOICE, "om posten er kommet før", "{duplikat: sikker}", "{duplikat: sikker}", choices=("sikker", "mulig")),
    "avsenders_ref": Fact(Kind.TEXT, "avsenderens referanse («vår ref» i brevet)", "{avsenders_ref: {starter: NAV-}}", "{avsenders_ref: NAV-881}", group="text"),
    "vår_ref": Fact(Kind.TEXT, "vår referanse («deres ref» i brevet)", "{vår_ref: {finnes: ja}}", "{vår_ref: 2026/12-3}", group="text"),
    "referanser": Fact(Kind.TEXT, "annet kanalen sier at posten hører sammen med (Altinn-skjema, forsendelse)", "{referanser: {inneholder: f21e491f}}", "{referanser: f21e491f-f862}"),
    "dato.frist": Fact(Kind.DATE, "svarfristen kanalen oppgir (Altinn)", "{dato.frist: {høyst: 2026-12-31}}", "{dato.frist: 2026-12-01}"),
    "dato.mottatt": Fact(Kind.DATE, "da posten nådde oss", "{dato.mottatt: {mellom: [2026-12-01, 2026-12-31]}}", "{dato.mottatt: 2026-12-24}"),
    "dato.dokument": Fact(Kind.DATE, "datoen på brevet", "{dato.dokument: {minst: {arbeidsdager: 3}}}", "{dato: {dokument: 2026-06-01}}", group="text"),
    "taushetsbelagt": Fact(Kind.BOOL, "om avsenderen har merket posten taushetsbelagt", "{taushetsbelagt: ja}", "{taushetsbelagt: ja}"),
    "nivå": Fact(Kind.NUMBER, "sikkerhetsnivået posten kom med", "{nivå: {minst: 4}}", "{nivå: 4}"),
    "språk": Fact(Kind.TEXT, "språket i teksten: nb, nn, en …", "{språk: [nn, nb]}", "{språk: nn}", group="text"),
    "kategori": Fact(Kind.TEXT, "det språkmodellen mener brevet er; `sikkerhet` er hvor sikker den må være (0,9 om ikke annet er sagt)", "{kategori: {er: byggesak, sikkerhet: {minst: 0.95}}}", "{kategori: {er: byggesak, sikkerhet: 0.97}}", group="language", template=False),
    "svar_på": Fact(Kind.TEXT, "post eller journalpost fra oss som dette svarer på", "{svar_på: {finnes: ja}}", "{svar_på: 2026/12-3}", group="text"),
    "videresendt.avsender": Fact(Kind.TEXT, "hvem som skrev brevet en kollega videresendte", "{videresendt.avsender: {finnes: ja}}", "{videresendt.avsender: kari@borger.example}"),
    "videresendt.dato": Fact(Kind.DATE, "datoen på brevet en kollega videresendte", "{videresendt.dato: {høyst: 2026-06-01}}", "{videresendt.dato: 2026-05-20}"),
    "videresendt.retning": Fact(Kind.TEXT, "om brevet en kollega videresendte, kom inn eller gikk ut", "{videresendt.retning: inn}", "{videresendt.retning: inn}"),
    "filnavn": Fact(Kind.TEXT, "hovedfilens navn", "{filnavn: {starter: skann}}", "{filnavn: skann0001.pdf}"),
}  # fmt: skip
"""The facts by dotted name. ``hode.<navn>`` and ``skjema.<felt>`` are open, ``vedlegg`` and ``funn`` have forms."""

OPEN_PREFIXES: dict[str, Fact] = {
    "hode": Fact(Kind.OPEN, "en linje i e-postens hode", "{hode.List-Unsubscribe: {finnes: ja}}", "{hode.list-unsubscribe: <mailto:x@y.example>}"),
    "skjema": Fact(Kind.OPEN, "et felt i skjemaets XML eller JSON, med punktum mellom nivåene", "{skjema.søker.kommune: Solvik}", "{skjema: {søker: {kommune: Solvik}}}"),
}  # fmt: skip

CATEGORY = "kategori"
CERTAINTY = Fact(Kind.NUMBER, "hvor sikker språkmodellen er, fra 0 til 1", "", "", group="language", template=False)
CERTAINTY_NAME = "kategori.sikkerhet"
LEAST_CERTAINTY = 0.9
"""What ``kategori`` asks for when the rule does not say how sure the pipeline must be."""

FINDING_EXAMPLES: tuple[tuple[str, str], ...] = (
    ("{funn: [FNR, DNR]}", "{funn: [DNR]}"),
    ("{funn: {etikett: KONTO, alvor: {minst: warning}}}", "{funn: [{etikett: KONTO, alvor: block}]}"),
)
FINDING_HELP = "det sjekkene fant: FNR, DNR, KONTO, PASSORD …, med alvor note, warning eller block"

GROUPS: dict[str, tuple[str, ...]] = {
    group: tuple(name.partition(".")[2] for name in FACTS if name.startswith(f"{group}."))
    for group in ("avsender", "mottaker", "dato", "videresendt", "vedlegg")
}
"""Facts that may be written nested: ``avsender: {domene: …}`` is ``avsender.domene: …``."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: help and a runnable example, like :class:`Fact`."""

    help: str
    kinds: frozenset[Kind]
    example: str
    hit: str


_TEXTS = frozenset({Kind.TEXT, Kind.OPEN})
_ALL = frozenset(Kind)
_VALUES = _ALL - {Kind.AGE}
_ORDERED = frozenset({Kind.NUMBER, Kind.DATE, Kind.AGE, Kind.OPEN})

OPERATORS: dict[str, Operator] = {
    "er": Operator("lik; store og små bokstaver og mellomrom er uten betydning. Kortform: bare verdien", _VALUES, "{emne: {er: årsregnskap 2026}}", "{emne: Årsregnskap  2026}"),
    "inneholder": Operator("hele ord i rekkefølge («klage» er ikke i «beklager»)", _TEXTS, "{emne: {inneholder: klage på vedtak}}", "{emne: 'SV: Klage på vedtak, sak 12'}"),
    "ord": Operator("hele ord i rekkefølge, i alle bøyninger på bokmål og nynorsk. Skriv ordet slik det står i ordboken; det siste leddet i et sammensatt ord bøyes («søknad» treffer ikke «byggesøknad»)", _TEXTS, "{emne: {ord: søknad om skjenkebevilling}}", "{emne: Søknadene om skjenkebevillingar}"),
    "deltekst": Operator("del av teksten, også midt i ord", _TEXTS, "{emne: {deltekst: byggesak}}", "{emne: Byggesaksgebyr}"),
    "starter": Operator("teksten begynner slik", _TEXTS, "{emne: {starter: 'faktura'}}", "{emne: Faktura 881}"),
    "slutter": Operator("teksten slutter slik", _TEXTS, "{filnavn: {slutter: .docx}}", "{filnavn: Brev.DOCX}"),
    "glob": Operator("hele teksten etter mønster: * er hva som helst, ? ett tegn", _TEXTS, "{vedlegg: {navn: {glob: 'tegning-??.pdf'}}}", "{vedlegg: [{navn: Tegning-04.pdf}]}"),
    "regex": Operator("regulært uttrykk (RE2), uten skille på store og små bokstaver; skriv [\\pL\\pN] for bokstaver og tall", _TEXTS, "{emne: {regex: 'sak nr\\.? ?[0-9]{2}/[0-9]+'}}", "{emne: Vedr. Sak nr. 14/881}"),
    "finnes": Operator("ja: opplysningen er der; nei: kanalen har den ikke, eller den er tom", _ALL, "{hode.List-Id: {finnes: nei}}", "{emne: Hei}"),
    "minst": Operator("minst så mye, så sent, eller (for datoer) så gammelt: {arbeidsdager: 3}", _ORDERED, "{vedlegg.antall: {minst: 1}}", "{vedlegg: [{navn: a.pdf}]}"),
    "høyst": Operator("høyst så mye, senest da, eller høyst så gammelt", _ORDERED, "{skjema.beløp: {høyst: 5000}}", "{skjema.beløp: '4 200'}"),
    "mellom": Operator("fra og med – til og med", _ORDERED, "{nivå: {mellom: [3, 4]}}", "{nivå: 4}"),
    "i_liste": Operator("verdien står i en kolonne i en CSV-fil ved siden av reglene", _TEXTS | {Kind.CHOICE}, "{avsender.adresse: {i_liste: {fil: faste.csv, kolonne: adresse}}}", "{avsender.adresse: ola@faste.example}"),
}  # fmt: skip

VALUE_TYPES: tuple[str, ...] = (
    "matrikkel",
    "saksnummer",
    "journalnummer",
    "orgnr",
    "fnr",
    "dato",
    "frist",
    "beløp",
    "kid",
    "kontonummer",
    "adresse",
    "epost",
    "telefon",
    "stillings_id",
    "planid",
    "navn",
)
DATE_TYPES = frozenset({"dato", "frist"})
IDENTITY_TYPES = frozenset({"fnr"})
IDENTITY_FIELDS = ("fnr", "fødselsnummer", "fodselsnummer", "foedselsnummer", "personnummer", "fødselsnr", "fodselsnr")
"""Form fields that hold an identity number, by the last part of their name."""
CASE_KEY_TYPES = {"matrikkel": "gnr_bnr", "planid": "planid"}
"""The archive's name of a national identifier by the type that finds it (``åpen_sak_med``)."""

CLOCK_NAMES = ("år", "måned", "dato")
DURATION_UNITS = ("dager", "arbeidsdager", "uker", "måneder")
DISMISSAL_WORDS = tuple(sorted(code.value for code in DISMISSALS))
RULE_KEYS = (
    "regel",
    "navn",
    "for_hver",
    "gjelder",
    "prioritet",
    "modus",
    "eier",
    "hvorfor",
    "hvis",
    "hent",
    "så",
    "legg_til",
    "stopp",
    "eksempler",
    "erstatt",
)


def holds_identity(name: str) -> bool:
    """Whether a form field by its name holds an identity number."""
    last = name.rpartition(".")[2].lower()
    return name.lower().startswith("skjema.") and any(last.endswith(word) for word in IDENTITY_FIELDS)


def canonical(name: str) -> str:
    """The name as :class:`models.facts.Facts` spells it: header and form names in lower case."""
    prefix = name.partition(".")[0]
    return name.lower() if prefix in OPEN_PREFIXES else name
