"""A process that dies at any commit or before or after anything it says to the outside: the next one ends all the same.

Quick form (reliability.md section 6): every third point, in process. The whole form with real processes is ``make torture``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from models.archive import JournalQuery
from models.store import Store
from robot import effects
from robot.audit import Verified, export, verify_files, verify_store
from robot.office import Office
from robot.reading.dispatch import ReadingRoom
from robot.verify import verify
from tests.support.house import mail
from tests.support.stores import Clock
from tests.support.town import Town, lay_out

WITH_ATTACHMENT = b"""\
From: Kari Eksempel <kari@avsender.example>
To: post@solvik.example
Subject: =?utf-8?q?S=C3=B8knad?=
Date: Mon, 23 Nov 2026 10:00:00 +0100
Message-ID: <2@avsender.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8

Se vedlegget.
--x
Content-Type: text/plain; charset=utf-8; name=vedlegg.txt
Content-Disposition: attachment; filename=vedlegg.txt

Dette er vedlegget.
--x--
"""
POST = {
    "brev.txt": "Til kommunen\n\nVi klager på vedtaket.\n".encode(),
    "søknad.eml": WITH_ATTACHMENT,
    "kopi/søknad.eml": WITH_ATTACHMENT,  # surely the same
    "faktura.eml": mail("faktura", message_id="<3@avsender.example>"),
    "ødelagt.pdf": b"%PDF-1.7\nnot much of a PDF",
}


class Killed(BaseException):
    """The process ends here."""


class Points:
    """Every point where the process may die, counted; at the one chosen it does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, die_at: int | None = None) -> None:
        self.passed: list[str] = []
        self._die_at = die_at
        write, send = Store.write, effects.send

        @contextmanager
        def seen_write(store: Store) -> Iterator[Any]:
            with write(store) as tx:
                yield tx
                self.point("before a commit")
            self.point("after a commit")

        def seen_send(*arguments: Any, **named: Any) -> Any:
            self.point("before sending")
            sent = send(*arguments, **named)
            self.point("after sending")
            return sent

        monkeypatch.setattr(Store, "write", seen_write)
        monkeypatch.setattr(effects, "send", seen_send)

    def point(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) - 1 == self._die_at:
            raise Killed


def end_state(town: Town, office: Office) -> dict[str, Any]:
    """What people would see, without times and numbers given in order of work."""
    with office.store.read() as reads:
        rows = list(reads.rows())
        left = reads.open_effects()
    entries = office.archive.journalposter(JournalQuery(), None).entries
    mails = [message_from_bytes(path.read_bytes()) for path in sorted((town.folder / "ut").glob("*"))]
    names = ("state", "outcome", "reason", "journalstatus", "tittel", "tilgang", "enhet", "rule", "saktittel")
    return {
        "posts": sorted((row["source_id"], *(str(row[name]) for name in names)) for row in rows),
        "journal": sorted((entry.tittel, entry.status.value, entry.saksmappe.saksnummer) for entry in entries),
        "files": [town.files(place) for place in ("inn", "mottatt", "journalført", "videresendt", "avvist")],
        "mails": len({str(message["Message-ID"]) for message in mails}),
        "open effects": left,
    }


def holds(office: Office) -> None:
    """The audit chain is whole in table and files, and every invariant holds."""
    export(office.store)
    found = Verified()
    verify_store(office.store, found)
    assert found.ok, found.organisations
    assert verify_files(sorted((office.store.folder / "revisjon").glob("*.jsonl"))).ok
    broken = {one.name: one.examples for one in verify(office.store, office.archive) if not one.ok}
    assert {} == broken


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, reading_room: ReadingRoom) -> Town:
    folder = tmp_path_factory.mktemp("by") / "by"
    clock = Clock(datetime.now(UTC).timestamp() + 3600)  # the files were laid there a while ago
    lay_out(folder, clock)
    for name, content in POST.items():
        path = folder / "inn" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return Town(folder, clock, reading_room)


