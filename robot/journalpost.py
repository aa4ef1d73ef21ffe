"""From a rule's outcome to the journalpost that is asked for, and what keeps it from being J. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.archive import NySaksmappe
from models.decision import Lack, Mode, PlannedCase, PlannedJournalpost
from models.facts import Facts, Unknown
from models.finding import Finding
from models.judgement import Addition, Hit, JournalpostUtfall, NySak
from models.noark import (
    TEMPORARY,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Skjerming,
    SkjermingDokument,
)
from models.organisation import Organisation
from models.reading import ReadPost
from robot.cases import CaseAnswer
from robot.documents import documents
from robot.titles import Scan, clean_title, cut, public_title, whole_title

UNKNOWN_SENDER = "Ukjent avsender"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The plan, or what is obligatory even for M and missing (Norwegian words, for the reviewer)."""

    case: PlannedCase | None = None
    journalpost: PlannedJournalpost | None = None
    missing: tuple[str, ...] = ()


def plan_journalpost(
    utfall: JournalpostUtfall,
    *,
    hit: Hit,
    read: ReadPost,
    facts: Facts,
    additions: Sequence[Addition],
    found: CaseAnswer,
    org: Organisation,
    mottatt: date,
    marks: Sequence[Finding],
    possible_duplicate: bool,
    answered: bool,
    scan: Scan,
) -> Planned:
    """The journalpost and its case.

    J only when all nine conditions of noark5.md section 4 hold and nothing of the house's limits stands against it;
    what does is listed in ``lacks``. An unread part or an unshielded mark gives the temporary code.
    """
    subject = _text(facts, "emne") or _file_title(read)
    whole = whole_title(utfall.tittel or subject, scan) or "Uten emne"
    tittel = cut(whole)
    unread = bool(read.unread) or isinstance(facts.get("funn"), Unknown)
    skjerming = decided_access(utfall, additions, shut=(unread or bool(marks)) and not answered)
    case, missing = _case(utfall, found, org, skjerming, scan)
    enhet = utfall.fordel_til or (utfall.sak.ny.enhet if utfall.sak.ny is not None and found.existing is None else "")
    if not enhet and found.existing is not None:
        enhet = found.existing.administrativ_enhet
    if not enhet:
        missing = (*missing, "enhet (fordel_til)")
    if missing or case is None:
        return Planned(missing=missing or ("sak",))
    sender = _sender(utfall, facts, scan)
    kind, kind_lack = _type(utfall, facts)
    lacks = (
        *((Lack.MODE,) if hit.modus is not Mode.AUTO else ()),
        *((Lack.ADDING_RULE,) if any(a.modus is Mode.FORSLAG for a in additions) else ()),
        *((Lack.RULE_UNKNOWN,) if any(a.unknown and a.skjerming for a in additions) else ()),
        *kind_lack,
        *((Lack.SENDER_UNKNOWN,) if sender.navn == UNKNOWN_SENDER else ()),
        *((Lack.UNREAD,) if unread and not answered else ()),
        *((Lack.FINDING,) if marks and not _rule_shields(utfall, additions) and not answered else ()),
        *((Lack.DUPLICATE,) if possible_duplicate else ()),
        *((Lack.ACCESS,) if skjerming is not None and skjerming.temporary else ()),
        *((Lack.SHIELDING_INCOMPLETE,) if _incomplete(skjerming) else ()),
        *((Lack.CASE_ACCESS,) if case.new is not None and _undecided(case.new.skjerming) else ()),
    )
    journalpost = PlannedJournalpost(
        type=kind,
        status=Journalstatus.MIDLERTIDIG if lacks else Journalstatus.JOURNALFOERT,
        tittel=tittel,
        offentlig_tittel=public_title(whole, utfall.offentlig_tittel, skjerming, scan),
        skjerming=skjerming,
        parter=(
            sender,
            Korrespondansepart(
                type=Korrespondanseparttype.INTERN_MOTTAKER,
                navn=org.enheter[enhet].navn if enhet in org.enheter else enhet,
                administrativ_enhet=enhet,
            ),
            *_recipient(utfall),
        ),
        mottatt_dato=mottatt,
        enhet=enhet,
        dokumenter=documents(
            read,
            tittel=tittel,
            clean=lambda name: clean_title(name, scan),
            hoved=utfall.hoveddokument,
            ta_med=utfall.ta_med,
        ),
        dokumentets_dato=utfall.dokumentdato or _date(facts, "dato.dokument"),
        forfall=_earliest(utfall.forfall, *(a.forfall for a in additions if not a.unknown)),
        avskriv=utfall.avskriv,
        lacks=lacks,
    )
    return Planned(case=case, journalpost=journalpost)


