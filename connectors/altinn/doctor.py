"""What ``postrobot doctor`` looks at in Altinn. Fetches no post and tells Altinn nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connectors.altinn.dialogporten import Dialogporten
from connectors.altinn.index import Index, Place
from connectors.altinn.platform import Platform, Refused
from connectors.altinn.storage import Storage
from connectors.altinn.wire import orgnr_of
from connectors.checkup import Checkup, Level, clock, expiry
from connectors.keys import BadKey, key_pair
from connectors.maskinporten import GrantRefused
from connectors.settings import Surroundings
from models.errors import ConfigError, OutOfReach, PostrobotError, TryLater

if TYPE_CHECKING:
    from connectors.altinn.access import Access
    from connectors.altinn.config import AltinnBaseConfig, AltinnConfig, AltinnFormConfig

_EARLY = timedelta(days=30)
_PAGE = "docs/tilkobling/altinn.md"
_OVERDUE = timedelta(hours=48)
_CLOCK_S = 8.0


def look_at_key(config: AltinnBaseConfig, around: Surroundings) -> Iterator[Checkup]:
    """The key can be read; with an enterprise certificate, how long that is good. A key registered by kid lives one year in
    Maskinporten, and only Maskinporten knows when it was registered."""
    try:
        pair = key_pair(config.nokkel.reveal().encode())
    except (BadKey, ConfigError) as problem:
        yield Checkup(name="nøkkel", level=Level.FAULT, text=str(problem), next_step=f"se {_PAGE}, «Nøkkel»")
        return
    if config.nokkel_id:
        yield Checkup(name="nøkkel", level=Level.OK, text=f"kan leses, og heter «{config.nokkel_id}» i Maskinporten")
    elif not pair.certificates:
        step = "sett nokkel_id, eller legg virksomhetssertifikatet i samme fil som nøkkelen"
        yield Checkup(name="nøkkel", level=Level.FAULT, text="verken nokkel_id eller sertifikat", next_step=step)
    else:
        step = "bestill nytt virksomhetssertifikat, og legg det i filen med nøkkelen"
        yield expiry("sertifikat", pair.certificates[0].not_valid_after_utc, around.now(), early=_EARLY, next_step=step)
    if config.nokkel_utloper is not None:
        from datetime import UTC, datetime, time

        until = datetime.combine(config.nokkel_utloper, time(), UTC)
        step = "lag en ny nøkkel i Maskinporten, bytt fil og nokkel_id, og slett den gamle etterpå"
        yield expiry("nøkkelens utløp", until, around.now(), early=_EARLY, next_step=step)


def look_at_token(config: AltinnBaseConfig, around: Surroundings, wanted: tuple[str, ...]) -> Iterator[Checkup]:
    """Maskinporten's token, Altinn's, the scopes in it and whom it stands for."""
    access, grant = config.access(around), config.grant(around)
    yield from _look_at_clock(access, around)
    try:
        access.direct.get(grant)
    except (GrantRefused, OutOfReach, TryLater, ConfigError) as problem:
        yield Checkup(name="Maskinporten", level=Level.FAULT, text=str(problem), next_step=f"se {_PAGE}")
        return
    yield Checkup(name="Maskinporten", level=Level.OK, text="gir token")
    try:
        claims = _claims(access.exchanged.get(grant))
    except (OutOfReach, TryLater) as problem:
        yield Checkup(name="Altinn-token", level=Level.FAULT, text=str(problem), next_step=f"se {_PAGE}")
        return
    yield Checkup(name="Altinn-token", level=Level.OK, text="byttes")
    lacking = sorted(set(wanted) - set(str(claims.get("scope", "")).split()))
    if lacking:
        step = "be Altinn om scopene, og legg dem på klienten i Maskinporten"
        yield Checkup(name="scope", level=Level.FAULT, text=f"mangler {', '.join(lacking)}", next_step=step)
    else:
        yield Checkup(name="scope", level=Level.OK, text=", ".join(wanted))
    if grant.system_user:
        details = claims.get("authorization_details") or [{}]
        orgnr = orgnr_of(details[0].get("systemuser_org", {}).get("ID"))
        good = orgnr == grant.system_user
        text = f"for {orgnr}" if good else f"tokenet gjelder {orgnr or 'ingen'}, ikke {grant.system_user}"
        step = "" if good else f"opprett systembrukeren for {grant.system_user} ({_PAGE}, «Systembruker»)"
        yield Checkup(name="systembruker", level=Level.OK if good else Level.FAULT, text=text, next_step=step)


def _look_at_clock(access: Access, around: Surroundings) -> Iterator[Checkup]:
    """Maskinporten takes a grant within ten seconds of its own clock."""
    try:
        ahead = access.way.call("GET", ".well-known/oauth-authorization-server").ahead_s(around.now())
    except (OutOfReach, TryLater):
        return  # asking for a token tells better why
    if ahead is not None:
        yield clock("klokke", ahead, most_s=_CLOCK_S)


def look_at_rights(config: AltinnConfig, around: Surroundings) -> Iterator[Checkup]:
    """Organisations and resources that the system user may read."""
    with closing(_platform(config, around)) as platform:
        dialogporten = Dialogporten(platform)
        try:
            parties = dialogporten.parties()
            orgnrs = [party.orgnr for party in parties]
            resources, complete = dialogporten.resources(around.orgnr)
        except Refused as refused:
            text = f"Altinn svarer {refused.status}"
            yield Checkup(name="rettigheter", level=Level.FAULT, text=text, next_step=f"se {_PAGE}, «Systembruker»")
            return
        except (OutOfReach, TryLater) as problem:
            yield Checkup(name="rettigheter", level=Level.FAULT, text=str(problem), next_step=f"se {_PAGE}")
            return
    below = sum(bool(party.parent) for party in parties)
    step = f"deleger tilgangspakker til systembrukeren ({_PAGE}, «Systembruker»)"
    if around.orgnr not in orgnrs:
        text = f"systembrukeren har ingen rett til {around.orgnr}"
        yield Checkup(name="rettigheter", level=Level.FAULT, text=text, next_step=step)
        return
    yield Checkup(name="organisasjoner", level=Level.OK, text=f"{around.orgnr} og {below} underenheter")
    if not complete:
        yield Checkup(name="tjenester", level=Level.OK, text="Altinn oppgir ikke hvilke (svært mange)")
    elif not resources:
        yield Checkup(name="tjenester", level=Level.FAULT, text="ingen", next_step=step)
    else:
        yield Checkup(name="tjenester", level=Level.OK, text=f"{len(resources)} kan hentes")


def look_at_forms(config: AltinnFormConfig, around: Surroundings) -> Iterator[Checkup]:
    """How many forms wait to be fetched, on the first page."""
    with closing(_platform(config, around)) as platform:
        try:
            app = config.apper[0] if config.apper else ""
            page = next(Storage(platform).ended(code=config.tjenesteeier, app=app, unconfirmed_only=True), [])
        except Refused as refused:
            step = "kontroller tjenesteeier, og scopet altinn:serviceowner/instances.read"
            text = f"Altinn svarer {refused.status} for «{config.tjenesteeier}»"
            yield Checkup(name="skjemaer", level=Level.FAULT, text=text, next_step=step)
            return
        except (OutOfReach, TryLater) as problem:
            yield Checkup(name="skjemaer", level=Level.FAULT, text=str(problem), next_step=f"se {_PAGE}")
            return
    text = f"{len(page)} ubekreftet" + (" eller flere" if len(page) >= 100 else "")
    yield Checkup(name="skjemaer", level=Level.OK, text=text)


def look_at_queue(config: AltinnBaseConfig, around: Surroundings) -> Iterator[Checkup]:
    """What is known and not fetched, and what was never settled."""
    path = config.index_file(around)
    if not path.exists():
        yield Checkup(name="kø", level=Level.OK, text="ingenting er hentet ennå")
        return
    with closing(Index(path)) as index, index.look() as asked:
        new, taken = asked.count(Place.NEW), asked.count(Place.TAKEN)
        overdue, remarks = asked.overdue((around.now() - _OVERDUE).timestamp()), asked.remarks()
    text = f"{new} skal hentes, {taken} er hentet og ikke ferdig"
    if overdue:
        step = "se postrobot review list: det som er lagt til side, kvitteres ikke i Altinn før noen svarer"
        yield Checkup(name="kø", level=Level.WARNING, text=f"{text}; {overdue} av dem i over 48 timer", next_step=step)
    else:
        yield Checkup(name="kø", level=Level.OK, text=text)
    for number, remark in enumerate(remarks[:10], start=1):
        yield Checkup(name=f"merknad {number}", level=Level.WARNING, text=remark, next_step=f"se {_PAGE}")


def guarded(look: Callable[[], Iterator[Checkup]], name: str) -> Iterator[Checkup]:
    """One look; what it raises is a line too, so that the next look is taken all the same."""
    try:
        yield from look()
    except PostrobotError as problem:
        yield Checkup(name=name, level=Level.FAULT, text=str(problem), next_step=f"se {_PAGE}")


def _platform(config: AltinnBaseConfig, around: Surroundings) -> Platform:
    return Platform(config.platform(around), config.access(around).tokens(config.grant(around)))


def _claims(token: str) -> dict[str, Any]:
    """What the token says of itself; Altinn checks it, we only show it."""
    try:
        middle = token.split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
