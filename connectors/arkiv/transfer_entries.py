"""The entries of cases that come in and go out as JSON lines (``connectors.arkiv.transfer``).

An entry (``innfoersler``) is as it was in the archive it comes from, faults and all: what is wrong with it is for caretaking
to find. Obligatory: ``nummer`` (journalpostnummer, a number), ``journalnummer`` ("25367/2026"), ``type`` (M082), ``status``
(M053), ``tittel``, ``journaldato``. Optional: ``offentlig_tittel`` (obligatory beside ``skjerming``), ``mottatt_dato``,
``sendt_dato``, ``dokumentets_dato``, ``forfallsdato``, ``offentlighetsvurdert_dato``, ``skjerming``, ``our_key``,
``parter`` (``type`` M087, ``navn``, ``enhet``, ``saksbehandler``, ``epostadresse``, ``person_id``, ``organisasjons_id``),
``dokumenter`` (``tittel``, ``dokumenttype`` «B», ``status`` M054, ``som`` M217, ``skjerming``, ``varianter``: ``variant``
M700, ``format``, ``sjekksum``, ``stoerrelse``, ``filnavn``, ``mime_type``, ``fil``) and ``avskrivninger`` (``dato``,
``maate``, ``avskrives_av`` as registreringsID, ``korrespondansepart``).

A variant's file is the one at ``fil`` under the folder of files, else the one named by its checksum there; it must be what
the line says it is (krav 3.1.28).
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from connectors.arkiv import codec
from connectors.arkiv.documents import DocumentFolder, checksum
from connectors.arkiv.records import Avskrivning, Dokumentbeskrivelse, Dokumentobjekt, Journalpost, Sak
from connectors.arkiv.unit import Counter
from models.noark import (
    Avskrivningsmaate,
    Dokumentstatus,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Skjerming,
    TilknyttetSom,
    Variantformat,
)

_NUMBER = re.compile(r"([1-9][0-9]{0,8})/([12][0-9]{3})", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DAYS = ("journaldato", "mottatt_dato", "sendt_dato", "dokumentets_dato", "forfallsdato", "offentlighetsvurdert_dato")
_ENTRY = frozenset(
    {
        "nummer",
        "journalnummer",
        "type",
        "status",
        "tittel",
        "offentlig_tittel",
        "skjerming",
        "our_key",
        "parter",
        "dokumenter",
        "avskrivninger",
        *_DAYS,
    }
)
_PART = frozenset({"type", "navn", "enhet", "saksbehandler", "epostadresse", "person_id", "organisasjons_id"})
_DOCUMENT = frozenset({"tittel", "dokumenttype", "status", "som", "skjerming", "varianter"})
_VARIANT = frozenset({"variant", "format", "sjekksum", "stoerrelse", "filnavn", "mime_type", "fil"})
_SIGN_OFF = frozenset({"dato", "maate", "avskrives_av", "korrespondansepart"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as it came in; ``answers`` are (registreringsID, sign-off without the reference it shall have)."""

    post: Journalpost
    dokumenter: tuple[Dokumentbeskrivelse, ...]
    avskrivninger: tuple[Avskrivning, ...]
    answers: tuple[tuple[str, Avskrivning], ...]
    files: tuple[tuple[Path, str], ...]


class Files:
    """Where the files of an import lie, and those the archive has already."""

    def __init__(self, archive: DocumentFolder, folder: Path | None) -> None:
        self._archive, self._folder = archive, folder

    def find(self, sha256: str, size: int, name: str) -> Path | None:
        """The file to take in; None when the archive has it.

        Raises:
            ValueError: it is nowhere, or not what was said.
        """
        if self._archive.has(sha256, size):
            return None
        if self._folder is None:
            raise ValueError(f"filen {sha256} finnes ikke i arkivet, og ingen mappe med filer er oppgitt")
        root = self._folder.resolve()
        path = (root / (name or sha256)).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise ValueError(f"filen {name or sha256} finnes ikke i mappen med filer")
        if path.stat().st_size != size or checksum(path) != sha256:
            raise ValueError(f"filen {name or sha256} har en annen størrelse eller sjekksum enn linjen sier")
        return path


