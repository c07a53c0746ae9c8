"""A host that is only thought of, with finite memory, processors and disk: for the trial, simulation and tests."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mailstead.hypervisors.headroom import refuse_beyond
from mailstead.hypervisors.limits import limited
from mailstead.hypervisors.model import (
    DeviceBusy,
    DiskRole,
    ForeignMachine,
    HostFull,
    Machine,
    MachineRefused,
    MachineStatistics,
    NoSuchMachine,
    Power,
    Room,
)


@dataclass(slots=True)
class _Entry:
    """A machine as it would start, and as it runs (None: off)."""

    defined: Machine
    running: Machine | None = None


class MemoryHypervisor:
    """A host of this size; memory is not overcommitted. `writes` counts what was changed."""

    def __init__(self, *, cores: int = 64, memory_mib: int = 1 << 20, disk_free_mib: int = 1 << 30) -> None:
        self._room = Room(cores, memory_mib, disk_free_mib)
        self._entries: dict[str, _Entry] = {}
        self._foreign: dict[str, int] = {}
        self.writes = 0

    def occupy(self, name: str, memory_mib: int) -> None:
        """Somebody else runs a machine here: it takes this name and this memory, and is never ours to see."""
        self._foreign[name] = memory_mib

    def foreign(self) -> dict[str, int]:
        """Return what others run here: memory by name."""
        return dict(self._foreign)

    def lose_power(self) -> None:
        """The host goes down and comes back: its machines are off."""
        for entry in self._entries.values():
            entry.running = None

    def machines(self) -> dict[str, Machine]:
        return {name: _found(entry) for name, entry in self._entries.items()}

    def power(self, name: str) -> Power | None:
        """Return whether a machine runs; None for one that is not there."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        return entry.running.power if entry.running else Power.OFF

    def disturb(self, machine: Machine) -> None:
        """Somebody changes a machine by hand, or makes one; `pending`: its next start brings another shape."""
        defined = replace(machine, power=Power.OFF, pending=False)
        stored = replace(defined, vcpus=defined.vcpus + 1) if machine.pending else defined
        running = None if machine.power is Power.OFF else replace(machine, pending=False)
        self._entries[machine.name] = _Entry(stored, running)

    def define(self, machine: Machine) -> None:
        if machine.name in self._foreign:
            remedy = "rename or remove that machine, or choose another name for the tenant"
            message = f"a machine of {machine.name} is here that this platform did not make"
            raise ForeignMachine(message, field="machine", value=machine.name, remedy=remedy)
        shape = replace(machine, power=Power.OFF, pending=False)
        entry = self._entries.get(machine.name)
        if entry is None:
            self._entries[machine.name] = _Entry(shape)
        elif entry.defined != shape:
            entry.defined = shape
        else:
            return
        self.writes += 1

    def start(self, name: str) -> None:
        entry = self._entry(name)
        if entry.running:
            entry.running = replace(entry.running, power=Power.ON)
            return
        self._refuse_busy_port(entry.defined)
        self._refuse_full(entry.defined)
        entry.running = replace(entry.defined, power=Power.ON)
        self.writes += 1

    def stop(self, name: str, *, graceful_s: float) -> None:
        entry = self._entries.get(name)
        if entry and entry.running:
            entry.running = None
            self.writes += 1

    def remove(self, name: str) -> None:
        if self._entries.pop(name, None):
            self.writes += 1

    def resize(self, name: str, *, vcpus: int, memory_mib: int) -> None:
        entry = self._entry(name)
        refuse_beyond(entry.running or entry.defined, vcpus=vcpus, memory_mib=memory_mib)
        entry.defined = replace(entry.defined, vcpus=vcpus, memory_mib=memory_mib)
        if entry.running:
            entry.running = replace(entry.running, vcpus=vcpus, memory_mib=memory_mib)
        self.writes += 1

    def limit(self, name: str, iops: Mapping[DiskRole, int]) -> None:
        entry = self._entry(name)
        entry.defined = limited(entry.defined, iops)
        if entry.running:
            entry.running = limited(entry.running, iops)
        self.writes += 1

    def grow(self, name: str, role: DiskRole, *, size_mib: int) -> None:
        running = self._entry(name).running
        if running is None or role not in {disk.role for disk in running.disks}:
            raise MachineRefused(f"the machine of {name} does not run with a {role} disk", field="disk")

    def statistics(self) -> dict[str, MachineStatistics]:
        running = [entry.running for entry in self._entries.values() if entry.running]
        return {machine.name: _idle(machine) for machine in running}

    def room(self) -> Room:
        return self._room

    def _entry(self, name: str) -> _Entry:
        if name not in self._entries:
            remedy = f"mailstead apply {name}"
            raise NoSuchMachine(f"no machine of {name} is here", field="machine", value=name, remedy=remedy)
        return self._entries[name]

    def _running(self) -> list[Machine]:
        return [entry.running for entry in self._entries.values() if entry.running]

    def _refuse_busy_port(self, machine: Machine) -> None:
        if machine.nic.port in {other.nic.port for other in self._running()}:
            raise DeviceBusy(f"port {machine.nic.port} is in use", field="port", value=machine.nic.port)

    def _refuse_full(self, machine: Machine) -> None:
        taken = sum(other.memory_mib for other in self._running()) + sum(self._foreign.values())
        free = self._room.memory_mib - taken
        if machine.memory_mib > free:
            raise HostFull(
                f"the machine of {machine.name} needs {machine.memory_mib} MiB, the host has {free} MiB left",
                field="memory_mib",
                value=machine.memory_mib,
                remedy="place it on another host, or lower its memory",
            )


def _found(entry: _Entry) -> Machine:
    if entry.running is None:
        return entry.defined
    pending = replace(entry.running, power=Power.OFF) != entry.defined
    return replace(entry.running, pending=pending)


def _idle(machine: Machine) -> MachineStatistics:
    return MachineStatistics(0.0, machine.memory_mib // 2, 0, 0, 0, 0, 0)
