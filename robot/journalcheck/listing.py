"""Open findings of the public journal as ``review list`` shows them, and the checks that fell silent of their own accord."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from robot import build
from robot.journalcheck.catalogue import Level
from robot.journalcheck.demotion import demoted
from robot.journalcheck.screens import MOST, line_of, one_as_data
from robot.report.journal import demoted_text
from robot.texts import text

if TYPE_CHECKING:
    from models.store.journal_tx import StoredFinding
    from robot.config import Settings


def open_findings(
    settings: Settings, *, only: str | None, now: Callable[[], datetime]
) -> Iterator[tuple[str, list[StoredFinding], list[str]]]:
    """For each organisation that has any: its name, what waits for an answer (gravest first, info left out), and a sentence
    for every check whose answers have sent it to info."""
    for name in settings.organisasjon if only is None else [only]:
        store = build.store(settings, name, now=now)
        try:
            with store.read() as reads:
                found = [one for one in reads.findings() if one.severity != Level.INFO and not one.answer]
                precision = reads.precision()
        finally:
            store.close()
        found.sort(key=lambda one: (-Level(one.severity).rank, one.check_id, one.id))
        lifted = build.check_setup(settings, name).lifted
        told = [
            demoted_text(check, precision[check], settings.robot.spraak) for check in sorted(demoted(precision, lifted))
        ]
        if found or told:
            yield name, found, told


def listing(settings: Settings, *, only: str | None, now: Callable[[], datetime]) -> str:
    """For people; empty when there is nothing."""
    language = settings.robot.spraak
    lines: list[str] = []
    for name, found, told in open_findings(settings, only=only, now=now):
        lines += ["", f"{text('journal.heading', language)} ({name}): {len(found)}"]
        lines += [f"  {line_of(one, language)}" for one in found[:MOST]]
        if len(found) > MOST:
            lines.append(f"  {text('journal.mail.more', language, count=len(found) - MOST)}")
        lines += [f"  {sentence}" for sentence in told]
    return "\n".join(lines)


def listing_data(settings: Settings, *, only: str | None, now: Callable[[], datetime]) -> Iterator[dict[str, object]]:
    """For machines: one object a finding, told from posts by ``check``."""
    for name, found, _ in open_findings(settings, only=only, now=now):
        yield from ({"organisation": name, **one_as_data(one)} for one in found)
