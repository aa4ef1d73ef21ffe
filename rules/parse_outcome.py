"""``så`` and ``legg_til`` → compiled outcomes."""

from __future__ import annotations

from models.reasons import ReasonCode
from rules.format import DISMISSAL_WORDS
from rules.model import AdditionSpec, DismissSpec, ForwardSpec, HumanSpec, JournalSpec, Outcome
from rules.nodes import Mapping, Node, Scalar
from rules.parse_case import parse_case
from rules.parse_operators import parse_duration
from rules.parse_parts import (
    parse_access,
    parse_deadline,
    parse_shield,
    parse_unit,
)
from rules.parse_texts import parse_date_name, parse_text
from rules.scope import Scope
from rules.suggest import did_you_mean
from rules.templates import EMPTY

OUTCOMES = ("journalpost", "videresend", "avvis", "til_menneske")
JOURNAL_KEYS = (
    "type",
    "tittel",
    "offentlig_tittel",
    "avsender",
    "mottaker",
    "dokumentdato",
    "tilgang",
    "skjerming",
    "forfall",
    "avskriv",
    "hoveddokument",
    "ta_med",
)
ADDITION_KEYS = ("skjerming", "forfall", "varsel", "kopi_til", "haster")
_JOURNAL_TYPES = ("I", "U", "N", "X", "S", "fra_post")
_CHANNELS = ("epost", "sikker")


def parse_outcome(node: Node, scope: Scope) -> Outcome | None:
    """``så``: exactly one outcome; None after a fault."""
    if isinstance(node, Scalar) and node.value in OUTCOMES:
        hint = 'Skriv for eksempel så: {til_menneske: "Alltid et menneske: kontaktskjema"}.'
        scope.fault("R102", node, f"«{node.value}» mangler innhold", hint)
        return None
    mapping = scope.mapping(node, "«så»", "så: {til_menneske: …}")
    if mapping is None:
        return None
    scope.check_keys(mapping, (*OUTCOMES, "sak", "fordel_til"), "så")
    given = [key for key in mapping.keys() if key in OUTCOMES]
    if not given and "sak" in mapping.keys():
        scope.fault("R103", mapping, "«journalpost» mangler i så", "journalpost: {type: I, tittel: …, tilgang: åpen}")
        return None
    if len(given) != 1:
        found = f": her står {' og '.join(given)}" if given else ""
        scope.fault("R108", mapping, f"«så» skal ha akkurat ett utfall{found}", f"Velg én av {', '.join(OUTCOMES)}.")
        return None
    kind, value = given[0], mapping.get(given[0])
    if kind != "journalpost":
        for extra in ("sak", "fordel_til"):
            extra_key = next((key for key, _ in mapping.pairs if key.value == extra), None)
            if extra_key is not None:
                scope.fault("R108", extra_key, f"«{extra}» hører til journalpost, ikke {kind}", "Ta den bort.")
    if value is None:
        return None
    if kind == "journalpost":
        return _journalpost(mapping, value, scope)
    if kind == "videresend":
        return _forward(value, scope)
    return _dismiss(value, scope) if kind == "avvis" else HumanSpec(tekst=parse_text(value, "til_menneske", scope))


def _journalpost(outcome: Mapping, node: Node, scope: Scope) -> JournalSpec | None:
    mapping = scope.mapping(node, "«journalpost»", "journalpost: {type: I, tittel: …, tilgang: åpen}")
    case_node = scope.require(outcome, "sak", "så")
    unit_node = outcome.get("fordel_til")
    unit = parse_unit(unit_node, scope) if unit_node is not None else None
    unit_code = unit.code.literal if unit is not None and unit.code is not None else None
    case = parse_case(case_node, unit_code, unit is not None, scope) if case_node is not None else None
    if mapping is None:
        return None
    scope.check_keys(mapping, JOURNAL_KEYS, "journalpost")
    type_node, title_node = mapping.get("type"), mapping.get("tittel")
    for key, given in (("type", type_node), ("tittel", title_node)):
        if given is None:
            example = "type: I" if key == "type" else 'tittel: "{emne}"'
            scope.fault("R103", mapping, f"«{key}» mangler i journalpost", f"For eksempel {example}")
    kind = scope.choice(type_node, "type", _JOURNAL_TYPES, "I")
    title = parse_text(title_node, "tittel", scope, "title")
    forfall_node, avskriv_node = mapping.get("forfall"), mapping.get("avskriv")
    spec_forfall = parse_deadline(forfall_node, scope) if forfall_node is not None else None
    write_off = scope.choice(avskriv_node, "avskriv", ("TO", "TE"), "")
    if case is None:
        return None
    from models.noark import Avskrivningsmaate

    return JournalSpec(
        case=case,
        type=kind,
        tittel=title,
        offentlig_tittel=parse_text(mapping.get("offentlig_tittel"), "offentlig_tittel", scope, "public"),
        avsender=parse_text(mapping.get("avsender"), "avsender", scope),
        mottaker=parse_text(mapping.get("mottaker"), "mottaker", scope),
        dokumentdato=parse_date_name(mapping.get("dokumentdato"), "dokumentdato", scope),
        access=parse_access(mapping, "journalpost", scope),
        forfall=spec_forfall,
        avskriv=Avskrivningsmaate(write_off) if write_off else None,
        hoveddokument=parse_text(mapping.get("hoveddokument"), "hoveddokument", scope),
        ta_med=tuple(
            parse_text(scalar, "ta_med", scope)
            for scalar in (scope.scalars(mapping.get("ta_med"), "ta_med") if mapping.get("ta_med") else ())  # type: ignore[arg-type]
        ),
        fordel_til=unit,
    )


