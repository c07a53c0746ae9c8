"""What a store of disks on one host must do."""

from pathlib import Path
from typing import Protocol

from .model import Told, Volume, VolumeKey


class VolumeStore(Protocol):
    """The disks of one host. Every verb may be repeated; a half-made disk is never seen."""

    def volumes(self) -> dict[VolumeKey, Volume]:
        """Return all disks of ours on this host, in one sweep. Raises FolderDenied."""

    def ensure(self, volume: Volume) -> None:
        """Create the disk, grow it, or take its room at once; leave an equal one alone.

        Raises NoSuchImage, DiskSmallerThanImage, NoSuchDevice, DeviceTooSmall, WouldShrink, ForeignData,
        VolumeMoved, VolumeInUse, NoDiskRoom, FolderDenied or VolumeBroken; nothing is changed then.
        """

    def remove(self, key: VolumeKey) -> None:
        """Destroy the disk and what is on it; one already gone is no error. Raises FolderDenied."""


class HostFiles(Protocol):
    """The folder on one host that is filled from here: images that system disks stand on, and seeds.

    Names are plain: letters, digits, `.`, `_` and `-`. A file is whole or not there; no file is ever changed or
    replaced, for machines stand on it: another content gets another name. Every verb may be repeated. All raise
    ShareUnreachable, ShareDenied, NoSuchShare and InvalidInput (the name).
    """

    def size(self, name: str) -> int | None:
        """Return how many bytes a file has, None if it is not there."""

    def place(self, name: str, source: Path, *, sha256: str, told: Told) -> None:
        """Copy *source* there; leave a file of this name and size alone.

        *told* hears how many bytes of how many are there. Raises ForeignData (a file of this name with another size),
        NotTheContent (*source* does not have this SHA-256), NoDiskRoom, FileBusy, or NotPlaced where an
        administrator has to do it; no file of this name is there then, unless there was one before.
        """

    def remove(self, name: str) -> None:
        """Delete a file; one already gone is no error. Raises FileBusy while a machine holds it."""
