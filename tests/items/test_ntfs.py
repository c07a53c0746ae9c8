"""NTFS as mkntfs makes it and ntfscp fills it."""

from datetime import timedelta
from pathlib import Path

import pytest

from mailstead.items.disks.tree import find
from mailstead.items.drivers.ntfs import open_ntfs
from mailstead.items.errors import DamagedDisk
from mailstead.items.model import Kind

from .disks import GONE, FailingBlocks, ImageBlocks, ran

CONTENT = {"small": b"hello", "large": bytes(range(256)) * 9000, "empty": b""}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ntfs")
    image = folder / "image"
    image.write_bytes(b"")
    with image.open("r+b") as file:
        file.truncate(16 << 20)
    ran("mkntfs", "--quiet", "--force", "--fast", "--label", "mail", image)
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
        ran("ntfscp", image, folder / name, name)
    return image


def test_files_are_read_byte_by_byte(image: Path) -> None:
    files = open_ntfs(ImageBlocks(image))
    for name, content in CONTENT.items():
        node = find(files, name).node
        assert files.details(node).size == len(content)
        assert files.read(node, 0, 1 << 30) == content
        assert files.read(node, 3, 100) == content[3:103]


def test_details_tell_kind_and_time(image: Path) -> None:
    files = open_ntfs(ImageBlocks(image))
    details = files.details(find(files, "small").node)
    written = image.stat().st_mtime
    assert details.kind is Kind.FILE
    assert abs(details.changed.timestamp() - written) < timedelta(minutes=5).total_seconds()
    assert files.details(files.root).kind is Kind.FOLDER


def test_little_is_read_to_list_a_folder(image: Path) -> None:
    disk = ImageBlocks(image)
    assert {entry.name for entry in open_ntfs(disk).entries(5, [])} >= {b"small", b"large"}
    assert disk.fetched < 200_000


def test_what_cannot_be_read_is_named(image: Path) -> None:
    content = image.read_bytes()
    with pytest.raises(DamagedDisk):
        open_ntfs(FailingBlocks(content[:512] + bytes(len(content) - 512), ()))
    files = open_ntfs(FailingBlocks(content, ()))
    with pytest.raises(DamagedDisk):
        files.details(10**9)
    with pytest.raises(DamagedDisk):
        list(files.entries(find(files, "small").node, []))


def test_an_error_of_the_medium_is_told_as_it_is(image: Path) -> None:
    content = image.read_bytes()
    where = content.index(CONTENT["large"][:4096])
    files = open_ntfs(FailingBlocks(content, [where], GONE))
    with pytest.raises(type(GONE), match="store"):
        files.read(find(files, "large").node, 0, 4096)
