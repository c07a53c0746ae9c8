"""VHDX read where it lies: only the bytes asked for, through parents, and which of it may hold anything but zeros.

Source: MS-VHDX (https://learn.microsoft.com/openspecs/windows_protocols/ms-vhdx/). Decision 0223.
"""

import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from uuid import UUID

from mailstead.backup.errors import DiskUnreadable
from mailstead.backup.model import Range
from mailstead.ground.blocks import Blocks

_HEADERS, _REGIONS = (64 << 10, 128 << 10), (192 << 10, 256 << 10)
_BAT, _METADATA = UUID("2dc27766-f623-4200-9d64-115e9bfd4a08"), UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
_FILE, _SIZE = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b"), UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8")
_SECTOR, _PARENT = UUID("8141bf1d-a96f-4709-ba47-f233a8faab5f"), UUID("a8d35f2d-b30b-454d-abf7-d3d84834ab0c")
_NO_LOG = UUID(int=0)
_ITEM = 32  # bytes of an entry in the tables of regions and metadata
_SECTORS_OF_BITMAP = 1 << 23
_PIECE_OF_TABLE = 1 << 20
_LEAST_BLOCK, _MOST_BLOCK, _MOST = 1 << 20, 256 << 20, 64 << 40


class State(IntEnum):
    """Where a block of the disk is; all others mean zeros."""

    NOT_HERE = 0
    WHOLE = 6
    PARTLY = 7


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file says of itself. `written` changes whenever its content does; a child names its parent's."""

    size: int
    block: int
    sector: int
    written: UUID
    table: "array[int]"
    parent: Mapping[str, str] | None = None

    @property
    def ratio(self) -> int:
        """Blocks that one bitmap of sectors is for."""
        return _SECTORS_OF_BITMAP * self.sector // self.block

    @property
    def linkage(self) -> UUID | None:
        """The content that the parent must have."""
        return UUID(self.parent["parent_linkage"]) if self.parent else None

    def place(self, block: int) -> tuple[int, int]:
        """Return a block's state, and where in the file it begins."""
        return _entry(self.table[block + block // self.ratio])

    def bitmap(self, block: int) -> int:
        """Return where in the file the bitmap is that a block belongs to. Raises DiskUnreadable."""
        chunk = block // self.ratio
        state, where = _entry(self.table[(chunk + 1) * self.ratio + chunk])
        if state != State.WHOLE:
            raise _unreadable("a block is here in part, and nothing says which")
        return where


class Vhdx:
    """The disk in a VHDX file, over its parent if it is a child. Read by as many threads as the file is."""

    layout: Layout

    def __init__(self, file: Blocks, layout: Layout, parent: "Vhdx | None" = None) -> None:
        if (parent.layout.written if parent else None) != layout.linkage:
            raise _unreadable("its parent is missing, or was changed")
        self._file, self.layout, self._parent = file, layout, parent
        self.size = layout.size
        self.bytes_read = 0  # out of this file, without its parents

    def read(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size)
        parts = [self._in_block(part) for part in _cut(offset, end, self.layout.block)]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def allocated(self) -> list[Range]:
        """Return what may hold anything but zeros, in order; whole blocks, the last one cut at the disk's end."""
        block = self.layout.block
        below = {part.offset // block for part in self._parents()}
        used = [number for number in range(-(-self.size // block)) if self._is_used(number, below)]
        return [Range(number * block, min(block, self.size - number * block)) for number in used]

    def _parents(self) -> Iterator[Range]:
        for part in self._parent.allocated() if self._parent else ():
            yield from _cut(part.offset, min(part.end, self.size), self.layout.block)

    def _is_used(self, block: int, below: set[int]) -> bool:
        state, _ = self.layout.place(block)
        return state in {State.WHOLE, State.PARTLY} or (state == State.NOT_HERE and block in below)

    def _in_block(self, part: Range) -> bytes:
        block, inside = divmod(part.offset, self.layout.block)
        state, where = self.layout.place(block)
        if state == State.WHOLE:
            return self._own(where + inside, part.length)
        if state == State.PARTLY:
            return b"".join(self._run(run, where - block * self.layout.block, own=own) for own, run in self._runs(part))
        return self._below(part) if state == State.NOT_HERE else bytes(part.length)

    def _run(self, part: Range, shift: int, *, own: bool) -> bytes:
        return self._own(part.offset + shift, part.length) if own else self._below(part)

    def _own(self, offset: int, length: int) -> bytes:
        self.bytes_read += length
        return self._file.read(offset, length)

    def _below(self, part: Range) -> bytes:
        found = self._parent.read(part.offset, part.length) if self._parent else b""
        return found.ljust(part.length, b"\0")

    def _runs(self, part: Range) -> Iterator[tuple[bool, Range]]:
        """Yield which pieces of a range lie in this file, and which in the parent."""
        sector, first = self.layout.sector, part.offset // self.layout.sector
        inside = first % (self.layout.ratio * (self.layout.block // sector))
        sectors = list(range(first, -(-part.end // sector)))
        where = self.layout.bitmap(part.offset // self.layout.block) + inside // 8
        bits = self._file.read(where, (inside % 8 + len(sectors) + 7) // 8)
        skip = inside % 8 - first
        for own, run in groupby(sectors, key=lambda at: bool(bits[(at + skip) // 8] >> (at + skip) % 8 & 1)):
            found = list(run)
            begin, end = max(part.offset, found[0] * sector), min(part.end, (found[-1] + 1) * sector)
            yield own, Range(begin, end - begin)


def layout_of(file: Blocks) -> Layout:
    """Read what a VHDX file says of itself; raise DiskUnreadable for anything else, and for one that needs repair."""
    try:
        return _layout_of(file)
    except (struct.error, KeyError, IndexError, ValueError, ZeroDivisionError) as error:
        raise _unreadable("it is no VHDX") from error


def _layout_of(file: Blocks) -> Layout:
    if file.read(0, 8) != b"vhdxfile":
        raise ValueError
    written = _written(file)
    regions = dict(_regions(file))
    items = _items(file, *regions[_METADATA])
    block, flags = struct.unpack("<II", items[_FILE])
    (size,), (sector,) = struct.unpack("<Q", items[_SIZE]), struct.unpack("<I", items[_SECTOR])
    if not _LEAST_BLOCK <= block <= _MOST_BLOCK or size > _MOST:
        raise ValueError
    parent = _located(items[_PARENT]) if flags & 2 else None
    blocks = -(-size // block)
    ratio = _SECTORS_OF_BITMAP * sector // block
    entries = -(-blocks // ratio) * (ratio + 1) if parent else blocks + (blocks - 1) // ratio
    return Layout(size, block, sector, written, _table(file, regions[_BAT][0], entries), parent)


def _written(file: Blocks) -> UUID:
    """Return the id of the file's content, out of the newer header. Raises DiskUnreadable if its log is not empty."""
    headers = [head for at in _HEADERS if (head := file.read(at, 80))[:4] == b"head" and len(head) == 80]
    newest = max(headers, key=lambda head: int.from_bytes(head[8:16], "little"))
    if UUID(bytes_le=newest[48:64]) != _NO_LOG:
        raise _unreadable("its last changes wait in its log: it is open for writing, or its host went down")
    return UUID(bytes_le=newest[32:48])


def _regions(file: Blocks) -> Iterator[tuple[UUID, tuple[int, int]]]:
    head = next((head for at in _REGIONS if (head := file.read(at, 64 << 10))[:4] == b"regi"), b"")
    for at in range(16, 16 + _ITEM * struct.unpack_from("<I", head, 8)[0], _ITEM):
        offset, length = struct.unpack_from("<QI", head, at + 16)
        yield UUID(bytes_le=head[at : at + 16]), (offset, length)


def _items(file: Blocks, offset: int, length: int) -> dict[UUID, bytes]:
    head = file.read(offset, min(length, 64 << 10))
    if head[:8] != b"metadata":
        raise ValueError
    places = range(_ITEM, _ITEM + _ITEM * struct.unpack_from("<H", head, 10)[0], _ITEM)
    sized = {UUID(bytes_le=head[at : at + 16]): struct.unpack_from("<II", head, at + 16) for at in places}
    return {name: file.read(offset + begin, size) for name, (begin, size) in sized.items()}


def _located(item: bytes) -> dict[str, str]:
    """Read the parent locator: pairs of texts in UTF-16."""
    found: dict[str, str] = {}
    for number in range(struct.unpack_from("<H", item, 18)[0]):
        key, value, key_length, value_length = struct.unpack_from("<IIHH", item, 20 + 12 * number)
        found[item[key : key + key_length].decode("utf-16-le")] = item[value : value + value_length].decode("utf-16-le")
    return found


def _table(file: Blocks, offset: int, entries: int) -> "array[int]":
    table, end = array("Q"), offset + 8 * entries
    for part in _cut(offset, end, _PIECE_OF_TABLE):
        table.frombytes(file.read(part.offset, part.length))
    if len(table) != entries:
        raise ValueError
    return table


def _entry(entry: int) -> tuple[int, int]:
    return entry & 7, entry >> 20 << 20


def _cut(offset: int, end: int, grain: int) -> Iterable[Range]:
    """Cut what lies between *offset* and *end* at multiples of *grain*."""
    while offset < end:
        upto = min(end, (offset // grain + 1) * grain)
        yield Range(offset, upto - offset)
        offset = upto


def _unreadable(why: str) -> DiskUnreadable:
    remedy = "look at it on the host: Get-VHD, Test-VHD"
    return DiskUnreadable(f"the disk's file cannot be read: {why}", field="disk", remedy=remedy)
