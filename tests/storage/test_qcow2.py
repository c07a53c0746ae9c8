import struct

import pytest

from mailstead.storage.drivers.qcow2 import parse_head

NAME = b"/images/one.qcow2"


def _head(version: int = 3, offset: int = 104, length: int = len(NAME)) -> bytes:
    fixed = struct.pack(">IIQIIQ", 0x514649FB, version, offset, length, 16, 5 << 30)
    return fixed.ljust(104, b"\0") + NAME


@pytest.mark.parametrize("version", [2, 3])
def test_size_and_backing_file_are_read(version: int) -> None:
    head = parse_head(_head(version))
    assert (head.size_bytes, head.backing) == (5 << 30, NAME.decode())


def test_a_disk_on_its_own_has_no_backing_file() -> None:
    assert parse_head(_head(offset=0, length=0)).backing is None


@pytest.mark.parametrize("data", [b"", b"QFI", b"x" * 200, _head(9), _head(offset=5000)])
def test_what_is_no_qcow2_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        parse_head(data)
