"""The head of a qcow2 file, read without a tool: bytes in, values out.

Source: QEMU docs/interop/qcow2.txt. Numbers are big-endian; the first 32 bytes are alike in both versions.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

_MAGIC = 0x514649FB
_HEAD = struct.Struct(">IIQIIQ")


@dataclass(frozen=True, slots=True)
class Qcow2Head:
    """Size of the disk as the guest sees it, and the name of the file below it."""

    size_bytes: int
    backing: str | None


def parse_head(data: bytes) -> Qcow2Head:
    """Read the first bytes of a qcow2 file (4 KiB are plenty). Raises ValueError if they are not qcow2's."""
    if len(data) < _HEAD.size:
        raise ValueError("too short")
    magic, version, offset, length, _cluster_bits, size = _HEAD.unpack_from(data)
    if magic != _MAGIC or version not in (2, 3):
        raise ValueError("no qcow2 magic")
    if offset + length > len(data):
        raise ValueError("the backing file's name lies beyond the head")
    return Qcow2Head(size, data[offset : offset + length].decode() or None)


def read_head(path: Path) -> Qcow2Head:
    """Read the head of the file at *path*. Raises OSError, or ValueError if it is not qcow2."""
    with path.open("rb") as file:
        return parse_head(file.read(4096))
