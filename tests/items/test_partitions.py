"""Partition tables as sfdisk writes them, and such as nobody should."""

import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstead.ground.blocks import HeldBlocks
from mailstead.items.disks.partitions import partitions
from mailstead.items.disks.volumes import survey
from mailstead.items.drivers.memory import MemoryFiles, MemoryOpener
from mailstead.items.model import Damage

from .disks import FailingBlocks

MIB = 1 << 20


def _partitioned(image: Path, script: str) -> bytes:
    with image.open("wb") as file:
        file.truncate(64 * MIB)
    subprocess.run(["/usr/sbin/sfdisk", "--quiet", image], input=script.encode(), check=True, capture_output=True)
    return image.read_bytes()


@pytest.fixture(scope="module")
def gpt(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return _partitioned(
        tmp_path_factory.mktemp("gpt") / "disk", "label: gpt\nsize=8M, name=system\nsize=16M, name=Käfig\n"
    )


def test_a_gpt_is_read(gpt: bytes) -> None:
    damage: list[Damage] = []
    found = partitions(HeldBlocks(gpt), damage)
    assert [(part.name, part.label, part.size // MIB, part.extents[0].offset) for part in found] == [
        ("1", "system", 8, MIB),
        ("2", "Käfig", 16, 9 * MIB),
    ]
    assert not damage


@pytest.mark.parametrize("place", [512 + 20, 1024 + 40], ids=["head", "entries"])
def test_the_copy_of_a_damaged_gpt_is_used_and_that_is_told(gpt: bytes, place: int) -> None:
    broken = bytearray(gpt)
    broken[place] ^= 1
    for disk in (HeldBlocks(bytes(broken)), FailingBlocks(gpt, [place])):
        damage: list[Damage] = []
        assert [part.name for part in partitions(disk, damage)] == ["1", "2"]
        assert [each.where for each in damage] == ["partition table"]


def test_an_mbr_with_logical_partitions_is_read(tmp_path: Path) -> None:
    script = "label: dos\n1 : size=8M\n2 : size=40M, type=5\n5 : size=8M\n6 : size=16M\n"
    found = partitions(HeldBlocks(_partitioned(tmp_path / "disk", script)), [])
    assert [(part.name, part.size // MIB) for part in found] == [("1", 8), ("5", 8), ("6", 16)]


def test_logical_partitions_that_go_in_circles_end() -> None:
    entries = struct.pack("<4xB3xII", 0x83, 1, 1) + struct.pack("<4xB3xII", 0x05, 0, 1)
    table = bytes(446) + entries + bytes(32) + b"\x55\xaa"
    looping = bytearray(table + bytes(512 * 7))
    looping[462 + 8 : 462 + 12] = struct.pack("<I", 2)
    looping[1024:1536] = (
        bytes(446) + struct.pack("<4xB3xII", 0x83, 1, 1) + struct.pack("<4xB3xII", 5, 2, 1) + bytes(32) + b"\x55\xaa"
    )
    looping[1024 + 462 + 8 : 1024 + 462 + 12] = struct.pack("<I", 0)
    assert len(partitions(HeldBlocks(bytes(looping)), [])) < 200


@given(st.binary(min_size=0, max_size=2048))
def test_whatever_stands_there_is_no_reason_to_fail(raw: bytes) -> None:
    partitions(HeldBlocks(raw), [])
    partitions(HeldBlocks(bytes(446) + raw[:64].ljust(64, b"\0") + b"\x55\xaa" + raw), [])


def test_what_could_hold_mail_and_is_not_read_is_named(gpt: bytes) -> None:
    disk = bytearray(gpt)
    disk[MIB : MIB + 4] = b"XFSB"
    disk[9 * MIB + 3 : 9 * MIB + 11] = b"NTFS    "
    found = survey(HeldBlocks(bytes(disk)), (MemoryOpener("ntfs", MemoryFiles({"x": b""})),))
    assert [(volume.partition.name, volume.kind) for volume in found.volumes] == [("2", "ntfs")]
    assert [str(each) for each in found.damage] == ["1: xfs is not read here"]


def test_a_file_system_without_a_table_is_found() -> None:
    disk = bytearray(MIB)
    disk[1024 + 56 : 1024 + 58] = b"\x53\xef"
    found = survey(HeldBlocks(bytes(disk)), (MemoryOpener("ext4", MemoryFiles({"x": b""})),))
    assert [(volume.partition.name, volume.partition.size) for volume in found.volumes] == [("", MIB)]
