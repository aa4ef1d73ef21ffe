"""``postrobot doctor``: how are the connections? Asks each over the network, and changes nothing there.

Every connector contributes what is its own (``checkups``): log-in, rights, expiry of keys and certificates, clock, queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from connectors.checkup import Level
from connectors.settings import SourceSettings
from models.post import State
from robot.build import store, surroundings
from robot.check import Line, ask_archive, ask_mailer, ask_source, asked, view_lines
from robot.check_virus import virus_lines
from robot.config import Settings

_OLD_S = 3600.0


def examine(settings: Settings, *, now: Callable[[], datetime], only: str | None = None) -> Iterator[Line]:
    """Everything that is looked at, organisation by organisation, in the order it is shown."""
    for name, organisation in settings.organisasjon.items():
        if only is not None and name != only:
            continue
        for source_name, source in organisation.kilde.items():
            yield from _source(settings, name, source_name, source, now)
        yield from ask_archive(settings, name, organisation, now=now, network=True)
        if organisation.epost is not None:
            around = surroundings(settings, name, "epost", now)
            ask = partial(ask_mailer, organisation.epost, around)
            yield asked(f"E-post ({name})", organisation.epost.type, ask)
        yield from view_lines(settings, name, now=now, network=True)
        yield from virus_lines(settings, name, now=now, network=True)
        yield from _queue(settings, name, now)


def _source(
    settings: Settings, name: str, source_name: str, source: SourceSettings, now: Callable[[], datetime]
) -> Iterator[Line]:
    around = surroundings(settings, name, source_name, now)
    area = f"Kilde {source_name} ({name})"
    own = [
        Line(area=area, name=each.name, level=each.level, text=each.text, next_step=each.next_step)
        for each in source.checkups(around)
    ]
    if own:
        yield from own
    else:
        yield asked(area, source.type, partial(ask_source, source, around))


def _queue(settings: Settings, name: str, now: Callable[[], datetime]) -> Iterator[Line]:
    """What waits in the robot itself."""
    area = f"Kø ({name})"
    if not settings.state(name).is_dir():
        yield Line(area=area, name="poster", level=Level.OK, text="ingen ennå")
        return
    opened = store(settings, name, now=now)
    try:
        with opened.read() as reads:
            states, oldest, owed = reads.states(), reads.oldest_waiting(), reads.open_effects()
    finally:
        opened.close()
    waiting = sum(states[state] for state in (State.RECEIVED, State.DECIDED, State.ARCHIVED))
    waited_s = now().timestamp() - oldest if oldest is not None else 0.0
    text = f"{waiting} under arbeid"
    if oldest is not None:
        text += f", den eldste i {waited_s / 60:.0f} minutter"
    text += f"; {owed} gjøremål står igjen utad"
    if waited_s > _OLD_S:
        yield Line(
            area=area, name="poster", level=Level.WARNING, text=text, next_step="se postrobot status; går tjenesten?"
        )
    else:
        yield Line(area=area, name="poster", level=Level.OK, text=text)
    aside = states[State.SET_ASIDE]
    yield Line(
        area=area, name="til folk", level=Level.OK, text=f"{aside} venter på et menneske (postrobot review list)"
    )
