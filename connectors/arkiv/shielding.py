"""Rules of skjerming (M500–M505; noark5.md section 5). Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from connectors.arkiv.records import Sak
from connectors.arkiv.settings import ArchiveSettings
from connectors.arkiv.words import MASK, mask, standing_in
from models.archive import Part
from models.noark import Korrespondansepart, Korrespondanseparttype, Skjerming
from models.noark import SkjermingMetadata as Hidden

_FROM_MAPPE = {
    Hidden.TITTEL_MAPPE_ORD: Hidden.TITTEL_REGISTRERING_ORD,
    Hidden.TITTEL_MAPPE_UNNTATT_FOERSTE_LINJE: Hidden.TITTEL_REGISTRERING_UNNTATT_FOERSTE_LINJE,
}
_WORDS = (Hidden.TITTEL_REGISTRERING_ORD, Hidden.TITTEL_MAPPE_ORD)
_FIRST_LINE = (
    Hidden.TITTEL_REGISTRERING_UNNTATT_FOERSTE_LINJE,
    Hidden.TITTEL_MAPPE_UNNTATT_FOERSTE_LINJE,
)


def faults_of(skjerming: Skjerming | None, settings: ArchiveSettings) -> list[str]:
    """What is wrong with the shielding itself: unknown code (krav 5.2.15), missing hjemmel or skjermingMetadata."""
    if skjerming is None:
        return []
    faults = []
    if not skjerming.kode.strip():
        faults.append("tilgangsrestriksjon (M500) mangler")
    elif not settings.knows_code(skjerming.kode):
        known = ", ".join(sorted(settings.tilgangskoder))
        faults.append(f"tilgangskoden «{skjerming.kode}» (M500) er ikke i kodelisten ({known} eller XX)")
    if not skjerming.temporary and not skjerming.hjemmel.strip():
        faults.append("skjermingshjemmel (M501) mangler")
    if not skjerming.temporary and not skjerming.skjul:
        faults.append("skjermingMetadata (M502) mangler: si hva som skal skjules")
    if skjerming.aar is not None and skjerming.aar <= 0:
        faults.append("skjermingsvarighet (M504) må være et helt antall år over null")
    return faults


def title_faults(
    tittel: str, offentlig_tittel: str, skjerming: Skjerming | None, hidden_names: tuple[str, ...] = ()
) -> list[str]:
    """What the public title gives away: shielded words, hidden names, or a title shown whole that should not be.

    The words themselves are not repeated in the text: it goes to reports.
    """
    if skjerming is None or skjerming.temporary:
        return []
    faults = []
    shown = standing_in(offentlig_tittel, skjerming.ord)
    if shown:
        faults.append(f"offentligTittel (M025) viser {len(shown)} av ordene som er skjermet")
    if standing_in(offentlig_tittel, hidden_names):
        faults.append("offentligTittel (M025) viser et navn som er skjermet (NA, NM eller NPS)")
    whole = offentlig_tittel.strip() == tittel.strip()
    if whole and not skjerming.ord and any(s in _WORDS for s in skjerming.skjul):
        faults.append("offentligTittel (M025) er lik tittelen, men skjermingen sier at ord i tittelen skal skjules")
    if any(s in _FIRST_LINE for s in skjerming.skjul) and "\n" in offentlig_tittel.strip():
        faults.append("offentligTittel (M025) viser mer enn første linje av tittelen")
    return faults


def hides_title(skjerming: Skjerming) -> bool:
    """Whether words or lines of the title are hidden."""
    return any(s in _WORDS or s in _FIRST_LINE for s in skjerming.skjul)


def hidden_names(parter: tuple[Korrespondansepart, ...], skjerming: Skjerming | None) -> tuple[str, ...]:
    """Names of correspondents that the shielding hides."""
    if skjerming is None:
        return ()
    types: set[Korrespondanseparttype] = set()
    if Hidden.NAVN_AVSENDER in skjerming.skjul:
        types.add(Korrespondanseparttype.AVSENDER)
    if Hidden.NAVN_MOTTAKER in skjerming.skjul:
        types |= {Korrespondanseparttype.MOTTAKER, Korrespondanseparttype.KOPIMOTTAKER}
    return tuple(p.navn for p in parter if p.type in types and p.navn.strip())


def hidden_parties(parter: tuple[Part, ...], skjerming: Skjerming | None) -> tuple[str, ...]:
    """Names of the case's parties when the shielding hides them."""
    if skjerming is None or Hidden.NAVN_PART not in skjerming.skjul:
        return ()
    return tuple(p.navn for p in parter if p.navn.strip())


def effective(own: Skjerming | None, sak: Sak) -> tuple[Skjerming | None, bool]:
    """The stricter of the entry's and its case's access, and whether it came from the case.

    An entry said to be open in a shielded case takes the case's shielding (krav 2.8.1); one with a code of its own keeps
    it. What the case hides in its own title is hidden in the entry's too.
    """
    if own is not None or sak.skjerming is None:
        return own, False
    skjul = tuple(dict.fromkeys(_FROM_MAPPE.get(s, s) for s in sak.skjerming.skjul))
    return replace(sak.skjerming, skjul=skjul), True


def harden(tittel: str, offentlig_tittel: str, skjerming: Skjerming | None, hidden_names: tuple[str, ...] = ()) -> str:
    """The public title as the shielding allows it: used where a shielding comes later or from the case, so that it can
    always be made stricter without anybody rewriting the title first."""
    if skjerming is None or skjerming.temporary:
        return offentlig_tittel
    public = mask(offentlig_tittel, skjerming.ord + hidden_names)
    if any(s in _FIRST_LINE for s in skjerming.skjul):
        public = public.strip().splitlines()[0] if public.strip() else public
    if title_faults(tittel, public, skjerming, hidden_names):
        return MASK
    return public


def ends_on(skjerming: Skjerming | None, start: date) -> date | None:
    """skjermingOpphoererDato (M505), computed from the duration; 29 February ends on the 28th."""
    if skjerming is None or skjerming.aar is None:
        return None
    try:
        return start.replace(year=start.year + skjerming.aar)
    except ValueError:
        return start.replace(year=start.year + skjerming.aar, day=28)
