"""Mails are found by what a person remembers of them."""

from datetime import UTC, datetime, timedelta

import pytest

from mailstead.items.drivers.memory import MemoryFiles
from mailstead.items.errors import DamagedDisk, NoSuchMail
from mailstead.items.mailboxes.finding import mailbox
from mailstead.items.model import Damage, Message
from mailstead.items.search import Query, search
from mailstead.items.versions import Version, as_of, lives

from .disks import mail

BOX = "acme.example/anna/Maildir"
THEN = datetime(2025, 11, 3, 12, tzinfo=UTC)
HUGE = b"From: big@x\r\nSubject: huge\r\n\r\n" + b"x" * 3_000_000
FILES = {f"{BOX}/{part}/.x": b"" for part in ("cur", "new", "tmp")} | {
    f"{BOX}/cur/1:2,S": mail(1),
    f"{BOX}/cur/2:2,": b"From: =?utf-8?q?J=C3=BCrgen?= <j@x>\r\nTo: Carla <c@x>\r\nSubject: Gr\xfc\xdfe\r\n\r\n",
    f"{BOX}/cur/3:2,": HUGE,
    f"{BOX}/.Sent/cur/4:2,S": mail(4),
}


class Reluctant(MemoryFiles):
    """Says how much was read, and cannot read one mail."""

    fetched = 0
    broken = -1

    def read(self, node: int, offset: int, length: int) -> bytes:
        if node == self.broken:
            raise DamagedDisk("block 7 is damaged")
        content = super().read(node, offset, length)
        self.fetched += len(content)
        return content


@pytest.fixture
def files() -> Reluctant:
    return Reluctant(FILES, THEN)


def _found(files: MemoryFiles, query: Query, damage: list[Damage] | None = None) -> list[str]:
    box = mailbox(files, "anna@acme.example")
    return [found.message.path.split("/")[-1] for found in search(files, box, query, [] if damage is None else damage)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (Query(), ["1:2,S", "2:2,", "3:2,", "4:2,S"]),
        (Query(folder="Sent"), ["4:2,S"]),
        (Query(sender="jürgen"), ["2:2,"]),
        (Query(sender="GLOBEX.example"), ["1:2,S", "4:2,S"]),
        (Query(recipient="carla"), ["2:2,"]),
        (Query(subject="offer 4"), ["4:2,S"]),
        (Query(subject="offer", folder="INBOX"), ["1:2,S"]),
        (Query(since=THEN), ["1:2,S", "2:2,", "3:2,", "4:2,S"]),
        (Query(until=THEN), []),
        (Query(since=THEN + timedelta(seconds=1)), []),
        (Query(folder="nowhere"), []),
    ],
    ids=str,
)
def test_what_is_asked_for_is_found(files: Reluctant, query: Query, names: list[str]) -> None:
    assert sorted(_found(files, query)) == names


def test_only_headers_are_read(files: Reluctant) -> None:
    assert _found(files, Query(subject="huge")) == ["3:2,"]
    assert files.fetched < 1_200_000  # one piece of the huge one, not all of it


def test_a_question_about_dates_reads_no_mail_at_all(files: Reluctant) -> None:
    _found(files, Query(since=THEN))
    assert files.fetched == 0


def test_a_mail_that_cannot_be_read_is_named_and_the_others_are_found(files: Reluctant) -> None:
    box = mailbox(files, "anna@acme.example")
    first = next(search(files, box, Query(subject="offer 1"), []))
    files.broken = first.message.node
    damage: list[Damage] = []
    assert _found(files, Query(subject="offer"), damage) == ["4:2,S"]
    assert [each.where for each in damage] == [f"{BOX}/cur/1:2,S"]


def _message(guid: str, folder: str = "INBOX") -> Message:
    return Message(folder, f"{folder}/{guid}", 1, guid, 1, frozenset(), THEN, 10)


DAYS = [THEN + timedelta(days=number) for number in range(3)]


def test_the_newest_backup_before_a_moment_is_taken() -> None:
    versions = [Version(day, number) for number, day in enumerate(DAYS)]
    assert as_of(versions, DAYS[1] + timedelta(hours=3)).what == 1
    assert as_of(reversed(versions), DAYS[2]).what == 2
    with pytest.raises(NoSuchMail, match="2025-11-02"):
        as_of(versions, THEN - timedelta(days=1))


def test_a_mail_lives_from_its_first_backup_to_its_last() -> None:
    versions: list[Version[tuple[Message, ...]]] = [
        Version(DAYS[2], (_message("moved", "Trash"),)),
        Version(DAYS[0], (_message("gone"), _message("moved"))),
        Version(DAYS[1], (_message("gone"), _message("moved"))),
    ]
    gone, moved = lives(versions)
    assert (gone.first, gone.last, gone.gone) == (DAYS[0], DAYS[1], DAYS[2])
    assert (moved.first, moved.last, moved.gone, moved.message.folder) == (DAYS[0], DAYS[2], None, "Trash")
