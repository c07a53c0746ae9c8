"""Mails come back once, with their flags and dates, whatever happens in between."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import pytest

from mailstead.items.drivers.memory import MemoryFiles, MemoryReceiver
from mailstead.items.errors import DamagedDisk, ReceiverSilent
from mailstead.items.mailboxes.finding import folders, listing, mailbox
from mailstead.items.model import Given, Layout, Message
from mailstead.items.plan import Verdict, fingerprint_of, restored_folder
from mailstead.items.workflow import Return

from .disks import mail

THEN = datetime(2025, 11, 3, 12, tzinfo=UTC)
BOX = "acme.example/anna/Maildir"
FILES = {f"{BOX}/{part}/.x": b"" for part in ("cur", "new", "tmp")} | {
    f"{BOX}/cur/{number}:2,S": mail(number) for number in range(5)
}
FOLDER = restored_folder(date(2025, 11, 3))


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles(FILES, THEN)


def _messages(files: MemoryFiles) -> tuple[Message, ...]:
    box = mailbox(files, "anna@acme.example")
    return tuple(message for folder in folders(files, box, []) for message in listing(files, box, folder).messages)


def _given(files: MemoryFiles, receiver: MemoryReceiver, folder: str = FOLDER) -> dict[Verdict, int]:
    way = Return(files, Layout.MAILDIR, receiver)
    return Counter(outcome.verdict for outcome in way.give_back(_messages(files), folder))


def test_all_come_into_a_folder_of_their_own_with_flags_and_dates(files: MemoryFiles) -> None:
    receiver = MemoryReceiver()
    assert _given(files, receiver) == {Verdict.CREATED: 5}
    kept = receiver.folders["Restored/2025-11-03"][fingerprint_of(mail(3))]
    assert (kept.content, kept.flags, kept.arrived) == (mail(3), frozenset({"\\Seen"}), THEN)


def test_a_second_time_they_are_skipped(files: MemoryFiles) -> None:
    receiver = MemoryReceiver()
    _given(files, receiver)
    assert _given(files, receiver) == {Verdict.SKIPPED: 5}
    assert len(receiver.folders[FOLDER]) == 5


def test_into_the_old_folder_only_what_is_missing_comes_back(files: MemoryFiles) -> None:
    receiver = MemoryReceiver()
    flags = [frozenset({"\\Seen", "\\Flagged"}), frozenset({"\\Answered"})]
    receiver.add("INBOX", [Given(mail(number), held, THEN) for number, held in enumerate(flags, start=1)])
    assert _given(files, receiver, folder="") == {Verdict.CREATED: 3, Verdict.SKIPPED: 1, Verdict.MERGED: 1}
    assert receiver.marks("INBOX")[fingerprint_of(mail(2))] == {"\\Answered", "\\Seen"}


def test_the_same_mail_twice_in_a_backup_comes_once(files: MemoryFiles) -> None:
    doubled = MemoryFiles(FILES | {f"{BOX}/cur/9:2,F": mail(3)}, THEN)
    receiver = MemoryReceiver()
    assert _given(doubled, receiver) == {Verdict.CREATED: 5, Verdict.MERGED: 1}
    assert receiver.marks(FOLDER)[fingerprint_of(mail(3))] == {"\\Seen", "\\Flagged"}


def test_a_mail_that_is_refused_or_damaged_is_told_and_the_others_come(files: MemoryFiles) -> None:
    large = MemoryFiles(FILES | {f"{BOX}/cur/9:2,": mail(9) + b"x" * 5000}, THEN)
    way = Return(large, Layout.MAILDIR, MemoryReceiver(most=4000))
    failed = [outcome for outcome in way.give_back(_messages(large), FOLDER) if outcome.verdict is Verdict.FAILED]
    assert [(outcome.message.path, outcome.why) for outcome in failed] == [(f"{BOX}/cur/9:2,", "the mail is too large")]


class Dying(MemoryReceiver):
    """Hangs up after so many mails; the last one arrived, but its answer was lost."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def add(self, folder: str, mails: Sequence[Given]) -> list[str]:
        for one in mails:
            super().add(folder, [one])
            self.left -= 1
            if self.left == 0:
                raise ReceiverSilent("gone")
        return [""] * len(mails)


@pytest.mark.parametrize("after", range(1, 6))
def test_a_server_that_hangs_up_gets_each_mail_once_in_the_end(files: MemoryFiles, after: int) -> None:
    receiver = Dying(after)
    with pytest.raises(ReceiverSilent):
        _given(files, receiver)
    assert sum(_given(files, receiver).values()) == 5
    assert len(receiver.folders[FOLDER]) == 5


class Damaged(MemoryFiles):
    def read(self, node: int, offset: int, length: int) -> bytes:
        raise DamagedDisk("block 7 is damaged")


def test_nothing_is_made_of_a_mail_that_cannot_be_read() -> None:
    broken = Damaged({name: held for name, held in FILES.items() if "uidlist" not in name}, THEN)
    receiver = MemoryReceiver()
    assert _given(broken, receiver) == {Verdict.FAILED: 5}
    assert not receiver.folders


def test_marks_are_asked_once_a_folder(files: MemoryFiles) -> None:
    class Counting(MemoryReceiver):
        asked = 0

        def marks(self, folder: str) -> dict[str, frozenset[str]]:
            self.asked += 1
            return super().marks(folder)

    receiver = Counting()
    _given(files, receiver)
    assert receiver.asked == 1
    assert isinstance(receiver.marks(FOLDER), Mapping)
