"""VHDX is read as QEMU reads it; a child, of which QEMU knows nothing, as libvhdi does."""

from pathlib import Path

import pytest

from mailstead.backup.drivers.hyperv.vhdx import Vhdx, layout_of
from mailstead.backup.errors import DiskUnreadable
from mailstead.backup.model import CHUNK
from mailstead.ground.blocks import HeldBlocks
from tests.standin.hyperv.vhdx_child import make_child

from .images import run
from .world import by_chance

MIB = 1 << 20
SIZE = 40 * MIB
PARENT = r"C:\images\base.vhdx"


def made(path: Path, seed: int = 1, size: int = SIZE, *options: str) -> Path:
    """Make a disk with bytes by chance at places by chance."""
    run("qemu-img", "create", "-q", "-f", "vhdx", *options, str(path), str(size))
    chance = by_chance(seed)
    places = [chance.randrange(0, size - 70_000) for _ in range(12)]
    commands = [f"write -q -P {1 + number} {at} {chance.randrange(1, 70_000)}" for number, at in enumerate(places)]
    run("qemu-io", "-f", "vhdx", *(word for command in commands for word in ("-c", command)), str(path))
    return path


def raw(path: Path) -> bytes:
    into = path.with_suffix(".raw")
    run("qemu-img", "convert", "-f", "vhdx", "-O", "raw", str(path), str(into))
    return into.read_bytes()


def opened(path: Path, parent: Vhdx | None = None) -> Vhdx:
    file = HeldBlocks(path.read_bytes())
    return Vhdx(file, layout_of(file), parent)


def all_of(disk: Vhdx, step: int = 3 * MIB + 512) -> bytes:
    return b"".join(disk.read(at, step) for at in range(0, disk.size, step))


@pytest.mark.parametrize("options", [(), ("-o", "block_size=1M"), ("-o", "subformat=fixed")], ids=str)
def test_a_disk_is_as_qemu_reads_it(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = made(tmp_path / "a.vhdx", 1, SIZE, *options)
    disk = opened(path)
    assert all_of(disk) == raw(path)
    assert disk.read(SIZE - 5, 100) == raw(path)[-5:]
    assert disk.read(SIZE, 1) == b""


def test_what_is_not_allocated_holds_zeros(tmp_path: Path) -> None:
    path = made(tmp_path / "a.vhdx", 2, SIZE, "-o", "block_size=1M")
    content, used = bytearray(raw(path)), opened(path).allocated()
    assert 0 < sum(part.length for part in used) < SIZE
    for part in used:
        content[part.offset : part.end] = bytes(part.length)
    assert not any(content)


def test_more_blocks_than_one_bitmap_is_for(tmp_path: Path) -> None:
    path = tmp_path / "wide.vhdx"
    run("qemu-img", "create", "-q", "-f", "vhdx", "-o", "block_size=1M", str(path), "6G")
    run("qemu-io", "-f", "vhdx", "-c", "write -q -P 9 5000M 64k", "-c", "write -q -P 8 0 64k", str(path))
    disk = opened(path)
    assert disk.read(5000 * MIB, CHUNK) == b"\x09" * CHUNK
    assert [part.offset for part in disk.allocated()] == [0, 5000 * MIB]


def child_of(folder: Path, *, size: int = SIZE) -> tuple[Path, Vhdx, bytes]:
    """Return a child with its disk, and what must be on it."""
    chance, parent = by_chance(5), made(folder / "base.vhdx", 3, SIZE, "-o", "block_size=1M")
    places = [
        (at // 512 * 512, chance.randbytes(512 * chance.randint(1, 200))) for at in (0, 700, 3 * MIB - 1024, 20 * MIB)
    ]
    writes = dict([*places, (30 * MIB, bytes(512)), (8 * MIB, chance.randbytes(MIB))])
    make_child(folder / "child.avhdx", parent, writes, says=PARENT, size=size)
    expected = bytearray(raw(parent).ljust(size, b"\0"))
    for at, content in writes.items():
        expected[at : at + len(content)] = content
    return folder / "child.avhdx", opened(folder / "child.avhdx", opened(parent)), bytes(expected)


def test_a_child_is_read_over_its_parent(tmp_path: Path) -> None:
    _, disk, expected = child_of(tmp_path)
    assert all_of(disk) == expected
    assert all_of(disk, 12_345) == expected
    assert disk.layout.parent
    assert disk.layout.parent["absolute_win32_path"] == PARENT


def test_a_child_may_be_larger_than_its_parent(tmp_path: Path) -> None:
    _, disk, expected = child_of(tmp_path, size=SIZE + 5 * MIB)
    assert all_of(disk) == expected
    assert all(part.end <= SIZE + 5 * MIB for part in disk.allocated())


def test_libvhdi_reads_the_same_child(tmp_path: Path) -> None:
    pyvhdi = pytest.importorskip("pyvhdi", reason="needs python3-libvhdi")
    path, disk, expected = child_of(tmp_path)
    below, above = pyvhdi.open(str(tmp_path / "base.vhdx")), pyvhdi.open(str(path))
    above.set_parent(below)
    above.seek(0)
    assert above.read(disk.size) == expected


def test_a_child_without_its_parent_is_refused(tmp_path: Path) -> None:
    path, _, _ = child_of(tmp_path)
    with pytest.raises(DiskUnreadable, match="missing, or was changed"):
        opened(path)


def test_a_parent_that_was_written_to_is_refused(tmp_path: Path) -> None:
    path, _, _ = child_of(tmp_path)
    run("qemu-io", "-f", "vhdx", "-c", "write -q 0 512", str(tmp_path / "base.vhdx"))
    with pytest.raises(DiskUnreadable, match="missing, or was changed"):
        opened(path, opened(tmp_path / "base.vhdx"))


def test_a_file_whose_log_waits_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.vhdx")
    content = bytearray(path.read_bytes())
    for at in (64 << 10, 128 << 10):
        content[at + 48] = 1
    file = HeldBlocks(bytes(content))
    with pytest.raises(DiskUnreadable, match="log"):
        layout_of(file)


def test_anything_else_is_no_vhdx(tmp_path: Path) -> None:
    whole = made(tmp_path / "a.vhdx").read_bytes()
    for content in (b"", b"conectix" * 100, whole[: 100 << 10], whole[: 2 << 20], whole[: (3 << 20) + 100]):
        with pytest.raises(DiskUnreadable):
            layout_of(HeldBlocks(content))
