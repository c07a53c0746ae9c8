"""What every file system that is read, and every mailbox that takes mails back, has to do."""

from abc import abstractmethod
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailstead.items.disks.tree import chunks, find
from mailstead.items.errors import DamagedDisk, NoSuchPath
from mailstead.items.model import Damage, Given, Kind
from mailstead.items.plan import fingerprint_of
from mailstead.items.port import FileSystem, Receiver

from .disks import all_files, mail

CONTENT = {
    "small": b"hello",
    "empty": b"",
    "large": bytes(range(256)) * 9000,
    "deep/er/file": b"below",
    "many/names ä.txt": b"umlaut",
    **{f"many/{number:04}-{'n' * (number % 90)}": b"%d" % number for number in range(400)},
}


class FileSystemContract:
    """Reads CONTENT, however it lies on the disk."""

    @pytest.fixture(scope="class")
    @classmethod
    @abstractmethod
    def files(cls, tmp_path_factory: pytest.TempPathFactory) -> FileSystem: ...

    def test_every_file_is_there_and_every_byte_of_it(self, files: FileSystem) -> None:
        damage: list[Damage] = []
        found = all_files(files, damage)
        assert {name: held for name, held in found.items() if not name.startswith("$")} == CONTENT
        assert not damage

    def test_a_part_of_a_file_is_read_alone(self, files: FileSystem) -> None:
        node = find(files, "large").node
        for offset, length in [(0, 10), (4090, 12), (65530, 70000), (len(CONTENT["large"]) - 5, 100)]:
            assert files.read(node, offset, length) == CONTENT["large"][offset : offset + length]

    def test_behind_the_end_there_is_nothing(self, files: FileSystem) -> None:
        assert files.read(find(files, "small").node, 5, 10) == b""
        assert files.read(find(files, "empty").node, 0, 10) == b""

    def test_pieces_make_up_the_file(self, files: FileSystem) -> None:
        assert b"".join(chunks(files, find(files, "large").node)) == CONTENT["large"]

    def test_details_tell_kind_size_and_time(self, files: FileSystem) -> None:
        details = files.details(find(files, "small").node)
        assert (details.kind, details.size) == (Kind.FILE, 5)
        assert details.changed.tzinfo is UTC
        assert files.details(find(files, "deep/er").node).kind is Kind.FOLDER

    @pytest.mark.parametrize("path", ["nowhere", "deep/nowhere", "small/below", "deep/er/file/x"])
    def test_a_path_that_is_not_there_is_refused(self, files: FileSystem, path: str) -> None:
        with pytest.raises(NoSuchPath):
            find(files, path)

    @pytest.mark.parametrize("node", [0, 10**9])
    def test_a_node_that_is_not_there_is_named(self, files: FileSystem, node: int) -> None:
        with pytest.raises(DamagedDisk):
            files.details(node)

    def test_a_file_is_no_folder(self, files: FileSystem) -> None:
        with pytest.raises(DamagedDisk):
            list(files.entries(find(files, "small").node, []))


ARRIVED = datetime(2025, 3, 2, 12, 30, tzinfo=UTC)


class ReceiverContract:
    """Takes mails back."""

    @pytest.fixture
    @abstractmethod
    def receiver(self, tmp_path: Path) -> Receiver: ...

    def test_a_folder_that_is_not_there_holds_nothing(self, receiver: Receiver) -> None:
        assert receiver.marks("Restored/2025-03-02") == {}

    def test_a_mail_keeps_its_flags(self, receiver: Receiver) -> None:
        flags = frozenset({"\\Seen", "\\Flagged", "$Forwarded"})
        assert list(receiver.add("Restored/2025-03-02", [Given(mail(1), flags, ARRIVED)])) == [""]
        assert receiver.marks("Restored/2025-03-02") == {fingerprint_of(mail(1)): flags}

    def test_line_ends_do_not_make_another_mail(self, receiver: Receiver) -> None:
        assert list(receiver.add("INBOX", [Given(mail(1).replace(b"\r\n", b"\n"), frozenset(), ARRIVED)])) == [""]
        assert set(receiver.marks("INBOX")) == {fingerprint_of(mail(1))}

    def test_flags_are_added_to_a_mail_that_is_there(self, receiver: Receiver) -> None:
        assert list(receiver.add("INBOX", [Given(mail(1), frozenset({"\\Seen"}), ARRIVED)])) == [""]
        assert list(receiver.add("INBOX", [Given(mail(2), frozenset(), ARRIVED + timedelta(days=1))])) == [""]
        mark = next(iter(mark for mark, flags in receiver.marks("INBOX").items() if flags))
        receiver.add_flags("INBOX", mark, frozenset({"\\Answered"}))
        assert sorted(map(sorted, receiver.marks("INBOX").values())) == [[], ["\\Answered", "\\Seen"]]

    def test_names_of_folders_may_be_of_any_language(self, receiver: Receiver) -> None:
        assert list(receiver.add('Entwürfe & "mehr"/日本', [Given(mail(3), frozenset(), ARRIVED)])) == [""]
        assert set(receiver.marks('Entwürfe & "mehr"/日本')) == {fingerprint_of(mail(3))}

    def test_many_mails_come_at_once_and_one_that_just_came_is_given_flags(self, receiver: Receiver) -> None:
        mails = [Given(mail(number), frozenset({"\\Seen"}), ARRIVED) for number in range(30)]
        assert list(receiver.add("Many", mails)) == [""] * 30
        receiver.add_flags("Many", fingerprint_of(mail(7)), frozenset({"\\Flagged"}))
        found = receiver.marks("Many")
        assert len(found) == 30
        assert found[fingerprint_of(mail(7))] == {"\\Seen", "\\Flagged"}
