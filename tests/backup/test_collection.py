"""What no snapshot needs is freed; what anybody needs, or is about to, is not: whoever is at work in between."""

from collections.abc import Callable, Iterator

import pytest

from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.errors import SnapshotHeld, SnapshotInUse
from mailstead.backup.model import CHUNK, Range, Source
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.errors import LostLease, MailsteadError

from .dying import HookedTarget
from .world import START, WritableDisk, acme, content_of, moment

MIB = 1 << 20


@pytest.fixture
def target() -> MemoryTarget:
    return MemoryTarget()


@pytest.fixture
def disk() -> WritableDisk:
    return WritableDisk(2 * MIB)


def _bytes(target: MemoryTarget) -> int:
    return sum(entry.size for entry in target.list("tenants/acme/packs/"))


def _days(store: TenantStore, disk: WritableDisk, days: int) -> dict[int, bytes]:
    """Take so many snapshots of a disk that changes; return what each holds."""
    known = {}
    for number in range(1, days + 1):
        disk.scatter(number, writes=6, longest=CHUNK)
        store.backup(moment(number, base=number - 1 or None), [disk.changes()])
        known[number] = bytes(disk.content)
    return known


def _all_there(store: TenantStore, known: dict[int, bytes]) -> None:
    for number, content in known.items():
        assert content_of(store, number) == content
    assert store.verify_structure("check").sound


def test_what_only_a_removed_snapshot_needed_goes_at_the_second_collection(
    target: MemoryTarget, disk: WritableDisk
) -> None:
    store = acme(target)
    disk.scatter(1, writes=10)
    store.backup(moment(), [disk.source()])
    store.remove(1, "prune")
    first, second = store.collect("collect-1"), store.collect("collect-2")
    assert (first.condemned, first.deleted) == (2, 0)
    assert (second.condemned, second.deleted) == (0, 2)
    assert _bytes(target) == 0


@pytest.mark.parametrize("gone", [1, 2, 3, 4])
def test_any_one_snapshot_may_go(target: MemoryTarget, disk: WritableDisk, gone: int) -> None:
    store, known = acme(target), _days(acme(target), disk, 4)
    store.remove(gone, "prune")
    del known[gone]
    for number in range(3):
        store.collect(f"collect-{number}")
    _all_there(store, known)


def test_a_collection_with_nothing_to_do_writes_nothing_that_stays(target: MemoryTarget, disk: WritableDisk) -> None:
    store = acme(target)
    _days(store, disk, 3)
    before = dict(target._objects)
    store.collect("collect")
    assert target._objects == before


def test_packs_that_are_mostly_dead_are_copied_and_go(target: MemoryTarget, disk: WritableDisk) -> None:
    store = acme(target)
    disk.scatter(1, writes=200, longest=CHUNK)
    store.backup(moment(), [disk.changes()])
    disk.write(0, bytes(2 * MIB - 2 * CHUNK))
    store.backup(moment(1, base=1), [disk.changes()])
    store.remove(1, "prune")
    before = _bytes(target)
    assert store.collect("collect-1").copied > 0
    assert store.collect("collect-2").freed > MIB
    assert _bytes(target) < before / 8
    _all_there(store, {2: bytes(disk.content)})


def test_copying_stops_where_it_was_told_to(target: MemoryTarget, disk: WritableDisk) -> None:
    store = acme(target)
    disk.scatter(1, writes=200, longest=CHUNK)
    store.backup(moment(), [disk.changes()])
    disk.write(0, bytes(2 * MIB - 2 * CHUNK))
    store.backup(moment(1, base=1), [disk.changes()])
    store.remove(1, "prune")
    assert store.collect("collect-1", copy_most=0).copied == 0


def test_leftovers_of_a_dead_run_go_once_its_lease_is_broken(target: MemoryTarget, disk: WritableDisk) -> None:
    store = acme(target)
    disk.scatter(1, writes=10)
    store.backup(moment(), [disk.source()])
    store._catalogue.take_back(store.snapshot(1))
    left = store._epochs._begun("run-dead", 0)
    store.collect("collect-1")
    assert store.collect("collect-2").deleted == 0
    assert store.leases() == [left]
    store.break_lease(left)
    assert store.collect("collect-3").deleted == 2


def test_a_held_snapshot_is_not_removed_until_all_holds_are_lifted(target: MemoryTarget, disk: WritableDisk) -> None:
    store, known = acme(target), _days(acme(target), disk, 2)
    holds = [store.hold(1, reason=reason, by="os:anna", at=START) for reason in ("court", "audit")]
    assert sorted(store.holds(), key=str) == sorted(holds, key=str)
    for hold in holds:
        with pytest.raises(SnapshotHeld):
            store.remove(1, "prune")
        store.release(hold)
        store.release(hold)
    _all_there(store, known)
    store.remove(1, "prune")
    assert [snapshot.number for snapshot in store.snapshots()] == [2]


def test_what_is_read_or_built_upon_is_not_removed(target: MemoryTarget, disk: WritableDisk) -> None:
    store, known = acme(target), _days(acme(target), disk, 2)
    with store.reading(1, "restore"), pytest.raises(SnapshotInUse):
        acme(target).remove(1, "prune")

    class Nosy:
        size = len(disk.content)

        def read(self, offset: int, length: int) -> bytes:
            with pytest.raises(SnapshotInUse):
                acme(target).remove(2, "prune")
            return bytes(disk.content[offset : offset + length])

    store.backup(moment(3, base=2), [Source("data", Nosy(), [Range(0, 1)])])
    _all_there(store, {**known, 3: bytes(disk.content)})


