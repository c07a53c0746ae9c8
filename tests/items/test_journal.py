"""A crash leaves changes in the journal alone: they are read, and nothing is written."""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailstead.ground.blocks import HeldBlocks
from mailstead.items.disks.tree import find
from mailstead.items.drivers.ext4 import open_ext4
from mailstead.items.drivers.ext4.journal import JournalHead, replay
from mailstead.items.errors import DamagedDisk
from mailstead.items.model import Damage

from .disks import ImageBlocks, all_files, ext4_image, laid, mail, ran

BEFORE = {f"Maildir/cur/{number}:2,S": mail(number) for number in range(40)}
AFTER = b"Subject: changed after the crash\r\n\r\n".ljust(1024, b"x")


def _journalled(folder: Path, *options: str) -> tuple[Path, int]:
    """Make an image whose journal holds a newer block of a file; return it and the block."""
    image = ext4_image(folder / "image", laid(folder / "tree", BEFORE), "-b", "1024", *options)
    block = int(ran("debugfs", "-R", "blocks Maildir/cur/7:2,S", image).split()[0])
    (folder / "newer").write_bytes(AFTER)
    checked = "" if options else "-c"
    commands = f"journal_open {checked}\njournal_write -b {block} {folder / 'newer'}\njournal_close\n"
    ran("debugfs", "-w", "-f", "-", image, text=commands)
    return image, block


@pytest.mark.parametrize("options", [(), ("-O", "^64bit,^metadata_csum")], ids=["checksums", "plain"])
def test_a_block_in_the_journal_replaces_the_one_on_the_disk(tmp_path: Path, options: tuple[str, ...]) -> None:
    image, block = _journalled(tmp_path, *options)
    before = image.read_bytes()
    assert before[block * 1024 : block * 1024 + 1024].startswith(mail(7))
    files = open_ext4(HeldBlocks(before))
    node = find(files, "Maildir/cur/7:2,S").node
    assert files.read(node, 0, 1024) == AFTER[: len(mail(7))]
    assert files.remarks == ()
    ran("e2fsck", "-fy", image)
    assert open_ext4(ImageBlocks(image)).read(node, 0, 1024) == AFTER[: len(mail(7))]


def test_a_damaged_block_of_the_journal_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    image, block = _journalled(tmp_path)
    raw = bytearray(image.read_bytes())
    place = next(at for at in _places(raw, AFTER) if at != block * 1024)
    raw[place + 100] ^= 1
    files = open_ext4(HeldBlocks(bytes(raw)))
    damage: list[Damage] = []
    found = all_files(files, damage)
    assert [(each.where, "of the journal is damaged" in each.why) for each in damage] == [("Maildir/cur/7:2,S", True)]
    assert found == {name: held for name, held in BEFORE.items() if name != "Maildir/cur/7:2,S"}


def test_a_journal_that_is_none_is_told_and_the_disk_is_read_as_it_lies(tmp_path: Path) -> None:
    image, _ = _journalled(tmp_path)
    raw = bytearray(image.read_bytes())
    journal = int(ran("debugfs", "-R", "blocks <8>", image).split()[0])
    raw[journal * 1024 : journal * 1024 + 4] = bytes(4)
    files = open_ext4(HeldBlocks(bytes(raw)))
    assert [remark.where for remark in files.remarks] == ["journal"]
    assert all_files(files, []) == BEFORE


def _places(raw: bytes | bytearray, what: bytes) -> Iterator[int]:
    place = raw.find(what)
    while place >= 0:
        yield place
        place = raw.find(what, place + 1)


class Journal:
    """A journal of 1 KiB blocks without checksums, written here block by block."""

    def __init__(self, *blocks: bytes, start: int = 1, sequence: int = 5, size: int = 64) -> None:
        head = struct.pack(">IIIIIIIIIIII", 0xC03B3998, 4, 0, 1024, size, 1, sequence, start, 0, 0, 0, 0)
        self.blocks = [head.ljust(1024, b"\0"), *(block.ljust(1024, b"\0") for block in blocks)]
        self.head = JournalHead.parse(self.blocks[0])

    def read(self, number: int) -> bytes:
        return self.blocks[number] if number < len(self.blocks) else bytes(1024)

    def newest(self) -> dict[int, bytes]:
        found = replay(self.head, self.read)
        return {block: self.head.content(at, self.read(at.block))[:4] for block, at in found.items()}


def _own(kind: int, sequence: int, rest: bytes = b"") -> bytes:
    return struct.pack(">III", 0xC03B3998, kind, sequence) + rest


