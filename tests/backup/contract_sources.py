"""What every host must do whose disks are kept, and brought back."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pytest

from mailstead.backup.errors import MachineRuns, PlaceUnfit
from mailstead.backup.model import CHUNK, Consistency, ImageForm, Kind, Moment, Outcome, Quiet, Source, Taken
from mailstead.backup.plan import points_kept
from mailstead.backup.port import ChangedBlocks, DiskPlaces
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.hypervisors.model import NoSuchMachine

from .world import by_chance, content_of

CRASH = Quiet(Consistency.CRASH)


class Stage(Protocol):
    """A host with the machine `acme`, which runs and has the disks `system` and `data` of some MiB."""

    @property
    def changes(self) -> ChangedBlocks: ...

    @property
    def places(self) -> DiskPlaces: ...

    def write(self, disk: str, offset: int, content: bytes) -> None:
        """Let the guest write."""

    def content(self, disk: str) -> bytes:
        """Return all that is on a disk now, by another way than the port's."""

    def stop(self) -> None: ...

    def start(self) -> None: ...

    def lose_points(self, disk: str) -> None:
        """Let all that is known of points on one disk be lost, as a disk that was replaced loses it."""

    def points(self) -> frozenset[str]:
        """Return the points of the machine that are known now."""


def scatter(stage: Stage, disk: str, seed: int, writes: int = 5) -> None:
    """Write bytes by chance at places by chance."""
    chance, size = by_chance(seed), len(stage.content(disk))
    for _ in range(writes):
        content = chance.randbytes(chance.randint(1, 2 * CHUNK))
        stage.write(disk, chance.randrange(size - len(content)), content)


def kept(stage: Stage, store: TenantStore, *, base: int | None = None, kind: Kind = Kind.INCREMENTAL) -> Outcome:
    """Back `acme` up as a run would."""
    snapshot = store.snapshot(base) if base else None
    bases = {disk.name: disk.point for disk in snapshot.disks} if snapshot else {}
    number = len(store.snapshots()) + 1
    with stage.changes.moment("acme", bases, CRASH) as taken:
        moment = Moment(taken.at, f"run-{number}", kind if base else Kind.FULL, base, taken.consistency)
        outcome = store.backup(moment, taken.sources)
    stage.changes.keep("acme", points_kept(store.snapshots()))
    return outcome


def moment(stage: Stage, bases: Sequence[Source] = ()) -> AbstractContextManager[Taken]:
    return stage.changes.moment("acme", {source.name: source.point for source in bases}, CRASH)


def dirty(source: Source) -> int:
    return sum(part.length for part in source.ranges)


