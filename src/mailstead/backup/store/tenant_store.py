"""One tenant's backups: nothing here can reach, open or even name what is another's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mailstead.backup.errors import NoSuchSnapshot
from mailstead.backup.model import Collected, Disk, Finding, Hold, Lease, Moment, Outcome, Snapshot, Source, Told
from mailstead.backup.port import Target
from mailstead.ground.errors import LostLease

from .catalogue import Catalogue
from .collecting import Collector
from .epochs import Epochs
from .index import Index
from .keeper import Keeper
from .keys import TenantKeys
from .names import Names
from .reading import SnapshotDisk
from .shelf import Shelf
from .verifying import Checked, Verifier
from .writing import Writer

COPY_MOST = 1 << 30  # bytes: what one collection copies at most
WORKERS = 2


@dataclass(frozen=True, slots=True)
class _Room:
    """What a run at work has around it."""

    lease: Lease
    index: Index
    shelf: Shelf


class Reading:
    """A snapshot that stays while it is read."""

    def __init__(self, snapshot: Snapshot, shelf: Shelf) -> None:
        self.snapshot = snapshot
        self._shelf = shelf

    def disk(self, name: str) -> SnapshotDisk:
        """Return one of its disks. Raises NoSuchSnapshot if it has none of this name."""
        found = self.snapshot.disk(name)
        if found is None:
            known = ", ".join(disk.name for disk in self.snapshot.disks)
            raise NoSuchSnapshot(f"{self.snapshot} has no disk {name}", field="disk", value=name, remedy=f"use {known}")
        return SnapshotDisk(self.snapshot, found, self._shelf)


class TenantStore:
    """Backups of one tenant. A *run* names one try of one piece of work: its next try takes over from it.

    Everything raises what `Target` does; Damaged where something cannot be read.
    """

    def __init__(self, target: Target, keys: TenantKeys, cache: Path | None) -> None:
        """*cache* is a file for the index, which may be deleted at any time; None keeps it in memory."""
        self.tenant = keys.tenant
        self._target, self._keys, self._cache = target, keys, cache
        self._names = Names(keys.tenant)
        self._epochs = Epochs(target, self._names, keys)
        self._catalogue = Catalogue(target, self._names, keys, self._epochs)

    def snapshots(self) -> list[Snapshot]:
        """Return all snapshots that can be read, the oldest first."""
        return self._catalogue.snapshots()

    def snapshot(self, number: int) -> Snapshot:
        """Return one. Raises NoSuchSnapshot."""
        return self._catalogue.snapshot(number)

    def backup(
        self, moment: Moment, sources: Sequence[Source], *, told: Told | None = None, workers: int = WORKERS
    ) -> Outcome:
        """Keep *sources* as a new snapshot; when this returns, it is there for good.

        Disks that the base lacks, or that are whole, are taken as new: their ranges must then be all that may be
        other than zeros.
        Raises NoSuchSnapshot, SnapshotGoing (the base), DiskShrank, LostLease.
        """
        with self._room(moment.run, moment.base or 0) as room:
            base = self.snapshot(moment.base) if moment.base else None
            keeper = Keeper(self._target, self._names, self._keys, room.index)
            with closing(Writer(keeper, self._keys.chunk_id, room.shelf.node, workers)) as writer:
                disks = [writer.write(source, _disk_of(base, source), told or _silent) for source in sources]
            keeper.flush()
            snapshot = self._confirmed(room.lease, moment, tuple(disks))
            return Outcome(snapshot, writer.read, keeper.added, keeper.objects)

    @contextmanager
    def reading(self, number: int, run: str) -> Iterator[Reading]:
        """Open a snapshot; it is not removed while the block lasts. Raises NoSuchSnapshot, SnapshotGoing."""
        with self._room(run, number) as room:
            yield Reading(self.snapshot(number), room.shelf)

    def remove(self, number: int, run: str) -> None:
        """Remove a snapshot; one already gone is no error. Raises SnapshotHeld, SnapshotInUse."""
        self._catalogue.remove(number, run)

    def collect(self, run: str, *, copy_most: int = COPY_MOST) -> Collected:
        """Free what no snapshot needs: what the last collection condemned. Raises Damaged and changes nothing."""
        with self._room(run) as room:
            keeper = Keeper(self._target, self._names, self._keys, room.index)
            parts = (self._target, self._names, self._epochs, self._catalogue, room.index, room.shelf, keeper)
            return Collector(*parts).collect(copy_most)

    def verify_structure(self, run: str) -> Finding:
        """See that every snapshot can be read, and every chunk has a place. Reads trees only."""
        with self._room(run) as room:
            verifier = self._verifier(room)
            damage = verifier.damage(verifier.structure())
            packs = [(pack, "its footer cannot be read") for pack in room.index.broken()]
            return Finding(len(self._catalogue.numbers()), tuple(packs), damage)

    def verify_contents(
        self,
        run: str,
        *,
        part: int = 1,
        parts: int = 1,
        after: str = "",
        told: Callable[[Checked], None] | None = None,
    ) -> Finding:
        """Read and decrypt one of so many equal parts of all packs, going on *after* the one last told of."""
        with self._room(run) as room:
            verifier, checked = self._verifier(room), list[Checked]()
            for one in verifier.contents(part=part, parts=parts, after=after):
                checked.append(replace(one))
                if told:
                    told(one)
            lost = frozenset[bytes]().union(*(one.lost for one in checked))
            broken = tuple((one.pack, one.wrong) for one in checked if one.wrong)
            return Finding(len(checked), broken, verifier.damage(lost))

    def hold(self, number: int, *, reason: str, by: str, at: datetime) -> Hold:
        """Lay a legal hold on a snapshot. Raises NoSuchSnapshot, SnapshotGoing; then there is none."""
        return self._catalogue.hold(number, reason=reason, by=by, at=at)

    def release(self, hold: Hold) -> None:
        """Lift a hold; one already lifted is no error."""
        self._catalogue.release(hold)

    def holds(self) -> list[Hold]:
        return self._catalogue.holds()

    def at_work(self, run: str) -> AbstractContextManager[Lease]:
        """Hold a lease while the block lasts: no pack is deleted that was not condemned before."""
        return self._epochs.lease(run)

    def leases(self) -> list[Lease]:
        """Return who is at work, or died at it."""
        return self._epochs.leases()

    def break_lease(self, lease: Lease) -> None:
        """End the lease of a run that is dead; should it live after all, it will fail and confirm nothing."""
        self._epochs.end(lease)

    def _confirmed(self, lease: Lease, moment: Moment, disks: tuple[Disk, ...]) -> Snapshot:
        """Publish a snapshot; take it back if the lease was lost, for then parts of it may be gone."""
        self._epochs.confirm(lease)
        snapshot = self._catalogue.add(moment, disks)
        try:
            self._epochs.confirm(lease)
        except LostLease:
            self._catalogue.take_back(snapshot)
            raise
        return snapshot

    def _verifier(self, room: _Room) -> Verifier:
        return Verifier(self.tenant, self._catalogue, room.index, room.shelf)

    @contextmanager
    def _room(self, run: str, uses: int = 0) -> Iterator[_Room]:
        with self._epochs.lease(run, uses) as lease, closing(Index(self._cache)) as index:
            shelf = Shelf(self._target, self._names, self._keys, index)
            condemned = self._epochs.condemned()
            shelf.refresh()
            index.close_packs(frozenset[str]().union(*condemned.values()))
            yield _Room(lease, index, shelf)


def _disk_of(base: Snapshot | None, source: Source) -> Disk | None:
    return base.disk(source.name) if base else None


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""
