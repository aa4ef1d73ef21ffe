"""KS SvarInn on loopback, both versions of the API, with the real one's odd ways.

At most 200 letters are listed, in no promised order, and again until they are acknowledged. A second receipt for a letter
is answered 404 (the real answer is not documented). Fields are null, 0 or a day in Java's year 0 where senders leave them so.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cryptography import x509

from connectors.testing.servers.base import LoopbackServer, Reply, Request, Stop, route
from connectors.testing.servers.enveloped import SVARINN, Form, enveloped

LISTED = 200
PASSWORD = "hemmelig-tjeneste"
_YEAR_0_MS = -62135769600000


class Status(StrEnum):
    """What has become of a letter at SvarInn."""

    WAITING = "Klar for mottak"
    READ = "Lest"
    SENT_ON = "Sendt videre"
    """Rejected for good: it has gone on to Altinn or paper."""
    BY_HAND = "Manuelt håndtert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A letter as a sender made it. ``files`` are (name, media type, content), the main one first.

    ``told`` and ``theirs``/``ours`` are laid over what version 1 lists («metadataFraAvleverendeSystem», «metadataForImport»);
    version 2 is made from that. ``unpacked``: a single file is sent as it is and not in a zip. ``blob`` stands in for the
    encrypted bytes (a damaged letter), ``hashes`` for the real ones.
    """

    title: str
    files: Sequence[tuple[str, str, bytes]]
    at: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    orgnr: str = "315000106"
    told: Mapping[str, Any] = field(default_factory=dict)
    theirs: Mapping[str, Any] = field(default_factory=dict)
    ours: Mapping[str, Any] = field(default_factory=dict)
    sender: Mapping[str, Any] = field(default_factory=lambda: {"navn": "Storevik kommune", "orgnr": "315999991"})
    confidential: bool = False
    level: str = "3"
    unpacked: bool = False
    form: Form = SVARINN
    blob: bytes | None = None
    hashes: Sequence[str] | None = None
    entries: Sequence[tuple[str, bytes]] | None = None
    """What lies in the zip, when it is something else than ``files``."""


@dataclass(slots=True)
class Held:
    """A letter at SvarInn, and what the receiver has said of it."""

    sent: Sent
    status: Status = Status.WAITING
    receipts: int = 0
    messages: list[str] = field(default_factory=list)
    downloads: int = 0
    body: Callable[[], Iterator[bytes]] | None = None


