"""Who wrote to whom, and what letters say of each other: what matching a letter with its answer rests on. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.noark import Journalposttype, Korrespondansepart, TilknyttetSom
from models.noark import Korrespondanseparttype as P
from models.omsorg import Journalinnfoersel
from rules.folding import fold

UNKNOWN = frozenset({"ukjent avsender", "ukjend avsendar", "ukjent", "ukjend"})
MAIL_FORMATS = frozenset({"fmt/278", "fmt/950"})
"""PRONOM: RFC 822 and MIME; an answer whose main document is one was sent as e-mail (BE, not BU)."""

_COMPANY = frozenset({"as", "asa", "sa", "ba", "ans", "da", "enk", "kf", "iks"})
_PREFIX = re.compile(
    r"^(?:(?:vårt svar på|svar vedrørende|svar på|svar til|svar|vedrørende|angående|vedr|sv|re|vs|fwd|fw|ad)\b[ .:–—-]*)+"
)
_NUMBER = re.compile(r"(?<![0-9/-])[0-9]{1,7}/[0-9]{1,7}(?:-[0-9]{1,5})?(?![0-9/-])")
_PRELIMINARY = re.compile(
    r"\b(?:foreløpig|førebels|midlertidig)\w* (?:svar|tilbakemelding|melding)"
    r"|\b(?:mottaksbekreftelse|mottaksstadfesting|mottakskvittering)\w*"
    r"|\b(?:bekreftelse|stadfesting|kvittering) (?:på|av|for) (?:mottatt|motteke|mottak)\w*"
    r"|\bpreliminary (?:reply|answer)|\backnowledge?ment of receipt"
)
_NEW_MATTER = re.compile(
    r"\b(?:mangelbrev|purring|påminnelse|påminning|invitasjon|innkalling|høringsbrev)\w*"
    r"|\b(?:anmodning|oppmoding|forespørsel|førespurnad|varsel|forhåndsvarsel|førehandsvarsel) om\b"
    r"|\b(?:ber|bed) om (?:flere|fleire|nye|ytterligere|manglende)"
    r"|\b(?:manglende|manglande|tilleggs)\s?(?:dokumentasjon|opplysning)\w*"
)
_ANSWERS = re.compile(r"^(?:svar|vedtak|avslag|innvilg|tillatelse|løyve|sv:|re:)")
_ASKS = re.compile(
    r"\b\w*(?:søknad|søknaden|søknader|søknadar|klage|klagen|klaga|klager|innsynskrav|innsynsbegjæring|begjæring|forespørsel|"
    r"førespurnad|spørsmål|anmodning|oppmoding|purring)\b|\b(?:krav|begjæring|ønske) om\b|\b(?:ber|bed|søker|søkjer) om\b"
)
_NO_QUESTION = re.compile(
    r"^(?:kopi|gjenpart|svar|vedtak|kvittering|orientering|til orientering|trekker|trekk|tilbaketrekking|informasjon|referat)\b"
)


def parts(entry: Journalinnfoersel, *types: P) -> tuple[Korrespondansepart, ...]:
    """The parts of these kinds that have a name."""
    return tuple(part for part in entry.parter if part.type in types and part.navn.strip())


def same(one: Korrespondansepart, other: Korrespondansepart) -> bool:
    """Whether both are one correspondent. Numbers that contradict each other outweigh any name; an unknown one is nobody's
    equal."""
    if _nobody(one) or _nobody(other):
        return False
    for mine, theirs in ((one.organisasjons_id, other.organisasjons_id), (one.person_id, other.person_id)):
        if mine and theirs:
            return mine == theirs
    if one.epostadresse and fold(one.epostadresse) == fold(other.epostadresse):
        return True
    return name_words(one.navn) == name_words(other.navn)


def same_inside(one: Korrespondansepart, other: Korrespondansepart) -> bool:
    """The same for colleagues: by case worker where both name one, else by name or unit."""
    if one.saksbehandler and other.saksbehandler:
        return fold(one.saksbehandler) == fold(other.saksbehandler)
    if fold(one.navn) == fold(other.navn):
        return True
    unit = fold(one.administrativ_enhet)
    return bool(unit) and unit == fold(other.administrativ_enhet)


def _nobody(part: Korrespondansepart) -> bool:
    return fold(part.navn) in UNKNOWN or not part.navn.strip()


def name_words(name: str) -> frozenset[str]:
    """The words of a name: «Nordmann, Kari» is «Kari Nordmann», and a company is itself with and without its form."""
    words = frozenset(re.findall(r"\w+", fold(name)))
    return words - _COMPANY or words


def bare_title(title: str) -> str:
    """Folded, without «Svar på», «Re:» and the like before it."""
    return _PREFIX.sub("", fold(title)).strip(" .:–—-")


def titles_alike(one: str, other: str) -> bool:
    """Most of the longer title's words are in the other."""
    mine, theirs = (frozenset(re.findall(r"\w+", bare_title(title))) for title in (one, other))
    both = mine | theirs
    return bool(both) and len(mine & theirs) / len(both) >= 0.6


