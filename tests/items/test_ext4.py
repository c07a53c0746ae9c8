"""ext2, ext3 and ext4 as mke2fs makes them."""

import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailstead.items.disks.tree import find
from mailstead.items.drivers.ext4 import open_ext4
from mailstead.items.errors import UnsupportedDisk
from mailstead.items.mailboxes.content import beginning, pieces
from mailstead.items.mailboxes.headers import HEADER_MOST, parse_headers
from mailstead.items.model import Damage, Layout, Message
from mailstead.items.port import FileSystem

from .contract import CONTENT, FileSystemContract
from .disks import ImageBlocks, all_files, ext4_image, laid, ran


class Ext4Contract(FileSystemContract):
    options: tuple[str, ...] = ()

    @pytest.fixture(scope="class")
    @classmethod
    def files(cls, tmp_path_factory: pytest.TempPathFactory) -> FileSystem:
        folder = tmp_path_factory.mktemp("ext4")
        return open_ext4(ImageBlocks(ext4_image(folder / "image", laid(folder / "tree", CONTENT), *cls.options)))


class TestExt4(Ext4Contract):
    pass


class TestSmallBlocks(Ext4Contract):
    options = ("-b", "1024", "-O", "metadata_csum_seed")


class TestLargeInodes(Ext4Contract):
    options = ("-b", "4096", "-I", "512", "-O", "^64bit,^metadata_csum")


class TestBigalloc(Ext4Contract):
    options = ("-O", "bigalloc", "-C", "16384")


class TestExt3(Ext4Contract):
    options = ("-t", "ext3", "-b", "1024")


class TestExt2(Ext4Contract):
    options = ("-t", "ext2", "-b", "2048")


@pytest.mark.parametrize("options", [("-b", "4096"), ("-t", "ext3", "-b", "1024")], ids=["extents", "indirect"])
def test_holes_are_zeros_and_fragments_are_found(tmp_path: Path, options: tuple[str, ...]) -> None:
    tree = laid(tmp_path / "tree", {"x": b""})
    with (tree / "holes").open("wb") as file:
        for number in range(0, 1500, 2):
            file.seek(number * 4096)
            file.write(b"%d" % number)
        file.seek(70 << 20)
        file.write(b"end")
    files = open_ext4(ImageBlocks(ext4_image(tmp_path / "image", tree, *options, mib=64)))
    node = find(files, "holes").node
    assert files.read(node, 0, files.details(node).size) == (tree / "holes").read_bytes()
    assert files.read(node, 1498 * 4096 - 1, 6) == b"\x001498\x00"


def test_times_before_1970_and_after_2038_are_right(tmp_path: Path) -> None:
    tree = laid(tmp_path / "tree", {"old": b"", "new": b""})
    moments = {"old": datetime(1965, 1, 2, tzinfo=UTC), "new": datetime(2100, 1, 2, tzinfo=UTC)}
    image = ext4_image(tmp_path / "image", tree)
    for name, moment in moments.items():
        ran("debugfs", "-w", "-R", f"set_inode_field {name} mtime @{int(moment.timestamp())}", image)
    files = open_ext4(ImageBlocks(image))
    assert {name: files.details(find(files, name).node).changed for name in moments} == moments


def test_names_may_be_any_bytes(tmp_path: Path) -> None:
    tree = laid(tmp_path / "tree", {"x": b""})
    hostile = [b"\xff\xfe", b"a\nb", b"-rf", b" ", b"x" * 255, "ü".encode()]
    for name in hostile:
        Path(os.fsdecode(bytes(tree) + b"/" + name)).write_bytes(name)
    files = open_ext4(ImageBlocks(ext4_image(tmp_path / "image", tree)))
    found = all_files(files, [])
    assert {os.fsencode(name): held for name, held in found.items()} == {b"x": b""} | {name: name for name in hostile}


def test_a_removed_file_is_not_found(tmp_path: Path) -> None:
    image = ext4_image(tmp_path / "image", laid(tmp_path / "tree", {"kept": b"1", "removed": b"2"}))
    ran("debugfs", "-w", "-R", "rm removed", image)
    assert all_files(open_ext4(ImageBlocks(image)), []) == {"kept": b"1"}


def test_the_label_is_told(tmp_path: Path) -> None:
    image = ext4_image(tmp_path / "image", laid(tmp_path / "tree", {"x": b""}), "-L", "mailstead-data")
    assert open_ext4(ImageBlocks(image)).label == "mailstead-data"


def test_what_is_not_read_here_is_named(tmp_path: Path) -> None:
    tree = laid(tmp_path / "tree", {"tiny": b"inside", "folder/x": b""})
    with pytest.raises(UnsupportedDisk, match="meta_bg"):
        open_ext4(ImageBlocks(ext4_image(tmp_path / "one", tree, "-O", "meta_bg,^resize_inode")))
    files = open_ext4(ImageBlocks(ext4_image(tmp_path / "other", tree, "-O", "inline_data", "-I", "256")))
    damage: list[Damage] = []
    with pytest.raises(UnsupportedDisk, match="inline data"):
        files.read(find(files, "tiny").node, 0, 6)
    assert not damage


def test_a_mail_of_100_mb_passes_through_a_few_mb_of_memory(tmp_path: Path) -> None:
    tree = laid(tmp_path / "tree", {"mail": b"Subject: huge\r\n\r\n"})
    os.truncate(tree / "mail", 100_000_000)
    files = open_ext4(ImageBlocks(ext4_image(tmp_path / "image", tree)))
    node = find(files, "mail").node
    message = Message("INBOX", "mail", node, "1", 1, frozenset(), datetime.now(UTC), 0)
    tracemalloc.start()
    try:
        assert parse_headers(beginning(files, message, Layout.MAILDIR, HEADER_MOST)).subject == "huge"
        assert sum(map(len, pieces(files, message, Layout.MAILDIR))) == 100_000_000
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()
