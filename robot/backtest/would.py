"""What a rule set would have a post become, as far as rules and stored facts tell: in words that two sets can be compared
by. Which case exists is the archive's to say; here stands which case the rules ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.decision import Mode
from models.facts import Facts, Unknown
from models.judgement import (
    Addition,
    AvvisUtfall,
    Hit,
    JournalpostUtfall,
    Judgement,
    NySak,
    SakValg,
    TilMenneske,
    VideresendUtfall,
)
from models.noark import Skjerming
from models.organisation import Organisation
from robot.decide import marks
from robot.journalpost import decided_access

OPEN, SHIELDED, TEMPORARY = "åpen", "skjermet", "midlertidig"
TO_HUMAN = "til et menneske"

FIELDS = (
    "utfall",
    "modus",
    "sak",
    "tilgang",
    "skjerming",
    "tilgang på saken",
    "enhet",
    "type",
    "tittel",
    "offentlig tittel",
    "avsender",
    "forfall",
    "avskriving",
    "videresendes til",
    "haster",
    "varsel",
    "kopi",
)
"""What is compared, in the order people are told."""

CODES = frozenset(FIELDS) - {"sak", "tittel", "offentlig tittel", "avsender"}
"""Fields whose values name nobody, so that a plan may show and keep them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Would:
    """``rule`` is what decides (empty: none did; ``reason`` then says why). ``fields`` by the words of :data:`FIELDS`."""

    rule: str
    reason: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """The outcome in one word."""
        return self.fields["utfall"]

    @property
    def to_human(self) -> bool:
        """Whether a person must decide."""
        return self.outcome == TO_HUMAN

    @property
    def source(self) -> str:
        """The rule, or why there is none."""
        return self.rule or self.reason

    def restricted(self, name: str) -> bool:
        """Whether this access (``tilgang``, ``tilgang på saken``) shuts the public out."""
        return self.fields.get(name) in (SHIELDED, TEMPORARY)


def would(judgement: Judgement, facts: Facts, org: Organisation) -> Would:
    """What the judgement would have led to. Pure."""
    additions = tuple(a for a in judgement.additions if a.modus is not Mode.UTKAST)
    hit = judgement.winner
    told = _told(additions)
    if hit is None or hit.utfall is None:
        reason = (hit.problem if hit is not None else judgement.problem) or "unreadable"
        fields = {"utfall": TO_HUMAN, **told, **_shut_by_additions(additions)}
        return Would(rule=hit.regel if hit is not None else "", reason=str(reason), fields=fields)
    if isinstance(hit.utfall, TilMenneske):
        told |= _shut_by_additions(additions)
    return Would(rule=hit.regel, fields={**_outcome(hit, additions, facts, org), **told})


def changed(before: Would, after: Would) -> tuple[str, ...]:
    """The fields that differ, in order."""
    return tuple(name for name in FIELDS if before.fields.get(name, "") != after.fields.get(name, ""))


def _told(additions: tuple[Addition, ...]) -> dict[str, str]:
    known = [a for a in additions if not a.unknown]
    found = {
        "haster": "ja" if any(a.haster for a in additions) else "",
        "varsel": ", ".join(sorted({to for a in known for to in a.varsel})),
        "kopi": ", ".join(sorted({to for a in known for to in a.kopi_til})),
    }
    return {name: value for name, value in found.items() if value}


def _shut_by_additions(additions: tuple[Addition, ...]) -> dict[str, str]:
    """What a person would find it shielded by: a rule that opens what these closed is told of too."""
    shields = [a for a in additions if a.skjerming is not None]
    if not shields:
        return {}
    sure = any(not a.unknown and not a.skjerming.temporary for a in shields if a.skjerming is not None)
    return {"tilgang": SHIELDED if sure else TEMPORARY}


def _outcome(hit: Hit, additions: tuple[Addition, ...], facts: Facts, org: Organisation) -> dict[str, str]:
    match hit.utfall:
        case JournalpostUtfall() as utfall:
            return _journalpost(hit, utfall, additions, facts, org)
        case VideresendUtfall() as out:
            follow = out.foelg_opp.isoformat() if out.foelg_opp is not None else ""
            fields = {
                "utfall": "videresendes",
                "modus": hit.modus.value,
                "videresendes til": out.til,
                "forfall": follow,
            }
            return {name: value for name, value in fields.items() if value}
        case AvvisUtfall(grunn=grunn):
            return {"utfall": f"avvises ({grunn.value})", "modus": hit.modus.value}
        case TilMenneske() | None:
            return {"utfall": TO_HUMAN}


def _journalpost(
    hit: Hit, utfall: JournalpostUtfall, additions: tuple[Addition, ...], facts: Facts, org: Organisation
) -> dict[str, str]:
    shut = bool(marks(facts)) or isinstance(facts.get("funn"), Unknown)
    access = decided_access(utfall, additions, shut=shut)
    due = min((d for d in (utfall.forfall, *(a.forfall for a in additions if not a.unknown)) if d), default=None)
    fields = {
        "utfall": "journalføres",
        "modus": hit.modus.value,
        "sak": case_text(utfall.sak),
        "tilgang": _word(access),
        "skjerming": _shielding(access),
        "tilgang på saken": _case_access(utfall.sak.ny),
        "enhet": utfall.fordel_til or (utfall.sak.ny.enhet if utfall.sak.ny is not None else ""),
        "type": utfall.type,
        "tittel": utfall.tittel or _text(facts, "emne"),
        "offentlig tittel": utfall.offentlig_tittel,
        "avsender": utfall.avsender,
        "forfall": due.isoformat() if due is not None else "",
        "avskriving": utfall.avskriv.value if utfall.avskriv is not None else "",
    }
    return {name: value for name, value in fields.items() if value}


def case_text(sak: SakValg) -> str:
    """The case asked for: how it is found, and by what."""
    if sak.samlesak is not None:
        return f"samlesak {sak.samlesak}"
    if sak.saksnummer is not None:
        return f"saksnummer {sak.saksnummer}"
    if sak.aapen_sak_med is not None:
        return "åpen sak med {} {} i {}".format(*sak.aapen_sak_med)
    if sak.ekstern_noekkel is not None:
        return f"nøkkel {sak.ekstern_noekkel.noekkel} i {sak.ekstern_noekkel.system}"
    part = sak.part
    who = (part.fnr or part.orgnr or part.ansattnr or part.navn) if part is not None else ""
    return f"{sak.sakstype or 'sak'} for {who}"


def _word(access: Skjerming | None) -> str:
    if access is None:
        return OPEN
    return TEMPORARY if access.temporary else SHIELDED


def _shielding(access: Skjerming | None) -> str:
    """Code, provision and what is hidden, so that a weaker shielding shows as a change."""
    if access is None or access.temporary:
        return ""
    hidden = ", ".join(sorted(str(item.value) for item in access.skjul))
    document = access.dokument.value if access.dokument is not None else ""
    return " ".join(part for part in (access.kode, access.hjemmel, f"({hidden})" if hidden else "", document) if part)


def _case_access(ny: NySak | None) -> str:
    if ny is None:
        return ""
    if ny.skjerming is not None:
        return _word(ny.skjerming)
    return OPEN if ny.tilgang_aapen else TEMPORARY


def _text(facts: Facts, name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""
