"""What a hypervisor must do, in small parts: a driver has each or has it not. Names are names of tenants.

Every verb may be repeated, and raises HostUnreachable, HostDenied or AnswerLost when the host is at fault.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Protocol

from .model import DiskRole, Machine, MachineStatistics, Room
from .operating import Checkpoint, Condition, Export, HostEvent, NodeState


class Hypervisor(Protocol):
    """The machines of one host; only those that this platform made are ever seen or touched."""

    def machines(self) -> dict[str, Machine]:
        """Return all machines of ours as they are now: a running one as it runs."""

    def define(self, machine: Machine) -> None:
        """Bring the machine to this shape, creating it if need be; a running one changes at its next start.

        Power is left as it is. Raises ForeignMachine.
        """

    def start(self, name: str) -> None:
        """Start the machine, or let a paused one go on.

        Raises NoSuchMachine, MissingFile, DeviceBusy, HostFull, HostDenied or MachineRefused.
        """

    def stop(self, name: str, *, graceful_s: float) -> None:
        """Ask the guest to shut down, and switch off when *graceful_s* seconds were not enough.

        Zero switches off at once. A machine that is off, or not there, is no error.
        """

    def remove(self, name: str) -> None:
        """Switch the machine off and forget it; its disks stay. Raises ForeignMachine."""


class Media(Protocol):
    """A drive for a CD image, which a machine finds at its start."""

    def insert(self, name: str, medium: PurePath) -> None:
        """Put a CD image of the host into the machine's drive, in the place of another one.

        Raises NoSuchMachine, MissingFile for an image that is not there, or MachineRefused.
        """

    def eject(self, name: str) -> None:
        """Take the machine's drive away; none is no error, nor is a machine that is not there."""


class DiskLoans(Protocol):
    """Disk files that a machine has for a while beside its own, put on and taken off while it runs."""

    def lend(self, name: str, disk: PurePath) -> int:
        """Put a disk file of the host on the machine's first SCSI controller; return its place there.

        One that is on it stays where it is. Raises NoSuchMachine, MissingFile for a file that is not there, DeviceBusy
        for one that another machine has, or MachineRefused.
        """

    def give_back(self, name: str, disk: PurePath) -> None:
        """Take a disk file off the machine; the file stays. Neither a disk nor a machine that is gone is an error."""


class LiveResize(Protocol):
    """Change of processors and memory while the machine runs."""

    def resize(self, name: str, *, vcpus: int, memory_mib: int) -> None:
        """Give the machine this size now and at every later start.

        Raises NoSuchMachine, or NeedsRestart (changing nothing) beyond the machine's `_max` sizes.
        """


class LiveLimits(Protocol):
    """Change of limits while the machine runs."""

    def limit(self, name: str, iops: Mapping[DiskRole, int]) -> None:
        """Limit these disks of the machine (see model.Disk) now and at every later start; 0 lifts the limit.

        Raises NoSuchMachine, or MachineRefused for a disk that it has not, or that cannot be limited here.
        """


class LiveGrow(Protocol):
    """Growing a disk while the machine runs (storage grows those of stopped machines)."""

    def grow(self, name: str, role: DiskRole, *, size_mib: int) -> None:
        """Make the disk of a running machine at least this large; never smaller.

        Raises NoSuchMachine, or MachineRefused if the machine is off or has no such disk.
        """


class Statistics(Protocol):
    """What machines use."""

    def statistics(self) -> dict[str, MachineStatistics]:
        """Return the counters of all running machines of ours, by one call to the host."""


class HostRoom(Protocol):
    """What the host has."""

    def room(self) -> Room:
        """Return the host's processors, memory and free disk room."""


class Conditions(Protocol):
    """How machines fare."""

    def condition(self, name: str) -> Condition:
        """Return what the hypervisor says of the machine. Raises NoSuchMachine."""


class Checkpoints(Protocol):
    """States that a machine can be brought back to. All verbs raise NoSuchMachine, and MachineBusy."""

    def checkpoints(self, name: str) -> tuple[Checkpoint, ...]:
        """Return the checkpoints that this platform made, the oldest first."""

    def take(self, name: str, label: str) -> Checkpoint:
        """Make a checkpoint, consistent by the guest's own means where the guest can; one that is there is kept.

        Raises HostFull, or MachineRefused, say for disks that cannot be kept.
        """

    def bring_back(self, name: str, label: str) -> None:
        """Bring machine and disks back to the checkpoint: what came later is lost. It may be off then.

        Raises NoSuchCheckpoint.
        """

    def drop(self, name: str, label: str) -> None:
        """Forget a checkpoint and merge its disks; one already gone is no error."""

    def flatten(self, name: str) -> None:
        """Forget all checkpoints of ours and wait until the disk files themselves hold everything again.

        A machine that is not there is no error. Raises CheckpointsInTheWay for checkpoints of others.
        """


class Exports(Protocol):
    """Copies of whole machines."""

    def export(self, name: str, folder: PurePath) -> Export:
        """Copy the machine with its disks into a new folder. Raises NoSuchMachine, ExportThere, HostFull."""

    def place_of(self, name: str, folder: PurePath) -> Export:
        """Return where the export of the machine into *folder* lies, or would lie. Raises NoSuchMachine."""

    def take_in(self, name: str, configuration: PurePath) -> None:
        """Make the tenant's machine from an export, off, under an id of its own.

        Raises MachineThere where the tenant has one, NoSuchExport, DeviceBusy for disk files in the way, HostFull.
        """


class Cluster(Protocol):
    """The cluster to which the host belongs, asked through it. Every verb raises NoQuorum.

    Names of nodes are those of the cluster, in small letters.
    """

    def nodes(self) -> Mapping[str, NodeState]:
        """Return all nodes."""

    def owners(self) -> Mapping[str, str]:
        """Return on which node the machine of each tenant is now; only those that are roles of the cluster."""

    def join(self, name: str) -> None:
        """Make the machine, which is on this host, a role of the cluster. Raises NoSuchMachine."""

    def leave(self, name: str) -> None:
        """Take the machine out of the cluster; it stays where it is. One that is no role is no error."""

    def hand_over(self, name: str, node: str) -> None:
        """Move the running machine to a node. Raises NoSuchNode, NodeUnavailable, NoSuchMachine, HostFull."""

    def drain(self, node: str) -> None:
        """Let the node take no machines, and begin to move those that it has. Raises NoSuchNode."""

    def resume(self, node: str) -> None:
        """Let the node take machines again. Raises NoSuchNode."""


class Migration(Protocol):
    """Moving a machine with its disks to a host that shares nothing with this one."""

    def migrate(self, name: str, address: str, folder: PurePath) -> None:
        """Move the machine to the host at *address*, its disks into *folder* there.

        Raises NoSuchMachine, MachineBusy, HostFull, MachineRefused; after AnswerLost exactly one of both has it.
        """


class HostEvents(Protocol):
    """The hypervisor's event logs."""

    def events(self, since: datetime) -> tuple[HostEvent, ...]:
        """Return what was logged since then, the oldest first."""