class SvarInnServer(LoopbackServer):
    """One mottakersystem with its user, password and certificate.

    ``shuffled`` lists in another order than by time. ``body`` of a held letter may make the blob as it is read, so that a
    large one costs no memory.
    """

    def __init__(
        self, certificate: x509.Certificate, *, user: str = "mottak", password: str = PASSWORD, **more: Any
    ) -> None:
        super().__init__(**more)
        self.certificate = certificate
        self.user = user
        self.password = password
        self.held: dict[str, Held] = {}
        self.shuffled = True
        self._statuses: dict[str, str] = self.kept() or {}

    def base_url(self, version: int) -> str:
        """What the setting «adresse» is for a version."""
        return f"{self.url}/{'tjenester' if version == 1 else 'api'}"

    def send(self, sent: Sent) -> Held:
        """A letter arrives."""
        with self.lock:
            held = Held(sent=sent, status=Status(self._statuses.get(sent.id, Status.WAITING)))
            self.held[sent.id] = held
            return held

    def take_by_hand(self, letter_id: str) -> None:
        """An administrator downloads the letter in the web page."""
        with self.lock:
            self._set(self.held[letter_id], Status.BY_HAND)

    def at(self, status: Status) -> list[Sent]:
        """The letters of a status, by time."""
        with self.lock:
            found = [held.sent for held in self.held.values() if held.status is status]
        return sorted(found, key=lambda each: (each.at, each.id))

    # --- version 1 ---------------------------------------------------------------------------------------------

    @route("GET", r"/tjenester/svarinn/mottaker/hentNyeForsendelser")
    def list_v1(self, request: Request) -> Reply:
        self._let_in(request)
        return Reply.json([self._v1(sent) for sent in self._waiting()])

    @route("GET", r"/tjenester/svarinn/forsendelse/(?P<id>[0-9a-f-]{36})")
    def blob_v1(self, request: Request) -> Reply:
        return self._blob(request)

    @route("POST", r"/tjenester/svarinn/kvitterMottak/forsendelse/(?P<id>[0-9a-f-]{36})")
    def received_v1(self, request: Request) -> Reply:
        return self._received(self._one(request))

    @route("POST", r"/tjenester/svarinn/mottakFeilet/forsendelse/(?P<id>[0-9a-f-]{36})")
    def failed_v1(self, request: Request) -> Reply:
        held = self._one(request)
        return self._failed(held, _body(request))

    # --- version 2 ---------------------------------------------------------------------------------------------

    @route("GET", r"/api/svarinn/v2/forsendelser")
    def list_v2(self, request: Request) -> Reply:
        self._let_in(request)
        return Reply.json([self._v2(sent) for sent in self._waiting()])

    @route("GET", r"/api/svarinn/v2/forsendelser/(?P<id>[0-9a-f-]{36})")
    def blob_v2(self, request: Request) -> Reply:
        return self._blob(request)

    @route("PATCH", r"/api/svarinn/v2/forsendelser/(?P<id>[0-9a-f-]{36})/status")
    def status_v2(self, request: Request) -> Reply:
        held = self._one(request)
        body = _body(request)
        if body == {"status": "MOTTATT"}:
            return self._received(held)
        if set(body) == {"status", "feil"} and body["status"] == "FEILET":
            return self._failed(held, body["feil"])
        return _problem(400, "Ukjent status")

    # ------------------------------------------------------------------------------------------------------------

    def _let_in(self, request: Request) -> None:
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            raise Stop(_problem(401, "Feil brukernavn eller passord"))

    def _one(self, request: Request) -> Held:
        self._let_in(request)
        held = self.held.get(request.named["id"])
        if held is None or held.status is not Status.WAITING:
            raise Stop(_problem(404, "Fant ikke forsendelsen"))
        return held

    def _waiting(self) -> list[Sent]:
        waiting = self.at(Status.WAITING)
        if self.shuffled:
            waiting.sort(key=lambda each: hashlib.sha256(each.id.encode()).digest())
            # Which 200 are shown is not promised either, but the same ones are until something is acknowledged.
        return waiting[:LISTED]

    def _received(self, held: Held) -> Reply:
        held.receipts += 1
        self._set(held, Status.READ)
        return Reply()

    def _failed(self, held: Held, body: Any) -> Reply:
        if not isinstance(body, dict) or set(body) != {"feilmelding", "permanent"} or not body["feilmelding"]:
            return _problem(400, "Feilmelding mangler")
        held.messages.append(str(body["feilmelding"]))
        if body["permanent"] is True:
            self._set(held, Status.SENT_ON)
        return Reply()

    def _set(self, held: Held, status: Status) -> None:
        held.status = status
        self._statuses[held.sent.id] = status.value
        self.keep(self._statuses)

    def _blob(self, request: Request) -> Reply:
        held = self._one(request)
        held.downloads += 1
        sent = held.sent
        kind = "application/pdf" if sent.unpacked else "application/zip"
        headers = {"Content-Type": kind, "Content-Disposition": "attachment; filename=forsendelse"}
        if held.body is not None:
            return Reply(headers=headers, body=held.body())
        return Reply(headers=headers, body=blob_of(sent, [self.certificate]))

    def _v1(self, sent: Sent) -> dict[str, Any]:
        return _listed_v1(sent) | {"downloadUrl": f"{self.url}/tjenester/svarinn/forsendelse/{sent.id}", **sent.told}

    def _v2(self, sent: Sent) -> dict[str, Any]:
        return as_v2(_listed_v1(sent), f"{self.url}/tjenester/svarinn/forsendelse/{sent.id}") | dict(sent.told)


def blob_of(sent: Sent, certificates: Iterable[x509.Certificate]) -> bytes:
    """The encrypted letter."""
    if sent.blob is not None:
        return sent.blob
    entries = [(name, data) for name, _, data in sent.files] if sent.entries is None else sent.entries
    plain = sent.files[0][2] if sent.unpacked else zipped(entries)
    return b"".join(enveloped([plain], certificates, sent.form))