def _calls(target: MemoryTarget, act: Callable[[TenantStore], object]) -> Iterator[tuple[MemoryTarget, int]]:
    """Yield copies of a target and the number of each call that *act* makes on it."""

    def copied() -> MemoryTarget:
        copy = MemoryTarget()
        copy._objects = dict(target._objects)
        return copy

    calls = list[str]()
    store = acme(hooked := HookedTarget(copied(), lambda verb, name: None))
    hooked.before = lambda verb, name: calls.append(verb)
    act(store)
    yield from ((copied(), number) for number in range(len(calls)))


def _between(target: MemoryTarget, at: int, act: Callable[[TenantStore], object], other: Callable[[], object]) -> None:
    """Run *act*, and all of *other* just before its call number *at*."""
    left = [at]

    def before(_verb: str, _name: str) -> None:
        left[0] -= 1
        if left[0] == -1:
            other()

    hooked = HookedTarget(target, lambda verb, name: None)
    store = acme(hooked)
    hooked.before = before
    act(store)


def test_whatever_is_pruned_and_collected_in_the_midst_of_a_backup_it_is_whole(
    target: MemoryTarget, disk: WritableDisk
) -> None:
    known = _days(acme(target), disk, 3)
    old = known[1]  # returns to what was once: chunks that only snapshot 1 holds are relied on
    disk.write(0, old)
    changes = disk.changes()

    def backup(store: TenantStore) -> None:
        store.backup(moment(9, base=3), [changes])

    for copy, at in _calls(target, backup):

        def meddle(copy: MemoryTarget = copy) -> None:
            store = acme(copy)
            store.remove(1, "prune-1")
            for number in range(3):
                store.collect(f"collect-{number}")

        _between(copy, at, backup, meddle)
        store = acme(copy)
        for number in range(3):
            store.collect(f"later-{number}")
        _all_there(store, {2: known[2], 3: known[3], store.snapshots()[-1].number: old})


def test_whatever_is_backed_up_in_the_midst_of_a_collection_is_whole(target: MemoryTarget, disk: WritableDisk) -> None:
    known = _days(acme(target), disk, 3)
    old = bytes(known[1])
    acme(target).remove(1, "prune")
    acme(target).collect("collect-0")  # has condemned what only snapshot 1 held
    disk.write(0, old)
    source = disk.source()

    def collect(store: TenantStore) -> None:
        store.collect("collect-1")

    for copy, at in _calls(target, collect):

        def meddle(copy: MemoryTarget = copy) -> None:
            acme(copy).backup(moment(9), [source])

        _between(copy, at, collect, meddle)
        store = acme(copy)
        for number in range(3):
            store.collect(f"later-{number}")
        _all_there(store, {2: known[2], 3: known[3], store.snapshots()[-1].number: old})


def test_two_collections_at_once_agree(target: MemoryTarget, disk: WritableDisk) -> None:
    known = _days(acme(target), disk, 4)
    for gone in (1, 2):
        acme(target).remove(gone, "prune")
        del known[gone]
        acme(target).collect(f"collect-{gone}")

    def collect(store: TenantStore) -> None:
        store.collect("collect-a")

    for copy, at in _calls(target, collect):

        def meddle(copy: MemoryTarget = copy) -> None:
            for number in range(2):
                acme(copy).collect(f"collect-b{number}")

        _between(copy, at, collect, meddle)
        _all_there(acme(copy), known)


def test_a_hold_laid_at_any_moment_of_a_prune_stands_or_is_refused(target: MemoryTarget, disk: WritableDisk) -> None:
    _days(acme(target), disk, 2)
    outcomes = set[tuple[bool, bool]]()

    def prune(store: TenantStore) -> None:
        try:
            store.remove(1, "prune")
        except SnapshotHeld:
            return

    for copy, at in _calls(target, prune):
        granted = list[bool]()

        def meddle(copy: MemoryTarget = copy, granted: list[bool] = granted) -> None:
            try:
                acme(copy).hold(1, reason="court", by="os:anna", at=START)
                granted.append(True)
            except MailsteadError:
                granted.append(False)

        _between(copy, at, prune, meddle)
        there = 1 in [snapshot.number for snapshot in acme(copy).snapshots()]
        assert there or not granted[0], "a hold was granted and its snapshot is gone"
        outcomes.add((granted[0], there))
    assert {(True, True), (False, False)} <= outcomes


def test_a_run_that_was_taken_for_dead_confirms_nothing(target: MemoryTarget, disk: WritableDisk) -> None:
    """Its lease is broken at any moment, and all that it relied on is collected: it fails, or what it says is true."""
    known = _days(acme(target), disk, 2)
    old = known[1]
    disk.write(0, old)
    changes, ends = disk.changes(), set[str]()

    for copy, at in _calls(target, lambda store: store.backup(moment(9, base=2), [changes])):

        def meddle(copy: MemoryTarget = copy) -> None:
            store = acme(copy)
            for lease in store.leases():
                store.break_lease(lease)
            store.remove(1, "prune")
            for number in range(3):
                store.collect(f"collect-{number}")

        try:
            _between(copy, at, lambda store: store.backup(moment(9, base=2), [changes]), meddle)
            ends.add("confirmed")
            _all_there(acme(copy), {2: known[2], acme(copy).snapshots()[-1].number: old})
        except LostLease:
            ends.add("lost")
            _all_there(acme(copy), {2: known[2]})
            assert [snapshot.number for snapshot in acme(copy).snapshots()] == [2]
    assert ends == {"confirmed", "lost"}


def test_the_next_try_of_a_run_takes_over_its_lease(target: MemoryTarget, disk: WritableDisk) -> None:
    store = acme(target)
    store._epochs._begun("run-7", 0)
    store.backup(moment(run="run-7"), [disk.source()])
    assert store.leases() == []
