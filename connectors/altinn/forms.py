"""Forms made in Altinn Studio as a source: sent in, fetched, journaled, and only then completed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import structlog

from connectors.altinn.index import Index, Item, Place, taken_items
from connectors.altinn.letters import local_day
from connectors.altinn.parcel import Parcel
from connectors.altinn.platform import Platform, Refused, Tokens
from connectors.altinn.settings import FormSettings
from connectors.altinn.storage import Element, Instance, Storage
from connectors.altinn.wire import iso
from connectors.http import Hooks
from models.errors import NeedsHuman, OutOfReach, TryLater
from models.post import Envelope, Fetched, Locator, Offer, Outcome, Spool, Taken
from models.reasons import ReasonCode

log = structlog.get_logger()

_SCAN_S = 60.0
_LATER_S = 3600.0
_INFECTED = "er stoppet av Altinns viruskontroll"


class AltinnFormSource:
    """Keeps ``connectors.contract.Source``, ``Reconciles`` and ``Remarks``.

    The key is ``f:<party>/<guid>``; ``label`` is the app and the form's reference. A locator never changes: where a form is
    stands in the index. Nothing is deleted.
    """

    def __init__(
        self,
        settings: FormSettings,
        tokens: Tokens,
        *,
        orgnr: str = "",
        zone: str = "Europe/Oslo",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        hooks: Hooks | None = None,
    ) -> None:
        """Opens nothing. ``orgnr`` is our own number, which forms are sent to; ``now`` gives aware UTC time."""
        self._settings = settings
        self._orgnr, self._zone, self._now = orgnr, zone, now
        self._index = Index(settings.index)
        self._platform = Platform(settings.platform, tokens, hooks=hooks)
        self._storage = Storage(self._platform)

    def offers(self, limit: int) -> Iterator[Offer]:
        """The forms that were sent in first, first.

        Raises:
            OutOfReach, TryLater: Altinn cannot be asked now.
        """
        waiting = self._waiting(limit)
        if len(waiting) < limit:
            self._look()
            waiting = self._waiting(limit)
        for item in waiting:
            yield _offer(item)

    def download(self, offer: Offer, into: Spool) -> Fetched:
        """Fetches one form: the receipt (PDF) first, then what is attached, then the form's own data.

        Raises:
            NeedsHuman: over the size limit.
            TryLater: gone, not scanned for viruses yet, no receipt yet, or did not come whole.
            OutOfReach: Altinn cannot be reached.
        """
        key, id = str(offer.locator["key"]), str(offer.locator["id"])
        try:
            form = self._storage.instance(id)
            return self._fetched(offer, key, form, into)
        except Refused as refused:
            raise self._told(key, refused) from refused
        except TryLater as later:
            with self._index.change() as tx:
                tx.put_off(key, until=self._now().timestamp() + later.after_s)
            raise

    def taken(self) -> Iterator[Taken]:
        """Everything that was taken over, by the index: Altinn gives it out again. See ``connectors.contract.KeepsTaken``."""
        for item, outcomes in taken_items(self._index):
            yield Taken(offer=_offer(item), outcomes=outcomes)

    def where(self, at: Locator) -> str:
        """The form's key, wherever it is."""
        return str(at["key"])

    def take_over(self, at: Locator) -> Locator:
        """Notes that the form is ours. Altinn is told nothing."""
        self._put(at, Place.TAKEN)
        return at

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        """Completes the form in Altinn. One that is gone is no error.

        Raises:
            NeedsHuman: we have lost the right to it.
        """
        try:
            self._storage.complete(str(at["id"]))
        except Refused as refused:
            if refused.no_right:
                text = "Altinn lar oss ikke bekrefte skjemaet: retten er borte. Kontroller scopet instances.write."
                raise NeedsHuman(ReasonCode.SETTLE_FAILED, text) from refused
            if not refused.missing:
                raise TryLater(f"Altinn sa nei ({refused}); prøves igjen.", after_s=_LATER_S) from refused
        self._put(at, Place.SETTLED, outcome.value)
        return at

    def clock_ahead_s(self) -> float | None:
        """See :class:`connectors.contract.TellsTime`."""
        return self._platform.clock_ahead_s

    def close(self) -> None:
        """Closes connections and the index."""
        self._platform.close()
        self._index.close()

    def remarks(self) -> tuple[str, ...]:
        """See ``connectors.contract.Remarks``."""
        with self._index.look() as asked:
            return tuple(asked.remarks())

    def reconcile(self) -> str:
        """See ``connectors.contract.Reconciles``: a query may leave out a form that nobody has completed, and the mark that
        one is completed has been lost before (Altinn's issues 5482 and 815), so all are held against what is known."""
        since = self._now() - timedelta(days=self._settings.first_days)
        found = again = seen = 0
        for app in self._settings.apps or ("",):
            for page in self._storage.ended(code=self._settings.own_code, app=app, unconfirmed_only=False, since=since):
                seen += len(page)
                fresh, unmarked = self._compare(page)
                found += fresh
                for id in unmarked:
                    self._storage.complete(id)
                again += len(unmarked)
        return f"{seen} skjemaer, {found} funnet, {again} bekreftet på nytt"

    # --- looking ------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        code = self._settings.own_code
        try:
            for app in self._settings.apps or ("",):
                for page in self._storage.ended(code=code, app=app, unconfirmed_only=True):
                    self._see(page)
        except Refused as refused:
            text = (
                f"Altinn gir ikke tilgang til skjemaene til «{code}» ({refused.status}). "
                "Kontroller tjenesteeierkoden og scopet instances.read."
            )
            raise OutOfReach(text, connection=self._settings.platform.connection) from refused

    def _see(self, page: list[Instance]) -> int:
        now = self._now()
        with self._index.change() as tx:
            return sum(
                tx.add_item(
                    f"f:{form.id}",
                    party="",
                    resource=form.app,
                    dialog="",
                    at=iso(form.ended or now),
                    now=now.timestamp(),
                )
                for form in page
                if form.ended is not None and not form.hard_deleted
            )

    def _compare(self, page: list[Instance]) -> tuple[int, list[str]]:
        """How many were unknown, and which are settled with us and not so marked at Altinn."""
        code = self._settings.own_code.lower()
        with self._index.look() as asked:
            unmarked = [
                form.id
                for form in page
                if code not in form.confirmed_by
                and (item := asked.item(f"f:{form.id}")) is not None
                and item.place is Place.SETTLED
            ]
        return self._see([form for form in page if code not in form.confirmed_by]), unmarked

    # --- fetching -----------------------------------------------------------------------------------------------

    def _fetched(self, offer: Offer, key: str, form: Instance, into: Spool) -> Fetched:
        with self._index.change() as tx:
            tx.fetched(key)
        self._wait_for(form)
        lost: list[str] = []
        with Parcel(into) as parcel:
            for number, element in enumerate(_in_order(form), start=1):
                if element.scan == "Infected":
                    # Storage gives infected files out all the same (altinn-storage 160): we do not ask for them.
                    lost.append(f"fil {number} {_INFECTED}")
                    note = (
                        f"Fil {number}, «{element.name or element.kind}», {_INFECTED}. Notatet er laget av Postrobot.\n"
                    )
                    parcel.write(f"Fil {number} mangler.txt", "text/plain", note.encode())
                    continue
                with self._storage.data(form.id, element.id) as body:
                    parcel.fetch(_name(form, element), element.media_type, body)
            if not any(element.is_pdf for element in form.elements):
                lost.append("kvitteringen (PDF) ble aldri laget")
            if not parcel.documents:
                parcel.write("skjema.txt", "text/plain", f"{self._title(form)}\nSkjemaet har ingen filer.\n".encode())
            documents = tuple(parcel.documents)
        self._say(key, form, lost)
        return Fetched(
            source_key=key,
            label=f"{form.app}/{form.reference}",
            locator=dict(offer.locator),
            envelope=self._envelope(form),
            documents=documents,
        )

    def _wait_for(self, form: Instance) -> None:
        if any(element.scan == "Pending" for element in form.elements):
            raise TryLater("En fil i skjemaet er ikke viruskontrollert ennå.", after_s=_SCAN_S)
        if any(element.is_pdf for element in form.elements) or form.ended is None:
            return
        if (self._now() - form.ended).total_seconds() < self._settings.pdf_wait_s:
            raise TryLater("Kvitteringen (PDF) for skjemaet er ikke laget ennå.", after_s=_SCAN_S)

    def _envelope(self, form: Instance) -> Envelope:
        fields = {**form.values, **{f"altinn.visning.{name}": value for name, value in form.texts.items()}}
        if form.person and self._settings.identity_numbers:
            fields["altinn.innsender.fødselsnummer"] = form.person
        return Envelope(
            received_at=form.ended or self._now(),
            sender_orgnr=form.orgnr,
            recipient_orgnr=self._orgnr,
            subject=self._title(form),
            service=form.app,
            sender_ref=form.reference,
            sender_verified=bool(form.orgnr or form.person),
            form=fields,
            due=local_day(form.due, self._zone),
            references=(form.id,),
        )

    def _title(self, form: Instance) -> str:
        title = self._settings.titles.get(form.app) or form.app.replace("-", " ").capitalize()
        return " – ".join((title, *form.texts.values()))

    # --- the index ----------------------------------------------------------------------------------------------

    def _waiting(self, limit: int) -> list[Item]:
        with self._index.look() as asked:
            return asked.waiting(limit, now=self._now().timestamp())

    def _put(self, at: Locator, place: Place, outcome: str = "") -> None:
        now = self._now()
        with self._index.change() as tx:
            app = str(at.get("app", ""))
            tx.add_item(str(at["key"]), party="", resource=app, dialog="", at=iso(now), now=now.timestamp())
            tx.put(str(at["key"]), place, now=now.timestamp(), outcome=outcome)

    def _say(self, key: str, form: Instance, lost: list[str]) -> None:
        if not lost:
            return
        text = f"Skjemaet {form.app}/{form.reference} er hentet uten alt: {', '.join(lost)}."
        with self._index.change() as tx:
            tx.remark(f"lost:{key}", text, now=self._now().timestamp())

    def _told(self, key: str, refused: Refused) -> Exception:
        now = self._now().timestamp()
        with self._index.change() as tx:
            if refused.missing:
                tx.put(key, Place.GONE, now=now)
                return TryLater("Skjemaet finnes ikke lenger i Altinn.", after_s=0)
            tx.put_off(key, until=now + _LATER_S)
        return TryLater(f"Altinn sa nei ({refused}); prøves igjen.", after_s=_LATER_S)


def _offer(item: Item) -> Offer:
    locator: Locator = {"key": item.key, "id": item.key[2:], "app": item.resource}
    return Offer(key=item.key, label=_label(item), locator=locator)


def _label(item: Item) -> str:
    return f"{item.resource}/{item.key.rpartition('-')[2]}"


def _in_order(form: Instance) -> list[Element]:
    """The receipt, else the form's data; then what is attached; the data last, as the production format."""
    has_pdf = any(element.is_pdf for element in form.elements)
    rank = {True: 0, False: 2} if has_pdf else {True: 0, False: 0}
    return sorted(form.elements, key=lambda each: rank[each.is_pdf] if each.is_pdf or each.is_model else 1)


def _name(form: Instance, element: Element) -> str:
    if element.name:
        return element.name
    kind = element.media_type.partition(";")[0].rpartition("/")[2] or "bin"
    return f"{form.app}.{'pdf' if element.is_pdf else kind}"
