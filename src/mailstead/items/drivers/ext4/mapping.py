"""Which blocks of the disk are a file's: extent trees, and the older chains of indirect blocks (ext4/ifork.rst)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from mailstead.ground.blocks import Blocks
from mailstead.items.errors import UNREADABLE, DamagedDisk, named
from mailstead.items.model import Damage

from .crc32c import crc32c
from .inode import FLAG_EXTENTS, Inode
from .superblock import Superblock

_MAGIC = 0xF30A
_DEEPEST = 5
_UNWRITTEN = 32768


@dataclass(frozen=True, slots=True)
class Run:
    """*length* blocks of a file from *logical* on lie at *physical*; what no run names is a hole."""

    logical: int
    length: int
    physical: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Reads the runs of files. A part that cannot be read is added to `damage`, or raised where that is None."""

    blocks: Blocks
    superblock: Superblock
    damage: list[Damage] | None = None

    def runs(self, inode: Inode, first: int = 0, end: int = 1 << 48) -> Iterator[Run]:
        """Yield the runs that hold blocks *first* to *end* (exclusive) of a file, in their order."""
        if inode.flags & FLAG_EXTENTS:
            return self._extents(inode, inode.map, first, end, _DEEPEST)
        return self._indirect(inode, first, end)

    def _extents(self, inode: Inode, raw: bytes, first: int, end: int, deepest: int) -> Iterator[Run]:
        magic, count, most, depth = struct.unpack_from("<HHHH", raw)
        if magic != _MAGIC or count > most or 12 + 12 * count > len(raw) or depth > deepest:
            self._report(f"a node of the extents of inode {inode.number} is none")
            return
        records = [raw[place : place + 12] for place in range(12, 12 + 12 * count, 12)]
        if depth == 0:
            yield from (
                run for run in map(_run, records) if run and run.logical < end and run.logical + run.length > first
            )
            return
        starts = [int.from_bytes(record[:4], "little") for record in records]
        for start, following, record in zip(starts, [*starts[1:], 1 << 48], records, strict=True):
            if start < end and following > first:
                child = self._child(inode, record)
                if child:
                    yield from self._extents(inode, child, first, end, depth - 1)

    def _child(self, inode: Inode, record: bytes) -> bytes:
        low, high = struct.unpack_from("<4xIH", record)
        place = low | high << 32
        raw = self._block(place, f"extents of inode {inode.number}")
        if raw and self.superblock.checksums:
            tail = 12 + 12 * int.from_bytes(raw[4:6], "little")
            written = int.from_bytes(raw[tail : tail + 4], "little")
            if crc32c(inode.seed, raw[:tail]) != written:
                self._report(f"the checksum of block {place}, extents of inode {inode.number}, is wrong")
                return b""
        return raw

    def _indirect(self, inode: Inode, first: int, end: int) -> Iterator[Run]:
        """Yield the runs of a file of ext2 or ext3, one block each: 12 direct, then trees of depth 1, 2 and 3."""
        pointers = struct.unpack("<15I", inode.map)
        wanted = range(first, min(end, -(-inode.size // self.superblock.block_size)))
        yield from (Run(number, 1, place) for number, place in enumerate(pointers[:12]) if place and number in wanted)
        base = 12
        for depth, pointer in enumerate(pointers[12:], start=1):
            covered = range(base, base + self._per_block**depth)
            yield from self._tree(inode, pointer, covered, depth, wanted)
            base = covered.stop

    def _tree(self, inode: Inode, pointer: int, covered: range, depth: int, wanted: range) -> Iterator[Run]:
        """Yield what a tree holds of *wanted*; its block of pointers stands for the blocks *covered* of the file."""
        if not pointer or covered.start >= wanted.stop or covered.stop <= wanted.start:
            return
        if depth == 0:
            yield Run(covered.start, 1, pointer)
            return
        step = len(covered) // self._per_block
        raw = self._block(pointer, f"blocks of inode {inode.number}")
        for (child,), start in zip(struct.iter_unpack("<I", raw), covered[::step], strict=False):
            yield from self._tree(inode, child, range(start, start + step), depth - 1, wanted)

    @property
    def _per_block(self) -> int:
        return self.superblock.block_size // 4

    def _block(self, place: int, what: str) -> bytes:
        size = self.superblock.block_size
        try:
            raw = self.blocks.read(place * size, size)
        except UNREADABLE as error:
            self._report(named(f"block {place}, {what}", error).why)
            return b""
        if len(raw) < size:
            self._report(f"block {place}, {what}, lies behind the end of the disk")
            return b""
        return raw

    def _report(self, why: str) -> None:
        if self.damage is None:
            raise DamagedDisk(why)
        self.damage.append(Damage("extents", why))


def _run(record: bytes) -> Run | None:
    """Return an extent; None for one that was reserved and never written: it reads as zeros."""
    logical, length, high, low = struct.unpack("<IHHI", record)
    return Run(logical, length, low | high << 32) if length <= _UNWRITTEN else None
