"""The CD image, read back by the book (ECMA-119) and not by the code that wrote it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstead.security.model import Secret
from mailstead.windows.errors import BadAnswerFile
from mailstead.windows.unattend.medium import ANSWERS, cd_image

SECTOR = 2048


def read_back(image: bytes) -> dict[str, bytes]:
    """Follow the primary volume descriptor to the root folder, and its records to the files."""
    descriptor = image[16 * SECTOR : 17 * SECTOR]
    assert descriptor[:7] == b"\1CD001\1"
    assert image[17 * SECTOR : 17 * SECTOR + 7] == b"\xffCD001\1"
    assert struct.unpack_from("<I", descriptor, 80)[0] * SECTOR == len(image)
    assert struct.unpack_from("<H", descriptor, 128)[0] == SECTOR
    start, size = _extent(descriptor, 156)
    folder, files, at = image[start * SECTOR : start * SECTOR + size], {}, 0
    while at < len(folder) and folder[at]:
        length, named = folder[at], folder[at + 33 : at + 33 + folder[at + 32]]
        first, size = _extent(folder, at)
        if not folder[at + 25] & 2:
            files[named.decode()] = image[first * SECTOR : first * SECTOR + size]
        at += length
    return files


def _extent(record: bytes, at: int) -> tuple[int, int]:
    little, big = struct.unpack_from("<I", record, at + 2), struct.unpack_from(">I", record, at + 6)
    assert little == big, "both byte orders say the same"
    return little[0], struct.unpack_from("<I", record, at + 10)[0]


NAMES = st.from_regex(r"[A-Z0-9_]{1,8}\.[A-Z0-9_]{1,3}", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=3 * SECTOR), max_size=6))
def test_what_was_put_on_is_read_back(files: dict[str, bytes]) -> None:
    image = cd_image({name: Secret(content) for name, content in files.items()}).reveal()
    assert read_back(image) == {f"{name};1": content for name, content in files.items()}
    assert len(image) % SECTOR == 0


def test_the_same_files_give_the_same_bytes() -> None:
    files = {ANSWERS: Secret.of("a"), "GUEST.PFX": Secret.of("b")}
    assert cd_image(files) == cd_image(dict(reversed(files.items())))


@pytest.mark.parametrize("name", ["unattend.xml", "TOOLONGNAME.X", "A/B.C", "..", "A.LONG", ""])
def test_a_name_that_a_cd_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(BadAnswerFile, match="CD"):
        cd_image({name: Secret.of("x")})


def test_too_many_files_are_refused() -> None:
    with pytest.raises(BadAnswerFile, match="too many"):
        cd_image({f"F{number}.X": Secret.of("x") for number in range(60)})
