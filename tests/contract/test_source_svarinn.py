"""SvarInn against its loopback server, both versions: each trap that has cost real clients their mail."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connectors.http import Hooks
from connectors.keys import KeyPair
from connectors.svarinn import SvarInnSettings, SvarInnSource
from connectors.svarinn.opening import Cause, digest_of
from connectors.svarinn.unopened import Note, Unopenables
from connectors.testing.certificates import rsa_key, self_signed
from connectors.testing.servers.enveloped import DER, Form, enveloped
from connectors.testing.servers.faults import Fault, FaultKind
from connectors.testing.servers.svarinn import Held, Sent, Status, SvarInnServer, blob_of, zipped
from models.errors import NeedsHuman, OutOfReach, TryLater
from models.post import Fetched, Offer, Outcome, Spool
from models.reasons import ReasonCode
from robot.log import setup_logging

AT = datetime(2026, 11, 22, 6, 58, 11, tzinfo=UTC)
NOW = AT + timedelta(minutes=10)
KEY, OLD_KEY, OTHER_KEY = rsa_key("mottak"), rsa_key("gammel mottak"), rsa_key("feil")
CERTIFICATE = self_signed("mottak", KEY, serial=0xABC)
PDF = b"%PDF-1.7\nSolvik\n%%EOF\n"
LETTER = ("brev.pdf", "application/pdf", PDF)


@dataclass(slots=True)
class Box:
    """A mottakersystem and the source on it; ``keys`` can be exchanged while it runs."""

    server: SvarInnServer
    version: int
    folder: Path
    keys: list[RSAPrivateKey] = field(default_factory=lambda: [KEY])
    more: dict[str, object] = field(default_factory=dict)

    def source(self, **more: object) -> SvarInnSource:
        settings = SvarInnSettings(
            connection="solvik.kilde.svarinn",
            base_url=self.server.base_url(self.version),
            user=self.server.user,
            api_version=self.version,
            **more,
        )
        return SvarInnSource(
            settings,
            lambda: self.server.password,
            lambda: tuple(KeyPair(key=key) for key in self.keys),
            memory=self.folder / "kilder" / "uaapnet.json",
            now=lambda: NOW,
            hooks=Hooks(sleep=lambda _: None),
        )

    @property
    def spool(self) -> Spool:
        folder = self.folder / "spool"
        folder.mkdir(exist_ok=True)
        return Spool(folder, limit_bytes=50_000_000)

    def send(self, *files: tuple[str, str, bytes], **more: object) -> Held:
        return self.server.send(Sent(**{"title": "Brev", "files": files or (LETTER,), "at": AT, **more}))

    def receipts(self) -> list[object]:
        return [each.request for each in self.server.requests if each.request.method in ("POST", "PATCH")]

    def downloads(self) -> int:
        return sum(held.downloads for held in self.server.held.values())


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
def box(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Box]:
    with SvarInnServer(CERTIFICATE) as server:
        yield Box(server=server, version=request.param, folder=tmp_path)


def offers(source: SvarInnSource) -> list[Offer]:
    return list(source.offers(1000))


def fetch(box: Box, source: SvarInnSource | None = None) -> Fetched:
    source = source or box.source()
    (offer,) = offers(source)
    return source.download(offer, box.spool)


def contents(post: Fetched) -> list[tuple[str, bytes]]:
    return [(document.name, document.path.read_bytes()) for document in post.documents]


# --- what the list tells -----------------------------------------------------------------------------------------


def test_metadata_become_the_envelope_alike_in_both_versions(box: Box) -> None:
    box.send(
        ("søknad.pdf", "application/pdf", PDF),
        level="4",
        confidential=True,
        orgnr="315004217",
        sender={"navn": "Ola Nordmann", "fnr": "01815012345"},
        theirs={
            "saksaar": 2026,
            "sakssekvensnummer": 77,
            "journalpostnummer": 3,
            "journalposttype": "U",
            "tittel": "Svar fra oss",
            "ekstraMetadata": [{"key": "Uttak <nr>", "value": "9"}],
        },
        ours={"saksaar": 2026, "sakssekvensnummer": 1234, "dokumentetsDato": 1_763_600_000_000},
    )
    told = fetch(box).envelope
    assert told.received_at == AT
    assert (told.sender_name, told.sender_fnr, told.sender_orgnr) == ("Ola Nordmann", "01815012345", "")
    assert (told.recipient_orgnr, told.level, told.confidential) == ("315004217", 4, True)
    assert told.subject == "Svar fra oss"
    # The sender's numbers are his reference, never ours.
    assert (told.our_ref, told.sender_ref) == ("2026/1234", "2026/77-3")
    assert told.dated == datetime(2025, 11, 20, tzinfo=UTC).date()
    assert told.sender_verified
    assert "U" == told.form["svarinn.avleverende.journalposttype"]
    assert "9" == told.form["svarinn.avleverende.ekstra.uttak_nr"]
    assert "01815012345" not in str(told.form)


def test_the_sender_is_where_the_answer_goes_else_whoever_sent(box: Box) -> None:
    box.send(sender={"navn": "Storevik kommune", "orgnr": "315999991"})
    assert ("Storevik kommune", "315999991") == (fetch(box).envelope.sender_name, fetch(box).envelope.sender_orgnr)


@pytest.mark.parametrize(
    "told",
    [
        {"svarSendesTil": None, "avsender": None, "mottaker": None},
        {"metadataFraAvleverendeSystem": None, "metadataForImport": None, "lenker": None},
        {"metadataForImport": {"saksaar": None, "mappeId": None, "dokumentetsDato": "0001-01-01T00:00:00Z"}},
        {"tittel": None, "niva": None, "sikkerhetsniva": None, "dato": None, "date": None},
        {"nytt": {"felt": [1, {"a": None}]}},
    ],
    ids=["no parties", "no numbers", "null numbers", "no title or time", "new fields"],
)
def test_what_is_null_absent_or_new_stops_no_letter(box: Box, told: dict[str, object]) -> None:
    box.send(told=told)
    post = fetch(box)
    assert [("brev.pdf", PDF)] == contents(post)
    assert "" == post.envelope.our_ref


def test_an_entry_that_cannot_be_used_stops_none_of_the_others(box: Box) -> None:
    box.send(told={"id": "../../status"})
    box.send(told={"id": None})
    good = box.send()
    assert [good.sent.id] == [offer.key for offer in offers(box.source())]


def test_a_letter_without_told_hashes_is_taken_by_its_size_alone(box: Box) -> None:
    file = {"filnavn": "brev.pdf", "mimetype": "application/pdf", "mimeType": "application/pdf"}
    held = box.send(told={"filmetadata": [file], "filer": [file]})
    assert [("brev.pdf", PDF)] == contents(fetch(box))
    assert Status.WAITING is held.status


# --- errors of the service ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_credentials_stop_the_account_at_once_and_name_what_to_mend(box: Box, status: int) -> None:
    box.server.faults.add(Fault(kind=FaultKind.STATUS, status=status, times=9))
    with pytest.raises(OutOfReach, match="brukernavn"):
        offers(box.source())
    assert 1 == len(box.server.requests)


def test_a_wrong_password_is_refused_by_the_service(box: Box) -> None:
    source = box.source()
    box.server.password = "byttet"
    assert [] == offers(source)
    settings = SvarInnSettings(
        connection="x", base_url=box.server.base_url(box.version), user="mottak", api_version=box.version
    )
    wrong = SvarInnSource(settings, lambda: "feil", lambda: (), memory=box.folder / "m.json")
    with pytest.raises(OutOfReach):
        offers(wrong)


def test_a_wrong_address_names_the_setting(box: Box) -> None:
    box.server.faults.add(Fault(kind=FaultKind.STATUS, status=404))
    with pytest.raises(OutOfReach, match="api_versjon"):
        offers(box.source())


def test_a_service_that_is_down_is_out_of_reach_and_one_that_stumbles_is_for_later(box: Box) -> None:
    box.server.faults.add(Fault(kind=FaultKind.STATUS, status=503, times=3))
    with pytest.raises(OutOfReach):
        offers(box.source())
    box.server.faults.add(Fault(kind=FaultKind.STATUS, status=500, times=3))
    with pytest.raises(TryLater):
        offers(box.source())


@pytest.mark.parametrize("body", [b"<html>Vedlikehold</html>", b'{"status": "ok"}', b"null", b'[{"id": '])
def test_an_answer_that_is_no_list_is_for_later(box: Box, body: bytes) -> None:
    box.server.faults.add(Fault(kind=FaultKind.REPLACE, status=200, body=body))
    with pytest.raises(TryLater):
        offers(box.source())


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.STATUS, status=500, times=9, path="[0-9a-f]{12}$"),
        Fault(kind=FaultKind.STATUS, status=503, times=9, path="[0-9a-f]{12}$"),
        Fault(kind=FaultKind.DROP, times=9, path="[0-9a-f]{12}$"),
        Fault(kind=FaultKind.TRUNCATE, times=9, path="[0-9a-f]{12}$", after_bytes=50),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_trouble_with_one_letter_never_stops_the_others(box: Box, fault: Fault) -> None:
    box.send(at=AT - timedelta(hours=1))
    source = box.source()
    first, *_ = offers(source)
    box.server.faults.add(fault)
    with pytest.raises(TryLater):
        source.download(first, box.spool)
    assert [] == list(box.spool.folder.iterdir())
    box.server.faults.clear()
    assert [("brev.pdf", PDF)] == contents(source.download(first, box.spool))


def test_a_download_that_breaks_off_once_is_fetched_again(box: Box) -> None:
    box.send()
    box.server.faults.add(Fault(kind=FaultKind.TRUNCATE, path="[0-9a-f]{12}$", after_bytes=700))
    assert [("brev.pdf", PDF)] == contents(fetch(box))


def test_a_body_cut_without_a_word_is_seen_by_the_envelope_and_fetched_again(box: Box) -> None:
    held = box.send()
    whole = blob_of(held.sent, [CERTIFICATE])
    bodies = iter([whole[:-40], whole[: len(whole) // 2], whole])
    held.body = lambda: iter([next(bodies)])
    assert [("brev.pdf", PDF)] == contents(fetch(box))


# --- downloading --------------------------------------------------------------------------------------------------


def test_the_password_goes_to_the_service_alone_wherever_the_list_points(box: Box) -> None:
    with SvarInnServer(CERTIFICATE) as thief:
        held = box.send(told={"downloadUrl": f"{thief.url}/x", "nedlastingslenke": f"{thief.url}/x"})
        assert [("brev.pdf", PDF)] == contents(fetch(box))
        assert [] == thief.requests
    assert 1 == held.downloads
    assert "authorization" in box.server.requests[-1].request.headers


def test_a_letter_taken_by_hand_between_list_and_download_is_for_later(box: Box) -> None:
    held = box.send()
    source = box.source()
    (offer,) = offers(source)
    box.server.take_by_hand(held.sent.id)
    with pytest.raises(TryLater):
        source.download(offer, box.spool)
    assert [] == offers(source)


FILES = [LETTER, ("Vedlegg æøå.docx", "application/x-docx", b"PK docx"), ("tom.txt", "text/plain", b"")]


@pytest.mark.parametrize(
    "form", [Form(), DER, Form(nested=True), Form(string_bytes=10)], ids=["ber", "der", "nested", "small"]
)
def test_files_come_in_the_letters_order_whatever_the_encoding(box: Box, form: Form) -> None:
    box.send(*FILES, form=form)
    post = fetch(box)
    assert [(name, data) for name, _, data in FILES] == contents(post)
    assert ["application/pdf", "application/x-docx", "text/plain"] == [each.media_type for each in post.documents]
    assert 3 == len(list(box.spool.folder.iterdir()))


def test_a_single_file_needs_no_zip_whatever_the_content_type_says(box: Box) -> None:
    box.send(unpacked=True)
    assert [("brev.pdf", PDF)] == contents(fetch(box))


def test_a_single_file_that_is_a_zip_itself_stays_whole(box: Box) -> None:
    data = zipped([("a.txt", b"a"), ("b.txt", b"b")])
    box.send(("tegninger.zip", "application/zip", data), unpacked=True)
    assert [("tegninger.zip", data)] == contents(fetch(box))
    box.server.held.clear()
    box.send(("tegninger.zip", "application/zip", data))
    assert [("tegninger.zip", data)] == contents(fetch(box))


def test_several_files_merged_into_one_pdf_are_taken_in_version_1_alone(box: Box) -> None:
    second = ("vedlegg.pdf", "application/pdf", b"%PDF-1.4 to")
    merged = Sent(title="Brev", files=[("brev", "application/pdf", PDF)], at=AT, unpacked=True)
    held = box.send(LETTER, second)
    held.body = lambda: iter([blob_of(merged, [CERTIFICATE])])
    post = fetch(box)
    if box.version == 1:
        assert [("brev.pdf", PDF)] == contents(post)
        assert post.aside is None
    else:
        assert post.aside is not None


def test_a_merged_pdf_that_was_cut_is_not_taken_for_whole(box: Box) -> None:
    cut = Sent(title="Brev", files=[("brev", "application/pdf", PDF[:12])], at=AT, unpacked=True)
    held = box.send(LETTER, ("vedlegg.pdf", "application/pdf", b"%PDF-1.4 to"))
    held.body = lambda: iter([blob_of(cut, [CERTIFICATE])])
    assert fetch(box).aside is not None


def test_a_pdf_without_its_ending_gets_it(box: Box) -> None:
    box.send(("Vedtak 3", "application/pdf", PDF))
    assert ["Vedtak 3.pdf"] == [each.name for each in fetch(box).documents]


def test_files_of_one_name_are_told_apart_by_their_order(box: Box) -> None:
    files = [("skann.pdf", "application/pdf", b"%PDF en"), ("skann.pdf", "application/pdf", b"%PDF to")]
    box.send(*files)
    assert [("skann.pdf", b"%PDF en"), ("skann.pdf", b"%PDF to")] == contents(fetch(box))


def test_names_in_an_old_code_page_are_understood(box: Box) -> None:
    data = zipped([("Søknad.pdf", PDF)])
    # Without the UTF-8 flag, as old packers write it.
    old = data.replace("Søknad.pdf".encode(), "Søknad.pdf".encode())
    names = zipfile.ZipFile(io.BytesIO(old)).infolist()[0]
    assert names.flag_bits & 0x800
    flagless = old.replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00")
    held = box.send(("Søknad.pdf", "application/pdf", PDF))
    inner = Sent(title="", files=[("x", "", flagless)], at=AT, unpacked=True)
    held.body = lambda: iter([blob_of(inner, [CERTIFICATE])])
    assert [("Søknad.pdf", PDF)] == contents(fetch(box))


def test_a_large_letter_takes_little_memory(box: Box) -> None:
    block = os.urandom(1024 * 1024)
    count = 40
    digest = hashlib.sha256(block * count).hexdigest()
    file = {"filnavn": "stor.bin", "size": count << 20, "storrelse": count << 20, "sha256hash": digest, "hash": digest}
    held = box.send(told={"filmetadata": [file], "filer": [file]})
    form = Form(string_bytes=8000)
    held.body = lambda: enveloped((block for _ in range(count)), [CERTIFICATE], form)
    source = box.source()
    (offer,) = offers(source)
    spool = Spool(box.spool.folder, limit_bytes=100_000_000)
    tracemalloc.start()
    try:
        post = source.download(offer, spool)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert post.aside is None
    assert [digest] == [document.sha256 for document in post.documents]
    # The server is in the same process.
    assert peak < 24 * 1024 * 1024


def test_links_are_kept_as_text(box: Box) -> None:
    links = [{"ledetekst": "Se", "urlLenke": "https://x.example/1", "urlTekst": "saken"}]
    new = [{"ledetekst": "Se", "lenke": "https://x.example/1", "tekst": "saken"}]
    box.send(told={"lenker": links if box.version == 1 else new})
    post = fetch(box)
    assert ("Lenker i forsendelsen.txt", b"Se saken https://x.example/1\n") == contents(post)[1]


def test_a_letter_too_large_to_take_is_for_a_human_and_leaves_nothing(box: Box) -> None:
    box.send(("stor.bin", "application/octet-stream", b"\0" * 3_000_000), told={"filmetadata": [], "filer": []})
    box.server.held.clear()
    held = box.send(("stor.bin", "application/octet-stream", b"\0" * 3_000_000))
    source = box.source()
    (offer,) = offers(source)
    small = Spool(box.spool.folder, limit_bytes=1_000_000)
    with pytest.raises(NeedsHuman) as told:
        source.download(offer, small)
    assert (ReasonCode.TOO_LARGE, 0) == (told.value.reason, held.downloads)
    assert [] == list(box.spool.folder.iterdir())


# --- letters that cannot be opened ---------------------------------------------------------------------------------


def other_entries(entries: Sequence[tuple[str, bytes]]) -> dict[str, object]:
    return {"entries": list(entries)}


def locked_zip() -> bytes:
    """A zip that says its entry is encrypted."""
    data = bytearray(zipped([("brev.pdf", PDF)]))
    data[6] |= 1
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


CANNOT: dict[str, tuple[dict[str, object], str]] = {
    "hash": ({"hashes": ["0" * 64]}, "hash"),
    "a file lacks": ({"entries": []}, "files"),
    "a file too many": ({"entries": [("brev.pdf", PDF), ("ekstra.exe", b"MZ")]}, "files"),
    "another name": ({"entries": [("annet.pdf", PDF)]}, "files"),
    "no envelope": ({"blob": b"<html>feil</html>"}, "damaged"),
    "cut envelope": ({"blob": b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80"}, "damaged"),
    "unknown cipher": ({"form": Form(oaep=False)}, "algorithm"),
}


@pytest.mark.parametrize(("change", "cause"), CANNOT.values(), ids=CANNOT)
def test_what_cannot_be_opened_is_kept_as_it_came_and_set_aside(
    box: Box, change: dict[str, object], cause: str
) -> None:
    held = box.send(**change)
    post = fetch(box)
    assert post.aside is not None
    assert "kunne ikke åpnes" in post.aside.detail
    assert cause == post.locator["unopened"]
    assert ["forsendelse.p7m"] == [each.name for each in post.documents]
    assert 1 == len(list(box.spool.folder.iterdir()))
    assert Status.WAITING is held.status


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x.pdf", "a/../b.pdf"])
def test_a_path_in_a_name_is_refused_even_when_the_list_has_it(box: Box, name: str) -> None:
    held = box.send()
    bad = replace(held.sent, files=[(name, "application/pdf", PDF), LETTER])
    box.server.held[held.sent.id] = Held(sent=bad)
    assert "files" == fetch(box).locator["unopened"]


def test_a_locked_zip_and_a_bomb_are_refused(box: Box) -> None:
    for data in (locked_zip(), zipped([("brev.pdf", b"%PDF" + b"\0" * 20_000_000)])):
        box.server.held.clear()
        held = box.send(told={"filmetadata": [{"filnavn": "brev.pdf"}], "filer": [{"filnavn": "brev.pdf"}]})
        inner = Sent(title="", files=[("x", "", data)], at=AT, unpacked=True)
        blob = blob_of(inner, [CERTIFICATE])
        held.body = lambda blob=blob: iter([blob])
        assert "files" == fetch(box).locator["unopened"]


def test_keys_are_tried_in_turn_while_one_is_rotated_out(box: Box) -> None:
    box.server.certificate = self_signed("mottak", OLD_KEY)
    box.send()
    box.keys = [KEY, OLD_KEY]
    assert [("brev.pdf", PDF)] == contents(fetch(box))


def test_without_the_key_the_sender_is_told_once_never_for_good_and_it_is_not_fetched_again(box: Box) -> None:
    held = box.send()
    box.keys = [OTHER_KEY]
    source = box.source()
    post = fetch(box, source)
    assert post.aside is not None
    assert ReasonCode.ENCRYPTED == post.aside.reason
    assert "abc" in post.aside.detail
    at = source.take_over(json.loads(json.dumps(dict(post.locator))))
    assert 1 == len(held.messages)
    assert "sertifikat" in held.messages[0]
    assert Status.WAITING is held.status
    for _ in range(3):
        assert [] == offers(box.source())
    box.source().take_over(at)
    assert (1, 1, 0) == (len(held.messages), held.downloads, held.receipts)


def test_once_the_key_is_there_the_letter_is_opened_as_a_post_of_its_own(box: Box) -> None:
    held = box.send()
    box.keys = [OTHER_KEY]
    source = box.source()
    closed = fetch(box, source)
    source.take_over(closed.locator)
    box.keys = [KEY, OTHER_KEY]
    (offer,) = offers(source)
    assert offer.key != held.sent.id
    opened = source.download(offer, box.spool)
    assert opened.source_key != closed.source_key
    source.take_over(opened.locator)
    assert Status.READ is held.status
    assert {} == json.loads((box.folder / "kilder" / "uaapnet.json").read_text())


def test_a_new_cause_is_told_once_more(box: Box) -> None:
    held = box.send(hashes=["0" * 64])
    box.keys = [OTHER_KEY]
    source = box.source()
    source.take_over(fetch(box, source).locator)
    box.keys = [KEY]
    source.take_over(fetch(box, source).locator)
    assert 2 == len(held.messages)
    assert "Sjekksummen" in held.messages[1]
    assert [] == offers(source)


def test_messages_to_senders_hold_nothing_of_the_letter_or_of_us(box: Box) -> None:
    held = box.send(("Kari Nordmann.pdf", "application/pdf", PDF), hashes=["0" * 64])
    source = box.source()
    source.take_over(fetch(box, source).locator)
    assert not [word for word in ("Kari", "Traceback", "postrobot", str(box.folder)) if word in held.messages[0]]


def test_a_damaged_memory_costs_a_download_and_no_letter(box: Box) -> None:
    box.send()
    (box.folder / "kilder").mkdir()
    (box.folder / "kilder" / "uaapnet.json").write_text("{halv")
    assert [("brev.pdf", PDF)] == contents(fetch(box))


def test_a_dismissed_letter_is_sent_on_only_where_the_settings_say_so(box: Box) -> None:
    held = box.send(hashes=["0" * 64])
    source = box.source()
    at = source.take_over(fetch(box, source).locator)
    assert at == source.settle(at, Outcome.DISMISSED)
    assert Status.WAITING is held.status
    bold = box.source(reject_for_good=True)
    for outcome in (Outcome.ARCHIVED, Outcome.FORWARDED, Outcome.DUPLICATE):
        assert at == bold.settle(at, outcome)
    assert Status.WAITING is held.status
    gone = bold.settle(at, Outcome.DISMISSED)
    assert Status.SENT_ON is held.status
    assert gone == bold.settle(gone, Outcome.DISMISSED)
    bold.settle(at, Outcome.DISMISSED)
    assert 2 == len(held.messages)


def test_an_opened_letter_is_never_sent_on_whatever_the_settings_say(box: Box) -> None:
    held = box.send()
    source = box.source(reject_for_good=True)
    source.settle(source.take_over(fetch(box, source).locator), Outcome.DISMISSED)
    assert (Status.READ, []) == (held.status, held.messages)


# --- a list of two hundred -----------------------------------------------------------------------------------------


def fill(box: Box, count: int, **more: object) -> None:
    blob = blob_of(Sent(title="", files=[LETTER], at=AT), [CERTIFICATE])
    for number in range(count):
        box.send(at=AT + timedelta(seconds=number), blob=blob, **more)


def test_number_two_hundred_and_one_comes_when_one_is_acknowledged(box: Box) -> None:
    fill(box, 201)
    source = box.source()
    first = offers(source)
    assert 200 == len(first)
    source.take_over(source.download(first[0], box.spool).locator)
    last = max(box.server.held.values(), key=lambda held: held.sent.at).sent.id
    assert last in {offer.key for offer in offers(source)}


def stick(box: Box) -> None:
    """All that waits now could not be opened: it is stored, set aside, and noted."""
    box.keys = [OTHER_KEY]
    notes = Unopenables(box.folder / "kilder" / "uaapnet.json")
    digest = digest_of([KeyPair(key=OTHER_KEY)])
    for held in box.server.held.values():
        notes.note(held.sent.id, Note(cause=Cause.NO_KEY, keys=digest, since=held.sent.at.isoformat()))


def test_letters_that_cannot_be_opened_never_block_the_box(box: Box) -> None:
    fill(box, 149)
    stick(box)
    last = box.send(at=AT + timedelta(hours=1))
    source = box.source()
    source.take_over(fetch(box, source).locator)
    left = [held.sent.at for held in box.server.held.values() if held.status is Status.WAITING]
    gone = [held.sent.at for held in box.server.held.values() if held.status is Status.READ]
    assert (75, 75) == (len(left), len(gone))
    assert max(gone) < min(left)
    assert (Status.WAITING, 1) == (last.status, len(last.messages))
    assert [] == offers(source)


def test_looking_writes_nothing_and_what_was_taken_by_hand_is_let_go_of_with_the_rest(box: Box) -> None:
    fill(box, 149)
    stick(box)
    memory = box.folder / "kilder" / "uaapnet.json"
    before = memory.read_bytes()
    for held in list(box.server.held.values()):
        box.server.take_by_hand(held.sent.id)
    last = box.send(at=AT + timedelta(hours=1))
    source = box.source()
    (offer,) = offers(source)
    post = source.download(offer, box.spool)
    assert before == memory.read_bytes()
    source.take_over(post.locator)
    assert 75 == len(json.loads(memory.read_text()))
    assert Status.WAITING is last.status


def test_letting_go_can_be_forbidden_and_looking_never_does_it(box: Box) -> None:
    fill(box, 200)
    stick(box)
    for source in (box.source(), box.source(release_at=0)):
        assert [] == offers(source)
    source.take_over({"id": next(iter(box.server.held)), "unopened": "hash", "keys": "x"})
    assert [] == [held for held in box.server.held.values() if held.receipts]
    queue = source.queue()
    assert queue is not None
    assert (200, 200, True) == (queue.waiting, queue.stuck, queue.stalled(NOW))


def test_the_queue_tells_of_a_stall_before_the_service_does(box: Box) -> None:
    source = box.source()
    assert source.queue() is None
    assert [] == offers(source)
    assert (0, False) == (source.queue().waiting, source.queue().stalled(NOW))
    box.send(at=NOW - timedelta(minutes=91))
    offers(source)
    queue = source.queue()
    assert 91 * 60 == queue.oldest_s(NOW)
    assert queue.stalled(NOW)
    assert not queue.stalled(NOW - timedelta(minutes=2))
    assert queue.alarm_after_s < queue.warns_after_s == 7200
    assert () == source.remarks()
    box.keys = [OTHER_KEY]
    source.take_over(fetch(box, source).locator)
    offers(source)
    assert "1 forsendelse" in source.remarks()[0]


# --- receipts ------------------------------------------------------------------------------------------------------


def test_nothing_is_acknowledged_before_it_is_taken_over(box: Box) -> None:
    held = box.send()
    source = box.source()
    post = fetch(box, source)
    assert [] == box.receipts()
    source.take_over(post.locator)
    assert (Status.READ, 1) == (held.status, held.receipts)
    source.settle(post.locator, Outcome.ARCHIVED)
    assert 1 == len(box.receipts())


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.STATUS_AFTER, FaultKind.DROP])
def test_a_receipt_whose_answer_was_lost_is_repeated_until_it_is_sure(box: Box, kind: FaultKind) -> None:
    held = box.send()
    source = box.source()
    post = fetch(box, source)
    box.server.faults.add(Fault(kind=kind, status=502, path="kvitter|status"))
    assert post.locator == source.take_over(post.locator)
    assert (Status.READ, 1) == (held.status, held.receipts)


@pytest.mark.parametrize("status", [400, 404, 409, 410, 422])
def test_an_odd_answer_to_a_receipt_is_believed_only_when_the_letter_is_gone(box: Box, status: int) -> None:
    held = box.send()
    source = box.source()
    post = fetch(box, source)
    box.server.faults.add(Fault(kind=FaultKind.STATUS, status=status, path="kvitter|status"))
    with pytest.raises(TryLater):
        source.take_over(post.locator)
    assert Status.WAITING is held.status
    box.server.faults.add(Fault(kind=FaultKind.STATUS_AFTER, status=status, path="kvitter|status"))
    assert post.locator == source.take_over(post.locator)


def test_a_full_list_that_hides_the_letter_is_no_proof_that_it_is_gone(box: Box) -> None:
    box.server.shuffled = False
    held = box.send(at=AT + timedelta(days=1))
    source = box.source()
    post = fetch(box, source)
    fill(box, 200)
    box.server.faults.add(Fault(kind=FaultKind.STATUS, status=404, path="kvitter|status"))
    with pytest.raises(TryLater):
        source.take_over(post.locator)
    assert Status.WAITING is held.status


def test_a_dead_receipt_endpoint_is_for_later_and_nothing_is_lost(box: Box) -> None:
    held = box.send()
    source = box.source()
    post = fetch(box, source)
    box.server.faults.add(Fault(kind=FaultKind.STATUS, status=503, path="kvitter|status", times=9))
    with pytest.raises(OutOfReach):
        source.take_over(post.locator)
    assert [held.sent.id] == [offer.key for offer in offers(source)]


def test_receipts_say_exactly_what_is_documented(box: Box) -> None:
    opened, closed = box.send(), box.send(at=AT + timedelta(seconds=1), hashes=["0" * 64])
    source = box.source()
    for offer in offers(source):
        source.take_over(source.download(offer, box.spool).locator)
    first, second = box.receipts()
    message = closed.messages[0]
    if box.version == 1:
        assert f"/tjenester/svarinn/kvitterMottak/forsendelse/{opened.sent.id}" == first.path
        assert b"" == first.body
        assert f"/tjenester/svarinn/mottakFeilet/forsendelse/{closed.sent.id}" == second.path
        assert {"feilmelding": message, "permanent": False} == second.json()
    else:
        assert ("PATCH", f"/api/svarinn/v2/forsendelser/{opened.sent.id}/status") == (first.method, first.path)
        assert {"status": "MOTTATT"} == first.json()
        assert {"status": "FEILET", "feil": {"feilmelding": message, "permanent": False}} == second.json()
    assert "application/json; charset=utf-8" == second.headers["content-type"]


def test_neither_password_nor_anything_of_a_letter_is_logged(box: Box) -> None:
    out = io.StringIO()
    setup_logging(form="json", level="debug", stream=out)
    box.send(("Kari.pdf", "application/pdf", PDF), title="Klage fra Kari", hashes=["0" * 64])
    source = box.source()
    box.server.faults.add(Fault(kind=FaultKind.STATUS, status=500))
    source.take_over(fetch(box, source).locator)
    assert "svarinn_unopened" in out.getvalue()
    assert not [word for word in ("Kari", box.server.password, "Storevik") if word in out.getvalue()]