def _tags(*blocks: int, escaped: bool = False) -> bytes:
    flags = [2 | escaped | (8 if number == len(blocks) - 1 else 0) for number in range(len(blocks))]
    return b"".join(struct.pack(">IHH", block, 0, flag) for block, flag in zip(blocks, flags, strict=True))


def _revoked(*blocks: int) -> bytes:
    return struct.pack(f">I{len(blocks)}I", 16 + 4 * len(blocks), *blocks)


def test_the_newest_committed_content_counts() -> None:
    journal = Journal(
        *(_own(1, 5, _tags(70, 71)), b"old ", b"71 .", _own(2, 5)),
        *(_own(1, 6, _tags(70)), b"new ", _own(2, 6)),
        *(_own(1, 7, _tags(71)), b"lost"),
    )
    assert journal.newest() == {70: b"new ", 71: b"71 ."}


def test_a_revoked_block_stays_as_it_is_until_it_is_written_again() -> None:
    journal = Journal(
        *(_own(1, 5, _tags(70, 71)), b"70..", b"71..", _own(2, 5)),
        *(_own(5, 6, _revoked(70, 71)), _own(2, 6)),
        *(_own(1, 7, _tags(71)), b"anew", _own(2, 7)),
    )
    assert journal.newest() == {71: b"anew"}


def test_a_block_that_looked_like_the_journals_own_is_given_its_first_bytes_back() -> None:
    journal = Journal(_own(1, 5, _tags(70, escaped=True)), b"\0\0\0\0rest", _own(2, 5))
    assert journal.newest() == {70: struct.pack(">I", 0xC03B3998)}


def test_the_log_goes_round_and_its_numbers_too() -> None:
    blocks = [
        _own(2, 0xFFFFFFFF),
        _own(1, 0, _tags(9)),
        b"wrap",
        _own(2, 0),
        b"",
        _own(1, 0xFFFFFFFF, _tags(8)),
        b"8...",
    ]
    journal = Journal(*blocks, start=6, sequence=0xFFFFFFFF, size=8)
    assert journal.newest() == {8: b"8...", 9: b"wrap"}


def test_an_empty_log_replaces_nothing() -> None:
    assert Journal(_own(1, 5, _tags(70)), b"old", _own(2, 5), start=0).newest() == {}


def test_a_log_without_end_is_left() -> None:
    assert Journal(*(_own(5, 5, _revoked()) for _ in range(70))).newest() == {}


@pytest.mark.parametrize(
    "raw", [b"", bytes(1024), struct.pack(">IIIIIIII", 0xC03B3998, 4, 0, 3, 9, 1, 1, 0).ljust(1024, b"\0")]
)
def test_what_is_no_journal_is_refused(raw: bytes) -> None:
    with pytest.raises(DamagedDisk):
        JournalHead.parse(raw)


@contextmanager
def _mounted(image: Path, folder: Path) -> Iterator[Path]:
    folder.mkdir()
    ran("mount", "-o", "loop", image, folder)
    try:
        yield folder
    finally:
        ran("umount", folder)


@pytest.mark.host
@pytest.mark.parametrize(
    "options",
    [(), ("-O", "^metadata_csum"), ("-t", "ext3"), ("-b", "1024")],
    ids=["ext4", "plain", "ext3", "small-blocks"],
)
def test_every_mail_that_was_confirmed_before_a_crash_is_there(tmp_path: Path, options: tuple[str, ...]) -> None:
    image = ext4_image(tmp_path / "image", laid(tmp_path / "tree", BEFORE), *options, mib=64)
    confirmed = dict(BEFORE)
    with _mounted(image, tmp_path / "mounted") as top:
        for number in range(100, 160):
            name = f"Maildir/cur/{number}:2,"
            with (top / name).open("wb") as file:
                file.write(mail(number))
                file.flush()
                os.fsync(file.fileno())
            confirmed[name] = mail(number)
        for number in range(0, 40, 3):
            (top / f"Maildir/cur/{number}:2,S").unlink()
            del confirmed[f"Maildir/cur/{number}:2,S"]
        folder = os.open(top / "Maildir/cur", os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        shutil.copyfile(image, tmp_path / "crashed")
    crashed = (tmp_path / "crashed").read_bytes()
    damage: list[Damage] = []
    assert b"needs_recovery" in ran("dumpe2fs", "-h", tmp_path / "crashed").encode()
    assert all_files(open_ext4(HeldBlocks(crashed)), damage) == confirmed
    assert not damage
    subprocess.run(["e2fsck", "-fy", tmp_path / "crashed"], check=False, capture_output=True)
    assert all_files(open_ext4(ImageBlocks(tmp_path / "crashed")), damage) == confirmed