def numbers_in(title: str) -> frozenset[str]:
    """The numbers of entries a title names: «2026/118-3», «4412/2026»."""
    return frozenset(match.group() for match in _NUMBER.finditer(title))


def refers_to(answer: Journalinnfoersel, letter: Journalinnfoersel) -> bool:
    """Whether the answer's title names the letter by its number."""
    named = numbers_in(answer.post.tittel)
    journal = letter.post.journalnummer or f"{letter.journalsekvensnummer}/{letter.journalaar}"
    return bool(named) and (letter.post.number in named or journal in named)


def preliminary(entry: Journalinnfoersel) -> bool:
    """A preliminary answer or a receipt: it keeps fvl. § 11 a, and answers nothing."""
    return _PRELIMINARY.search(fold(entry.post.tittel)) is not None


def new_matter(entry: Journalinnfoersel) -> bool:
    """By its title it asks or tells something itself, rather than answers."""
    title = fold(entry.post.tittel)
    return _NEW_MATTER.search(title) is not None and _ANSWERS.match(title) is None


def asks_for_answer(entry: Journalinnfoersel) -> bool:
    """A letter that is not done with by being noted: it asks, applies or complains, or a date for the answer is set."""
    title = fold(entry.post.tittel)
    if _NO_QUESTION.match(title):
        return entry.forfallsdato is not None
    return entry.forfallsdato is not None or _ASKS.search(title) is not None


def sent_as_mail(entry: Journalinnfoersel) -> bool:
    """Whether the main document is an e-mail."""
    return any(
        variant.format in MAIL_FORMATS or variant.filnavn.lower().endswith((".eml", ".msg"))
        for document in entry.dokumenter
        if document.tilknyttet_som is TilknyttetSom.HOVEDDOKUMENT
        for variant in document.varianter
    )


def later(answer: Journalinnfoersel, letter: Journalinnfoersel) -> tuple[bool, bool]:
    """Whether the answer comes after the letter: by number, and by date (equal days count as after)."""
    by_number = (answer.journalaar, answer.journalsekvensnummer) > (letter.journalaar, letter.journalsekvensnummer)
    sent = answer.sendt_dato or answer.dokumentets_dato or answer.journaldato
    came = letter.mottatt_dato or letter.journaldato
    return by_number, sent >= came


def askers(entry: Journalinnfoersel) -> Sequence[Korrespondansepart]:
    """Who wrote it; never a copy recipient."""
    inside = entry.post.type is Journalposttype.ORGANINTERNT_OPPFOELGING
    return parts(entry, P.INTERN_AVSENDER if inside else P.AVSENDER)


def recipients(entry: Journalinnfoersel) -> Iterator[Korrespondansepart]:
    """Who is to answer an N, one by one (krav 3.4.6); copy recipients are not among them (krav 3.4.9)."""
    yield from parts(entry, P.INTERN_MOTTAKER)
