"""The one place that constructs: settings in, organisations in running order out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from connectors.arkiv.settings import APPROVED_FORMATS
from connectors.contract import Archive, JournalView
from connectors.settings import SourceSettings, Surroundings
from models.errors import UsedWrongly
from models.organisation import Organisation
from models.store import Store, StoreAddress, open_store
from robot.alarms.clock import ClockWatch
from robot.alarms.kinds import AlarmLimits, AlarmSetup
from robot.caretaking.model import CareLimits, Task
from robot.config import OrganisasjonSettings, Settings
from robot.journalcheck.setup import CheckSetup
from robot.language.desk import LanguageDesk
from robot.office import Desk, Office, VirusWatch
from robot.reading.dispatch import ReadingRoom
from robot.rules_in_force import RulesInForce
from robot.variants import VARIANT_TASKS

CHANNELS = {"mappe": "mappe", "imap": "epost", "altinn": "altinn", "altinn_skjema": "altinn", "svarinn": "svarinn"}
"""``type`` of a source → the word rules know its channel by; a third party's source is known by its own type."""


def software_version() -> str:
    """The version that stands in every audit event."""
    return version("postrobot")


def organisation(settings: Settings, name: str, archive: Archive | None = None) -> Organisation:
    """The parameters of one organisation, without the unit register (that comes with the rules)."""
    chosen = settings.organisasjon[name]
    arkivdeler, klasser = archive_words(archive) if archive is not None else ((), ())
    return Organisation(
        orgnr=chosen.orgnr,
        name=chosen.navn,
        zone=settings.zone(name),
        own_domains=chosen.egne_domener,
        own_numbers=chosen.egne_numre,
        arkivdeler=arkivdeler,
        klasser=klasser,
        tilgangskoder=chosen.codes(),
        forward_channels=chosen.videresending.kanaler if chosen.epost is not None else (),
        forward_domains=chosen.videresending.domener or chosen.egne_domener,
        trusted_authserv=chosen.betrodde_authserv,
        channels=tuple(sorted({CHANNELS.get(source.type, source.type) for source in chosen.kilde.values()})),
        parameters=chosen.parametre,
    )


def archive(settings: Settings, name: str, *, now: Callable[[], datetime]) -> Archive:
    """The archive of one organisation."""
    return settings.organisasjon[name].arkiv.build(surroundings(settings, name, "arkiv", now))


def journal_view(settings: Settings, name: str, view: str, *, now: Callable[[], datetime]) -> JournalView:
    """One journal view of an organisation, by its name in the configuration; it connects when first used."""
    around = surroundings(settings, name, view_part(view), now)
    return settings.organisasjon[name].offentlig_journal[view].build(around)


def view_part(view: str) -> str:
    """What a journal view is called among an organisation's connections."""
    return f"offentlig_journal.{view}"


def archive_words(archive: Archive) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Arkivdeler and classes, where the archive can tell, so that rules can be checked against them; else empty."""
    words = getattr(archive, "words", None)
    return words() if words is not None else ((), ())


def surroundings(settings: Settings, name: str, part: str, now: Callable[[], datetime]) -> Surroundings:
    """What a connector of an organisation is built with; ``part`` is the source's name, ``arkiv``, ``epost`` or a
    journal view's :func:`view_part`."""
    chosen = settings.organisasjon[name]
    return Surroundings(
        name=part,
        connection=f"{name}.{part}",
        orgnr=chosen.orgnr,
        zone=settings.zone(name),
        state=settings.state(name),
        now=now,
        tilgangskoder=chosen.tilgangskoder,
        post_bytes=settings.robot.grenser.post_bytes,
    )


def store_address(settings: Settings, name: str) -> StoreAddress:
    """Where the organisation's store is."""
    chosen = settings.organisasjon[name]
    if chosen.database is None:
        return StoreAddress.sqlite(settings.state(name) / "robot.db")
    return postgres_address(chosen)


def postgres_address(chosen: OrganisasjonSettings) -> StoreAddress:
    """The organisation's own schema in PostgreSQL."""
    from sqlalchemy import make_url

    database = chosen.database
    if database is None:
        raise ValueError("no database configured")
    url = make_url(database.postgres).set(drivername="postgresql+psycopg")
    if database.passord is not None:
        url = url.set(password=database.passord.reveal())
    rendered = url.render_as_string(hide_password=False)
    return StoreAddress.postgres(rendered, schema=database.skjema or f"org_{chosen.orgnr}")


def store(settings: Settings, name: str, *, now: Callable[[], datetime]) -> Store:
    """Opens the store of one organisation (commands that only look need no more)."""
    return open_store(
        store_address(settings, name),
        orgnr=settings.organisasjon[name].orgnr,
        folder=settings.state(name),
        version=software_version(),
        now=lambda: now().timestamp(),
    )


def chosen_organisations(settings: Settings, only: str | None) -> tuple[str, ...]:
    """All organisations, or the one that was named.

    Raises:
        UsedWrongly: there is none of that name.
    """
    if only is None:
        return tuple(settings.organisasjon)
    if only not in settings.organisasjon:
        known = ", ".join(settings.organisasjon)
        raise UsedWrongly(f"Organisasjonen «{only}» finnes ikke i oppsettet. Den kjenner: {known}.")
    return (only,)


def reading_room(settings: Settings) -> ReadingRoom:
    """The sandbox; to be started before any thread."""
    return ReadingRoom(limits=settings.robot.grenser.reading(), tasks=VARIANT_TASKS)


