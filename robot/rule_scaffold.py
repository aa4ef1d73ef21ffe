"""``rules new``: the beginning of a rule, with examples that hold, to be changed by a person. It starts as a draft."""

from __future__ import annotations

import re
from pathlib import Path

from models.errors import UsedWrongly

OUTCOMES = ("sak", "videresend", "menneske")
_ID = re.compile(r"[a-zæøå0-9][a-zæøå0-9_-]{0,63}")

_RULE = """\
språk: 1
regler:
  - regel: {id}
    navn: {navn}
    eier: {eier}
    hvorfor: Skriv hvorfor regelen finnes, gjerne med hjemmel
    # Et utkast blir bare notert. Sett forslag når eksemplene er riktige, og auto når det har gått bra lenge.
    modus: utkast
    hvis:
      emne: {{inneholder: {ord}}}
      ikke:
        - emne: {{inneholder: klage}}
    så:
{outcome}    eksempler:
      # Legg til flere, gjerne virkelige brev som filer ved siden av regelen: - {{fil: brev.eml}}
      treffer:
        - {{emne: {treffer}}}
      treffer_ikke:
        - {{emne: {treffer_ikke}}}
"""
_CASE = """\
      sak: {{samlesak: {samlesak}, ny: {{enhet: {enhet}, tilgang: åpen}}}}
      # Skal den skjermes, bytt ut tilgang: åpen med skjerming: {{kode: …, hjemmel: …, skjul: [TRO]}}
      journalpost: {{type: I, tittel: "{{emne}}", tilgang: åpen}}
      fordel_til: {enhet}
"""
_FORWARD = """\
      videresend: {{til: {til}, kanal: epost, grunn: {grunn}, følg_opp: {{arbeidsdager: 1}}}}
"""
_HUMAN = """\
      til_menneske: {tekst}
"""


def scaffold(*, rule: str, words: str, navn: str, owner: str, unit: str, to: str, outcome: str) -> str:
    """The text of a new rule file.

    Raises:
        UsedWrongly: what was said cannot become a rule.
    """
    if not _ID.fullmatch(rule):
        raise UsedWrongly(f"«{rule}» kan ikke være en id. Bruk små bokstaver, tall, - og _: nabovarsel-hytte.")
    if outcome not in OUTCOMES:
        raise UsedWrongly(f"Ukjent utfall «{outcome}». Bruk et av: {', '.join(OUTCOMES)}.")
    if outcome == "videresend" and "@" not in to:
        raise UsedWrongly("Si hvem posten skal videresendes til: --til regnskap@solvik.example")
    said = words or rule.replace("-", " ").replace("_", " ")
    shown = said[0].upper() + said[1:]
    parts = {
        "sak": _CASE.format(samlesak=_quoted(f"{shown} {{år}}"), enhet=_quoted(unit)),
        "videresend": _FORWARD.format(til=_quoted(to), grunn=_quoted(said)),
        "menneske": _HUMAN.format(tekst=_quoted(f"Se på: {said}")),
    }
    return _RULE.format(
        id=rule,
        navn=_quoted(navn or shown),
        eier=_quoted(owner),
        ord=_quoted(said),
        outcome=parts[outcome],
        treffer=_quoted(shown),
        treffer_ikke=_quoted(f"Klage: {said}"),
    )


def write_new(folder: Path, rule: str, text: str) -> Path:
    """Writes the file; never over another.

    Raises:
        UsedWrongly: the folder is not there, or the file is.
    """
    if not folder.is_dir():
        raise UsedWrongly(f"Mappen {folder} finnes ikke. Oppgi mappen der regelfilene ligger.")
    path = folder / f"{rule}.yaml"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsedWrongly(f"{path} finnes alt. Gi regelen en annen id.") from None
    return path


def _quoted(text: str) -> str:
    """As a YAML text in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
