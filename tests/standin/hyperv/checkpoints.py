"""Checkpoints, export, import, migration."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PureWindowsPath
from uuid import uuid4

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import hyperv as declared
from tests.standin.engine import Run, simulates
from tests.standin.records import PSError

from .disks import release
from .kinds import VhdType, VMState
from .machines import wrong_state
from .world import Adapter, Drive, Host, Machine, Snapshot, Vhd

KEPT = ("startup", "count", "dynamic", "notes", "checkpoint_type")


def _snapshot(machine: Machine, name: str) -> Snapshot:
    for snapshot in machine.snapshots:
        if snapshot.name == name:
            return snapshot
    text = f'Hyper-V was unable to find a checkpoint with name "{name}".'
    raise PSError(text, ErrorCategory.ObjectNotFound, "ObjectNotFound", name)


@simulates(declared.CheckpointVM)
def checkpoint(run: Run, call: declared.CheckpointVM, machine: Machine) -> None:
    if machine.checkpoint_type == "Disabled":
        run.error(wrong_state(machine, "Checkpoints are disabled."))
        return
    if any(drive.disk_number is not None for drive in machine.drives):
        run.error(wrong_state(machine, "Cannot take a checkpoint of a machine with a physical disk."))
        return
    if machine.running and machine.checkpoint_type == "ProductionOnly" and not machine.services["VSS"]:
        text = f"Production checkpoints cannot be created for '{machine.name}'."
        raise PSError(text, error_id="OperationFailed", target=machine.name)
    kept = {name: getattr(machine, name) for name in KEPT}
    machine.snapshots.append(Snapshot(machine, call.SnapshotName, kept))
    for drive in machine.drives:
        _begin_anew(run.world, drive)


def _begin_anew(host: Host, drive: Drive) -> None:
    """Let the machine write beside its disk file from now on: the file itself is the checkpoint's."""
    vhd = host.vhd(drive.path)
    base = PureWindowsPath(base_of(vhd.path))
    path = str(base.with_name(f"{base.stem}_{uuid4()}.avhdx"))
    host.vhds[path.lower()] = Vhd(
        path, vhd.size, VhdType.Differencing, parent=vhd.path, holder=vhd.holder, disk_id=vhd.disk_id
    )
    vhd.holder, drive.path = None, path


def base_of(path: str) -> str:
    """Return the disk file below one that a checkpoint began."""
    return re.sub(r"_[0-9a-f-]{36}\.avhdx$", ".vhdx", path, flags=re.IGNORECASE)


def _merge(host: Host, drive: Drive) -> None:
    """Bring all that was written since into the disk file itself."""
    base = host.vhd(base_of(drive.path))
    chain = [path for path, vhd in host.vhds.items() if path != base.path.lower() and base_of(vhd.path) == base.path]
    base.holder = host.vhd(drive.path).holder
    for path in chain:
        del host.vhds[path]
    drive.path = base.path


@simulates(declared.GetVMSnapshot)
def get_snapshots(run: Run, call: declared.GetVMSnapshot, machine: Machine) -> Iterator[Snapshot]:
    if call.Name is None:
        yield from machine.snapshots
    else:
        yield _snapshot(machine, call.Name)


@simulates(declared.RestoreVMSnapshot)
def restore(run: Run, call: declared.RestoreVMSnapshot, machine: Machine) -> None:
    for name, value in _snapshot(machine, call.Name).kept.items():
        setattr(machine, name, value)
    release(run.world, machine)
    machine.state, machine.started = VMState.Off, None  # a production checkpoint holds no memory


@simulates(declared.RemoveVMSnapshot)
def remove(run: Run, call: declared.RemoveVMSnapshot, machine: Machine) -> None:
    for name in call.Name:
        machine.snapshots.remove(_snapshot(machine, name))
    for drive in machine.drives if not machine.snapshots else ():
        _merge(run.world, drive)


@simulates(declared.ExportVM)
def export(run: Run, call: declared.ExportVM, machine: Machine) -> None:
    folder = rf"{call.Path}\{machine.name}"
    if any(path.startswith(folder.lower() + "\\") for path in run.world.exports):
        text = f"Failed to export virtual machine '{machine.name}': the folder '{folder}' is there. (0x80070050)"
        raise PSError(text, error_id="OperationFailed", target=machine.name)
    run.world.volume(folder).take(sum(run.world.vhd(drive.path).file_size for drive in machine.drives), folder)
    drives = [replace(drive, path=base_of(drive.path)) for drive in machine.drives]
    copy = replace(machine, state=VMState.Off, started=None, adapters=[], drives=drives, snapshots=[])
    run.world.exports[rf"{folder}\Virtual Machines\{str(machine.id).upper()}.vmcx".lower()] = copy


@simulates(declared.ImportVM)
def take_in(run: Run, call: declared.ImportVM) -> Iterator[Machine]:
    exported = run.world.exports.get(call.Path.lower())
    if exported is None:
        text = f"The system cannot find the path specified: '{call.Path}'. (0x80070003)"
        raise PSError(text, ErrorCategory.ObjectNotFound, "ObjectNotFound", call.Path)
    number = uuid4() if call.GenerateNewId else exported.id
    if number in run.world.machines:
        text = "The operation failed because a virtual machine with the same identifier already exists."
        raise PSError(text, ErrorCategory.ResourceExists, "ResourceExists", str(number))
    copies = [_copy_of(run.world, drive, call.VhdDestinationPath) for drive in exported.drives]
    machine = replace(exported, id=number, adapters=[], drives=[], snapshots=[], path=call.VirtualMachinePath or "")
    machine.adapters.append(Adapter(machine, "Network Adapter", "", run.world.next_mac()))
    for drive, vhd in zip(exported.drives, copies, strict=True):
        run.world.vhds[vhd.path.lower()] = vhd
        machine.drives.append(Drive(machine, drive.location, vhd.path))
    run.world.machines[number] = machine
    yield machine


def _copy_of(host: Host, drive: Drive, folder: str | None) -> Vhd:
    """Return the disk file as it comes to lie in *folder*; raise PSError when one is there."""
    path = rf"{folder or host.volumes[0].root}\{PureWindowsPath(drive.path).name}"
    if path.lower() in host.vhds:
        raise PSError(f"Failed to copy to '{path}': The file exists. (0x80070050)", error_id="OperationFailed")
    source = host.vhds.get(drive.path.lower(), Vhd(drive.path, 1 << 30, VhdType.Dynamic))
    host.volume(path).take(source.file_size, path)
    return replace(source, path=path, holder=None)


@simulates(declared.MoveVM)
def move(run: Run, call: declared.MoveVM, machine: Machine) -> None:
    other = run.world.neighbours.get(call.DestinationHost.lower())
    if other is None:
        text = f"Failed to establish a connection with host {call.DestinationHost}. (0x8007274C)"
        raise PSError(text, ErrorCategory.ObjectNotFound, "OperationFailed", call.DestinationHost)
    if machine.running and machine.startup > other.free_memory():
        text = f"Not enough memory on {call.DestinationHost} to move '{machine.name}'. (0x8007000E)"
        raise PSError(text, ErrorCategory.FromStdErr, "OutOfMemory")
    for drive in machine.drives if call.IncludeStorage else ():
        vhd = run.world.vhds.pop(drive.path.lower())
        drive.path = vhd.path = rf"{call.DestinationStoragePath}\{PureWindowsPath(vhd.path).name}"
        other.vhds[vhd.path.lower()] = vhd
    del run.world.machines[machine.id]
    other.machines[machine.id] = machine
