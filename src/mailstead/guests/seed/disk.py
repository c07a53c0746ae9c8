"""The seed as a disk: a partition table of one entry (UEFI 2.10, chapter 5) around a tar archive.

The same seed gives the same bytes.
"""

import struct
from uuid import NAMESPACE_URL, UUID, uuid5
from zlib import crc32

from mailstead.guests.model import pack

from .model import Seed
from .rendering import seed_files

NAME = "mailstead-seed"  # of the partition: udev finds it by this
_BLOCK = 512
_MIB = 1024**2
_FIRST = _MIB // _BLOCK
_ENTRIES, _ENTRY = 128, 128  # how many, bytes of each
_TABLE = _ENTRIES * _ENTRY // _BLOCK
_LINUX_DATA = UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")


def seed_disk(seed: Seed) -> bytes:
    """Return the whole disk, a multiple of 1 MiB."""
    return partitioned(pack(seed_files(seed)))


def partitioned(content: bytes) -> bytes:
    """Return a disk with a GPT and one partition named `mailstead-seed` that holds *content*."""
    blocks = (-(-len(content) // _MIB) + 3) * _FIRST  # four MiB at least: Hyper-V makes no smaller disk for sure
    last = blocks - 1
    identity = uuid5(NAMESPACE_URL, f"{NAME} {crc32(content)}")
    table = _entry(identity, last - _FIRST).ljust(_ENTRIES * _ENTRY, b"\0")
    usable = (2 + _TABLE, last - _TABLE - 1)
    first = _header(identity, (1, last), 2, usable, table)
    second = _header(identity, (last, 1), last - _TABLE, usable, table)
    head = _protective(blocks) + first + table
    body = head.ljust(_MIB, b"\0") + content
    return body.ljust((last - _TABLE) * _BLOCK, b"\0") + table + second


def _entry(identity: UUID, end: int) -> bytes:
    own = uuid5(identity, "partition")
    name = NAME.encode("utf-16-le")
    return struct.pack("<16s16sQQQ72s", _LINUX_DATA.bytes_le, own.bytes_le, _FIRST, end, 0, name)


def _header(identity: UUID, where: tuple[int, int], table_at: int, usable: tuple[int, int], table: bytes) -> bytes:
    def packed(checksum: int) -> bytes:
        start = struct.pack("<8sIIII", b"EFI PART", 0x10000, 92, checksum, 0)
        rest = struct.pack("<QQQQ16sQ", *where, *usable, identity.bytes_le, table_at)
        return start + rest + struct.pack("<III", _ENTRIES, _ENTRY, crc32(table))

    return packed(crc32(packed(0))).ljust(_BLOCK, b"\0")


def _protective(blocks: int) -> bytes:
    """Return the old kind of table, which tells old programs that the disk is taken."""
    entry = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff\xff\xff", 1, blocks - 1)
    return (bytes(446) + entry).ljust(510, b"\0") + b"\x55\xaa"