class ChangedBlocksContract:
    """Subclasses give a `stage`, and an empty `store`."""

    def test_a_full_backup_is_the_disks_as_they_were(self, stage: Stage, store: TenantStore) -> None:
        scatter(stage, "data", 1)
        scatter(stage, "system", 2)
        then = {name: stage.content(name) for name in ("system", "data")}
        kept(stage, store)
        assert {name: content_of(store, 1, name) for name in then} == then

    def test_an_incremental_one_reads_what_changed_and_is_whole(self, stage: Stage, store: TenantStore) -> None:
        scatter(stage, "data", 1, writes=20)
        kept(stage, store)
        stage.write("data", 3 * CHUNK, b"changed" * 10)
        stage.write("system", 0, b"also here")
        outcome = kept(stage, store, base=1)
        assert outcome.read == 2 * CHUNK
        assert content_of(store, 2, "data") == stage.content("data")
        assert content_of(store, 2, "system") == stage.content("system")

    def test_a_differential_one_reads_what_changed_since_the_full_one(self, stage: Stage, store: TenantStore) -> None:
        kept(stage, store)
        stage.write("data", 0, b"one")
        kept(stage, store, base=1)
        stage.write("data", 5 * CHUNK, b"two")
        kept(stage, store, base=2)
        outcome = kept(stage, store, base=1, kind=Kind.DIFFERENTIAL)
        assert outcome.read == 2 * CHUNK
        assert content_of(store, 4) == stage.content("data")

    def test_nothing_changed_reads_nothing(self, stage: Stage, store: TenantStore) -> None:
        scatter(stage, "data", 1)
        kept(stage, store)
        assert kept(stage, store, base=1).read == 0

    def test_what_is_written_meanwhile_belongs_to_the_next(self, stage: Stage, store: TenantStore) -> None:
        stage.write("data", 0, b"before")
        with moment(stage) as taken:
            stage.write("data", 0, b"meanwhile")
            data = next(source for source in taken.sources if source.name == "data")
            assert data.blocks.read(0, 9) == b"before\0\0\0"
        with moment(stage, taken.sources) as later:
            data = next(source for source in later.sources if source.name == "data")
            assert dirty(data) == CHUNK
            assert data.blocks.read(0, 9) == b"meanwhile"

    def test_a_disk_whose_point_is_lost_is_read_whole_and_only_that_disk(
        self, stage: Stage, store: TenantStore
    ) -> None:
        scatter(stage, "data", 1)
        scatter(stage, "system", 2)
        kept(stage, store)
        stage.lose_points("data")
        stage.write("system", 0, b"new")
        bases = {disk.name: disk.point for disk in store.snapshot(1).disks}
        with stage.changes.moment("acme", bases, CRASH) as taken:
            system, data = sorted(taken.sources, key=lambda source: source.name, reverse=True)
            assert (system.whole, data.whole) == (False, True)
            assert dirty(system) == CHUNK
            assert ["data" in remark for remark in taken.remarks] == [True]
        kept(stage, store, base=1)
        assert content_of(store, 2) == stage.content("data")
        assert content_of(store, 2, "system") == stage.content("system")

    def test_a_point_nobody_knows_makes_its_disk_whole(self, stage: Stage) -> None:
        with stage.changes.moment("acme", {"data": "mailstead-never"}, CRASH) as taken:
            assert all(source.whole for source in taken.sources)
            assert len(taken.remarks) == 1

    def test_a_machine_that_is_off_is_read_as_it_lies(self, stage: Stage, store: TenantStore) -> None:
        scatter(stage, "data", 1)
        kept(stage, store)
        stage.write("data", CHUNK, b"the last before it was stopped")
        stage.stop()
        outcome = kept(stage, store, base=1)
        assert outcome.read == CHUNK
        assert content_of(store, 2) == stage.content("data")
        stage.start()
        stage.write("data", 0, b"on again")
        assert kept(stage, store, base=2).read == CHUNK
        assert content_of(store, 3) == stage.content("data")

    def test_a_run_that_failed_leaves_no_point_and_is_not_in_the_way(self, stage: Stage) -> None:
        before = stage.points()
        with pytest.raises(ZeroDivisionError), moment(stage):
            raise ZeroDivisionError
        assert stage.points() == before
        with moment(stage) as taken:
            assert taken.sources

    def test_points_that_nobody_needs_any_more_are_forgotten(self, stage: Stage) -> None:
        for _ in range(3):
            with moment(stage) as taken:
                pass
        last = {source.point for source in taken.sources}
        stage.changes.keep("acme", last)
        assert stage.points() == last
        stage.changes.keep("acme", ())
        assert stage.points() == frozenset()

    def test_forgetting_points_of_a_machine_that_is_not_there_is_no_error(self, stage: Stage) -> None:
        stage.changes.keep("nobody", ())

    def test_a_machine_that_is_not_there_is_named(self, stage: Stage) -> None:
        with pytest.raises(NoSuchMachine), stage.changes.moment("nobody", {}, CRASH):
            pass


