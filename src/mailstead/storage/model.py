"""A volume as wanted or found, and what can be wrong with one.

Refused
├── NoSuchImage           (InvalidInput) the image a system disk starts from is not there
├── DiskSmallerThanImage  (InvalidInput) the system disk cannot hold the image
├── NoSuchDevice          (InvalidInput) the block device is not there, or is no block device
├── DeviceTooSmall        (InvalidInput) the block device is smaller than the disk wanted
├── WouldShrink           (UnsafePlan)   a disk never becomes smaller than it is
├── ForeignData           (Conflict)     the device or file holds what is not ours
├── VolumeMoved           (Conflict)     the volume lies elsewhere, or in another format, than wanted
├── VolumeInUse           (Conflict)     a running machine holds the disk
├── NoDiskRoom            (NoRoom)       the folder's file system is full
└── FolderDenied          (Denied)       the folder cannot be written
Rejected
└── VolumeBroken          the file is no disk, or the tool refused it

Of the folder on a host that is filled from here:

Refused
├── NoSuchShare           (InvalidInput) the server has no such share or folder
├── NotTheContent         (InvalidInput) the file to be placed is not what was meant
├── ShareDenied           (Denied)       the server does not let us in, or only without encryption
├── FileBusy              (Conflict)     a machine holds the file, or somebody is placing it
└── NotPlaced             (Conflict)     there is no share: an administrator has to place the file
Unreachable
└── ShareUnreachable      the server does not answer, or hung up; the file may be placed again
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import TypeAlias

from mailstead.ground.errors import Conflict, Denied, InvalidInput, NoRoom, Rejected, Unreachable, UnsafePlan


class NoSuchImage(InvalidInput):
    """The image that a system disk starts from is not there."""

    code = "no-such-image"


class DiskSmallerThanImage(InvalidInput):
    """The system disk is to be smaller than its image."""

    code = "disk-smaller-than-image"


class NoSuchDevice(InvalidInput):
    """The block device is not there, or the path is no block device."""

    code = "no-such-device"


class DeviceTooSmall(InvalidInput):
    """The block device holds less than the disk is to hold."""

    code = "device-too-small"


class WouldShrink(UnsafePlan):
    """The disk is larger than wanted; cutting it would lose data."""

    code = "would-shrink"


class ForeignData(Conflict):
    """The device or file holds data that is not this tenant's."""

    code = "foreign-data"


class VolumeMoved(Conflict):
    """The tenant's disk lies in another place or format than is wanted."""

    code = "volume-moved"


class VolumeInUse(Conflict):
    """A running machine holds the disk."""

    code = "volume-in-use"


class NoDiskRoom(NoRoom):
    """The file system has no room for this disk."""

    code = "no-disk-room"


class FolderDenied(Denied):
    """The folder of the disks cannot be written."""

    code = "folder-denied"


class VolumeBroken(Rejected):
    """What lies there is no disk we can read."""

    code = "volume-broken"


class NoSuchShare(InvalidInput):
    """The server has no such share, or the share no such folder."""

    code = "no-such-share"


class NotTheContent(InvalidInput):
    """The file to be placed has another checksum than the one that was meant."""

    code = "not-the-content"


class ShareDenied(Denied):
    """The server does not let us in, or would talk to us without encryption."""

    code = "share-denied"


class FileBusy(Conflict):
    """The file on the host is held by a machine, or just being placed by somebody else."""

    code = "file-busy"


class NotPlaced(Conflict):
    """The file is not on the host, and there is no share by which we could bring it there."""

    code = "not-placed"


class ShareUnreachable(Unreachable):
    """The file server does not answer, or hung up: a file is not there yet, and may be placed again."""

    code = "share-unreachable"


Told: TypeAlias = Callable[[int, int], None]  # bytes placed, bytes in all
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")


def plain_name(name: str) -> str:
    """Return *name* if it can name a file in the folder, and nothing outside it; raise InvalidInput otherwise."""
    if _PLAIN.fullmatch(name) and not name.endswith("."):
        return name
    remedy = "use letters, digits, '.', '_' and '-'"
    raise InvalidInput(f"{name!r} cannot name a file on a host", field="name", value=name, remedy=remedy)


class Role(StrEnum):
    """What a disk is for; also its file name, and the end of its serial number in the guest."""

    SYSTEM = "system"
    DATA = "data"


class Allocation(StrEnum):
    """Whether the room is taken as it fills (dynamic) or at once (fixed)."""

    DYNAMIC = "dynamic"
    FIXED = "fixed"


class Format(StrEnum):
    """How the disk lies on the host: a qcow2 or VHDX file, a raw file, or a block device of its own."""

    QCOW2 = "qcow2"
    VHDX = "vhdx"
    RAW = "raw"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, order=True)
class VolumeKey:
    """Names one volume on a host."""

    tenant: str
    role: Role

    def __str__(self) -> str:
        return f"{self.role} disk of {self.tenant}"


@dataclass(frozen=True, slots=True)
class Volume:
    """One disk. `base` is the image below an overlay; `used_mib` is known of found ones, no difference."""

    tenant: str
    role: Role
    size_mib: int
    allocation: Allocation
    format: Format
    location: PurePath
    base: PurePath | None = None
    used_mib: int = field(default=0, compare=False)

    @property
    def key(self) -> VolumeKey:
        return VolumeKey(self.tenant, self.role)
