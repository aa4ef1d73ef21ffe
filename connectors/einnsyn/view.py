"""eInnsyn as a journal view (public-journal.md section 5).

What is new or changed is asked for twice: by ``oppdatertDato``, and by ``publisertDato``, since an entry may have only one of
them told. ``next`` is followed as it comes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from connectors.einnsyn.parse import entry_of
from connectors.einnsyn.settings import EInnsynSettings
from connectors.http import Body, Hooks, Http, HttpSettings, checked_url
from models.errors import StaleCursor, TryLater
from models.post import Spool, SpoolLimit
from models.published import (
    Cursor,
    DocumentAnswer,
    DocumentRef,
    NoFile,
    NoFileWhy,
    PublishedEntry,
    PublishedPage,
    RemarkCode,
    ViewCapabilities,
    ViewRemark,
    Window,
    WindowKind,
)

EXPAND = (
    "saksmappe",
    "skjerming",
    "korrespondansepart",
    "dokumentbeskrivelse",
    "dokumentbeskrivelse.dokumentobjekt",
)
_FIELDS: Mapping[WindowKind, tuple[str, ...]] = {
    WindowKind.PUBLISHED: ("publisertDato",),
    WindowKind.CHANGED: ("oppdatertDato", "publisertDato"),
    WindowKind.SWEEP: ("publisertDato",),
}
_MOVED = frozenset({301, 302, 303, 307, 308})
_NO = frozenset({400, 401, 403, 404, 410})
_MOST_HOPS = 3


class EInnsynView:
    """See :class:`connectors.contract.JournalView` and :class:`~connectors.contract.LooksUpEntries`."""

    def __init__(self, settings: EInnsynSettings, *, hooks: Hooks | None = None) -> None:
        """Opens nothing.

        Raises:
            ValueError: the address is not https (nor http on loopback).
        """
        self._settings = settings
        key = settings.key
        self._http = Http(
            HttpSettings(
                connection=settings.connection,
                what="eInnsyn",
                base_url=settings.base_url,
                ca_file=settings.ca_file,
                proxy=settings.proxy,
                call_s=settings.call_s,
                tries=4,
                patience_s=settings.patience_s,
            ),
            credentials=(lambda: {"API-KEY": key()}) if key is not None else None,
            hooks=hooks,
        )

    @property
    def capabilities(self) -> ViewCapabilities:
        """No status, received date, class or sign-off is told."""
        return ViewCapabilities(
            changes=True, names_apart=True, journalposttype=True, documents=True, files=True, look_up=True
        )

    def published(self, window: Window, after: Cursor | None) -> PublishedPage:
        """See :class:`connectors.contract.JournalView`."""
        turn, following = _place(after)
        fields = _FIELDS[window.kind]
        if turn >= len(fields):
            raise StaleCursor("Stedet det skulle leses videre fra, hører til et annet vindu.")
        told = self._following(following) if following else self._search(window, fields[turn])
        items, remarks = _items(told)
        entries = tuple(each for each in map(entry_of, items) if each.id and self._in(window, each))
        return PublishedPage(entries=entries, next=_next(turn, told, len(fields)), remarks=remarks)

    def _search(self, window: Window, field: str) -> Any:
        settings = self._settings
        params: dict[str, str | int] = {
            "entity": "Journalpost",
            "administrativEnhet": ",".join(settings.units),
            "sortBy": field,
            "sortOrder": "asc",
            "limit": settings.page,
            "expand": ",".join(EXPAND),
        }
        if window.kind is not WindowKind.SWEEP and window.since is not None:
            params[f"{field}From"] = _stamp(window.since - settings.late)
        if window.kind is not WindowKind.SWEEP and window.until is not None:
            params[f"{field}To"] = _stamp(window.until + timedelta(seconds=1))
        return self._http.call("GET", "search", params=params).json()

    def _following(self, address: str) -> Any:
        whole = self._whole(address)
        if not self._http.is_ours(whole):
            raise StaleCursor("Neste side ligger et annet sted enn eInnsyn.")
        answer = self._http.call("GET", whole, expect=frozenset({400, 404}))
        if not answer.ok:
            raise StaleCursor("eInnsyn kjenner ikke lenger siden det skulle leses videre fra.")
        return answer.json()

    def _whole(self, address: str) -> str:
        """The address of a next page: absolute as it is, relative from the service's own."""
        return urljoin(f"{self._settings.base_url.rstrip('/')}/", address)

    def _in(self, window: Window, entry: PublishedEntry) -> bool:
        """Whether it lies in the window by when it became public, not by when it was sent in."""
        put_off = [at for at in (entry.publisert, entry.accessible_after) if at is not None]
        return window.holds(max(put_off) if put_off else None, entry.oppdatert)

    def entry(self, key: str) -> PublishedEntry | None:
        """See :class:`connectors.contract.LooksUpEntries`."""
        if not key:
            return None
        answer = self._http.call(
            "GET",
            f"journalpost/{quote(key, safe='')}",
            params={"expand": ",".join(EXPAND)},
            expect=frozenset({404, 410}),
            one_item=True,
        )
        told = answer.json() if answer.ok else None
        if not isinstance(told, Mapping) or told.get("deleted") is True:
            return None
        return entry_of(told)

    def document(self, ref: DocumentRef, into: Spool) -> DocumentAnswer:
        """See :class:`connectors.contract.JournalView`. Redirects are followed to known hosts only."""
        address = self._whole(ref.ref)
        for _ in range(_MOST_HOPS + 1):
            if not self._may_go(address):
                return NoFile(why=NoFileWhy.ELSEWHERE)
            with self._http.stream(address, expect=_MOVED | _NO) as body:
                if body.status not in _MOVED:
                    return _kept(ref, body, into)
                address = urljoin(address, body.headers.get("location", ""))
        return NoFile(why=NoFileWhy.ELSEWHERE)

    def _may_go(self, address: str) -> bool:
        if self._http.is_ours(address):
            return True
        try:
            checked_url(address)
        except ValueError:
            return False
        return (urlsplit(address).hostname or "").lower() in self._settings.file_hosts

    def close(self) -> None:
        """See :class:`connectors.contract.JournalView`."""
        self._http.close()

    def clock_ahead_s(self) -> float | None:
        """See :class:`connectors.contract.TellsTime`."""
        return self._http.clock_ahead_s