class DiskPlacesContract:
    """Subclasses give a `stage`, and an empty `store`."""

    def test_a_machine_is_as_it_was(self, stage: Stage, store: TenantStore) -> None:
        scatter(stage, "data", 1)
        scatter(stage, "system", 2)
        kept(stage, store)
        then = {name: stage.content(name) for name in ("system", "data")}
        scatter(stage, "data", 3)
        scatter(stage, "system", 4)
        restore(stage, store, "system", "data")
        assert {name: stage.content(name) for name in then} == then

    def test_a_restore_is_undone(self, stage: Stage, store: TenantStore) -> None:
        kept(stage, store)
        scatter(stage, "data", 3)
        now = stage.content("data")
        restore(stage, store, "data")
        assert stage.content("data") != now
        stage.places.take_back("acme", run="r1")
        assert stage.content("data") == now
        stage.places.put_in("acme", run="r1")
        assert stage.content("data") == content_of(store, 1)

    def test_each_verb_may_be_repeated(self, stage: Stage, store: TenantStore) -> None:
        stage.write("data", 0, b"then")
        kept(stage, store)
        stage.write("data", 0, b"now!")
        for _ in range(2):
            restore(stage, store, "data")
            stage.places.put_in("acme", run="r1")
        assert stage.content("data")[:4] == b"then"
        for _ in range(2):
            stage.places.take_back("acme", run="r1")
        assert stage.content("data")[:4] == b"now!"
        for _ in range(2):
            stage.places.clear("acme", run="r1")
        stage.places.put_in("acme", run="r1")
        assert stage.content("data")[:4] == b"now!"

    def test_after_clearing_there_is_no_way_back(self, stage: Stage, store: TenantStore) -> None:
        kept(stage, store)
        stage.write("data", 0, b"lost")
        restore(stage, store, "data")
        stage.places.clear("acme", run="r1")
        stage.places.take_back("acme", run="r1")
        assert stage.content("data") == content_of(store, 1)

    def test_the_disks_of_a_running_machine_stay(self, stage: Stage, store: TenantStore) -> None:
        kept(stage, store)
        prepare(stage, store, "data")
        with pytest.raises(MachineRuns):
            stage.places.put_in("acme", run="r1")
        stage.places.clear("acme", run="r1")

    def test_after_a_restore_the_next_backup_is_whole_again(self, stage: Stage, store: TenantStore) -> None:
        scatter(stage, "data", 1)
        kept(stage, store)
        scatter(stage, "data", 2)
        kept(stage, store, base=1)
        restore(stage, store, "data", number=1)
        stage.places.clear("acme", run="r1")
        stage.start()
        stage.write("data", 0, b"a new life")
        kept(stage, store, base=2)
        assert content_of(store, 3) == stage.content("data")

    def test_a_restore_tells_how_far_it_is(self, stage: Stage, store: TenantStore) -> None:
        stage.write("data", 0, b"x" * 3 * CHUNK)
        kept(stage, store)
        told: list[tuple[int, int]] = []
        with store.reading(1, "restore") as reading:
            disk = reading.disk("data")
            source = Source("data", disk, disk.extents())
            stage.places.prepare("acme", source, run="r1", told=lambda done, total: told.append((done, total)))
        stage.places.clear("acme", run="r1")
        assert told[-1][0] == told[-1][1] > 0

    def test_a_file_that_is_there_is_not_overwritten(self, stage: Stage, store: TenantStore, tmp_path: Path) -> None:
        taken = tmp_path / "there.qcow2"
        taken.write_bytes(b"mine")
        kept(stage, store)
        with store.reading(1, "restore") as reading:
            disk = reading.disk("data")
            source = Source("data", disk, disk.extents())
            with pytest.raises(PlaceUnfit):
                stage.places.export(source, taken, ImageForm.QCOW2)
        assert taken.read_bytes() == b"mine"


def prepare(stage: Stage, store: TenantStore, *disks: str, number: int = 1) -> None:
    with store.reading(number, "restore") as reading:
        for name in disks:
            disk = reading.disk(name)
            stage.places.prepare("acme", Source(name, disk, disk.extents()), run="r1")


def restore(stage: Stage, store: TenantStore, *disks: str, number: int = 1) -> None:
    """Bring disks of `acme` back in place, as the run r1."""
    prepare(stage, store, *disks, number=number)
    stage.stop()
    stage.places.put_in("acme", run="r1")
