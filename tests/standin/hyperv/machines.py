"""Machines: made, changed, started, stopped, removed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PureWindowsPath
from uuid import UUID

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import hyperv as declared
from tests.standin.engine import Run, simulates
from tests.standin.records import PSError

from .disks import attach, release
from .kinds import VMState
from .world import Adapter, Host, Machine, SupportedVersion

MIB = 1 << 20


def wrong_state(machine: Machine, what: str) -> PSError:
    text = (
        f"{what} The operation cannot be performed while the virtual machine '{machine.name}' is in its current state."
    )
    return PSError(text, ErrorCategory.InvalidOperation, "InvalidState", machine.name)


def out_of_range(text: str) -> PSError:
    return PSError(text, ErrorCategory.InvalidArgument, "InvalidParameter")


@simulates(declared.GetVMHost)
def get_host(run: Run, _: declared.GetVMHost) -> Iterator[Host]:
    yield run.world


@simulates(declared.GetVMHostSupportedVersion)
def get_supported_versions(_: Run, __: declared.GetVMHostSupportedVersion) -> Iterator[SupportedVersion]:
    yield SupportedVersion("Microsoft Windows Server 2019", "9.0")
    yield SupportedVersion("Microsoft Windows Server 2022", "10.0", default=True)


@simulates(declared.GetVM)
def get_machine(run: Run, call: declared.GetVM) -> Iterator[Machine]:
    if found := run.world.machines.get(call.Id):
        yield found
    else:
        run.error(not_found("id", call.Id))


@simulates(declared.GetVMs)
def get_machines(run: Run, call: declared.GetVMs) -> Iterator[Machine]:
    if call.Name is None:
        yield from list(run.world.machines.values())
    for name in call.Name or ():
        found = list(run.world.named(name))
        yield from found
        if not found and "*" not in name:
            run.error(not_found("name", name))


def not_found(by: str, value: str | UUID) -> PSError:
    text = f'Hyper-V was unable to find a virtual machine with {by} "{value}".'
    return PSError(text, ErrorCategory.InvalidArgument, "InvalidParameter", str(value))


@simulates(declared.NewVM)
def new_machine(run: Run, call: declared.NewVM) -> Iterator[Machine]:
    run.world.vhd(call.VHDPath)
    machine = _new(run.world, call)
    attach(run.world, machine, call.VHDPath)
    yield machine


@simulates(declared.NewVMWithoutDisk)
def new_machine_without_disk(run: Run, call: declared.NewVMWithoutDisk) -> Iterator[Machine]:
    yield _new(run.world, call)


def _new(host: Host, call: declared.NewVM | declared.NewVMWithoutDisk) -> Machine:
    if not 32 * MIB <= call.MemoryStartupBytes <= 240 << 40:
        raise out_of_range(f"The amount of memory {call.MemoryStartupBytes} is out of range.")
    if call.SwitchName:
        host.switch(call.SwitchName)
    path = PureWindowsPath(call.Path or host.volumes[0].root) / call.Name
    machine = Machine(call.Name, call.MemoryStartupBytes, call.Generation, path=str(path))
    machine.adapters.append(Adapter(machine, "Network Adapter", call.SwitchName or "", host.next_mac()))
    host.machines[machine.id] = machine
    return machine


@simulates(declared.SetVM)
def set_machine(run: Run, call: declared.SetVM, machine: Machine) -> None:
    if machine.running and call.AutomaticStopAction not in {None, machine.stop_action}:
        run.error(wrong_state(machine, "Failed to modify the automatic stop action."))
        return
    machine.name = call.NewVMName or machine.name
    machine.notes = machine.notes if call.Notes is None else call.Notes
    machine.start_action = call.AutomaticStartAction or machine.start_action
    machine.start_delay_s = machine.start_delay_s if call.AutomaticStartDelay is None else call.AutomaticStartDelay
    machine.stop_action = call.AutomaticStopAction or machine.stop_action
    machine.checkpoint_type = call.CheckpointType or machine.checkpoint_type
    if call.AutomaticCheckpointsEnabled is not None:
        machine.automatic_checkpoints = call.AutomaticCheckpointsEnabled


@simulates(declared.StartVM)
def start(run: Run, _: declared.StartVM, machine: Machine) -> None:
    if machine.running:
        run.warn("The virtual machine is already in the specified state.")
        return
    if machine.startup > run.world.free_memory():
        text = f"Not enough memory in the system to start the virtual machine {machine.name}. (0x8007000E)"
        raise PSError(text, ErrorCategory.FromStdErr, "OutOfMemory")
    for drive in machine.drives:
        if drive.path:
            vhd = run.world.vhd(drive.path)
            if vhd.holder not in {None, machine.id}:
                text = f"'{machine.name}' failed to start: '{vhd.path}' is used by another process. (0x80070020)"
                raise PSError(text, error_id="OperationFailed")
            vhd.holder = machine.id
    machine.state, machine.started = VMState.Running, datetime.now(UTC)


@simulates(declared.StopVM)
def stop(run: Run, call: declared.StopVM, machine: Machine) -> None:
    if machine.state is VMState.Off:
        run.warn("The virtual machine is already in the specified state.")
    if machine.state is VMState.Saved:
        run.error(wrong_state(machine, "Failed to change state."))
        return
    if not call.TurnOff and (machine.deaf or machine.state in {VMState.Paused, VMState.PausedCritical}):
        run.error(wrong_state(machine, "Failed to shut down: the guest does not answer."))
        return
    release(run.world, machine)
    machine.state, machine.started = VMState.Off, None


@simulates(declared.RemoveVMSavedState)
def forget_saved_state(run: Run, _: declared.RemoveVMSavedState, machine: Machine) -> None:
    if machine.state is not VMState.Saved:
        run.error(wrong_state(machine, "There is no saved state."))
        return
    machine.state, machine.started = VMState.Off, None


@simulates(declared.SuspendVM)
def suspend(run: Run, _: declared.SuspendVM, machine: Machine) -> None:
    if not machine.running:
        run.error(wrong_state(machine, "Failed to pause."))
    else:
        machine.state = VMState.Paused


@simulates(declared.ResumeVM)
def resume(run: Run, _: declared.ResumeVM, machine: Machine) -> None:
    if machine.state not in {VMState.Paused, VMState.PausedCritical}:
        run.error(wrong_state(machine, "Failed to resume."))
    elif all(run.world.volume(drive.path).free for drive in machine.drives if drive.path):
        machine.state = VMState.Running
    else:
        machine.state = VMState.PausedCritical


@simulates(declared.RemoveVM)
def remove(run: Run, _: declared.RemoveVM, machine: Machine) -> None:
    if machine.state not in {VMState.Off, VMState.Saved}:
        run.error(wrong_state(machine, "Failed to remove the virtual machine."))
        return
    run.world.machines.pop(machine.id, None)
