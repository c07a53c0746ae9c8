"""By which bytes a file system is known, as `blkid` names them."""

from mailstead.ground.blocks import Blocks
from mailstead.items.errors import UNREADABLE, named

_SIGNS = (
    ("ntfs", 3, b"NTFS    "),
    ("ReFS", 3, b"ReFS\0"),
    ("BitLocker", 3, b"-FVE-FS-"),
    ("crypto_LUKS", 0, b"LUKS\xba\xbe"),
    ("xfs", 0, b"XFSB"),
    ("btrfs", 0x10040, b"_BHRfS_M"),
    ("swap", 4086, b"SWAPSPACE2"),
    ("vfat", 82, b"FAT32   "),
    ("vfat", 54, b"FAT16   "),
    ("ext4", 1024 + 56, b"\x53\xef"),
    ("ext4", 32768 * 4096 + 56, b"\x53\xef"),
    ("ext4", 8193 * 1024 + 56, b"\x53\xef"),
)
WITHOUT_MAIL = frozenset({"", "swap", "vfat"})


def kind_of(part: Blocks) -> str:
    """Return what kind of file system this is; "" for one that is not known, or none."""
    return next((kind for kind, place, sign in _SIGNS if _at(part, place, len(sign)) == sign), "")


def _at(part: Blocks, place: int, length: int) -> bytes:
    try:
        return part.read(place, length)
    except UNREADABLE as error:
        named("signature", error)
        return b""
