"""The medium: a small CD image (ISO 9660, ECMA-119, level 1) with files at its root. Same files, same bytes.

Windows Setup looks for Unattend.xml at the root of removable read-only media, in the order of their drive letters; a
fixed disk is not looked at. Our names fit into 8.3, so no extension (Joliet, UDF) is needed.
"""

import re
import struct
from collections.abc import Mapping
from itertools import accumulate

from mailstead.security.model import Secret
from mailstead.windows.errors import BadAnswerFile

ANSWERS = "UNATTEND.XML"
SECTOR = 2048
_NAME = re.compile(r"[A-Z0-9_]{1,8}(\.[A-Z0-9_]{1,3})?")
_LABEL = "MAILSTEAD"
_TABLE_L, _TABLE_M, _ROOT, _FILES = 18, 19, 20, 21  # sectors; the system area and two descriptors come before
_NO_DATE, _NO_TIME = bytes(7), b"0" * 16 + b"\0"


def cd_image(files: Mapping[str, Secret]) -> Secret:
    """Return the image; raise BadAnswerFile for a name that is not 8.3 in capitals, or more files than one sector."""
    for name in files:
        if not _NAME.fullmatch(name):
            remedy = "use up to 8 capitals, a dot and up to 3"
            raise BadAnswerFile(f"{name!r} cannot be a file on a CD", field="name", value=name, remedy=remedy)
    contents = [files[name].reveal() for name in sorted(files)]
    starts = list(accumulate((_sectors(len(each)) for each in contents), initial=_FILES))
    records = [
        _record(f"{name};1".encode(), start, len(content))
        for name, start, content in zip(sorted(files), starts, contents, strict=False)
    ]
    root = b"".join([_record(b"\0", _ROOT, SECTOR, folder=True), _record(b"\1", _ROOT, SECTOR, folder=True), *records])
    if len(root) > SECTOR:
        raise BadAnswerFile(f"{len(files)} files are too many", field="files", remedy="put fewer on one medium")
    sectors = [_descriptor(starts[-1]), b"\xffCD001\1", _path_table("<"), _path_table(">"), root, *contents]
    return Secret(bytes(16 * SECTOR) + b"".join(map(_padded, sectors)))


def _descriptor(sectors: int) -> bytes:
    """The primary volume descriptor (ECMA-119, 8.4)."""
    table = len(_path_table("<"))
    return b"".join(
        (
            b"\1CD001\1\0",
            _text("", 32),
            _text(_LABEL, 32),
            bytes(8),
            _both("I", sectors),
            bytes(32),
            _both("H", 1),
            _both("H", 1),
            _both("H", SECTOR),
            _both("I", table),
            struct.pack("<II", _TABLE_L, 0),
            struct.pack(">II", _TABLE_M, 0),
            _record(b"\0", _ROOT, SECTOR, folder=True),
            _text("", 4 * 128 + 3 * 37),
            _NO_TIME * 4,
            b"\1\0",
        )
    )


def _record(name: bytes, start: int, size: int, *, folder: bool = False) -> bytes:
    """A directory record (9.1), of even length."""
    body = b"".join(
        (b"\0", _both("I", start), _both("I", size), _NO_DATE, bytes([2 * folder, 0, 0]), _both("H", 1))
    ) + bytes([len(name)])
    pad = bytes((1 + len(body) + len(name)) % 2)
    return bytes([1 + len(body) + len(name) + len(pad)]) + body + name + pad


def _path_table(order: str) -> bytes:
    """The path table (9.4) of a medium without folders: its root alone."""
    return struct.pack(f"{order}BBIH", 1, 0, _ROOT, 1) + b"\0\0"


def _both(form: str, number: int) -> bytes:
    return struct.pack(f"<{form}", number) + struct.pack(f">{form}", number)


def _text(text: str, size: int) -> bytes:
    return text.encode().ljust(size)


def _sectors(size: int) -> int:
    return -(-size // SECTOR)


def _padded(content: bytes) -> bytes:
    return content.ljust(_sectors(len(content)) * SECTOR, b"\0")
