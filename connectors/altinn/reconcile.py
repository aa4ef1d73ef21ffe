"""The nightly reconciliation: rights, lists of letters far back, what lies unread, and what was never settled.

Dialogporten may lack a letter (a dialog that was never made, or was made in a way we did not see), so each list of each
resource is held against what is known. What is found is offered from then on, and counted: it should be nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from connectors.altinn.correspondence import Correspondence
from connectors.altinn.dialogporten import Dialogporten
from connectors.altinn.discover import Discovery
from connectors.altinn.index import Index
from connectors.altinn.platform import Refused
from connectors.altinn.settings import AltinnSettings
from connectors.altinn.wire import iso

log = structlog.get_logger()

UNSETTLED = timedelta(hours=48)
"""So long may a letter that was taken over be unsettled (set aside for a person, say) before it is counted."""

_REMARKS_KEPT = timedelta(days=7)


class Reconciliation:
    """One run for one inbox."""

    def __init__(
        self,
        settings: AltinnSettings,
        index: Index,
        dialogporten: Dialogporten,
        letters: Correspondence,
        discovery: Discovery,
        now: Callable[[], datetime],
    ) -> None:
        """Opens nothing."""
        self._settings = settings
        self._index = index
        self._dialogporten = dialogporten
        self._letters = letters
        self._discovery = discovery
        self._now = now

    def run(self) -> str:
        """All of it; codes and counts.

        Raises:
            OutOfReach, TryLater: Altinn cannot be asked now; what was found until then stays.
        """
        self._forget_old_remarks()
        self._discovery.round()
        if self._settings.sub_units and not self._settings.parties:
            self._discovery.refresh_parties()
        orgnrs = self._discovery.orgnrs()
        pairs = self._rights(orgnrs)
        found, refused = self._lists(pairs)
        self._unread(orgnrs)
        before = (self._now() - UNSETTLED).timestamp()
        with self._index.change() as tx:
            overdue = tx.overdue(before)
            if found:
                word = "melding" if found == 1 else "meldinger"
                text = f"{found} {word} i Altinn ble funnet av nattens avstemming, ikke av det vanlige ettersynet."
                tx.remark("found", text, now=self._now().timestamp())
        return f"{len(pairs)} lister, {found} funnet, {refused} uten tilgang, {overdue} ikke kvittert på 48 timer"

    def _forget_old_remarks(self) -> None:
        before = (self._now() - _REMARKS_KEPT).timestamp()
        with self._index.change() as tx:
            for prefix in ("lost:", "unfound:", "rights:", "found"):
                tx.unsay(prefix, before=before)

    def _rights(self, orgnrs: list[str]) -> list[tuple[str, str]]:
        """(organisation, resource) to ask lists of; tells which rights came and went since the last time."""
        with self._index.look() as asked:
            held, pairs = asked.held(), asked.pairs()
        for orgnr in orgnrs:
            try:
                resources, complete = self._dialogporten.resources(orgnr)
            except Refused as refused:
                log.warning("altinn_resources_refused", source=self._settings.name, status=refused.status)
                continue
            if not complete:
                continue  # the whole catalogue tells nothing of what is ours
            pairs |= {(orgnr, resource) for resource in resources}
            self._note_rights(orgnr, resources, {resource for party, resource in held if party == orgnr})
        wanted = {orgnr for orgnr in orgnrs}
        return sorted((p, r) for p, r in pairs if p in wanted and r and not self._discovery.passed_over(r))

    def _note_rights(self, orgnr: str, resources: set[str], before: set[str]) -> None:
        now = self._now().timestamp()
        with self._index.change() as tx:
            tx.set_held(orgnr, sorted(resources), now=now)
            for resource in sorted(before - resources):
                text = f"Systembrukeren har mistet tilgangen til «{resource}» for {orgnr} i Altinn. Er det meningen?"
                tx.remark(f"rights:lost:{orgnr}:{resource}", text, now=now)
            if before:
                for resource in sorted(resources - before):
                    text = (
                        f"Systembrukeren har fått tilgang til «{resource}» for {orgnr} i Altinn. Har reglene den med?"
                    )
                    tx.remark(f"rights:new:{orgnr}:{resource}", text, now=now)

    def _lists(self, pairs: list[tuple[str, str]]) -> tuple[int, int]:
        """How many letters were unknown, and how many lists were refused."""
        found = refused_lists = 0
        until = self._now() + timedelta(days=1)
        since = self._now() - timedelta(days=self._settings.night_days)
        for party, resource in pairs:
            try:
                ids = self._letters.ids(resource, party, since=since, until=until)
            except Refused as refused:
                refused_lists += 1
                log.info("altinn_list_refused", source=self._settings.name, code=refused.code, status=refused.status)
                continue
            found += self._add(party, resource, ids)
        return found, refused_lists

    def _add(self, party: str, resource: str, ids: list[str]) -> int:
        """Those that are unknown become known, oldest first."""
        now = self._now()
        with self._index.change() as tx:
            known = tx.known([f"c:{id}" for id in ids])
            fresh = [id for id in reversed(ids) if f"c:{id}" not in known]
            for id in fresh:
                tx.add_item(
                    f"c:{id}",
                    party=party,
                    resource=resource,
                    dialog="",
                    at=iso(now),
                    now=now.timestamp(),
                    origin="night",
                )
        return len(fresh)

    def _unread(self, orgnrs: list[str]) -> None:
        """What people have not opened, unit by unit. The robot's own marks count as opened, so this is what it lacks."""
        now = self._now()
        counts: dict[str, tuple[int, str]] = dict.fromkeys(orgnrs, (0, ""))
        after = now - timedelta(days=self._settings.night_days)
        for page in self._dialogporten.search(orgnrs, after=after, now=now, unseen_only=True):
            with self._index.look() as asked:
                for item in page:
                    known = asked.dialog(item.id)
                    if item.party not in counts or (known is not None and known.state.covered):
                        continue
                    number, oldest = counts[item.party]
                    at = iso(item.content_updated)
                    counts[item.party] = number + 1, min(oldest or at, at)
        with self._index.change() as tx:
            for party, (number, oldest) in counts.items():
                tx.set_unread(party, number, oldest)
