"""The audit chain shows what was done to it: changed, deleted, inserted, moved, cut off, written anew."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from mailstead.ground.clock import VirtualClock
from mailstead.security.audit import Act, AuditEntry, BadHead, Head, chained, follow
from mailstead.security.audit_store import AuditTrail
from mailstead.state.database import Database
from tests.databases import KINDS, open_database

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MANY = 6


def chain(*subjects: str, actor: str = "os:alice") -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    head = Head()
    for subject in subjects:
        entries.append(chained(Act("order.start", "acme", subject, {"kind": "settle"}), actor, NOW, head))
        head = entries[-1].head
    return entries


SOUND = chain(*(f"o{number}" for number in range(1, MANY + 1)))

HANDS: dict[str, tuple[Callable[[list[AuditEntry]], list[AuditEntry]], bool, str]] = {
    "changed": (lambda e: [*e[:2], replace(e[2], actor="os:bob"), *e[3:]], False, "entry 3 was changed"),
    "deleted": (lambda e: [*e[:2], *e[3:]], False, "entry 3 is missing"),
    "inserted": (
        lambda e: [*e[:2], chained(Act("order.start", "x", "o9"), "os:bob", NOW, e[1].head), *e[2:]],
        False,
        "entry 4 is missing: the next one has number 3",
    ),
    "moved": (
        lambda e: [e[0], replace(e[2], sequence=2), replace(e[1], sequence=3), *e[3:]],
        False,
        "entry 2 does not follow",
    ),
    "cut off": (lambda e: e[:-2], True, f"the chain ends at entry {MANY - 2}"),
    "written anew": (
        lambda e: chain(*(entry.subject for entry in e), actor="os:bob"),
        True,
        f"entry {MANY} is not the one whose hash was kept",
    ),
}


@pytest.mark.parametrize("name", HANDS)
def test_whatever_is_done_to_a_chain_is_found(name: str) -> None:
    hand, needs_head, told = HANDS[name]
    spoilt = hand(list(SOUND))
    assert follow(SOUND, SOUND[-1].head).fault == ""
    assert told in follow(spoilt, SOUND[-1].head).fault
    assert (follow(spoilt).fault == "") is needs_head, "this is why a head is kept elsewhere"


@pytest.mark.parametrize("field", AuditEntry.__slots__)
def test_every_column_is_under_the_hash(field: str) -> None:
    other: Any = {"sequence": 3, "previous": "1" * 64, "hash": "2" * 64}.get(field, "other")
    assert follow([SOUND[0], replace(SOUND[1], **{field: other}), *SOUND[2:]]).fault


def test_an_empty_chain_is_whole_unless_something_was_known() -> None:
    assert follow([]).fault == ""
    assert follow([], Head()).fault == ""
    assert "cut off" in follow([], SOUND[0].head).fault


def test_a_head_is_read_as_it_was_printed() -> None:
    head = SOUND[-1].head
    assert Head.parse(f" {head}\n".upper()) == head
    for bad in ("", "1", "1:ab", f"x:{head.hash}", f"1:{head.hash}0"):
        with pytest.raises(BadHead):
            Head.parse(bad)


@pytest.mark.parametrize("kind", KINDS)
class TestTrail:
    """The chain in a database."""

    @pytest.fixture
    def database(self, kind: str, tmp_path: Path) -> Iterator[Database]:
        yield from open_database(kind, tmp_path)

    @pytest.fixture
    def trail(self, database: Database) -> AuditTrail:
        return AuditTrail(database, VirtualClock(), "os:alice")

    def test_what_is_noted_is_listed_and_the_chain_is_whole(self, trail: AuditTrail) -> None:
        first = trail.note(Act("order.start", "acme", "o1", {"kind": "settle", "inputs": {"ä": ["ü", 1, None]}}))
        second = trail.note(Act("order.cancel", "globex", "o2"))
        assert trail.list() == [second, first]
        assert trail.list("acme") == [first]
        assert trail.list(limit=1) == [second]
        assert trail.head() == second.head
        assert trail.verify(first.head).head == second.head
        assert trail.verify(first.head).fault == ""

    @pytest.mark.parametrize(
        ("statement", "told"),
        [
            ("UPDATE audit SET details = '{}' WHERE sequence = 3", "entry 3 was changed"),
            ("DELETE FROM audit WHERE sequence = 3", "entry 3 is missing"),
            ("DELETE FROM audit WHERE sequence > 3", "the chain ends at entry 3"),
            ("DELETE FROM audit", "the chain ends at entry 0"),
        ],
    )
    def test_a_hand_in_the_table_is_found(
        self, trail: AuditTrail, database: Database, statement: str, told: str
    ) -> None:
        for number in range(MANY):
            trail.note(Act("order.start", "acme", f"o{number}", {"kind": "settle"}))
        head = trail.head()
        with database.transaction() as connection:
            connection.execute(text(statement))
        assert told in trail.verify(head).fault

    def test_many_who_write_at_once_leave_no_gap_and_no_double(self, trail: AuditTrail) -> None:
        def write(number: int) -> int:
            return trail.note(Act("order.start", "acme", f"o{number}")).sequence

        with ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(write, range(64)))
        assert sorted(numbers) == list(range(1, 65))
        assert trail.verify().fault == ""

    def test_progress_is_told_now_and_then(self, trail: AuditTrail, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mailstead.security.audit_store.AT_ONCE", 2)
        for number in range(5):
            trail.note(Act("order.start", "acme", f"o{number}"))
        told: list[int] = []
        trail.verify(tell=told.append)
        assert told == [2, 4]
