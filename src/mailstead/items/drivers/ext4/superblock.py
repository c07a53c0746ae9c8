"""The superblock, and where each group keeps its inodes (kernel documentation: ext4/super.rst, group_descr.rst)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mailstead.ground.blocks import Blocks
from mailstead.items.errors import UNREADABLE, DamagedDisk, UnsupportedDisk, named

from .crc32c import START, crc32c

MAGIC = 0xEF53
_SIZE = 1024
_PLACES = (1024, 32768 * 4096, 8193 * 1024, 16384 * 2048)  # the first, and the first copy at 4, 1 and 2 KiB a block
_LARGEST = 65536

COMPAT_FAST_COMMIT = 0x400
INCOMPAT_RECOVER, INCOMPAT_64BIT, INCOMPAT_SEED = 0x4, 0x80, 0x2000
_INCOMPAT_NAMES = {0x1: "compression", 0x8: "journal device", 0x10: "meta_bg", 0x1000: "dirdata"}
_INCOMPAT_KNOWN = 0x2 | 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000
RO_COMPAT_CHECKSUMS = 0x400


@dataclass(frozen=True)
class Superblock:
    """What the rest is found by. Sizes are bytes, places are blocks; `place` is where on the disk it was read."""

    raw: bytes
    place: int

    def _u32(self, offset: int) -> int:
        return int.from_bytes(self.raw[offset : offset + 4], "little")

    def _u16(self, offset: int) -> int:
        return int.from_bytes(self.raw[offset : offset + 2], "little")

    @cached_property
    def block_size(self) -> int:
        return 1024 << min(self._u32(24), 63)

    @cached_property
    def blocks(self) -> int:
        return self._u32(4) | (self._u32(336) << 32 if self.incompat & INCOMPAT_64BIT else 0)

    @cached_property
    def inodes(self) -> int:
        return self._u32(0)

    @cached_property
    def inodes_per_group(self) -> int:
        return self._u32(40)

    @cached_property
    def inode_size(self) -> int:
        return self._u16(88) if self._u32(76) else 128

    @cached_property
    def incompat(self) -> int:
        return self._u32(96)

    @cached_property
    def checksums(self) -> bool:
        return bool(self._u32(100) & RO_COMPAT_CHECKSUMS)

    @cached_property
    def seed(self) -> int:
        return self._u32(624) if self.incompat & INCOMPAT_SEED else crc32c(START, self.raw[104:120])

    @property
    def fast_commit(self) -> bool:
        return bool(self._u32(92) & COMPAT_FAST_COMMIT)

    @property
    def needs_recovery(self) -> bool:
        return bool(self.incompat & INCOMPAT_RECOVER)

    @property
    def journal(self) -> int:
        """The inode of the journal; 0 if it lies on another device, or there is none."""
        return self._u32(224)

    @property
    def label(self) -> str:
        return self.raw[120:136].split(b"\0")[0].decode(errors="replace")

    def inode_place(self, blocks: Blocks, node: int) -> int:
        """Return where on the disk an inode lies. Raises DamagedDisk when no group descriptor can be trusted."""
        group, index = divmod(node - 1, self.inodes_per_group)
        for place in self._descriptors(group):
            raw = _read(blocks, place, self._descriptor_size)
            if self._holds(group, raw):
                high = raw[40:44] if len(raw) > 32 else b""
                table = int.from_bytes(raw[8:12] + high, "little")
                return table * self.block_size + index * self.inode_size
        raise DamagedDisk(f"the descriptor of group {group} and its copy are damaged", field="group", value=group)

    @cached_property
    def _descriptor_size(self) -> int:
        return max(32, self._u16(254)) if self.incompat & INCOMPAT_64BIT else 32

    def _descriptors(self, group: int) -> Iterator[int]:
        """Yield where the descriptor of a group lies: the first place, then the copy in group 1."""
        for superblock in (1024 // self.block_size, self._u32(20) + self._u32(32)):
            yield (superblock + 1) * self.block_size + group * self._descriptor_size

    def _holds(self, group: int, raw: bytes) -> bool:
        if len(raw) < self._descriptor_size:
            return False
        if not self.checksums:
            return 0 < int.from_bytes(raw[8:12], "little") < self.blocks or self.blocks >> 32 > 0
        crc = crc32c(crc32c(self.seed, struct.pack("<I", group)), raw[:30] + b"\0\0" + raw[32:])
        return crc & 0xFFFF == int.from_bytes(raw[30:32], "little")


def read_superblock(blocks: Blocks) -> Superblock:
    """Return the superblock, or the first copy of it that is whole.

    Raises DamagedDisk when there is none, UnsupportedDisk when it asks for what is not read here.
    """
    found = next((block for block in map(Superblock, _reads(blocks), _PLACES) if _is_whole(block)), None)
    if found is None:
        raise DamagedDisk("neither the superblock nor a copy of it is whole", field="offset", value=_PLACES[0])
    foreign = found.incompat & ~_INCOMPAT_KNOWN
    if foreign:
        names = ", ".join(name for bit, name in _INCOMPAT_NAMES.items() if foreign & bit) or hex(foreign)
        raise UnsupportedDisk(f"an ext4 file system with {names}", field="features", value=names)
    return found


def _reads(blocks: Blocks) -> Iterator[bytes]:
    return (_read(blocks, place, _SIZE) for place in _PLACES)


def _read(blocks: Blocks, place: int, length: int) -> bytes:
    """Return what lies there; nothing when it cannot be read: there is a copy elsewhere."""
    try:
        return blocks.read(place, length)
    except UNREADABLE as error:
        named("", error)
        return b""


def _is_whole(block: Superblock) -> bool:
    if len(block.raw) < _SIZE or int.from_bytes(block.raw[56:58], "little") != MAGIC:
        return False
    if block.checksums and crc32c(START, block.raw[:1020]) != int.from_bytes(block.raw[1020:], "little"):
        return False
    sane = 128 <= block.inode_size <= block.block_size <= _LARGEST
    return sane and block.inodes_per_group > 0 and block.inodes > 0
