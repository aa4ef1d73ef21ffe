"""An organisation's inbox in Altinn 3 as a source: every sender, every sub-unit that the system user has rights for.

Altinn is told nothing when a letter is taken over (design.md section 4): only when the post is settled is it marked as
read, and confirmed where the sender asks for that and the policy allows. Nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import structlog

from connectors.altinn import dialogs, letters
from connectors.altinn.correspondence import Correspondence
from connectors.altinn.dialogporten import Dialogporten
from connectors.altinn.discover import Discovery
from connectors.altinn.index import Changes, DialogState, Index, Item, Place, taken_items
from connectors.altinn.mailboxes import mailboxes
from connectors.altinn.platform import Platform, Refused, Tokens
from connectors.altinn.reconcile import Reconciliation
from connectors.altinn.settings import AltinnSettings, Confirm
from connectors.altinn.wire import DialogLetter, Overview, iso
from connectors.contract import Mailbox
from connectors.http import Hooks
from models.errors import NeedsHuman, TryLater
from models.post import Fetched, Locator, Offer, Outcome, Spool, Taken
from models.reasons import ReasonCode

log = structlog.get_logger()

_NOW_AND_THEN_S = 3600.0
_UNFOUND = timedelta(hours=24)
"""How long a letter that was listed may answer «not found» before a person hears of it."""

_TRIES = 8
"""So often, and for a day, may one letter fail to come whole before a person hears of it."""

_NO_POST = "Meldingen er ikke post for roboten; den hoppes over."


class AltinnSource:
    """Keeps ``connectors.contract.Source``, ``Reconciles``, ``TellsMailboxes`` and ``Remarks``.

    The key is ``c:<correspondence id>``, ``t:<dialog>/<transmission>`` or ``d:<dialog>:<hash of its content>``; ``label``
    is the id. A locator never changes: where a letter is stands in the index.
    """

    def __init__(
        self,
        settings: AltinnSettings,
        tokens: Tokens,
        *,
        zone: str = "Europe/Oslo",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        hooks: Hooks | None = None,
    ) -> None:
        """Opens nothing. ``now`` gives aware UTC time."""
        self._settings = settings
        self._zone = zone
        self._now = now
        self._index = Index(settings.index)
        self._platform = Platform(settings.platform, tokens, hooks=hooks)
        self._letters = Correspondence(self._platform, own=settings.orgnr)
        self._dialogporten = Dialogporten(self._platform)
        self._content = dialogs.Content(self._platform, settings)
        self._discovery = Discovery(settings, self._index, self._dialogporten, self._letters, now)

    # --- Source -------------------------------------------------------------------------------------------------

    def offers(self, limit: int) -> Iterator[Offer]:
        """The oldest letters first. When enough are known already, Altinn is not asked.

        Raises:
            OutOfReach, TryLater: Altinn cannot be asked, and nothing is known to wait.
        """
        waiting = self._waiting(limit)
        if len(waiting) < limit:
            try:
                self._discovery.round()
            except TryLater as later:
                waiting = self._waiting(limit)
                if not waiting:
                    raise
                log.info("altinn_look_postponed", source=self._settings.name, error=str(later))
            waiting = self._waiting(limit)
        for item in waiting:
            yield _offer(item)

    def download(self, offer: Offer, into: Spool) -> Fetched:
        """Fetches one letter with its files.

        Raises:
            NeedsHuman: over the size limit; listed, but not found for a day; never comes whole.
            TryLater: gone, not ready, not for us, or did not come whole.
            OutOfReach: Altinn cannot be reached.
        """
        key = str(offer.locator["key"])
        try:
            if key.startswith("c:"):
                return self._letter(key, str(offer.locator["id"]), offer, into)
            return self._dialog_letter(key, offer, into)
        except Refused as refused:
            raise self._told(key, refused) from refused
        except TryLater as later:
            raise self._again(key, later) from later

    def taken(self) -> Iterator[Taken]:
        """Everything that was taken over, by the index: Altinn gives it out again. See ``connectors.contract.KeepsTaken``."""
        for item, outcomes in taken_items(self._index):
            yield Taken(offer=_offer(item), outcomes=outcomes)

    def where(self, at: Locator) -> str:
        """The letter's key, wherever it is."""
        return str(at["key"])

    def take_over(self, at: Locator) -> Locator:
        """Notes that the letter is ours. Altinn is told nothing."""
        self._put(at, Place.TAKEN)
        return at

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        """Confirms where that is asked for and allowed, and marks as read. A letter that is gone is no error.

        Raises:
            NeedsHuman: we have lost the right to it.
        """
        key = str(at["key"])
        if key.startswith("c:"):
            try:
                self._tell(at, str(at["id"]), outcome)
            except Refused as refused:
                if refused.no_right:
                    text = "Altinn lar oss ikke merke meldingen som lest: retten er borte. Deleger tjenesten på nytt."
                    raise NeedsHuman(ReasonCode.SETTLE_FAILED, text) from refused
                if not refused.missing:
                    raise TryLater(f"Altinn sa nei ({refused}); prøves igjen.", after_s=_NOW_AND_THEN_S) from refused
        self._put(at, Place.SETTLED, outcome.value)
        return at

    def clock_ahead_s(self) -> float | None:
        """See :class:`connectors.contract.TellsTime`."""
        return self._platform.clock_ahead_s

    def close(self) -> None:
        """Closes connections and the index."""
        self._platform.close()
        self._index.close()

    # --- beside it ----------------------------------------------------------------------------------------------

    def reconcile(self) -> str:
        """See ``connectors.contract.Reconciles``: every list of every resource is held against what is known."""
        return Reconciliation(
            self._settings, self._index, self._dialogporten, self._letters, self._discovery, self._now
        ).run()

    def mailboxes(self) -> tuple[Mailbox, ...]:
        """See ``connectors.contract.TellsMailboxes``."""
        return mailboxes(self._index, self._now())

    def remarks(self) -> tuple[str, ...]:
        """See ``connectors.contract.Remarks``."""
        with self._index.look() as asked:
            return tuple(asked.remarks())

    # --- letters ------------------------------------------------------------------------------------------------

    def _letter(self, key: str, id: str, offer: Offer, into: Spool) -> Fetched:
        letter = self._letters.overview(id, now=self._now())
        with self._index.change() as tx:
            tx.fetched(key)
            self._cover(tx, letter)
        if (letter.migrated and not self._settings.migrated) or self._discovery.passed_over(letter.resource):
            self._pass(key)
        documents, lost = letters.fetch(letter, into, self._letters)
        self._say_lost(key, lost)
        return Fetched(
            source_key=f"c:{id}",
            label=id,
            locator={**offer.locator, "key": f"c:{id}", "id": id, "confirm": int(letter.needs_confirmation)},
            envelope=letters.envelope(letter, self._settings, self._zone),
            documents=documents,
        )

    def _cover(self, tx: Changes, letter: Overview) -> None:
        """The dialog that this letter stands in needs no look of its own; nor does the transmission that it is."""
        told = dict(letter.references)
        dialog, transmission = told.get("DialogportenDialogId", ""), told.get("DialogportenTransmissionId", "")
        if dialog:
            tx.set_dialog(dialog, DialogState.COVERED)
        if dialog and transmission:
            twin = tx.item(f"t:{dialog}/{transmission}")
            if twin is not None and twin.place is Place.NEW:
                tx.put(twin.key, Place.PASSED, now=self._now().timestamp())

    def _dialog_letter(self, key: str, offer: Offer, into: Spool) -> Fetched:
        dialog = self._dialogporten.dialog(str(offer.locator["id"]), now=self._now())
        if dialog.correspondence and key.startswith("d:"):
            return self._behind(key, dialog.id, dialog.correspondence, offer, into)
        letter: DialogLetter | None = dialog.main
        if key.startswith("t:"):
            wanted = key.rpartition("/")[2]
            letter = next((each for each in dialog.letters if each.id == wanted), None)
        elif dialogs.is_shell(dialog):
            letter = None
        if letter is None:
            self._pass(key)
        if not letter.authorized:
            self._say_lost(key, (f"meldingen {dialogs.NO_RIGHT}",))
        documents, lost = dialogs.fetch(dialog, letter, into, self._content)
        self._say_lost(key, lost)
        return Fetched(
            source_key=key if letter.id else f"d:{dialog.id}:{dialogs.fingerprint(letter)}",
            label=_shown(dialog.id, letter.id),
            locator=dict(offer.locator),
            envelope=dialogs.envelope(dialog, letter, self._settings, self._zone),
            documents=documents,
        )

    def _behind(self, key: str, dialog: str, id: str, offer: Offer, into: Spool) -> Fetched:
        """The correspondence that a dialog turned out to have; it may be known, or on its way, under its own key."""
        with self._index.change() as tx:
            party, resource, at = str(offer.locator["party"]), str(offer.locator["resource"]), self._now()
            new = tx.add_item(
                f"c:{id}", party=party, resource=resource, dialog=dialog, at=_at(key, at), now=at.timestamp()
            )
            tx.put(key, Place.PASSED, now=at.timestamp())
            tx.set_dialog(dialog, DialogState.COVERED)
        if not new:
            raise _Passed(_NO_POST, after_s=0)
        locator = {**offer.locator, "key": f"c:{id}", "id": id}
        return self._letter(f"c:{id}", id, Offer(key=offer.key, label=id, locator=locator), into)

    def _pass(self, key: str) -> NoReturn:
        with self._index.change() as tx:
            tx.put(key, Place.PASSED, now=self._now().timestamp())
        raise _Passed(_NO_POST, after_s=0)

    # --- telling ------------------------------------------------------------------------------------------------

    def _tell(self, at: Locator, id: str, outcome: Outcome) -> None:
        needed = at.get("confirm")
        if needed is None:
            needed = self._letters.overview(id, now=self._now()).needs_confirmation
        if needed and self._may_confirm(outcome):
            self._letters.confirm(id)
        self._letters.mark_read(id)

    def _may_confirm(self, outcome: Outcome) -> bool:
        match self._settings.confirm:
            case Confirm.ALWAYS:
                return True
            case Confirm.NEVER:
                return False
            case _:
                # The archive has a duplicate already, as the post that it doubles.
                return outcome in (Outcome.ARCHIVED, Outcome.DUPLICATE)

    # --- the index ----------------------------------------------------------------------------------------------

    def _waiting(self, limit: int) -> list[Item]:
        with self._index.look() as asked:
            return asked.waiting(limit, now=self._now().timestamp())

    def _put(self, at: Locator, place: Place, outcome: str = "") -> None:
        now = self._now()
        with self._index.change() as tx:
            key = str(at["key"])
            tx.add_item(
                key,
                party=str(at.get("party", "")),
                resource=str(at.get("resource", "")),
                dialog="",
                at=_at(key, now),
                now=now.timestamp(),
            )
            tx.put(key, place, now=now.timestamp(), outcome=outcome)

    def _say_lost(self, key: str, lost: tuple[str, ...]) -> None:
        if not lost:
            return
        id = key.partition(":")[2].partition("@")[0]
        text = f"Altinn-meldingen {id} er hentet uten alt: {', '.join(lost)}."
        with self._index.change() as tx:
            tx.remark(f"lost:{key}", text, now=self._now().timestamp())

    def _told(self, key: str, refused: Refused) -> Exception:
        """What a refusal of one letter means (altinn.md section 4.6)."""
        now = self._now().timestamp()
        with self._index.change() as tx:
            item = tx.item(key)
            if refused.no_right:
                resource = item.resource if item is not None else ""
                party = item.party if item is not None else ""
                text = f"Altinn gir ikke tilgang til post av typen «{resource}» for {party}. Deleger den til systembrukeren."
                tx.remark(f"right:{party}:{resource}", text, now=now)
                tx.put_off(key, until=now + _NOW_AND_THEN_S)
                return TryLater(text, after_s=_NOW_AND_THEN_S)
            if not refused.missing:
                tx.put_off(key, until=now + _NOW_AND_THEN_S)
                return TryLater(f"Altinn sa nei ({refused}): {refused.said.detail}", after_s=_NOW_AND_THEN_S)
            if item is None or item.fetched:
                tx.put(key, Place.GONE, now=now)
                return TryLater("Meldingen er slettet i Altinn.", after_s=0)
            since = item.trouble_since or now
            if now - since < _UNFOUND.total_seconds():
                tx.put_off(key, until=now + _NOW_AND_THEN_S, trouble_since=now)
                return TryLater("Altinn finner ikke meldingen (ennå); prøves igjen i et døgn.", after_s=_NOW_AND_THEN_S)
            tx.put(key, Place.GONE, now=now)
            id = key.partition(":")[2]
            text = (
                f"Altinn listet meldingen {id}, men har i et døgn ikke kunnet gi den fra seg. Se etter den i innboksen."
            )
            tx.remark(f"unfound:{key}", text, now=now)
            return TryLater(text, after_s=0)

    def _again(self, key: str, later: TryLater) -> Exception:
        if isinstance(later, _Passed):
            return later
        now = self._now().timestamp()
        with self._index.change() as tx:
            item = tx.item(key)
            if item is not None and item.trouble_since is not None and item.tries + 1 >= _TRIES:
                if now - item.trouble_since >= _UNFOUND.total_seconds():
                    return NeedsHuman(ReasonCode.DAMAGED, f"Meldingen er forsøkt hentet i over et døgn. {later}")
            tx.put_off(key, until=now + later.after_s, trouble_since=now)
        return later


class _Passed(TryLater):
    """The letter is not for us; it is never offered again."""


def _offer(item: Item) -> Offer:
    return Offer(key=item.key, label=_label(item), locator=_locator(item))


def _label(item: Item) -> str:
    return item.key.partition(":")[2].partition("@")[0]


def _shown(dialog: str, transmission: str) -> str:
    return f"{dialog}/{transmission}" if transmission else dialog


def _at(key: str, now: datetime) -> str:
    return key.rpartition("@")[2] if "@" in key else iso(now)


def _locator(item: Item) -> Locator:
    id = item.dialog if item.kind in ("d", "t") else item.key[2:]
    return {"key": item.key, "id": id, "party": item.party, "resource": item.resource}
