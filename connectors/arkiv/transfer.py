"""Cases in and out as JSON lines: those that exist beforehand come in with the numbers they have.

One object a line. Obligatory: ``saksnummer`` ("2025/117"), ``tittel``, ``arkivdel``, ``enhet``. Optional:
``offentlig_tittel`` (obligatory beside ``skjerming``), ``klasse``, ``saksansvarlig`` («ufordelt»), ``status`` (M052, B),
``saksdato``, ``sakstype``, ``parter`` (``navn``, ``fnr``, ``orgnr``, ``ansattnr``, ``foedt``, ``epostadresse``),
``nasjonale_identifikatorer`` (``type``, ``verdi``), ``ekstern_noekkel`` (``system``, ``noekkel``), ``skjerming``
(``kode``, ``hjemmel``, ``skjul``, ``ord``, ``dokument``, ``aar``) and ``our_key`` (the robot's own key of the case).
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import select

from connectors.arkiv import codec, obligatory, shielding
from connectors.arkiv import statements as q
from connectors.arkiv import tables as t
from connectors.arkiv.documents import DocumentFolder
from connectors.arkiv.records import Sak, SakExtras
from connectors.arkiv.settings import ArchiveSettings
from connectors.arkiv.sql_unit import SqlUnit
from connectors.arkiv.store import ArkivStore
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
    }
)
_PART_KEYS = frozenset({"navn", "fnr", "orgnr", "ansattnr", "foedt", "epostadresse"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFault:
    """One thing wrong with one line (counted from 1), in Norwegian."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """``imported`` are new; ``already`` were there with the same saksnummer, title and arkivdel. A line with a fault is
    left out, the others come in."""

    imported: int
    already: int
    faults: tuple[ImportFault, ...]


class _BadLine(Exception):
    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    sak: Sak
    extras: SakExtras


def import_cases(
    store: ArkivStore,
    files: DocumentFolder,
    lines: Iterable[str],
    *,
    settings: ArchiveSettings,
    now: datetime,
    new_id: Callable[[], str],
) -> ImportReport:
    """Takes in cases, keeping their numbers and moving the series on. Repeating an import does no harm."""
    imported = already = 0
    faults: list[ImportFault] = []
    numbered = ((n, line) for n, line in enumerate(lines, start=1) if line.strip())
    while batch := list(islice(numbered, _BATCH)):
        with store.writing("import") as db:
            unit = SqlUnit(db, files)
            at = Counter(unit=unit, settings=settings, at=now, new_id=new_id)
            for number, line in batch:
                try:
                    new = _take(db, unit, at, line)
                except _BadLine as bad:
                    faults += [ImportFault(line=number, message=f) for f in bad.faults]
                else:
                    imported += new
                    already += not new
    return ImportReport(imported=imported, already=already, faults=tuple(faults))


def _take(db: Link, unit: SqlUnit, at: Counter, line: str) -> bool:
    """True when the case is new."""
    parsed = _parsed(line, unit, at)
    sak = parsed.sak
    c = t.saksmappe.c
    there = db.execute(
        select(c.tittel, c.arkivdel).where(c.saksaar == sak.saksaar, c.sakssekvensnummer == sak.sakssekvensnummer)
    ).first()
    if there is not None:
        if tuple(there) == (sak.tittel, sak.arkivdel):
            return False
        raise _BadLine(f"saksnummer {sak.saksnummer} er brukt av en annen sak")
    if sak.our_key and unit.used(sak.our_key) is not None:
        raise _BadLine(f"our_key {sak.our_key} er brukt av en annen sak")
    unit.add_sak(sak, parsed.extras)
    unit.raise_series("sak", sak.saksaar, sak.sakssekvensnummer)
    if sak.our_key:
        unit.use(sak.our_key, "ny_saksmappe", Done(system_id=sak.system_id, number=sak.saksnummer), at.at)
    unit.log(at=at.at, event="import", objekt=sak.system_id, key=sak.our_key, text=sak.status.value)
    return True


def _parsed(line: str, unit: SqlUnit, at: Counter) -> _Line:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadLine("linjen er ikke gyldig JSON") from error
    if not isinstance(raw, dict):
        raise _BadLine("linjen er ikke et JSON-objekt")
    faults = [_unknown(key, _KEYS) for key in raw if key not in _KEYS]
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
        ekstern = EksternNoekkel(**raw["ekstern_noekkel"]) if raw.get("ekstern_noekkel") else None
    except (ValueError, TypeError, KeyError) as error:
        raise _BadLine(*faults, f"verdi som ikke kan brukes: {error}") from error
    tittel = _text(raw, "tittel")
    public = _text(raw, "offentlig_tittel")
    faults += _skjerming_faults(tittel, public, skjerming, parter, at)
    if faults or number is None:
        raise _BadLine(*faults)
    return _Line(
        sak=Sak(
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
        ),
        extras=SakExtras(parter=parter, nasjonale_identifikatorer=identifikatorer),
    )


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
        if key in ("parter", "nasjonale_identifikatorer"):
            if not (isinstance(value, list) and all(isinstance(v, dict) for v in value)):
                faults.append(f"{key} skal være en liste av objekter")
        elif key in ("ekstern_noekkel", "skjerming"):
            if not isinstance(value, dict):
                faults.append(f"{key} skal være et objekt")
        elif not isinstance(value, str):
            faults.append(f"{key} skal være tekst")
    return faults


def _unknown(key: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(key, sorted(known), n=1)
    return f"ukjent felt «{key}»" + (f". Mente du «{near[0]}»?" if near else "")


def _text(raw: dict[str, Any], key: str) -> str:
    return str(raw.get(key) or "").strip()


def _part(raw: dict[str, Any]) -> Part:
    for key in raw:
        if key not in _PART_KEYS:
            raise ValueError(_unknown(key, _PART_KEYS))
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


def export_cases(db: Link) -> Iterator[str]:
    """Every case as a line that :func:`import_cases` takes, oldest first."""
    parties: dict[str, list[dict[str, str]]] = {}
    for row in db.execute(select(t.part).order_by(t.part.c.id)).mappings():
        values = {key: row[key] for key in sorted(_PART_KEYS) if row[key]}
        parties.setdefault(row["saksmappe"], []).append(values)
    identifiers: dict[str, list[dict[str, str]]] = {}
    for row in db.execute(select(t.nasjonal_identifikator).order_by(t.nasjonal_identifikator.c.id)).mappings():
        identifiers.setdefault(row["saksmappe"], []).append({"type": row["type"], "verdi": row["verdi"]})
    for row in db.execute(q.SAK.order_by(t.saksmappe.c.id)).mappings():
        sak = codec.sak_of(row)
        line = _exported(sak, parties.get(sak.system_id, []), identifiers.get(sak.system_id, []))
        yield json.dumps({k: v for k, v in line.items() if v}, ensure_ascii=False)


def _exported(sak: Sak, parter: list[dict[str, str]], identifikatorer: list[dict[str, str]]) -> dict[str, Any]:
    skjerming = codec.skjerming_text(sak.skjerming)
    return {
        "saksnummer": sak.saksnummer,
        "tittel": sak.tittel,
        "offentlig_tittel": sak.offentlig_tittel,
        "arkivdel": sak.arkivdel,
        "klasse": sak.klasse,
        "enhet": sak.administrativ_enhet,
        "saksansvarlig": sak.saksansvarlig,
        "status": sak.status.value,
        "saksdato": sak.saksdato.isoformat(),
        "sakstype": sak.sakstype,
        "parter": parter,
        "nasjonale_identifikatorer": identifikatorer,
        "ekstern_noekkel": {"system": sak.ekstern.system, "noekkel": sak.ekstern.noekkel} if sak.ekstern else None,
        "skjerming": json.loads(skjerming) if skjerming else None,
        "our_key": sak.our_key,
    }
