"""``check`` and ``doctor`` on the Altinn sources: what is wrong is told with the next step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.altinn.config import AltinnConfig, AltinnFormConfig
from connectors.checkup import Checkup, Level
from connectors.settings import Surroundings
from connectors.testing.altinn_client import CLIENT, KID, register, write_key
from connectors.testing.servers.altinn import AltinnServer
from models.secret import Secret

OWN, SUB = "315000106", "315004217"


class Place:
    def __init__(self, server: AltinnServer, folder: Path) -> None:
        self.server = server
        write_key(folder / "key.pem")
        self.key = (folder / "key.pem").read_text()
        self.around = Surroundings(
            name="altinn",
            connection="solvik.altinn",
            orgnr=OWN,
            zone="Europe/Oslo",
            state=folder,
            now=lambda: datetime.now(UTC),
        )
        server.units = {OWN: ("SOLVIK KOMMUNE", ""), SUB: ("SOLVIK SKOLE", OWN)}
        register(server, OWN, code="solv")
        server.deliver(party=OWN, resource="x")

    def _common(self, **more: object) -> dict[str, object]:
        given = {
            "plattform": self.server.url,
            "maskinporten": self.server.issuer,
            "klient_id": CLIENT,
            "nokkel": Secret(self.key),
            "nokkel_id": KID,
            "per_sekund": 0,
        }
        return given | more

    def inbox(self, **more: object) -> AltinnConfig:
        return AltinnConfig.model_validate(self._common(**more))

    def forms(self, **more: object) -> AltinnFormConfig:
        return AltinnFormConfig.model_validate(self._common(tjenesteeier="solv") | more)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with AltinnServer() as server:
        yield Place(server, tmp_path)


def wrong(lines: Iterator[Checkup]) -> dict[str, Checkup]:
    return {line.name: line for line in lines if line.level is not Level.OK}


def test_all_is_well_with_both_sources_and_nothing_is_fetched(place: Place) -> None:
    lines = [*place.inbox().checkups(place.around), *place.forms().checkups(place.around)]
    assert {} == wrong(iter(lines))
    assert {
        "Maskinporten",
        "Altinn-token",
        "scope",
        "systembruker",
        "organisasjoner",
        "tjenester",
        "skjemaer",
        "kø",
    } <= {line.name for line in lines}
    assert [] == place.server.recorded("", r"/correspondence/[0-9a-f-]{36}|/instances/.")
    assert [] == place.server.recorded("POST", "correspondence")


def test_a_system_user_that_is_not_approved_is_told_with_where_to_go(place: Place) -> None:
    place.server.revoke_system_user(OWN)
    found = wrong(place.inbox().checkups(place.around))
    assert "systembruker" in found["Maskinporten"].text.lower()
    assert {} == wrong(place.forms().checkups(place.around))


def test_a_scope_that_lacks_on_the_client_is_told(place: Place) -> None:
    place.server.clients[CLIENT].scopes.discard("digdir:dialogporten")
    assert "digdir:dialogporten" in wrong(place.inbox().checkups(place.around))["Maskinporten"].text


def test_a_clock_that_is_wrong_is_told(place: Place) -> None:
    place.server.clock = datetime.now(UTC) + timedelta(minutes=5)
    assert "tidssynkronisering" in wrong(place.inbox().checkups(place.around))["klokke"].next_step


def test_a_system_user_without_rights_is_told(place: Place) -> None:
    place.server.denied.add((OWN, "x"))
    assert "deleger" in wrong(place.inbox().checkups(place.around))["tjenester"].next_step
    place.server.units.pop(OWN)
    assert OWN in wrong(place.inbox().checkups(place.around))["rettigheter"].text


def test_forms_of_another_owner_are_told(place: Place) -> None:
    assert "skjemaer" in wrong(place.forms(tjenesteeier="andre").checkups(place.around))


def test_a_key_near_its_end_is_told_before_it_ends(place: Place) -> None:
    soon = date.today() + timedelta(days=20)  # noqa: DTZ011 (the day here is near enough)
    assert Level.WARNING is wrong(place.inbox(nokkel_utloper=soon).checkups(place.around))["nøkkelens utløp"].level


def test_a_key_that_cannot_be_read_is_a_fault_of_check_and_doctor(place: Place) -> None:
    config = place.inbox(nokkel=Secret("ikke en nøkkel"))
    assert Level.FAULT is wrong(config.checkups(place.around))["nøkkel"].level
    assert ["k.nokkel"] == [fault.key for fault in config.faults_on_disk("k")]
    assert ["k.nokkel_id"] == [fault.key for fault in place.inbox(nokkel_id="").faults_on_disk("k")]
    assert ["k.ca_fil"] == [fault.key for fault in place.inbox(ca_fil=Path("/finnes/ikke")).faults_on_disk("k")]


def test_what_was_never_settled_and_what_must_be_known_is_told(place: Place) -> None:
    source = place.inbox().build(place.around)
    (offer,) = source.offers(10)
    source.take_over(offer.locator)
    source.close()
    later = Surroundings(
        name="altinn",
        connection="c",
        orgnr=OWN,
        zone="Europe/Oslo",
        state=place.around.state,
        now=lambda: datetime.now(UTC) + timedelta(days=3),
    )
    from connectors.altinn.doctor import look_at_queue

    assert "1 av dem i over 48 timer" in wrong(look_at_queue(place.inbox(), later))["kø"].text


def test_addresses_must_be_https_and_one_inbox_is_claimed_once(place: Place) -> None:
    with pytest.raises(ValueError, match="https"):
        place.inbox(plattform="http://platform.example")
    assert place.inbox().claims() == place.inbox(bekreft="aldri").claims()
    assert place.inbox().claims() != place.inbox(ekstern_ref="b").claims()
    assert ("altinn_skjema:" + place.server.url + "/solv/",) == place.forms().claims()
