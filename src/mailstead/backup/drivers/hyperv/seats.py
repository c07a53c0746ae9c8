"""Drives of a machine whose disk file was exchanged: Hyper-V lets a machine open what it was given, by the file's ACL.

A file that came by another way has no entry for the machine; taken off its controller and put on again, it gets one.
"""

from pathlib import PureWindowsPath

from mailstead.remoting.calls import Statement, batch
from mailstead.remoting.cmdlets.hyperv import (
    AddVMHardDiskDrive,
    GetVM,
    GetVMDriveAt,
    GetVMHardDiskDrive,
    RemoveVMHardDiskDrive,
    SetVMHardDiskDrive,
)
from mailstead.remoting.values import PsObject

from .holding import Machines

_LOCATIONS = {"system": 0, "data": 1}  # of SCSI controller 0, docs/formats/hyperv.md


def beside(machines: Machines, machine: str) -> list[PureWindowsPath]:
    """Return the files that a machine writes to instead of its disks, for checkpoints stand on these."""
    paths = [PureWindowsPath(path) for drive in _drives(machines, machine) if (path := drive.text_of("Path"))]
    return [path for path in paths if path.suffix.lower() == ".avhdx"]


def seat(machines: Machines, machine: str, path: PureWindowsPath) -> None:
    """Let a machine that is off have the disk file that lies at *path* now. One that is not there gets it when made."""
    there = [drive for drive in _drives(machines, machine) if PureWindowsPath(drive.text_of("Path")) == path]
    if machines.found(machine) is None:
        return
    vm, place = machines.vm(machine), there[0].number("ControllerLocation") if there else _LOCATIONS[path.stem]
    off = [vm | GetVMDriveAt(ControllerLocation=place) | RemoveVMHardDiskDrive()] if there else []
    machines.remote.run(
        batch(*off, vm | AddVMHardDiskDrive(ControllerLocation=place, Path=str(path)), *_limit(vm, there))
    )


def _limit(vm: GetVM, there: list[PsObject]) -> list[Statement]:
    """Return what gives a drive the limit back that it had."""
    most = there[0].number("MaximumIOPS") if there else 0
    where = GetVMDriveAt(ControllerLocation=there[0].number("ControllerLocation")) if most else None
    return [vm | where | SetVMHardDiskDrive(MaximumIOPS=most)] if where else []


def _drives(machines: Machines, machine: str) -> tuple[PsObject, ...]:
    found = machines.found(machine)
    return machines.remote.run(GetVM(Id=found.guid("Id")) | GetVMHardDiskDrive()).all("HardDiskDrive") if found else ()
