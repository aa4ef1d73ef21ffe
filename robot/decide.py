"""Hits + what was found + the house's limits → a Decision. Pure: stored input gives the same decision again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.answer import Answer
from models.decision import Decision, Lack, Mode, PlannedForward, Reason, ReasonCode, Way
from models.facts import Facts, Unknown
from models.finding import Finding, Severity
from models.judgement import (
    Addition,
    AvvisUtfall,
    Hit,
    JournalpostUtfall,
    Judgement,
    TilMenneske,
    VideresendUtfall,
)
from models.noark import Journalstatus
from models.organisation import Organisation
from models.reading import ReadPost
from robot.answers import as_hit
from robot.cases import CaseAnswer
from robot.journalpost import plan_journalpost
from robot.titles import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Everything a decision rests on. ``mottatt`` is the local date the post reached the municipality."""

    read: ReadPost
    facts: Facts
    judgement: Judgement
    org: Organisation
    mottatt: date
    found: CaseAnswer | None = None
    answer: Answer | None = None
    duplicate_of: str | None = None
    scan: Scan = lambda text: ()


def chosen(judgement: Judgement, answer: Answer | None, read: ReadPost) -> Hit | None:
    """The hit that is to be carried out: a person's answer before any rule's; None when there is none or it has a problem."""
    if answer is not None:
        return as_hit(answer)
    if read.main.reason is not None or judgement.winner is None or judgement.winner.problem is not None:
        return None
    return judgement.winner


def decide(grounds: Grounds, hit: Hit | None) -> Decision:
    """What becomes of the post. ``hit`` is what :func:`chosen` gave; ``grounds.found`` belongs to its ``sak``."""
    if hit is None or hit.utfall is None:
        return _no_hit(grounds)
    match hit.utfall:
        case TilMenneske(tekst=tekst):
            return _aside(grounds, ReasonCode.RULE_TO_HUMAN, tekst, hit)
        case AvvisUtfall() as avvis:
            return _dismiss(grounds, hit, avvis)
        case VideresendUtfall() as videresend:
            return _forward(grounds, hit, videresend)
        case JournalpostUtfall() as utfall:
            return _archive(grounds, hit, utfall)


def approved(proposal: Decision, answer: Answer) -> Decision | None:
    """The proposal a person has approved, as the decision to carry out; None when it proposes nothing.

    What only the mode held back no longer does; the other lacks stay, and then the journalpost stays M.
    """
    if proposal.proposed is None:
        return None
    journalpost = proposal.journalpost
    if journalpost is not None:
        lacks = tuple(lack for lack in journalpost.lacks if lack not in (Lack.MODE, Lack.ADDING_RULE))
        status = Journalstatus.MIDLERTIDIG if lacks else Journalstatus.JOURNALFOERT
        journalpost = replace(journalpost, lacks=lacks, status=status)
    return replace(
        proposal,
        way=proposal.proposed,
        because=(Reason(source=answer.source, text="Godkjent forslag"), *proposal.because),
        mode=Mode.AUTO,
        reason=proposal.proposed_reason,
        detail="",
        journalpost=journalpost,
        proposed=None,
        proposed_reason=None,
    )


def _no_hit(grounds: Grounds) -> Decision:
    main, judgement = grounds.read.main, grounds.judgement
    if main.reason is not None:
        return _aside(grounds, main.reason, main.detail, None, source=f"limit:{main.reason.value}")
    if judgement.winner is not None and judgement.winner.problem is not None:
        return _aside(grounds, judgement.winner.problem, judgement.winner.problem_detail, judgement.winner)
    reason = judgement.problem or ReasonCode.NO_RULE
    rules = ", ".join(judgement.problem_rules)
    return _aside(grounds, reason, f"Gjelder {rules}." if rules else "", None, source="rules")


def _aside(
    grounds: Grounds,
    reason: ReasonCode,
    detail: str,
    hit: Hit | None,
    *,
    source: str = "",
    proposal: Decision | None = None,
) -> Decision:
    """Set aside, with the proposal a person may approve."""
    ground = Reason(source=f"rule:{hit.regel}" if hit is not None else source, text=detail or reason.value)
    return Decision(
        way=Way.SET_ASIDE,
        because=(ground, *_additions(grounds)),
        ruleset_sha256=grounds.judgement.ruleset_sha256,
        rule=hit.regel if hit is not None else None,
        mode=hit.modus if hit is not None else None,
        reason=reason,
        detail=detail,
        case=proposal.case if proposal else None,
        journalpost=proposal.journalpost if proposal else None,
        forward=proposal.forward if proposal else None,
        proposed=proposal.way if proposal else None,
        proposed_reason=proposal.reason if proposal else None,
        duplicate_of=grounds.duplicate_of,
        urgent=_urgent(grounds),
        notify=_notify(grounds),
        copies=proposal.copies if proposal else (),
        listed=_listed(grounds),
    )


def _dismiss(grounds: Grounds, hit: Hit, avvis: AvvisUtfall) -> Decision:
    if grounds.read.unread and grounds.answer is None:
        return _aside(
            grounds,
            ReasonCode.PART_UNREAD,
            "En del av posten kunne ikke leses; den avvises ikke uten et menneske.",
            hit,
        )
    decision = _plain(grounds, hit, Way.DISMISS, reason=avvis.grunn, detail=avvis.hjemmel)
    if hit.modus is not Mode.AUTO:
        return _aside(grounds, ReasonCode.PROPOSAL, f"Forslag: avvis ({avvis.grunn.value}).", hit, proposal=decision)
    return decision