def _forward(node: Node, scope: Scope) -> ForwardSpec | None:
    example = 'videresend: {til: regnskap@solvik.example, kanal: epost, grunn: "faktura"}'
    mapping = scope.mapping(node, "«videresend»", example)
    if mapping is None:
        return None
    scope.check_keys(mapping, ("til", "kanal", "grunn", "følg_opp"), "videresend")
    to_node, channel_node = scope.require(mapping, "til", "videresend"), mapping.get("kanal")
    follow = mapping.get("følg_opp")
    channel = scope.text(channel_node, "kanal") or "epost"
    if channel_node is not None:
        check_channel(channel, channel_node, scope)
    else:
        check_channel(channel, mapping, scope)
    to = parse_text(to_node, "til", scope)
    if channel == "epost" and to_node is not None and to.literal is not None and to is not EMPTY:
        check_address(to.literal, to_node, scope)
    reason = scope.text(scope.require(mapping, "grunn", "videresend"), "grunn") or ""
    return ForwardSpec(
        til=to,
        kanal=channel,
        grunn=reason,
        foelg_opp=parse_duration(follow, "følg_opp", scope) if follow is not None else None,
    )


def check_channel(channel: str, node: Node, scope: Scope) -> None:
    """``epost``, ``sikker`` or ``fagsystem:<name>``, and set up."""
    if channel not in _CHANNELS and not channel.startswith("fagsystem:"):
        hint = did_you_mean(channel, _CHANNELS) or "Her kan stå: epost, sikker, fagsystem:<navn>."
        scope.fault("R104", node, f"«{channel}» er ikke en kanal for videresending", hint)
    elif scope.known.org is None:
        scope.cannot_check("kanalen", node, channel)
    elif channel not in scope.known.org.forward_channels:
        have = ", ".join(scope.known.org.forward_channels) or "ingen"
        scope.fault("R205", node, f"Kanalen «{channel}» er ikke satt opp", f"Satt opp: {have}. Se oppsettet.")


def check_address(address: str, node: Node, scope: Scope) -> None:
    """An address of a domain that post may be forwarded to."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain or any(char.isspace() for char in address.strip()):
        hint = "Skriv hele adressen, for eksempel regnskap@solvik.example."
        scope.fault("R157", node, f"«{address}» er ikke en e-postadresse", hint)
        return
    allowed = scope.known.org.forward_domains if scope.known.org is not None else ()
    if allowed and domain.lower() not in {name.lower() for name in allowed}:
        hint = did_you_mean(domain, allowed) or f"Tillatt: {', '.join(allowed)}."
        scope.fault("R157", node, f"Post kan ikke videresendes til «{domain}»", hint)


def _dismiss(node: Node, scope: Scope) -> DismissSpec | None:
    mapping = scope.mapping(node, "«avvis»", "avvis: {grunn: reklame}")
    if mapping is None:
        return None
    scope.check_keys(mapping, ("grunn", "hjemmel"), "avvis")
    reason_node = scope.require(mapping, "grunn", "avvis")
    reason = scope.choice(reason_node, "grunn", DISMISSAL_WORDS, DISMISSAL_WORDS[0])
    ground = scope.text(mapping.get("hjemmel"), "hjemmel") or ""
    return DismissSpec(grunn=ReasonCode(reason), hjemmel=ground) if reason_node is not None else None


def parse_addition(node: Node, scope: Scope) -> AdditionSpec | None:
    """``legg_til``."""
    mapping = scope.mapping(node, "«legg_til»", "legg_til: {haster: ja}")
    if mapping is None:
        return None
    scope.check_keys(mapping, ADDITION_KEYS, "legg_til")
    if not mapping.pairs:
        scope.fault("R108", mapping, "«legg_til» er tom", f"Her kan stå: {', '.join(ADDITION_KEYS)}.")
        return None
    shield, deadline, urgent = mapping.get("skjerming"), mapping.get("forfall"), mapping.get("haster")
    copies = mapping.get("kopi_til")
    for scalar in scope.scalars(copies, "kopi_til") if copies is not None else ():
        check_address(scalar.value, scalar, scope)
        check_channel("epost", scalar, scope)
    return AdditionSpec(
        shield=parse_shield(shield, scope) if shield is not None else None,
        forfall=parse_deadline(deadline, scope) if deadline is not None else None,
        varsel=scope.texts(mapping.get("varsel"), "varsel"),
        kopi_til=scope.texts(copies, "kopi_til"),
        haster=bool(scope.boolean(urgent, "haster")) if urgent is not None else False,
    )
