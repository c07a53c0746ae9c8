"""A differencing VHDX, written as Hyper-V would: no tool of Linux makes one. Source: MS-VHDX."""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import UUID, uuid4

from mailstead.backup.drivers.hyperv.vhdx import layout_of
from mailstead.ground.blocks import HeldBlocks

_MIB, _KIB = 1 << 20, 1 << 10
_BAT, _METADATA = UUID("2dc27766-f623-4200-9d64-115e9bfd4a08"), UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
_ITEMS = {
    "file": UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b"),
    "size": UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8"),
    "page83": UUID("beca12ab-b2e6-4523-93ef-c309e000c746"),
    "logical": UUID("8141bf1d-a96f-4709-ba47-f233a8faab5f"),
    "physical": UUID("cda348c7-445d-4471-9cc9-e9885251c556"),
    "parent": UUID("a8d35f2d-b30b-454d-abf7-d3d84834ab0c"),
}
_LOCATOR = UUID("b04aefb7-d19e-4a81-b789-25b8e9445913")
_WHOLE, _PARTLY = 6, 7


def make_child(path: Path, parent: Path, writes: Mapping[int, bytes], *, says: str, size: int = 0) -> None:
    """Write a child of *parent* that holds *writes* (whole sectors); *says* is the path it names its parent by."""
    below = layout_of(HeldBlocks(parent.read_bytes()))
    size, block, sector = size or below.size, below.block, below.sector
    ratio = (1 << 23) * sector // block
    chunks = -(-size // (block * ratio))
    table = [0] * (chunks * (ratio + 1))
    bitmaps: dict[int, bytearray] = {}
    blocks: dict[int, bytearray] = {}
    for offset, content in writes.items():
        for at in range(offset, offset + len(content), sector):
            number = at // block
            held = blocks.setdefault(number, bytearray(block))
            held[at % block : at % block + sector] = content[at - offset : at - offset + sector]
            bits = bitmaps.setdefault(number // ratio, bytearray(_MIB))
            inside = at % (block * ratio) // sector
            bits[inside // 8] |= 1 << inside % 8
    body, free = [], 4 * _MIB
    for chunk, bits in bitmaps.items():
        table[(chunk + 1) * ratio + chunk] = free | _WHOLE
        body.append((free, bytes(bits)))
        free += _MIB
    for number, held in blocks.items():
        table[number + number // ratio] = free | (
            _WHOLE if _is_full(number, bitmaps, ratio, block // sector) else _PARTLY
        )
        body.append((free, bytes(held)))
        free += block
    known = {"parent_linkage": f"{{{below.written}}}", "absolute_win32_path": says}
    with path.open("wb") as file:
        for at, content in [*_head(), *_metadata(size, block, sector, known), (3 * _MIB, _packed(table)), *body]:
            file.seek(at)
            file.write(content)


def _is_full(number: int, bitmaps: Mapping[int, bytearray], ratio: int, sectors: int) -> bool:
    first = number % ratio * sectors // 8
    return all(byte == 255 for byte in bitmaps[number // ratio][first : first + sectors // 8])


def _head() -> Iterator[tuple[int, bytes]]:
    yield 0, b"vhdxfile" + "mailstead".encode("utf-16-le").ljust(512, b"\0")
    for at, number in ((64 * _KIB, 1), (128 * _KIB, 2)):
        ids = uuid4().bytes_le + uuid4().bytes_le + bytes(16)
        yield (
            at,
            _checked(
                b"head" + bytes(4) + struct.pack("<Q", number) + ids + struct.pack("<HHIQ", 0, 1, _MIB, _MIB), 4096
            ),
        )
    entries = [(_METADATA, 2 * _MIB, _MIB), (_BAT, 3 * _MIB, _MIB)]
    listed = b"".join(name.bytes_le + struct.pack("<QII", at, length, 1) for name, at, length in entries)
    for at in (192 * _KIB, 256 * _KIB):
        yield at, _checked(b"regi" + bytes(4) + struct.pack("<II", len(entries), 0) + listed, 64 * _KIB)


def _metadata(size: int, block: int, sector: int, known: Mapping[str, str]) -> Iterator[tuple[int, bytes]]:
    values = {
        "file": (struct.pack("<II", block, 2), 4),
        "size": (struct.pack("<Q", size), 6),
        "page83": (uuid4().bytes_le, 6),
        "logical": (struct.pack("<I", sector), 6),
        "physical": (struct.pack("<I", 4096), 6),
        "parent": (_locator(known), 4),
    }
    table, at = b"metadata" + struct.pack("<HH", 0, len(values)) + bytes(20), 64 * _KIB
    for name, (value, flags) in values.items():
        table += _ITEMS[name].bytes_le + struct.pack("<IIII", at, len(value), flags, 0)
        yield 2 * _MIB + at, value
        at += 4 * _KIB
    yield 2 * _MIB, table


def _locator(known: Mapping[str, str]) -> bytes:
    head, texts = _LOCATOR.bytes_le + struct.pack("<HH", 0, len(known)), b""
    begin = 20 + 12 * len(known)
    for key, value in known.items():
        one, other = key.encode("utf-16-le"), value.encode("utf-16-le")
        at = begin + len(texts)
        head += struct.pack("<IIHH", at, at + len(one), len(one), len(other))
        texts += one + other
    return head + texts


def _packed(table: list[int]) -> bytes:
    return struct.pack(f"<{len(table)}Q", *table)


def _checked(content: bytes, length: int) -> bytes:
    """Put the CRC-32C of the whole structure into its place."""
    whole = content.ljust(length, b"\0")
    return whole[:4] + struct.pack("<I", _crc32c(whole)) + whole[8:]


def _crc32c(content: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _TABLE[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _row(number: int) -> int:
    for _ in range(8):
        number = number >> 1 ^ 0x82F63B78 if number & 1 else number >> 1
    return number


_TABLE = [_row(number) for number in range(256)]