def decided_access(utfall: JournalpostUtfall, additions: Sequence[Addition], *, shut: bool) -> Skjerming | None:
    """The strictest of what rules ask for; no rule opens what another closed, and access is always said.

    ``shut``: something was unread or marked, so that open is not to be believed; a rule's own shielding stays.
    """
    asked = [s for s in (utfall.skjerming, *(a.skjerming for a in additions if not a.unknown)) if s is not None]
    if any(a.unknown and a.skjerming is not None for a in additions):
        return TEMPORARY
    if asked:
        return _merged(asked)
    return None if utfall.tilgang_aapen and not shut else TEMPORARY


def _merged(asked: Sequence[Skjerming]) -> Skjerming:
    """The strictest, and beside it everything that any of them hides; the temporary code hides all as it is."""
    strictest = max(asked, key=_strictness)
    if strictest.temporary:
        return strictest
    return replace(
        strictest,
        skjul=tuple(dict.fromkeys(item for one in (strictest, *asked) for item in one.skjul)),
        ord=tuple(dict.fromkeys(word for one in (strictest, *asked) for word in one.ord)),
    )


def _undecided(access: Skjerming | None) -> bool:
    """Whether the access of a new case is still to be assessed, or says too little to hold."""
    return access is not None and (access.temporary or _incomplete(access))


def _recipient(utfall: JournalpostUtfall) -> tuple[Korrespondansepart, ...]:
    """EM where the rule names one (types U and N)."""
    if not utfall.mottaker:
        return ()
    return (Korrespondansepart(type=Korrespondanseparttype.MOTTAKER, navn=utfall.mottaker),)


def _strictness(skjerming: Skjerming) -> tuple[bool, int, int]:
    whole = (None, SkjermingDokument.DELER, SkjermingDokument.HELE).index(skjerming.dokument)
    return skjerming.temporary, whole, len(skjerming.skjul)


def _rule_shields(utfall: JournalpostUtfall, additions: Sequence[Addition]) -> bool:
    return utfall.skjerming is not None or any(a.skjerming is not None and not a.unknown for a in additions)


def _incomplete(skjerming: Skjerming | None) -> bool:
    """Shielded without provision or without what is hidden (noark5.md section 4, condition 8)."""
    return skjerming is not None and not skjerming.temporary and not (skjerming.hjemmel and skjerming.skjul)


def _case(
    utfall: JournalpostUtfall, found: CaseAnswer, org: Organisation, skjerming: Skjerming | None, scan: Scan
) -> tuple[PlannedCase | None, tuple[str, ...]]:
    """The case as planned, or what is missing to open it."""
    if found.existing is not None:
        planned = PlannedCase(key=found.key, existing=found.existing.ref, existing_tittel=found.existing.tittel)
        return planned, ()
    ny = utfall.sak.ny or NySak()
    unit = org.enheter.get(ny.enhet) or org.enheter.get(utfall.fordel_til)
    fields = {
        "tittel på saken": ny.tittel or utfall.sak.samlesak or "",
        "arkivdel": ny.arkivdel or (unit.arkivdel if unit else ""),
        "klasse": ny.klasse or (unit.klasse if unit else ""),
        "enhet": ny.enhet or utfall.fordel_til,
        "saksansvarlig": ny.saksansvarlig or (unit.saksansvarlig if unit else ""),
    }
    missing = tuple(name for name, value in fields.items() if not value)
    if missing:
        return None, missing
    access = ny.skjerming or (None if ny.tilgang_aapen else TEMPORARY)
    whole = whole_title(fields["tittel på saken"], scan)
    new = NySaksmappe(
        tittel=cut(whole),
        offentlig_tittel=public_title(whole, ny.offentlig_tittel, access, scan),
        arkivdel=fields["arkivdel"],
        klasse=fields["klasse"],
        administrativ_enhet=fields["enhet"],
        saksansvarlig=fields["saksansvarlig"],
        skjerming=access,
        sakstype=utfall.sak.sakstype,
        parter=(utfall.sak.part,) if utfall.sak.part is not None else (),
        ekstern_noekkel=utfall.sak.ekstern_noekkel,
        nasjonale_identifikatorer=(found.identifikator,) if found.identifikator else (),
    )
    return PlannedCase(key=found.key, new=new, cross_reference=found.cross_reference), ()


