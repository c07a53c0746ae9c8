"""What a place must do that backups are kept in, and a host whose disks are kept, or brought back."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Protocol

from .model import ImageForm, Quiet, Source, Taken, Told


@dataclass(frozen=True, slots=True)
class Object:
    """An object as listed: its name, and its size in bytes."""

    name: str
    size: int


class Target(Protocol):
    """Objects under names, made once and never changed. Names are `a-z 0-9 _ . -` and `/` between parts.

    All verbs raise TargetUnreachable and TargetDenied. What one call has made, every later call of anybody sees.
    """

    def create(self, name: str, content: bytes) -> None:
        """Keep *content*, whole and for good, or not at all. Raises ObjectExists, TargetFull.

        Where an answer was lost on the way, the object may be there although an error is raised.
        """

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """Return *length* bytes from *offset* on, fewer where the object ends; None: the rest. Raises NoSuchObject."""

    def list(self, prefix: str) -> Iterator[Object]:
        """Yield the objects in the folder *prefix* (ends with "/") and all below it, in the order of their names."""

    def delete(self, name: str) -> None:
        """Remove an object; one already gone is no error."""


class ChangedBlocks(Protocol):
    """The disks of one host's machines as of one moment, and what changed on them. Machines go by their tenants.

    All verbs raise NoSuchMachine, and what the hypervisor raises that cannot be asked.
    """

    def moment(self, machine: str, bases: Mapping[str, str], quiet: Quiet) -> AbstractContextManager[Taken]:
        """Hold all disks of a machine, running or off, as they are now: they can be read while the block lasts.

        *bases* maps names of disks to the points (`Disk.point` of a snapshot) since which changes are wanted. A disk
        that is not in it is read whole, and so is one whose point is lost, broken or of another disk: the remarks say
        why. Each source has a new point, which is forgotten again if the block is left by an error; what a dead run
        left in the way is cleared. Raises NotQuiet, ScratchFull, BackupUnderWay (that of others); while reading
        SourceLost, ScratchFull.
        """

    def keep(self, machine: str, points: Collection[str]) -> None:
        """Forget all points of ours but these: `plan.points_kept`. Call it when a snapshot is kept for certain.

        May be repeated; points that are not there are no error, nor is a machine that is not there.
        """


class DiskPlaces(Protocol):
    """Where disks come back to on one host. Machines go by their tenants, *run* names one restore and all its tries.

    Every verb may be repeated, and dying between any two loses nothing. A machine need not be there: its disks come
    to where one of this name has them. *told* hears bytes done, of how many. All raise what the disk raises that is
    read, and PlaceDenied.
    """

    def prepare(self, machine: str, disk: Source, *, run: str, told: Told | None = None) -> None:
        """Write a disk beside those of the machine; one of this run that is finished is left alone.

        Its ranges are all that may be other than zeros. Raises NoPlaceLeft, PlaceUnfit.
        """

    def put_in(self, machine: str, *, run: str) -> None:
        """Put what was prepared in the place of the machine's disks, which are kept beside. Raises MachineRuns."""

    def take_back(self, machine: str, *, run: str) -> None:
        """Undo `put_in`: the disks are those from before; what was restored is kept beside. Raises MachineRuns."""

    def clear(self, machine: str, *, run: str) -> None:
        """Forget what the run keeps beside the machine's disks: there is no way back then."""

    def export(self, disk: Source, path: Path, form: ImageForm, told: Told | None = None) -> None:
        """Write a disk as a file of its own; never seen before it is whole.

        Raises PlaceUnfit if there is one, NoPlaceLeft.
        """


class PreparedDisks(Protocol):
    """Where disks that a `DiskPlaces` prepared lie, for whoever uses one beside the machine's own."""

    def prepared(self, machine: str, disk: str, *, run: str) -> PurePath:
        """Return where a disk of this run lies on the host, from when it is prepared until it is put in or cleared."""
