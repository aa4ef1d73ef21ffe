"""What one organisation may not share with another, and what may not lie inside what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from models.errors import ConfigFault
from robot.config import OrganisasjonSettings, RobotSettings
from robot.config_faults import join, nearest


def across(robot: RobotSettings | None, organisations: Mapping[str, OrganisasjonSettings]) -> Iterator[ConfigFault]:
    """Faults that only show when everything is seen together. Looks at names and links, never at contents."""
    yield from _shared_orgnr(organisations)
    yield from _shared_claims(organisations)
    yield from _shared_schemas(organisations)
    yield from _nested(robot, organisations)
    for name, organisation in organisations.items():
        yield from _alone(name, organisation)


def _shared_orgnr(organisations: Mapping[str, OrganisasjonSettings]) -> Iterator[ConfigFault]:
    seen: dict[str, str] = {}
    for name, organisation in organisations.items():
        first = seen.setdefault(organisation.orgnr, name)
        if first != name:
            expected = f"et eget organisasjonsnummer; «{first}» har det samme"
            yield ConfigFault(key=join("organisasjon", name, "orgnr"), expected=expected)


def _shared_claims(organisations: Mapping[str, OrganisasjonSettings]) -> Iterator[ConfigFault]:
    seen: dict[str, str] = {}
    for key, source in _sources(organisations):
        for claim in organisations[source[0]].kilde[source[1]].claims():
            first = seen.setdefault(claim, key)
            if first != key:
                yield ConfigFault(key=key, expected=f"en egen postkasse eller mappe; {first} henter fra den samme")


def _shared_schemas(organisations: Mapping[str, OrganisasjonSettings]) -> Iterator[ConfigFault]:
    seen: dict[tuple[str, str], str] = {}
    for name, organisation in organisations.items():
        database = organisation.database
        if database is None:
            continue
        # The user is no part of the place: two users can reach the same schema.
        place = (database.postgres.rpartition("@")[2], database.skjema or organisation.orgnr)
        first = seen.setdefault(place, name)
        if first != name:
            expected = f"et eget skjema; «{first}» bruker det samme i den samme databasen"
            yield ConfigFault(key=join("organisasjon", name, "database", "skjema"), expected=expected)


def _nested(robot: RobotSettings | None, organisations: Mapping[str, OrganisasjonSettings]) -> Iterator[ConfigFault]:
    watched = [
        (key, folder.resolve())
        for key, (name, source) in _sources(organisations)
        for folder in organisations[name].kilde[source].watched()
    ]
    ours: list[tuple[str, str, Path]] = []
    if robot is not None:
        ours.append(("robot.tilstand", "tilstandsmappen", robot.tilstand.resolve()))
    for key, (name, source) in _sources(organisations):
        for place in organisations[name].kilde[source].places():
            ours.append((key, f"robotens mappe «{place.name}»", place.resolve()))
    for key, what, place in ours:
        for other, folder in watched:
            if place.is_relative_to(folder):
                expected = f"at {what} ligger utenfor den overvåkede mappen {folder} ({other})"
                yield ConfigFault(key=key, expected=expected, suggestion=str(folder.parent / place.name))
            elif folder.is_relative_to(place):
                expected = f"at den overvåkede mappen {folder} ikke ligger inne i {what} ({key})"
                yield ConfigFault(key=other, expected=expected)
    for key, folder in watched:
        for other, outer in watched:
            if key != other and folder != outer and folder.is_relative_to(outer):
                expected = f"at den overvåkede mappen {folder} ikke ligger inne i {outer} ({other})"
                yield ConfigFault(key=key, expected=expected)


def _alone(name: str, organisation: OrganisasjonSettings) -> Iterator[ConfigFault]:
    needs_mail = (
        "epost" in organisation.videresending.kanaler
        or organisation.rapport.mottakere
        or organisation.varsling.mottakere
    )
    if needs_mail and organisation.epost is None:
        yield ConfigFault(
            key=join("organisasjon", name, "epost"),
            expected="må være satt når rapport eller varsling har mottakere, eller noe kan videresendes på e-post",
            suggestion=f'[organisasjon.{name}.epost] type = "smtp"',
        )
    for source in organisation.varsling.uten_post:
        if source not in organisation.kilde:
            yield ConfigFault(
                key=join("organisasjon", name, "varsling", "uten_post", source),
                expected="navnet på en av kildene",
                suggestion=nearest(source, tuple(organisation.kilde)),
            )
    for view, chosen in organisation.offentlig_journal.items():
        if chosen.type == "innebygd" and organisation.arkiv.type != "innebygd":
            yield ConfigFault(
                key=join("organisasjon", name, "offentlig_journal", view, "type"),
                expected="noe annet enn innebygd: organisasjonen bruker ikke arkivet som følger med",
            )
    if organisation.videresending.kanaler and not (organisation.videresending.domener or organisation.egne_domener):
        yield ConfigFault(
            key=join("organisasjon", name, "videresending", "domener"),
            expected="må være satt (eller egne_domener): uten domener kan ingenting videresendes",
        )


def _sources(organisations: Mapping[str, OrganisasjonSettings]) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, organisation in organisations.items():
        for source in organisation.kilde:
            yield join("organisasjon", name, "kilde", source), (name, source)
