"""What a hypervisor must do, in small parts: a driver has each or has it not. Names are names of tenants.

Every verb may be repeated, and raises HostUnreachable, HostDenied or AnswerLost when the host is at fault.
"""

from typing import Protocol

from .model import DiskRole, Machine, MachineStatistics, Room


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


class LiveResize(Protocol):
    """Change of processors and memory while the machine runs."""

    def resize(self, name: str, *, vcpus: int, memory_mib: int) -> None:
        """Give the machine this size now and at every later start.

        Raises NoSuchMachine, or NeedsRestart (changing nothing) beyond the machine's `_max` sizes.
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
