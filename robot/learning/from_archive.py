"""Cold start from the archive itself: the titles of what has come in, with the class and the unit it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from connectors.contract import Archive, TellsCases
from models.errors import UsedWrongly
from models.learning import Example, Origin, Target
from models.noark import Journalposttype, Journalstatus
from models.omsorg import Journalinnfoersel, Sak
from models.store import Store
from robot.learning.importing import Imported
from robot.learning.mask import masked

_PAGE = 200
_UNSETTLED = frozenset({Journalstatus.MIDLERTIDIG, Journalstatus.UTGAAR})


def import_archive(
    store: Store, archive: Archive, *, on_row: Callable[[int, int], None] = lambda _done, _of: None
) -> Imported:
    """Incoming entries that people have registered, as examples; what the robot made itself is learnt of as post is.

    A page of cases at a time; done twice, nothing is doubled. How many there are is not known before the end, so ``on_row``
    is told of as many as have been read.

    Raises:
        UsedWrongly: the archive does not show whole cases.
        TryLater, OutOfReach: it cannot be asked now; what has been read is kept.
    """
    if not isinstance(archive, TellsCases):
        raise UsedWrongly(
            "Arkivet kan ikke vise hele saker. Ta inn historikken fra en fil: postrobot language import FIL"
        )
    rows, noted, after = 0, 0, None
    while True:
        page = archive.changed_saker(since="", after=after, size=_PAGE)
        found = [(sak, entry) for sak in page.saker for entry in sak.innfoersler if _teaches(entry)]
        texts = masked([entry.post.tittel for _, entry in found], [_names(entry) for _, entry in found])
        with store.write() as tx:
            for (sak, entry), text in zip(found, texts, strict=True):
                noted += tx.note_examples(_examples(sak, entry, text))
        rows += len(found)
        on_row(rows, rows)
        after = page.next
        if after is None:
            return Imported(rows=rows, examples=noted, skipped=())


def classes_of(archive: Archive) -> Callable[[Sequence[str]], Mapping[str, str]]:
    """System ids of cases → their classes, where the archive can tell; at most 200 at once."""

    def ask(system_ids: Sequence[str]) -> Mapping[str, str]:
        if not isinstance(archive, TellsCases) or not system_ids:
            return {}
        return {sak.mappe.ref.system_id: sak.klasse for sak in archive.saker(system_ids)}

    return ask


def _teaches(entry: Journalinnfoersel) -> bool:
    """An incoming letter that somebody has journalled and that we did not make."""
    post = entry.post
    return post.type is Journalposttype.INNGAAENDE and post.status not in _UNSETTLED and not post.our_key


def _names(entry: Journalinnfoersel) -> tuple[str, ...]:
    return tuple(part.navn for part in entry.parter if part.navn)


def _examples(sak: Sak, entry: Journalinnfoersel, text: str) -> Iterator[Example]:
    labels = {Target.KATEGORI: sak.klasse, Target.ENHET: entry.post.enhet or sak.mappe.administrativ_enhet}
    for target, label in labels.items():
        if label:
            yield Example(
                key=f"arkiv:{entry.post.system_id}"[:64],
                target=target,
                label=label,
                origin=Origin.IMPORTED,
                text=text,
                at=entry.post.registered_at.timestamp(),
            )