def entry_of(raw: Any, sak: Sak, at: Counter, files: Files) -> Entry:
    """One entry of a line.

    Raises:
        ValueError: something is wrong with it; the first thing, in Norwegian.
    """
    _known(raw, _ENTRY)
    number = raw.get("nummer")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 10**9:
        raise ValueError("nummer mangler eller er ikke et tall")
    match = _NUMBER.fullmatch(_text(raw, "journalnummer"))
    if match is None:
        raise ValueError("journalnummer mangler eller er ikke på formen 25367/2026")
    tittel, public = _text(raw, "tittel"), _text(raw, "offentlig_tittel")
    skjerming = _skjerming(raw)
    if not public and skjerming is not None and not skjerming.temporary:
        raise ValueError("offentlig_tittel mangler: en skjermet oppføring må si hva som kan vises")
    days = {name: date.fromisoformat(_text(raw, name)) if _text(raw, name) else None for name in _DAYS}
    journaldato = days["journaldato"]
    if not tittel or journaldato is None:
        raise ValueError("tittel eller journaldato mangler")
    post = Journalpost(
        system_id=at.new_id(),
        sak=sak.system_id,
        saksnummer=sak.saksnummer,
        journalpostnummer=number,
        journalaar=int(match.group(2)),
        journalsekvensnummer=int(match.group(1)),
        type=Journalposttype(_text(raw, "type")),
        status=Journalstatus(_text(raw, "status")),
        tittel=tittel,
        offentlig_tittel=public or tittel,
        journaldato=journaldato,
        opprettet=at.at,
        parter=tuple(_part(p) for p in _list(raw, "parter")),
        mottatt_dato=days["mottatt_dato"],
        sendt_dato=days["sendt_dato"],
        dokumentets_dato=days["dokumentets_dato"],
        forfall=days["forfallsdato"],
        offentlighetsvurdert_dato=days["offentlighetsvurdert_dato"],
        skjerming=skjerming,
        arvet=skjerming is not None and skjerming == sak.skjerming,
        our_key=_text(raw, "our_key"),
    )
    found: list[tuple[Path, str]] = []
    dokumenter = tuple(_document(d, n, at, files, found) for n, d in enumerate(_list(raw, "dokumenter"), start=1))
    signed = [(_text(a, "avskrives_av"), _sign_off(a, post, at)) for a in _list(raw, "avskrivninger")]
    return Entry(
        post=post,
        dokumenter=dokumenter,
        avskrivninger=tuple(a for by, a in signed if not by),
        answers=tuple((by, a) for by, a in signed if by),
        files=tuple(found),
    )


def _part(raw: Any) -> Korrespondansepart:
    _known(raw, _PART)
    return Korrespondansepart(
        type=Korrespondanseparttype(_text(raw, "type")),
        navn=_text(raw, "navn"),
        epostadresse=_text(raw, "epostadresse"),
        person_id=_text(raw, "person_id"),
        organisasjons_id=_text(raw, "organisasjons_id"),
        administrativ_enhet=_text(raw, "enhet"),
        saksbehandler=_text(raw, "saksbehandler"),
    )


def _document(raw: Any, number: int, at: Counter, files: Files, found: list[tuple[Path, str]]) -> Dokumentbeskrivelse:
    _known(raw, _DOCUMENT)
    return Dokumentbeskrivelse(
        system_id=at.new_id(),
        dokumentnummer=number,
        tilknyttet_som=TilknyttetSom(_text(raw, "som") or ("H" if number == 1 else "V")),
        status=Dokumentstatus(_text(raw, "status") or "F"),
        tittel=_text(raw, "tittel"),
        dokumenttype=_text(raw, "dokumenttype") or "B",
        objekter=tuple(_variant(v, at, files, found) for v in _list(raw, "varianter")),
        skjerming=_skjerming(raw),
    )


def _variant(raw: Any, at: Counter, files: Files, found: list[tuple[Path, str]]) -> Dokumentobjekt:
    _known(raw, _VARIANT)
    sha256, size = _text(raw, "sjekksum"), raw.get("stoerrelse")
    if _SHA256.fullmatch(sha256) is None or not isinstance(size, int) or size <= 0:
        raise ValueError("sjekksum (SHA-256) eller stoerrelse mangler")
    path = files.find(sha256, size, _text(raw, "fil"))
    if path is not None:
        found.append((path, sha256))
    return Dokumentobjekt(
        system_id=at.new_id(),
        variant=Variantformat(_text(raw, "variant") or "P"),
        format=_text(raw, "format") or "av/0",
        mime_type=_text(raw, "mime_type"),
        filnavn=_text(raw, "filnavn"),
        sjekksum=sha256,
        size_bytes=size,
    )


