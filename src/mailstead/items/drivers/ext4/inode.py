"""One inode: what it is, how long, and where its bytes are said to be (kernel documentation: ext4/inodes.rst)."""

import stat
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailstead.items.errors import DamagedDisk
from mailstead.items.model import Kind

from .crc32c import crc32c
from .superblock import Superblock

FLAG_INDEXED, FLAG_ENCRYPTED, FLAG_EXTENTS, FLAG_INLINE = 0x1000, 0x800, 0x80000, 0x10000000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = {stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.FOLDER, stat.S_IFLNK: Kind.LINK}


@dataclass(frozen=True, slots=True)
class Inode:
    """`map` is the 60 bytes that lead to the data; `seed` begins the checksum of everything that belongs to it."""

    number: int
    mode: int
    size: int
    changed: datetime
    flags: int
    map: bytes
    seed: int

    @property
    def kind(self) -> Kind:
        return _KINDS.get(stat.S_IFMT(self.mode), Kind.OTHER)


def parse_inode(raw: bytes, number: int, superblock: Superblock) -> Inode:
    """Return the inode whose bytes *raw* are. Raises DamagedDisk when they are not what was written."""
    if len(raw) < superblock.inode_size:
        raise DamagedDisk(f"inode {number} lies behind the end of the disk", field="inode", value=number)
    seed = crc32c(superblock.seed, struct.pack("<I", number) + raw[100:104])
    if superblock.checksums and not _holds(raw, seed):
        raise DamagedDisk(f"the checksum of inode {number} is wrong", field="inode", value=number)
    mode, low, mtime = struct.unpack_from("<H2xI8xI", raw)
    flags, high = int.from_bytes(raw[32:36], "little"), int.from_bytes(raw[108:112], "little")
    size = low | (high << 32 if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else 0)
    return Inode(number, mode, size, _time(raw, mtime), flags, raw[40:100], seed)


def _holds(raw: bytes, seed: int) -> bool:
    wide = _extra(raw) >= 4
    blank = raw[:124] + b"\0\0" + raw[126:130] + (b"\0\0" if wide else raw[130:132]) + raw[132:]
    written = int.from_bytes(raw[124:126] + (raw[130:132] if wide else b""), "little")
    return crc32c(seed, blank) & (0xFFFFFFFF if wide else 0xFFFF) == written


def _extra(raw: bytes) -> int:
    return int.from_bytes(raw[128:130], "little") if len(raw) > 128 else 0


def _time(raw: bytes, seconds: int) -> datetime:
    """Return a time: 32 bits signed, two more and nanoseconds where the inode has room for them."""
    extra = int.from_bytes(raw[136:140], "little") if _extra(raw) >= 12 else 0
    whole = seconds - (seconds >> 31 << 32) + ((extra & 3) << 32)
    return _EPOCH + timedelta(seconds=whole, microseconds=min(extra >> 2, 999_999_999) // 1000)
