"""Outlook's files, built byte by byte: compound files with a message in them (.msg), and winmail.dat."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

Tree = dict[str, "bytes | Tree"]
SECTOR, END, FREE, FAT = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound_file(tree: Tree) -> bytes:
    """A compound file (MS-CFB) of this tree: every stream padded to 4,096 bytes, so that there is no mini stream."""
    entries: list[list[object]] = [["Root Entry", 5, None, []]]

    def add(node: Tree, parent: int) -> None:
        for name, content in node.items():
            entries.append([name, 2 if isinstance(content, bytes) else 1, content, []])
            number = len(entries) - 1
            entries[parent][3].append(number)
            if not isinstance(content, bytes):
                add(content, number)

    add(tree, 0)
    sectors: list[bytes] = []
    chain: list[int] = []

    def store(data: bytes) -> int:
        start = len(sectors)
        pieces = [data[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(data), SECTOR)]
        sectors.extend(pieces)
        chain.extend([*range(start + 1, start + len(pieces)), END])
        return start

    directory = b""
    siblings = {
        child: (kids[at + 1] if at + 1 < len(kids) else FREE) for *_, kids in entries for at, child in enumerate(kids)
    }
    for number, (name, kind, content, kids) in enumerate(entries):
        data = content.ljust(-(-max(len(content), 1) // 4096) * 4096, b"\0") if kind == 2 else b""
        start = store(data) if data else END
        raw = name.encode("utf-16-le") + b"\0\0"
        directory += raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1)
        directory += struct.pack("<III", FREE, siblings.get(number, FREE), kids[0] if kids else FREE)
        directory += b"\0" * 36 + struct.pack("<IQ", start, len(data))
    directory_at = store(directory)
    fat_sectors = -(-(len(sectors) + 8) // 128)
    fat = chain + [FAT] * fat_sectors
    fat_at = len(sectors)
    table = b"".join(struct.pack("<I", one) for one in fat).ljust(fat_sectors * SECTOR, b"\xff")
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    )
    header += struct.pack("<IIIIIIIII", fat_sectors, directory_at, 0, 4096, END, 0, END, 0, fat_at)
    header += b"".join(struct.pack("<I", fat_at + at) for at in range(1, fat_sectors))
    return header.ljust(SECTOR, b"\xff") + b"".join(sectors) + table


def properties(header_bytes: int, **fixed: bytes) -> bytes:
    """The stream of fixed properties, after a header of so many bytes."""
    tags = {"sent": 0x00390040, "recipient": 0x0C150003, "internet_codepage": 0x3FDE0003}
    body = b"".join(struct.pack("<II", tags[name], 6) + value.ljust(8, b"\0") for name, value in fixed.items())
    return b"\0" * header_bytes + body


def text(pid: int, value: str) -> Tree:
    """One text property."""
    return {f"__substg1.0_{pid:04X}001F": value.encode("utf-16-le")}


def message(
    *,
    header_bytes: int = 32,
    subject: str = "Klage på vedtak",
    body: str = "Hei,\n\nJeg klager.\n\nMvh\nKari",
    **more: Tree,
) -> Tree:
    """The streams of a message with sender, recipients, subject and text."""
    ticks = int((datetime(2026, 3, 2, 8, 15, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7
    tree: Tree = {"__properties_version1.0": properties(header_bytes, sent=struct.pack("<Q", ticks))}
    tree |= text(0x001A, "IPM.Note") | text(0x0037, subject) | text(0x1000, body)
    tree |= text(0x0C1A, "Kari Prøvesen") | text(0x5D01, "kari@example.org") | text(0x1035, "<1@example.org>")
    tree["__recip_version1.0_#00000000"] = {
        "__properties_version1.0": properties(8, recipient=struct.pack("<I", 1))
    } | text(0x39FE, "post@kommune.example")
    tree["__recip_version1.0_#00000001"] = {
        "__properties_version1.0": properties(8, recipient=struct.pack("<I", 2))
    } | text(0x3001, "Ola Kopi")
    return tree


def attachment(name: str, content: bytes | Tree) -> Tree:
    """The streams of an attachment: bytes, or an embedded message."""
    data = {"__substg1.0_37010102": content} if isinstance(content, bytes) else {"__substg1.0_3701000D": content}
    return {"__properties_version1.0": properties(8)} | text(0x3707, name) | data


def tnef(*objects: tuple[int, int, bytes]) -> bytes:
    """A TNEF stream (winmail.dat, MS-OXTNEF) of (level, attribute, data)."""
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(
        bytes((level,)) + struct.pack("<HHI", name, 0, len(data)) + data + b"\xff\xff" for level, name, data in objects
    )
