"""Code lists of Noark 5 (5.5, metadata catalogue M-numbers) as closed enums. Values are the standard's codes.

Installations with other codes behind the same meaning map them in the connector; the robot speaks these.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Journalposttype(StrEnum):
    """M082."""

    INNGAAENDE = "I"
    UTGAAENDE = "U"
    ORGANINTERNT_OPPFOELGING = "N"
    ORGANINTERNT = "X"
    SAKSFRAMLEGG = "S"


class Journalstatus(StrEnum):
    """M053."""

    JOURNALFOERT = "J"
    EKSPEDERT = "E"
    ARKIVERT = "A"
    UTGAAR = "U"
    MIDLERTIDIG = "M"
    SAKSBEHANDLER = "S"
    RESERVERT = "R"
    FERDIGSTILT = "F"
    GODKJENT = "G"


class Saksstatus(StrEnum):
    """M052."""

    UNDER_BEHANDLING = "B"
    AVSLUTTET = "A"
    UTGAAR = "U"
    OPPRETTET = "R"
    AVSLUTTET_SAKSBEHANDLER = "S"
    UNNTATT_PROSESSTYRING = "P"
    FERDIG_SAKSBEHANDLER = "F"


class Dokumentstatus(StrEnum):
    """M054. F is one-way (krav 3.2.32)."""

    UNDER_REDIGERING = "B"
    FERDIGSTILT = "F"


class TilknyttetSom(StrEnum):
    """M217: main document exactly once a journalpost, V for the rest."""

    HOVEDDOKUMENT = "H"
    VEDLEGG = "V"


class Variantformat(StrEnum):
    """M700."""

    PRODUKSJON = "P"
    ARKIV = "A"
    OFFENTLIG = "O"


class Korrespondanseparttype(StrEnum):
    """M087."""

    AVSENDER = "EA"
    MOTTAKER = "EM"
    KOPIMOTTAKER = "EK"
    INTERN_AVSENDER = "IA"
    INTERN_MOTTAKER = "IM"
    INTERN_KOPIMOTTAKER = "IK"


class Avskrivningsmaate(StrEnum):
    """M619; BN and SA from the REST list and krav 3.4.5."""

    BREV = "BU"
    EPOST = "BE"
    TELEFON = "TLF"
    ETTERRETNING = "TE"
    ORIENTERING = "TO"
    NOTAT = "BN"
    SAKEN_AVSLUTTET = "SA"


class Arkivdelstatus(StrEnum):
    """M051. Only A takes new mapper; O takes journalposter in existing ones."""

    AKTIV = "A"
    OVERLAPPING = "O"
    AVSLUTTET = "P"
    UAKTUELL = "U"


class SkjermingMetadata(StrEnum):
    """M502: what of the metadata is hidden."""

    KLASSE_ID = "KID"
    TITTEL_KLASSE = "TKL"
    TITTEL_MAPPE_UNNTATT_FOERSTE_LINJE = "TM1"
    TITTEL_MAPPE_ORD = "TMO"
    NAVN_PART = "NPS"
    TITTEL_REGISTRERING_UNNTATT_FOERSTE_LINJE = "TR1"
    TITTEL_REGISTRERING_ORD = "TRO"
    NAVN_AVSENDER = "NA"
    NAVN_MOTTAKER = "NM"
    TITTEL_DOKUMENT = "TD"
    MERKNAD = "MT"
    MIDLERTIDIG = "M"


class SkjermingDokument(StrEnum):
    """M503."""

    HELE = "H"
    DELER = "D"


TEMPORARY_CODE = "XX"
"""«Midlertidig sperret» (REST list for M500): shut until somebody has decided; never published (krav 5.2.8, 5.2.18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skjerming:
    """Shielding of a saksmappe, journalpost or document (M500–M505).

    ``kode`` is one of the organisation's access codes; ``hjemmel`` the provision as text (M501); ``skjul`` what of the
    metadata is hidden; ``ord`` the words to replace in the public title (for TRO/TMO); ``aar`` the duration in years.
    """

    kode: str
    hjemmel: str = ""
    skjul: tuple[SkjermingMetadata, ...] = ()
    ord: tuple[str, ...] = ()
    dokument: SkjermingDokument | None = None
    aar: int | None = None

    @property
    def temporary(self) -> bool:
        """Whether this is only the temporary code: shut, not assessed."""
        return self.kode == TEMPORARY_CODE


TEMPORARY = Skjerming(kode=TEMPORARY_CODE, skjul=(SkjermingMetadata.MIDLERTIDIG,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Korrespondansepart:
    """M087, M400 ff. Only one of ``person_id`` and ``organisasjons_id`` may be set (noark5.md section 2)."""

    type: Korrespondanseparttype
    navn: str
    epostadresse: str = ""
    person_id: str = ""
    organisasjons_id: str = ""
    administrativ_enhet: str = ""
    saksbehandler: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EksternNoekkel:
    """A key another system knows the case by (``referanseEksternNoekkel``: fagsystem + nøkkel)."""

    system: str
    noekkel: str
