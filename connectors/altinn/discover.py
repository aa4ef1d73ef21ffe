"""Finding what is new: Dialogporten tells where, lists of letters tell which, and the index remembers.

The list of letters filters on when the sender *asked* for publishing, so a letter can turn up later with an older time: a
cursor on it loses mail. Dialogporten's ``contentUpdatedAt`` is when it became visible. So the cursor is on that, with an
overlap, and the lists are asked far back; a dialog that no list explains is opened itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from connectors.altinn.correspondence import Correspondence
from connectors.altinn.dialogporten import Dialogporten
from connectors.altinn.index import DialogState, Index, KnownDialog
from connectors.altinn.platform import Refused
from connectors.altinn.settings import AltinnSettings
from connectors.altinn.wire import DialogItem, iso, time_of
from models.errors import TryLater

log = structlog.get_logger()

CURSOR, PARTIES_AT = "cursor", "parties_at"
LIST_KIND = "CorrespondenceService"
MIGRATED = "migratedcorrespondence"
LOOKS = 3
"""So many lists may fail to explain a dialog before it is opened itself."""

_PARTIES_EVERY = timedelta(hours=24)


class Discovery:
    """One inbox. Called from one thread at a time."""

    def __init__(
        self,
        settings: AltinnSettings,
        index: Index,
        dialogporten: Dialogporten,
        letters: Correspondence,
        now: Callable[[], datetime],
    ) -> None:
        """Opens nothing."""
        self._settings = settings
        self._index = index
        self._dialogporten = dialogporten
        self._letters = letters
        self._now = now

    def round(self) -> None:
        """Looks once: everything with new content becomes known, page by page."""
        orgnrs = self.orgnrs()
        now = self._now()
        with self._index.look() as asked:
            cursor = time_of(asked.note(CURSOR))
        after = (
            cursor - timedelta(hours=self._settings.overlap_h)
            if cursor
            else now - timedelta(days=self._settings.first_days)
        )
        newest = cursor
        try:
            for page in self._dialogporten.search(orgnrs, after=after, now=now):
                self._see(page)
                for item in page:
                    newest = max(newest or item.content_updated, item.content_updated)
        except TryLater:
            self._explain()  # what was seen until then can be fetched meanwhile
            raise
        if newest is not None and newest != cursor:
            # Only now: had a page failed, the next look begins where this one did.
            with self._index.change() as tx:
                tx.set_note(CURSOR, iso(newest))
        self._explain()

    def orgnrs(self) -> list[str]:
        """The organisations whose post is ours to fetch; asked anew once a day."""
        settings = self._settings
        if settings.parties:
            return list(settings.parties)
        if not settings.sub_units:
            return [settings.orgnr]
        with self._index.look() as asked:
            known, at = asked.parties(), time_of(asked.note(PARTIES_AT))
        if at is None or self._now() - at > _PARTIES_EVERY:
            self.refresh_parties()
            with self._index.look() as asked:
                known = asked.parties()
        return [orgnr for orgnr, _, _ in known] or [settings.orgnr]

    def refresh_parties(self) -> None:
        """Asks which organisations the system user may act for. A refusal leaves what was known."""
        try:
            found = [(party.orgnr, party.name, party.parent) for party in self._dialogporten.parties()]
        except Refused as refused:
            log.warning("altinn_parties_refused", source=self._settings.name, status=refused.status)
            found = []
        with self._index.change() as tx:
            tx.set_note(PARTIES_AT, iso(self._now()))
            if found:
                tx.set_parties(found)
                tx.unsay("parties")
            else:
                text = (
                    f"Altinn sier ikke hvilke underenheter roboten kan hente for; bare {self._settings.orgnr} hentes."
                )
                tx.remark("parties", text, now=self._now().timestamp())

    def passed_over(self, resource: str) -> bool:
        """Whether the operator does not want letters of this resource, or they are old ones moved from Altinn 2."""
        settings = self._settings
        return resource in settings.skip_resources or (MIGRATED in resource and not settings.migrated)

    def _see(self, page: Iterable[DialogItem]) -> None:
        now = self._now()
        counted: list[DialogItem] = []
        with self._index.change() as tx:
            for item in page:
                if not item.id or not item.party:
                    continue
                known = tx.dialog(item.id)
                updated = iso(item.content_updated)
                if known is not None and known.updated == updated:
                    continue
                state = self._state(item, known)
                tx.see_dialog(
                    item.id,
                    party=item.party,
                    resource=item.resource,
                    kind=item.kind,
                    created=iso(item.created),
                    updated=updated,
                    unread=not item.seen,
                    letters=item.letters,
                    state=state,
                    now=now.timestamp(),
                )
                if state is DialogState.DIRECT:
                    self._offer_dialog(tx.add_item, item.id, item.party, item.resource, updated)
                    if item.letters:
                        counted.append(item)
        for item in counted:
            self._find_letters(item.id, item.party, item.resource)

    def _state(self, item: DialogItem, known: KnownDialog | None) -> DialogState:
        own = bool(self._settings.own_code) and item.org.lower() == self._settings.own_code.lower()
        if own or item.label == "Sent" or self.passed_over(item.resource):
            return DialogState.PASSED
        if item.kind != LIST_KIND or (known is not None and known.state is DialogState.DIRECT):
            return DialogState.DIRECT
        # A letter more within a dialog is no change of the letter that we know.
        changed = known is not None and known.state is DialogState.COVERED and item.letters <= known.letters
        return DialogState.AGAIN if changed else DialogState.PENDING

    def _offer_dialog(self, add: Callable[..., bool], id: str, party: str, resource: str, updated: str) -> None:
        add(
            f"d:{id}@{updated}",
            party=party,
            resource=resource,
            dialog=id,
            at=updated,
            now=self._now().timestamp(),
        )

    def _find_letters(self, dialog: str, party: str, resource: str) -> None:
        """Transmissions are letters of their own, listed without opening the dialog."""
        try:
            letters = self._dialogporten.letters(dialog, now=self._now())
        except Refused as refused:
            log.warning("altinn_transmissions_refused", source=self._settings.name, status=refused.status)
            return
        with self._index.change() as tx:
            for letter in letters:
                tx.add_item(
                    f"t:{dialog}/{letter.id}",
                    party=party,
                    resource=resource,
                    dialog=dialog,
                    at=iso(letter.at),
                    now=self._now().timestamp(),
                )

    def _explain(self) -> None:
        """Finds the letters behind dialogs: one list for each organisation and resource with news."""
        with self._index.look() as asked:
            pairs: dict[tuple[str, str], list[KnownDialog]] = {}
            for dialog in asked.pending():
                if not asked.has_new(dialog.party, dialog.resource) or not dialog.looks:
                    pairs.setdefault((dialog.party, dialog.resource), []).append(dialog)
        for (party, resource), dialogs in pairs.items():
            try:
                self._explain_pair(party, resource, dialogs)
            except TryLater as later:
                # One list that fails holds up neither the others nor what is known already; it is asked again.
                log.info("altinn_list_postponed", source=self._settings.name, error=str(later))

    def _explain_pair(self, party: str, resource: str, dialogs: list[KnownDialog]) -> None:
        now = self._now()
        first = min((time_of(dialog.created) or now for dialog in dialogs), default=now)
        since = min(first, now) - timedelta(days=self._settings.window_days)
        try:
            ids = self._letters.ids(resource, party, since=since, until=now + timedelta(days=1))
            listed = True
        except Refused as refused:
            log.info("altinn_list_refused", source=self._settings.name, code=refused.code, status=refused.status)
            ids, listed = [], False
            if refused.no_right:
                self._no_right(party, resource)
        with self._index.change() as tx:
            known = tx.known([f"c:{id}" for id in ids])
            fresh = [id for id in reversed(ids) if f"c:{id}" not in known]
            times = [dialog.updated for dialog in dialogs]
            for number, id in enumerate(fresh):
                # A list gives no times. Oldest first on both sides: each letter takes the time of its neighbour.
                at = times[min(number, len(times) - 1)]
                tx.add_item(f"c:{id}", party=party, resource=resource, dialog="", at=at, now=now.timestamp())
            if listed:
                tx.unsay(f"right:{party}:{resource}")
            opened = []
            for dialog in dialogs:
                if dialog.state is DialogState.AGAIN and listed:
                    tx.set_dialog(dialog.id, DialogState.COVERED)
                elif listed and dialog.looks + 1 < LOOKS:
                    tx.set_dialog(dialog.id, DialogState.PENDING, looked=True)
                else:
                    opened.append(dialog)
                    tx.set_dialog(dialog.id, DialogState.DIRECT)
                    self._offer_dialog(tx.add_item, dialog.id, party, resource, dialog.updated)
        for dialog in opened:
            if dialog.letters:
                self._find_letters(dialog.id, party, resource)

    def _no_right(self, party: str, resource: str) -> None:
        text = (
            f"Altinn gir ikke tilgang til post av typen «{resource}» for {party}. "
            "Deleger tjenesten eller tilgangspakken til systembrukeren."
        )
        with self._index.change() as tx:
            tx.remark(f"right:{party}:{resource}", text, now=self._now().timestamp())
