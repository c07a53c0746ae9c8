"""What a Windows host says went wrong, as our errors. Pure.

Source: remoting/errors.py, and the words of Hyper-V that remoting/verdict.py reads.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from mailstead.ground.errors import Denied, MailsteadError, NoRoom, OutcomeUnknown, Unreachable
from mailstead.hypervisors.model import (
    AnswerLost,
    DeviceBusy,
    DiskFormat,
    ForeignMachine,
    HostDenied,
    HostFull,
    HostUnreachable,
    Machine,
    MachineRefused,
    MissingFile,
    NoSuchMachine,
)
from mailstead.hypervisors.operating import MachineBusy
from mailstead.remoting import errors as remote

Kind = type[MailsteadError]
Meanings = Mapping[Kind, Kind]

MEANINGS: Meanings = MappingProxyType(  # the first that fits; what fits none is MachineRefused
    {
        remote.NoSuchObject: NoSuchMachine,
        remote.HostBusy: MachineBusy,
        NoRoom: HostFull,
        Denied: HostDenied,
        OutcomeUnknown: AnswerLost,
        Unreachable: HostUnreachable,
    }
)
_REMEDIES: Mapping[Kind, str] = MappingProxyType(  # where the host gives none
    {
        NoSuchMachine: "plan and apply again: it was removed meanwhile",
        MachineBusy: "try again in a moment: the host is at work on it",
        AnswerLost: "look again in a moment",
        MachineRefused: "see the host's event log: Hyper-V-VMMS and Hyper-V-Worker",
        MissingFile: "restore the disk, or let it be made: mailstead apply",
        DeviceBusy: "see which machine or program of the host holds the disk",
    }
)
_DISKS: Meanings = MappingProxyType({remote.NoSuchObject: MissingFile, remote.HostBusy: DeviceBusy})
_ABOUT_DISKS = ("Start-VM", "Add-VMHardDiskDrive", "Get-VHD", "Resize-VHD", "Get-Volume")


@contextmanager
def doing(what: str, meanings: Meanings = MEANINGS) -> Iterator[None]:
    """Raise what the host reports as an error of this chapter; *what* says what was being done to what.

    *meanings* says what an error means in this work. An endpoint that cannot be is no fault of the host, and passes.
    """
    try:
        yield
    except MailsteadError as error:
        if not type(error).__module__.startswith("mailstead.remoting") or isinstance(error, remote.BadEndpoint):
            raise
        raise explained(error, what, meanings) from error


def explained(error: MailsteadError, what: str, meanings: Meanings = MEANINGS) -> MailsteadError:
    """Return our error for one of remoting."""
    if isinstance(error, remote.CommandFailed) and _about_a_disk(error.record):
        meanings = {**meanings, **_DISKS}
    kind = next((meant for said, meant in meanings.items() if isinstance(error, said)), MachineRefused)
    subject = error.value if isinstance(error, remote.CommandFailed) else what
    remedy = error.remedy or _REMEDIES.get(kind, "")
    return kind(f"{what}: {error.message}", field="host", value=subject, remedy=remedy)


def _about_a_disk(record: remote.ErrorRecord) -> bool:
    return record.command in _ABOUT_DISKS and ".vhd" in f"{record.message} {record.target}".lower()


def refuse_unlimitable(machine: Machine) -> None:
    """Raise MachineRefused for a limit on a whole disk of the host: storage QoS is of disk files only."""
    disk = next((disk for disk in machine.disks if disk.iops and disk.format is DiskFormat.BLOCK), None)
    if disk:
        message = f"Hyper-V limits disk files, and the {disk.role} disk of {machine.name} is {disk.source}"
        remedy = f"give up the limit (mailstead tenant resize {machine.name} --disk-iops 0), or the block_device"
        raise MachineRefused(message, field="disk_iops", value=disk.iops, remedy=remedy)


def no_machine(name: str) -> NoSuchMachine:
    return NoSuchMachine(f"no machine of {name} is here", field="machine", value=name, remedy="apply the tenant first")


def foreign(name: str, number: object) -> ForeignMachine:
    message = f"the machine {name} ({number}) is not one of this platform"
    remedy = f"rename that machine (Get-VM -Id {number} | Rename-VM), or give the tenant another name"
    return ForeignMachine(message, field="machine", value=number, remedy=remedy)


def twice(tenant: str, numbers: str) -> MachineRefused:
    remedy = "find out which is the right one, then clear the notes of the other: Set-VM -Notes ''"
    return MachineRefused(f"{tenant} has two machines: {numbers}", field="machine", value=numbers, remedy=remedy)


def renamed(tenant: str, number: object, name: str, right: str) -> MachineRefused:
    message = f"the machine of {tenant} was renamed by hand to {name}"
    remedy = f"give it back its name: Get-VM -Id {number} | Rename-VM -NewName {right}"
    return MachineRefused(message, field="machine", value=number, remedy=remedy)


def spoiled(tenant: str, number: object, why: object) -> MachineRefused:
    message = f"the mark in the notes of {tenant}'s machine ({number}) was changed by hand: {why}"
    remedy = "put the notes back as they were: docs/formats/hyperv.md"
    return MachineRefused(message, field="notes", value=number, remedy=remedy)