def _forward(grounds: Grounds, hit: Hit, out: VideresendUtfall) -> Decision:
    """Post with a finding, marked confidential, at level 4, or not read whole is never sent by ordinary mail."""
    forward = PlannedForward(to=out.til, channel=out.kanal, grunn=out.grunn, follow_up_by=out.foelg_opp)
    decision = _plain(grounds, hit, Way.FORWARD, forward=forward)
    hindrance = _forward_hindrance(grounds, out)
    if hindrance:
        return _aside(grounds, ReasonCode.FORWARD_BLOCKED, hindrance, hit)
    if hit.modus is not Mode.AUTO:
        return _aside(grounds, ReasonCode.PROPOSAL, f"Forslag: videresend til {out.til}.", hit, proposal=decision)
    return decision


def _forward_hindrance(grounds: Grounds, out: VideresendUtfall) -> str:
    if out.kanal not in grounds.org.forward_channels:
        return f"Kanalen «{out.kanal}» er ikke satt opp."
    domain = out.til.rpartition("@")[2].lower()
    if grounds.org.forward_domains and domain not in grounds.org.forward_domains:
        return f"Domenet {domain} står ikke blant dem det kan videresendes til."
    if out.kanal != "epost":
        return ""
    if marks(grounds.facts):
        return "Posten har funn av følsomme opplysninger og sendes ikke med vanlig e-post."
    level = grounds.facts.get("nivå")
    if grounds.facts.get("taushetsbelagt") is True or (isinstance(level, int) and level >= 4):
        return "Posten er merket taushetsbelagt og sendes ikke med vanlig e-post."
    if grounds.read.unread or isinstance(grounds.facts.get("funn"), Unknown):
        return "En del av posten kunne ikke leses, så den sendes ikke med vanlig e-post."
    return ""


def _archive(grounds: Grounds, hit: Hit, utfall: JournalpostUtfall) -> Decision:
    found = grounds.found
    if found is None:
        raise ValueError("a journalpost without an answer about its case")
    if found.problem is not None:
        return _aside(grounds, found.problem, found.detail, hit)
    planned = plan_journalpost(
        utfall,
        hit=hit,
        read=grounds.read,
        facts=grounds.facts,
        additions=_in_force(grounds.judgement.additions),
        found=found,
        org=grounds.org,
        mottatt=grounds.mottatt,
        marks=marks(grounds.facts),
        possible_duplicate=grounds.facts.get("duplikat") is not None and grounds.answer is None,
        answered=grounds.answer is not None,
        scan=grounds.scan,
    )
    if planned.missing:
        return _aside(grounds, ReasonCode.FIELDS_MISSING, "Mangler " + ", ".join(planned.missing) + ".", hit)
    decision = _plain(grounds, hit, Way.ARCHIVE, case=planned.case, journalpost=planned.journalpost)
    if not found.sender_known and grounds.answer is None:
        detail = "Avsenderen er ikke kjent i saken; foreslår den likevel."
        return _aside(grounds, ReasonCode.SENDER_NOT_IN_CASE, detail, hit, proposal=decision)
    return decision


def _plain(grounds: Grounds, hit: Hit, way: Way, **fields: object) -> Decision:
    source = grounds.answer.source if grounds.answer is not None else f"rule:{hit.regel}"
    return Decision(
        way=way,
        because=(Reason(source=source, text=hit.navn), *_additions(grounds)),
        ruleset_sha256=grounds.judgement.ruleset_sha256,
        rule=hit.regel,
        mode=hit.modus,
        duplicate_of=grounds.duplicate_of,
        urgent=_urgent(grounds),
        notify=_notify(grounds),
        copies=_copies(grounds),
        listed=_listed(grounds),
        **fields,  # type: ignore[arg-type]  # callers name fields of Decision
    )


def _in_force(additions: Sequence[Addition]) -> tuple[Addition, ...]:
    """Additions that apply; those in mode utkast are only recorded."""
    return tuple(a for a in additions if a.modus is not Mode.UTKAST)


def _additions(grounds: Grounds) -> tuple[Reason, ...]:
    return tuple(Reason(source=f"rule:{a.regel}", text=a.navn) for a in _in_force(grounds.judgement.additions))


def _listed(grounds: Grounds) -> tuple[str, ...]:
    """Adding rules whose condition could not be told: named, so that a person can tell."""
    return tuple(a.regel for a in _in_force(grounds.judgement.additions) if a.unknown)


def _urgent(grounds: Grounds) -> bool:
    return any(a.haster for a in _in_force(grounds.judgement.additions))


def _notify(grounds: Grounds) -> tuple[str, ...]:
    """Who is to be told that something has come (never what): known additions only."""
    return tuple(sorted({to for a in _in_force(grounds.judgement.additions) if not a.unknown for to in a.varsel}))


def _copies(grounds: Grounds) -> tuple[str, ...]:
    """Who gets a copy by mail; the rule for forwarding holds for copies too."""
    asked = {to for a in _in_force(grounds.judgement.additions) if not a.unknown for to in a.kopi_til}
    allowed = [
        to
        for to in sorted(asked)
        if not _forward_hindrance(grounds, VideresendUtfall(til=to, kanal="epost", grunn="kopi"))
    ]
    return tuple(allowed)


def marks(facts: Facts) -> tuple[Finding, ...]:
    """The findings that mark a post: WARNING and above, in what was read."""
    value = facts.get("funn")
    if isinstance(value, Unknown):
        value = value.known if isinstance(value.known, tuple) else ()
    if not isinstance(value, tuple):
        return ()
    return tuple(f for f in value if isinstance(f, Finding) and f.alvor is not Severity.NOTE)


def needs_case(hit: Hit | None) -> bool:
    """Whether the archive must be asked for a case before deciding."""
    return hit is not None and isinstance(hit.utfall, JournalpostUtfall)
