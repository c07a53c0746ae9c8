"""Disk files, and drives of machines that hold them."""

from collections.abc import Iterator
from pathlib import PureWindowsPath

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import hyperv as declared
from tests.standin.engine import Run, simulates
from tests.standin.records import PSError

from .kinds import VhdType
from .tracking import make_file
from .world import Drive, Host, Machine, Vhd

EMPTY = 4 << 20
VHDX_MOST = 64 << 40


def attach(host: Host, machine: Machine, path: str, location: int | None = None) -> None:
    """Put a disk file on a controller; raise PSError when it or the place is taken."""
    vhd = host.vhd(path)
    for other in host.machines.values():
        if any(drive.path.lower() == path.lower() for drive in other.drives):
            text = f"Failed to add device 'Virtual Hard Disk': the disk '{path}' is already attached."
            raise PSError(text, ErrorCategory.ResourceBusy, "ObjectInUse", path)
    machine.drives.append(Drive(machine, _place(machine, location), vhd.path))
    if machine.running:
        vhd.holder = machine.id


def release(host: Host, machine: Machine) -> None:
    for vhd in host.vhds.values():
        if vhd.holder == machine.id:
            vhd.holder = None


def _place(machine: Machine, location: int | None) -> int:
    taken = {drive.location for drive in machine.drives}
    if location is None:
        return next(number for number in range(64) if number not in taken)
    if location in taken:
        text = f"The location {location} of controller 0 is in use."
        raise PSError(text, ErrorCategory.InvalidArgument, "InvalidParameter", str(location))
    return location


def _new(host: Host, paths: tuple[str, ...], size: int, kind: VhdType, parent: str = "") -> Iterator[Vhd]:
    for path in paths:
        if path.lower() in host.vhds:
            text = f"Failed to create the virtual hard disk. The system failed to create '{path}': The file exists."
            raise PSError(f"{text} (0x80070050).", error_id="OperationFailed")
        if not host.has_folder(str(PureWindowsPath(path).parent)):
            text = f"Failed to create the virtual hard disk '{path}': The system cannot find the path specified."
            raise PSError(f"{text} (0x80070003)", error_id="OperationFailed")
        if not EMPTY <= size <= VHDX_MOST:
            raise PSError(f"The size {size} is out of range.", ErrorCategory.InvalidArgument, "InvalidParameter")
        room = size if kind is VhdType.Fixed else EMPTY
        host.volume(path).take(room, path)
        vhd = host.vhds[path.lower()] = Vhd(path, size, kind, room, parent)
        if host.files:
            make_file(host, vhd)
        yield vhd


@simulates(declared.NewDynamicVHD)
def new_dynamic(run: Run, call: declared.NewDynamicVHD) -> Iterator[Vhd]:
    return _new(run.world, call.Path, call.SizeBytes, VhdType.Dynamic)


@simulates(declared.NewFixedVHD)
def new_fixed(run: Run, call: declared.NewFixedVHD) -> Iterator[Vhd]:
    return _new(run.world, call.Path, call.SizeBytes, VhdType.Fixed)


@simulates(declared.NewDifferencingVHD)
def new_differencing(run: Run, call: declared.NewDifferencingVHD) -> Iterator[Vhd]:
    parent = run.world.vhd(call.ParentPath)
    size = parent.size if call.SizeBytes is None else call.SizeBytes
    if size < parent.size:
        raise PSError("A child cannot be smaller than its parent.", ErrorCategory.InvalidArgument, "InvalidParameter")
    return _new(run.world, call.Path, size, VhdType.Differencing, parent.path)


@simulates(declared.GetVHD)
def get_vhds(run: Run, call: declared.GetVHD) -> Iterator[Vhd]:
    for path in call.Path:
        try:
            yield _whole(run.world.vhd(path))
        except PSError as error:
            run.error(error)


def _whole(vhd: Vhd) -> Vhd:
    if vhd.broken:
        text = f"Getting the mounted storage instance for the path '{vhd.path}' failed. The file is corrupted."
        raise PSError(f"{text} (0x80070570)", error_id="OperationFailed", target=vhd.path)
    return vhd


def in_use(path: str) -> PSError:
    text = f"The process cannot access the file '{path}' because it is being used by another process. (0x80070020)"
    return PSError(text, error_id="OperationFailed", target=path)


@simulates(declared.GetVHDsOf)
def get_vhds_of(run: Run, call: declared.GetVHDsOf) -> Iterator[Vhd]:
    for number in call.VMId:
        for drive in run.world.machines[number].drives if number in run.world.machines else ():
            if drive.path:
                yield run.world.vhd(drive.path)


@simulates(declared.ResizeVHD)
def resize(run: Run, call: declared.ResizeVHD) -> None:
    for path in call.Path:
        vhd = run.world.vhd(path)
        if call.SizeBytes < vhd.size:
            text = f"Failed to resize '{path}': the size is below what the disk needs."
            raise PSError(text, ErrorCategory.InvalidArgument, "InvalidParameter", path)
        if vhd.kind is VhdType.Fixed:
            run.world.volume(path).take(call.SizeBytes - vhd.size, path)
            vhd.file_size = call.SizeBytes
        vhd.size = call.SizeBytes


@simulates(declared.ConvertVHD)
def convert(run: Run, call: declared.ConvertVHD) -> None:
    source = run.world.vhd(call.Path)
    if source.holder:
        raise in_use(call.Path)
    kind = VhdType.Fixed if call.VHDType == "Fixed" else VhdType.Dynamic
    list(_new(run.world, (call.DestinationPath,), source.size, kind))


@simulates(declared.GetVMHardDiskDrive)
def get_drives(_: Run, __: declared.GetVMHardDiskDrive, machine: Machine) -> Iterator[Drive]:
    return iter(list(machine.drives))


@simulates(declared.GetVMDriveAt)
def get_drive_at(_: Run, call: declared.GetVMDriveAt, machine: Machine) -> Iterator[Drive]:
    place = (call.ControllerNumber, call.ControllerLocation)
    return (drive for drive in list(machine.drives) if (drive.controller, drive.location) == place)


@simulates(declared.AddVMHardDiskDrive)
def add_drive(run: Run, call: declared.AddVMHardDiskDrive, machine: Machine) -> None:
    attach(run.world, machine, call.Path, call.ControllerLocation)


@simulates(declared.AddVMPassThroughDisk)
def add_pass_through(_: Run, call: declared.AddVMPassThroughDisk, machine: Machine) -> None:
    place = _place(machine, call.ControllerLocation)
    machine.drives.append(Drive(machine, place, disk_number=call.DiskNumber))


@simulates(declared.SetVMHardDiskDrive)
def set_drive(_: Run, call: declared.SetVMHardDiskDrive, drive: Drive) -> None:
    drive.most_iops = drive.most_iops if call.MaximumIOPS is None else call.MaximumIOPS
    drive.least_iops = drive.least_iops if call.MinimumIOPS is None else call.MinimumIOPS


@simulates(declared.RemoveVMHardDiskDrive)
def remove_drive(run: Run, _: declared.RemoveVMHardDiskDrive, drive: Drive) -> None:
    drive.machine.drives.remove(drive)
    if drive.path:
        run.world.vhd(drive.path).holder = None
