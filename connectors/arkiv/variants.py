"""Makes the archive variants that are owed: off the intake path, each file alone in the robot's sandbox."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from connectors.arkiv.pdfa.convert import OUTPUT, TASK
from connectors.arkiv.pdfa.office import soffice
from connectors.arkiv.pdfa.result import SENTENCES, Fault
from models.steps import Point, step

if TYPE_CHECKING:
    from connectors.arkiv.konvertering import Unconverted, Variant

PDFA_FORMATS: Mapping[str, str] = {"1b": "fmt/354", "2b": "fmt/477", "3b": "fmt/480"}
"""PRONOM codes (noark5.md section 9)."""

# Where HTML proved too much to lay out, the text of the same mail still makes a record of it.
_WORTH_A_PLAIN_TRY = frozenset({Fault.TIMEOUT, Fault.MEMORY, Fault.CRASH, Fault.DAMAGED, Fault.NOT_CONFORMING})
_HAS_MARKUP = frozenset({"message/rfc822", "message/global", "application/vnd.ms-outlook", "text/html"})


@runtime_checkable
class VariantArchive(Protocol):
    """What is needed of :class:`connectors.arkiv.archive.EmbeddedArchive`."""

    def unconverted(self, limit: int, *, retry_codes: Collection[str] = ()) -> Sequence[Unconverted]:
        """Received files without an archive variant, oldest first."""
        ...

    def add_variant(self, dokumentobjekt: str, variant: Variant) -> str:
        """Puts an archive variant beside a received file; idempotent."""
        ...

    def conversion_failed(self, dokumentobjekt: str, code: str, detail: str) -> None:
        """Remembers that no archive variant could be made."""
        ...


class Runner(Protocol):
    """Runs a dotted ``module:function`` on one document in a sandbox, with ``folder`` to write in.

    Returns the function's answer; when the sandbox itself stopped it, ``{"fault": "timeout" | "memory" | "crash"}``.
    May raise ``TryLater`` when there is no sandbox to be had: nothing is recorded then.
    """

    def __call__(
        self, task: str, document: Path, arguments: Mapping[str, Any], *, folder: Path
    ) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantCount:
    """What one round did. ``failed`` counts by code of :class:`~connectors.arkiv.pdfa.result.Fault`."""

    made: int
    failed: Mapping[str, int]

    @property
    def tried(self) -> int:
        """How many files were looked at."""
        return self.made + sum(self.failed.values())


def make_variants(archive: VariantArchive, run: Runner, *, work: Path, limit: int = 50) -> VariantCount:
    """Makes at most ``limit`` archive variants, oldest first. ``work`` is a folder for files on their way.

    A file that cannot be converted is recorded with a code and a Norwegian sentence, and is not tried again, but for
    office documents once LibreOffice is installed.

    Raises:
        TryLater: there is no sandbox now.
    """
    retry = {Fault.NEEDS_LIBREOFFICE.value} if soffice() else set()
    made, failed = 0, dict[str, int]()
    for owed in archive.unconverted(limit, retry_codes=retry):
        with tempfile.TemporaryDirectory(prefix=".variant-", dir=work) as folder:
            answer = _convert(run, owed, Path(folder))
            fault = _fault(answer)
            step(Point.P1_CONVERTED)
            if fault is None:
                archive.add_variant(owed.system_id, _variant(answer, Path(folder) / OUTPUT))
                made += 1
            else:
                archive.conversion_failed(owed.system_id, fault.value, sentence(fault, str(answer.get("detail", ""))))
                failed[fault.value] = failed.get(fault.value, 0) + 1
    return VariantCount(made=made, failed=failed)


def sentence(fault: Fault, detail: str = "") -> str:
    """The Norwegian sentence of a fault, with the technical detail behind it."""
    return f"{SENTENCES[fault]} ({detail[:200]})" if detail else SENTENCES[fault]


def _convert(run: Runner, owed: Unconverted, folder: Path) -> Mapping[str, Any]:
    (folder / "parts").mkdir()
    (folder / "tmp").mkdir()
    arguments: dict[str, Any] = {"media_type": owed.mime_type, "title": owed.tittel}
    answer = run(TASK, owed.path, arguments, folder=folder)
    if owed.mime_type in _HAS_MARKUP and _fault(answer) in _WORTH_A_PLAIN_TRY:
        (folder / OUTPUT).unlink(missing_ok=True)
        answer = run(TASK, owed.path, {**arguments, "plain": True}, folder=folder)
    return answer


def _fault(answer: Mapping[str, Any]) -> Fault | None:
    """The answer comes from a process that has handled foreign bytes: what is not known is a crash."""
    told = answer.get("fault")
    if told is None:
        return None if answer.get("flavour") in PDFA_FORMATS else Fault.CRASH
    try:
        return Fault(told)
    except ValueError:
        return Fault.CRASH


def _variant(answer: Mapping[str, Any], path: Path) -> Variant:
    from connectors.arkiv.konvertering import Variant

    flavour = str(answer["flavour"])
    checked = "kontrollert med pikepdf" if answer.get("checked") is True else "delvis kontrollert"
    validated = "validert med veraPDF" if answer.get("validated") is True else "ikke validert med veraPDF"
    unchecked = [str(one) for one in answer.get("unchecked", [])][:10]
    return Variant(
        path=path,
        format=PDFA_FORMATS[flavour],
        mime_type="application/pdf",
        tool=str(answer.get("tool", ""))[:200],
        comment="; ".join(str(one) for one in answer.get("notes", []))[:2000],
        details=f"PDF/A-{flavour} oppgitt, {checked}, {validated}" + (f": {', '.join(unchecked)}" if unchecked else ""),
    )
