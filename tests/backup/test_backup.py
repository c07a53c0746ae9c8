"""Disks go into the store and come out of it, byte by byte, whatever was written in between."""

import tracemalloc
from pathlib import Path

import pytest

from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.errors import DiskShrank, NoSuchSnapshot
from mailstead.backup.model import CHUNK, Range, Source
from mailstead.backup.store.backups import Backups
from mailstead.ground.blocks import HeldBlocks
from mailstead.ground.errors import InvalidInput

from .world import KEY, WritableDisk, acme, by_chance, content_of, moment

MIB = 1 << 20


@pytest.fixture
def target() -> MemoryTarget:
    return MemoryTarget()


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * MIB + 512, 16 * MIB, 16 * MIB + 1])
def test_a_disk_of_any_size_comes_back(size: int) -> None:
    disk, store = WritableDisk(size), acme()
    disk.scatter(size, writes=9)
    store.backup(moment(), [disk.source()])
    assert content_of(store, 1) == disk.content


def test_an_empty_disk_takes_no_packs(target: MemoryTarget) -> None:
    store = acme(target)
    outcome = store.backup(moment(), [WritableDisk(40 * MIB).source()])
    assert (outcome.added, outcome.objects) == (0, 0)
    assert content_of(store, 1) == bytes(40 * MIB)


