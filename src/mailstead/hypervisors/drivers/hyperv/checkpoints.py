"""Checkpoints on a Hyper-V host: `mailstead-<label>`, and `mailstead-<label>-standard` where the guest did not help.

Hyper-V falls back from production to standard without a word; so it is asked for production only, and then, if that
is refused, for standard: which of both it became is known, and stands in the name. Decision 0145.
"""

import re

from mailstead.ground.clock import Clock, SystemClock
from mailstead.hypervisors.operating import (
    Checkpoint,
    CheckpointKind,
    MachineBusy,
    checked_label,
    in_the_way,
    no_such_checkpoint,
)
from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets.hyperv import (
    CheckpointVM,
    GetVM,
    GetVMHardDiskDrive,
    GetVMSnapshot,
    RemoveVMSnapshot,
    RestoreVMSnapshot,
    SetVM,
)
from mailstead.remoting.errors import CommandRejected
from mailstead.remoting.values import PsObject

from .operated import Operated
from .refusals import doing

POLL_S, MERGE_S = 2.0, 3600.0
_NAME = re.compile(r"mailstead-([a-z0-9-]+?)(-standard)?")


class HyperVCheckpoints:
    """The checkpoints of one host's machines."""

    def __init__(self, host: Operated, clock: Clock | None = None) -> None:
        self._host = host
        self._clock = clock or SystemClock()

    def checkpoints(self, name: str) -> tuple[Checkpoint, ...]:
        with doing(f"list the checkpoints of {name}"):
            return self._read(self._host.vm(name))

    def take(self, name: str, label: str) -> Checkpoint:
        checked_label(label)
        with doing(f"take a checkpoint of {name}"):
            vm = self._host.vm(name)
            if there := self._labelled(vm, label):
                return there
            self._make(vm, f"mailstead-{label}")
            if made := self._labelled(vm, label):
                return made
        raise no_such_checkpoint(name, label)

    def bring_back(self, name: str, label: str) -> None:
        with doing(f"bring {name} back to a checkpoint"):
            vm = self._host.vm(name)
            there = self._labelled(vm, label)
            if there is None:
                raise no_such_checkpoint(name, label)
            # Settings come back too, and among them the kind that was asked for while this one was made.
            self._host.remote.run(
                batch(vm | RestoreVMSnapshot(Name=_name_of(there)), vm | SetVM(CheckpointType="Production"))
            )

    def drop(self, name: str, label: str) -> None:
        with doing(f"drop a checkpoint of {name}"):
            vm = self._host.vm(name)
            if there := self._labelled(vm, label):
                self._host.remote.run(vm | RemoveVMSnapshot(Name=(_name_of(there),)))

    def flatten(self, name: str) -> None:
        with doing(f"merge the checkpoints of {name}"):
            found = self._host.found(name)
            if found is None:
                return
            vm = GetVM(Id=found.guid("Id"))
            ours, others = self._names(vm)
            if others:
                raise in_the_way(name, others)
            if ours:
                self._host.remote.run(vm | RemoveVMSnapshot(Name=tuple(ours)))
            self._await_merged(name, vm)

    def _await_merged(self, name: str, vm: GetVM) -> None:
        """Wait until the machine has its disk files themselves: Hyper-V merges after Remove-VMSnapshot has answered."""
        until = self._clock.monotonic() + MERGE_S
        while any(path.lower().endswith(".avhdx") for path in self._disks(vm)):
            if self._clock.monotonic() > until:
                remedy = "see its progress in Hyper-V Manager, then: mailstead order retry"
                message = f"the disks of {name} are being merged still"
                raise MachineBusy(message, field="machine", value=name, remedy=remedy)
            self._clock.sleep(POLL_S)

    def _disks(self, vm: GetVM) -> list[str]:
        drives = self._host.remote.run(vm | GetVMHardDiskDrive()).all("HardDiskDrive")
        return [drive.text_of("Path") for drive in drives]

    def _names(self, vm: GetVM) -> tuple[list[str], list[str]]:
        """Return the names of our checkpoints, and of those of others."""
        names = [each.text_of("Name") for each in self._host.remote.run(vm | GetVMSnapshot()).all("VMSnapshot")]
        return [name for name in names if _NAME.fullmatch(name)], [name for name in names if not _NAME.fullmatch(name)]

    def _make(self, vm: GetVM, name: str) -> None:
        again = vm | SetVM(CheckpointType="Production")
        try:
            only = vm | SetVM(CheckpointType="ProductionOnly")
            self._host.remote.run(batch(only, vm | CheckpointVM(SnapshotName=name), again))
        except CommandRejected:  # the guest has no means of its own, or they failed
            standard = vm | SetVM(CheckpointType="Standard")
            self._host.remote.run(batch(standard, vm | CheckpointVM(SnapshotName=f"{name}-standard"), again))

    def _labelled(self, vm: GetVM, label: str) -> Checkpoint | None:
        return next((found for found in self._read(vm) if found.label == label), None)

    def _read(self, vm: GetVM) -> tuple[Checkpoint, ...]:
        found = filter(None, map(_checkpoint, self._host.remote.run(vm | GetVMSnapshot()).all("VMSnapshot")))
        return tuple(sorted(found, key=lambda checkpoint: checkpoint.created))


def _checkpoint(snapshot: PsObject) -> Checkpoint | None:
    """Return what we made; None for a checkpoint of somebody else."""
    match = _NAME.fullmatch(snapshot.text_of("Name"))
    if match is None:
        return None
    kind = CheckpointKind.STANDARD if match[2] else CheckpointKind.PRODUCTION
    return Checkpoint(match[1], kind, snapshot.moment("CreationTime"))


def _name_of(checkpoint: Checkpoint) -> str:
    standard = "-standard" if checkpoint.kind is CheckpointKind.STANDARD else ""
    return f"mailstead-{checkpoint.label}{standard}"
