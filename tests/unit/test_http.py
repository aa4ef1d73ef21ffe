"""The HTTP client against a loopback server: deadlines, repeats, bounds, and every failure as an error of ours."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.http import Hooks, Http, HttpSettings
from connectors.testing.certificates import write_authority
from connectors.testing.servers.base import LoopbackServer, Reply, Request, route
from connectors.testing.servers.faults import Fault, FaultKind
from models.errors import MaybeDone, NeedsHuman, OutOfReach, TryLater
from models.post import Spool
from models.reasons import ReasonCode
from robot.log import setup_logging

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


class Shop(LoopbackServer):
    """Counts orders and hands out a large file."""

    orders = 0

    @route("GET", r"/api/thing")
    def thing(self, request: Request) -> Reply:
        return Reply.json({"authorization": request.headers.get("authorization", "")})

    @route("POST", r"/api/order")
    def order(self, request: Request) -> Reply:
        self.orders += 1
        return Reply.json({"n": self.orders}, status=201)

    @route("GET", r"/api/file")
    def file(self, request: Request) -> Reply:
        return Reply(headers={"Content-Type": "application/pdf"}, body=b"x" * 300_000)

    @route("GET", r"/api/page")
    def page(self, request: Request) -> Reply:
        return Reply.text("vedlikehold")

    @route("GET", r"/api/elsewhere")
    def elsewhere(self, request: Request) -> Reply:
        return Reply(status=302, headers={"Location": "/api/thing"})


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as server:
        yield server


def client(server: LoopbackServer, waits: list[float] | None = None, **more: object) -> Http:
    slept = [] if waits is None else waits
    settings = HttpSettings(
        connection="solvik.kilde.test",
        what="Butikken",
        base_url=f"{server.url}/api",
        **{"ca_file": server.ca_file, **more},
    )
    hooks = Hooks(sleep=slept.append, now=lambda: NOW, share=lambda: 1.0)
    return Http(settings, credentials=lambda: {"Authorization": "Basic hemmelig"}, hooks=hooks)


def spool(tmp_path: Path, limit: int = 10**9) -> Spool:
    return Spool(tmp_path, limit_bytes=limit)


def test_a_call_gives_status_headers_and_body_and_carries_the_credentials(shop: Shop) -> None:
    answer = client(shop).call("GET", "thing")
    assert (200, {"authorization": "Basic hemmelig"}) == (answer.status, answer.json())
    assert answer.headers["content-type"].startswith("application/json")


def test_tls_is_verified_with_the_authority_that_is_set_and_no_other(tmp_path: Path) -> None:
    write_authority(tmp_path, "annen")
    with Shop(tls=True) as server:
        assert client(server).call("GET", "thing").ok
        for ca_file in (None, tmp_path / "annen.pem"):
            with pytest.raises(OutOfReach, match="sertifikat som ikke godtas"):
                client(server, ca_file=ca_file).call("GET", "thing")
        with pytest.raises(OutOfReach, match="ca_fil"):
            client(server, ca_file=tmp_path / "finnes-ikke.pem").call("GET", "thing")


@pytest.mark.parametrize(
    "url", ["http://svarut.ks.no/api", "ftp://x.example", "https://bruker:pass@x.example", "svarut", ""]
)
def test_an_address_without_tls_or_with_a_password_in_it_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"adressen|brukernavn"):
        Http(HttpSettings(connection="x", what="X", base_url=url))


def test_credentials_go_to_the_own_host_only_and_redirects_are_not_followed(shop: Shop) -> None:
    with Shop() as other:
        http = client(shop)
        assert not http.is_ours(f"{other.url}/api/thing")
        assert {"authorization": ""} == http.call("GET", f"{other.url}/api/thing").json()
        assert http.is_ours(f"{shop.url}/api/thing")
        assert not http.is_ours(f"http://ola@127.0.0.1:{shop.port}/api/thing")
        with pytest.raises(TryLater):
            http.call("GET", "elsewhere")
        assert [] == shop.recorded(path="/thing")


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.DROP_AFTER, FaultKind.TRUNCATE])
def test_a_read_that_breaks_once_is_made_again(shop: Shop, kind: FaultKind) -> None:
    shop.faults.add(Fault(kind=kind, after_bytes=3))
    assert client(shop).call("GET", "thing").ok
    assert 2 == len(shop.requests)


def test_an_answer_that_always_breaks_off_is_for_later(shop: Shop) -> None:
    shop.faults.add(Fault(kind=FaultKind.TRUNCATE, after_bytes=3, times=99))
    with pytest.raises(TryLater, match="kom ikke helt frem"):
        client(shop).call("GET", "thing")
    assert 3 == len(shop.requests)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_status_is_waited_out_with_back_off(shop: Shop, status: int) -> None:
    waits: list[float] = []
    shop.faults.add(Fault(kind=FaultKind.STATUS, status=status, times=2))
    assert client(shop, waits).call("GET", "thing").ok
    assert [0.5, 1.0] == waits


@pytest.mark.parametrize(
    ("said", "waited"),
    [("3", 3.0), ("Mon, 02 Mar 2026 07:00:04 GMT", 4.0), ("Sun, 01 Mar 2026 07:00:00 GMT", 0.5), ("snart", 0.5)],
)
def test_retry_after_is_waited_whether_seconds_or_date(shop: Shop, said: str, waited: float) -> None:
    waits: list[float] = []
    shop.faults.add(Fault(kind=FaultKind.STATUS, status=429, headers={"Retry-After": said}))
    assert client(shop, waits).call("GET", "thing").ok
    assert [waited] == waits


@pytest.mark.parametrize(("said", "after_s"), [("600", 600.0), ("99999999999", 86400.0)])
def test_a_long_retry_after_is_not_waited_out_but_told(shop: Shop, said: str, after_s: float) -> None:
    shop.faults.add(Fault(kind=FaultKind.STATUS, status=429, headers={"Retry-After": said}))
    with pytest.raises(TryLater) as later:
        client(shop).call("GET", "thing")
    assert after_s == later.value.after_s
    assert 1 == len(shop.requests)


@pytest.mark.parametrize("status", [401, 403])
def test_no_access_is_out_of_reach_at_once_and_not_hammered(shop: Shop, status: int) -> None:
    shop.faults.add(Fault(kind=FaultKind.STATUS, status=status, times=9))
    with pytest.raises(OutOfReach, match="slipper oss ikke inn") as refused:
        client(shop).call("GET", "thing", one_item=True)
    assert "solvik.kilde.test" == refused.value.connection
    assert 1 == len(shop.requests)


def test_a_refused_token_is_renewed_once(shop: Shop) -> None:
    tokens = iter(["gammel", "ny", "nyest"])
    token = [next(tokens)]
    settings = HttpSettings(connection="x", what="Butikken", base_url=f"{shop.url}/api")
    http = Http(
        settings,
        credentials=lambda: {"Authorization": f"Bearer {token[0]}"},
        refused=lambda: token.__setitem__(0, next(tokens)),
        hooks=Hooks(sleep=lambda _: None),
    )
    shop.faults.add(Fault(kind=FaultKind.STATUS, status=401))
    assert {"authorization": "Bearer ny"} == http.call("GET", "thing").json()
    shop.faults.add(Fault(kind=FaultKind.STATUS, status=401, times=2))
    with pytest.raises(OutOfReach):
        http.call("GET", "thing")
    assert "nyest" == token[0]


def test_what_is_expected_is_given_back_and_other_refusals_are_for_later(shop: Shop) -> None:
    http = client(shop)
    assert 404 == http.call("GET", "nothing", expect=frozenset({404})).status
    with pytest.raises(TryLater, match="sa nei"):
        http.call("GET", "nothing")
    assert 2 == len(shop.requests)


def test_a_service_that_is_down_is_out_of_reach_but_trouble_with_one_item_is_not(shop: Shop) -> None:
    shop.faults.add(Fault(kind=FaultKind.STATUS, status=503, times=6))
    with pytest.raises(OutOfReach, match="nede"):
        client(shop).call("GET", "thing")
    with pytest.raises(TryLater):
        client(shop).call("GET", "thing", one_item=True)


def test_nobody_there_is_out_of_reach_even_for_one_item(tmp_path: Path) -> None:
    server = Shop().start()
    server.close()
    for call in (lambda h: h.call("POST", "order", key="k"), lambda h: h.call("GET", "thing", one_item=True)):
        with pytest.raises(OutOfReach, match="forbindelse"):
            call(client(server))


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.STATUS_AFTER, FaultKind.TRUNCATE])
def test_an_order_without_an_answer_is_in_doubt_and_not_made_again(shop: Shop, kind: FaultKind) -> None:
    shop.faults.add(Fault(kind=kind, status=502, after_bytes=1))
    with pytest.raises(MaybeDone) as maybe:
        client(shop).call("POST", "order", json_body={}, key="pr-1")
    assert ("pr-1", 1, 1) == (maybe.value.key, shop.orders, len(shop.requests))


@pytest.mark.parametrize("status", [429, 503])
def test_an_order_that_was_surely_not_taken_is_made_again(shop: Shop, status: int) -> None:
    shop.faults.add(Fault(kind=FaultKind.STATUS, status=status))
    assert 201 == client(shop).call("POST", "order", json_body={}).status
    assert 1 == shop.orders


def test_an_order_that_bears_repeating_is_repeated(shop: Shop) -> None:
    shop.faults.add(Fault(kind=FaultKind.DROP_AFTER))
    assert client(shop).call("POST", "order", json_body={}, repeatable=True).ok
    assert 2 == shop.orders


def test_no_wait_is_longer_than_it_may_be(shop: Shop) -> None:
    shop.faults.add(
        Fault(kind=FaultKind.HANG, path="thing", times=9), Fault(kind=FaultKind.STALL, path="file", times=9)
    )
    with pytest.raises(OutOfReach, match="svarer ikke"):
        client(shop, idle_s=0.2, tries=1).call("GET", "thing")
    with pytest.raises(TryLater), client(shop, idle_s=0.2).stream("file") as body:
        list(body.chunks)


def test_the_deadline_of_a_call_bounds_all_its_waits_together(shop: Shop) -> None:
    shop.faults.add(
        Fault(kind=FaultKind.HANG, path="thing", times=9), Fault(kind=FaultKind.STALL, path="file", times=9)
    )
    with pytest.raises(OutOfReach):
        client(shop, idle_s=3600, call_s=0.3).call("GET", "thing")
    assert len(shop.requests) <= 1
    with pytest.raises((TryLater, OutOfReach)), client(shop, idle_s=3600, download_s=0.3).stream("file") as body:
        list(body.chunks)


def test_an_answer_too_large_to_hold_is_refused(shop: Shop) -> None:
    with pytest.raises(TryLater, match="mer enn"):
        client(shop, answer_bytes=1000).call("GET", "file")


def test_what_is_no_json_is_for_later(shop: Shop) -> None:
    with pytest.raises(TryLater, match="annet enn JSON"):
        client(shop).call("GET", "page").json()


def test_a_download_comes_whole_with_its_type(shop: Shop, tmp_path: Path) -> None:
    document = client(shop).download("file", spool(tmp_path), name="brev.pdf")
    assert (b"x" * 300_000, "application/pdf", "brev.pdf") == (
        document.path.read_bytes(),
        document.media_type,
        document.name,
    )


def test_a_download_that_breaks_off_is_fetched_once_more_and_leaves_nothing_half(shop: Shop, tmp_path: Path) -> None:
    shop.faults.add(Fault(kind=FaultKind.TRUNCATE, after_bytes=100_000))
    assert 300_000 == client(shop).download("file", spool(tmp_path), name="brev.pdf").size_bytes
    shop.faults.add(Fault(kind=FaultKind.TRUNCATE, after_bytes=100_000, times=2))
    with pytest.raises(TryLater):
        client(shop).download("file", spool(tmp_path), name="brev.pdf")
    assert 1 == len(list(tmp_path.iterdir()))


def test_a_download_over_the_limit_is_for_a_human_and_leaves_nothing(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(NeedsHuman) as refused:
        client(shop).download("file", spool(tmp_path, limit=1000), name="brev.pdf")
    assert ReasonCode.TOO_LARGE == refused.value.reason
    assert [] == list(tmp_path.iterdir())


def test_no_secret_address_or_body_is_logged(shop: Shop) -> None:
    out = io.StringIO()
    setup_logging(form="json", level="debug", stream=out)
    shop.faults.add(Fault(kind=FaultKind.STATUS, status=500, body=b"Kari Eksempel", times=9))
    with pytest.raises(TryLater):
        client(shop).call("GET", "thing?navn=Kari", one_item=True)
    assert "http_trouble" in out.getvalue()
    assert not [word for word in ("hemmelig", "Kari", str(shop.port)) if word in out.getvalue()]


def test_connections_that_were_cut_while_idle_do_no_harm(shop: Shop) -> None:
    http = client(shop)
    for _ in range(3):
        assert http.call("GET", "thing").ok
        shop.cut()
    http.close()
    assert http.call("GET", "thing").ok


def test_how_far_the_services_clock_is_ahead_is_known_from_its_last_answer() -> None:
    with Shop(now=lambda: NOW.timestamp() + 3600) as server:
        http = client(server)
        assert http.clock_ahead_s is None
        http.call("GET", "/thing")
        assert 3600.0 == http.clock_ahead_s
