"""Shutting down and going on, which take their time."""

from contextlib import suppress
from pathlib import PureWindowsPath

from mailstead.ground.clock import Clock, Deadline
from mailstead.hypervisors.model import HostFull, MachineRefused, Power
from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets.hyperv import GetVM, RemoveVMSavedState, ResumeVM, StartVM, StopVM
from mailstead.remoting.cmdlets.storage import GetVolumeOf
from mailstead.remoting.errors import CommandRejected, DeadlinePassed, HostBusy, NoSuchObject, WrongState
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject

from .found import Vm, vm_of

_ASK_AGAIN_S = 15.0
_HELD_AGAIN_WITHIN_S = 3.0  # what could not be written is written again at once
_LEAST_FREE = 1 << 30  # below this Hyper-V holds the machines of a volume, or soon will
_NOT_YET = (CommandRejected, DeadlinePassed, HostBusy, NoSuchObject, WrongState)


def shut_down(remote: Remote, vm: GetVM, clock: Clock, graceful_s: float) -> bool:
    """Ask the guest to shut down until it has, at most *graceful_s* seconds; say whether it is off."""
    deadline = Deadline(clock, graceful_s, _ASK_AGAIN_S)
    while deadline.remaining_s > 0:
        with suppress(*_NOT_YET):  # a guest that is just starting hears nothing yet
            remote.run(vm | StopVM(Force=True), deadline_s=deadline.remaining_s)
        if _now(remote, vm).power is Power.OFF:
            return True
        deadline.wait()
    return False


def switch_off(remote: Remote, found: Vm, vm: GetVM) -> None:
    """Pull the plug; what was saved of a machine's memory is given up with it."""
    if found.state.startswith(("Saved", "FastSaved")):
        remote.run(vm | RemoveVMSavedState())
    elif found.power is not Power.OFF:
        remote.run(vm | StopVM(TurnOff=True, Force=True))


def go_on(remote: Remote, found: Vm, vm: GetVM, clock: Clock) -> None:
    """Let a machine that was held, or saved, go on. Raises HostFull or MachineRefused if it is held again."""
    if not found.state.startswith("Paused"):
        remote.run(vm | StartVM())
        return
    remote.run(vm | ResumeVM())  # says nothing if it is held again
    deadline = Deadline(clock, _HELD_AGAIN_WITHIN_S, interval_s=0.5)
    while found.state == "PausedCritical" and deadline.wait():
        if _now(remote, vm).power is Power.PAUSED:
            raise _standing_still(remote, found)


def _standing_still(remote: Remote, found: Vm) -> HostFull | MachineRefused:
    volume = remote.run(GetVolumeOf(FilePath=str(_folder(found)))).one("MSFT_Volume")
    if volume.number("SizeRemaining") < _LEAST_FREE:
        remedy = "free room on the host's volume, then: mailstead apply"
        return HostFull(f"{found.name} stands still: no room for its disks", field="folder", remedy=remedy)
    remedy = "see the host's event log (Hyper-V-Worker) for its disks, then: mailstead apply"
    return MachineRefused(f"{found.name} stands still: its disks cannot be written", field="disk", remedy=remedy)


def _folder(found: Vm) -> PureWindowsPath:
    return found.path.parent


def _now(remote: Remote, vm: GetVM) -> Vm:
    seen: PsObject = remote.run(batch(vm)).one("VirtualMachine")
    return vm_of(seen)
