"""Backups are looked into: whose mail, which folders, which mails, as of when, and what became of them."""

from datetime import UTC, datetime, timedelta

import pytest

from mailstead.items.search import Query
from mailstead.salvage.errors import NoBackupThen, NotInBackup
from mailstead.salvage.looking import Shelves
from tests.lifecycle.stage import Stage

from .conftest import FIRST, SECOND
from .versions import ARRIVED, store_of

ANNA = "anna@acme.example"


@pytest.fixture
def shelves(stage: Stage) -> Shelves:
    return stage.running.salvage.shelves


def _subjects(hits: object) -> list[str]:
    return [hit.headers.subject for hit in hits.hits]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("at", "number"),
    [(None, 2), (1, 1), (FIRST, 1), (SECOND - timedelta(seconds=1), 1), (SECOND + timedelta(days=9), 2)],
    ids=["newest", "number", "same-moment", "just-before", "later"],
)
def test_the_newest_backup_that_is_not_later_is_taken(shelves: Shelves, at: datetime | int | None, number: int) -> None:
    assert shelves.version("acme", at).number == number


def test_before_the_first_backup_there_is_none(shelves: Shelves) -> None:
    with pytest.raises(NoBackupThen, match="from before 2026-11-01"):
        shelves.version("acme", datetime(2026, 11, 1, tzinfo=UTC))


def test_mailboxes_and_folders_are_listed(shelves: Shelves) -> None:
    assert [room.mailbox for room in shelves.rooms("acme", None)[1]] == [ANNA]
    _, rooms, damage = shelves.rooms("acme", 1, ANNA)
    assert [(room.folder, room.mails) for room in rooms] == [("INBOX", 5), ("Work", 2)]
    assert not damage


def test_mails_are_found_by_what_is_known_of_them(shelves: Shelves) -> None:
    assert _subjects(shelves.search("acme", 1, ANNA, Query(folder="Work"), 50)) == ["Offer 6", "Offer 7"]
    assert _subjects(shelves.search("acme", 1, ANNA, Query(subject="offer 3"), 50)) == ["Offer 3"]
    since = Query(since=ARRIVED + timedelta(seconds=4), until=ARRIVED + timedelta(seconds=7))
    assert _subjects(shelves.search("acme", 1, ANNA, since, 50)) == ["Offer 4", "Offer 5", "Offer 6"]


def test_no_more_mails_than_asked_for_and_a_word_that_there_are(shelves: Shelves) -> None:
    found = shelves.search("acme", 1, ANNA, Query(), 3)
    assert (len(found.hits), found.more) == (3, True)


def test_over_all_backups_a_mail_is_told_once_and_since_when_it_is_gone(shelves: Shelves) -> None:
    found = {hit.headers.subject: hit for hit in shelves.search_all("acme", ANNA, Query(), 50).hits if hit.headers}
    assert len(found) == 8
    lost, stays, new = found["Offer 3"], found["Offer 1"], found["Offer 8"]
    assert (lost.first.number, lost.last.number, lost.gone) == (1, 1, SECOND)
    assert (stays.first.number, stays.last.number, stays.gone) == (1, 2, None)
    assert (new.first.number, new.gone) == (2, None)


def test_a_mailbox_that_is_not_there_is_named(shelves: Shelves) -> None:
    with pytest.raises(NotInBackup, match="nobody@acme.example"):
        shelves.search("acme", None, "nobody@acme.example", Query(), 5)


def test_a_look_leaves_no_lease_behind(stage: Stage, shelves: Shelves) -> None:
    shelves.rooms("acme", None, ANNA)
    assert store_of(stage).leases() == []
