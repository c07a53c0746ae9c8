"""The process dies at every write there is, before or after it took effect: what was confirmed stays, always."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass, field

import pytest

from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.errors import (
    NoSuchSnapshot,
    SnapshotGoing,
    SnapshotHeld,
    TargetDenied,
    TargetFull,
    TargetUnreachable,
)
from mailstead.backup.port import Target
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.errors import MailsteadError

from .dying import Died, DyingTarget
from .world import START, WritableDisk, acme, content_of, moment

MIB = 1 << 20


@dataclass
class History:
    """What was confirmed, and the disk as it is now."""

    disk: WritableDisk
    confirmed: dict[int, bytes] = field(default_factory=dict)

    def holds_in(self, store: TenantStore) -> None:
        for number, content in self.confirmed.items():
            assert content_of(store, number) == content
        assert store.verify_structure("check").sound
        assert store.verify_contents("check").sound


@pytest.fixture
def past() -> tuple[MemoryTarget, History]:
    """A store with three snapshots, of which the first was removed and one collection condemned what it leaves."""
    target, history = MemoryTarget(), History(WritableDisk(3 * MIB))
    store = acme(target)
    for number in range(1, 4):
        history.disk.scatter(number, writes=12)
        store.backup(moment(number, base=number - 1 or None), [history.disk.changes()])
        history.confirmed[number] = bytes(history.disk.content)
    store.remove(1, "prune-0")
    del history.confirmed[1]
    store.collect("collect-0")
    return target, history


def _copied(target: MemoryTarget) -> MemoryTarget:
    copy = MemoryTarget()
    copy._objects = dict(target._objects)
    return copy


def _deaths(target: MemoryTarget, act: Callable[[Target], None]) -> Iterator[MemoryTarget]:
    """Yield what the target looks like after each death on the way of *act*."""
    counting = DyingTarget(_copied(target))
    act(counting)
    assert counting.writes > 1
    for lives in range(counting.writes):
        for after in (False, True):
            left = _copied(target)
            with pytest.raises(Died):
                act(DyingTarget(left, lives, after=after))
            yield left


def void(_: object) -> None:
    """Want nothing of what was returned."""


def _incremental(history: History, run: str = "run-4") -> Callable[[Target], None]:
    def act(target: Target) -> None:
        disk = deepcopy(history.disk)
        acme(target).backup(moment(4, base=3, run=run), [disk.changes()])

    return act


@pytest.fixture
def changed(past: tuple[MemoryTarget, History]) -> tuple[MemoryTarget, History]:
    past[1].disk.scatter(9, writes=5)
    return past


def test_a_backup_that_dies_loses_nothing_and_its_next_try_succeeds(changed: tuple[MemoryTarget, History]) -> None:
    target, history = changed
    for left in _deaths(target, _incremental(history)):
        store = acme(left)
        history.holds_in(store)
        _incremental(history)(left)
        assert content_of(store, store.snapshots()[-1].number) == history.disk.content
        assert store.leases() == []


def test_whatever_snapshot_is_seen_after_a_death_is_whole(changed: tuple[MemoryTarget, History]) -> None:
    target, history = changed
    for left in _deaths(target, _incremental(history)):
        for snapshot in acme(left).snapshots():
            known = history.confirmed.get(snapshot.number, bytes(history.disk.content))
            assert content_of(acme(left), snapshot.number) == known


def test_a_prune_that_dies_is_ended_by_the_next(past: tuple[MemoryTarget, History]) -> None:
    target, history = past
    history.confirmed.pop(2)
    for left in _deaths(target, lambda target: acme(target).remove(2, "prune-1")):
        store = acme(left)
        history.holds_in(store)
        store.remove(2, "prune-2")
        assert [snapshot.number for snapshot in store.snapshots()] == [3]
        assert not [entry for entry in left.list("") if "/doomed/" in entry.name]


def test_a_collection_that_dies_loses_nothing_and_the_next_ones_free_all(past: tuple[MemoryTarget, History]) -> None:
    target, history = past
    acme(target).remove(2, "prune-1")
    history.confirmed.pop(2)
    clean = _copied(target)
    for number in range(4):
        acme(clean).collect(f"collect-{number}")
    least = sum(entry.size for entry in clean.list("tenants/acme/packs/"))
    for left in _deaths(target, lambda target: void(acme(target).collect("collect-1"))):
        store = acme(left)
        history.holds_in(store)
        for number in range(4):
            store.collect("collect-1" if number == 0 else f"collect-{number + 1}")
        history.holds_in(store)
        assert sum(entry.size for entry in left.list("tenants/acme/packs/")) <= least + 64


def test_a_death_while_the_store_is_made_is_mended_by_making_it_again() -> None:
    disk = WritableDisk(MIB)
    disk.scatter(1, writes=3)
    for left in _deaths(MemoryTarget(), lambda target: void(acme(target))):
        store = acme(left)
        store.backup(moment(), [disk.source()])
        assert content_of(acme(left), 1) == disk.content


def test_a_hold_whose_laying_died_holds_or_is_not_there(past: tuple[MemoryTarget, History]) -> None:
    target, _ = past
    seen = set[bool]()
    for left in _deaths(target, lambda target: void(acme(target).hold(2, reason="court", by="os:anna", at=START))):
        store = acme(left)
        seen.add(bool(store.holds()))
        with pytest.raises(SnapshotHeld) if store.holds() else nullcontext():
            store.remove(2, "prune-1")
        assert len(store.snapshots()) == (2 if store.holds() else 1)
    assert seen == {True, False}


@pytest.mark.parametrize("error", [TargetFull, TargetDenied, TargetUnreachable])
def test_a_target_that_says_no_at_any_write_costs_the_run_and_nothing_else(
    changed: tuple[MemoryTarget, History], error: type[MailsteadError]
) -> None:
    target, history = changed
    counting = DyingTarget(_copied(target))
    _incremental(history)(counting)
    for lives in range(counting.writes):
        left = _copied(target)
        failing = DyingTarget(left, lives)
        failing.raises = lambda: error("no")
        with pytest.raises(error):
            _incremental(history)(failing)
        history.holds_in(acme(left))
        _incremental(history)(left)


def test_a_full_target_keeps_what_it_has() -> None:
    disk = WritableDisk(4 * MIB)
    disk.scatter(1, writes=10)
    target = MemoryTarget(room=2 * MIB)
    store = acme(target)
    store.backup(moment(), [disk.changes()])
    before = bytes(disk.content)
    disk.scatter(2, writes=40)
    with pytest.raises(TargetFull):
        store.backup(moment(1, base=1), [disk.changes()])
    assert content_of(store, 1) == before


def test_a_lost_answer_to_the_manifest_makes_one_snapshot_not_two(changed: tuple[MemoryTarget, History]) -> None:
    target, history = changed

    class Repeating(DyingTarget):
        """Sends every creation twice, as a client does that lost the first answer."""

        def create(self, name: str, content: bytes) -> None:
            if "/snapshots/" in name:
                self._target.create(name, content)
            super().create(name, content)

    _incremental(history)(Repeating(target))
    assert [snapshot.number for snapshot in acme(target).snapshots()] == [2, 3, 4]


def test_holding_what_a_dead_prune_doomed_is_refused_until_the_next_prune(past: tuple[MemoryTarget, History]) -> None:
    target, _ = past
    dying = DyingTarget(target)
    store = acme(dying)
    dying.lives = dying.writes + 1
    with pytest.raises(Died):
        store.remove(2, "prune-1")
    with pytest.raises(SnapshotGoing):
        acme(target).hold(2, reason="court", by="os:anna", at=START)
    acme(target).remove(2, "prune-2")
    with pytest.raises(NoSuchSnapshot):
        acme(target).hold(2, reason="court", by="os:anna", at=START)
    assert acme(target).holds() == []