def zipped(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip as SvarInn packs one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _listed_v1(sent: Sent) -> dict[str, Any]:
    hashes = sent.hashes or [hashlib.sha256(data).hexdigest() for _, _, data in sent.files]
    nothing: dict[str, Any] = {
        "saksaar": 0,
        "sakssekvensnummer": 0,
        "tittel": None,
        "dokumentetsDato": None,
        "journalposttype": None,
    }
    theirs: dict[str, Any] = {
        **nothing,
        "journalaar": 0,
        "journalsekvensnummer": 0,
        "journalpostnummer": 0,
        "journalstatus": None,
        "journaldato": _YEAR_0_MS,
        "saksBehandler": None,
        "ekstraMetadata": [],
    }
    sender = {key: value for key, value in sent.sender.items() if key not in ("orgnr", "fnr")}
    return {
        "id": sent.id,
        "tittel": sent.title,
        "date": int(sent.at.timestamp() * 1000),
        "status": Status.WAITING.value,
        "niva": sent.level,
        "taushetsbelagtPost": sent.confidential,
        "avsender": {"adresselinje1": "", "postnr": "0000", "poststed": "Storevik", **sender},
        "mottaker": {
            "navn": "Solvik kommune",
            "adresse1": "",
            "postnr": "0000",
            "poststed": "Solvik",
            "orgnr": sent.orgnr,
        },
        "svarSendesTil": {
            "adresse1": "Torget 1",
            "postnr": "0000",
            "poststed": "Storevik",
            "land": None,
            **sent.sender,
        },
        "svarPaForsendelse": None,
        "forsendelseType": None,
        "eksternRef": None,
        "avgivendeSystem": None,
        "lenker": [],
        "kryptert": True,
        "feltFraFremtiden": {"finnes": "ikke ennå"},
        "filmetadata": [
            {"filnavn": name, "mimetype": media_type, "sha256hash": digest, "size": len(data), "ekstraMetadata": None}
            for (name, media_type, data), digest in zip(sent.files, hashes, strict=True)
        ],
        "metadataFraAvleverendeSystem": {**theirs, **sent.theirs},
        "metadataForImport": {**nothing, "journalstatus": None, **sent.ours},
    }


def as_v2(entry: Mapping[str, Any], address: str) -> dict[str, Any]:
    """An entry of version 1 in the words of version 2."""
    return {
        "id": entry["id"],
        "tittel": entry["tittel"],
        "dato": _iso(entry["date"]),
        "sikkerhetsniva": {"3": "BETYDELIG", "4": "HOYESTE"}[entry["niva"]],
        "taushetsbelagtPost": entry["taushetsbelagtPost"],
        "avsender": _v2_party(entry["avsender"], orgnr=entry["svarSendesTil"].get("orgnr")),
        "mottaker": _v2_party(entry["mottaker"], orgnr=entry["mottaker"].get("orgnr")),
        "svarSendesTil": _v2_party(
            entry["svarSendesTil"], orgnr=entry["svarSendesTil"].get("orgnr"), fnr=entry["svarSendesTil"].get("fnr")
        ),
        "svarPaForsendelse": entry["svarPaForsendelse"],
        "type": entry["forsendelseType"],
        "eksternRef": entry["eksternRef"],
        "avgivendeSystem": entry["avgivendeSystem"],
        "lenker": [
            {"ledetekst": each.get("ledetekst"), "lenke": each["urlLenke"], "tekst": each["urlTekst"]}
            for each in entry["lenker"]
        ],
        "feltFraFremtiden": {"finnes": "ikke ennå"},
        "filer": [
            {
                "filnavn": file["filnavn"],
                "mimeType": file["mimetype"],
                "hash": file["sha256hash"],
                "storrelse": file["size"],
                "type": file.get("dokumentType"),
            }
            for file in entry["filmetadata"]
        ],
        "metadataFraAvleverendeSystem": _v2_numbers(entry["metadataFraAvleverendeSystem"]),
        "metadataForImport": _v2_numbers(entry["metadataForImport"]),
        "nedlastingslenke": address,
    }


def _v2_party(party: Mapping[str, Any], *, orgnr: str | None = None, fnr: str | None = None) -> dict[str, Any]:
    lines = {f"adresselinje{n}": party.get(f"adresse{n}") or party.get(f"adresselinje{n}") for n in (1, 2, 3)}
    address = {"navn": party.get("navn"), **lines, "postnummer": party.get("postnr"), "poststed": party.get("poststed")}
    return {"organisasjonsnummer": orgnr, "fodselsnummer": fnr, "postadresse": address}


def _v2_numbers(numbers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "mappeId": {"saksaar": numbers["saksaar"], "sakssekvensnummer": numbers["sakssekvensnummer"]},
        "journalpostId": {
            name: numbers.get(name, 0) for name in ("journalaar", "journalsekvensnummer", "journalpostnummer")
        },
        "journalposttype": numbers.get("journalposttype"),
        "journalstatus": numbers.get("journalstatus"),
        "journaldato": _iso(numbers.get("journaldato")),
        "dokumentetsDato": _iso(numbers.get("dokumentetsDato")),
        "tittel": numbers.get("tittel"),
        "saksbehandler": numbers.get("saksBehandler"),
        "virksomhetsspesifikkeMetadata": numbers.get("ekstraMetadata"),
    }


def _iso(ms: int | None) -> str | None:
    if ms is None:
        return None
    if ms == _YEAR_0_MS:
        return "0001-01-01T00:00:00Z"
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def _body(request: Request) -> Any:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Stop(_problem(415, "Innholdstypen må være JSON"))
    try:
        return request.json()
    except ValueError:
        raise Stop(_problem(400, "Kan ikke lese JSON")) from None


def _problem(status: int, message: str) -> Reply:
    body = {"status": status, "error": "feil", "errorId": str(uuid.uuid4()), "message": message, "path": "/"}
    return Reply(status=status, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())
