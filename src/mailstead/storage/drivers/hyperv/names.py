"""What the names of disk files say; a host keeps no other list of its disks. Pure. See docs/formats/hyperv.md."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PureWindowsPath
from typing import Self

from mailstead.storage.model import Role, VolumeKey


class Stage(StrEnum):
    """How far a disk file has come; the middle of its name."""

    WHOLE = ""
    NEW = ".new"  # being made: nobody's disk yet
    COPY = ".copy"  # being copied; the disk itself once the original is gone, for that goes last
    GIVEN_UP = ".given-up"  # the tenant's no more, and not wiped


_NAME = re.compile(
    r"(?P<tenant>[a-z0-9-]+)\\(?P<role>system|data)(?:\.disk(?P<disk>[0-9]{1,4}))?(?P<stage>|\.new|\.copy|\.given-up)\.vhdx"
)
_DRIVE = re.compile(r"\\\\\.\\PHYSICALDRIVE(?P<disk>[0-9]{1,4})\\?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DiskFile:
    """A file of a tenant's. With the number of a `disk` it is empty, and says that this disk of the host is theirs."""

    tenant: str
    role: Role
    stage: Stage = Stage.WHOLE
    disk: int | None = None

    @property
    def key(self) -> VolumeKey:
        return VolumeKey(self.tenant, self.role)

    @property
    def name(self) -> str:
        disk = "" if self.disk is None else f".disk{self.disk}"
        return f"{self.role}{disk}{self.stage}.vhdx"

    def below(self, folder: PureWindowsPath) -> PureWindowsPath:
        return folder / self.tenant / self.name

    @classmethod
    def parse(cls, path: str) -> Self | None:
        """Read a path that begins below the host's folder; None for what is not ours.

        >>> DiskFile.parse("acme\\\\data.disk3.vhdx").disk
        3
        """
        found = _NAME.fullmatch(path)
        if found is None:
            return None
        disk = found["disk"]
        return cls(found["tenant"], Role(found["role"]), Stage(found["stage"]), int(disk) if disk else None)


def drive(number: int) -> PureWindowsPath:
    """Return the path by which Windows names a whole disk."""
    return PureWindowsPath(rf"\\.\PHYSICALDRIVE{number}")


def number_of(location: object) -> int | None:
    """Return the number of the whole disk that *location* names; None if it names none."""
    found = _DRIVE.fullmatch(str(location))
    return int(found["disk"]) if found else None