@contextmanager
def offices(
    settings: Settings, *, now: Callable[[], datetime], only: str | None = None, room: ReadingRoom | None = None
) -> Iterator[tuple[Office, ...]]:
    """The organisations in running order, with one sandbox for all; closed in reverse order.

    Raises:
        ConfigError: an organisation has no rule set that can be used.
    """
    names = chosen_organisations(settings, only)
    with ExitStack() as stack:
        if room is None:
            room = stack.enter_context(reading_room(settings))
        made = []
        for name in names:
            office = office_of(settings, name, room=room, now=now)
            stack.callback(office.close)
            made.append(office)
        yield tuple(made)


def office_of(settings: Settings, name: str, *, room: ReadingRoom, now: Callable[[], datetime]) -> Office:
    """One organisation in running order. Opens its store and archive; sources and mail connect when first used."""
    chosen = settings.organisasjon[name]
    opened = store(settings, name, now=now)

    opened_archive = archive(settings, name, now=now)
    org = organisation(settings, name, opened_archive)
    rules = rules_in_force(settings, name, org, opened)
    rules.refresh()
    return Office(
        name=name,
        org_base=org,
        store=opened,
        archive=opened_archive,
        mailer=chosen.epost.build(surroundings(settings, name, "epost", now)) if chosen.epost is not None else None,
        desks={
            source: _desk(source, config, surroundings(settings, name, source, now))
            for source, config in chosen.kilde.items()
        },
        rules=rules,
        room=room,
        post_limit_bytes=settings.robot.grenser.post_bytes,
        disk_reserve_bytes=settings.robot.grenser.disk_reserve_bytes,
        report_to=chosen.rapport.mottakere,
        report_place=chosen.rapport.sted,
        language=settings.robot.spraak,
        retention=chosen.bevaring.days(),
        learns=chosen.laering.bruk,
        imported_days=chosen.laering.importert_dager,
        virus=virus_watch(settings, name),
        care=care_limits(settings, name),
        journals={view: partial(journal_view, settings, name, view, now=now) for view in chosen.offentlig_journal},
        journal_setup=check_setup(settings, name),
        language_desk=LanguageDesk(opened),
        alarms=AlarmSetup(
            limits=alarm_limits(settings, name),
            report_due=chosen.rapport.klokkeslett,
            clock=ClockWatch(wall=lambda: now().timestamp()),
        ),
    )


def check_setup(settings: Settings, name: str) -> CheckSetup:
    """How one organisation wants its public journal checked."""
    from robot.journalcheck.configured import setup_from

    chosen = settings.organisasjon[name]
    return setup_from(
        chosen.journalkontroll, own=chosen.egne_numre, own_domains=chosen.egne_domener, zone=settings.zone(name)
    )


def alarm_limits(settings: Settings, name: str) -> AlarmLimits:
    """From when silence is an alarm in one organisation. No source is missed before it has been tried three times."""
    chosen, hour = settings.organisasjon[name].varsling, 3600.0
    tries = 3.0 * settings.robot.plan.hent_sekunder
    return AlarmLimits(
        to=chosen.mottakere,
        no_poll_s=max(chosen.uten_henting_minutter * 60.0, tries) if chosen.uten_henting_minutter else 0.0,
        no_post_s={"": chosen.uten_post_timer * hour} | {name: h * hour for name, h in chosen.uten_post.items()},
        opens=chosen.virketid_fra,
        closes=chosen.virketid_til,
        no_report_s=chosen.rapport_minutter * 60.0,
        connection_s=chosen.forbindelse_minutter * 60.0,
        stalled_s=chosen.henger_timer * hour,
        clock_s=chosen.klokke_sekunder,
    )


def care_limits(settings: Settings, name: str) -> CareLimits:
    """What caretaking may do by itself in one organisation."""
    chosen = settings.organisasjon[name].omsorg
    return CareLimits(
        formats=frozenset(chosen.arkivformater) or APPROVED_FORMATS,
        does=frozenset(Task(word) for word in chosen.utfoer),
        warn=chosen.varsle_enheter,
        warn_to=chosen.varsle_ellers,
        link=chosen.lenke,
    )


def virus_watch(settings: Settings, name: str) -> VirusWatch | None:
    """The organisation's virus scanner with what holds for it; None: its post is not scanned."""
    chosen = settings.virus(name)
    if chosen is None:
        return None
    return VirusWatch(
        scanner=chosen.build(),
        patience_s=chosen.vent_timer * 3600 if chosen.ikke_skannet == "vent" else 0.0,
        signature_age_s=chosen.signatur_dager * 86_400.0,
    )


def rules_in_force(
    settings: Settings, name: str, org: Organisation, opened: Store, *, keep: bool = True
) -> RulesInForce:
    """The rules of one organisation, not yet looked at; ``keep`` False for a command beside the service."""
    chosen = settings.organisasjon[name]
    return RulesInForce(chosen.regler, org, opened, require_plan=chosen.regelendring == "plan", keep=keep)


def _desk(name: str, config: SourceSettings, around: Surroundings) -> Desk:
    channel = CHANNELS.get(config.type, config.type)
    return Desk(
        name=name,
        channel=channel,
        intake=config.build(around),
        tell=config.build(around),
        listener=lambda: config.build(around),
        look_s=config.look_s(),
    )


def sweep_spool(folder: Path) -> int:
    """Removes what an earlier run left half-done in the spool; returns how many things. Only under the lock."""
    import shutil

    count = 0
    for left in folder.glob("*"):
        count += 1
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    return count