def _sender(utfall: JournalpostUtfall, facts: Facts, scan: Scan) -> Korrespondansepart:
    """EA from the rule, the inner letter of a forward, or the sender; else «Ukjent avsender».

    An identity number that stands in the name is starred, as in a title: parties are published with open entries.
    The address and number belong to whoever the name is: a colleague who only passed a letter on lends it neither.
    """
    inner = _texts(facts, "videresendt.avsender")
    if inner:
        address = next((text for text in inner if "@" in text), "")
        name = utfall.avsender or inner[0]
        return Korrespondansepart(
            type=Korrespondanseparttype.AVSENDER, navn=clean_title(name, scan), epostadresse=address
        )
    name = utfall.avsender or _text(facts, "avsender.navn") or _text(facts, "avsender.adresse")
    return Korrespondansepart(
        type=Korrespondanseparttype.AVSENDER,
        navn=clean_title(name, scan) or UNKNOWN_SENDER,
        epostadresse=_text(facts, "avsender.adresse"),
        # M400 ff.: one of the two at most (noark5.md section 2).
        person_id="" if _text(facts, "avsender.orgnr") else _text(facts, "avsender.fnr"),
        organisasjons_id=_text(facts, "avsender.orgnr"),
    )


def _type(utfall: JournalpostUtfall, facts: Facts) -> tuple[Journalposttype, tuple[Lack, ...]]:
    """M082. ``fra_post``: I from outside; a colleague's forward takes the inner letter's direction (M082 in noark5.md)."""
    inside = facts.get("avsender.intern") is True
    inner = facts.get("videresendt.retning")
    if utfall.type != "fra_post":
        kind = Journalposttype(utfall.type)
    elif inner is not None:
        kind = Journalposttype.UTGAAENDE if inner == "ut" else Journalposttype.INNGAAENDE
    else:
        kind = Journalposttype.ORGANINTERNT_OPPFOELGING if inside else Journalposttype.INNGAAENDE
    if kind is not Journalposttype.INNGAAENDE:
        return kind, (Lack.TYPE,)
    return kind, ((Lack.SENDER_INTERNAL,) if inside and inner is None else ())


def _text(facts: Facts, name: str) -> str:
    """The (first) text of a fact, or of the part of it that was read."""
    return next(iter(_texts(facts, name)), "")


def _texts(facts: Facts, name: str) -> tuple[str, ...]:
    value = facts.get(name)
    if isinstance(value, Unknown):
        value = value.known
    if isinstance(value, tuple):
        return tuple(v for v in value if isinstance(v, str) and v)
    return (value,) if isinstance(value, str) and value else ()


def _date(facts: Facts, name: str) -> date | None:
    value = facts.get(name)
    return value if isinstance(value, date) else None


def _earliest(*dates: date | None) -> date | None:
    known = [d for d in dates if d is not None]
    return min(known) if known else None


def _file_title(read: ReadPost) -> str:
    """A file's name without folder and ending, cleaned, for what has no subject."""
    stem = read.main.name.rpartition("/")[2].rpartition(".")[0] or read.main.name
    return " ".join(stem.replace("_", " ").split())
