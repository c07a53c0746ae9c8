"""Partition tables: GPT (UEFI specification 2.10, chapter 5) and MBR with its chain of extended ones."""

import struct
import zlib
from collections.abc import Iterator

from mailstead.ground.blocks import Blocks
from mailstead.items.errors import UNREADABLE, named
from mailstead.items.model import Damage, Extent, Partition

_SECTORS = (512, 4096)
_EXTENDED = {0x05, 0x0F, 0x85}
_PROTECTIVE = 0xEE
_MOST = 128


def partitions(disk: Blocks, damage: list[Damage]) -> tuple[Partition, ...]:
    """Return the partitions of a disk, by number; none where there is no table."""
    for sector in _SECTORS:
        found = _gpt(disk, sector, damage)
        if found:
            return found
    return tuple(_mbr(disk))


def _gpt(disk: Blocks, sector: int, damage: list[Damage]) -> tuple[Partition, ...]:
    """Return what the table at the beginning says, or else its copy at the end."""
    first = _table(disk, sector, sector)
    if first:
        return first
    copy = _table(disk, sector, (disk.size // sector - 1) * sector)
    if copy:
        damage.append(Damage("partition table", "damaged; its copy at the end of the disk is used"))
    return copy


def _table(disk: Blocks, sector: int, place: int) -> tuple[Partition, ...]:
    head = _read(disk, place, sector)
    if head[:8] != b"EFI PART" or len(head) < 92:
        return ()
    length, crc = struct.unpack_from("<12xII", head)
    if not 92 <= length <= sector or zlib.crc32(head[:16] + bytes(4) + head[20:length]) != crc:
        return ()
    start, count, size, entries_crc = struct.unpack_from("<72xQIII", head)
    entries = _read(disk, start * sector, min(count, 1024) * size) if 128 <= size <= 4096 else b""
    if zlib.crc32(entries) != entries_crc:
        return ()
    raw = ((number, entries[number * size : (number + 1) * size]) for number in range(len(entries) // size))
    return tuple(_entry(number + 1, entry, sector) for number, entry in raw if any(entry[:16]))


def _entry(number: int, raw: bytes, sector: int) -> Partition:
    first, last = struct.unpack_from("<32xQQ", raw)
    label = raw[56:128].decode("utf-16-le", errors="replace").split("\0")[0]
    return Partition(str(number), (Extent(first * sector, max(0, last + 1 - first) * sector),), label)


def _mbr(disk: Blocks) -> Iterator[Partition]:
    for number, (kind, first, count) in enumerate(_entries(disk, 0), start=1):
        if kind in _EXTENDED:
            yield from _logical(disk, first)
        elif kind not in {0, _PROTECTIVE}:
            yield _partition(number, first, count)


def _logical(disk: Blocks, extended: int) -> Iterator[Partition]:
    """Yield the chain of logical partitions: each table names one, and where the next table is."""
    table = extended
    for number in range(5, _MOST):
        entries = list(_entries(disk, table))
        yield from (_partition(number, table + first, count) for kind, first, count in entries[:1] if kind)
        following = next((first for kind, first, _ in entries[1:2] if kind in _EXTENDED), 0)
        if not following:
            return
        table = extended + following


def _entries(disk: Blocks, sector: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, first sector and number of sectors of the four entries of a table."""
    raw = _read(disk, sector * 512, 512)
    if raw[510:] == b"\x55\xaa":
        for place in range(446, 510, 16):
            yield struct.unpack_from("<4xB3xII", raw, place)


def _partition(number: int, first: int, count: int) -> Partition:
    return Partition(str(number), (Extent(first * 512, count * 512),))


def _read(disk: Blocks, place: int, length: int) -> bytes:
    try:
        return disk.read(place, length) if place >= 0 else b""
    except UNREADABLE as error:
        named("partition table", error)
        return b""