def _sign_off(raw: Any, post: Journalpost, at: Counter) -> Avskrivning:
    _known(raw, _SIGN_OFF)
    return Avskrivning(
        system_id=at.new_id(),
        journalpost=post.system_id,
        maate=Avskrivningsmaate(_text(raw, "maate")),
        dato=date.fromisoformat(_text(raw, "dato")),
        avskrives_av=None,
        korrespondansepart=_text(raw, "korrespondansepart"),
    )


def _skjerming(raw: Mapping[str, Any]) -> Skjerming | None:
    return codec.skjerming_of(json.dumps(raw["skjerming"])) if raw.get("skjerming") else None


def _known(raw: Any, known: frozenset[str]) -> None:
    if not isinstance(raw, dict):
        raise ValueError(f"ikke et objekt: {raw!r}"[:80])
    for key in raw:
        if key not in known:
            raise ValueError(unknown(key, known))


def unknown(key: str, known: frozenset[str]) -> str:
    """That a field is not known, with the one that was perhaps meant."""
    near = difflib.get_close_matches(key, sorted(known), n=1)
    return f"ukjent felt «{key}»" + (f". Mente du «{near[0]}»?" if near else "")


def _list(raw: Mapping[str, Any], key: str) -> list[Any]:
    value = raw.get(key) or []
    if not isinstance(value, list):
        raise ValueError(f"{key} skal være en liste")
    return value


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} skal være tekst")
    return (value or "").strip()


def exported(
    post: Journalpost,
    dokumenter: tuple[Dokumentbeskrivelse, ...],
    avskrivninger: Iterator[tuple[Avskrivning, str]],
) -> dict[str, Any]:
    """An entry as :func:`entry_of` takes it; each sign-off comes with the registreringsID it refers to, or nothing."""
    line: dict[str, Any] = {
        "nummer": post.journalpostnummer,
        "journalnummer": post.journalnummer,
        "type": post.type.value,
        "status": post.status.value,
        "tittel": post.tittel,
        "offentlig_tittel": post.offentlig_tittel,
        "journaldato": codec.day(post.journaldato),
        "mottatt_dato": codec.day(post.mottatt_dato),
        "sendt_dato": codec.day(post.sendt_dato),
        "dokumentets_dato": codec.day(post.dokumentets_dato),
        "forfallsdato": codec.day(post.forfall),
        "offentlighetsvurdert_dato": codec.day(post.offentlighetsvurdert_dato),
        "skjerming": _shown(post.skjerming),
        "our_key": post.our_key,
        "parter": [_exported_part(p) for p in post.parter],
        "dokumenter": [_exported_document(d) for d in dokumenter],
        "avskrivninger": [
            _filled(
                dato=codec.day(a.dato), maate=a.maate.value, avskrives_av=by, korrespondansepart=a.korrespondansepart
            )
            for a, by in avskrivninger
        ],
    }
    return _filled(**line)


def _exported_part(part: Korrespondansepart) -> dict[str, Any]:
    return _filled(
        type=part.type.value,
        navn=part.navn,
        enhet=part.administrativ_enhet,
        saksbehandler=part.saksbehandler,
        epostadresse=part.epostadresse,
        person_id=part.person_id,
        organisasjons_id=part.organisasjons_id,
    )


def _exported_document(dokument: Dokumentbeskrivelse) -> dict[str, Any]:
    return _filled(
        tittel=dokument.tittel,
        dokumenttype=dokument.dokumenttype,
        status=dokument.status.value,
        som=dokument.tilknyttet_som.value,
        skjerming=_shown(dokument.skjerming),
        varianter=[
            _filled(
                variant=o.variant.value,
                format=o.format,
                sjekksum=o.sjekksum,
                stoerrelse=o.size_bytes,
                filnavn=o.filnavn,
                mime_type=o.mime_type,
            )
            for o in dokument.objekter
        ],
    )


def _shown(skjerming: Skjerming | None) -> Any:
    text = codec.skjerming_text(skjerming)
    return json.loads(text) if text else None


def _filled(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
