"""Checkpoints, export, import, migration."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import hyperv as declared
from tests.standin.engine import Run, simulates
from tests.standin.records import PSError

from .machines import wrong_state
from .world import Adapter, Machine, Snapshot

KEPT = ("startup", "count", "dynamic", "notes")


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
    kept = {name: getattr(machine, name) for name in KEPT}
    machine.snapshots.append(Snapshot(machine, call.SnapshotName, kept))


@simulates(declared.GetVMSnapshot)
def get_snapshots(run: Run, call: declared.GetVMSnapshot, machine: Machine) -> Iterator[Snapshot]:
    if call.Name is None:
        yield from machine.snapshots
    else:
        yield _snapshot(machine, call.Name)


@simulates(declared.RestoreVMSnapshot)
def restore(_: Run, call: declared.RestoreVMSnapshot, machine: Machine) -> None:
    for name, value in _snapshot(machine, call.Name).kept.items():
        setattr(machine, name, value)


@simulates(declared.RemoveVMSnapshot)
def remove(_: Run, call: declared.RemoveVMSnapshot, machine: Machine) -> None:
    for name in call.Name:
        machine.snapshots.remove(_snapshot(machine, name))


@simulates(declared.ExportVM)
def export(run: Run, call: declared.ExportVM, machine: Machine) -> None:
    copy = replace(machine, adapters=[], drives=[], snapshots=[])
    run.world.exports[f"{call.Path}\\{machine.name}".lower()] = copy


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
    machine = replace(exported, id=number, adapters=[], drives=[], snapshots=[])
    machine.adapters.append(Adapter(machine, "Network Adapter", "", run.world.next_mac()))
    run.world.machines[number] = machine
    yield machine


@simulates(declared.MoveVM)
def move(run: Run, call: declared.MoveVM, machine: Machine) -> None:
    other = run.world.neighbours.get(call.DestinationHost.lower())
    if other is None:
        text = f"Failed to establish a connection with host {call.DestinationHost}. (0x8007274C)"
        raise PSError(text, ErrorCategory.ObjectNotFound, "OperationFailed", call.DestinationHost)
    del run.world.machines[machine.id]
    other.machines[machine.id] = machine