def test_an_incremental_run_reads_what_changed_and_every_snapshot_is_whole(target: MemoryTarget) -> None:
    disk, store = WritableDisk(20 * MIB), acme(target)
    disk.scatter(1, writes=60)
    moments = [bytes(disk.content)]
    store.backup(moment(), [disk.changes()])
    for number in range(1, 5):
        disk.scatter(number + 1, writes=3)
        dirty = {at for part in disk.dirty for at in range(part.offset // CHUNK, -(-part.end // CHUNK))}
        outcome = store.backup(moment(number, base=number), [disk.changes()])
        assert outcome.read == len(dirty) * CHUNK
        moments.append(bytes(disk.content))
    for number, content in enumerate(moments, 1):
        assert content_of(store, number) == content


def test_a_differential_run_is_one_with_an_older_base() -> None:
    disk, store = WritableDisk(4 * MIB), acme()
    disk.scatter(1, writes=9)
    store.backup(moment(), [disk.changes()])
    disk.scatter(2, writes=2)
    store.backup(moment(1, base=1), [disk.source(ranges=disk.dirty)])
    disk.scatter(3, writes=2)
    store.backup(moment(2, base=1), [disk.source(ranges=disk.dirty)])
    assert content_of(store, 3) == disk.content


def test_zeros_written_over_data_are_zeros() -> None:
    disk, store = WritableDisk(4 * MIB), acme()
    disk.scatter(1, writes=30)
    store.backup(moment(), [disk.changes()])
    disk.write(0, bytes(4 * MIB))
    outcome = store.backup(moment(1, base=1), [disk.changes()])
    assert content_of(store, 2) == bytes(4 * MIB)
    assert outcome.added == 0


def test_what_is_there_already_is_not_stored_again() -> None:
    disk, store = WritableDisk(8 * MIB), acme()
    disk.scatter(1, writes=50)
    first = store.backup(moment(), [disk.source()])
    again = store.backup(moment(1), [disk.source()])
    assert first.added > MIB
    assert (again.added, again.objects) == (0, 0)
    assert again.read == 8 * MIB


def test_a_small_change_on_a_large_disk_adds_little() -> None:
    disk, store = WritableDisk(64 * MIB), acme()
    disk.scatter(1, writes=100)
    store.backup(moment(), [disk.changes()])
    disk.write(40 * MIB, b"one mail")
    outcome = store.backup(moment(1, base=1), [disk.changes()])
    assert outcome.added < CHUNK + 3 * 8192 + 4096


@pytest.mark.parametrize("grown", [5 * MIB, 17 * MIB, 70 * MIB])
def test_a_disk_that_has_grown_keeps_what_it_had(grown: int) -> None:
    disk, store = WritableDisk(4 * MIB + 100), acme()
    disk.scatter(1, writes=40)
    store.backup(moment(), [disk.changes()])
    disk.content += bytes(grown - len(disk.content))
    disk.write(grown - 10, b"at the end")
    store.backup(moment(1, base=1), [disk.changes()])
    assert content_of(store, 2) == disk.content


def test_a_disk_that_has_grown_and_did_not_change_otherwise_keeps_what_it_had() -> None:
    disk, store = WritableDisk(4 * MIB), acme()
    disk.scatter(1, writes=40)
    store.backup(moment(), [disk.changes()])
    disk.content += bytes(5 << 30 >> 5)
    store.backup(moment(1, base=1), [disk.changes()])
    assert content_of(store, 2) == disk.content


def test_a_disk_that_has_shrunk_must_be_taken_wholly() -> None:
    disk, store = WritableDisk(4 * MIB), acme()
    store.backup(moment(), [disk.source()])
    with pytest.raises(DiskShrank):
        store.backup(moment(1, base=1), [WritableDisk(MIB).source()])
    assert len(store.snapshots()) == 1
    assert store.leases() == []


def test_a_new_disk_joins_an_incremental_run() -> None:
    system, data, store = WritableDisk(2 * MIB), WritableDisk(MIB), acme()
    system.scatter(1, writes=9)
    store.backup(moment(), [system.changes("system")])
    data.scatter(2, writes=9)
    store.backup(moment(1, base=1), [system.changes("system"), data.changes("data")])
    assert content_of(store, 2, "system") == system.content
    assert content_of(store, 2, "data") == data.content


def test_a_base_that_is_not_there_is_refused_and_nothing_is_left() -> None:
    store = acme()
    with pytest.raises(NoSuchSnapshot):
        store.backup(moment(1, base=7), [WritableDisk(MIB).source()])
    assert store.leases() == []


def test_any_part_of_a_disk_can_be_read() -> None:
    disk, store, chance = WritableDisk(20 * MIB - 77), acme(), by_chance(5)
    disk.scatter(1, writes=60)
    store.backup(moment(), [disk.source()])
    with store.reading(1, "browse") as reading:
        found = reading.disk("data")
        for _ in range(200):
            offset, length = chance.randrange(21 * MIB), chance.choice([1, 512, 4096, 70_000, 300_000])
            assert found.read(offset, length) == disk.content[offset : offset + length]


def test_extents_are_where_data_is() -> None:
    disk, store = WritableDisk(64 * MIB), acme()
    for offset in (0, CHUNK, 20 * MIB, 64 * MIB - 1):
        disk.write(offset, b"x")
    store.backup(moment(), [disk.source()])
    with store.reading(1, "restore") as reading:
        assert list(reading.disk("data").extents()) == [
            Range(0, 2 * CHUNK),
            Range(20 * MIB, CHUNK),
            Range(64 * MIB - CHUNK, CHUNK),
        ]


def test_a_disk_that_a_snapshot_lacks_is_named() -> None:
    store = acme()
    store.backup(moment(), [WritableDisk(MIB).source()])
    with pytest.raises(NoSuchSnapshot) as caught, store.reading(1, "restore") as reading:
        reading.disk("system")
    assert caught.value.remedy == "use data"


def test_progress_is_told_up_to_the_end() -> None:
    disk, told = WritableDisk(5 * MIB + 1), list[tuple[int, int]]()
    acme().backup(moment(), [disk.source()], told=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (5 * MIB + 1, 5 * MIB + 1)


def test_a_run_has_a_name_that_can_stand_in_a_path() -> None:
    with pytest.raises(InvalidInput):
        acme().backup(moment(run="../../other"), [])


def test_the_index_may_be_deleted_or_broken_at_any_time(target: MemoryTarget, tmp_path: Path) -> None:
    disk = WritableDisk(4 * MIB)
    disk.scatter(1, writes=30)
    store = Backups.make(target, KEY, tmp_path).tenant("acme")
    store.backup(moment(), [disk.source()])
    [cache] = tmp_path.rglob("*.sqlite")
    for spoil in (cache.unlink, lambda: cache.write_bytes(b"rubbish" * 1000)):
        for left in tmp_path.rglob("*.sqlite-*"):
            left.unlink()
        spoil()
        assert content_of(store, 1) == disk.content
        assert store.backup(moment(1), [disk.source()]).added == 0


def test_two_tenants_with_equal_disks_share_nothing(target: MemoryTarget) -> None:
    disk, store = WritableDisk(2 * MIB), Backups.make(target, KEY)
    disk.scatter(1, writes=20)
    first = store.tenant("acme").backup(moment(), [disk.source()])
    second = store.tenant("globex").backup(moment(), [disk.source()])
    assert first.added == pytest.approx(second.added, abs=200)
    assert first.snapshot.disks[0].root != second.snapshot.disks[0].root
    assert store.tenants() == ["acme", "globex"]


class _Desert:
    """A disk of zeros, with one byte that is none in every so many."""

    def __init__(self, size: int) -> None:
        self.size = size

    def read(self, offset: int, length: int) -> bytes:
        return b"\1" + bytes(length - 1)


def test_a_disk_of_one_tib_takes_little_memory(tmp_path: Path) -> None:
    store = Backups.make(MemoryTarget(), KEY, tmp_path).tenant("acme")
    blocks = _Desert(1 << 40)
    ranges = [Range(at, 1) for at in range(0, 1 << 40, 1 << 28)]
    tracemalloc.start()
    store.backup(moment(), [Source("data", blocks, ranges)])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100 * MIB
    with store.reading(1, "restore") as reading:
        assert reading.disk("data").read((1 << 40) - (1 << 28), 2) == b"\1\0"


def test_blocks_that_lie_in_memory_are_a_disk() -> None:
    store = acme()
    store.backup(moment(), [Source("data", HeldBlocks(b"mail"), [Range(0, 4)])])
    assert content_of(store, 1) == b"mail"
