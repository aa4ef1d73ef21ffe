"""Labs for the journal suite: eInnsyn on loopback, journal files, and the embedded archive's own journal."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar
from xml.sax.saxutils import escape

from connectors.einnsyn.settings import EInnsynSettings
from connectors.einnsyn.view import EInnsynView
from connectors.http import Hooks
from connectors.journalxml.view import JournalXmlView
from connectors.testing.journal_lab import Sample
from connectors.testing.servers.einnsyn import EInnsynServer, PostedFile
from models.published import PublishedEntry

NO_WAITING = Hooks(sleep=lambda _seconds: None)


class EInnsynLab:
    """eInnsyn: everything at once on one server."""

    changes: ClassVar[bool] = True

    def __init__(self, server: EInnsynServer) -> None:
        self.page = 3
        self.server = server

    def publish(self, sample: Sample, at: datetime) -> None:
        """The owner sends it in."""
        self.server.post(sample.entry, at, files=tuple(PostedFile(content) for content in sample.files))

    def change(self, sample: Sample, at: datetime) -> None:
        """The owner sends in a change."""
        self.server.edit(sample.entry.id, at, offentligTittel=sample.entry.offentlig_tittel)

    def settings(self) -> EInnsynSettings:
        """How the server is reached."""
        return EInnsynSettings(
            connection="lab", units=self.server.units, base_url=self.server.api, page=self.page, call_s=60.0
        )

    def connect(self, **changes: object) -> EInnsynView:
        """A new view."""
        return EInnsynView(replace(self.settings(), **changes), hooks=NO_WAITING)  # type: ignore[arg-type]


class JournalFileLab:
    """A folder of deliveries in one format: what is published at one moment is one file."""

    changes: ClassVar[bool] = False

    def __init__(self, folder: Path, write: Callable[[list[PublishedEntry], list[tuple[str, ...]]], bytes]) -> None:
        self.page = 3
        self.folder = folder
        self._write = write
        self._laid: dict[datetime, list[tuple[PublishedEntry, tuple[str, ...]]]] = {}

    def publish(self, sample: Sample, at: datetime) -> None:
        """Writes the delivery of that moment anew."""
        refs = []
        for number, content in enumerate(sample.files, start=1):
            name = f"filer/{sample.entry.id}-{number}.pdf"
            refs.append(name)
            if content is not None:
                (self.folder / "filer").mkdir(exist_ok=True)
                (self.folder / name).write_bytes(content)
        self._laid.setdefault(at, []).append((sample.entry, tuple(refs)))
        laid = self._laid[at]
        path = self.folder / f"journal-{at:%Y%m%dT%H%M%S}.xml"
        path.write_bytes(self._write([each for each, _ in laid], [refs for _, refs in laid]))
        os.utime(path, (at.timestamp(), at.timestamp()))

    def change(self, sample: Sample, at: datetime) -> None:
        """Not asked for: ``changes`` is False."""
        raise AssertionError(f"a delivery is not changed: {sample.entry.id} {at}")

    def connect(self) -> JournalXmlView:
        """A new view."""
        return JournalXmlView(self.folder, page=self.page)


def noark5(entries: list[PublishedEntry], _refs: list[tuple[str, ...]], *, root: str = "offentligJournal") -> bytes:
    """offentligJournal.xml or loependeJournal.xml with these entries, valid against the schema."""
    days = [each.journaldato for each in entries if each.journaldato is not None]
    head = _tag("journalStartDato", min(days)) + _tag("journalSluttDato", max(days))
    head += _tag("antallJournalposter", len(entries))
    head += f"<arkivskaper>{_tag('arkivskaperID', '310000009')}{_tag('arkivskaperNavn', 'Solvik')}</arkivskaper>"
    body = "".join(_registrering(each, whole=root == "loependeJournal") for each in entries)
    space = f"http://www.arkivverket.no/standarder/noark5/{root}"
    text = f'<{root} xmlns="{space}"><journalhode>{head}</journalhode>\n{body}</{root}>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _registrering(entry: PublishedEntry, *, whole: bool) -> str:
    case = entry.case
    assert case is not None, "a journalregistrering has a case"
    title = _tag("tittel", case.intern_tittel or case.tittel) if whole else ""
    sak = _tag("saksaar", case.saksaar) + _tag("sakssekvensnummer", case.sakssekvensnummer) + title
    sak += _tag("offentligTittel", case.tittel)
    post = _tag("systemID", entry.system_id) + _tag("journalaar", entry.journalaar)
    post += _tag("journalsekvensnummer", entry.journalsekvensnummer) + _tag(
        "journalpostnummer", entry.journalpostnummer
    )
    post += _tag("tittel", entry.intern_tittel or entry.offentlig_tittel) if whole else ""
    post += _tag("offentligTittel", entry.offentlig_tittel)
    post += _tag("skjermingMetadata", ", ".join(entry.skjerming.metadata) if entry.skjerming is not None else "")
    post += _tag("journaldato", entry.journaldato) + _tag("dokumentetsDato", entry.dokumentets_dato or "")
    if entry.skjerming is not None:
        post += _tag("tilgangsrestriksjon", entry.skjerming.kode) + _tag("skjermingshjemmel", entry.skjerming.hjemmel)
    words = {"EA": "Avsender", "EM": "Mottaker", "IM": "Intern mottaker"}
    for part in entry.parter:
        hidden = _tag("skjermingMetadata", "NA") if whole and part.intern_navn else ""
        role = _tag("korrespondanseparttype", words[part.type.value] if part.type is not None else "?")
        name = _tag("korrespondansepartNavn", part.intern_navn or part.navn)
        post += f"<korrespondansepart>{role}{name}{hidden}</korrespondansepart>"
    return f"<journalregistrering><saksmappe>{sak}</saksmappe><journalpost>{post}</journalpost></journalregistrering>\n"


def noark4(entries: list[PublishedEntry], refs: list[tuple[str, ...]]) -> bytes:
    """OFFJOURNAL in ISO-8859-1 with these entries and their files."""
    body = "".join(_noarksak(entry, files) for entry, files in zip(entries, refs, strict=True))
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE OFFJOURNAL SYSTEM "OFFJOURN3.DTD">\n'
        f"<OFFJOURNAL><RAPPORT>{body}</RAPPORT></OFFJOURNAL>"
    )
    return text.encode("iso-8859-1", "xmlcharrefreplace")


def _noarksak(entry: PublishedEntry, refs: tuple[str, ...]) -> str:
    case = entry.case
    assert case is not None, "a NOARKSAK is a case"
    post = _tag("JP.JAAR", entry.journalaar) + _tag("JP.SEKNR", entry.journalsekvensnummer)
    post += _tag("JP.POSTNR", entry.journalpostnummer) + _tag("JP.JDATO", _compact(entry.journaldato))
    post += _tag("JP.NDOKTYPE", entry.type.value if entry.type is not None else "")
    post += _tag("JP.DOKDATO", _compact(entry.dokumentets_dato)) + _tag("JP.OFFINNHOLD", entry.offentlig_tittel)
    if entry.skjerming is not None:
        post += _tag("JP.TGKODE", entry.skjerming.kode) + _tag("JP.UOFF", entry.skjerming.hjemmel)
    for part in entry.parter:
        sender = part.type is not None and part.type.value.endswith("A")
        post += f"<AVSMOT.OJ>{_tag('AM.IHTYPE', '0' if sender else '1')}{_tag('AM.NAVN', part.navn)}</AVSMOT.OJ>"
    for number, ref in enumerate(refs, start=1):
        version = f"<DOKVERSJON.OJ>{_tag('VE.VARIANT', 'A')}{_tag('VE.FILREF', ref)}</DOKVERSJON.OJ>"
        described = f"<DOKBESKRIV.OJ>{_tag('DB.TITTEL', f'Dokument {number}')}{version}</DOKBESKRIV.OJ>"
        post += f"<DOKLINK.OJ>{_tag('DL.RNR', number)}{_tag('DL.TYPE', 'H' if number == 1 else 'V')}{described}</DOKLINK.OJ>"
    sak = _tag("SA.SAAR", case.saksaar) + _tag("SA.SEKNR", case.sakssekvensnummer) + _tag("SA.OFFTITTEL", case.tittel)
    return f"<NOARKSAK.OJ>{sak}<JOURNPOST.OJ>{post}</JOURNPOST.OJ></NOARKSAK.OJ>\n"


def _compact(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day is not None else ""


def _tag(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value))}</{name}>" if str(value) else ""
