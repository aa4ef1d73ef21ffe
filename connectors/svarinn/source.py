"""The SvarInn source: offers the letters that wait, opens them, and acknowledges each once it is durable with us."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from connectors.contract import Queue
from connectors.http import BrokeOff, Hooks, too_large
from connectors.keys import KeyPair
from connectors.svarinn.api import api_of
from connectors.svarinn.envelope import envelope
from connectors.svarinn.letter import Letter
from connectors.svarinn.opening import Cause, Unopened, digest_of, open_letter
from connectors.svarinn.settings import FULL, WARNS_AFTER_S, SvarInnSettings
from connectors.svarinn.unopened import Note, Unopenables
from models.errors import OutOfReach, TryLater
from models.post import Aside, Fetched, Locator, Offer, Outcome, Spool, SpooledDocument, SpoolLimit
from models.reasons import ReasonCode

log = structlog.get_logger()

_OPENING_TRIES = 3
_RETRY_S = 300.0

_TO_SENDER = {
    Cause.NO_KEY: "Forsendelsen er kryptert til et sertifikat mottakeren ikke har nøkkelen til. Mottakeren er varslet.",
    Cause.ALGORITHM: "Forsendelsen er kryptert på en måte mottakeren ikke kan lese. Mottakeren er varslet.",
    Cause.DAMAGED: "Innholdet i forsendelsen er skadet og kan ikke åpnes hos mottakeren. Mottakeren er varslet.",
    Cause.FILES: "Filene i forsendelsen er ikke de som er oppgitt. Mottakeren er varslet.",
    Cause.HASH: "Sjekksummen til en fil i forsendelsen stemmer ikke. Mottakeren er varslet.",
}
"""What the sender reads in his log of events: no personal data, nothing of how we are built."""

_REASON = {
    Cause.NO_KEY: ReasonCode.ENCRYPTED,
    Cause.ALGORITHM: ReasonCode.ENCRYPTED,
    Cause.DAMAGED: ReasonCode.DAMAGED,
    Cause.FILES: ReasonCode.DAMAGED,
    Cause.HASH: ReasonCode.DAMAGED,
}


class SvarInnSource:
    """Letters of one mottakersystem; keeps ``connectors.contract.Source`` and ``KnowsQueue``.

    The key is the letter's id, for good: what we have is never fetched again, only acknowledged again. A letter that cannot
    be opened is stored as it came and set aside for a person; its sender is told once (never ``permanent``), and it is
    passed over until there is another set of keys. Nothing is known of outcomes at SvarInn: settling tells it nothing,
    except that a dismissed letter that never could be opened may be sent on, where the settings say so.
    """

    def __init__(
        self,
        settings: SvarInnSettings,
        password: Callable[[], str],
        keys: Callable[[], Sequence[KeyPair]],
        *,
        memory: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        hooks: Hooks | None = None,
    ) -> None:
        """Opens nothing. ``keys`` gives the newest first, and is asked at each look; ``memory`` is a file of the source's own."""
        self._settings = settings
        self._api = api_of(settings, password, hooks=hooks)
        self._keys = keys
        self._unopenables = Unopenables(memory)
        self._now = now
        self._listed: dict[str, Letter] = {}
        self._queue: Queue | None = None

    def offers(self, limit: int) -> Iterator[Offer]:
        """What waits, oldest first. Letters that cannot be opened with the keys we have are passed over.

        Raises:
            OutOfReach: no connection, wrong password, wrong address.
            TryLater: the service asks for it.
        """
        letters = self._api.letters()
        keys = digest_of(self._keys())
        self._listed = {letter.id: letter for letter in letters}
        notes = self._unopenables.all()
        closed = {each for each, note in notes.items() if note.keys == keys and each in self._listed}
        self._look_at_queue(letters, closed)
        open_ones = [letter for letter in letters if letter.id not in closed]
        for letter in open_ones[:limit]:
            again = letter.id in notes
            yield Offer(
                key=f"{letter.id}/{keys}" if again else letter.id,
                label=letter.id,
                locator={"id": letter.id, "unopened": ""},
                size_bytes=letter.size_bytes,
                lasting=True,
            )

    def download(self, offer: Offer, into: Spool) -> Fetched:
        """Fetches and opens a letter; one that cannot be opened comes as the encrypted file, to be set aside.

        Raises:
            NeedsHuman: over the size limit.
            TryLater: gone (somebody fetched it by hand), or broken off.
            OutOfReach: no connection.
            OSError: our own disk is full and the like.
        """
        letter = self._letter(str(offer.locator["id"]))
        if letter.size_bytes is not None and letter.size_bytes > into.limit_bytes:
            raise too_large(into.limit_bytes)
        keys = self._keys()
        for number in range(1, _OPENING_TRIES + 1):
            blob = self._blob(letter, into)
            kept = False
            try:
                documents = open_letter(blob.path, letter, keys, into, merged_allowed=self._settings.api_version == 1)
            except SpoolLimit:
                raise too_large(into.limit_bytes) from None
            except Unopened as problem:
                if problem.passing and number < _OPENING_TRIES:
                    log.warning("svarinn_opening_again", connection=self._settings.connection, code=problem.cause.value)
                    continue
                kept = True
                return self._unopened(letter, blob, problem, digest_of(keys))
            finally:
                if not kept:
                    blob.path.unlink(missing_ok=True)
            return Fetched(
                source_key=letter.id,
                label=letter.id,
                locator={"id": letter.id, "unopened": ""},
                envelope=envelope(letter, now=self._now()),
                documents=(*documents, *self._links(letter, into)),
            )
        raise AssertionError("the last try returns or raises")

    def take_over(self, at: Locator) -> Locator:
        """Acknowledges the letter (MOTTATT); for one that could not be opened the sender is told, once for each cause."""
        letter_id, cause = str(at["id"]), str(at["unopened"])
        if cause:
            self._tell_sender(letter_id, Cause(cause), str(at["keys"]))
            return at
        if not self._api.received(letter_id) and self._still_there(letter_id):
            raise TryLater("SvarInn tok ikke imot kvitteringen; prøves igjen.", after_s=_RETRY_S)
        self._unopenables.forget([letter_id])
        return at

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        """Nothing to tell, but for a letter that never could be opened: see the class."""
        unopened = bool(at["unopened"]) and outcome is Outcome.DISMISSED
        if unopened and self._settings.reject_for_good and not at.get("rejected"):
            letter_id = str(at["id"])
            taken = self._api.failed(letter_id, _TO_SENDER[Cause(str(at["unopened"]))], for_good=True)
            if not taken and self._still_there(letter_id):
                raise TryLater("SvarInn tok ikke imot avvisningen; prøves igjen.", after_s=_RETRY_S)
            return {**at, "rejected": 1}
        return at

    def queue(self) -> Queue | None:
        """What the last look saw; nothing outside is asked. See ``connectors.contract.KnowsQueue``."""
        return self._queue

    def remarks(self) -> tuple[str, ...]:
        """What people should be told of; nothing outside is asked."""
        queue = self._queue
        if queue is None or not queue.stuck:
            return ()
        what = "1 forsendelse" if queue.stuck == 1 else f"{queue.stuck} forsendelser"
        return (
            f"{what} i SvarInn kan ikke åpnes. Er riktig nøkkel på plass? Den kan også lastes ned i SvarUt for hånd.",
        )

    def clock_ahead_s(self) -> float | None:
        """See :class:`connectors.contract.TellsTime`."""
        return self._api.clock_ahead_s()

    def close(self) -> None:
        """Closes the connections."""
        self._api.close()

    def _letter(self, letter_id: str) -> Letter:
        """From the last list, else from a new one (the process was started anew)."""
        if letter_id not in self._listed:
            self._listed = {letter.id: letter for letter in self._api.letters()}
        letter = self._listed.get(letter_id)
        if letter is None:
            raise TryLater("Forsendelsen er ikke lenger i SvarInn; neste runde viser.", after_s=0)
        return letter

    def _blob(self, letter: Letter, into: Spool) -> SpooledDocument:
        # The envelope adds little; what it holds is bounded again when it is opened.
        room = Spool(into.folder, limit_bytes=into.limit_bytes + into.limit_bytes // 8 + 1024 * 1024)
        for last in (False, True):
            try:
                with self._api.blob(letter.id, letter.download) as body:
                    if body.status in (404, 410):
                        self._listed.pop(letter.id, None)
                        raise TryLater("Forsendelsen er ikke lenger i SvarInn; neste runde viser.", after_s=0)
                    with room.new("forsendelse.p7m", "application/pkcs7-mime") as writer:
                        for chunk in body.chunks:
                            writer.write(chunk)
                return writer.document
            except SpoolLimit:
                raise too_large(into.limit_bytes) from None
            except BrokeOff:
                if last:
                    raise
        raise AssertionError("the last try returns or raises")

    def _unopened(self, letter: Letter, blob: SpooledDocument, problem: Unopened, keys: str) -> Fetched:
        log.warning("svarinn_unopened", connection=self._settings.connection, code=problem.cause.value)
        told = envelope(letter, now=self._now())
        return Fetched(
            source_key=f"{letter.id}/uåpnet/{problem.cause.value}",
            label=letter.id,
            locator={"id": letter.id, "unopened": problem.cause.value, "keys": keys},
            envelope=replace(told, subject=told.subject or "Forsendelse som ikke kunne åpnes"),
            documents=(blob,),
            aside=Aside(
                reason=_REASON[problem.cause],
                detail=f"Forsendelsen fra SvarInn kunne ikke åpnes. {problem.detail} Den krypterte filen er tatt vare på.",
            ),
        )

    def _links(self, letter: Letter, into: Spool) -> Iterator[SpooledDocument]:
        """Links belong to the letter: kept as a text of their own."""
        if not letter.links:
            return
        lines = [" ".join(part for part in (link.lead, link.text, link.address) if part) for link in letter.links]
        with into.new("Lenker i forsendelsen.txt", "text/plain; charset=utf-8") as writer:
            writer.write(("\n".join(lines) + "\n").encode())
        yield writer.document

    def _tell_sender(self, letter_id: str, cause: Cause, keys: str) -> None:
        known = self._unopenables.all().get(letter_id)
        if known is None or known.cause is not cause:
            taken = self._api.failed(letter_id, _TO_SENDER[cause], for_good=False)
            if not taken and self._still_there(letter_id):
                # The sender's log lacks a line; the letter is safe with us, and a person knows of it.
                log.warning("svarinn_message_refused", connection=self._settings.connection, code=cause.value)
        since = known.since if known is not None else self._now().isoformat()
        self._unopenables.note(letter_id, Note(cause=cause, keys=keys, since=since))
        self._release()

    def _still_there(self, letter_id: str) -> bool:
        """After an odd answer: whether the letter still waits. A full list may hide it: then it counts as there."""
        letters = self._api.letters()
        return len(letters) >= FULL or any(letter.id == letter_id for letter in letters)

    def _look_at_queue(self, letters: Sequence[Letter], closed: set[str]) -> None:
        times = [letter.at for letter in letters if letter.at is not None]
        self._queue = Queue(
            seen_at=self._now(),
            waiting=len(letters),
            stuck=len(closed),
            full_at=FULL,
            oldest_at=min(times, default=None),
            alarm_after_s=self._settings.alarm_after_s,
            warns_after_s=WARNS_AFTER_S,
        )
        if self._queue.stalled(self._now()) or len(letters) >= FULL:
            log.warning(
                "svarinn_queue_stalled",
                connection=self._settings.connection,
                waiting=len(letters),
                oldest_s=int(self._queue.oldest_s(self._now())),
            )

    def _release(self) -> None:
        """Makes room when letters that cannot be opened fill the list: the oldest of them are acknowledged.

        Each of them is stored with us and a person has been told: a note is only made after that. Nothing else would let new
        post in but sending them on to paper, which is no decision of ours.
        """
        most = self._settings.release_at
        notes = self._unopenables.all()
        if not most or len(notes) < most:
            return
        oldest = sorted(notes, key=lambda letter_id: notes[letter_id].since)[: len(notes) - most // 2]
        released: list[str] = []
        try:
            for letter_id in oldest:
                self._api.received(letter_id)
                released.append(letter_id)
        except (TryLater, OutOfReach) as later:
            log.warning("svarinn_release_failed", connection=self._settings.connection, error=str(later))
        self._unopenables.forget(released)
        log.error("svarinn_released", connection=self._settings.connection, count=len(released), limit=FULL)
