"""Mails as files: one as it is, many as mbox or ZIP, and a note where one cannot be read."""

import io
import mailbox
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from mailstead.ground.errors import InvalidInput
from mailstead.items.drivers.memory import MemoryFiles
from mailstead.items.errors import DamagedDisk
from mailstead.items.mailboxes.finding import folder, listing, mailboxes
from mailstead.items.model import Message
from mailstead.salvage.opening import Box
from mailstead.salvage.packing import Form, packed
from tests.items.disks import mail

from .versions import ARRIVED, maildir, numbered


class OneIsDamaged(MemoryFiles):
    def read(self, node: int, offset: int, length: int) -> bytes:
        found = super().read(node, offset, length)
        if b"Subject: Offer 2" in found:
            raise DamagedDisk("block 7 cannot be read")
        return found


def _box(kind: type[MemoryFiles] = MemoryFiles) -> tuple[Box, tuple[Message, ...]]:
    hostile = {"cur/1.M9P1.host:2,S": mail(9).replace(b"Offer", b"../../etc/passwd")}
    files = kind(maildir(numbered(1, 2, 3) | hostile), ARRIVED)
    found = next(mailboxes(files, []))
    return Box(files, found), listing(files, found, folder(files, found, "INBOX")).messages


def test_an_eml_is_the_mail_to_the_byte_and_only_one() -> None:
    box, messages = _box()
    assert b"".join(packed(box, [m for m in messages if ".M1P" in m.path], Form.EML)) == mail(1)
    with pytest.raises(InvalidInput):
        packed(box, messages, Form.EML)


def test_a_zip_has_a_file_for_each_under_a_harmless_name() -> None:
    box, messages = _box()
    with ZipFile(io.BytesIO(b"".join(packed(box, messages, Form.ZIP)))) as archive:
        assert archive.testzip() is None
        assert {archive.read(name) for name in archive.namelist()} == {mail(1), mail(2), mail(3)} | {
            mail(9).replace(b"Offer", b"../../etc/passwd")
        }
        assert not [name for name in archive.namelist() if "/" in name or ".." in name]


def test_an_mbox_is_read_by_others_and_says_what_is_missing(tmp_path: Path) -> None:
    box, messages = _box(OneIsDamaged)
    place = tmp_path / "found.mbox"
    place.write_bytes(b"".join(packed(box, messages, Form.MBOX)))
    with closing(mailbox.mbox(place)) as found:
        subjects = [message["Subject"] for message in found]
    assert sorted(subjects) == ["../../etc/passwd 9", "Offer 1", "Offer 3", "a mail that cannot be read"]
    assert b"block 7 cannot be read" in place.read_bytes()
