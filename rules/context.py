"""What one evaluation looks at: the facts of one post, each folded at most once."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from models.facts import Facts, FactValue, Unknown, Vedlegg
from models.finding import Finding
from models.organisation import Organisation
from rules.deadlines import show_date
from rules.folding import flatten, fold

DEFAULT_ZONE = "Europe/Oslo"


class Item:
    """One value of a fact, with its folded and its flattened text made on demand."""

    __slots__ = ("_flat", "_folded", "scanned", "value")

    def __init__(self, value: str | int | float | bool | date) -> None:
        self.value = value
        self._folded: str | None = None
        self._flat: str | None = None
        self.scanned: tuple[frozenset[str], set[str]] | None = None
        """(texts the index has looked for, those of them that are in the folded text); None: it has not looked."""

    @property
    def text(self) -> str:
        """The value as text."""
        if isinstance(self.value, bool):
            return "ja" if self.value else "nei"
        if isinstance(self.value, date):
            return show_date(self.value)
        return str(self.value)

    @property
    def folded(self) -> str:
        """As «er» and «inneholder» see it."""
        if self._folded is None:
            self._folded = fold(self.text)
        return self._folded

    def lacks(self, text: str) -> bool:
        """Whether the folded ``text`` is known not to be in it, without looking again."""
        return self.scanned is not None and text in self.scanned[0] and text not in self.scanned[1]

    @property
    def flat(self) -> str:
        """As regular expressions and extraction see it."""
        if self._flat is None:
            self._flat = flatten(self.text)
        return self._flat


class View:
    """A fact: its values, and whether that is all of it. No values and complete: known absent."""

    __slots__ = ("complete", "items")

    def __init__(self, items: tuple[Item, ...], *, complete: bool) -> None:
        self.items = items
        self.complete = complete

    @property
    def absent(self) -> bool:
        """Known absent."""
        return self.complete and not self.items


_ABSENT = View((), complete=True)


class AttachmentView:
    """One attachment with its facts as views."""

    __slots__ = ("facts",)

    def __init__(self, attachment: Vedlegg) -> None:
        self.facts = {
            "vedlegg.navn": view_of(attachment.navn),
            "vedlegg.type": _type_view(attachment.type),
            "vedlegg.tekst": view_of(attachment.tekst),
        }


class Context:
    """Pure; made once for each evaluation.

    ``received`` is the day ages are counted to: that of dato.mottatt in the organisation's zone (dato.i_dag for what is
    no post), or None when the fact is missing.
    """

    def __init__(self, facts: Facts, org: Organisation | None) -> None:
        self.facts = facts
        self.org = org
        self._zone = ZoneInfo(org.zone if org else DEFAULT_ZONE)
        self.views: dict[str, View] = {}
        """Those made so far."""
        self._attachments: tuple[AttachmentView, ...] | None = None
        self.received = self._day("dato.mottatt") or self._day("dato.i_dag")

    def view(self, name: str) -> View:
        """The fact by its canonical name; of ``vedlegg`` and ``funn`` one item for each there is."""
        known = self.views.get(name)
        if known is None:
            known = self.views[name] = self._make(name)
        return known

    def attachments(self) -> tuple[tuple[AttachmentView, ...], bool]:
        """The attachments, and whether those are all."""
        value = self.facts.get("vedlegg")
        if isinstance(value, Unknown):
            return (), False
        if self._attachments is None:
            listed = value if isinstance(value, tuple) else ()
            self._attachments = tuple(AttachmentView(item) for item in listed if isinstance(item, Vedlegg))
        return self._attachments, True

    def findings(self) -> tuple[tuple[Finding, ...], bool]:
        """The findings, and whether those are all."""
        value = self.facts.get("funn")
        complete = not isinstance(value, Unknown)
        listed = value.known if isinstance(value, Unknown) else value
        found = listed if isinstance(listed, tuple) else ()
        return tuple(item for item in found if isinstance(item, Finding)), complete

    def _make(self, name: str) -> View:
        if name == "vedlegg":
            listed, complete = self.attachments()
            return View(tuple(Item("vedlegg") for _ in listed), complete=complete)
        if name == "funn":
            findings, complete = self.findings()
            return View(tuple(Item(finding.etikett) for finding in findings), complete=complete)
        if name == "vedlegg.antall":
            attachments, complete = self.attachments()
            return View((Item(len(attachments)),) if complete else (), complete=complete)
        if name.startswith("vedlegg."):
            attachments, complete = self.attachments()
            views = [attachment.facts[name] for attachment in attachments]
            items = tuple(item for view in views for item in view.items)
            return View(items, complete=complete and all(view.complete for view in views))
        value = self.facts.get(name)
        if isinstance(value, datetime):
            value = self._local(value)
        return view_of(value)

    def _local(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date() if moment.tzinfo else moment.date()

    def _day(self, name: str) -> date | None:
        items = self.view(name).items
        value = items[0].value if items else None
        return value if isinstance(value, date) else None


def view_of(value: FactValue | None) -> View:
    """The value as a view; an empty text (a blank page) is known absent."""
    if value is None:
        return _ABSENT
    if isinstance(value, Unknown):
        known = value.known
        return View((Item(known),) if isinstance(known, str) and known.strip() else (), complete=False)
    if isinstance(value, str):
        return View((Item(value),), complete=True) if value.strip() else _ABSENT
    if isinstance(value, tuple):
        return View(tuple(Item(v) for v in value if isinstance(v, str) and v.strip()), complete=True)
    return View((Item(value),), complete=True)


# Short words for the media types people know by another name.
_SHORT = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/msword": "doc",
    "application/vnd.ms-outlook": "msg",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/zip": "zip",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tiff",
    "message/rfc822": "eml",
    "text/plain": "txt",
    "text/html": "html",
}


def _type_view(media_type: str) -> View:
    """Both the media type and its short word, so that a rule may say either."""
    short = _SHORT.get(media_type.lower())
    return view_of((media_type, short) if short else media_type)
