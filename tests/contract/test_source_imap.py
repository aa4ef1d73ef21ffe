"""What the IMAP source promises beyond the suite: broken connections, new UIDVALIDITY, TLS, log-in, IDLE."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient

from connectors.imap import ImapSettings, ImapSource, Login, Tls
from connectors.imap.fetching import list_uids
from connectors.testing.certificates import write_authority, write_certificate
from connectors.testing.dovecot import PASSWORD, Dovecot, access_token
from connectors.testing.fault_proxy import Direction, Fault, FaultProxy, fault_proxy
from models.errors import OutOfReach, TryLater
from models.post import Fetched, Offer, Outcome, Spool

pytestmark = pytest.mark.server
AT = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def letter(number: int, text: str = "", message_id: str = "") -> bytes:
    name = message_id or f"<brev-{number}@eksempel.example>"
    return f"Subject: Brev {number}\r\nMessage-ID: {name}\r\n\r\nBrev nummer {number}. {text}\r\n".encode()


class Mailbox:
    def __init__(self, server: Dovecot, folder: Path) -> None:
        self.server = server
        self.user = f"post-{uuid.uuid4().hex}"
        (folder / "spool").mkdir()
        self.spool = Spool(folder / "spool")
        self.settings = ImapSettings(
            host="localhost",
            port=server.imaps_port,
            username=self.user,
            ca_file=server.ca_file,
            timeout_s=20,
            poll_s=0.05,
        )

    def source(self, port: int = 0, **changes: object) -> ImapSource:
        settings = replace(self.settings, port=port or self.settings.port, **changes)
        return ImapSource(settings, lambda: PASSWORD)

    def deliver(self, *numbers: int, text: str = "") -> None:
        for number in numbers:
            self.server.deliver(self.user, letter(number, text), AT)

    def get(self, source: ImapSource, offer: Offer) -> Fetched:
        return source.download(offer, self.spool)

    def get_all(self, source: ImapSource) -> list[Fetched]:
        return [self.get(source, offer) for offer in source.offers(100)]

    def contents(self, name: str) -> list[bytes]:
        with self.server.client(self.user) as client:
            _, separator = client.namespace().personal[0]
            prefix = self.server.switches.prefix
            mailbox = name if name == "INBOX" else prefix + name.replace("/", separator)
            if not client.folder_exists(mailbox):
                return []
            client.select_folder(mailbox, readonly=True)
            return [client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"] for uid in sorted(client.search("UNDELETED"))]

    @contextmanager
    def proxy(self) -> Iterator[FaultProxy]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server.folder / "server.pem", self.server.folder / "server.key")
        with fault_proxy(self.server.imap_port, client_tls=context) as proxy:
            yield proxy


@pytest.fixture
def box(dovecot: Dovecot, tmp_path: Path) -> Mailbox:
    return Mailbox(dovecot, tmp_path)


@pytest.fixture(params=["dovecot", "dovecot_without_move", "dovecot_without_uidplus"])
def any_box(request: pytest.FixtureRequest, tmp_path: Path) -> Mailbox:
    return Mailbox(request.getfixturevalue(request.param), tmp_path)


# Connections that break (F6, F16).


def test_a_connection_lost_inside_a_literal_gives_the_whole_message_all_the_same(box: Mailbox) -> None:
    box.deliver(1, text="x" * 50_000)
    with box.proxy() as proxy:
        source = box.source(proxy.port)
        (offer,) = source.offers(10)
        proxy.break_with(Fault(direction=Direction.TO_CLIENT, word=b"BODY[]<0> {", after_bytes=20_000))
        assert letter(1, "x" * 50_000) == box.get(source, offer).documents[0].path.read_bytes()
        assert 1 == proxy.broken


def test_a_literal_shorter_than_announced_is_never_taken_for_the_message(box: Mailbox) -> None:
    box.deliver(1, text="x" * 50_000)
    with box.proxy() as proxy:
        source = box.source(proxy.port)
        (offer,) = source.offers(10)
        proxy.break_with(Fault(direction=Direction.TO_CLIENT, word=b"BODY[]<0> {", after_bytes=20_000, times=99))
        with pytest.raises(TryLater):
            box.get(source, offer)
    assert [] == list(box.spool.folder.iterdir())


def test_a_message_that_breaks_the_connection_does_not_hold_up_the_others(box: Mailbox) -> None:
    box.deliver(1)
    box.deliver(2, text="GIFT")
    box.deliver(3)
    with box.proxy() as proxy:
        source = box.source(proxy.port)
        offers = list(source.offers(10))
        proxy.break_with(Fault(direction=Direction.TO_CLIENT, word=b"GIFT", times=99))
        first = box.get(source, offers[0])
        with pytest.raises(TryLater):
            box.get(source, offers[1])
        third = box.get(source, offers[2])
        assert [letter(1), letter(3)] == [post.documents[0].path.read_bytes() for post in (first, third)]


def test_a_connection_lost_at_login_is_out_of_reach_and_works_next_time(box: Mailbox) -> None:
    box.deliver(1)
    with box.proxy() as proxy:
        source = box.source(proxy.port)
        proxy.break_with(Fault(direction=Direction.TO_SERVER, word=b"AUTHENTICATE", swallow=True))
        with pytest.raises(OutOfReach):
            list(source.offers(10))
        assert 1 == len(box.get_all(source))


@pytest.mark.parametrize(
    "answer",
    [
        b"COPYUID",
        b"OK Copy completed",
        b"OK Move completed",
        b"OK Store completed",
        b"OK Expunge completed",
        b"FLAGS (",
    ],
)
def test_an_answer_lost_while_moving_ends_with_one_copy_at_the_place(any_box: Mailbox, answer: bytes) -> None:
    any_box.deliver(1, 2)
    with any_box.proxy() as proxy:
        source = any_box.source(proxy.port)
        first, second = any_box.get_all(source)
        proxy.break_with(Fault(direction=Direction.TO_CLIENT, word=answer, swallow=True))
        at = source.take_over(first.locator)
        assert ([letter(2)], [letter(1)]) == (any_box.contents("INBOX"), any_box.contents("Robot/Mottatt"))
        source.settle(at, Outcome.ARCHIVED)
        source.take_over(second.locator)
        assert [letter(1)] == any_box.contents("Robot/Journalført")
        assert ([], [letter(2)]) == (any_box.contents("INBOX"), any_box.contents("Robot/Mottatt"))


@pytest.mark.parametrize("command", [b"UID MOVE", b"UID COPY", b"UID STORE", b"UID EXPUNGE"])
def test_a_command_lost_while_moving_ends_with_one_copy_at_the_place(any_box: Mailbox, command: bytes) -> None:
    any_box.deliver(1, 2)
    with any_box.proxy() as proxy:
        source = any_box.source(proxy.port)
        first, _ = any_box.get_all(source)
        proxy.break_with(Fault(direction=Direction.TO_SERVER, word=command, swallow=True))
        source.take_over(first.locator)
    assert ([letter(2)], [letter(1)]) == (any_box.contents("INBOX"), any_box.contents("Robot/Mottatt"))


def test_a_move_whose_answer_is_always_lost_can_be_repeated_by_a_new_process(any_box: Mailbox) -> None:
    any_box.deliver(1)
    with any_box.proxy() as proxy:
        (post,) = any_box.get_all(any_box.source(proxy.port))
        proxy.break_with(Fault(direction=Direction.TO_SERVER, word=b"$PostrobotFlyttes", times=99))
        if not any_box.server.switches.move:
            with pytest.raises(TryLater):
                any_box.source(proxy.port).take_over(post.locator)
    any_box.source().take_over(post.locator)
    assert ([], [letter(1)]) == (any_box.contents("INBOX"), any_box.contents("Robot/Mottatt"))


def test_a_server_that_was_restarted_is_met_again(box: Mailbox) -> None:
    box.deliver(1)
    source = box.source()
    (offer,) = source.offers(10)
    box.server.stop()
    with pytest.raises(OutOfReach) as away:
        box.get(source, offer)
    assert "localhost" in str(away.value)
    box.server.start()
    assert letter(1) == box.get(source, offer).documents[0].path.read_bytes()


def test_a_server_that_never_answers_is_out_of_reach(box: Mailbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = box.source(silent.getsockname()[1], timeout_s=0.2)
        with pytest.raises(OutOfReach):
            list(source.offers(1))


# UIDVALIDITY and UIDs (F7).


def test_after_a_new_uidvalidity_everything_is_offered_under_new_keys(box: Mailbox) -> None:
    box.deliver(1, 2)
    source = box.source()
    before = [offer.key for offer in source.offers(10)]
    box.server.bump_uidvalidity(box.user)
    after = [offer.key for offer in source.offers(10)]
    assert 2 == len(after)
    assert not set(before) & set(after)


def test_after_a_new_uidvalidity_the_old_uid_never_takes_the_message_that_has_it_now(any_box: Mailbox) -> None:
    any_box.deliver(1, 2, 3)
    source = any_box.source()
    _, second, _ = any_box.get_all(source)
    any_box.server.bump_uidvalidity(any_box.user, shift_uids=1)
    source.take_over(second.locator)
    assert ([letter(1), letter(3)], [letter(2)]) == (any_box.contents("INBOX"), any_box.contents("Robot/Mottatt"))


def test_after_a_new_uidvalidity_what_is_gone_is_gone(box: Mailbox) -> None:
    box.deliver(1, 2)
    source = box.source()
    first, _ = box.get_all(source)
    with box.server.client(box.user) as client:
        client.select_folder("INBOX")
        client.delete_messages([1])
        client.expunge()
    box.server.bump_uidvalidity(box.user, shift_uids=-1)
    assert first.locator == source.take_over(first.locator)
    assert [letter(2)] == box.contents("INBOX")


def test_an_offer_from_before_a_new_uidvalidity_is_not_downloaded(box: Mailbox) -> None:
    box.deliver(1)
    source = box.source()
    (offer,) = source.offers(10)
    box.server.bump_uidvalidity(box.user)
    with pytest.raises(TryLater):
        box.get(source, offer)


def test_a_new_uidvalidity_at_the_robots_place_does_not_hinder_settling(any_box: Mailbox) -> None:
    any_box.deliver(1, 2)
    source = any_box.source()
    ats = [source.take_over(post.locator) for post in any_box.get_all(source)]
    separator = "." if any_box.server.switches.separator == "/" else any_box.server.switches.separator
    any_box.server.bump_uidvalidity(any_box.user, f"Robot{separator}Mottatt", shift_uids=1)
    source.settle(ats[1], Outcome.ARCHIVED)
    assert ([letter(1)], [letter(2)]) == (any_box.contents("Robot/Mottatt"), any_box.contents("Robot/Journalført"))


def test_a_message_id_used_again_does_not_confuse_two_messages(any_box: Mailbox) -> None:
    one, other = (letter(1, text, "<samme@eksempel.example>") for text in ("ekte", "falsk"))
    for content in (one, other):
        any_box.server.deliver(any_box.user, content, AT)
    source = any_box.source()
    _, second = any_box.get_all(source)
    any_box.server.bump_uidvalidity(any_box.user, shift_uids=1)
    source.take_over(second.locator)
    assert ([one], [other]) == (any_box.contents("INBOX"), any_box.contents("Robot/Mottatt"))


def test_an_empty_message_is_post_and_is_found_again(any_box: Mailbox) -> None:
    any_box.server.deliver(any_box.user, b"", AT)
    any_box.deliver(1)
    source = any_box.source()
    empty, _ = any_box.get_all(source)
    assert 0 == empty.documents[0].size_bytes
    there = source.take_over(empty.locator)
    assert there == source.take_over(empty.locator)
    assert ([letter(1)], [b""]) == (any_box.contents("INBOX"), any_box.contents("Robot/Mottatt"))


# Other people's mail.


def test_mail_that_others_have_flagged_deleted_is_never_expunged(any_box: Mailbox) -> None:
    any_box.deliver(1, 2)
    with any_box.server.client(any_box.user) as client:
        client.select_folder("INBOX")
        client.delete_messages([2])
    source = any_box.source()
    (post,) = any_box.get_all(source)
    source.take_over(post.locator)
    with any_box.server.client(any_box.user) as client:
        client.select_folder("INBOX", readonly=True)
        assert 2 in client.search("DELETED")


def test_mail_fetched_after_a_move_opened_the_mailbox_for_writing_stays_unread(box: Mailbox) -> None:
    box.deliver(1, 2, 3)
    source = box.source(window_bytes=1)
    for offer in source.offers(10):
        source.take_over(box.get(source, offer).locator)
    for mailbox in ("INBOX", "Robot.Mottatt"):
        with box.server.client(box.user) as client:
            client.select_folder(mailbox, readonly=True)
            assert [] == client.search("SEEN")


def test_copies_keep_no_trace_of_how_they_were_moved(any_box: Mailbox) -> None:
    any_box.deliver(1)
    source = any_box.source()
    (post,) = any_box.get_all(source)
    at = source.take_over(post.locator)
    with any_box.server.client(any_box.user) as client:
        client.select_folder(str(at["mailbox"]), readonly=True)
        flags = client.get_flags([int(at["uid"])])[int(at["uid"])]
        assert [] == [flag for flag in flags if flag != b"\\Recent"]


# TLS and log-in (F15).


def test_a_certificate_from_another_authority_is_refused_with_a_sentence(box: Mailbox, tmp_path: Path) -> None:
    write_authority(tmp_path, "annen")
    with pytest.raises(OutOfReach, match="Sertifikatet"):
        list(box.source(ca_file=tmp_path / "annen.pem").offers(1))


def test_the_systems_authorities_do_not_vouch_for_the_test_server(box: Mailbox) -> None:
    with pytest.raises(OutOfReach, match="Sertifikatet"):
        list(box.source(ca_file=None).offers(1))


def test_a_certificate_for_another_name_is_refused(box: Mailbox, tmp_path: Path) -> None:
    write_authority(tmp_path, "ca")
    write_certificate(tmp_path, "feil", "ca", ("annet.example",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "feil.pem", tmp_path / "feil.key")
    with fault_proxy(box.server.imap_port, client_tls=context) as proxy:
        with pytest.raises(OutOfReach, match="Sertifikatet"):
            list(box.source(proxy.port, ca_file=tmp_path / "ca.pem").offers(1))


def test_tls_older_than_1_2_is_refused(box: Mailbox) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(box.server.folder / "server.pem", box.server.folder / "server.key")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with fault_proxy(box.server.imap_port, client_tls=context) as proxy:
        with pytest.raises(OutOfReach, match=r"TLS 1\.2"):
            list(box.source(proxy.port).offers(1))


def test_a_missing_ca_file_is_named(box: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(OutOfReach, match=r"borte\.pem"):
        list(box.source(ca_file=tmp_path / "borte.pem").offers(1))


def test_starttls_is_verified_and_works(box: Mailbox, tmp_path: Path) -> None:
    box.deliver(1)
    assert 1 == len(box.get_all(box.source(box.server.imap_port, tls=Tls.STARTTLS)))
    write_authority(tmp_path, "annen")
    with pytest.raises(OutOfReach, match="Sertifikatet"):
        list(box.source(box.server.imap_port, tls=Tls.STARTTLS, ca_file=tmp_path / "annen.pem").offers(1))


def test_without_starttls_the_password_is_never_sent(box: Mailbox) -> None:
    heard: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as lines:
            lines.write(b"* OK hei\r\n")
            lines.flush()
            for line in lines:
                heard.append(line)
                tag = line.split()[0]
                lines.write(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + b" OK ferdig\r\n")
                lines.flush()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        with pytest.raises(OutOfReach, match="STARTTLS"):
            list(box.source(listener.getsockname()[1], tls=Tls.STARTTLS).offers(1))
        thread.join(10)
    assert heard
    assert not [line for line in heard if b"LOGIN" in line or b"AUTHENTICATE" in line]


def test_a_wrong_password_is_told_without_the_password(box: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    source = ImapSource(box.settings, lambda: "kanarifugl-feil")
    with pytest.raises(OutOfReach, match="passord") as refused:
        list(source.offers(1))
    everything = f"{refused.value!r} {refused.value.__cause__!r} {caplog.text}"
    assert "kanarifugl" not in everything
    assert box.settings.name == refused.value.connection


def test_a_secret_that_was_changed_is_read_anew(box: Mailbox) -> None:
    box.deliver(1)
    secrets = iter(["gammelt", PASSWORD])
    source = ImapSource(box.settings, lambda: next(secrets))
    with pytest.raises(OutOfReach):
        list(source.offers(1))
    assert 1 == len(list(source.offers(1)))


def test_an_access_token_lets_us_in_and_is_asked_for_at_each_login(box: Mailbox) -> None:
    box.deliver(1)
    tokens = iter([access_token(box.user, valid_s=-60), access_token(box.user)])
    source = ImapSource(replace(box.settings, login=Login.XOAUTH2), lambda: next(tokens))
    with pytest.raises(OutOfReach, match="token") as refused:
        list(source.offers(1))
    assert "eyJ" not in f"{refused.value!r} {refused.value.__cause__!r}"
    assert 1 == len(list(source.offers(1)))


@pytest.mark.parametrize("secret", ["", "to\nlinjer", "nul\0"])
def test_a_secret_that_would_break_the_protocol_is_not_sent(box: Mailbox, secret: str) -> None:
    with pytest.raises(OutOfReach, match="linjeskift"):
        list(ImapSource(box.settings, lambda: secret).offers(1))


def test_a_mailbox_that_does_not_exist_is_named(box: Mailbox) -> None:
    with pytest.raises(OutOfReach, match="Felles"):
        list(box.source(mailbox="Felles").offers(1))


# Names, order and amount.


def test_mailboxes_with_norwegian_letters_are_watched_and_made(box: Mailbox) -> None:
    with box.server.client(box.user) as client:
        client.create_folder("Inn på øya")
        client.append("Inn på øya", letter(1))
    source = box.source(mailbox="Inn på øya", robot="Arkiv/Robot")
    (post,) = box.get_all(source)
    source.settle(source.take_over(post.locator), Outcome.ARCHIVED)
    assert [letter(1)] == box.contents("Arkiv/Robot/Journalført")
    assert box.server.maildir(box.user, "Arkiv.Robot.Journalf&APg-rt").is_dir()


def test_mail_is_fetched_in_batches(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    fetch = IMAPClient.fetch

    def counting(self: IMAPClient, messages: list[int], data: list[str], modifiers: None = None) -> object:
        if "BODY" in str(data):
            asked.append(len(messages))
        return fetch(self, messages, data, modifiers)

    box.deliver(*range(60))
    monkeypatch.setattr(IMAPClient, "fetch", counting)
    assert [letter(n) for n in range(60)] == [
        post.documents[0].path.read_bytes() for post in box.get_all(box.source(batch=50))
    ]
    assert [50, 10] == asked


def test_post_the_caller_has_already_is_not_fetched_again(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    box.deliver(1, 2, 3, 4)
    source = box.source()
    offers = list(source.offers(10))
    asked: list[list[int]] = []
    fetch = IMAPClient.fetch

    def noting(self: IMAPClient, messages: list[int], data: list[str], modifiers: None = None) -> object:
        asked.append(list(messages))
        return fetch(self, messages, data, modifiers)

    monkeypatch.setattr(IMAPClient, "fetch", noting)
    box.get(source, offers[2])
    assert [[3, 4]] == asked


def test_a_huge_mailbox_is_listed_piece_by_piece(box: Mailbox) -> None:
    box.deliver(*range(7))
    with box.server.client(box.user) as client:
        told = client.select_folder("INBOX", readonly=True)
        assert [1, 2, 3] == list_uids(client, told[b"UIDNEXT"], told[b"EXISTS"], 3, at_once=2)
        assert list(range(1, 8)) == list_uids(client, told[b"UIDNEXT"], told[b"EXISTS"], 50, at_once=3)


# Waiting.


def test_waiting_ends_when_mail_arrives(any_box: Mailbox) -> None:
    source = any_box.source()
    assert [] == list(source.offers(1))
    timer = threading.Timer(0.3, any_box.deliver, (1,))
    timer.start()
    assert source.wait(60)
    timer.join()
    assert 1 == len(list(source.offers(1)))


def test_waiting_ends_at_once_for_mail_that_came_after_the_last_look(any_box: Mailbox) -> None:
    any_box.deliver(1)
    source = any_box.source()
    list(source.offers(10))
    any_box.deliver(2)
    assert source.wait(600)


def test_waiting_in_vain_ends_with_the_time(any_box: Mailbox) -> None:
    any_box.deliver(1)
    source = any_box.source()
    list(source.offers(10))
    assert not source.wait(0.2)
    assert not source.wait(0)


def test_waiting_goes_on_after_the_connection_was_cut(box: Mailbox) -> None:
    with box.proxy() as proxy:
        source = box.source(proxy.port)
        list(source.offers(10))
        proxy.break_with(Fault(direction=Direction.TO_CLIENT, word=b"+ idling"))
        timer = threading.Timer(0.3, box.deliver, (1,))
        timer.start()
        assert source.wait(60)
        timer.join()
        assert 1 == proxy.broken


def test_idle_is_renewed_before_the_server_would_log_out(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    clock = [0.0]

    def check(self: IMAPClient, timeout: float) -> list[object]:
        asked.append(timeout)
        clock[0] += timeout
        return []

    monkeypatch.setattr(IMAPClient, "idle_check", check)
    source = ImapSource(box.settings, lambda: PASSWORD, monotonic=lambda: clock[0])
    list(source.offers(1))
    assert not source.wait(3600)
    assert 3600 == sum(asked)
    assert max(asked) < 29 * 60
