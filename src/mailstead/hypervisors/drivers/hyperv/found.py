"""What a host says of machines, as values. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PureWindowsPath
from uuid import UUID

from mailstead.hypervisors.model import Disk, DiskFormat, DiskRole, FirmwareBoot, Machine, Power
from mailstead.remoting.values import PsObject
from mailstead.sites.marks import Mark

from .shape import LOCATIONS, memory_bytes, percent, vcpus_of

_PHYSICAL = re.compile(r"\\\\\.\\PHYSICALDRIVE([0-9]+)\\?", re.IGNORECASE)
_OFF = ("Off", "OffCritical")
_HELD = ("Paused", "PausedCritical", "Saved", "SavedCritical", "FastSaved", "FastSavedCritical")


@dataclass(frozen=True, slots=True)
class Vm:
    """A machine of the host, whosever it is. `mark` is None where its notes bear none."""

    id: UUID
    name: str
    state: str
    notes: str
    mark: Mark | None
    path: PureWindowsPath
    count: int
    memory: int  # bytes: what it starts with, or (dynamic) may come to
    dynamic: bool
    adapters: int
    drives: int
    metered: bool

    @property
    def power(self) -> Power:
        """Return whether it runs; a saved one stands still as a paused one does."""
        if self.state in _OFF:
            return Power.OFF
        return Power.PAUSED if self.state in _HELD else Power.ON


@dataclass(frozen=True, slots=True)
class Drive:
    """A disk at the machine's controller: a file, or a whole disk of the host by its number."""

    location: int
    path: PureWindowsPath
    number: int | None = None
    iops: int = 0

    def holds(self, disk: Disk) -> bool:
        """Say whether this is *disk*, perhaps beneath a checkpoint (system.vhdx → system_<GUID>.avhdx)."""
        if disk.format is DiskFormat.BLOCK:
            return self.number == disk_number(disk)
        beneath = self.path.suffix.lower() == ".avhdx" and self.path.parent == disk.source.parent
        return self.path == disk.source or (beneath and self.path.name.startswith(f"{disk.source.stem}_"))

    def as_disk(self, disk: Disk | None, role: DiskRole) -> Disk:
        """Return this drive as a disk of *role*: *disk* but for its limit, if it is that one."""
        if disk and self.holds(disk):
            return replace(disk, iops=self.iops)
        if self.number is not None:
            return Disk(role, PureWindowsPath(rf"\\.\PHYSICALDRIVE{self.number}"), DiskFormat.BLOCK, iops=self.iops)
        return Disk(role, self.path, DiskFormat.VHDX, iops=self.iops)


@dataclass(frozen=True, slots=True)
class Parts:
    """What Get-VM does not say of a machine."""

    limit: int
    nested: bool
    secure_boot: str
    drives: tuple[Drive, ...]


BLANK = Parts(limit=100, nested=False, secure_boot="MicrosoftWindows", drives=())  # as New-VM makes them


def vm_of(seen: PsObject) -> Vm:
    """Read a VirtualMachine."""
    dynamic = seen.truth("DynamicMemoryEnabled")
    notes = str(seen.get("Notes") or "")
    return Vm(
        id=seen.guid("Id"),
        name=seen.text_of("Name"),
        state=seen.text_of("State"),
        notes=notes,
        mark=Mark.parse(notes),
        path=PureWindowsPath(seen.text_of("Path")),
        count=seen.number("ProcessorCount"),
        memory=seen.number("MemoryMaximum" if dynamic else "MemoryStartup"),
        dynamic=dynamic,
        adapters=len(seen.texts("NetworkAdapters")),
        drives=len(seen.texts("HardDrives")),
        metered=seen.truth("ResourceMeteringEnabled"),
    )


def drive_of(seen: PsObject) -> Drive:
    """Read a HardDiskDrive."""
    number = seen.number("DiskNumber") if seen.get("DiskNumber") is not None else None
    place, path = seen.number("ControllerLocation"), PureWindowsPath(seen.text_of("Path"))
    return Drive(place, path, number, seen.number("MaximumIOPS"))


def parts_of(processor: PsObject, firmware: PsObject, drives: Iterable[PsObject]) -> Parts:
    """Read what belongs to one machine; of drives those at SCSI controller 0."""
    ours = [d for d in drives if d.text_of("ControllerType") == "SCSI" and d.number("ControllerNumber") == 0]
    return Parts(
        limit=processor.number("Maximum"),
        nested=processor.truth("ExposeVirtualizationExtensions"),
        secure_boot=_secure_boot(firmware),
        drives=tuple(map(drive_of, ours)),
    )


def as_it_runs(vm: Vm, parts: Parts, defined: Machine) -> Machine:
    """Return the machine as it runs; what Hyper-V does not keep is as *defined*."""
    running = replace(
        defined,
        vcpus=defined.vcpus if parts.limit == percent(defined.vcpus, vm.count) else vcpus_of(parts.limit, vm.count),
        vcpus_max=vm.count,
        memory_mib=defined.memory_mib if vm.memory == memory_bytes(defined.memory_mib) else vm.memory >> 20,
        disks=_disks(parts.drives, defined),
        nic=defined.nic if vm.adapters else replace(defined.nic, mac=""),
        boot=FirmwareBoot(parts.secure_boot),
        nested=parts.nested,
    )
    return replace(running, power=vm.power, pending=running != defined)


def disk_number(disk: Disk) -> int | None:
    r"""Return the number of a disk that is passed through, whose source is \\.\PHYSICALDRIVE<n>."""
    match = _PHYSICAL.fullmatch(str(disk.source))
    return int(match[1]) if match else None


def _disks(drives: tuple[Drive, ...], defined: Machine) -> tuple[Disk, ...]:
    wanted = {disk.role: disk for disk in defined.disks}
    at = {drive.location: drive for drive in drives}
    return tuple(at[place].as_disk(wanted.get(role), role) for role, place in LOCATIONS.items() if place in at)


def _secure_boot(firmware: PsObject) -> str:
    return firmware.text_of("SecureBootTemplate") if firmware.text_of("SecureBoot") == "On" else ""
