"""Hostile messages and the demo post in a real mailbox, a clean letter behind each: all end as promised, none is deleted."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.testing.dovecot import PASSWORD, Dovecot, installed
from robot.demo.post import make_post
from tests.journey import hostile_kit as kit

pytestmark = [pytest.mark.server, pytest.mark.timeout(900)]

USER = "post"
DAY = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
SCANNER = {"email/made-here/eicar_attachment.eml"}
"""Found by a virus scanner only."""
REWRITTEN = {"email/mail-parser/mail_outlook_1.eml"}
"""An Outlook file that goes by .eml: a mail server gives it other line ends, and what is left is no Outlook file."""
TWINS = (frozenset({"email/spamassassin/1_015.eml", "email/spamassassin/1_016.eml"}),)
FELLES = {"sikkert-duplikat", "returmelding", "lesekvittering", "automatisk-svar", "tom-melding"}
NAMES_OUR_CASE = {"svar_til_sak.eml", "svar_fra_fremmed.eml", "klage.eml"}
"""Letters that the shared rule for replies holds for a person, since the case they name is not there."""


def demo_promises(folder: Path) -> list[kit.Promise]:
    """The demo post's mails. Here only the shared rules and the catch-all judge them, and no case exists beforehand."""
    post = make_post(folder, seed=7, today=DAY.date())
    contents = dict(post.mails)
    return [
        kit.Promise(
            name=f"demo/{one.name}",
            outcome="dismissed" if one.rule in FELLES else "set_aside" if one.name in NAMES_OUR_CASE else "archived",
            content=contents[one.name],
        )
        for one in post.expected
        if one.channel == "epost"
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    if not installed():
        message = "needs the Debian package dovecot-imapd"
        if os.environ.get("POSTROBOT_NEED_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    made = Dovecot.create()
    yield made
    made.remove()


@pytest.fixture(scope="module", params=["made", pytest.param("shared", marks=pytest.mark.shared)])
def trial(
    request: pytest.FixtureRequest, server: Dovecot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[kit.Trial]:
    """One run over a mailbox of its own: hostile messages, then the demo post, a control letter behind each."""
    if request.param == "made":
        hostile = [one for one in kit.load_made(tmp_path_factory.mktemp("made")) if one.name.startswith("email/")]
    else:
        hostile = kit.shared_promises(request.getfixturevalue("shared") / "data/hostile", ["email"])
    promises = [*hostile, *demo_promises(tmp_path_factory.mktemp("demo"))]
    user = f"{USER}-{request.param}"
    for number, promise in enumerate(promises):
        server.deliver(user, promise.content, DAY + timedelta(seconds=2 * number))
        server.deliver(user, kit.control_letter(number), DAY + timedelta(seconds=2 * number + 1))
    with kit.room_for_state(tmp_path_factory.mktemp("hus")) as folder:
        started = time.monotonic()
        house = kit.House.make(folder)
        _add_mailbox(house, server, user)
        counts = house.run()
        rows = {int(row["source_id"].rpartition("/")[2]): row for row in house.rows()}
        # A delivery agent's order is the order of UIDs; the control letters' titles show below that it held.
        yield kit.Trial(
            house=house,
            pieces=tuple((promise, rows[2 * number + 1]) for number, promise in enumerate(promises)),
            controls=tuple(rows[2 * number + 2] for number in range(len(promises))),
            counts=counts,
            seconds=time.monotonic() - started,
        )


def _add_mailbox(house: kit.House, server: Dovecot, user: str) -> None:
    secret = house.folder / "passord"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o600)
    with house.config.open("a", encoding="utf-8") as file:
        file.write(
            f"""
[organisasjon.kommune.kilde.epost]
type = "imap"
vert = "localhost"
port = {server.imaps_port}
ca_fil = "{server.ca_file}"
bruker = "{user}"
passord = {{ fil = "passord" }}
"""
        )


@pytest.fixture
def mailboxes(trial: kit.Trial, server: Dovecot) -> dict[str, list[tuple[bytes, tuple[bytes, ...]]]]:
    """What lies in each mailbox now, as another mail program sees it: content and flags."""
    user = re.search(r'bruker = "(.+)"', trial.house.config.read_text(encoding="utf-8"))
    assert user is not None
    client = server.client(user.group(1))
    found = {}
    for about, _, name in client.list_folders():
        if b"\\NonExistent" in about or b"\\Noselect" in about:
            continue  # «Robot» is only where the robot's mailboxes hang
        client.select_folder(name, readonly=True)
        got = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
        found[name] = [(one[b"BODY[]"], one[b"FLAGS"]) for one in got.values()]
    client.logout()
    return found


def test_every_message_ends_as_promised(trial: kit.Trial, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(trial.report())  # noqa: T201
    assert [] == trial.faults(excepted=SCANNER | REWRITTEN, twins=TWINS)


def test_the_letter_behind_each_message_is_journaled(trial: kit.Trial) -> None:
    titles = [row["tittel"] for row in trial.controls]
    assert titles == [f"{kit.CONTROL} {number}" for number in range(len(trial.pieces))]
    assert len(trial.pieces) == trial.controls_journaled()


def test_nothing_is_lost_and_nothing_is_there_twice(trial: kit.Trial) -> None:
    posts = 2 * len(trial.pieces)
    assert posts == trial.counts["collected"] == len(trial.house.rows())
    assert 0 == trial.counts["waiting"] == trial.counts["failed"]
    assert [] == trial.doubled()
    answer = trial.house.verify()
    assert answer["ok"], answer


def test_every_message_lies_in_the_mailbox_of_its_end_and_none_is_deleted(
    trial: kit.Trial, mailboxes: dict[str, list[tuple[bytes, tuple[bytes, ...]]]]
) -> None:
    ends = Counter(kit.end_of(row) for row in [*(row for _, row in trial.pieces), *trial.controls])
    where = {name.rpartition(".")[2]: len(held) for name, held in mailboxes.items() if held}
    assert {"Mottatt": ends["set_aside"], "Journalført": ends["archived"], "Avvist": ends["dismissed"]} == where
    flags = {flag for held in mailboxes.values() for _, given in held for flag in given}
    assert b"\\Deleted" not in flags


def test_what_is_kept_is_what_the_server_holds_byte_for_byte(
    trial: kit.Trial, mailboxes: dict[str, list[tuple[bytes, tuple[bytes, ...]]]]
) -> None:
    held = Counter(hashlib.sha256(content).hexdigest() for messages in mailboxes.values() for content, _ in messages)
    assert held == Counter(trial.house.originals().values())


def test_parts_and_text_are_as_promised(trial: kit.Trial) -> None:
    assert [] == trial.misread()


def test_a_second_run_does_nothing(trial: kit.Trial) -> None:
    assert [] == kit.rerun(trial)


@pytest.mark.parametrize("trial", [pytest.param("shared", marks=pytest.mark.shared)], indirect=True)
def test_a_message_id_alone_proves_nothing_and_the_same_letter_is_journaled_once(trial: kit.Trial) -> None:
    rows = {Path(promise.name).stem: row for promise, row in trial.pieces if "/same_" in promise.name}
    assert ["archived", "archived"] == [kit.end_of(rows[f"same_id_{one}"]) for one in ("first", "second")]
    assert ["archived", "duplicate"] == [rows[f"same_content_{one}"]["outcome"] for one in "ab"]