@pytest.fixture(scope="module")
def undisturbed(town: Town, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], int]:
    """The end of a run that nobody stopped, and how many points it passed."""
    mine = town.copy(tmp_path_factory.mktemp("rolig") / "by")
    with pytest.MonkeyPatch.context() as monkeypatch:
        points = Points(monkeypatch)
        with mine.office() as office:
            mine.work(office)
            passed = len(points.passed)
            holds(office)
            return end_state(mine, office), passed


def test_the_undisturbed_run_ends_as_meant(undisturbed: tuple[dict[str, Any], int]) -> None:
    end, passed = undisturbed
    outcomes = sorted((name, outcome, reason) for name, _, outcome, reason, *_ in end["posts"])
    assert [
        ("brev.txt", "archived", "None"),
        ("faktura.eml", "forwarded", "None"),
        ("kopi/søknad.eml", "duplicate", "duplikat"),
        ("søknad.eml", "archived", "None"),
        ("ødelagt.pdf", "None", "damaged"),
    ] == outcomes or _other_of_the_twins(outcomes)
    assert 0 == end["open effects"]
    assert 60 < passed


def _other_of_the_twins(outcomes: list[tuple[str, str, str]]) -> bool:
    ends = {name: outcome for name, outcome, _ in outcomes}
    return {"archived", "duplicate"} == {ends["søknad.eml"], ends["kopi/søknad.eml"]}


def die_and_go_on(town: Town, at: int) -> Callable[[], dict[str, Any]]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        Points(monkeypatch, die_at=at)
        with pytest.raises(Killed), town.office() as office:
            town.work(office)
    town.clock.go(120)

    def again() -> dict[str, Any]:
        with town.office() as office:
            town.work(office)
            holds(office)
            return end_state(town, office)

    return again


@pytest.mark.parametrize("first", [0, 4, 8])
def test_whatever_the_point_of_death_the_next_process_ends_as_if_nothing_had_happened(
    town: Town, undisturbed: tuple[dict[str, Any], int], tmp_path: Path, first: int
) -> None:
    end, passed = undisturbed
    wrong = {}
    for at in range(first, passed, 9):
        mine = town.copy(tmp_path / str(at))
        ended = die_and_go_on(mine, at)()
        if ended != end:
            wrong[at] = [key for key in end if end[key] != ended[key]]
    assert {} == wrong


def test_dying_twice_changes_nothing_either(
    town: Town, undisturbed: tuple[dict[str, Any], int], tmp_path: Path
) -> None:
    end, passed = undisturbed
    for at in range(7, passed, passed // 4):
        mine = town.copy(tmp_path / str(at))
        die_and_go_on(mine, at)
        with pytest.MonkeyPatch.context() as monkeypatch:
            Points(monkeypatch, die_at=2)
            with pytest.raises(Killed), mine.office() as office:
                mine.work(office)
        mine.clock.go(120)
        with mine.office() as office:
            mine.work(office)
            holds(office)
            assert end == end_state(mine, office), at


def test_original_bytes_are_as_they_came(town: Town, tmp_path: Path) -> None:
    mine = town.copy(tmp_path / "by")
    with mine.office() as office:
        mine.work(office)
        with office.store.read() as reads:
            posts = [reads.post(row["seq"]) for row in reads.rows()]
        kept = {p.source_id: office.blobs.path(p.documents[0].sha256).read_bytes() for p in posts if p is not None}
    assert kept == POST


def test_a_second_run_does_nothing(town: Town, tmp_path: Path) -> None:
    mine = town.copy(tmp_path / "by")
    with mine.office() as office:
        mine.work(office)
        before = json.dumps(end_state(mine, office))
        commits = office.store.commits
        mine.clock.go(3600)
        mine.work(office)
        assert before == json.dumps(end_state(mine, office))
        assert commits == office.store.commits
