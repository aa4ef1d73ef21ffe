"""Cases in as JSON lines: those that exist beforehand come in with the numbers they have.

One object a line. Obligatory: ``saksnummer`` ("2025/117"), ``tittel``, ``arkivdel``, ``enhet``. Optional:
``offentlig_tittel`` (obligatory beside ``skjerming``), ``klasse``, ``saksansvarlig`` («ufordelt»), ``status`` (M052, B),
``saksdato``, ``sakstype``, ``parter`` (``navn``, ``fnr``, ``orgnr``, ``ansattnr``, ``foedt``, ``epostadresse``),
``nasjonale_identifikatorer`` (``type``, ``verdi``), ``ekstern_noekkel`` (``system``, ``noekkel``), ``skjerming``
(``kode``, ``hjemmel``, ``skjul``, ``ord``, ``dokument``, ``aar``), ``our_key`` (the robot's own key of the case),
``gjenaapnet`` (the day it was opened again), ``kryssreferanser`` (saksnumre) and ``innfoersler``
(``connectors.arkiv.transfer_entries``). What refers to something in a later line finds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from connectors.arkiv import codec, obligatory, shielding
from connectors.arkiv import statements as q
from connectors.arkiv.documents import DocumentFolder
from connectors.arkiv.records import Avskrivning, Sak, SakExtras
from connectors.arkiv.search import by_number, entry_by_journal_number, entry_by_number
from connectors.arkiv.settings import ArchiveSettings
from connectors.arkiv.sql_unit import SqlUnit
from connectors.arkiv.store import ArkivStore
from connectors.arkiv.transfer_entries import Entry, Files, entry_of, unknown
from connectors.arkiv.unit import Counter
from models.archive import Done, Part
from models.noark import Arkivdelstatus, EksternNoekkel, Saksstatus, Skjerming
from models.sql import Link

_BATCH = 500
_SAKSNUMMER = re.compile(r"([12][0-9]{3})/([1-9][0-9]{0,8})", re.ASCII)
_KEYS = frozenset(
    {
        "saksnummer",
        "tittel",
        "offentlig_tittel",
        "arkivdel",
        "klasse",
        "enhet",
        "saksansvarlig",
        "status",
        "saksdato",
        "sakstype",
        "parter",
        "nasjonale_identifikatorer",
        "ekstern_noekkel",
        "skjerming",
        "our_key",
        "gjenaapnet",
        "kryssreferanser",
        "innfoersler",
    }
)
PART_KEYS = frozenset({"navn", "fnr", "orgnr", "ansattnr", "foedt", "epostadresse"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFault:
    """One thing wrong with one line (counted from 1), in Norwegian."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """``imported`` are new; ``already`` were there with the same saksnummer, title and arkivdel; ``entries`` are new entries
    of either. A line with a fault is left out, the others come in."""

    imported: int
    already: int
    entries: int
    faults: tuple[ImportFault, ...]


class _BadLine(Exception):
    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    sak: Sak
    extras: SakExtras
    entries: tuple[Entry, ...]
    kryssreferanser: tuple[str, ...]


class _Loose:
    """What refers to a case or an entry that may come in a later line."""

    def __init__(self) -> None:
        self.references: list[tuple[int, str, str]] = []
        self.answers: list[tuple[int, str, Avskrivning]] = []

    def tie(self, unit: SqlUnit, db: Link, at: Counter, *, last: bool) -> list[ImportFault]:
        """Ties what can be tied by now; at the ``last`` try what is left is told."""
        references, answers = [], []
        for line, fra, til in self.references:
            sak = by_number(db, til)
            if sak is not None:
                unit.add_kryssreferanse(fra, sak.system_id, at.at)
            else:
                references.append((line, fra, til))
        for line, number, avskrivning in self.answers:
            by = entry_by_number(db, number)
            if by is not None:
                unit.add_avskrivning(replace(avskrivning, avskrives_av=by), at.settings.actor)
            else:
                answers.append((line, number, avskrivning))
        self.references, self.answers = references, answers
        if not last:
            return []
        told = [(line, til) for line, _, til in references] + [(line, number) for line, number, _ in answers]
        return [ImportFault(line=line, message=f"viser til {what}, som ikke finnes i arkivet") for line, what in told]


def import_cases(
    store: ArkivStore,
    files: DocumentFolder,
    lines: Iterable[str],
    *,
    files_from: Path | None = None,
    settings: ArchiveSettings,
    now: datetime,
    new_id: Callable[[], str],
) -> ImportReport:
    """Takes in cases, keeping their numbers and moving the series on. Repeating an import does no harm."""
    imported = already = entries = 0
    faults: list[ImportFault] = []
    loose, sources = _Loose(), Files(files, files_from)
    numbered = ((n, line) for n, line in enumerate(lines, start=1) if line.strip())
    while batch := list(islice(numbered, _BATCH)):
        with store.writing("import") as db:
            unit = SqlUnit(db, files)
            at = Counter(unit=unit, settings=settings, at=now, new_id=new_id)
            for number, line in batch:
                try:
                    parsed = _parsed(line, unit, at, sources)
                    there = _there(db, unit, parsed)
                    new = _new_entries(db, unit, parsed, there)
                except _BadLine as bad:
                    faults += [ImportFault(line=number, message=f) for f in bad.faults]
                    continue
                if there is None:
                    _take_case(unit, at, parsed.sak, parsed.extras)
                sid = there or parsed.sak.system_id
                _take_entries(db, unit, files, at, sid, new)
                loose.references += [(number, sid, til) for til in parsed.kryssreferanser]
                loose.answers += [(number, by, a) for e in new for by, a in e.answers]
                imported += there is None
                already += there is not None
                entries += len(new)
            loose.tie(unit, db, at, last=False)
    if loose.references or loose.answers:
        with store.writing("import") as db:
            unit = SqlUnit(db, files)
            at = Counter(unit=unit, settings=settings, at=now, new_id=new_id)
            faults += loose.tie(unit, db, at, last=True)
    return ImportReport(imported=imported, already=already, entries=entries, faults=tuple(faults))


def _there(db: Link, unit: SqlUnit, parsed: _Line) -> str | None:
    """The system id of the case where it is there already."""
    sak = parsed.sak
    there = by_number(db, sak.saksnummer)
    if there is not None:
        if (there.tittel, there.arkivdel) == (sak.tittel, sak.arkivdel):
            return there.system_id
        raise _BadLine(f"saksnummer {sak.saksnummer} er brukt av en annen sak")
    if sak.our_key and unit.used(sak.our_key) is not None:
        raise _BadLine(f"our_key {sak.our_key} er brukt av en annen sak")
    return None


def _new_entries(db: Link, unit: SqlUnit, parsed: _Line, sid: str | None) -> list[Entry]:
    """Those that are not there yet; an entry with a number in use by another is a fault of the line."""
    new, faults = [], []
    seen: set[object] = set()
    for entry in parsed.entries:
        post = entry.post
        numbers = {post.journalpostnummer, (post.journalsekvensnummer, post.journalaar)}
        if seen & numbers:
            faults.append(f"oppføring {post.journalpostnummer}: nummeret står to ganger")
        seen |= numbers
        there = entry_by_number(db, post.registrerings_id) if sid else None
        journaled = entry_by_journal_number(db, post.journalsekvensnummer, post.journalaar)
        if there != journaled:
            faults.append(f"oppføring {post.journalpostnummer}: nummeret er brukt av en annen journalpost")
        elif there is None:
            if post.our_key and unit.used(post.our_key) is not None:
                faults.append(f"oppføring {post.journalpostnummer}: our_key {post.our_key} er brukt")
            new.append(entry)
    if faults:
        raise _BadLine(*faults)
    return new


def _take_entries(db: Link, unit: SqlUnit, files: DocumentFolder, at: Counter, sid: str, new: list[Entry]) -> None:
    for entry in new:
        post = replace(entry.post, sak=sid)
        for path, sha256 in entry.files:
            files.keep_copy(path, sha256)
        unit.add_journalpost(post)
        for dokument in entry.dokumenter:
            unit.add_dokument(post.system_id, dokument, at.at, "")
        for avskrivning in entry.avskrivninger:
            unit.add_avskrivning(avskrivning, at.settings.actor)
        unit.raise_series("journal", post.journalaar, post.journalsekvensnummer)
        db.execute(q.RAISE_JOURNALPOSTNUMMER, {"sid": sid, "nummer": post.journalpostnummer})
        if post.our_key:
            done = Done(system_id=post.system_id, number=post.registrerings_id)
            unit.use(post.our_key, "ny_journalpost", done, at.at)
        unit.log(at=at.at, event="import", objekt=post.system_id, key=post.our_key, text=post.status.value)


def _take_case(unit: SqlUnit, at: Counter, sak: Sak, extras: SakExtras) -> None:
    unit.add_sak(sak, extras)
    unit.raise_series("sak", sak.saksaar, sak.sakssekvensnummer)
    if sak.our_key:
        unit.use(sak.our_key, "ny_saksmappe", Done(system_id=sak.system_id, number=sak.saksnummer), at.at)
    unit.log(at=at.at, event="import", objekt=sak.system_id, key=sak.our_key, text=sak.status.value)


def _parsed(line: str, unit: SqlUnit, at: Counter, sources: Files) -> _Line:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadLine("linjen er ikke gyldig JSON") from error
    if not isinstance(raw, dict):
        raise _BadLine("linjen er ikke et JSON-objekt")
    faults = [unknown(key, _KEYS) for key in raw if key not in _KEYS]
    faults += _type_faults(raw)
    if faults:
        raise _BadLine(*faults)
    number = _SAKSNUMMER.fullmatch(_text(raw, "saksnummer"))
    if number is None:
        faults.append("saksnummer mangler eller er ikke på formen 2025/117")
    faults += [f"{name} mangler" for name in ("tittel", "arkivdel", "enhet") if not _text(raw, name)]
    arkivdel = unit.arkivdel(_text(raw, "arkivdel"))
    if arkivdel is None and _text(raw, "arkivdel"):
        faults.append(f"arkivdelen «{raw['arkivdel']}» finnes ikke i arkivet")
    klasse = _text(raw, "klasse")
    if arkivdel is not None and klasse:
        known = unit.klasse_open(arkivdel.klassifikasjonssystem, klasse)
        faults += obligatory.klasse_faults(klasse, arkivdel, True if known is False else known)
    try:
        skjerming = codec.skjerming_of(json.dumps(raw["skjerming"])) if raw.get("skjerming") else None
        status = Saksstatus(_text(raw, "status") or "B")
        saksdato = date.fromisoformat(_text(raw, "saksdato")) if _text(raw, "saksdato") else at.today
        parter = tuple(_part(p) for p in raw.get("parter") or ())
        identifikatorer = tuple((str(i["type"]), str(i["verdi"])) for i in raw.get("nasjonale_identifikatorer") or ())
        gjenaapnet = date.fromisoformat(_text(raw, "gjenaapnet")) if _text(raw, "gjenaapnet") else None
        ekstern = EksternNoekkel(**raw["ekstern_noekkel"]) if raw.get("ekstern_noekkel") else None
    except (ValueError, TypeError, KeyError) as error:
        raise _BadLine(*faults, f"verdi som ikke kan brukes: {error}") from error
    tittel = _text(raw, "tittel")
    public = _text(raw, "offentlig_tittel")
    faults += _skjerming_faults(tittel, public, skjerming, parter, at)
    if faults or number is None:
        raise _BadLine(*faults)
    sak = Sak(
        system_id=at.new_id(),
        saksaar=int(number.group(1)),
        sakssekvensnummer=int(number.group(2)),
        tittel=tittel,
        offentlig_tittel=public or tittel,
        arkivdel=_text(raw, "arkivdel"),
        arkivdelstatus=arkivdel.status if arkivdel else Arkivdelstatus.AKTIV,
        klasse=klasse,
        administrativ_enhet=_text(raw, "enhet"),
        saksansvarlig=_text(raw, "saksansvarlig") or "ufordelt",
        status=status,
        saksdato=saksdato,
        opprettet=at.at,
        sakstype=_text(raw, "sakstype"),
        skjerming=skjerming,
        ekstern=ekstern,
        our_key=_text(raw, "our_key"),
        gjenaapnet=gjenaapnet,
    )
    return _Line(
        sak=sak,
        extras=SakExtras(parter=parter, nasjonale_identifikatorer=identifikatorer),
        entries=_entries(raw, sak, at, sources),
        kryssreferanser=tuple(raw.get("kryssreferanser") or ()),
    )


def _entries(raw: dict[str, Any], sak: Sak, at: Counter, sources: Files) -> tuple[Entry, ...]:
    """All entries of a line, or everything that is wrong with them, one thing each."""
    found, faults = [], []
    for number, entry in enumerate(raw.get("innfoersler") or (), start=1):
        try:
            found.append(entry_of(entry, sak, at, sources))
        except (ValueError, TypeError, KeyError) as error:
            faults.append(f"oppføring {entry.get('nummer', number)}: {error}")
    if faults:
        raise _BadLine(*faults)
    return tuple(found)


def _skjerming_faults(
    tittel: str, public: str, skjerming: Skjerming | None, parter: tuple[Part, ...], at: Counter
) -> list[str]:
    if skjerming is None:
        return []
    if not public and not skjerming.temporary:
        return ["offentlig_tittel mangler: en skjermet sak må si hva som kan vises"]
    hidden = shielding.hidden_parties(parter, skjerming)
    return shielding.faults_of(skjerming, at.settings) + shielding.title_faults(tittel, public, skjerming, hidden)


def _type_faults(raw: dict[str, Any]) -> list[str]:
    faults = []
    for key, value in raw.items():
        if value is None:
            continue
        if key in ("parter", "nasjonale_identifikatorer", "innfoersler"):
            if not (isinstance(value, list) and all(isinstance(v, dict) for v in value)):
                faults.append(f"{key} skal være en liste av objekter")
        elif key == "kryssreferanser":
            if not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
                faults.append(f"{key} skal være en liste av saksnumre")
        elif key in ("ekstern_noekkel", "skjerming"):
            if not isinstance(value, dict):
                faults.append(f"{key} skal være et objekt")
        elif not isinstance(value, str):
            faults.append(f"{key} skal være tekst")
    return faults


def _text(raw: dict[str, Any], key: str) -> str:
    return str(raw.get(key) or "").strip()


def _part(raw: dict[str, Any]) -> Part:
    for key in raw:
        if key not in PART_KEYS:
            raise ValueError(unknown(key, PART_KEYS))
    foedt = raw.get("foedt")
    part = Part(
        navn=_text(raw, "navn"),
        fnr=_text(raw, "fnr"),
        orgnr=_text(raw, "orgnr"),
        ansattnr=_text(raw, "ansattnr"),
        foedt=date.fromisoformat(foedt) if foedt else None,
        epostadresse=_text(raw, "epostadresse"),
    )
    if not any((part.navn, part.fnr, part.orgnr, part.ansattnr)):
        raise ValueError("part uten navn og uten identitet")
    return part