def _kept(ref: DocumentRef, body: Body, into: Spool) -> DocumentAnswer:
    if body.status in _NO:
        gone = body.status in (400, 404, 410)
        return NoFile(why=NoFileWhy.GONE if gone else NoFileWhy.REFUSED, status=body.status)
    kind = body.headers.get("content-type", "").partition(";")[0].strip().lower() or "application/octet-stream"
    if kind == "text/html":
        return NoFile(why=NoFileWhy.ELSEWHERE, status=body.status)
    try:
        with into.new(ref.name or "fil", kind) as writer:
            for chunk in body.chunks:
                writer.write(chunk)
    except SpoolLimit:
        return NoFile(why=NoFileWhy.TOO_LARGE, status=body.status)
    return writer.document


def _items(told: Any) -> tuple[list[Mapping[str, Any]], tuple[ViewRemark, ...]]:
    """The entries of an answer; those that came as a bare id are remarked on, and deleted ones are gone."""
    listed = told.get("items") if isinstance(told, Mapping) else None
    if not isinstance(listed, list):
        raise TryLater("eInnsyn svarte med noe annet enn en liste; prøves igjen.", after_s=60.0)
    whole = [each for each in listed if isinstance(each, Mapping)]
    bare = [each for each in listed if isinstance(each, str)]
    remarks = tuple(
        ViewRemark(code=RemarkCode.INCOMPLETE, text="eInnsyn ga bare id-en til journalposten.", entry=each)
        for each in bare
    )
    return [
        each for each in whole if each.get("deleted") is not True and each.get("entity", "Journalpost") == "Journalpost"
    ], remarks


def _next(turn: int, told: Any, turns: int) -> Cursor | None:
    following = told.get("next")
    if isinstance(following, str) and following:
        return Cursor(json.dumps([turn, following]))
    return Cursor(json.dumps([turn + 1, ""])) if turn + 1 < turns else None


def _place(after: Cursor | None) -> tuple[int, str]:
    if after is None:
        return 0, ""
    try:
        turn, following = json.loads(after)
    except (ValueError, TypeError) as problem:
        raise StaleCursor("Stedet det skulle leses videre fra, er ikke kjent.") from problem
    if not isinstance(turn, int) or not isinstance(following, str) or turn < 0 or (turn == 0 and not following):
        raise StaleCursor("Stedet det skulle leses videre fra, er ikke kjent.")
    return turn, following


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
