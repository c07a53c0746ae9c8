"""The names in one block of a directory (kernel documentation: ext4/directory.rst). Pure.

A hashed directory needs no care: its inner nodes look like blocks with one deleted name.
"""

import struct
from collections.abc import Iterator

from mailstead.items.model import Entry, Kind

from .crc32c import crc32c

_TAIL = struct.pack("<IHBB", 0, 12, 0, 0xDE)
_KINDS = {1: Kind.FILE, 2: Kind.FOLDER, 7: Kind.LINK}
_SELF = {b".", b".."}


def names(block: bytes, inodes: int) -> Iterator[Entry]:
    """Yield the names in a block, as far as it makes sense; `whole` says whether that is all there was."""
    place = 0
    while place + 8 <= len(block):
        node, length, name_length, kind = struct.unpack_from("<IHBB", block, place)
        length = _length(length, len(block))
        if length < 8 + name_length or place + length > len(block):
            return
        name = block[place + 8 : place + 8 + name_length]
        if 0 < node <= inodes and name and name not in _SELF:
            yield Entry(name, node, _KINDS.get(kind, Kind.OTHER))
        place += length


def is_sound(block: bytes) -> bool:
    """Say whether the lengths in a block lead exactly to its end."""
    place = 0
    while place + 8 <= len(block):
        _, length, name_length, _ = struct.unpack_from("<IHBB", block, place)
        length = _length(length, len(block))
        if length < 8 + name_length or length % 4:
            return False
        place += length
    return place == len(block)


def checksum_holds(block: bytes, seed: int) -> bool:
    """Say whether a block of a file system with checksums is what was written; inner nodes are taken as they are."""
    if _is_inner(block):  # asked first: the kernel leaves the tail of a leaf standing where it makes a node of it
        return True
    return block[-12:-4] == _TAIL and crc32c(seed, block[:-12]) == int.from_bytes(block[-4:], "little")


def _is_inner(block: bytes) -> bool:
    """Say whether this is a node of the hash tree: its root has `.` and `..`, the others one name that was deleted."""
    node, length, name_length, _ = struct.unpack_from("<IHBB", block)
    if not node:
        return _length(length, len(block)) == len(block)
    rest = _length(struct.unpack_from("<H", block, 16)[0], len(block))
    return length == 12 and name_length == 1 and block[20:22] == b".." and rest == len(block) - 12


def _length(written: int, block: int) -> int:
    """Return the length of a record; blocks of 64 KiB cannot say their own."""
    return block if written in {0, 0xFFFF} and block == 0x10000 else written
