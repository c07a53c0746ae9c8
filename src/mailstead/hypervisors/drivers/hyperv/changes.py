"""The cmdlets that bring a machine to a shape. Pure; all are bound to one machine by its id, and may be repeated."""

from pathlib import PureWindowsPath

from mailstead.hypervisors.model import Disk, DiskFormat, Machine
from mailstead.remoting.calls import Batch, Statement, batch
from mailstead.remoting.cmdlets.hyperv import (
    AddVMHardDiskDrive,
    AddVMPassThroughDisk,
    EnableVMResourceMetering,
    GetVM,
    GetVMDriveAt,
    GetVMs,
    NewVMWithoutDisk,
    RemoveVMHardDiskDrive,
    SetVM,
    SetVMFirmware,
    SetVMHardDiskDrive,
    SetVMMemory,
    SetVMProcessor,
)
from mailstead.sites.marks import PREFIX, Mark

from .found import Drive, Parts, Vm, disk_number
from .shape import LOCATIONS, least_bytes, memory_bytes, percent, secure_boot_of


def marking(mark: Mark) -> SetVM:
    """Write the mark, and how the machine goes up and down with its host."""
    return SetVM(
        Notes=str(mark),
        AutomaticStartAction="StartIfRunning",
        AutomaticStopAction="ShutDown",
        AutomaticCheckpointsEnabled=False,
        CheckpointType="Production",
    )


def making(machine: Machine, mark: Mark, folder: PureWindowsPath) -> Batch:
    """Make the machine, off and without disks, and read all of its name: which is ours, its mark says."""
    name = PREFIX + machine.name
    new = NewVMWithoutDisk(
        Name=name, MemoryStartupBytes=memory_bytes(machine.memory_mib), Path=str(folder / machine.name)
    )
    return batch(new | marking(mark), GetVMs(Name=(name,)))


def shaping(vm: GetVM, machine: Machine, there: tuple[Drive, ...], *, dynamic: bool) -> list[Statement]:
    """Give a machine that is off all that it starts with."""
    template = secure_boot_of(machine.boot)
    return [
        vm
        | SetVMProcessor(
            Count=machine.vcpus_max,
            Maximum=percent(machine.vcpus, machine.vcpus_max),
            ExposeVirtualizationExtensions=machine.nested,
        ),
        vm | _memory(machine.memory_mib, dynamic=dynamic),
        vm
        | SetVMFirmware(
            EnableSecureBoot="On" if template else "Off", SecureBootTemplate=template if template else None
        ),
        vm | EnableVMResourceMetering(),
        *_plugging(vm, machine, there),
        *limiting(vm, machine, there),
    ]


def resizing(vm: GetVM, found: Vm, *, vcpus: int, memory_mib: int) -> list[Statement]:
    """Give a running machine this size: a limit on the processors that it has, and memory."""
    limit = SetVMProcessor(Maximum=percent(vcpus, found.count))
    if found.memory == memory_bytes(memory_mib):
        return [vm | limit]
    size = memory_bytes(memory_mib)
    return [vm | (SetVMMemory(MaximumBytes=size) if found.dynamic else SetVMMemory(StartupBytes=size)), vm | limit]


def limiting(vm: GetVM, machine: Machine, there: tuple[Drive, ...]) -> list[Statement]:
    """Give the disks their limits: those that stand there with another one, or are to be plugged in."""
    return [
        vm | GetVMDriveAt(ControllerLocation=LOCATIONS[disk.role]) | SetVMHardDiskDrive(MaximumIOPS=disk.iops)
        for disk in _otherwise_limited(machine, there)
    ]


def fits(found: Vm, parts: Parts, machine: Machine, *, dynamic: bool) -> bool:
    """Say whether a machine that is off would start in this shape."""
    there = (found.count, parts.limit, parts.nested, parts.secure_boot)
    limit = percent(machine.vcpus, machine.vcpus_max)
    wanted = (machine.vcpus_max, limit, machine.nested, secure_boot_of(machine.boot))
    memory = (found.memory, found.dynamic) == (memory_bytes(machine.memory_mib), dynamic)
    plugged = not (_stray(machine, parts.drives) or _otherwise_limited(machine, parts.drives))
    plugged = plugged and not _missing(machine, parts.drives)
    return there == wanted and memory and found.metered and plugged


def unplugging(vm: GetVM, drives: tuple[Drive, ...]) -> list[Statement]:
    """Take these drives off the machine; their files stay."""
    places = sorted({drive.location for drive in drives})
    return [vm | GetVMDriveAt(ControllerLocation=place) | RemoveVMHardDiskDrive() for place in places]


def own_drives(drives: tuple[Drive, ...]) -> tuple[Drive, ...]:
    """Return the drives at the places that are ours."""
    return tuple(drive for drive in drives if drive.location in LOCATIONS.values())


def _memory(mib: int, *, dynamic: bool) -> SetVMMemory:
    size = memory_bytes(mib)
    if not dynamic:
        return SetVMMemory(DynamicMemoryEnabled=False, StartupBytes=size)
    return SetVMMemory(DynamicMemoryEnabled=True, StartupBytes=size, MinimumBytes=least_bytes(mib), MaximumBytes=size)


def _plugging(vm: GetVM, machine: Machine, there: tuple[Drive, ...]) -> list[Statement]:
    return [*unplugging(vm, _stray(machine, there)), *(vm | _plug(disk) for disk in _missing(machine, there))]


def _stray(machine: Machine, there: tuple[Drive, ...]) -> tuple[Drive, ...]:
    """Return the drives that stand at a place of ours and should not, and disks of ours at places that are not."""
    wanted = {LOCATIONS[disk.role]: disk for disk in machine.disks}
    ours = set(LOCATIONS.values())
    return tuple(
        drive
        for drive in there
        if (drive.location in ours and not (drive.location in wanted and drive.holds(wanted[drive.location])))
        or (drive.location not in ours and any(map(drive.holds, machine.disks)))
    )


def _missing(machine: Machine, there: tuple[Drive, ...]) -> tuple[Disk, ...]:
    at = {drive.location: drive for drive in there}
    places = {disk: at.get(LOCATIONS[disk.role]) for disk in machine.disks}
    return tuple(disk for disk, drive in places.items() if drive is None or not drive.holds(disk))


def _otherwise_limited(machine: Machine, there: tuple[Drive, ...]) -> tuple[Disk, ...]:
    limits = {drive.location: drive.iops for drive in there}
    new = _missing(machine, there)
    return tuple(
        disk for disk in machine.disks if disk.iops != (0 if disk in new else limits.get(LOCATIONS[disk.role], 0))
    )


def _plug(disk: Disk) -> AddVMHardDiskDrive | AddVMPassThroughDisk:
    place = LOCATIONS[disk.role]
    if disk.format is DiskFormat.BLOCK:
        return AddVMPassThroughDisk(ControllerLocation=place, DiskNumber=disk_number(disk) or 0)
    return AddVMHardDiskDrive(ControllerLocation=place, Path=str(disk.source))
