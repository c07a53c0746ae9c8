"""Damage is named, the rest stays readable, and nothing makes the reading fail otherwise."""

import random
import re
from pathlib import Path

import pytest

from mailstead.ground.blocks import HeldBlocks
from mailstead.items.disks.tree import find
from mailstead.items.disks.volumes import survey
from mailstead.items.drivers.ext4 import open_ext4
from mailstead.items.errors import UNREADABLE, DamagedDisk
from mailstead.items.mailboxes.finding import folders, listing, mailboxes
from mailstead.items.model import Damage, Message

from .disks import GONE, FailingBlocks, all_files, ext4_image, laid, mail, ran

TREE = {f"acme.example/anna/Maildir/cur/{number}.M1P1.host:2,S": mail(number) for number in range(300)} | {
    f"acme.example/anna/Maildir/{part}/.keep": b"" for part in ("new", "tmp")
}
CUR = "acme.example/anna/Maildir/cur"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage")
    return ext4_image(folder / "image", laid(folder / "tree", TREE), "-b", "1024")


def _blocks(image: Path, path: str) -> list[int]:
    return [int(number) for number in ran("debugfs", "-R", f"blocks {path}", image).split()]


def _leaf(image: Path) -> int:
    """Return a block of the folder that holds names."""
    raw = image.read_bytes()
    return next(
        block for block in _blocks(image, CUR) if raw.count(b".M1P1.host", block * 1024, block * 1024 + 1024) > 9
    )


def test_a_flipped_byte_in_a_folder_is_found_and_the_other_names_are_there(image: Path) -> None:
    raw = bytearray(image.read_bytes())
    block = _leaf(image)
    raw[block * 1024 + 9] ^= 0xFF
    damage: list[Damage] = []
    found = all_files(open_ext4(HeldBlocks(bytes(raw))), damage)
    assert [str(block) in each.where and "checksum" in each.why for each in damage] == [True]
    assert len(found.keys() & TREE.keys()) >= len(TREE) - 1


def test_a_block_of_a_folder_that_cannot_be_read_costs_only_its_names(image: Path) -> None:
    raw = image.read_bytes()
    block = _leaf(image)
    inside = len(re.findall(rb"\.M1P1\.host", raw[block * 1024 : block * 1024 + 1024]))
    damage: list[Damage] = []
    found = all_files(open_ext4(FailingBlocks(raw, [block * 1024])), damage)
    assert [each.why for each in damage] == ["a chunk of the backup is damaged"]
    assert len(found) == len(TREE) - inside > 200


def test_a_mail_that_cannot_be_read_is_named_and_the_others_are_read(image: Path) -> None:
    block = _blocks(image, f"{CUR}/7.M1P1.host:2,S")[0]
    damage: list[Damage] = []
    found = all_files(open_ext4(FailingBlocks(image.read_bytes(), [block * 1024])), damage)
    assert [each.where for each in damage] == [f"{CUR}/7.M1P1.host:2,S"]
    assert found.keys() == TREE.keys() - {f"{CUR}/7.M1P1.host:2,S"}


def test_a_damaged_inode_is_named_with_its_mail(image: Path) -> None:
    raw = bytearray(image.read_bytes())
    found = re.search(r"block (\d+), offset 0x([0-9a-f]+)", ran("debugfs", "-R", f"imap {CUR}/7.M1P1.host:2,S", image))
    assert found
    raw[int(found[1]) * 1024 + int(found[2], 16) + 4] ^= 1
    survey_ = survey(HeldBlocks(bytes(raw)), (open_ext4,))
    files = survey_.volumes[0].files
    box = next(mailboxes(files, []))
    listed = listing(files, box, next(folders(files, box, [])))
    assert [each.where for each in listed.damage] == [f"{CUR}/7.M1P1.host:2,S"]
    assert len(listed.messages) == 299


def test_the_copies_of_the_superblock_and_of_the_descriptors_are_used(image: Path) -> None:
    raw = bytearray(image.read_bytes())
    raw[1024 : 1024 + 4096] = bytes(4096)
    found = survey(HeldBlocks(bytes(raw)), (open_ext4,))
    assert all_files(found.volumes[0].files, []) == TREE
    assert [(each.where, "copy" in each.why) for each in found.damage] == [("disk, superblock", True)]


def test_a_disk_that_was_cut_off_gives_what_is_left(image: Path) -> None:
    raw = image.read_bytes()
    last = max(_blocks(image, f"{CUR}/{number}.M1P1.host:2,S")[0] for number in range(0, 300, 10))
    damage: list[Damage] = []
    found = all_files(open_ext4(HeldBlocks(raw[: last * 1024])), damage)
    assert damage
    assert len(found) > 100
    assert found.items() <= TREE.items()


def test_a_store_that_does_not_answer_is_no_damage(image: Path) -> None:
    raw = image.read_bytes()
    for place in (1024, _leaf(image) * 1024):
        with pytest.raises(type(GONE)):
            all_files(open_ext4(FailingBlocks(raw, [place], GONE)), [])


def test_a_name_that_damage_may_hide_is_not_said_to_be_missing(image: Path) -> None:
    files = open_ext4(FailingBlocks(image.read_bytes(), [_leaf(image) * 1024]))
    with pytest.raises(DamagedDisk, match="may have been there"):
        find(files, f"{CUR}/no-such-mail")


@pytest.mark.parametrize("seed", range(40))
def test_whatever_bytes_are_flipped_only_our_own_errors_come(image: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # which bytes are flipped is no secret
    raw = bytearray(image.read_bytes())
    used = [place for place in range(1024, len(raw), 1024) if any(raw[place : place + 1024])]
    for place in chance.sample(used, 20):
        raw[place + chance.randrange(1024)] ^= 1 << chance.randrange(8)
        raw[place : place + 8] = chance.randbytes(8)
    wrong = _wrong_mails(bytes(raw))
    assert len(wrong) <= 20


def _wrong_mails(raw: bytes) -> list[Message]:
    """Return the mails that are listed, readable and not what was written: only a mail's own bytes may be wrong."""
    wrong: list[Message] = []
    damage: list[Damage] = []
    for volume in survey(HeldBlocks(raw), (open_ext4,)).volumes:
        for box in mailboxes(volume.files, damage):
            try:
                listed = [listing(volume.files, box, folder) for folder in folders(volume.files, box, damage)]
            except UNREADABLE:
                continue
            for message in (message for each in listed for message in each.messages):
                try:
                    content = volume.files.read(message.node, 0, 1 << 20)
                except UNREADABLE:
                    continue
                if content != TREE.get(message.path):
                    wrong.append(message)
    return wrong
