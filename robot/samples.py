"""Sample files beside the rules (``treffer: [{fil: brev.eml}]``), read just as post is. The sandbox starts at the first."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.facts import Facts
from models.organisation import Organisation
from models.post import Envelope
from robot.reading.contract import Limits

if TYPE_CHECKING:
    from rules.load import SampleReader

RECEIVED = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
"""dato.mottatt of an example unless it says another (rule-language.md, «Examples»)."""

_MAIL = (".eml", ".msg")


@contextmanager
def sample_reader(org: Organisation | None, limits: Limits | None = None) -> Iterator[SampleReader]:
    """Gives a function (bytes, name) → facts; everything it started ends with the block."""
    from robot.facts import gather
    from robot.reading.dispatch import InputDocument, ReadingRoom

    with ExitStack() as stack:
        room: list[ReadingRoom] = []

        def read(content: bytes, name: str) -> Facts:
            if not room:
                room.append(stack.enter_context(ReadingRoom(limits=limits)))
            with tempfile.TemporaryDirectory(prefix="postrobot-eksempel-") as folder:
                path = Path(folder) / "document"
                path.write_bytes(content)
                out = Path(folder) / "parts"
                out.mkdir()
                shown = name.rpartition("/")[2]
                reading = room[0].read([InputDocument(path=path, name=shown, media_type="")], out)
                return gather(
                    envelope=Envelope(received_at=RECEIVED),
                    channel="epost" if name.lower().endswith(_MAIL) else "mappe",
                    inbox="",
                    source_label=name,
                    read=reading.post,
                    org=org or Organisation(orgnr="", name=""),
                    needs=frozenset({"text", "findings"}),
                    duplicate=None,
                    answers_to=None,
                )

        yield read
