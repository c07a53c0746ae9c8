"""A machine as wanted or found, and what can be wrong with one.

Refused
├── MissingFile       (InvalidInput) a disk, kernel or image the machine needs is not there
├── ForeignMachine    (Conflict)     the name is taken by a machine that is not ours
├── DeviceBusy        (Conflict)     the port or a disk is in use by another machine
├── NeedsRestart      (Conflict)     more than the running machine was made for
├── HostFull          (NoRoom)       the host has no memory or disk left for it
└── HostDenied        (Denied)       the hypervisor, or QEMU itself, may not open something
NoSuchMachine         (NotFound)     no machine of ours has this name
HostUnreachable       (Unreachable)  the hypervisor does not answer
AnswerLost            (OutcomeUnknown) the hypervisor did not answer in time, or went away meanwhile
MachineRefused        (Rejected)     the hypervisor said no
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TypeAlias
from uuid import NAMESPACE_DNS, UUID, uuid5

from mailstead.ground.errors import (
    Conflict,
    Denied,
    InvalidInput,
    NoRoom,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Unreachable,
)

_NAMESPACE = uuid5(NAMESPACE_DNS, "machines.mailstead")


class MissingFile(InvalidInput):
    """A file or device that the machine needs is not there."""

    code = "missing-file"


class ForeignMachine(Conflict):
    """The name on the hypervisor belongs to a machine that we did not make."""

    code = "foreign-machine"


class DeviceBusy(Conflict):
    """Another machine holds the port or the disk."""

    code = "device-busy"


class NeedsRestart(Conflict):
    """The running machine was made for less than is asked now."""

    code = "needs-restart"


class HostFull(NoRoom):
    """The host cannot carry this machine too."""

    code = "host-full"


class HostDenied(Denied):
    """The right to use the hypervisor, or the hypervisor's right to a file, is missing."""

    code = "host-denied"


class NoSuchMachine(NotFound):
    """No machine of ours has this name."""

    code = "no-such-machine"


class HostUnreachable(Unreachable):
    """The hypervisor does not answer."""

    code = "host-unreachable"


class AnswerLost(OutcomeUnknown):
    """The hypervisor was told, and what came of it is not known."""

    code = "host-answer-lost"


class MachineRefused(Rejected):
    """The hypervisor refused, for a reason that a person must look at."""

    code = "machine-refused"


class Power(StrEnum):
    """Whether the machine runs. `PAUSED` is found only: the hypervisor stopped it, say for want of disk room."""

    ON = "on"
    OFF = "off"
    PAUSED = "paused"


class DiskRole(StrEnum):
    """What a disk is for; the guest sees it as serial number `mailstead-<role>`."""

    SYSTEM = "system"
    DATA = "data"


class DiskFormat(StrEnum):
    """How the disk lies on the host."""

    QCOW2 = "qcow2"
    VHDX = "vhdx"
    RAW = "raw"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk of the machine; `discard` hands blocks that the guest frees back to the host.

    `iops` is the most operations a second; one larger than 8 KiB counts as many as it has such blocks. 0: no limit.
    """

    role: DiskRole
    source: PurePath
    format: DiskFormat = DiskFormat.QCOW2
    discard: bool = True
    iops: int = 0


@dataclass(frozen=True, slots=True)
class Nic:
    """The network card: its MAC, and the switch's bridge, port name and VLAN that it hangs on."""

    mac: str
    bridge: str
    port: str
    vlan: int


@dataclass(frozen=True, slots=True)
class DirectBoot:
    """Kernel and initial memory file system that the hypervisor loads; no boot loader in the guest."""

    kernel: Path
    initrd: Path
    cmdline: str


@dataclass(frozen=True, slots=True)
class FirmwareBoot:
    """UEFI that starts the boot loader on the system disk.

    `secure_boot` names whose signatures it accepts, as Hyper-V calls that template; empty: everybody's.
    """

    secure_boot: str = "MicrosoftUEFICertificateAuthority"


Boot: TypeAlias = DirectBoot | FirmwareBoot


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine of the tenant `name`. The `_max` sizes are what it can grow to while it runs.

    `pending` is known of found ones: the next start brings another shape than the one running now. `nested` lets the
    guest run machines of its own.
    """

    name: str
    uuid: UUID
    vcpus: int
    vcpus_max: int
    memory_mib: int
    memory_max_mib: int
    disks: tuple[Disk, ...]
    nic: Nic
    boot: Boot
    power: Power = Power.OFF
    pending: bool = False
    nested: bool = False


@dataclass(frozen=True, slots=True)
class MachineStatistics:
    """What a running machine has used since its start. `disk_allocated_bytes` is what its disks take now."""

    cpu_seconds: float
    memory_used_mib: int
    disk_read_bytes: int
    disk_written_bytes: int
    disk_allocated_bytes: int
    network_received_bytes: int
    network_sent_bytes: int


@dataclass(frozen=True, slots=True)
class Room:
    """What the host has: processors and memory in all, disk room that is free."""

    cores: int
    memory_mib: int
    disk_free_mib: int


def machine_uuid(platform: str, tenant: str) -> UUID:
    """Return the UUID that the machine of *tenant* has on every host and in every life (RFC 9562, version 5)."""
    return uuid5(_NAMESPACE, f"{platform}/{tenant}")
